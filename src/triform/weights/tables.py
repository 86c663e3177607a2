"""The tables at the end of an architecture's file, which tell the loader what it must know, so that it knows no model.

    RENAME    {pattern: replacement}   names in older files -> names here
    TIED      {name: name}             two names of one array, where config.tie_word_embeddings
    SHARED    {name: name}             two names of one array, always
    OPTIONAL  (pattern, …)             what files may lack
    IGNORE    (pattern, …)             what older files hold and nothing needs
    INIT      {pattern: distribution}  the first that matches; see `initial`

Patterns are searched for in the full name; a model that is a part of another brings its own tables for the names below it.
"""

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from triform.errors import InputError

NAMES = ("RENAME", "TIED", "SHARED", "OPTIONAL", "IGNORE", "INIT")


@dataclass(frozen=True)
class Tables:
    """The tables of one file."""

    rename: tuple[tuple[re.Pattern[str], Any], ...] = ()
    tied: dict[str, str] = field(default_factory=dict)
    shared: dict[str, str] = field(default_factory=dict)
    optional: tuple[re.Pattern[str], ...] = ()
    ignore: tuple[re.Pattern[str], ...] = ()
    init: tuple[tuple[re.Pattern[str], Any], ...] = ()


@cache
def tables_of(cls: Any) -> Tables:
    """The tables of the file that defines a class; for a user's subclass, of the file that defines its nearest ancestor with any."""
    for ancestor in cls.__mro__:
        module = vars(sys.modules.get(ancestor.__module__, object()) or object()) if ancestor.__module__ in sys.modules else {}
        if any(name in module for name in NAMES):
            _refuse_strangers(ancestor.__module__, module)
            compiled = lambda patterns: tuple(re.compile(pattern) for pattern in patterns)
            return Tables(
                rename=tuple((re.compile(pattern), to) for pattern, to in module.get("RENAME", {}).items()),
                tied=module.get("TIED", {}),
                shared=module.get("SHARED", {}),
                optional=compiled(module.get("OPTIONAL", ())),
                ignore=compiled(module.get("IGNORE", ())),
                init=tuple((re.compile(pattern), how) for pattern, how in module.get("INIT", {}).items()),
            )
    return Tables()


def _refuse_strangers(where: str, module: dict[str, Any]) -> None:
    """A name of ours that a user's file uses for something else would be read as a table."""
    kinds = {"OPTIONAL": tuple, "IGNORE": tuple}
    wrong = [name for name in NAMES if name in module and not isinstance(module[name], kinds.get(name, dict))]
    if wrong:
        raise InputError(f"{where}: {', '.join(wrong)} means a table of the loader's (see triform.weights.tables), and is none. Rename it.")


@dataclass(frozen=True)
class Part:
    """A model, or a model inside it, with the path that its names begin with."""

    path: str  # "" or ends with a dot
    model: Any
    tables: Tables

    def relative(self, name: str) -> str | None:
        """The name as this part's own tables know it; None if it lies elsewhere."""
        return name[len(self.path) :] if name.startswith(self.path) else None


def parts_of(model: Any, named: Iterable[tuple[str, Any]]) -> list[Part]:
    """The model and those models inside it that come from another file; outermost first."""
    kind: Any = type(model)
    parts = [Part("", model, tables_of(kind))]
    for name, inner in named:
        kind = type(inner)
        tables = tables_of(kind)
        if inner is not model and tables is not parts[0].tables and tables != parts[0].tables:
            parts.append(Part(f"{name}.", inner, tables))
    return parts


def matches(patterns: Iterable[re.Pattern[str]], name: str) -> bool:
    return any(pattern.search(name) for pattern in patterns)
