"""What `auto_map` says: Auto class -> "[user/repository--]file.Class". Data; nothing here runs or fetches anything."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from triform.errors import CorruptFileError

FORM = re.compile(r"(?:(?P<repository>[\w.-]+(?:/[\w.-]+)?)--)?(?P<module>[A-Za-z_]\w*)[.](?P<name>[A-Za-z_]\w*)", re.ASCII)


class Entry(NamedTuple):
    """A class in a checkpoint's own code.

    Attributes:
        repository: where the code lies, where that is not with the checkpoint. module: the file, without .py. name: the class.
    """

    repository: str | None
    module: str
    name: str


def parse(text: Any, where: str) -> Entry:
    """An entry of auto_map. Raises CorruptFileError, naming `where`, for what is none."""
    found = FORM.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise CorruptFileError(f'{where}: auto_map has {text!r}, expected "file.Class" or "user/repository--file.Class".')
    return Entry(found["repository"], found["module"], found["name"])


def entry_for(auto_map: Any, auto_class: str) -> Any:
    """The entry of an Auto class; of a pair of tokenizers, the fast one. None where there is none."""
    found = auto_map.get(auto_class) if isinstance(auto_map, Mapping) else auto_map if auto_class == "AutoTokenizer" else None
    if isinstance(found, (list, tuple)):
        return next((entry for entry in reversed(found) if entry is not None), None)
    return found


def modules_of(auto_map: Any, where: str, repository: str | None) -> list[str]:
    """The files that an auto_map names and that lie in one place."""
    values = auto_map.values() if isinstance(auto_map, Mapping) else [auto_map]
    flat = [entry for value in values for entry in (value if isinstance(value, (list, tuple)) else [value]) if entry is not None]
    entries = [parse(entry, where) for entry in flat]
    return sorted({entry.module for entry in entries if entry.repository == repository})


def qualified(auto_map: Any, repository: str) -> Any:
    """An auto_map whose entries say in which repository the code lies, so that they hold wherever the config is saved."""

    def named(entry: Any) -> Any:
        if isinstance(entry, (list, tuple)):
            return [named(part) for part in entry]
        return f"{repository}--{entry}" if isinstance(entry, str) and "--" not in entry else entry

    return {key: named(value) for key, value in auto_map.items()} if isinstance(auto_map, Mapping) else auto_map
