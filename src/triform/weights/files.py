"""Files as the readers need them: checked, and mapped copy-on-write."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from triform.errors import CorruptFileError
from triform.weights.json_files import file_size
from triform.weights.tensor import STORAGE

MOST_ELEMENTS = 2**56  # of a tensor; more cannot be addressed


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


def listed(names: Sequence[str], most: int = 20) -> str:
    """Names for a message: "a, b, … and 7 more"."""
    shown = ", ".join(str(name)[:200] for name in names[:most])
    return f"{shown}, … and {len(names) - most} more" if len(names) > most else shown or "nothing"
