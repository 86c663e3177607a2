"""Python functions as the JSON schemas that chat templates show to a model."""

import inspect
import json
import re
import types
from collections.abc import Callable
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from triform.errors import TokenizerError

SECTION = re.compile(r"^(Args|Returns|Raises):[ \t]*$", re.MULTILINE)
ENTRY = re.compile(r"^(\*{0,2}\w+)\s*(?:\([^)]*\))?:[ \t]*", re.MULTILINE)
CHOICES = re.compile(r"\(choices:\s*(.*?)\)\s*$", re.DOTALL | re.IGNORECASE)
PLAIN = {
    int: {"type": "integer"}, float: {"type": "number"}, str: {"type": "string"}, bool: {"type": "boolean"}, type(None): {"type": "null"},
    dict: {"type": "object"}, list: {"type": "array"}, tuple: {"type": "array"}, Any: {},
}  # fmt: skip


def tool_schema(function: Callable[..., Any]) -> dict[str, Any]:
    """The schema of a function, from its type hints and its docstring in Google's form (Args:, Returns:).

    Allowed are int, float, str, bool, None, list[…], dict[str, …], tuple[…] of fixed length, Literal, Union, Optional and Any. An
    argument's description may end in (choices: ["a", "b"]).

    Raises: TokenizerError that lists everything that is missing.
    """
    name = getattr(function, "__name__", type(function).__name__)
    doc = inspect.getdoc(function)
    if not doc:
        raise TokenizerError(f"The tool {name} has no docstring; a model is told by it what the tool does.")
    about, arguments, returns = _sections(doc)
    hints = get_type_hints(function)
    properties, required, problems = {}, [], []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name not in hints:
            problems.append(f"{parameter.name} has no type hint")
        elif parameter.name not in arguments:
            problems.append(f"{parameter.name} has no description under 'Args:'")
        else:
            try:
                properties[parameter.name] = _described(_schema(hints[parameter.name]), arguments[parameter.name], parameter.name)
            except TokenizerError as error:
                problems.append(f"{parameter.name}: {error}")
        if parameter.default is inspect.Parameter.empty:
            required.append(parameter.name)
    if problems:
        raise TokenizerError(f"The tool {name} makes no schema: {'; '.join(problems)}.")
    made: dict[str, Any] = {"name": name, "description": about, "parameters": {"type": "object", "properties": properties}}
    if required:
        made["parameters"]["required"] = required
    if "return" in hints:
        made["return"] = _schema(hints["return"]) | ({"description": returns} if returns is not None else {})
    return {"type": "function", "function": made}


def _sections(doc: str) -> tuple[str, dict[str, str], str | None]:
    """(what the function does, argument -> description, what it returns)."""
    marks = [*SECTION.finditer(doc)]
    ends = [*(mark.start() for mark in marks[1:]), len(doc)]
    parts = {mark[1]: doc[mark.end() : end] for mark, end in zip(marks, ends)}
    about = (doc[: marks[0].start()] if marks else doc).strip()
    return about, _entries(parts.get("Args", "")), parts["Returns"].strip() if "Returns" in parts else None


def _entries(text: str) -> dict[str, str]:
    """Argument -> description; lines that are indented further continue one."""
    text = inspect.cleandoc(text)
    marks = [*ENTRY.finditer(text)]
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    return {mark[1].lstrip("*"): re.sub(r"\s*\n+\s*", " ", text[mark.end() : end].strip()) for mark, end in zip(marks, ends)}


def _described(schema: dict[str, Any], description: str, name: str) -> dict[str, Any]:
    choices = CHOICES.search(description)
    if choices is None:
        return {**schema, "description": description}
    try:
        listed = json.loads(choices[1])
    except ValueError:
        raise TokenizerError(f"the choices {choices[1]!r} are no JSON list") from None
    return {**schema, "enum": listed, "description": description[: choices.start()].strip()}


def _schema(hint: Any) -> dict[str, Any]:
    """The schema of a type hint. Raises TokenizerError for one that JSON has no word for."""
    if hint is None:
        return {"type": "null"}
    if hint in PLAIN:
        return dict(PLAIN[hint])
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _union(inner)
    if origin is Literal:
        found = list(dict.fromkeys(_schema(type(value)).get("type") for value in inner))
        return {"type": found[0] if len(found) == 1 else sorted(found), "enum": list(inner)}
    if origin is list:
        return {"type": "array", "items": _schema(inner[0])}
    if origin is tuple:
        if Ellipsis in inner:
            raise TokenizerError(f"{hint} has no fixed length; use list[…]")
        return {"type": "array", "prefixItems": [_schema(part) for part in inner]}
    if origin is dict:
        if inner[0] is not str:
            raise TokenizerError(f"{hint} has keys that are no str")
        return {"type": "object", "additionalProperties": _schema(inner[1])}
    raise TokenizerError(f"{hint} has no form in JSON")


def _union(parts: tuple[Any, ...]) -> dict[str, Any]:
    schemas = [_schema(part) for part in parts if part is not type(None)]
    if len(schemas) == 1:
        made = schemas[0]
    elif all(set(schema) == {"type"} for schema in schemas):
        made = {"type": sorted({schema["type"] for schema in schemas})}
    else:
        made = {"anyOf": schemas}
    return {**made, "nullable": True} if type(None) in parts else made
