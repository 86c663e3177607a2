"""The families whose text is cut by Python, as data."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from triform.errors import TokenizerError
from triform.text import language_codes as codes
from triform.text.characters import ByteEngine, Bytes, Characters, CodePointEngine, EndedEngine, Found
from triform.text.cutting import CutEngine
from triform.text.families import BERT_SPECIAL, WITH_SEGMENTS, Builder, Family
from triform.text.families_pieces import ROBERTA_SPECIAL, T5_SPECIAL, TWICE
from triform.text.pieces import frame, know
from triform.text.sentencepiece import PieceModel, read_model
from triform.text.speech_vocabularies import build_ctc, build_vits

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


def bartpho_ids(model: PieceModel, files: Files, settings: Settings) -> dict[str, int]:
    """Four tokens, those of a dictionary with counts, and the mask."""
    from triform.text.families_words import counted_tokens

    return numbered(["<s>", "<pad>", "</s>", "<unk>", *counted_tokens(files["monolingual_vocab_file"]), "<mask>"])


def prophetnet_ids(model: PieceModel, files: Files, settings: Settings) -> dict[str, int]:
    """Five tokens, ten that are free, and the pieces from the fourth on."""
    unused = [f"[unused{i}]" for i in range(10)]
    return numbered(["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]", *unused, *(text for text, _, _ in model.pieces[3:])])


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


def siglip(files: Files, settings: Settings, special: dict[str, Any]) -> Any:
    """Pieces of text without punctuation."""
    from triform.text.siglip import build_siglip

    engine = build_siglip(read_model(files["vocab_file"]), settings, special)
    know(engine, {}, settings, special, dict.fromkeys(T5_SPECIAL, "lr"))
    frame(engine, special, "$A eos", "$A eos $B eos")
    return engine


def byt5(files: Files, settings: Settings, special: dict[str, Any]) -> Any:
    """Bytes behind three tokens, and sentinels behind them."""
    ids = numbered([special["pad_token"], special["eos_token"], special["unk_token"], *map(chr, range(256))])
    engine = EndedEngine(ids, special["unk_token"], Bytes("ignore"), end=special["eos_token"])
    know(engine, {}, settings, special, dict.fromkeys(T5_SPECIAL, "lr"))
    frame(engine, special, "$A eos", "$A eos $B eos")
    return engine


def perceiver(files: Files, settings: Settings, special: dict[str, Any]) -> Any:
    """Bytes behind six tokens."""
    first = [special[f"{name}_token"] for name in ("pad", "bos", "eos", "mask", "cls", "sep")]
    engine = ByteEngine(numbered([*first, *map(chr, range(256))]), first[0], Bytes("replace"))
    know(engine, {}, settings, special, {})
    frame(engine, special, "cls $A sep", "cls $A sep $B sep")
    return engine


def canine(files: Files, settings: Settings, special: dict[str, Any]) -> Any:
    """Code points, of which some for private use are the special tokens."""
    ids = {token: ord(token) for token in special.values() if isinstance(token, str) and len(token) == 1}
    engine = CodePointEngine(ids, special["pad_token"], Characters())
    know(engine, {}, settings, special, {"mask_token": "l"})
    frame(engine, special, "cls $A sep", "cls $A sep $B:1 sep:1")
    return engine


def characters(files: Files, settings: Settings, special: dict[str, Any]) -> Any:
    """The characters of a vocab.json."""
    from triform.text.bytelevel import read_pieces

    engine = CutEngine(read_pieces(files["vocab_file"]), special["unk_token"], Characters(" "))
    know(engine, {}, settings, special, {})
    return engine


JOINED = ("$A eos", "$A $B eos")
BPE_PIECE = {"vocab_file": "sentencepiece.bpe.model"}
TWO_FILES = {"vocab_file": "vocab.json", "spm_file": "sentencepiece.bpe.model"}
SPEECH_SPECIAL = {**T5_SPECIAL, "bos_token": "<s>"}
SEPARATED = {name: token for name, token in ROBERTA_SPECIAL.items() if name not in ("cls_token", "mask_token")}
EXACT = "triform.text.exact_pieces:"

PERCEIVER_SPECIAL = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "bos", "eos", "mask", "cls", "sep")}
CANINE_SPECIAL = {
    "bos_token": "\ue000", "eos_token": "\ue001", "sep_token": "\ue001", "cls_token": "\ue000", "pad_token": "\x00", "mask_token": "\ue003",
}  # fmt: skip
PROPHETNET_SPECIAL = {**BERT_SPECIAL, "bos_token": "[SEP]", "eos_token": "[SEP]"}
VOCABULARY = {"vocab_file": "vocab.json"}
CUT = "triform.text.cutting:CutTokenizer"


def esm(files: Files, settings: Settings, special: dict[str, Any]) -> Any:
    """Proteins: every token of the vocabulary is found wherever it stands."""
    from triform.text.wordpiece import read_vocabulary

    ids = read_vocabulary(files["vocab_file"])
    engine = CutEngine(ids, special["unk_token"], Found(list(ids)))
    know(engine, {}, settings, special, {})
    frame(engine, special, "cls $A eos", "cls $A eos $B eos")
    return engine


JAPANESE_DEFAULTS = {
    "do_lower_case": False, "do_word_tokenize": True, "do_subword_tokenize": True, "word_tokenizer_type": "basic",
    "subword_tokenizer_type": "wordpiece", "mecab_kwargs": None, "sudachi_kwargs": None, "jumanpp_kwargs": None,
}  # fmt: skip


def japanese(files: Files, settings: Settings, special: dict[str, Any]) -> Any:
    """Japanese BERT's engine."""
    from triform.text.japanese import build_japanese

    return build_japanese(files, settings, special)


TAPAS_DEFAULTS = {
    "do_lower_case": True, "empty_token": "[EMPTY]", "cell_trim_length": -1, "max_column_id": None, "max_row_id": None,
    "strip_column_names": False, "update_answer_coordinates": False, "min_question_length": None, "max_question_length": None,
    "model_max_length": 512, "tokenize_chinese_chars": True, "strip_accents": None, "clean_up_tokenization_spaces": True,
}  # fmt: skip


def tapas(files: Files, settings: Settings, special: dict[str, Any]) -> Any:
    """The engine of TAPAS's words."""
    from triform.text.tables import build_tapas

    return build_tapas(files, settings, special)


def byt5_extra(settings: Settings) -> list[str]:
    """The sentinels of ByT5."""
    return [f"<extra_id_{i}>" for i in range(int(settings.get("extra_ids", 125)))]


CUT_FAMILIES: dict[str, Family] = {
    "BartphoTokenizer": Family(
        {**BPE_PIECE, "monolingual_vocab_file": "dict.txt"}, exact("vocab_file", bartpho_ids, TWICE, {"mask_token": "ln"}), ROBERTA_SPECIAL,
        behaviour=f"{EXACT}MarkedTokenizer",
    ),
    "BertJapaneseTokenizer": Family(
        {"vocab_file": "spiece.model|vocab.txt"}, japanese, BERT_SPECIAL, WITH_SEGMENTS, JAPANESE_DEFAULTS, behaviour=CUT
    ),
    "BertGenerationTokenizer": Family(
        {"vocab_file": "spiece.model"}, exact("vocab_file", own_ids), {**SPEECH_SPECIAL, "sep_token": "<::::>"},
        behaviour=f"{EXACT}PieceTokenizer",
    ),
    "ByT5Tokenizer": Family({}, byt5, T5_SPECIAL, defaults={"extra_ids": 125}, extra=byt5_extra, behaviour=CUT),
    "CanineTokenizer": Family({}, canine, CANINE_SPECIAL, WITH_SEGMENTS, {"model_max_length": 2048}, behaviour=CUT),
    "EsmTokenizer": Family(
        {"vocab_file": "vocab.txt"}, esm, {f"{name}_token": f"<{name}>" for name in ("unk", "cls", "pad", "mask", "eos")}, behaviour=CUT
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
    "MgpstrTokenizer": Family(
        VOCABULARY, characters, {"unk_token": "[GO]", "bos_token": "[GO]", "eos_token": "[s]", "pad_token": "[GO]"}, WITH_SEGMENTS,
        behaviour=CUT,
    ),
    "PLBartTokenizer": Family(
        BPE_PIECE, exact("vocab_file", fairseq_ids, flags={"mask_token": "ln"}), ROBERTA_SPECIAL,
        defaults={"src_lang": "__en_XX__", "tgt_lang": None, "language_codes": "base", "clean_up_tokenization_spaces": True},
        extra=plbart_codes, behaviour=f"{EXACT}PLBartTokenizer",
    ),
    "PerceiverTokenizer": Family({}, perceiver, PERCEIVER_SPECIAL, defaults={"model_max_length": 2048}, behaviour=CUT),
    "SiglipTokenizer": Family(
        {"vocab_file": "spiece.model"}, siglip, {"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "</s>"},
        defaults={"do_lower_case": True, "model_max_length": 64}, behaviour="triform.text.siglip:SiglipTokenizer",
    ),
    "Speech2TextTokenizer": Family(
        TWO_FILES, exact("spm_file", json_ids, JOINED, cutter="LoweredPieces"), SPEECH_SPECIAL,
        defaults={"do_lower_case": False, "do_upper_case": False}, behaviour=f"{EXACT}Speech2TextTokenizer",
    ),
    "SpeechT5Tokenizer": Family(
        {"vocab_file": "spm_char.model"}, exact("vocab_file", own_ids, JOINED), SPEECH_SPECIAL, behaviour=f"{EXACT}SpeechT5Tokenizer"
    ),
    "TapasTokenizer": Family(
        {"vocab_file": "vocab.txt"}, tapas, BERT_SPECIAL, WITH_SEGMENTS, TAPAS_DEFAULTS,
        extra=lambda settings: [str(settings["empty_token"])], behaviour="triform.text.tables:TapasTokenizer",
    ),
    "VitsTokenizer": Family(
        VOCABULARY, build_vits, {"pad_token": "<pad>", "unk_token": "<unk>"},
        defaults={"add_blank": True, "normalize": True, "phonemize": True, "is_uroman": False, "language": None}, behaviour=CUT,
    ),
    "XLMProphetNetTokenizer": Family(
        {"vocab_file": "prophetnet.tokenizer"}, exact("vocab_file", prophetnet_ids, ("$A sep", "$A sep $B sep")), PROPHETNET_SPECIAL,
        behaviour=f"{EXACT}MarkedTokenizer",
    ),
    "Wav2Vec2CTCTokenizer": Family(
        VOCABULARY, build_ctc, SPEECH_SPECIAL, behaviour="triform.text.ctc:Wav2Vec2CTCTokenizer",
        defaults={"word_delimiter_token": "|", "replace_word_delimiter_char": " ", "do_lower_case": False, "target_lang": None},
    ),
}  # fmt: skip
