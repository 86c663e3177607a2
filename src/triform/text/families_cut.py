"""The families whose text is cut by Python, as data."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from triform.errors import TokenizerError
from triform.text import language_codes as codes
from triform.text.cutting import CutEngine
from triform.text.families import Builder, Family
from triform.text.families_pieces import ROBERTA_SPECIAL, T5_SPECIAL
from triform.text.pieces import frame, know
from triform.text.sentencepiece import PieceModel, read_model

Settings = dict[str, Any]
Files = dict[str, Path]
Frames = tuple[str, str]
Ids = Callable[[PieceModel, Files, Settings], dict[str, int]]


def numbered(texts: list[str]) -> dict[str, int]:
    """Token -> id, of which the first counts."""
    ids: dict[str, int] = {}
    for i, text in enumerate(texts):
        ids.setdefault(text, i)
    return ids


def own_ids(model: PieceModel, files: Files, settings: Settings) -> dict[str, int]:
    """The model's own."""
    return numbered([text for text, _, _ in model.pieces])


def fairseq_ids(model: PieceModel, files: Files, settings: Settings) -> dict[str, int]:
    """Fairseq's four tokens, the pieces from the fourth on, then languages and the mask."""
    pieces = [text for text, _, _ in model.pieces[3:]]
    return numbered(["<s>", "<pad>", "</s>", "<unk>", *pieces, *plbart_codes(settings), "<mask>"])


def json_ids(model: PieceModel, files: Files, settings: Settings) -> dict[str, int]:
    """Those of vocab.json."""
    from triform.text.bytelevel import read_pieces

    return read_pieces(files["vocab_file"])


def m2m100_ids(model: PieceModel, files: Files, settings: Settings) -> dict[str, int]:
    """Those of vocab.json, then the languages."""
    ids = json_ids(model, files, settings)
    known = codes.WMT21 if settings.get("language_codes") == "wmt21" else codes.M2M100
    return {**{f"__{code}__": len(ids) + i for i, code in enumerate(known)}, **ids}


def plbart_codes(settings: Settings) -> list[str]:
    """The languages of PLBart: of the base models, or of those for several."""
    return list(codes.PLBART_MULTI if settings.get("language_codes") == "multi" else codes.PLBART)


def exact(role: str, ids: Ids, frames: Frames | None = None, flags: dict[str, str] | None = None, cutter: str = "Pieces") -> Builder:
    """An engine on SentencePiece itself. `role`: the file of its model; `cutter`: a class of exact_pieces."""

    def build(files: Files, settings: Settings, special: dict[str, Any]) -> Any:
        from triform.text import exact_pieces

        model = read_model(files[role])
        kind = getattr(exact_pieces, cutter)
        more = [bool(settings.get("do_lower_case")), bool(settings.get("do_upper_case"))] if cutter == "LoweredPieces" else []
        engine = CutEngine(ids(model, files, settings), special["unk_token"], kind(model, *more))
        know(engine, {}, settings, special, flags or {})
        if frames is not None:
            frame(engine, special, *frames)
        return engine

    return build


def marian(files: Files, settings: Settings, special: dict[str, Any]) -> Any:
    """Marian's engine: the source's pieces, and beside them the target's."""
    from triform.text.exact_pieces import MarianPieces

    if settings.get("separate_vocabs"):
        raise TokenizerError("separate_vocabs=True: a Marian tokenizer with two vocabularies is not read.")
    engine = exact("source_spm", lambda model, files, settings: json_ids(model, {"vocab_file": files["vocab"]}, settings), JOINED,
                   cutter="MarianPieces")(files, settings, special)  # fmt: skip
    engine.target = MarianPieces(read_model(files["target_spm"]))
    return engine


JOINED = ("$A eos", "$A $B eos")
BPE_PIECE = {"vocab_file": "sentencepiece.bpe.model"}
TWO_FILES = {"vocab_file": "vocab.json", "spm_file": "sentencepiece.bpe.model"}
SPEECH_SPECIAL = {**T5_SPECIAL, "bos_token": "<s>"}
SEPARATED = {name: token for name, token in ROBERTA_SPECIAL.items() if name not in ("cls_token", "mask_token")}
EXACT = "triform.text.exact_pieces:"

CUT_FAMILIES: dict[str, Family] = {
    "BertGenerationTokenizer": Family(
        {"vocab_file": "spiece.model"}, exact("vocab_file", own_ids), {**SPEECH_SPECIAL, "sep_token": "<::::>"},
        behaviour=f"{EXACT}PieceTokenizer",
    ),
    "M2M100Tokenizer": Family(
        TWO_FILES, exact("spm_file", m2m100_ids), SEPARATED,
        defaults={"src_lang": "en", "tgt_lang": None, "language_codes": "m2m100", "num_madeup_words": 8},
        behaviour=f"{EXACT}M2M100Tokenizer",
    ),
    "MarianTokenizer": Family(
        {"source_spm": "source.spm", "target_spm": "target.spm", "vocab": "vocab.json"}, marian, T5_SPECIAL,
        defaults={"source_lang": None, "target_lang": None, "model_max_length": 512}, behaviour=f"{EXACT}MarianTokenizer",
    ),
    "PLBartTokenizer": Family(
        BPE_PIECE, exact("vocab_file", fairseq_ids, flags={"mask_token": "ln"}), ROBERTA_SPECIAL,
        defaults={"src_lang": "__en_XX__", "tgt_lang": None, "language_codes": "base", "clean_up_tokenization_spaces": True},
        extra=plbart_codes, behaviour=f"{EXACT}PLBartTokenizer",
    ),
    "Speech2TextTokenizer": Family(
        TWO_FILES, exact("spm_file", json_ids, JOINED, cutter="LoweredPieces"), SPEECH_SPECIAL,
        defaults={"do_lower_case": False, "do_upper_case": False}, behaviour=f"{EXACT}Speech2TextTokenizer",
    ),
    "SpeechT5Tokenizer": Family(
        {"vocab_file": "spm_char.model"}, exact("vocab_file", own_ids, JOINED), SPEECH_SPECIAL, behaviour=f"{EXACT}SpeechT5Tokenizer"
    ),
}  # fmt: skip
