"""The families whose vocabulary is a SentencePiece model, as data."""

from pathlib import Path
from typing import Any

from triform.text import language_codes as codes
from triform.text.families import WITH_SEGMENTS, Family
from triform.text.pieces import SPACE, Recipe, Vocabulary, at_spaces, prefix_scheme, with_charsmap
from triform.text.sentencepiece import PieceModel

Settings = dict[str, Any]
Special = dict[str, Any]

# ---- vocabularies that are laid out in a way of their own


def fairseq(model: PieceModel, settings: Settings, special: Special) -> tuple[Vocabulary, int]:
    """XLM-R: fairseq's four tokens first, then the pieces from the fourth on."""
    first = [(token, 0.0) for token in ("<s>", "<pad>", "</s>", "<unk>")]
    return first + [(text, score) for text, score, _ in model.pieces[3:]], 3


def fairseq_and(*last: str) -> Any:
    """Fairseq's layout with tokens behind it."""

    def layout(model: PieceModel, settings: Settings, special: Special) -> tuple[Vocabulary, int]:
        vocabulary, unknown = fairseq(model, settings, special)
        return vocabulary + [(token, 0.0) for token in last], unknown

    return layout


def camembert(model: PieceModel, settings: Settings, special: Special) -> tuple[Vocabulary, int]:
    """CamemBERT: tokens of which some are never used, then all pieces but the first, then the mask."""
    first = [(token, 0.0) for token in ("<s>NOTUSED", "<pad>", "</s>NOTUSED", "<unk>")]
    rest = [(text, score) for text, score, _ in model.pieces[1:]]
    return [*first, ("<unk>NOTUSED", -100.0), *rest, ("<mask>", 0.0)], 3


def pegasus(model: PieceModel, settings: Settings, special: Special) -> tuple[Vocabulary, int]:
    """Pegasus: padding, the end, two masks and places for as many tokens as `offset` says, then the pieces."""
    offset = int(settings.get("offset", 103))
    first = [(special["pad_token"], 0.0), (special["eos_token"], 0.0)]
    if offset > 0:
        sentence = settings.get("mask_token_sent")
        masks = [sentence, special["mask_token"]] if sentence else []
        first += [(token, 0.0) for token in masks]
        first += [(f"<unk_{i}>", -100.0) for i in range(2, offset)]
    return first + [(text, score) for text, score, _ in model.pieces[2:]], offset + model.unk_id


def sentinels(model: PieceModel, settings: Settings, special: Special) -> tuple[Vocabulary, int]:
    """T5: the pieces, then the sentinels from the last to the first."""
    pieces = [(text, score) for text, score, _ in model.pieces]
    return pieces + [(token, 0.0) for token in reversed(t5_extra(settings))], model.unk_id


def t5_extra(settings: Settings) -> list[str]:
    """The sentinels of T5."""
    return [f"<extra_id_{i}>" for i in range(int(settings.get("extra_ids", 100)))]


def seamless(model: PieceModel, settings: Settings, special: Special) -> tuple[Vocabulary, int]:
    """SeamlessM4T: four tokens, then the pieces from the fourth on."""
    first = [(token, 0.0) for token in ("<pad>", "<unk>", "<s>", "</s>")]
    return first + [(text, score) for text, score, _ in model.pieces[3:]], 1


def pegasus_extra(settings: Settings) -> list[str]:
    """The tokens of Pegasus that have no name."""
    offset = int(settings.get("offset", 103))
    sentence = settings.get("mask_token_sent")
    return [*([sentence] if sentence else []), *(f"<unk_{i}>" for i in range(2, offset))]


def gemma(model: PieceModel, settings: Settings, special: Special) -> tuple[Vocabulary, int]:
    """Gemma: older files lack the tabulator, which takes the place of its byte."""
    texts = {text for text, _, _ in model.pieces}
    names = {"<0x09>": "\t"} if "\t" not in texts else {}
    return [(names.get(text, text), score) for text, score, _ in model.pieces], model.unk_id


# ---- cleaning


def quotes(lower: bool, accents: bool, spaces_first: bool = False) -> Any:
    """ALBERT and its kin: plain quotation marks; accents dropped and letters lowered where the settings say so."""

    def clean(model: PieceModel, settings: Settings) -> list[Any]:
        from tokenizers import Regex, normalizers

        steps: list[Any] = [normalizers.Replace("``", '"'), normalizers.Replace("''", '"')]
        one_space = normalizers.Replace(Regex(" {2,}"), " ")
        if spaces_first:
            steps.append(one_space)
        if not settings.get("keep_accents", accents):
            steps += [normalizers.NFKD(), normalizers.StripAccents()]
        if settings.get("do_lower_case", lower):
            steps.append(normalizers.Lowercase())
        steps += with_charsmap(model)
        return steps if spaces_first else [*steps, one_space]

    return clean


def deberta(model: PieceModel, settings: Settings) -> list[Any]:
    """DeBERTa-v2: no spaces at either end."""
    from tokenizers import Regex, normalizers

    lowered = [normalizers.Lowercase()] if settings.get("do_lower_case", False) else []
    return [*lowered, normalizers.Strip(), *with_charsmap(model), normalizers.Replace(Regex(" {2,}"), " ")]


def llama_clean(model: PieceModel, settings: Settings) -> list[Any]:
    """Llama, in the older way: a space before every part of the text, and spaces marked."""
    from tokenizers import normalizers

    if not settings.get("legacy", True):
        return []
    before = [] if prefix_scheme(settings) == "never" else [normalizers.Prepend(SPACE)]
    return [normalizers.Sequence([*before, normalizers.Replace(" ", SPACE)])]


def gemma_clean(model: PieceModel, settings: Settings) -> list[Any]:
    """Gemma: spaces are marked."""
    from tokenizers import normalizers

    return [normalizers.Replace(" ", SPACE)]


# ---- cutting


def by_scheme(settings: Settings) -> tuple[Any, Any]:
    """T5: a space before every part of the text, or before the text alone."""
    from tokenizers import decoders, pre_tokenizers

    scheme = prefix_scheme(settings)
    return pre_tokenizers.Metaspace(SPACE, scheme), decoders.Metaspace(SPACE, scheme)


def at_first(settings: Settings) -> tuple[Any, Any]:
    """SeamlessM4T: a space before the text alone."""
    return by_scheme({"legacy": False})


def words_first(settings: Settings) -> tuple[Any, Any]:
    """Pegasus: spaces of every kind part words."""
    from tokenizers import pre_tokenizers

    splitter, decoder = at_spaces(settings)
    return pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), splitter]), decoder


def deberta_cut(settings: Settings) -> tuple[Any, Any]:
    """DeBERTa-v2: punctuation may be cut off first."""
    from tokenizers import pre_tokenizers

    splitter, decoder = at_spaces(settings)
    first = [pre_tokenizers.Punctuation("isolated")] if settings.get("split_by_punct", False) else []
    return pre_tokenizers.Sequence([*first, splitter]), decoder


def _bytes_back(strip: bool) -> Any:
    from tokenizers import decoders

    steps = [decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse()]
    return decoders.Sequence([*steps, decoders.Strip(" ", 1, 0)] if strip else steps)


def llama_cut(settings: Settings) -> tuple[Any, Any]:
    """Llama: nowhere; in the newer way a space stands before the text alone."""
    from tokenizers import pre_tokenizers

    scheme = prefix_scheme(settings)
    splitter = None if settings.get("legacy", True) else pre_tokenizers.Metaspace(SPACE, scheme, False)
    return splitter, _bytes_back(strip=scheme != "never")


def gemma_cut(settings: Settings) -> tuple[Any, Any]:
    """Gemma: spaces are marked already, so nothing is cut."""
    from tokenizers import pre_tokenizers

    return pre_tokenizers.Split(" ", "merged_with_previous"), _bytes_back(strip=False)


def llama(files: dict[str, Path], settings: Settings, special: Special) -> Any:
    """Llama's engine: of a SentencePiece model, or from its third version on of a tiktoken vocabulary."""
    from triform.text.tiktoken import build_tiktoken, is_tiktoken

    if is_tiktoken(files["vocab_file"]):
        return build_tiktoken(files, settings, special)
    return LLAMA.build(files, settings, special)


# ---- the families

CLS_SEP = ("cls $A sep", "cls $A sep $B:1 sep:1")
TWICE = ("cls $A sep", "cls $A sep sep $B sep")
ENDED = ("$A eos", "$A eos $B eos")
JOINED = ("$A eos", "$A $B eos")
BEGUN = ("bos $A", "bos $A bos:1 $B:1")
LEFT = {"padding_side": "left"}
PIECE, BPE_PIECE = {"vocab_file": "spiece.model"}, {"vocab_file": "sentencepiece.bpe.model"}
T5_SPECIAL = {"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
ALBERT_SPECIAL = {
    "bos_token": "[CLS]", "eos_token": "[SEP]", "unk_token": "<unk>", "sep_token": "[SEP]", "pad_token": "<pad>", "cls_token": "[CLS]",
    "mask_token": "[MASK]",
}  # fmt: skip
ROBERTA_SPECIAL = {
    "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "sep_token": "</s>", "pad_token": "<pad>", "cls_token": "<s>",
    "mask_token": "<mask>",
}  # fmt: skip
BRACKETS = {**ALBERT_SPECIAL, "unk_token": "[UNK]", "pad_token": "[PAD]"}
NO_MASK = {name: token for name, token in ROBERTA_SPECIAL.items() if name != "mask_token"}
XLNET_SPECIAL = {**ROBERTA_SPECIAL, "sep_token": "<sep>", "cls_token": "<cls>"}
LLAMA_SPECIAL = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
GEMMA_SPECIAL = {"bos_token": "<bos>", "eos_token": "<eos>", "unk_token": "<unk>", "pad_token": "<pad>"}
PEGASUS_SPECIAL = {**T5_SPECIAL, "mask_token": "<mask_2>"}
MBART50_SPECIAL = {name: token for name, token in ROBERTA_SPECIAL.items() if name != "bos_token"}
MADE_UP = tuple(f"<madeupword{i}>" for i in range(7))
CODE_DEFAULTS = {
    **LEFT, "prefix_token": "\u2581<PRE>", "middle_token": "\u2581<MID>", "suffix_token": "\u2581<SUF>", "eot_token": "\u2581<EOT>",
    "fill_token": "<FILL_ME>", "suffix_first": False,
}  # fmt: skip
GEMMA_TURNS = ("<start_of_turn>", "<end_of_turn>")
ALBERT_DEFAULTS = {"do_lower_case": True, "keep_accents": False, "remove_space": True}
CASED = {**ALBERT_DEFAULTS, "do_lower_case": False, "keep_accents": True}
T5_DEFAULTS = {"extra_ids": 100}
MASK = {"mask_token": "l"}
CLEAN_MASK = {"mask_token": "ln"}

LLAMA = Recipe(BEGUN, clean=llama_clean, cut=llama_cut)
GEMMA = Recipe(BEGUN, gemma, gemma_clean, gemma_cut, marks=GEMMA_TURNS)
_T5 = Recipe(ENDED, layout=sentinels, cut=by_scheme)
_BIG_BIRD = Recipe(CLS_SEP, flags=dict.fromkeys(ALBERT_SPECIAL, "n") | {"mask_token": "ln"})


def speaking(codes: tuple[str, ...], first: str, kind: str, **more: Any) -> dict[str, Any]:
    """What families of translation models share: their languages, and the one that text is in unless told."""
    defaults = {"src_lang": first, "tgt_lang": None, **more}
    return {"defaults": defaults, "extra": lambda settings: list(codes), "behaviour": f"triform.text.languages:{kind}"}


PIECE_FAMILIES: dict[str, Family] = {
    "AlbertTokenizer": Family(
        PIECE, Recipe(CLS_SEP, clean=quotes(True, False), flags=MASK).build, ALBERT_SPECIAL, WITH_SEGMENTS, ALBERT_DEFAULTS
    ),
    "BarthezTokenizer": Family(BPE_PIECE, Recipe(TWICE, flags=MASK).build, ROBERTA_SPECIAL),
    "BigBirdTokenizer": Family(PIECE, _BIG_BIRD.build, {**ALBERT_SPECIAL, "bos_token": "<s>", "eos_token": "</s>"}),
    "CamembertTokenizer": Family(
        BPE_PIECE, Recipe(TWICE, layout=camembert, flags=MASK).build, ROBERTA_SPECIAL,
        extra=lambda settings: ["<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED"],
    ),
    "CodeLlamaTokenizer": Family(
        {"vocab_file": "tokenizer.model"}, LLAMA.build, LLAMA_SPECIAL, defaults=CODE_DEFAULTS,
        extra=lambda settings: [settings[f"{name}_token"] for name in ("prefix", "middle", "suffix", "eot") if settings[f"{name}_token"]],
        behaviour="triform.text.llama:CodeLlamaTokenizer",
    ),
    "DebertaV2Tokenizer": Family(
        {"vocab_file": "spm.model"}, Recipe(CLS_SEP, clean=deberta, cut=deberta_cut, flags={"unk_token": "n"}).build, BRACKETS,
        WITH_SEGMENTS, {"do_lower_case": False, "split_by_punct": False},
    ),
    "FNetTokenizer": Family(
        PIECE, Recipe(CLS_SEP, clean=quotes(False, True), flags=MASK).build,
        {name: token for name, token in ALBERT_SPECIAL.items() if name not in ("bos_token", "eos_token")},
        ("input_ids", "token_type_ids"), CASED,
    ),
    "GemmaTokenizer": Family(
        {"vocab_file": "tokenizer.model"}, GEMMA.build, GEMMA_SPECIAL,
        defaults=LEFT, behaviour="triform.text.llama:BeginningTokenizer",
    ),
    "LlamaTokenizer": Family(
        {"vocab_file": "tokenizer.model|tiktoken.model"}, llama, LLAMA_SPECIAL, defaults=LEFT,
        behaviour="triform.text.llama:BeginningTokenizer",
    ),
    "MBart50Tokenizer": Family(
        BPE_PIECE, Recipe(layout=fairseq_and(*codes.MBART50, "<mask>"), flags=CLEAN_MASK).build, MBART50_SPECIAL,
        **speaking(codes.MBART50, "en_XX", "LanguageTokenizer"),
    ),
    "MBartTokenizer": Family(
        BPE_PIECE, Recipe(layout=fairseq_and(*codes.MBART, "<mask>"), flags=MASK).build, ROBERTA_SPECIAL,
        **speaking(codes.MBART, "en_XX", "LanguageLastTokenizer"),
    ),
    "MT5Tokenizer": Family(PIECE, _T5.build, T5_SPECIAL, defaults=T5_DEFAULTS, extra=t5_extra),
    "NllbTokenizer": Family(
        BPE_PIECE, Recipe(layout=fairseq, flags=CLEAN_MASK).build, ROBERTA_SPECIAL,
        **speaking(codes.NLLB, "eng_Latn", "NllbTokenizer", legacy_behaviour=False),
    ),
    "PegasusTokenizer": Family(
        PIECE, Recipe(JOINED, layout=pegasus, cut=words_first).build, PEGASUS_SPECIAL,
        defaults={"offset": 103, "mask_token_sent": "<mask_1>"}, extra=pegasus_extra,
    ),
    "ReformerTokenizer": Family(PIECE, Recipe().build, {"eos_token": "</s>", "unk_token": "<unk>"}),
    "RemBertTokenizer": Family(
        {"vocab_file": "sentencepiece.model"}, Recipe(CLS_SEP, clean=quotes(False, True, spaces_first=True), flags=CLEAN_MASK).build,
        BRACKETS, WITH_SEGMENTS, CASED,
    ),
    "SeamlessM4TTokenizer": Family(
        BPE_PIECE, Recipe(layout=seamless, cut=at_first).build, NO_MASK, defaults={"src_lang": "__eng__", "tgt_lang": "__fra__"},
        behaviour="triform.text.languages:SeamlessM4TTokenizer",
    ),
    "T5Tokenizer": Family(PIECE, _T5.build, T5_SPECIAL, defaults=T5_DEFAULTS, extra=t5_extra),
    "XGLMTokenizer": Family(
        BPE_PIECE, Recipe(("sep $A", "sep $A sep sep $B"), layout=fairseq_and(*MADE_UP)).build, NO_MASK,
        extra=lambda settings: list(MADE_UP),
    ),
    "XLMRobertaTokenizer": Family(BPE_PIECE, Recipe(TWICE, layout=fairseq_and("<mask>"), flags=MASK).build, ROBERTA_SPECIAL),
    "XLNetTokenizer": Family(
        PIECE, Recipe(("$A sep cls:2", "$A sep $B:1 sep:1 cls:2"), clean=quotes(False, False), flags=MASK).build,
        XLNET_SPECIAL, WITH_SEGMENTS, {**ALBERT_DEFAULTS, **LEFT, "do_lower_case": False, "pad_token_type_id": 3},
        extra=lambda settings: ["<eop>", "<eod>"],
    ),
}  # fmt: skip
