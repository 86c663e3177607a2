"""tf_model.h5: the weights of a Keras model by layer, under the names of TensorFlow's variables."""

import contextlib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from triform.errors import CorruptFileError, InputError, MissingDependencyError
from triform.replacing import Replacement
from triform.weights.checkpoint import Checkpoint
from triform.weights.files import byte_count, map_bytes, view_bits
from triform.weights.hdf5_layout import Array, Unreadable, read_layout
from triform.weights.tensor import STORAGE, LazyTensor

NAMES = "weight_names"  # the attribute that makes a group a layer
MOST_NAMES = 2000  # of one attribute, whose 16-byte entries must stay below 64 KiB


def open_hdf5(path: str | os.PathLike[str]) -> Checkpoint:
    """The variables of a tf_model.h5, or of one of its shards, as views of the mapped file.

    Names are TensorFlow's without the model's own, which comes first: "bert/pooler/dense/kernel:0". A variable that several layers use is
    stored by each of them and read once.

    Raises: MissingFileError; CorruptFileError for a file that is no sound HDF5, or that has more than groups and plain arrays.
    """
    path = Path(path)
    data = map_bytes(path)
    try:
        root = read_layout(data)
    except Unreadable as error:
        raise CorruptFileError(f"{path} cannot be read: {error}") from None
    layered = any(name.startswith(NAMES) for child in root.children.values() if not isinstance(child, Array) for name in child.attributes)
    tensors: dict[str, LazyTensor] = {}
    for place, array in root.arrays():
        parts = place.split("/")
        name = "/".join(parts[2:] or parts[1:] or parts) if layered else place  # without layer and model; shards have neither
        tensor = _tensor(data, array, f"{path}: {place!r}")
        if name in tensors and (tensors[name].shape, tensors[name].dtype) != (tensor.shape, tensor.dtype):
            raise CorruptFileError(f"{path}: {name!r} is stored with two shapes, {tensors[name].shape} and {tensor.shape}.")
        tensors.setdefault(name, tensor)
    return Checkpoint(tensors, format="tf", files=[path])


def _tensor(data: np.ndarray, array: Array, where: str) -> LazyTensor:
    byte_count(array.dtype, array.shape, where)
    return LazyTensor(
        array.dtype, array.shape, lambda: view_bits(data[array.begin : array.end], np.dtype(STORAGE[array.dtype]), array.shape)
    )


def write_hdf5(
    path: str | os.PathLike[str], layers: Mapping[str, Mapping[str, LazyTensor]], *, replacement: Replacement | None = None
) -> None:
    """Writes a file as Keras lays it out: a group for each layer, and in it the variables under their whole names.

    Args:
        layers: layer name -> variable name ("tf_bert_model/bert/pooler/dense/kernel:0") -> tensor; see `foreign_saving.to_tensorflow`.
            A tensor that several layers hold is stored once and linked.
        replacement: join this one, which renames several files together; default: this file by itself.

    Raises: MissingDependencyError without h5py; InputError for a dtype that HDF5 and NumPy lack.
    """
    h5py = _writer(path, [tensor for variables in layers.values() for tensor in variables.values()])
    with contextlib.ExitStack() as stack:
        owner = replacement or stack.enter_context(Replacement())
        with owner.file(path) as beside, h5py.File(beside, "w") as file:
            file.attrs["backend"] = "tensorflow"
            _write_names(file, "layer_names", list(layers))
            stored: dict[int, Any] = {}
            for layer, variables in layers.items():
                group = file.create_group(layer)
                _write_names(group, NAMES, list(variables))
                for name, tensor in variables.items():
                    if id(tensor) in stored:
                        group[name] = stored[id(tensor)]
                    else:
                        stored[id(tensor)] = group.create_dataset(name, data=tensor.read())


def write_hdf5_shard(path: str | os.PathLike[str], variables: Mapping[str, LazyTensor], *, replacement: Replacement | None = None) -> None:
    """Writes one of several files as the reference library lays them out: no layers, and names without the model's own.

    Raises: as `write_hdf5`.
    """
    h5py = _writer(path, variables.values())
    with contextlib.ExitStack() as stack:
        owner = replacement or stack.enter_context(Replacement())
        with owner.file(path) as beside, h5py.File(beside, "w") as file:
            short = {_without_model(name): tensor for name, tensor in variables.items()}
            _write_names(file, "layer_names", list(short))
            for name, tensor in short.items():
                file.create_dataset(name, data=tensor.read())


def _without_model(name: str) -> str:
    """ "model/decoder/fc1/bias:0" for "tf_bart_model/model/decoder/fc1/bias:0"; what lies outside of the model's name is whole already."""
    first, _, rest = name.partition("/")
    return name if not rest or rest.startswith(f"{first}/") else rest


def _writer(path: str | os.PathLike[str], tensors: Iterable[LazyTensor]) -> Any:
    """The library that writes, once it is sure that it can write these."""
    try:
        import h5py
    except ImportError:
        raise MissingDependencyError('Writing .h5 files needs h5py, which is not installed: pip install "triform[legacy]".') from None
    if odd := sorted({t.dtype for t in tensors if np.dtype(STORAGE[t.dtype]).name != t.dtype}):
        raise InputError(f"{path}: HDF5 has no dtype {', '.join(odd)}. Save as float32, or as safetensors.")
    return h5py


def _write_names(group: Any, attribute: str, names: Sequence[str]) -> None:
    """A list of names as Keras splits it: under one attribute, or in parts numbered from 0 where that would be too large."""
    parts = [names[at : at + MOST_NAMES] for at in range(0, len(names), MOST_NAMES)] or [[]]
    for number, part in enumerate(parts):
        group.attrs[attribute if len(parts) == 1 else f"{attribute}{number}"] = list(part)
