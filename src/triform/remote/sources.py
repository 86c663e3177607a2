"""The source files behind a class: those that it imports from beside itself, and the packages that these need. Read, never run."""

import ast
import hashlib
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from triform.errors import MissingDependencyError, RemoteCodeError

MOST_BYTES = 8 * 2**20  # of one file
MOST_FILES = 100


class File(NamedTuple):
    """One source file: where it lies, and what it held when it was read, which is what runs."""

    path: Path
    text: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text).hexdigest()


def gathered(modules: Iterable[str], find: Callable[[str], Path | None], required: str, where: str) -> dict[str, File]:
    """Module name -> file, of some modules and of all that they import from beside themselves.

    Args:
        find: file name -> path, None where there is none. required: the one module that has to be there.

    Raises: RemoteCodeError for files that are absent, too large, too many, or no Python.
    """
    found: dict[str, File] = {}
    waiting = [*modules]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        path = find(f"{name.replace('.', '/')}.py")
        if path is None:
            if name == required or found:
                raise RemoteCodeError(f"{where} has no {name}.py, which its code needs.")
            continue
        if path.stat().st_size > MOST_BYTES or len(found) == MOST_FILES:
            raise RemoteCodeError(f"{where}: {name}.py is beyond what is read: {MOST_FILES} files of {MOST_BYTES:,} bytes each.")
        found[name] = File(path, path.read_bytes())
        waiting += relative_imports(name, _tree(found[name], where))
    return found


def _tree(file: File, where: str) -> ast.Module:
    try:
        return ast.parse(file.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise RemoteCodeError(f"{where}: {file.path.name} is no Python that can be read: {error}.") from None


def relative_imports(name: str, tree: ast.Module) -> Iterator[str]:
    """The modules that a module imports from beside itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            above = name.split(".")[: -node.level]
            if node.level > name.count(".") + 1:
                raise RemoteCodeError(f"{name}.py imports from outside of its folder ({'.' * node.level}{node.module or ''}).")
            if node.module:
                yield ".".join([*above, node.module])
            else:
                yield from (".".join([*above, alias.name]) for alias in node.names)


def check_packages(files: dict[str, File], where: str) -> None:
    """Raises MissingDependencyError naming every package that the files import as they begin and that is not installed."""
    wanted = sorted({name for file in files.values() for name in _packages(_tree(file, where))})
    absent = [name for name in wanted if find_spec(name) is None]
    if absent:
        raise MissingDependencyError(f"The code of {where} needs {', '.join(absent)}, not installed here: pip install {' '.join(absent)}")


def _packages(tree: ast.Module) -> Iterator[str]:
    """What is imported at the top of a file, outside of `if` and `try`."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.split(".")[0]
