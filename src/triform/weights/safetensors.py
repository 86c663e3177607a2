"""safetensors: eight bytes of header length, a JSON header, then the tensors' bytes (https://github.com/huggingface/safetensors)."""

import contextlib
import json
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from triform.errors import CorruptFileError, InputError
from triform.replacing import Replacement
from triform.weights.checkpoint import Checkpoint
from triform.weights.files import byte_count, map_bytes, view_bits
from triform.weights.json_files import file_size
from triform.weights.tensor import STORAGE, LazyTensor

DTYPES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2",
    "I64": "int64", "I32": "int32", "I16": "int16", "I8": "int8", "U64": "uint64", "U32": "uint32", "U16": "uint16", "U8": "uint8",
    "BOOL": "bool", "C64": "complex64",
}  # fmt: skip
CODES = {name: code for code, name in DTYPES.items()}
MOST_HEADER = 8 * 2**20  # bytes; room for 80,000 tensors. The format allows 100 MB, which would cost gigabytes to parse
FORMATS = {"pt": "pt", "mlx": "pt", "np": "pt", "tf": "tf", "flax": "flax"}  # the header's `format`: whose names these are


def open_safetensors(path: str | os.PathLike[str]) -> Checkpoint:
    """The tensors of a .safetensors file as copy-on-write views of the mapped file.

    Raises: MissingFileError; CorruptFileError for a file that is truncated, malformed, ambiguous or of an unknown `format`.
    """
    path = Path(path)
    header, start = _header(path)
    metadata = header.pop("__metadata__", None) or {}
    if (kind := FORMATS.get(metadata.get("format", "pt"))) is None:
        raise CorruptFileError(f"{path} says that its format is {metadata['format']!r}; known are: {', '.join(FORMATS)}.")
    if unknown := sorted({entry["dtype"] for entry in header.values()} - DTYPES.keys()):
        raise CorruptFileError(f"{path} holds tensors of dtype {', '.join(unknown)}; triform reads {', '.join(DTYPES)}.")
    data = map_bytes(path)[start:]
    tensors = {name: _tensor(data, entry, f"{path}: tensor {name!r}") for name, entry in header.items()}
    return Checkpoint(tensors, format=kind, files=[path], metadata=metadata)


def _header(path: Path) -> tuple[dict[str, Any], int]:
    """The parsed header, found sound by the safetensors library, and where the data starts."""
    from safetensors import SafetensorError, safe_open

    size = file_size(path)
    with open(path, "rb") as file:
        prefix = file.read(8)
        length = struct.unpack("<Q", prefix)[0] if len(prefix) == 8 else 0
        if size < 8 or length > size - 8:
            raise CorruptFileError(
                f"{path} is no whole safetensors file: it has {size:,} bytes, and its header alone should have {length:,}. Fetch it again."
            )
        if length > MOST_HEADER:
            raise CorruptFileError(f"{path} has a header of {length:,} bytes; at most {MOST_HEADER:,} are read.")
        text = file.read(length)
    try:
        with safe_open(path, framework="np"):
            pass
        return json.loads(text, object_pairs_hook=_unique), 8 + length
    except (SafetensorError, ValueError, RecursionError) as error:
        raise CorruptFileError(
            f"{path} is not a sound safetensors file: {error} ({size:,} bytes found). It may be cut short or changed; fetch it again."
        ) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The library lets the last of two equal keys win; nobody can say which was meant."""
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise ValueError(f"the header has {name!r} twice")
        made[name] = value
    return made


def _tensor(data: np.ndarray, entry: Mapping[str, Any], where: str) -> LazyTensor:
    name, shape, (begin, end) = DTYPES[entry["dtype"]], tuple(entry["shape"]), entry["data_offsets"]
    dtype, needed = np.dtype(STORAGE[name]), byte_count(name, shape, where)
    if not 0 <= begin <= end <= data.size or end - begin != needed:  # the file may have changed since the library looked
        raise CorruptFileError(f"{where} lies at bytes {begin}..{end} of {data.size}; {name} {shape} takes {needed}. Fetch the file again.")
    return LazyTensor(name, shape, lambda: view_bits(data[begin:end], dtype, shape))


def write_safetensors(
    path: str | os.PathLike[str],
    tensors: Mapping[str, LazyTensor] | Mapping[str, tuple[str, np.ndarray]],
    metadata: Mapping[str, str] | None = None,
    *,
    replacement: Replacement | None = None,
) -> None:
    """Writes a .safetensors file, one tensor in memory at a time; an old file stays until the new one is complete and on disk.

    Args:
        tensors: name to `LazyTensor`, or to (dtype name, bits).
        metadata: texts for the header, such as {"format": "pt"}.
        replacement: join this one, which renames several files together; default: this file by itself.

    Raises: InputError for a dtype that the format lacks, bits that are not of their dtype or shape, or a reserved name.
    """
    if bad := {k: v for k, v in (metadata or {}).items() if not isinstance(k, str) or not isinstance(v, str)}:
        raise InputError(f"{path}: metadata must map texts to texts; found {bad!r}.")
    lazy = {name: value if isinstance(value, LazyTensor) else _held(*value) for name, value in tensors.items()}
    if unknown := sorted({tensor.dtype for tensor in lazy.values()} - CODES.keys()):
        raise InputError(f"{path}: safetensors has no dtype {', '.join(unknown)}. It has {', '.join(CODES)}.")
    if "__metadata__" in lazy:
        raise InputError(f"{path}: no tensor can be called '__metadata__' in a safetensors file.")
    order = sorted(lazy, key=lambda name: (-np.dtype(STORAGE[lazy[name].dtype]).itemsize, name))  # so every tensor is aligned
    entries, end = {}, 0
    for name in order:
        begin, end = end, end + lazy[name].nbytes
        entries[name] = {"dtype": CODES[lazy[name].dtype], "shape": list(lazy[name].shape), "data_offsets": [begin, end]}
    start = {"__metadata__": dict(metadata)} if metadata else {}
    text = json.dumps({**start, **entries}, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    text += b" " * (-len(text) % 8)
    with contextlib.ExitStack() as stack:
        owner = replacement or stack.enter_context(Replacement())
        file = stack.enter_context(owner.file(path))
        file.write(struct.pack("<Q", len(text)) + text)
        for name in order:
            file.write(_bytes(lazy[name], f"{path}: tensor {name!r}"))


def _held(dtype: str, bits: np.ndarray) -> LazyTensor:
    return LazyTensor(dtype, tuple(bits.shape), lambda: bits)


def _bytes(tensor: LazyTensor, where: str) -> memoryview:
    bits = tensor.read()
    expected = np.dtype(STORAGE[tensor.dtype])
    if bits.dtype != expected or bits.shape != tuple(tensor.shape):
        raise InputError(f"{where} is {bits.dtype} {bits.shape}; {tensor.dtype} {tuple(tensor.shape)} is held as {expected}.")
    return np.ascontiguousarray(bits).reshape(-1).view(np.uint8).data
