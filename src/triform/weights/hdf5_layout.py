"""Where an HDF5 file keeps its arrays: groups and contiguous arrays of numbers, which is all that Keras writes.

Read here, from the HDF5 File Format Specification (https://docs.hdfgroup.org/hdf5/v1_14/_f_m_t3.html, version 0 of the superblock and 1 of
object headers), and not with the HDF5 library: on a file with a few bytes changed that library can loop for ever, inside C, where nothing
stops it. Links to elsewhere, other files, filters and virtual arrays are refused; arrays become views of the mapped file.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

MOST_STEPS = 200_000  # headers, messages, tree nodes and links that are looked at; a large model has 20,000
DEEPEST = 64  # groups in groups
UNDEFINED = 2**64 - 1
SYMBOLIC_LINK = 2

# messages of object headers
DATASPACE, DATATYPE, EXTERNAL, LAYOUT, FILTERS, ATTRIBUTE, CONTINUATION, SYMBOL_TABLE = 0x01, 0x03, 0x07, 0x08, 0x0B, 0x0C, 0x10, 0x11
NEW_STYLE = {0x02: "link info", 0x06: "link", 0x15: "attribute info"}
# a float's size in bytes -> its exponent's place and size, its mantissa's size, its exponent's bias (IEEE 754)
FLOATS = {2: (10, 5, 10, 15), 4: (23, 8, 23, 127), 8: (52, 11, 52, 1023)}


class Unreadable(ValueError):
    """What is wrong with a file, or what it has that Keras never writes; the reader names the file."""


@dataclass(frozen=True)
class Array:
    """An array of the file: `dtype` is a name such as "float32", `begin` and `end` say where its bytes lie."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


@dataclass
class Group:
    """A group: names of its attributes, and what it holds, in the order of names."""

    attributes: set[str]
    children: "dict[str, Group | Array]"

    def arrays(self, path: str = "") -> Iterator[tuple[str, Array]]:
        """Every array below, with its path."""
        for name, child in self.children.items():
            if isinstance(child, Array):
                yield path + name, child
            else:
                yield from child.arrays(f"{path}{name}/")


def read_layout(data: np.ndarray) -> Group:
    """The root group of an HDF5 file. Raises: Unreadable."""
    reader = _Reader(data)
    try:
        return reader.root()
    except (Unreadable, struct.error, UnicodeDecodeError) as error:
        place = "/".join(reader.path)
        what = str(error) if isinstance(error, Unreadable) else f"it is cut short or malformed ({error})"
        raise Unreadable(f"at {place[:200]!r}, {what}" if place else what) from None


@dataclass(frozen=True)
class _Message:
    kind: int
    flags: int
    begin: int
    end: int


class _Reader:
    def __init__(self, data: np.ndarray) -> None:
        self.data = data.data
        self.steps = 0
        self.path: list[str] = []  # where the reader is, for messages

    def unpack(self, layout: str, at: int) -> tuple[Any, ...]:
        """Little-endian fields; an address beyond the end of the file is an error, and so is a negative one."""
        if not 0 <= at <= len(self.data):
            raise Unreadable(f"an address, {at}, lies outside of its {len(self.data):,} bytes")
        return struct.unpack_from("<" + layout, self.data, at)

    def text(self, at: int, most: int = 4096) -> str:
        """A text that ends with a zero byte."""
        self.unpack("", at)
        raw = bytes(self.data[at : at + most]).split(b"\0", 1)
        if len(raw) < 2:
            raise Unreadable("a name has no end")
        return raw[0].decode("utf-8")

    def step(self) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise Unreadable(f"it has more than {MOST_STEPS:,} parts, or parts that hold each other")

    def root(self) -> Group:
        signature, version, _, _, _, _, offsets, lengths = self.unpack("8s8B", 0)[:8]
        if signature != b"\x89HDF\r\n\x1a\n":
            raise Unreadable("it does not begin like an HDF5 file")
        if version > 1 or (offsets, lengths) != (8, 8):
            raise Unreadable(f"it has superblock version {version} with {offsets}-byte addresses; Keras writes version 0 with 8. {REPACK}")
        start = 24 if version == 0 else 28
        base, _free, end, _driver, _name, header = self.unpack("6Q", start)
        if base or end > len(self.data):
            raise Unreadable(f"its head says that it takes bytes {base:,} to {end:,}; the file has {len(self.data):,}. Fetch it again")
        root = self.object(header, 0)
        if isinstance(root, Array):
            raise Unreadable("its root is no group")
        return root

    def object(self, header: int, depth: int) -> Group | Array:
        if depth > DEEPEST:
            raise Unreadable(f"it nests groups more than {DEEPEST} deep")
        messages = list(self.messages(header))
        kinds = {message.kind: message for message in messages}
        if new := [NEW_STYLE[kind] for kind in kinds if kind in NEW_STYLE]:
            raise Unreadable(f"it has groups of a later kind ({', '.join(new)}). {REPACK}")
        if LAYOUT in kinds:
            return self.array(kinds)
        if SYMBOL_TABLE not in kinds:
            raise Unreadable("it holds something that is neither a group nor an array")
        tree, heap = self.unpack("QQ", kinds[SYMBOL_TABLE].begin)
        attributes = {self.attribute_name(message) for message in messages if message.kind == ATTRIBUTE}
        children = {}
        for name, at in self.links(tree, self.heap(heap)):
            self.path.append(name)
            children[name] = self.object(at, depth + 1)
            self.path.pop()
        return Group(attributes, children)

    def messages(self, header: int) -> Iterator[_Message]:
        version, _, count, _references, size = self.unpack("BBHII", header)
        if version != 1:
            raise Unreadable(f"it has object headers of version {version}; Keras writes 1. {REPACK}")
        blocks = [(header + 16, header + 16 + size)]
        while blocks and count:
            at, end = blocks.pop(0)
            if end > len(self.data):
                raise Unreadable("an object's header reaches beyond its end")
            while at + 8 <= end and count:
                self.step()
                kind, length, flags = self.unpack("HHB", at)
                if at + 8 + length > end:
                    raise Unreadable("a message reaches beyond its object's header")
                if kind == CONTINUATION:
                    place, room = self.unpack("QQ", at + 8)
                    blocks.append((place, place + room))
                yield _Message(kind, flags, at + 8, at + 8 + length)
                at, count = at + 8 + length, count - 1

    def attribute_name(self, message: _Message) -> str:
        version = self.unpack("B", message.begin)[0]
        if version not in (1, 2, 3):
            raise Unreadable(f"it has an attribute of version {version}")
        return self.text(message.begin + (9 if version == 3 else 8))

    def heap(self, at: int) -> tuple[int, int]:
        """Where a group's names lie: begin and size."""
        signature, _version, size, _free, begin = self.unpack("4sB3xQQQ", at)
        if signature != b"HEAP" or begin + size > len(self.data):
            raise Unreadable("a group's names are not where it says")
        return begin, size

    def links(self, tree: int, heap: tuple[int, int], level: int = 8) -> Iterator[tuple[str, int]]:
        """(name, header address) of everything in a group, from its B-tree."""
        self.step()
        signature, kind, depth, count = self.unpack("4sBBH", tree)
        if signature != b"TREE" or kind != 0 or depth >= level:
            raise Unreadable("a group's tree is malformed")
        for number in range(count):
            child = self.unpack("Q", tree + 32 + 16 * number)[0]
            if depth:
                yield from self.links(child, heap, depth)
            else:
                yield from self.symbols(child, heap)

    def symbols(self, node: int, heap: tuple[int, int]) -> Iterator[tuple[str, int]]:
        signature, _version, count = self.unpack("4sBxH", node)
        if signature != b"SNOD":
            raise Unreadable("a group's list of names is malformed")
        for number in range(count):
            self.step()
            name, header, cache = self.unpack("QQI", node + 8 + 40 * number)
            if name >= heap[1]:
                raise Unreadable("a name lies outside of its group's names")
            text = self.text(heap[0] + name)
            if cache == SYMBOLIC_LINK:
                raise Unreadable(f"{text[:80]!r} is a link to another place")
            if not text or text in (".", "..") or "/" in text:
                raise Unreadable(f"{text[:80]!r} cannot be a name")
            yield text, header

    def array(self, kinds: dict[int, _Message]) -> Array:
        if EXTERNAL in kinds:
            raise Unreadable("an array lies in another file")
        if FILTERS in kinds:
            raise Unreadable(f"an array is compressed. {REPACK}")
        if DATASPACE not in kinds or DATATYPE not in kinds:
            raise Unreadable("an array has no shape or no type")
        if (kinds[DATASPACE].flags | kinds[DATATYPE].flags | kinds[LAYOUT].flags) & 2:
            raise Unreadable("an array shares its type with others")
        shape = self.shape(kinds[DATASPACE].begin)
        dtype, size = self.dtype(kinds[DATATYPE].begin)
        needed = size
        for length in shape:
            needed *= length
        at = kinds[LAYOUT].begin
        version, kind = self.unpack("BB", at)
        if version != 3 or kind not in (0, 1):
            what = {2: "in chunks", 3: "virtually, in other files"}.get(kind, "in an unknown way")
            raise Unreadable(f"an array is laid out {what} (version {version}). {REPACK}")
        if kind == 0:  # the few bytes lie in the header itself
            begin, held = at + 4, self.unpack("H", at + 2)[0]
        else:
            begin, held = self.unpack("QQ", at + 2)
        if not needed:
            return Array(dtype, shape, 0, 0)
        if begin == UNDEFINED or held < needed or begin + needed > len(self.data):
            raise Unreadable(
                f"an array of shape {shape[:8]} takes {needed:,} bytes; there are {min(held, len(self.data)):,}, or it was never written"
            )
        return Array(dtype, shape, begin, begin + needed)

    def shape(self, at: int) -> tuple[int, ...]:
        version, rank = self.unpack("BB", at)
        if version == 1:
            start = at + 8
        elif version == 2:
            kind = self.unpack("B", at + 3)[0]
            if kind == 2:
                raise Unreadable("an array has no shape")
            start = at + 4
        else:
            raise Unreadable(f"an array's shape is of version {version}")
        return self.unpack(f"{rank}Q", start)

    def dtype(self, at: int) -> tuple[str, int]:
        """The name of a little-endian number type, and its size in bytes."""
        head, bits, size = self.unpack("BB2xI", at)
        kind = head & 15
        if kind == 8:  # h5py writes booleans as an enumeration of int8; the base type comes first
            name, size = self.dtype(at + 8)
            if name == "int8":
                return "bool", 1
        elif not bits & 1 and kind == 0 and size in (1, 2, 4, 8) and self.unpack("HH", at + 8) == (0, size * 8):
            return f"{'int' if bits & 8 else 'uint'}{size * 8}", size
        elif not bits & 0x41 and kind == 1 and size in FLOATS:
            offset, precision, *parts, bias = self.unpack("HHBBBBI", at + 8)
            place, exponent, mantissa, mantissa_size = parts
            if (offset, precision, mantissa) == (0, size * 8, 0) and (place, exponent, mantissa_size, bias) == FLOATS[size]:
                return f"float{size * 8}", size
        raise Unreadable("an array is not of plain little-endian numbers")


REPACK = "Write it anew: h5repack -l CONTI -f NONE --low=0 old.h5 new.h5, or save the model again."
