"""GGUF: llama.cpp's files, whose tensors are usually quantised in blocks (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).

The header is read here, because it says how long everything is and a hostile one says anything; what the blocks mean is the `gguf`
package's knowledge. Quantised tensors become float32 each time they are read; all others are views of the mapped file.
"""

import math
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from triform.errors import CorruptFileError, MissingDependencyError
from triform.weights.checkpoint import Checkpoint
from triform.weights.files import byte_count, map_bytes, view_bits
from triform.weights.tensor import STORAGE, LazyTensor

PLAIN = {0: "float32", 1: "float16", 24: "int8", 25: "int16", 26: "int32", 27: "int64", 28: "float64", 30: "bfloat16"}
# number types of metadata -> struct code; 7 is a boolean, 8 a text, 9 an array
NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
TEXT, ARRAY = 8, 9
MOST_ENTRIES = 100_000  # of metadata, and of tensors
MOST_ITEMS = 2_000_000  # in the arrays of metadata: vocabulary, scores and merges


def open_gguf(path: str | os.PathLike[str]) -> Checkpoint:
    """The tensors of a .gguf file under llama.cpp's names; `foreign_names.to_pytorch` gives PyTorch's.

    `metadata` has the single values (texts, numbers) of the file's metadata as texts; `Header` has all of it.

    Raises: MissingFileError; CorruptFileError for a file that is truncated or malformed; MissingDependencyError where a tensor is quantised
        and the gguf package is not installed.
    """
    header = Header(path)
    metadata = {key: str(value) for key, value in header.metadata.items() if not isinstance(value, list)}
    return Checkpoint({name: header.tensor(name) for name in header.places}, format="gguf", files=[header.path], metadata=metadata)


class Header:
    """The head of a file, walked once from its beginning.

    Attributes:
        metadata: all of it: numbers, texts and lists of them, such as the vocabulary.
        places: tensor -> (shape, kind of numbers, where its bytes begin).

    Raises: as `open_gguf`, but for what `tensor` alone raises: a tensor of a kind or size that cannot be.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.data = map_bytes(self.path)
        self.view = self.data.data
        self.at = 0
        self.items = 0
        magic, version = self.unpack("4sI")
        if magic != b"GGUF" or version not in (2, 3):
            raise self.corrupt(f"it begins with {magic!r} and version {version}; expected b'GGUF' and version 2 or 3")
        count, entries = self.unpack("QQ")
        if count > MOST_ENTRIES or entries > MOST_ENTRIES:
            raise self.corrupt(f"it says that it has {count:,} tensors and {entries:,} entries of metadata")
        self.metadata: dict[str, Any] = {}
        for _ in range(entries):
            key = self.text()
            if key in self.metadata:
                raise self.corrupt(f"{key[:80]!r} occurs twice in its metadata")
            self.metadata[key] = self.value(self.unpack("I")[0])
        self.places = self.located(count)

    def corrupt(self, what: str) -> CorruptFileError:
        return CorruptFileError(f"{self.path} is no sound GGUF file: {what} (near byte {self.at:,} of {self.data.size:,}). Fetch it again.")

    def unpack(self, layout: str) -> tuple[Any, ...]:
        size = struct.calcsize(f"<{layout}")
        if self.at + size > self.data.size:
            raise self.corrupt("it is cut short")
        values = struct.unpack_from(f"<{layout}", self.view, self.at)
        self.at += size
        return values

    def text(self) -> str:
        length = self.unpack("Q")[0]
        self.items += 1
        if length > self.data.size - self.at or self.items > MOST_ITEMS:
            raise self.corrupt(f"it has a text of {length:,} bytes, or too many texts")
        raw = bytes(self.view[self.at : self.at + length])
        self.at += length
        return raw.decode("utf-8", errors="replace")  # pieces of a vocabulary need not be whole characters

    def value(self, kind: int) -> Any:
        if kind == TEXT:
            return self.text()
        if kind in NUMBERS:
            return self.unpack(NUMBERS[kind])[0]
        if kind != ARRAY:
            raise self.corrupt(f"a value has the unknown type {kind}")
        inner, length = self.unpack("IQ")
        if inner == TEXT:
            return [self.text() for _ in range(length)]
        if inner not in NUMBERS:
            raise self.corrupt(f"an array has elements of type {inner}")
        begin, size = self.at, length * struct.calcsize(NUMBERS[inner])
        self.items += length
        if size > self.data.size - begin or self.items > MOST_ITEMS:
            raise self.corrupt(f"an array of {length:,} numbers reaches beyond its end, or is one too many")
        self.at += size
        return np.frombuffer(self.view[begin : begin + size], dtype=np.dtype(NUMBERS[inner])).tolist()

    def located(self, count: int) -> dict[str, tuple[tuple[int, ...], int, int]]:
        found: dict[str, tuple[tuple[int, ...], int, int]] = {}
        for _ in range(count):
            name, rank = self.text(), self.unpack("I")[0]
            if rank > 8:
                raise self.corrupt(f"tensor {name[:80]!r} has {rank} dimensions")
            if name in found:
                raise self.corrupt(f"two tensors are called {name[:80]!r}")
            sizes = self.unpack(f"{rank}Q")
            found[name] = (tuple(reversed(sizes)), *self.unpack("IQ"))  # a file's first size is that of the innermost axis
        alignment = self.metadata.get("general.alignment", 32)
        if type(alignment) is not int or not 1 <= alignment <= 2**20:
            raise self.corrupt(f"its alignment is {str(alignment)[:40]}")
        start = -(-self.at // alignment) * alignment
        return {name: (shape, kind, start + offset) for name, (shape, kind, offset) in found.items()}

    def tensor(self, name: str) -> LazyTensor:
        """A tensor, under llama.cpp's name."""
        shape, kind, begin = self.places[name]
        where = f"{self.path}: tensor {name[:80]!r}"
        size = byte_count(PLAIN.get(kind, "float32"), shape, where)
        if kind not in PLAIN:
            block, taken, dequantise = _quantised(kind, where)
            if not shape or shape[-1] % block:
                raise self.corrupt(f"tensor {name[:80]!r} of shape {shape} is quantised in blocks of {block}, which do not fit")
            size = math.prod(shape) // block * taken
        if begin + size > self.data.size:
            raise self.corrupt(f"tensor {name[:80]!r} takes bytes {begin:,} to {begin + size:,}")
        data = self.data[begin : begin + size]
        if kind in PLAIN:
            return LazyTensor(PLAIN[kind], shape, lambda: view_bits(data, np.dtype(STORAGE[PLAIN[kind]]), shape))
        rows = (*shape[:-1], shape[-1] // block * taken)
        return LazyTensor("float32", shape, lambda: dequantise(data.reshape(rows)).reshape(shape))


def _quantised(kind: int, where: str) -> tuple[int, int, Callable[[np.ndarray], np.ndarray]]:
    """Elements of a block, its bytes, and what turns rows of blocks into float32."""
    try:
        from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType
        from gguf.quants import dequantize
    except ImportError:
        raise MissingDependencyError(f'{where} is quantised; reading it needs gguf: pip install "triform[gguf]".') from None
    try:
        quantisation = GGMLQuantizationType(kind)
        block, taken = GGML_QUANT_SIZES[quantisation]
    except (ValueError, KeyError):
        raise CorruptFileError(f"{where} is quantised in a way, {kind}, that the installed gguf package does not know.") from None

    def dequantise(rows: np.ndarray) -> np.ndarray:
        try:
            return dequantize(rows, quantisation) if rows.size else np.zeros(0, np.float32)  # the package fails on no blocks
        except NotImplementedError:
            raise CorruptFileError(f"{where} is quantised as {quantisation.name}, which the gguf package cannot undo.") from None

    return block, taken, dequantise
