"""Families of tokenizers, as data: which files each is built from where there is no tokenizer.json, and its special tokens."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

BERT_SPECIAL = {"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]"}


@dataclass(frozen=True)
class Family:
    """One kind of tokenizer.

    Attributes:
        files: what it is built from, by role.
        special: its special tokens, unless the files name others.
        inputs: the names of what a call returns.
        defaults: settings of tokenizer_config.json, where that says nothing.
    """

    files: dict[str, str] = field(default_factory=dict)
    special: dict[str, str] = field(default_factory=dict)
    inputs: tuple[str, ...] = ("input_ids", "attention_mask")
    defaults: dict[str, Any] = field(default_factory=dict)


WORDPIECE = Family({"vocab_file": "vocab.txt"}, BERT_SPECIAL, ("input_ids", "token_type_ids", "attention_mask"), {"do_lower_case": True})
GENERIC = Family()

FAMILIES: dict[str, Family] = {"BertTokenizer": WORDPIECE}


def family(class_name: str | None) -> Family:
    """The family of a class name, with or without `Fast`; a generic one for a name that is not known."""
    return FAMILIES.get((class_name or "").removesuffix("Fast"), GENERIC)


def build(kind: Family, files: dict[str, Path], settings: dict[str, Any], special: dict[str, str]) -> Any:
    """The engine of a family, from its vocabulary files."""
    from triform.text.wordpiece import build_wordpiece, read_vocabulary

    return build_wordpiece(read_vocabulary(files["vocab_file"]), settings, special)


@cache
def tokenizer_class(name: str) -> Any:
    """The class of a family by its usual name: BertTokenizer and BertTokenizerFast are the same; None for a name that is not known."""
    bare = name.removesuffix("Fast")
    if bare not in FAMILIES:
        return None
    if bare != name:
        return tokenizer_class(bare)
    from triform.text.tokenizer import PreTrainedTokenizer

    return type(
        bare,
        (PreTrainedTokenizer,),
        {"family_name": bare, "__module__": "triform.text", "__doc__": f"The tokenizer that checkpoints call {bare}."},
    )
