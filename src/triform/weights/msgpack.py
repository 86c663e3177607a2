"""flax_model.msgpack: a tree of dictionaries whose leaves are arrays, as `flax.serialization` writes it.

The format (https://github.com/msgpack/msgpack/blob/master/spec.md) is walked here rather than decoded, so that arrays stay where they
are in the mapped file. An array is an extension of type 1 around [shape, dtype name, bytes]; one of more than 2^30 elements is a
dictionary of flat pieces.
"""

import contextlib
import os
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from triform.errors import CorruptFileError, InputError, MissingDependencyError
from triform.replacing import Replacement
from triform.weights.checkpoint import Checkpoint
from triform.weights.files import byte_count, map_bytes, view_bits
from triform.weights.tensor import STORAGE, LazyTensor

BIN32, EXT32 = 0xC6, 0xC9
ARRAY, SCALAR = 1, 3  # flax's extension types; 2 is a complex number of Python
CHUNKED = "__msgpack_chunked_array__"
DEEPEST = 64  # dictionaries in dictionaries
MOST_ENTRIES = 100_000
MOST_CHUNK = 2**30  # bytes of one piece when writing; flax counts elements, and reads pieces of any size

# first byte -> (kind, struct code of the value or length that follows)
CODES: dict[int, tuple[str, str]] = {
    0xC0: ("nil", ""), 0xC2: ("plain", ""), 0xC3: ("plain", ""), 0xC4: ("bin", "B"), 0xC5: ("bin", "H"), 0xC6: ("bin", "I"),
    0xC7: ("ext", "B"), 0xC8: ("ext", "H"), 0xC9: ("ext", "I"), 0xCA: ("number", "f"), 0xCB: ("number", "d"),
    0xCC: ("number", "B"), 0xCD: ("number", "H"), 0xCE: ("number", "I"), 0xCF: ("number", "Q"),
    0xD0: ("number", "b"), 0xD1: ("number", "h"), 0xD2: ("number", "i"), 0xD3: ("number", "q"),
    0xD9: ("str", "B"), 0xDA: ("str", "H"), 0xDB: ("str", "I"), 0xDC: ("list", "H"), 0xDD: ("list", "I"),
    0xDE: ("map", "H"), 0xDF: ("map", "I"),
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """What stands at one place. `value`: a number, a text, a count of entries, or (begin, end) of bytes. `code`: an extension's type."""

    kind: str
    value: Any
    end: int
    code: int = 0


class Malformed(ValueError):
    """What is wrong; the reader names the file."""


def open_msgpack(path: str | os.PathLike[str]) -> Checkpoint:
    """The arrays of a flax_model.msgpack as views of the mapped file, under Flax's names joined by dots.

    Raises: MissingFileError; CorruptFileError for a file that is truncated, malformed, nested too deeply, or that holds other things.
    """
    path = Path(path)
    data = map_bytes(path)
    walker = _Walker(data, path)
    try:
        tensors: dict[str, LazyTensor] = {}
        for name, tensor in walker.tree(0, "", 0):
            if name in tensors:
                raise Malformed(f"{name[:200]!r} occurs twice")
            tensors[name] = tensor
        if walker.at != data.size:
            raise Malformed(f"{data.size - walker.at:,} bytes follow its end")
    except (Malformed, struct.error, UnicodeDecodeError) as error:
        raise CorruptFileError(f"{path} is no sound flax_model.msgpack: {error} (near byte {walker.at:,} of {data.size:,}).") from None
    return Checkpoint(tensors, format="flax", files=[path])


class _Walker:
    """Steps through msgpack without decoding arrays. `at` is the end of what was read so far."""

    def __init__(self, data: np.ndarray, path: Path) -> None:
        self.path = path
        self.data = data
        self.view = data.data
        self.at = 0
        self.entries = 0

    def item(self, at: int, end: int | None = None) -> Item:
        """The item at a place; of maps and lists only their count."""
        limit = self.data.size if end is None else end
        if not 0 <= at < limit:
            raise Malformed("it is cut short")
        first = int(self.data[at])
        code = 0
        if first < 0x80 or first >= 0xE0:
            found = Item("number", first if first < 0x80 else first - 256, at + 1)
        elif first < 0xA0:
            found = Item("map" if first < 0x90 else "list", first & 15, at + 1)
        elif first < 0xC0:
            found = self._text(at + 1, first & 31)
        elif 0xD4 <= first <= 0xD8:  # extensions of 1, 2, 4, 8, 16 bytes
            found = Item(
                "ext",
                (at + 2, at + 2 + (1 << (first - 0xD4))),
                at + 2 + (1 << (first - 0xD4)),
                struct.unpack_from("b", self.view, at + 1)[0],
            )
        elif first in CODES:
            kind, layout = CODES[first]
            value: Any = struct.unpack_from(f">{layout}", self.view, at + 1)[0] if layout else None
            after = at + 1 + struct.calcsize(f">{layout}")
            if kind == "ext":
                code, after = struct.unpack_from("b", self.view, after)[0], after + 1
            if kind == "str":
                found = self._text(after, value)
            elif kind in ("bin", "ext"):
                found = Item(kind, (after, after + value), after + value, code)
            else:
                found = Item(kind, value, after)
        else:
            raise Malformed(f"a byte {first:#x} begins nothing")
        if found.end > limit:
            raise Malformed("it is cut short")
        self.at = max(self.at, found.end)
        return found

    def _text(self, at: int, length: int) -> Item:
        if length > 4096:
            raise Malformed(f"a text has {length:,} bytes where names are expected")
        return Item("str", bytes(self.view[at : at + length]).decode("utf-8"), at + length)

    def tree(self, at: int, prefix: str, depth: int) -> Iterator[tuple[str, LazyTensor]]:
        """Every array of the dictionary at a place, with its name."""
        head = self.item(at)
        if head.kind != "map":
            raise Malformed(f"{prefix.rstrip('.') or 'the file'} is a {head.kind}, not a dictionary")
        if depth > DEEPEST:
            raise Malformed(f"dictionaries are nested more than {DEEPEST} deep")
        at = head.end
        for _ in range(head.value):
            key, at = self._key(at)
            value = self.item(at)
            name = f"{prefix}{key}"
            if value.kind == "map" and depth < DEEPEST and self._is_chunked(value):
                yield name, self._chunked(value, name)
                at = self.at
            elif value.kind == "map":
                yield from self.tree(at, f"{name}.", depth + 1)
                at = self.at
            elif value.kind == "ext" and value.code in (ARRAY, SCALAR):
                yield name, self._array(value, name)
                at = value.end
            elif value.kind == "list":
                raise Malformed(f"{name[:200]!r} is a list")
            else:  # a counter or an option: no weight
                at = value.end

    def _key(self, at: int) -> tuple[str, int]:
        self.entries += 1
        if self.entries > MOST_ENTRIES:
            raise Malformed(f"it has more than {MOST_ENTRIES:,} entries")
        key = self.item(at)
        if key.kind != "str":
            raise Malformed(f"a name is a {key.kind}, not a text")
        return key.value, key.end

    def _is_chunked(self, head: Item) -> bool:
        if head.value != 3:
            return False
        key = self.item(head.end)
        return key.kind == "str" and key.value == CHUNKED

    def _array(self, item: Item, where: str) -> LazyTensor:
        """An array inside an extension's bytes: [shape, dtype name, bytes]."""
        begin, end = item.value
        head = self.item(begin, end)
        if (head.kind, head.value) != ("list", 3):
            raise Malformed(f"{where[:200]!r} is no array")
        rank = self.item(head.end, end)
        if rank.kind != "list" or rank.value > 32:
            raise Malformed(f"{where[:200]!r} has no shape")
        at, sizes = rank.end, []
        for _ in range(rank.value):
            size = self.item(at, end)
            sizes.append(size.value if size.kind == "number" else -1)
            at = size.end
        dtype = self.item(at, end)
        raw = self.item(dtype.end, end)
        if dtype.kind != "str" or raw.kind != "bin" or raw.end != end:
            raise Malformed(f"{where[:200]!r} has no dtype or no bytes")
        if byte_count(dtype.value, sizes, f"{self.path}: {where[:200]!r}") != raw.value[1] - raw.value[0]:
            raise Malformed(f"{where[:200]!r} is {dtype.value} {tuple(sizes)} in {raw.value[1] - raw.value[0]:,} bytes")
        kind, shape, (first, last) = np.dtype(STORAGE[dtype.value]), tuple(sizes), raw.value
        return LazyTensor(dtype.value, shape, lambda: view_bits(self.data[first:last], kind, shape))

    def _chunked(self, head: Item, where: str) -> LazyTensor:
        """{CHUNKED: True, "shape": {"0": …}, "chunks": {"0": flat array, …}}: an array in pieces, joined when it is read."""
        flag = self.item(self.item(head.end).end)
        name, at = self._key(flag.end)
        shape_head = self.item(at)
        if name != "shape" or shape_head.kind != "map" or shape_head.value > 32:
            raise Malformed(f"{where[:200]!r} is in pieces and has no shape")
        at, sizes = shape_head.end, []
        for number in range(shape_head.value):
            key, at = self._key(at)
            size = self.item(at)
            sizes.append(size.value if size.kind == "number" and key == str(number) else -1)
            at = size.end
        name, at = self._key(at)
        if name != "chunks":
            raise Malformed(f"{where[:200]!r} is in pieces that are not there")
        found = list(self.tree(at, "", DEEPEST))
        pieces = [piece for _, piece in found]
        dtypes = {piece.dtype for piece in pieces}
        total = sum(piece.nbytes for piece in pieces)
        ordered = [key for key, _ in found] == [str(number) for number in range(len(found))]
        flat = ordered and len(dtypes) == 1 and all(len(piece.shape) == 1 for piece in pieces)
        if not flat or byte_count(min(dtypes), sizes, f"{self.path}: {where[:200]!r}") != total:
            raise Malformed(f"{where[:200]!r} has pieces that do not make up its shape {tuple(sizes)}")
        shape = tuple(sizes)
        return LazyTensor(min(dtypes), shape, lambda: np.concatenate([piece.read() for piece in pieces]).reshape(shape))


def write_msgpack(path: str | os.PathLike[str], tensors: Mapping[str, LazyTensor], *, replacement: Replacement | None = None) -> None:
    """Writes what `flax.serialization.from_bytes` reads: names are split at dots into nested dictionaries.

    Args:
        tensors: Flax name ("encoder.layer.0.output.dense.kernel") -> tensor in Flax's layout; see `foreign_names.to_flax`.
        replacement: join this one, which renames several files together; default: this file by itself.

    Raises: MissingDependencyError without msgpack; InputError where one name is another's beginning.
    """
    try:
        import msgpack
    except ImportError:
        raise MissingDependencyError(
            'Writing .msgpack files needs msgpack, which is not installed: pip install "triform[legacy]".'
        ) from None
    tree: dict[str, Any] = {}
    for name, tensor in tensors.items():
        *levels, last = name.split(".")
        inner = tree
        for level in levels:
            inner = inner.setdefault(level, {})
            if not isinstance(inner, dict):
                raise InputError(f"{path}: {name!r} lies inside of another tensor.")
        if last in inner:
            raise InputError(f"{path}: {name!r} is a tensor and holds tensors.")
        inner[last] = tensor
    with contextlib.ExitStack() as stack:
        owner = replacement or stack.enter_context(Replacement())
        file = stack.enter_context(owner.file(path))
        for piece in _packed(tree, msgpack.Packer()):
            file.write(piece)


def _packed(value: Any, packer: Any) -> Iterator[bytes | memoryview]:
    if isinstance(value, dict):
        yield packer.pack_map_header(len(value))
        for key, inner in value.items():
            yield packer.pack(key)
            yield from _packed(inner, packer)
        return
    bits = np.ascontiguousarray(value.read()).reshape(-1)
    size = bits.dtype.itemsize
    if bits.nbytes <= MOST_CHUNK:
        yield from _packed_array(bits, value.dtype, list(value.shape), packer)
        return
    starts = range(0, bits.size, MOST_CHUNK // size)
    yield packer.pack_map_header(3) + packer.pack(CHUNKED) + packer.pack(True)
    yield packer.pack("shape") + packer.pack({str(number): length for number, length in enumerate(value.shape)})
    yield packer.pack("chunks") + packer.pack_map_header(len(starts))
    for number, start in enumerate(starts):
        piece = bits[start : start + MOST_CHUNK // size]
        yield packer.pack(str(number))
        yield from _packed_array(piece, value.dtype, [piece.size], packer)


def _packed_array(bits: np.ndarray, dtype: str, shape: list[int], packer: Any) -> Iterator[bytes | memoryview]:
    """The extension's head, the array's head, and the bytes as they lie in memory."""
    head = packer.pack_array_header(3) + packer.pack(shape) + packer.pack(dtype) + struct.pack(">BI", BIN32, bits.nbytes)
    yield struct.pack(">BIb", EXT32, len(head) + bits.nbytes, ARRAY) + head
    yield bits.view(np.uint8).data
