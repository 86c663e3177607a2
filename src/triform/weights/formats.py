"""Which reader a file of weights needs: its first bytes say what it is, its name only where they cannot."""

import os
from importlib import import_module
from pathlib import Path

from triform.errors import CorruptFileError
from triform.weights.checkpoint import Checkpoint
from triform.weights.json_files import file_size

# first bytes -> module, its opening function
MAGIC = {
    b"PK\x03\x04": ("pickled", "open_pickled"),
    b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46": ("pickled", "open_pickled"),  # the long integer that opened torch.save's files before 1.6
    b"\x89HDF\r\n\x1a\n": ("hdf5", "open_hdf5"),
    b"GGUF": ("gguf", "open_gguf"),
}
BY_NAME = {
    ".safetensors": ("safetensors", "open_safetensors"),
    ".bin": ("pickled", "open_pickled"),
    ".pt": ("pickled", "open_pickled"),
    ".pth": ("pickled", "open_pickled"),
    ".ckpt": ("pickled", "open_pickled"),
    ".h5": ("hdf5", "open_hdf5"),
    ".hdf5": ("hdf5", "open_hdf5"),
    ".msgpack": ("msgpack", "open_msgpack"),
    ".gguf": ("gguf", "open_gguf"),
}


def open_file(path: str | os.PathLike[str]) -> Checkpoint:
    """The tensors of one file of weights, in whichever format.

    Raises: MissingFileError; CorruptFileError for a file that no reader knows, or that is not sound; MissingDependencyError.
    """
    path = Path(path)
    module, function = reader_of(path)
    return getattr(import_module(f"triform.weights.{module}"), function)(path)


def reader_of(path: Path) -> tuple[str, str]:
    """The (module, function) that reads a file."""
    file_size(path)
    with open(path, "rb") as file:
        first = file.read(16)
    for magic, reader in MAGIC.items():
        if first.startswith(magic):
            return reader
    if first[8:9] == b"{" and first[4:8] == bytes(4):  # a header of less than 4 GiB, and its brace
        return BY_NAME[".safetensors"]
    if path.suffix.lower() in BY_NAME:
        return BY_NAME[path.suffix.lower()]
    raise CorruptFileError(
        f"{path} begins with {first!r}, like none of: safetensors, torch.save, HDF5, msgpack, GGUF. Is it a file of weights?"
    )
