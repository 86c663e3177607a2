"""A tensor at rest: bits, a shape, and the name of what the bits mean. No framework is needed to hold one."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

# dtype name -> the NumPy dtype that holds its bits. NumPy has no bfloat16 or float8: their bits lie in unsigned integers.
STORAGE = {
    "float64": np.float64, "float32": np.float32, "float16": np.float16, "bfloat16": np.uint16,
    "float8_e4m3fn": np.uint8, "float8_e5m2": np.uint8,
    "int64": np.int64, "int32": np.int32, "int16": np.int16, "int8": np.int8,
    "uint64": np.uint64, "uint32": np.uint32, "uint16": np.uint16, "uint8": np.uint8,
    "bool": np.bool_, "complex64": np.complex64, "complex128": np.complex128,
}  # fmt: skip
FLOATING = frozenset(name for name in STORAGE if name.startswith(("float", "bfloat")))


@dataclass(frozen=True)
class LazyTensor:
    """A tensor of a file.

    Attributes:
        dtype: a key of `STORAGE`.
        shape: its sizes.
        read: gives the bits, an array of `shape` and of `STORAGE[dtype]`; a view of the mapped file where the format allows,
            writable without touching the file (copy-on-write), computed anew at each call where it does not.
    """

    dtype: str
    shape: tuple[int, ...]
    read: Callable[[], np.ndarray]

    @property
    def nbytes(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64)) * np.dtype(STORAGE[self.dtype]).itemsize
