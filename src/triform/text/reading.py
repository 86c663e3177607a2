"""A tokenizer from its files."""

import json
import logging
import os
from itertools import groupby
from pathlib import Path
from typing import Any

from triform.errors import CorruptFileError, MissingFileError, UnknownKeywordError, nearest
from triform.text.added import SPECIAL_NAMES, add_special, added, content, flags, same
from triform.text.families import Family, family, tokenizer_class
from triform.text.tokenizer import PreTrainedTokenizer
from triform.unambiguous import settled

log = logging.getLogger("triform")
ENGINE_FILE = "tokenizer.json"
CONFIG_FILE = "tokenizer_config.json"
SPECIAL_FILE = "special_tokens_map.json"
ADDED_FILE = "added_tokens.json"
DROPPED = ("use_fast", "trust_remote_code", "config", "from_slow", "tokenizer_type")  # accepted, without effect
KNOWN_SETTINGS = {
    "do_lower_case", "strip_accents", "tokenize_chinese_chars", "model_max_length", "padding_side", "truncation_side", "chat_template",
    "clean_up_tokenization_spaces", "pad_token_type_id", "add_prefix_space", "legacy", "add_bos_token", "add_eos_token", "max_length",
    "additional_special_tokens", "extra_special_tokens", "split_special_tokens", "errors", "trim_offsets", "model_input_names",
    *DROPPED, *SPECIAL_NAMES,
}  # fmt: skip
UNKNOWN_CLASSES = ("PreTrainedTokenizer", "PreTrainedTokenizerFast", "TokenizersBackend")
MOST_BYTES = 64 * 2**20


def load_tokenizer(
    name_or_path: Any, *, class_name: str | None = None, cls: Any = None, resolution: str = "", gguf_file: str | None = None, **kwargs: Any
) -> PreTrainedTokenizer:
    """The tokenizer of a source.

    Args:
        class_name: of which family; default: as tokenizer_config.json says. cls: the class to make; default: that of the family.
        resolution: what decided that, for `tokenizer.resolution`.
        gguf_file: take everything from the metadata of this .gguf of the source.
        **kwargs: the Hub's keywords; settings and special tokens, which override the files'.

    Raises: MissingFileError, CorruptFileError, TokenizerError, UnknownKeywordError.
    """
    from triform import hub
    from triform.text.templates import read_templates

    where = {key: kwargs.pop(key) for key in list(kwargs) if key in hub.HUB_KEYWORDS}
    source: Any = hub.locate(name_or_path, **where)
    vocabulary = None
    if gguf_file is not None:
        from triform.text.gguf import GgufVocabulary

        vocabulary = GgufVocabulary(source.require(gguf_file, "whose metadata are asked for"))
        class_name = class_name or vocabulary.class_name
        resolution, source = resolution or "tokenizer.ggml.model", Given({}, str(source.name))
    stated = read_json(source, CONFIG_FILE) if vocabulary is None else vocabulary.settings
    _check_types(stated, source.name)
    class_name = class_name or stated.get("tokenizer_class") or "PreTrainedTokenizer"
    kind = family(class_name)
    _check_keywords(kwargs, stated, kind)
    given = {name: value for name, value in kwargs.items() if value is not None and name not in DROPPED}
    settings = {**kind.defaults, **stated, **given} | ({} if vocabulary is None else vocabulary.absent(kind.special))
    special = special_tokens(kind, settings, read_json(source, SPECIAL_FILE))
    engine, files, how = _engine(source, kind, settings, special, vocabulary)
    template = given.get("chat_template") or read_templates(source, settings.get("chat_template"))
    settings = {**settings, "chat_template": template, "tokenizer_class": class_name}
    made_class = cls or tokenizer_class(class_name) or PreTrainedTokenizer
    tokenizer = made_class(engine, _names(special), _inputs(settings, class_name), settings, files)
    tokenizer.name_or_path = str(source.name)
    tokenizer.resolution = f"{resolution or 'tokenizer_config.json: tokenizer_class'} -> {class_name}; read from {how}"
    return tokenizer


def given_parts(cls: type[PreTrainedTokenizer], first: Any, second: Any, named: dict[str, Any]) -> dict[str, Any]:
    """What a tokenizer is made of, where a user gives an engine or files, and special tokens and settings by name.

    Args:
        first, second: the engine; or the paths of the vocabulary file and the merges file, as vocab_file= and merges_file= too.

    Raises: MissingFileError, CorruptFileError, TokenizerError, UnknownKeywordError.
    """
    kind, named = family(cls.family_name), dict(named)
    paths = {role: named.pop(role) for role in ("tokenizer_file", *kind.files) if role in named}
    if isinstance(first, (str, os.PathLike)):
        paths |= dict(zip(kind.files, (first, *((second,) if second is not None else ()))))
        first = None
    _check_keywords(named, {}, kind)
    settings = {**kind.defaults, **named, "tokenizer_class": cls.family_name}
    special = special_tokens(kind, settings, second if isinstance(second, dict) else {})
    files = {role: Path(path) for role, path in paths.items() if path is not None and role != "tokenizer_file"}
    if first is None:
        renamed = {kind.files[role].split("|")[0]: path for role, path in files.items()}
        if paths.get("tokenizer_file") is not None:
            renamed[ENGINE_FILE] = Path(paths["tokenizer_file"])
        first, files, _ = _engine(Given(renamed, cls.__name__), kind, settings, special)
    else:
        add_special(first, PreTrainedTokenizer._flagged(special))
        kind.follow(first, settings, _names(special))
    return {
        "tokenizer_object": first, "special": _names(special), "model_input_names": _inputs(settings, cls.family_name),
        "settings": settings, "vocabulary_files": files,
    }  # fmt: skip


class Given:
    """Files that a user names one by one, in place of a folder."""

    asked = True  # there are no others

    def __init__(self, paths: dict[str, Path], name: str) -> None:
        self._paths, self.name = paths, name

    def find(self, filename: str) -> Path | None:
        """The path of a file. Raises MissingFileError where the user named one that is not there."""
        path = self._paths.get(filename)
        if path is not None and not path.is_file():
            raise MissingFileError(f"{self.name}: {path} is no file.")
        return path

    def files(self) -> list[str]:
        """The names of the files."""
        return list(self._paths)


def _inputs(settings: dict[str, Any], class_name: str) -> list[str]:
    """What a call returns; of a general tokenizer segments too, as the reference has it."""
    segments = ("input_ids", "token_type_ids", "attention_mask")
    return list(settings.get("model_input_names") or (segments if class_name in UNKNOWN_CLASSES else family(class_name).inputs))


def _check_keywords(kwargs: dict[str, Any], stated: dict[str, Any], kind: Family) -> None:
    from triform import hub

    known = {*KNOWN_SETTINGS, *stated, *kind.defaults, *kind.built}
    unknown = [name for name in kwargs if name not in known and not name.endswith("_token")]
    if unknown:
        raise UnknownKeywordError(f"No tokenizer takes {unknown[0]!r}.{nearest(unknown[0], {*known, *hub.HUB_KEYWORDS})}")


TYPES: dict[str, tuple[type, ...]] = {
    "tokenizer_class": (str,), "model_max_length": (int, float), "model_input_names": (list,), "clean_up_tokenization_spaces": (bool,),
    "add_prefix_space": (bool,), "do_lower_case": (bool,), "strip_accents": (bool,), "tokenize_chinese_chars": (bool,),
    "add_bos_token": (bool,), "add_eos_token": (bool,), "split_special_tokens": (bool,), "pad_token_type_id": (int,),
}  # fmt: skip


def _check_types(stated: dict[str, Any], name: str) -> None:
    """Raises CorruptFileError that lists each setting of tokenizer_config.json that is of no kind it can be."""
    wrong = [
        f"{key} is {stated[key]!r:.60}, expected {' or '.join(kind.__name__ for kind in kinds)}"
        for key, kinds in TYPES.items()
        if stated.get(key) is not None and not isinstance(stated[key], kinds)
    ]
    if wrong:
        raise CorruptFileError(f"{CONFIG_FILE} of {name}: {'; '.join(wrong)}.")


def read_json(source: Any, filename: str) -> dict[str, Any]:
    """A JSON object of a source; {} where there is no such file. Raises CorruptFileError where it is none."""
    path = source.find(filename)
    if path is None:
        return {}
    try:
        if Path(path).stat().st_size > MOST_BYTES:
            raise CorruptFileError(f"{path} is larger than {MOST_BYTES} bytes.")
        data = json.loads(Path(path).read_text(encoding="utf-8"), object_pairs_hook=settled)
    except (ValueError, RecursionError) as error:
        if isinstance(error, CorruptFileError):
            raise
        raise CorruptFileError(f"{path} is not valid JSON: {error}.") from None
    if not isinstance(data, dict):
        raise CorruptFileError(f"{path} holds a {type(data).__name__}, expected an object.")
    return data


# ---- special tokens


def special_tokens(kind: Family, settings: dict[str, Any], mapped: dict[str, Any]) -> dict[str, Any]:
    """Special tokens by name: those of the family, as the files change them; texts, or objects with flags.

    What tokenizer_config.json says counts more than special_tokens_map.json, but a text there does not take an object's flags away.
    """
    found: dict[str, Any] = dict(kind.special)
    for name in SPECIAL_NAMES:
        for place in (mapped, settings):
            if name in place:
                found[name] = _flagged(place[name], found.get(name))
    additional = settings.get("additional_special_tokens") or mapped.get("additional_special_tokens")
    additional = additional or (kind.extra(settings) if kind.extra is not None else None)
    extra = settings.get("extra_special_tokens") or {}
    if isinstance(extra, list):  # the reference's version 5 calls the additional ones so
        additional, extra = [*(additional or ()), *extra], settings.get("model_specific_special_tokens") or {}
    if additional:
        found["additional_special_tokens"] = _listed("additional_special_tokens", additional)
    if not isinstance(extra, dict):
        raise CorruptFileError(f"extra_special_tokens is a {type(extra).__name__}; expected a mapping of names to tokens.")
    return found | {str(name): token for name, token in extra.items() if content(token)}


def _flagged(token: Any, earlier: Any) -> Any:
    """A token of a file; a bare text keeps the flags that the name had."""
    text = content(token)
    if isinstance(token, str) and isinstance(earlier, dict):
        return {**earlier, "content": text}
    return token


def _listed(name: str, tokens: Any) -> list[Any]:
    if not isinstance(tokens, (list, tuple)):
        raise CorruptFileError(f"{name} is a {type(tokens).__name__}; expected a list of tokens.")
    return [token for token in tokens if content(token)]


def _names(special: dict[str, Any]) -> dict[str, Any]:
    """Special tokens by name, as texts alone."""
    return {name: [content(token) for token in value] if isinstance(value, list) else content(value) for name, value in special.items()}


# ---- the engine


def _engine(
    source: Any, kind: Family, settings: dict[str, Any], special: dict[str, Any], vocabulary: Any = None
) -> tuple[Any, dict[str, Path], str]:
    """(the engine, the vocabulary files, what it was read from): tokenizer.json where there is one.

    The engine knows all special and added tokens, and what the settings say.

    Args:
        vocabulary: that of a .gguf, instead of files.
    """
    if vocabulary is not None:
        settings.update({name: value for name, value in kind.built.items() if name not in settings})
        engine = vocabulary.engine(settings, _names(special))
        _add_tokens(engine, source, settings, special)
        if (frame := vocabulary.frame(kind.frame)) is not None:
            frame(engine, settings, _names(special))
        return engine, {}, vocabulary.path.name
    places = {role: map(source.find, name.split("|")) for role, name in kind.files.items()}
    files = {role: path for role, found in places.items() if (path := next(filter(None, found), None)) is not None}
    path = source.find(ENGINE_FILE)
    names = _names(special)
    if path is not None:
        engine = read_engine(path)
        _add_tokens(engine, source, settings, special)
        kind.follow(engine, settings, names)
        return engine, files, ENGINE_FILE
    if kind.build is None or len(files) < len(kind.files):
        wanted = [ENGINE_FILE, *([" and ".join(kind.files.values()).replace("|", " or ")] if kind.build is not None else [])]
        there = ", ".join(source.files()) or "nothing"
        raise MissingFileError(f"{source.name} has no tokenizer that {settings.get('tokenizer_class') or 'triform'} reads "
                               f"({' or '.join(wanted)}). It has: {there}.")  # fmt: skip
    settings.update({name: value for name, value in kind.built.items() if name not in settings})
    engine = kind.build(files, settings, names)
    _add_tokens(engine, source, settings, special)
    if kind.frame is not None:
        kind.frame(engine, settings, names)
    return engine, files, ", ".join(files[role].name for role in kind.files)


def read_engine(path: Path) -> Any:
    """The engine of a tokenizer.json. Raises CorruptFileError; the library's panics too come out as that."""
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_file(str(path))
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        raise CorruptFileError(f"{path} is no tokenizer that the library `tokenizers` reads: {error}.") from None


def _add_tokens(engine: Any, source: Any, settings: dict[str, Any], special: dict[str, Any]) -> None:
    """Makes the engine know what tokenizer_config.json (in older files added_tokens.json) lists, then the special tokens by name."""
    listed = _numbered(settings.get("added_tokens_decoder"), source)
    known = {token.content: token for token in engine.get_added_tokens_decoder().values()}
    named = {str(content(token)) for token in PreTrainedTokenizer._flagged(special)}
    fresh, places = [], {}
    for number, token in sorted(listed.items()):
        text = content(token)
        if not text:
            continue
        object_ = {"special": text in named, **flags(token)}
        made = added({"content": text, **object_}, normalized=not object_["special"])
        places[text] = number
        if text not in known or not same(made, known[text]):
            fresh.append(made)
    for special_ones, run in groupby(fresh, key=lambda token: token.special):  # each call builds the engine's index anew
        (engine.add_special_tokens if special_ones else engine.add_tokens)(list(run))
    misplaced = [f"{text!r} is {i} instead of {number}" for text, number in places.items() if (i := engine.token_to_id(text)) != number]
    if misplaced:
        log.warning("%s: added tokens have other ids than listed: %s.", source.name, "; ".join(misplaced[:5]))
    there = {token.content for token in engine.get_added_tokens_decoder().values() if token.special}
    add_special(engine, [token for token in PreTrainedTokenizer._flagged(special) if content(token) not in there])


def _numbered(decoder: Any, source: Any) -> dict[int, Any]:
    """Id -> added token. Raises CorruptFileError for ids that are none."""
    if decoder is None:
        found = read_json(source, ADDED_FILE)
        wrong = [text for text, number in found.items() if not isinstance(number, int) or isinstance(number, bool)]
        if wrong:
            raise CorruptFileError(
                f"{ADDED_FILE} of {source.name}: the id of {wrong[0]!r} is {found[wrong[0]]!r}; expected a whole number."
            )
        return {number: text for text, number in found.items()}
    if not isinstance(decoder, dict) or not all(str(number).isdecimal() for number in decoder):
        raise CorruptFileError(f"added_tokens_decoder of {source.name} is no mapping of ids to tokens.")
    return {int(number): token for number, token in decoder.items()}
