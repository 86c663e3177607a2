"""Files of JSON, checked before they are read. No array library is imported for them: tokenizers and configs need them, too."""

import json
import os
import stat
from pathlib import Path
from typing import Any

from triform.errors import CorruptFileError, MissingFileError

LFS_MARK = b"version https://git-lfs"
MOST_JSON = 32 * 2**20  # bytes; the index of a model with 150,000 tensors has 13 MiB
MOST_CONTAINERS = 100_000  # opening brackets in one JSON text; an index has three


def file_size(path: Path) -> int:
    """The size in bytes of a regular file that is no git-lfs pointer.

    Raises: MissingFileError; CorruptFileError for folders, devices, pipes, empty files and git-lfs pointers.
    """
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        raise MissingFileError(f"{path}: no such file.") from None
    except ValueError as error:  # a NUL in the name
        raise MissingFileError(f"{str(path)!r} cannot be a file's name: {error}.") from None
    if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for ever
        raise CorruptFileError(f"{path} is not a regular file; expected a file of weights.")
    if status.st_size == 0:
        raise CorruptFileError(f"{path} is empty: 0 bytes found. Fetch the file again.")
    if status.st_size < 1024:
        with open(path, "rb") as file:
            if file.read(len(LFS_MARK)) == LFS_MARK:
                raise CorruptFileError(f"{path} is a git-lfs pointer, not the weights themselves. Run `git lfs pull` in its folder.")
    return status.st_size


def read_json(path: Path, most: int = MOST_JSON) -> Any:
    """A JSON file of at most `most` bytes, in which no object names a key twice."""
    size = file_size(path)
    if size > most:
        raise CorruptFileError(f"{path} has {size:,} bytes; JSON of at most {most:,} bytes was expected here.")
    return parse_json(Path(path).read_bytes(), str(path))


def parse_json(data: bytes, where: str) -> Any:
    """Parsed JSON; `where` is named by the CorruptFileError for malformed, monstrous or ambiguous text."""
    if data.count(b"{") + data.count(b"[") > MOST_CONTAINERS:
        raise CorruptFileError(f"{where} nests more than {MOST_CONTAINERS:,} objects and lists; no such file of weights is known.")
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise CorruptFileError(f"{where} is not valid JSON: {error}. Fetch the file again.") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1}) if len(names) < 1000 else ["among its many"]
        raise ValueError(f"the same key occurs twice: {', '.join(twice[:10])}")
    return made
