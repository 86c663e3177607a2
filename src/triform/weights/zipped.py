"""The zip archives of torch.save: entries that are stored are mapped, entries that are compressed are read up to a limit."""

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from triform.errors import CorruptFileError
from triform.weights.files import map_bytes
from triform.weights.pickle_data import MOST_BYTES

MOST_DIRECTORY = 8 * 2**20  # bytes; room for 100,000 entries
MOST_INFLATED = 256 * 2**20  # bytes of one compressed entry; torch.save compresses none
LOCAL_HEADER = struct.Struct("<4s22xHH")  # signature, then the lengths of name and extra field


class _Bounded(io.BufferedReader):
    """A file that never reads much at a time: zipfile reads the whole directory, of whatever size it says that it has."""

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > MOST_DIRECTORY:
            raise zipfile.BadZipFile(f"it asks for {size:,} bytes at once")
        return super().read(MOST_DIRECTORY if size is None or size < 0 else size)


def is_zip(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(4) == b"PK\x03\x04"


class ZipArchive:
    """A file of torch.save.

    Attributes:
        pickle: the bytes of data.pkl. big_endian: how the numbers lie.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with zipfile.ZipFile(_Bounded(io.FileIO(path))) as file:
                entries = file.infolist()
        except UNSOUND as error:
            raise self._corrupt(str(error)) from None
        self.entries = {entry.filename: entry for entry in entries}
        if len(self.entries) != len(entries):
            raise self._corrupt("two entries have the same name")
        pickles = [name for name in self.entries if name == "data.pkl" or name.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise self._corrupt(f"{len(pickles)} entries called data.pkl where torch.save writes one")
        self.folder = pickles[0].removesuffix("data.pkl")
        self.data = map_bytes(path)
        self.pickle = self._entry(pickles[0], MOST_BYTES).tobytes()
        order = f"{self.folder}byteorder"
        self.big_endian = order in self.entries and self._entry(order, 64).tobytes().strip() == b"big"

    def read(self, storage: Any) -> np.ndarray:
        """A storage's bytes as uint8: a view where the entry is stored."""
        return self._entry(f"{self.folder}data/{storage.key}", MOST_INFLATED)

    def check(self, key: str, size: int) -> None:
        """That a storage is there, with its size."""
        entry = self.entries.get(f"{self.folder}data/{key}")
        if entry is None:
            raise self._corrupt(f"storage {key[:40]!r} is not there")
        if entry.file_size != size:
            raise self._corrupt(f"storage {key[:40]!r} has {entry.file_size:,} bytes where its tensors expect {size:,}")
        if entry.compress_type != zipfile.ZIP_STORED and size > MOST_INFLATED:
            raise self._corrupt(
                f"storage {key[:40]!r} is compressed and would grow to {size:,} bytes; at most {MOST_INFLATED:,} are inflated"
            )
        self._span(entry)

    def _entry(self, name: str, most: int) -> np.ndarray:
        entry = self.entries[name]
        begin, end = self._span(entry)
        if entry.compress_type == zipfile.ZIP_STORED:
            if entry.file_size > most and not name.startswith(f"{self.folder}data/"):
                raise self._corrupt(f"{name} has {entry.file_size:,} bytes; at most {most:,} were expected")
            return self.data[begin:end]
        if entry.file_size > most:
            raise self._corrupt(f"{name} would grow to {entry.file_size:,} bytes; at most {most:,} are inflated")
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            made = inflate.decompress(self.data[begin:end].tobytes(), entry.file_size + 1)
        except zlib.error as error:
            raise self._corrupt(f"{name}: {error}") from None
        if len(made) != entry.file_size or zlib.crc32(made) != entry.CRC:
            raise self._corrupt(f"{name} inflates to something else than the {entry.file_size:,} bytes that the directory says")
        return np.frombuffer(bytearray(made), np.uint8)

    def _span(self, entry: zipfile.ZipInfo) -> tuple[int, int]:
        """Where an entry's bytes lie in the file."""
        if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise self._corrupt(f"{entry.filename[:80]} is encrypted, or compressed in a way that torch.save never uses")
        if entry.compress_type == zipfile.ZIP_STORED and entry.compress_size != entry.file_size:
            raise self._corrupt(f"{entry.filename[:80]} is stored, and yet has two sizes")
        start = entry.header_offset
        header = self.data[start : start + LOCAL_HEADER.size].tobytes() if start >= 0 else b""
        if len(header) < LOCAL_HEADER.size or header[:4] != b"PK\x03\x04":
            raise self._corrupt(f"{entry.filename[:80]} does not lie where the directory says")
        _signature, name, extra = LOCAL_HEADER.unpack(header)
        begin = start + LOCAL_HEADER.size + name + extra
        if begin + entry.compress_size > self.data.size:
            raise self._corrupt(f"{entry.filename[:80]} reaches beyond the end of the file")
        return begin, begin + entry.compress_size

    def _corrupt(self, what: str) -> CorruptFileError:
        return CorruptFileError(
            f"{self.path} is not a sound archive of torch.save: {what}. It may be cut short or changed; fetch it again."
        )


UNSOUND = (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError, EOFError, OverflowError)
