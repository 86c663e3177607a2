"""Whether a value is of the type that a field's annotation says: as generous as config files need, and no more."""

import types
import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

Check = Callable[[Any], bool]


@cache
def checker(annotation: Any) -> Check:
    """A test for values of a type: an int passes for a float, a bool for nothing but a bool, a list for a tuple."""
    if annotation is Any:
        return lambda value: True
    if annotation is None or annotation is type(None):
        return lambda value: value is None
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        checks = [checker(a) for a in arguments]
        return lambda value: any(check(value) for check in checks)
    if origin is typing.Literal:
        return lambda value: value in arguments
    if origin in (list, tuple):
        inner = [checker(a) for a in arguments if a is not Ellipsis]
        if origin is list or Ellipsis in arguments:
            return lambda value: isinstance(value, (list, tuple)) and all(inner[0](v) for v in value)
        return lambda value: isinstance(value, (list, tuple)) and len(value) == len(inner) and all(c(v) for c, v in zip(inner, value))
    if origin in (dict, Mapping):
        key, item = map(checker, arguments)
        return lambda value: isinstance(value, dict) and all(key(k) and item(v) for k, v in value.items())
    plain = origin or annotation
    if plain is float:
        return lambda value: isinstance(value, (int, float)) and not isinstance(value, bool)
    if plain is int:
        return lambda value: isinstance(value, int) and not isinstance(value, bool)
    if plain in (list, tuple):
        return lambda value: isinstance(value, (list, tuple))
    return lambda value: isinstance(value, plain)


def wording(annotation: Any) -> str:
    """A type in words: "int", "str or null", "list of int"."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation is type(None) or annotation is None:
        return "null"
    if origin in (typing.Union, types.UnionType):
        return " or ".join(wording(a) for a in arguments)
    if origin is typing.Literal:
        return "one of " + ", ".join(map(repr, arguments))
    if origin in (list, tuple):
        return f"list of {' or '.join(dict.fromkeys(wording(a) for a in arguments if a is not Ellipsis))}"
    if origin is dict:
        return f"mapping of {wording(arguments[0])} to {wording(arguments[1])}"
    return getattr(annotation, "__name__", str(annotation))
