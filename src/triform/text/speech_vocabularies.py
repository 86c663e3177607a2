"""Vocabularies of speech models: characters of vocab.json, for one language or several."""

import json
from pathlib import Path
from typing import Any

from triform.errors import CorruptFileError, TokenizerError
from triform.text.bytelevel import read_pieces
from triform.text.characters import Upper
from triform.text.cutting import CutEngine
from triform.text.pieces import know

Settings = dict[str, Any]


def build_ctc(files: dict[str, Path], settings: Settings, special: dict[str, Any]) -> Any:
    """Wav2Vec2's engine. vocab.json may hold a vocabulary for each of several languages."""
    path = files["vocab_file"]
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise CorruptFileError(f"{path} is not valid JSON: {error}.") from None
    nested = isinstance(data, dict) and bool(data) and all(isinstance(value, dict) for value in data.values())
    return ids_of(data if nested else {None: read_pieces(path)}, settings, special)


def ids_of(languages: dict[Any, dict[str, int]], settings: Settings, special: dict[str, Any]) -> Any:
    """The engine of one of the languages."""
    several = None not in languages
    wanted = settings.get("target_lang") if several else None
    if wanted not in languages:
        raise TokenizerError(f"vocab.json has vocabularies of {', '.join(languages)}, and target_lang is {wanted!r}: say which.")
    cutter = Upper(settings.get("word_delimiter_token") or "|", bool(settings.get("do_lower_case")))
    engine: Any = CutEngine(languages[wanted], special["unk_token"], cutter)
    engine.languages = languages if several else None
    around = dict.fromkeys(("bos_token", "eos_token", "unk_token", "pad_token"), "lr")
    know(engine, {}, settings, special, around)
    return engine


def build_vits(files: dict[str, Path], settings: Settings, special: dict[str, Any]) -> Any:
    """VITS's engine. Raises MissingDependencyError where the checkpoint needs text as phonemes."""
    from triform.text.vits import Blanks, Spoken, SpokenEngine

    ids = read_pieces(files["vocab_file"])
    blank = next((token for token, i in ids.items() if i == 0), None) if settings.get("add_blank", True) else None
    never_split = [token for token in special.values() if isinstance(token, str)]
    engine = SpokenEngine(ids, special["unk_token"], Blanks(blank, never_split), Spoken(ids, settings))
    know(engine, {}, settings, special, {})
    return engine
