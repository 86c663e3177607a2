"""Files as the readers need them: checked, and mapped copy-on-write."""

import json
import math
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from triform.errors import CorruptFileError, MissingFileError
from triform.weights.tensor import STORAGE

LFS_MARK = b"version https://git-lfs"
MOST_JSON = 32 * 2**20  # bytes; the index of a model with 150,000 tensors has 13 MiB
MOST_ELEMENTS = 2**56  # of a tensor; more cannot be addressed
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


def map_bytes(path: Path) -> np.ndarray:
    """All bytes of a file as a (size,) uint8 array: read on access, writable, and never written back."""
    file_size(path)
    return np.asarray(np.memmap(path, dtype=np.uint8, mode="c"))


def view_bits(raw: np.ndarray, dtype: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
    """Bytes seen as an array; a copy only where they do not lie at a multiple of the item size."""
    if raw.size == 0:
        return np.zeros(shape, dtype)
    if raw.ctypes.data % dtype.itemsize:
        raw = raw.copy()
    return raw.view(dtype).reshape(shape)


def byte_count(dtype: str, shape: Sequence[Any], where: str) -> int:
    """How many bytes the bits of a tensor take; CorruptFileError for a dtype or shape that NumPy cannot hold."""
    if dtype not in STORAGE:
        raise CorruptFileError(f"{where} has dtype {dtype!r}; known are: {', '.join(STORAGE)}.")
    sound = len(shape) <= 32 and all(type(size) is int and 0 <= size < MOST_ELEMENTS for size in shape)
    count = math.prod(shape) if sound else 0
    if not sound or (count or math.prod(filter(None, shape))) >= MOST_ELEMENTS:  # NumPy minds the other sizes even where one is 0
        shown = ", ".join(str(size) if type(size) is int and abs(size) < 2**64 else type(size).__name__ for size in shape[:8])
        raise CorruptFileError(
            f"{where} has the impossible shape ({shown}{', …' if len(shape) > 8 else ''}); expected at most 32 sizes, each a number from 0."
        )
    return count * np.dtype(STORAGE[dtype]).itemsize


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


def listed(names: Sequence[str], most: int = 20) -> str:
    """Names for a message: "a, b, … and 7 more"."""
    shown = ", ".join(str(name)[:200] for name in names[:most])
    return f"{shown}, … and {len(names) - most} more" if len(names) > most else shown or "nothing"
