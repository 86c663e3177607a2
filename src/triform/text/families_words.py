"""The families that merge the letters of words, as data."""

from pathlib import Path
from typing import Any

from triform.errors import TokenizerError
from triform.text.bytelevel import read_merges, read_pieces
from triform.text.cutting import CutEngine
from triform.text.families import BERT_SPECIAL, WITH_SEGMENTS, Builder, Family
from triform.text.families_pieces import ROBERTA_SPECIAL
from triform.text.merging import Merger, SmallWords, SpacedWords
from triform.text.pieces import frame, know

Settings = dict[str, Any]
Files = dict[str, Path]
Frames = tuple[str, str]


def _pairs(files: dict[str, Path]) -> list[tuple[str, str]]:
    return read_merges(files["merges_file"], counted=True)


def _finished(engine: Any, settings: Settings, special: dict[str, Any], frames: Frames | None, flags: dict[str, str] | None = None) -> Any:
    know(engine, {}, settings, special, flags or {})
    if frames is not None:
        frame(engine, special, *frames)
    return engine


def at_spaces(words: str) -> Builder:
    """CTRL and BlenderbotSmall."""

    def build(files: Files, settings: Settings, special: dict[str, Any]) -> Any:
        cutter = {"spaced": SpacedWords, "small": SmallWords}[words](Merger(_pairs(files), marks_last=False))
        return _finished(CutEngine(read_pieces(files["vocab_file"]), special["unk_token"], cutter), settings, special, None)

    return build


def counted_tokens(path: Path) -> list[str]:
    """The tokens of a dictionary, each of which is followed by how often it was seen. Raises TokenizerError for other lines."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise TokenizerError(f"{path} is not UTF-8 text (byte {error.start}).") from None
    tokens = []
    for number, line in enumerate(map(str.strip, lines), 1):
        token, space, _ = line.rpartition(" ")
        if line and not space:
            raise TokenizerError(f"{path}, line {number}: {line[:60]!r} is no token with its count.")
        tokens += [token] if line else []
    return tokens


def counted(files: Files, settings: Settings, special: dict[str, Any]) -> Any:
    """PhoBERT and BERTweet: four tokens, those of a dictionary with counts, and the mask."""
    if settings.get("normalization"):
        raise TokenizerError("normalization=True: BERTweet's rewriting of tweets is not done here. Rewrite texts first, and give False.")
    ids = {special[name]: i for i, name in enumerate(("bos_token", "pad_token", "eos_token", "unk_token"))}
    for token in counted_tokens(files["vocab_file"]):
        ids.setdefault(token, len(ids))
    cutter = SpacedWords(Merger(_pairs(files), marks_last=False))
    return _finished(CutEngine(ids, special["unk_token"], cutter), settings, special, ("cls $A sep", "cls $A sep sep $B sep"))


def moses(kind: str, frames: Frames) -> Builder:
    """XLM, FlauBERT, FSMT, BioGPT."""

    def build(files: Files, settings: Settings, special: dict[str, Any]) -> Any:
        from triform.text.moses import MosesWords, SpokenWords

        merger = Merger(_pairs(files), marks_last=True)
        ids = read_pieces(files["src_vocab_file" if kind == "fsmt" else "vocab_file"])
        cutter: MosesWords
        if kind == "xlm":
            lower = "letters" if settings.get("do_lowercase_and_remove_accent", True) else ""
            cutter = MosesWords(merger, "en", lower=lower)
        elif kind == "flaubert":
            cutter = MosesWords(merger, "fr", lower="text" if settings.get("do_lowercase") else "", french=True)
        elif kind == "biogpt":
            cutter = SpokenWords(merger, "en", clean=False, escape=True, dashes=True)
        else:
            source, target = _languages(settings)
            cutter = SpokenWords(merger, source, lower="text" if settings.get("do_lower_case") else "", escape=True, dashes=True)
            cutter.into = target
        engine: Any = CutEngine(ids, special["unk_token"], cutter)
        if kind == "fsmt":
            engine.targets = {i: token for token, i in read_pieces(files["tgt_vocab_file"]).items()}
        return _finished(engine, settings, special, frames)

    return build


def _languages(settings: Settings) -> tuple[str, str]:
    found = settings.get("langs")
    if not isinstance(found, (list, tuple)) or len(found) != 2:
        raise TokenizerError(f"langs is {found!r}; FSMT needs two languages: from and into, such as ['en', 'de'].")
    return str(found[0]), str(found[1])


def char_bpe(settings: Settings, files: Files, special: dict[str, Any], lower: bool, accents: bool | None) -> Any:
    """An engine of Rust alone: text cleaned and cut as BERT's, the last piece of a word marked."""
    from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers
    from tokenizers.models import BPE

    try:
        model = BPE(
            read_pieces(files["vocab_file"]), _pairs(files), unk_token=special["unk_token"], end_of_word_suffix="</w>",
            fuse_unk=False,
        )  # fmt: skip
    except TokenizerError:
        raise
    except Exception as error:  # the engine's own, of no narrower kind
        raise TokenizerError(f"merges.txt does not fit vocab.json: {error}.") from None
    engine = Tokenizer(model)
    engine.normalizer = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=accents, lowercase=lower)
    engine.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    engine.decoder = decoders.BPEDecoder(suffix="</w>")
    return engine


def openai_gpt(files: Files, settings: Settings, special: dict[str, Any]) -> Any:
    """GPT's engine."""
    return _finished(char_bpe(settings, files, special, True, None), settings, special, None)


def herbert(files: Files, settings: Settings, special: dict[str, Any]) -> Any:
    """HerBERT's engine."""
    lower = bool(settings.get("do_lowercase_and_remove_accent", False))
    return _finished(char_bpe(settings, files, special, lower, False), settings, special, ("cls $A sep", "cls $A sep $B:1 sep:1"))


def roformer(files: Files, settings: Settings, special: dict[str, Any]) -> Any:
    """RoFormer's engine: BERT's, with Chinese left to the splitter of words."""
    from triform.text.wordpiece import build_wordpiece, read_vocabulary

    engine = build_wordpiece(read_vocabulary(files["vocab_file"]), {**settings, "tokenize_chinese_chars": False}, special)
    return _finished(engine, settings, special, ("cls $A sep", "cls $A sep $B:1 sep:1"))


BOTH = {"vocab_file": "vocab.json", "merges_file": "merges.txt"}
CODES = {"vocab_file": "vocab.txt", "merges_file": "bpe.codes"}
CUT = "triform.text.cutting:CutTokenizer"
XLM_SPECIAL = {
    "unk_token": "<unk>", "bos_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>", "cls_token": "</s>", "mask_token": "<special1>",
}  # fmt: skip
FSMT_SPECIAL = {"unk_token": "<unk>", "bos_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>"}
SMALL_SPECIAL = {"bos_token": "__start__", "eos_token": "__end__", "unk_token": "__unk__", "pad_token": "__null__"}
BEGUN_TWICE = ("bos $A sep", "bos $A sep $B:1 sep:1")
SEPARATE = ("$A sep", "$A sep $B sep")
XLM_DEFAULTS = {"do_lowercase_and_remove_accent": True, "lang2id": None, "id2lang": None}
PLAIN = ("input_ids", "attention_mask")


def xlm_extra(settings: Settings) -> list[str]:
    """Ten tokens for everything else."""
    return [f"<special{i}>" for i in range(10)]


WORD_FAMILIES: dict[str, Family] = {
    "BertweetTokenizer": Family(CODES, counted, ROBERTA_SPECIAL, WITH_SEGMENTS, {"normalization": False}, behaviour=CUT),
    "BioGptTokenizer": Family(
        BOTH, moses("biogpt", ("sep $A", "sep $A sep $B:1")), {**FSMT_SPECIAL, "eos_token": "</s>"}, behaviour=CUT
    ),
    "BlenderbotSmallTokenizer": Family(BOTH, at_spaces("small"), SMALL_SPECIAL, behaviour=CUT),
    "CTRLTokenizer": Family(BOTH, at_spaces("spaced"), {"unk_token": "<unk>"}, WITH_SEGMENTS, behaviour=CUT),
    "FSMTTokenizer": Family(
        {"src_vocab_file": "vocab-src.json", "tgt_vocab_file": "vocab-tgt.json", "merges_file": "merges.txt"}, moses("fsmt", SEPARATE),
        FSMT_SPECIAL, defaults={"langs": None, "do_lower_case": False}, behaviour="triform.text.fsmt:FSMTTokenizer",
    ),
    "FlaubertTokenizer": Family(
        BOTH, moses("flaubert", BEGUN_TWICE), XLM_SPECIAL, WITH_SEGMENTS, {"do_lowercase": False}, extra=xlm_extra, behaviour=CUT
    ),
    "HerbertTokenizer": Family(
        BOTH, herbert, {**XLM_SPECIAL, "cls_token": "<s>", "mask_token": "<mask>"}, WITH_SEGMENTS,
        {"do_lowercase_and_remove_accent": False}, extra=xlm_extra,
    ),
    "OpenAIGPTTokenizer": Family(BOTH, openai_gpt, {"unk_token": "<unk>"}),
    "PhobertTokenizer": Family(CODES, counted, ROBERTA_SPECIAL, WITH_SEGMENTS, behaviour=CUT),
    "RoFormerTokenizer": Family(
        {"vocab_file": "vocab.txt"}, roformer, BERT_SPECIAL, WITH_SEGMENTS, {"do_lower_case": True},
        behaviour="triform.text.roformer:RoFormerTokenizer",
    ),
    "XLMTokenizer": Family(BOTH, moses("xlm", BEGUN_TWICE), XLM_SPECIAL, WITH_SEGMENTS, XLM_DEFAULTS, extra=xlm_extra, behaviour=CUT),
}  # fmt: skip
