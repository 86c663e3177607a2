"""pytorch_model.bin: what torch.save writes, as a zip archive (since 1.6) or as pickles with storages behind them (before).

Nothing of torch is needed to read it. The pickle is data (see `pickle_data`): it says how tensors lie in storages, and the storages are
mapped from the file.
"""

import math
import os
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from triform.errors import CorruptFileError
from triform.weights.checkpoint import Checkpoint
from triform.weights.files import MOST_ELEMENTS, byte_count, map_bytes, view_bits
from triform.weights.json_files import file_size
from triform.weights.pickle_data import MOST_BYTES, Array, Interpreter, Name, Refused, shown
from triform.weights.tensor import STORAGE, LazyTensor
from triform.weights.zipped import ZipArchive, is_zip

STORAGES = {
    "Double": "float64", "Float": "float32", "Half": "float16", "BFloat16": "bfloat16", "Long": "int64", "Int": "int32", "Short": "int16",
    "Char": "int8", "Byte": "uint8", "Bool": "bool", "ComplexFloat": "complex64", "ComplexDouble": "complex128", "Untyped": "",
}  # fmt: skip
LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
LEGACY_PROTOCOL = 1001
INNER = ("state_dict", "model", "model_state_dict", "module", "net", "weights")  # where trainers put the state dict
SPREAD = 64 * 2**20  # bytes that a tensor may have beyond its storage, by strides of zero


@dataclass(frozen=True)
class Storage:
    """A persistent id: which bytes. dtype is "" where the tensor says it."""

    key: str
    dtype: str
    count: int  # elements; bytes where dtype is ""
    start: int = 0  # the element where a view into the storage begins: legacy files only


class Archive(Protocol):
    """Where storages lie."""

    def read(self, storage: Storage) -> np.ndarray:
        """A storage's bytes as uint8."""


@dataclass
class Tensors:
    """What torch's names in a pickle build; `storages` gathers those that the file must have."""

    archive: Archive
    big_endian: bool = False
    storages: dict[str, Storage] = field(default_factory=dict)

    def builders(self) -> dict[str, Any]:
        made = self.rebuilders() | {
            "torch._tensor._rebuild_from_type_v2": self.typed,
            "torch.Size": lambda sizes=(): sizes,
            "torch.device": lambda *_: None,
            "torch.serialization._get_layout": lambda *_: None,
        }
        for stem in STORAGES:
            made |= {f"{module}.{stem}Storage": _never for module in ("torch", "torch.cuda", "torch.storage")}
        made |= {f"torch.{name}": _never for name in [*STORAGE, "Tensor"]}
        return made

    def rebuilders(self) -> dict[str, Any]:
        """What makes a tensor."""
        rebuild = "torch._utils._rebuild_"
        return {
            f"{rebuild}tensor": self.tensor,
            f"{rebuild}tensor_v2": self.tensor,
            f"{rebuild}tensor_v3": self.tensor_of_dtype,
            f"{rebuild}parameter": lambda data, *_: data,
            f"{rebuild}parameter_with_state": lambda data, *_: data,
            "torch.nn.parameter.Parameter": lambda data, *_: data,
        }

    def storage(self, identity: Any) -> Storage:
        if not isinstance(identity, tuple) or len(identity) not in (5, 6) or identity[0] != "storage":
            kind = identity[0] if isinstance(identity, tuple) and identity else identity
            raise Refused(f"a persistent id of kind {shown(kind)}, not a storage (was a whole module saved? Save its state_dict)")
        kind, key, count, view = identity[1], identity[2], identity[4], identity[5] if len(identity) == 6 else None
        stem = kind.name.removesuffix("Storage") if isinstance(kind, Name) else ""
        if stem not in STORAGES or not isinstance(key, str) or not _counts(count):
            raise Refused(f"a storage that cannot be: {shown(kind)}, {shown(key)}, {shown(count)}")
        whole = Storage(key, STORAGES[stem], count)
        if self.storages.setdefault(key, whole) != whole:
            raise Refused(f"two different storages called {key[:40]!r}")
        if view is None:
            return whole
        _view_key, start, size = view
        if not _counts(start, size) or start + size > count:
            raise Refused(f"a view outside of its storage {key[:40]!r}")
        return Storage(key, whole.dtype, size, start)

    def tensor(self, storage: Any, offset: int, shape: Any, strides: Any, *_: Any) -> LazyTensor:
        if not isinstance(storage, Storage) or not storage.dtype:
            raise Refused("a tensor without a typed storage")
        return self._strided(storage, storage.dtype, storage.count, offset, shape, strides)

    def tensor_of_dtype(
        self, storage: Any, offset: int, shape: Any, strides: Any, _grad: Any, _hooks: Any, dtype: Any, *_: Any
    ) -> LazyTensor:
        name = dtype.name if isinstance(dtype, Name) else ""
        if not isinstance(storage, Storage) or name not in STORAGE:
            raise Refused(f"a tensor of dtype {name or type(dtype).__name__}")
        item = np.dtype(STORAGE[name]).itemsize
        count = storage.count // item if not storage.dtype else storage.count
        return self._strided(storage, name, count, offset, shape, strides)

    def typed(self, function: Any, _kind: Any, arguments: Any, _state: Any) -> Any:
        if (rebuild := self.rebuilders().get(str(function)) if isinstance(function, Name) else None) is None:
            raise Refused("a tensor of a class of its own")
        return rebuild(*arguments)

    def _strided(self, storage: Storage, dtype: str, count: int, offset: Any, shape: Any, strides: Any) -> LazyTensor:
        where = f"a tensor of storage {storage.key[:40]!r}"
        if not isinstance(shape, (tuple, list)) or not isinstance(strides, (tuple, list)) or len(shape) != len(strides):
            raise Refused(f"{where} of shape {shown(shape)} and strides {shown(strides)}")
        whole = byte_count(dtype, shape, where)
        if not _counts(offset, *strides):
            raise Refused(f"{where} with offset {shown(offset)} and strides {', '.join(map(shown, strides))}")
        shape, strides = tuple(shape), tuple(strides)
        last = offset + sum((size - 1) * stride for size, stride in zip(shape, strides))
        item = np.dtype(STORAGE[dtype]).itemsize
        if math.prod(shape) and last >= count:
            raise Refused(f"{where} that reaches element {last} of {count}")
        if whole > count * item + SPREAD:
            raise Refused(f"{where} that spreads {count * item:,} bytes over {whole:,}")
        return LazyTensor(dtype, shape, lambda: self._bits(storage, dtype, offset, shape, strides))

    def _bits(self, storage: Storage, dtype: str, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> np.ndarray:
        kind = np.dtype(STORAGE[dtype])
        if not math.prod(shape):
            return np.zeros(shape, kind)
        raw = self.archive.read(storage)
        begin = (storage.start + offset) * kind.itemsize
        end = begin + (sum((size - 1) * stride for size, stride in zip(shape, strides)) + 1) * kind.itemsize
        flat = view_bits(raw[begin:end], kind, (-1,))
        if self.big_endian:
            flat = flat.byteswap()
        bits = np.lib.stride_tricks.as_strided(flat, shape, [stride * kind.itemsize for stride in strides])
        if bits.flags.c_contiguous:
            return flat.reshape(shape)
        overlapping = math.prod(shape) > flat.size or any(size > 1 and not stride for size, stride in zip(shape, strides))
        return bits.copy() if overlapping else bits


def _counts(*values: Any) -> bool:
    """Whether all are numbers that can count elements; arithmetic with longer ones can take for ever."""
    return all(type(value) is int and 0 <= value < MOST_ELEMENTS for value in values)


def _never(*_: Any) -> Any:
    raise Refused("a call of a type")


def open_pickled(path: str | os.PathLike[str]) -> Checkpoint:
    """The tensors of a file that torch.save wrote: of its state dict, which may lie under a key such as "state_dict" or "model".

    Raises: MissingFileError; CorruptFileError for a file that is truncated or malformed, that names code, or that holds no state dict.
    """
    path = Path(path)
    state = _state_dict(read_pickled(path), path)
    return Checkpoint(state, format="pt", files=[path])


def read_pickled(path: Path) -> Any:
    """All that torch.save put into a file: dictionaries, lists, numbers and texts, with a `LazyTensor` for each tensor and array."""
    file_size(path)
    try:
        return _read_zip(ZipArchive(path)) if is_zip(path) else _read_legacy(path)
    except Refused as error:
        raise CorruptFileError(f"{path} is not read: it holds {error}.") from None


def _read_zip(archive: ZipArchive) -> Any:
    tensors = Tensors(archive, big_endian=archive.big_endian)
    value = Interpreter(archive.pickle, tensors.builders(), tensors.storage).load()
    for storage in tensors.storages.values():
        archive.check(storage.key, storage.count * (np.dtype(STORAGE[storage.dtype]).itemsize if storage.dtype else 1))
    return value


@dataclass
class LegacyArchive:
    """Storages one behind the other, each after its number of elements."""

    data: np.ndarray
    places: dict[str, tuple[int, int]] = field(default_factory=dict)  # key -> begin, end

    def read(self, storage: Storage) -> np.ndarray:
        begin, end = self.places[storage.key]
        return self.data[begin:end]


def _read_legacy(path: Path) -> Any:
    data = map_bytes(path)
    archive = LegacyArchive(data)
    tensors = Tensors(archive)
    pickles = Interpreter(data[:MOST_BYTES].tobytes(), tensors.builders(), tensors.storage)
    if pickles.load() != LEGACY_MAGIC or pickles.load() != LEGACY_PROTOCOL:
        raise Refused("a pickle that torch.save did not write")
    system = pickles.load()
    if not isinstance(system, dict) or system.get("little_endian") is not True:
        raise Refused("numbers of a big-endian machine, or no word about them")
    value, keys = pickles.load(), pickles.load()
    if (
        not isinstance(keys, list)
        or {key for key in keys if isinstance(key, str)} != tensors.storages.keys()
        or len(keys) != len(tensors.storages)
    ):
        raise Refused("a list of storages that differs from those of its tensors")
    at = pickles.stream.tell()
    for key in keys:
        storage = tensors.storages[key]
        begin, end = at + 8, at + 8 + storage.count * (np.dtype(STORAGE[storage.dtype]).itemsize if storage.dtype else 1)
        if end > data.size or struct.unpack("<q", data[at:begin].tobytes())[0] != storage.count:
            raise Refused(
                f"{data.size:,} bytes, of which storage {key[:40]!r} would take {begin:,}..{end:,}, or one of another size; it is cut short"
            )
        archive.places[key] = (begin, end)
        at = end
    return value


def _state_dict(value: Any, path: Path) -> Mapping[str, LazyTensor]:
    """The tensors of the dictionary at the top or under one of the usual keys. What else is there (counters, options) is left out."""
    if (tensors := max(_candidates(value), key=len, default={})) or (isinstance(value, dict) and not value):
        return tensors
    found = f"a dictionary of {', '.join(map(shown, list(value)[:20]))}" if isinstance(value, dict) else f"one {type(value).__name__}"
    raise CorruptFileError(f"{path} holds no state dict but {found}; expected tensors by name, or under one of: {', '.join(INNER)}.")


def _candidates(value: Any, depth: int = 0) -> Iterator[dict[str, LazyTensor]]:
    if isinstance(value, dict) and depth < 3:
        yield {name: tensor for name, item in value.items() if isinstance(name, str) and (tensor := as_tensor(item)) is not None}
        for key in INNER:
            yield from _candidates(value.get(key), depth + 1)


def as_tensor(item: Any) -> LazyTensor | None:
    """A tensor of the file, or a NumPy array that lies in the pickle itself; None for everything else."""
    if isinstance(item, LazyTensor):
        return item
    array = item.value if isinstance(item, Array) else item
    if isinstance(array, np.ndarray) and array.dtype.name in STORAGE:
        return LazyTensor(array.dtype.name, array.shape, lambda: array.copy())
    return None
