"""Users' own classes in a checkpoint: `auto_map`, and the files that it names, beside the weights."""

import inspect
import sys
from pathlib import Path
from typing import Any

from triform.auto.registry import BACKENDS, TASKS
from triform.errors import InputError, nearest
from triform.remote.running import FINDER, ROOT
from triform.remote.sources import gathered


def mark(cls: Any, auto_class: str) -> None:
    """Marks a user's model class for an Auto class of its backend, whose name may come without TF or Flax. Raises InputError."""
    front = BACKENDS[cls.backend]
    bare = auto_class.removeprefix(front)
    if bare not in TASKS:
        raise InputError(f"{auto_class!r} is no Auto class of {cls.backend}.{nearest(bare, TASKS)}")
    cls._auto_class = front + bare


def code_of(*classes: Any) -> tuple[dict[str, str], dict[str, bytes]]:
    """(auto_map, file name -> text) of those classes that `register_for_auto_class` marked.

    Raises: InputError for a class that was not defined at the top of a file.
    """
    auto_map: dict[str, str] = {}
    texts: dict[str, bytes] = {}
    for cls in classes:
        auto_class = getattr(cls, "_auto_class", None)
        if auto_class is None:
            continue
        if "." in cls.__qualname__:
            raise InputError(
                f"{cls.__qualname__} is registered for {auto_class}, but defined inside of something; move it to the top of a file."
            )
        module, files = _files(cls)
        auto_map[auto_class] = f"{module}.{cls.__name__}"
        texts |= files
    return auto_map, texts


def _files(cls: Any) -> tuple[str, dict[str, bytes]]:
    """(the module's name, the files) of a class: its own, and those that it imports from beside itself."""
    package, _, module = cls.__module__.rpartition(".")
    if package.split(".")[0] == ROOT:  # the very bytes that were run
        prefix = f"{package}."
        return module, {_name(key.removeprefix(prefix)): file.text for key, file in FINDER.files.items() if key.startswith(prefix)}
    path = getattr(sys.modules.get(cls.__module__), "__file__", None)
    if path is None or inspect.getmodule(cls) is None:
        raise InputError(f"{cls.__qualname__} was not defined in a file, so that its code cannot be saved with the model.")
    module, folder = Path(path).stem, Path(path).parent
    find = lambda name: folder / name if (folder / name).is_file() else None
    return module, {_name(key): file.text for key, file in gathered([module], find, module, str(folder)).items()}


def _name(module: str) -> str:
    return f"{module.replace('.', '/')}.py"


def save_config_with_code(config: Any, folder: Any) -> None:
    """config.json of a class that `register_for_auto_class` marked, and the class's source files."""
    from triform.replacing import Replacement

    auto_map, texts = code_of(type(config))
    copy = config.copy()
    copy.auto_map = {**(getattr(config, "auto_map", None) or {}), **auto_map}
    with Replacement() as new:
        for name, text in {**texts, "config.json": copy.to_json_string().encode()}.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with new.file(path) as file:
                file.write(text)
