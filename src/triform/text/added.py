"""Tokens that a user or a file adds, with their flags, in each form that files and users have for them."""

from collections.abc import Iterable
from typing import Any

from triform.errors import CorruptFileError

SPECIAL_NAMES = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
FLAGS = ("single_word", "lstrip", "rstrip", "normalized", "special")


def content(token: Any) -> str | None:
    """The text of a token: a text itself, an object of a file, or an AddedToken. Raises CorruptFileError for anything else."""
    if token is None or isinstance(token, str):
        return token
    found = token.get("content") if isinstance(token, dict) else getattr(token, "content", None)
    if not isinstance(found, str):
        raise CorruptFileError(f"A special token is {token!r}; expected a text, or an object with its `content`.")
    return found


def flags(token: Any) -> dict[str, bool]:
    """The flags that a token states. Raises CorruptFileError for one that is no truth value."""
    if token is None or isinstance(token, str):
        return {}
    if isinstance(token, dict):
        found = {name: token[name] for name in FLAGS if name in token}
    else:
        found = {name: getattr(token, name) for name in FLAGS if hasattr(token, name)}
    wrong = [name for name, value in found.items() if not isinstance(value, bool)]
    if wrong:
        raise CorruptFileError(f"The token {content(token)!r} has {wrong[0]}={found[wrong[0]]!r}; expected true or false.")
    return found


def added(token: Any, **defaults: bool) -> Any:
    """A token as the engine takes it; `defaults` are flags for where the token states none."""
    from tokenizers import AddedToken

    return AddedToken(content(token), **{**defaults, **flags(token)})


def as_object(token: Any) -> dict[str, Any]:
    """A token as files write it."""
    return {"content": content(token), **{name: value for name, value in sorted(flags(token).items()) if name != "special"}}


def same(one: Any, other: Any) -> bool:
    """Whether two tokens agree in text and in every flag."""
    return content(one) == content(other) and flags(one) == flags(other)


def add_special(engine: Any, tokens: Iterable[Any]) -> int:
    """Makes the engine know special tokens, so that it never splits them; how many it did not have.

    A text alone changes nothing about a token that the engine knows as special; one with flags does.
    """
    known = engine.get_added_tokens_decoder()
    by_text = {token.content: token for token in known.values() if token.special}
    fresh = []
    for token in tokens:
        text = content(token)
        if not text or (text in by_text and isinstance(token, str)):
            continue
        made = added({"content": text, **flags(token), "special": True}, normalized=False)
        if text in by_text and same(made, by_text[text]):
            continue
        by_text[text] = made
        fresh.append(made)
    return engine.add_special_tokens(fresh) if fresh else 0
