"""Families of tokenizers, as data: what each is built from where there is no tokenizer.json, and its special tokens."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from triform.text import framing
from triform.text.framing import Frame

Builder = Callable[[dict[str, Path], dict[str, Any], dict[str, Any]], Any]


@dataclass(frozen=True)
class Family:
    """One kind of tokenizer.

    Attributes:
        files: what it is built from: role -> file name, or "a|b" where it may have either.
        build: makes the engine from the files, the settings and the special tokens; None where only tokenizer.json will do.
        special: its special tokens, unless the files name others: texts, or objects with flags as in special_tokens_map.json.
        inputs: the names of what a call returns.
        defaults: settings of tokenizer_config.json, where that says nothing.
        frame: run after `build`, once the engine knows the special tokens: sets what a call adds around texts.
        follow: run on the engine of a tokenizer.json: takes over the settings that count more.
        built: defaults where the engine was built from `files`.
        behaviour: "module:Class" of the tokenizers with methods of their own.
        extra: special tokens without a name that the settings imply, unless the files list others.
    """

    files: dict[str, str] = field(default_factory=dict)
    build: Builder | None = None
    special: dict[str, Any] = field(default_factory=dict)
    inputs: tuple[str, ...] = ("input_ids", "attention_mask")
    defaults: dict[str, Any] = field(default_factory=dict)
    frame: Frame | None = None
    follow: Frame = framing.follow_prefix
    built: dict[str, Any] = field(default_factory=dict)
    behaviour: str = "triform.text.tokenizer:PreTrainedTokenizer"
    extra: Callable[[dict[str, Any]], list[str]] | None = None


def _wordpiece(files: dict[str, Path], settings: dict[str, Any], special: dict[str, Any]) -> Any:
    from triform.text.wordpiece import build_wordpiece, read_vocabulary

    return build_wordpiece(read_vocabulary(files["vocab_file"]), settings, special)


def _pieces(builder: str) -> Builder:
    def build(files: dict[str, Path], settings: dict[str, Any], special: dict[str, Any]) -> Any:
        from triform.text import bytelevel

        pieces, merges = bytelevel.read_pieces(files["vocab_file"]), bytelevel.read_merges(files["merges_file"])
        if builder == "build_clip":
            return bytelevel.build_clip(pieces, merges, settings, special.get("unk_token"))
        return getattr(bytelevel, builder)(pieces, merges, settings)

    return build


def _late(place: str) -> Frame:
    """A step of a module of its own, imported when a tokenizer of the family is loaded."""
    module, _, name = place.partition(":")
    return lambda engine, settings, special: getattr(import_module(module), name)(engine, settings, special)


def _loose(text: str, **flags: bool) -> dict[str, Any]:
    """A special token that is looked for after the text is normalised."""
    return {"content": text, "normalized": True, **flags}


BERT_SPECIAL = {"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]"}
MPNET_SPECIAL = {
    "bos_token": "<s>", "eos_token": "</s>", "unk_token": "[UNK]", "sep_token": "</s>", "pad_token": "<pad>", "cls_token": "<s>",
    "mask_token": {"content": "<mask>", "lstrip": True, "normalized": False},
}  # fmt: skip
FUNNEL_SPECIAL = {
    "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "sep_token": "<sep>", "pad_token": "<pad>", "cls_token": "<cls>",
    "mask_token": "<mask>",
}  # fmt: skip
END = "<|endoftext|>"
GPT2_SPECIAL = {"bos_token": _loose(END), "eos_token": _loose(END), "unk_token": _loose(END)}
CODEGEN_SPECIAL = {"bos_token": END, "eos_token": END, "unk_token": END}
QWEN2_SPECIAL = {"eos_token": END, "unk_token": END, "pad_token": END}
CLIP_SPECIAL = {"bos_token": _loose("<|startoftext|>"), "eos_token": _loose(END), "unk_token": _loose(END), "pad_token": _loose(END)}
ROBERTA_SPECIAL = {
    "bos_token": _loose("<s>"), "eos_token": _loose("</s>"), "unk_token": _loose("<unk>"), "sep_token": _loose("</s>"),
    "pad_token": _loose("<pad>"), "cls_token": _loose("<s>"), "mask_token": {"content": "<mask>", "lstrip": True, "normalized": False},
}  # fmt: skip
BART_SPECIAL = {**ROBERTA_SPECIAL, "mask_token": _loose("<mask>", lstrip=True)}
MVP_SPECIAL = {
    "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "sep_token": "</s>", "pad_token": "<pad>", "cls_token": "<s>",
    "mask_token": {"content": "<mask>", "lstrip": True, "normalized": False},
}  # fmt: skip
DEBERTA_SPECIAL = {
    "bos_token": "[CLS]", "eos_token": "[SEP]", "unk_token": "[UNK]", "sep_token": "[SEP]", "cls_token": "[CLS]", "pad_token": "[PAD]",
    "mask_token": _loose("[MASK]", lstrip=True),
}  # fmt: skip
BLOOM_SPECIAL = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
COHERE_SPECIAL = {"bos_token": "<BOS_TOKEN>", "eos_token": "<|END_OF_TURN_TOKEN|>", "unk_token": "<UNK>"}

WITH_SEGMENTS = ("input_ids", "token_type_ids", "attention_mask")
PIECES = {"vocab_file": "vocab.json", "merges_file": "merges.txt"}
LOWER = {"do_lower_case": True}
TIDY = {"clean_up_tokenization_spaces": True}

UNTIDY_WORDPIECE = Family(
    {"vocab_file": "vocab.txt"}, _wordpiece, BERT_SPECIAL, WITH_SEGMENTS, LOWER, framing.enclose(), framing.follow_bert
)
WORDPIECE = replace(UNTIDY_WORDPIECE, built=TIDY)
PLAIN_WORDPIECE = replace(WORDPIECE, inputs=("input_ids", "attention_mask"))
MPNET = replace(PLAIN_WORDPIECE, special=MPNET_SPECIAL, frame=framing.enclose(doubled=True))
FUNNEL = replace(WORDPIECE, special=FUNNEL_SPECIAL, frame=framing.enclose(first_type=2))
SPLINTER = replace(UNTIDY_WORDPIECE, special={**BERT_SPECIAL, "additional_special_tokens": ["[QUESTION]"]}, frame=framing.question)

LAYOUT = {"pad_token_box": [0, 0, 0, 0], "cls_token_box": [0, 0, 0, 0], "pad_token_label": -100, "only_label_first_subword": True}
LAYOUT2 = replace(
    UNTIDY_WORDPIECE, defaults={**LOWER, **LAYOUT, "sep_token_box": [1000, 1000, 1000, 1000], "model_max_length": 512},
    behaviour="triform.text.layout:LayoutTokenizer",
)  # fmt: skip

GPT2 = Family(PIECES, _pieces("build_byte_level"), GPT2_SPECIAL, frame=framing.byte_level)
CODEGEN = replace(GPT2, special=CODEGEN_SPECIAL, behaviour="triform.text.codegen:CodeGenTokenizer")
QWEN2 = replace(GPT2, build=_pieces("build_qwen2"), special=QWEN2_SPECIAL)
CLIP = replace(GPT2, build=_pieces("build_clip"), special=CLIP_SPECIAL, frame=framing.clip, behaviour="triform.text.clip:CLIPTokenizer")
ROBERTA = replace(GPT2, special=ROBERTA_SPECIAL, frame=framing.roberta, follow=framing.follow_roberta)
BART = replace(ROBERTA, special=BART_SPECIAL)
LAYOUT3 = replace(
    BART, defaults={**LAYOUT, "sep_token_box": [0, 0, 0, 0], "add_prefix_space": True}, behaviour="triform.text.layout:LayoutTokenizer"
)
MVP = replace(ROBERTA, special=MVP_SPECIAL)
BLENDERBOT = replace(ROBERTA, frame=framing.end_alone)
DEBERTA = replace(GPT2, special=DEBERTA_SPECIAL, inputs=("input_ids", "attention_mask", "token_type_ids"), frame=framing.enclose())
WHISPER = replace(
    GPT2, special=CODEGEN_SPECIAL, frame=_late("triform.text.whisper:frame"), follow=_late("triform.text.whisper:follow"),
    behaviour="triform.text.whisper:WhisperTokenizer", defaults={"language": None, "task": None, "predict_timestamps": False},
)  # fmt: skip
NEOX = replace(GPT2, special=CODEGEN_SPECIAL, frame=framing.begin_and_end(False, False), follow=framing.follow_begin_and_end(False, False))
COHERE = Family(special=COHERE_SPECIAL, follow=framing.follow_begin_and_end(True, False), defaults={"padding_side": "left"})
BLOOM = Family(special=BLOOM_SPECIAL)


def _ranks(files: dict[str, Path], settings: dict[str, Any], special: dict[str, Any]) -> Any:
    from triform.text.tiktoken import build_tiktoken

    return build_tiktoken(files, settings, special)


GENERIC = Family({"vocab_file": "tokenizer.model|tiktoken.model"}, _ranks)

FAMILIES: dict[str, Family] = {
    "BartTokenizer": BART,
    "BertTokenizer": WORDPIECE,
    "BlenderbotTokenizer": BLENDERBOT,
    "BloomTokenizer": BLOOM,
    "CLIPTokenizer": CLIP,
    "CodeGenTokenizer": CODEGEN,
    "CohereTokenizer": COHERE,
    "ConvBertTokenizer": WORDPIECE,
    "DPRContextEncoderTokenizer": WORDPIECE,
    "DPRQuestionEncoderTokenizer": WORDPIECE,
    "DebertaTokenizer": DEBERTA,
    "DistilBertTokenizer": PLAIN_WORDPIECE,
    "ElectraTokenizer": WORDPIECE,
    "FunnelTokenizer": FUNNEL,
    "GPT2Tokenizer": GPT2,
    "GPTNeoXTokenizer": NEOX,
    "LEDTokenizer": BART,
    "LayoutLMTokenizer": WORDPIECE,
    "LayoutLMv2Tokenizer": LAYOUT2,
    "LayoutLMv3Tokenizer": LAYOUT3,
    "LongformerTokenizer": ROBERTA,
    "LxmertTokenizer": WORDPIECE,
    "MPNetTokenizer": MPNET,
    "MobileBertTokenizer": WORDPIECE,
    "MvpTokenizer": MVP,
    "Qwen2Tokenizer": QWEN2,
    "RealmTokenizer": UNTIDY_WORDPIECE,
    "RetriBertTokenizer": replace(UNTIDY_WORDPIECE, inputs=("input_ids", "attention_mask")),
    "RobertaTokenizer": ROBERTA,
    "SplinterTokenizer": SPLINTER,
    "SqueezeBertTokenizer": WORDPIECE,
    "WhisperTokenizer": WHISPER,
}


@cache
def families() -> dict[str, Family]:
    """Every family by its class name; those of other modules are read when first asked for."""
    from triform.text.families_cut import CUT_FAMILIES
    from triform.text.families_pieces import PIECE_FAMILIES
    from triform.text.families_words import WORD_FAMILIES

    return {**FAMILIES, **PIECE_FAMILIES, **CUT_FAMILIES, **WORD_FAMILIES}


def family(class_name: str | None) -> Family:
    """The family of a class name, with or without `Fast`; a generic one for a name that is not known."""
    bare = (class_name or "").removesuffix("Fast")
    return FAMILIES.get(bare) or families().get(bare, GENERIC)


@cache
def tokenizer_class(name: str) -> Any:
    """The class of a family by its usual name: BertTokenizer and BertTokenizerFast are the same; None for a name that is not known."""
    bare = name.removesuffix("Fast")
    if bare not in FAMILIES and bare not in families():
        return None
    if bare != name:
        return tokenizer_class(bare)
    module, _, base = family(bare).behaviour.partition(":")
    body = {"family_name": bare, "__module__": "triform.text", "__doc__": f"The tokenizer that checkpoints call {bare}."}
    return type(bare, (getattr(import_module(module), base),), body)
