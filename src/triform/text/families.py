"""Families of tokenizers, as data: what each is built from where there is no tokenizer.json, and its special tokens."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

Builder = Callable[[dict[str, Path], dict[str, Any], dict[str, str]], Any]


@dataclass(frozen=True)
class Family:
    """One kind of tokenizer.

    Attributes:
        files: what it is built from: role -> file name.
        build: makes the engine from the files, the settings and the special tokens; None where only tokenizer.json will do.
        special: its special tokens, unless the files name others.
        inputs: the names of what a call returns.
        defaults: settings of tokenizer_config.json, where that says nothing.
        extra: its special tokens without a name, unless the files list others, from the settings.
        base: the class it extends, "module:name".
    """

    files: dict[str, str] = field(default_factory=dict)
    build: Builder | None = None
    special: dict[str, str] = field(default_factory=dict)
    inputs: tuple[str, ...] = ("input_ids", "attention_mask")
    defaults: dict[str, Any] = field(default_factory=dict)
    extra: Callable[[dict[str, Any]], list[str]] | None = None
    base: str = "triform.text.tokenizer:PreTrainedTokenizer"


def _wordpiece(files: dict[str, Path], settings: dict[str, Any], special: dict[str, str]) -> Any:
    from triform.text.wordpiece import build_wordpiece, read_vocabulary

    return build_wordpiece(read_vocabulary(files["vocab_file"]), settings, special)


def _byte_level(ends: str) -> Builder:
    def build(files: dict[str, Path], settings: dict[str, Any], special: dict[str, str]) -> Any:
        from triform.text.bytelevel import build_byte_level, read_merges, read_pieces

        return build_byte_level(read_pieces(files["vocab_file"]), read_merges(files["merges_file"]), settings, special, ends)

    return build


FAMILY_SETTINGS = {  # of tokenizer_config.json, beside those that every tokenizer has
    "src_lang", "tgt_lang", "extra_ids", "offset", "mask_token_sent", "keep_accents", "split_by_punct", "legacy_behaviour",
    "language_codes", "remove_space", "sp_model_kwargs",
}  # fmt: skip

BERT_SPECIAL = {"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]"}
GPT2_SPECIAL = {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"}
ROBERTA_SPECIAL = {
    "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "sep_token": "</s>", "pad_token": "<pad>", "cls_token": "<s>",
    "mask_token": "<mask>",
}  # fmt: skip
WITH_SEGMENTS = ("input_ids", "token_type_ids", "attention_mask")
PIECES = {"vocab_file": "vocab.json", "merges_file": "merges.txt"}

ENGLISH = {"do_lower_case": True, "clean_up_tokenization_spaces": True}

WORDPIECE = Family({"vocab_file": "vocab.txt"}, _wordpiece, BERT_SPECIAL, WITH_SEGMENTS, ENGLISH)
PLAIN_WORDPIECE = Family({"vocab_file": "vocab.txt"}, _wordpiece, BERT_SPECIAL, defaults=ENGLISH)
GPT2 = Family(PIECES, _byte_level(""), GPT2_SPECIAL)
ROBERTA = Family(PIECES, _byte_level("roberta"), ROBERTA_SPECIAL)
GENERIC = Family()

FAMILIES: dict[str, Family] = {
    "BartTokenizer": ROBERTA,
    "BertTokenizer": WORDPIECE,
    "DistilBertTokenizer": PLAIN_WORDPIECE,
    "ElectraTokenizer": WORDPIECE,
    "GPT2Tokenizer": GPT2,
    "LEDTokenizer": ROBERTA,
    "LayoutLMTokenizer": WORDPIECE,
    "LongformerTokenizer": ROBERTA,
    "LxmertTokenizer": WORDPIECE,
    "MobileBertTokenizer": WORDPIECE,
    "MvpTokenizer": ROBERTA,
    "RobertaTokenizer": ROBERTA,
    "SqueezeBertTokenizer": WORDPIECE,
}


@cache
def families() -> dict[str, Family]:
    """Every family by its class name."""
    from triform.text.families_pieces import PIECE_FAMILIES

    return {**FAMILIES, **PIECE_FAMILIES}


def family(class_name: str | None) -> Family:
    """The family of a class name, with or without `Fast`; a generic one for a name that is not known."""
    bare = (class_name or "").removesuffix("Fast")
    return FAMILIES.get(bare) or families().get(bare, GENERIC)


@cache
def tokenizer_class(name: str) -> Any:
    """The class of a family by its usual name: BertTokenizer and BertTokenizerFast are the same; None for a name that is not known."""
    bare = name.removesuffix("Fast")
    kind = family(bare)
    if kind is GENERIC:
        return None
    if bare != name:
        return tokenizer_class(bare)
    module, _, base = kind.base.partition(":")
    body = {"family_name": bare, "family": kind, "__module__": "triform.text", "__doc__": f"The tokenizer that checkpoints call {bare}."}
    return type(bare, (getattr(import_module(module), base),), body)
