"""Text in, token ids out. The Rust library `tokenizers` is the engine; no framework is imported."""

from typing import Any

NAMES = {
    "AddedToken": "tokenizers",
    "BatchEncoding": "triform.text.encoding",
    "PreTrainedTokenizer": "triform.text.tokenizer",
    "PreTrainedTokenizerFast": "triform.text.tokenizer",
    "PreTrainedTokenizerBase": "triform.text.tokenizer",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in NAMES:
        return getattr(import_module(NAMES[name]), name)
    if not name.startswith("_") and "Tokenizer" in name:
        from triform.text.families import tokenizer_class

        found = tokenizer_class(name)
        if found is not None:
            return found
    raise AttributeError(f"triform.text has no {name!r}.")
