"""Source files that the user trusts, as modules: from the very bytes that were read and listed, under a name of their own.

A package is named by what it holds and by where that came from, so that two checkpoints, or two commits of one, never share a module.
Nothing is copied, nothing is added to sys.path, and no bytecode is written.
"""

import hashlib
import importlib
import logging
import sys
import threading
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import ModuleType
from typing import Any

from triform.errors import RemoteCodeError, nearest
from triform.remote.sources import File, check_packages

ROOT = "triform_remote"
log = logging.getLogger("triform")


class Finder(MetaPathFinder, Loader):
    """Gives the modules below triform_remote, and no others."""

    def __init__(self) -> None:
        self.packages: set[str] = {ROOT}
        self.files: dict[str, File] = {}

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The spec of a package or file that was added."""
        if name not in self.packages and name not in self.files:
            return None
        origin = str(self.files[name].path) if name in self.files else None
        return spec_from_loader(name, self, origin=origin, is_package=name in self.packages)

    def exec_module(self, module: ModuleType) -> None:
        """Runs a file; a package is empty."""
        file = self.files.get(module.__name__)
        if file is not None:
            module.__file__ = str(file.path)
            exec(compile(file.text, str(file.path), "exec"), module.__dict__)

    def add(self, package: str, files: dict[str, File]) -> None:
        """Makes files importable as modules of a package."""
        self.packages.add(package)
        for name, file in files.items():
            self.files[f"{package}.{name}"] = file
            parts = name.split(".")[:-1]
            self.packages.update(f"{package}.{'.'.join(parts[: i + 1])}" for i in range(len(parts)))


FINDER = Finder()
_lock = threading.RLock()


def class_from(files: dict[str, File], module: str, name: str, where: str, identity: str) -> Any:
    """A class out of files that are trusted. They are listed, once, before they run.

    Args:
        identity: the commit or folder that the files are of.

    Raises: RemoteCodeError where the code fails or has no such class; MissingDependencyError.
    """
    content = "".join(f"{key} {file.digest} " for key, file in sorted(files.items()))
    package = f"{ROOT}.c{hashlib.sha256(f'{identity} {content}'.encode()).hexdigest()[:20]}"
    with _lock:
        if package not in FINDER.packages:
            check_packages(files, where)
            shown = ", ".join(f"{file.path.name} (sha256 {file.digest[:12]})" for _, file in sorted(files.items()))
            log.warning("Running code that %s brings along, as trust_remote_code=True allows: %s.", where, shown)
            FINDER.add(package, files)
        if FINDER not in sys.meta_path:
            sys.meta_path.append(FINDER)
        try:
            loaded = importlib.import_module(f"{package}.{module}")
        except Exception as error:
            raise RemoteCodeError(f"{module}.py of {where} fails: {type(error).__name__}: {error}") from error
    found = vars(loaded).get(name)
    if not isinstance(found, type):
        classes = [key for key, value in vars(loaded).items() if isinstance(value, type) and value.__module__ == loaded.__name__]
        raise RemoteCodeError(
            f"{module}.py of {where} has no class {name}.{nearest(name, classes)} It has: {', '.join(classes) or 'none'}."
        )
    return found
