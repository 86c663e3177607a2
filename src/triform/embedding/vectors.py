"""Vectors into a file, as they come: what is done stays done, whatever happens to the process.

Beside OUTPUT lie OUTPUT.partial, the vectors so far, and OUTPUT.partial.json, which says of what, and how many are on disk. The next run
with the same input and model goes on behind them.
"""

import io
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from triform.configs.reading import write_text
from triform.embedding.texts import pyarrow_parquet
from triform.errors import CorruptFileError, InputError
from triform.replacing import sync_folder

HEADER = 128  # bytes in front of the vectors, room for the header of a .npy
SUFFIXES = (".npy", ".parquet")


class Vectors:
    """A file of vectors in the making; `done` of them are there.

    Args:
        output: *.npy, float32 (N, D), or *.parquet, with the columns text and embedding.
        about: what it is made of. A partial file about something else is not touched.
        force: start anew, and replace what is there.

    Raises: InputError for another suffix, and where the output, or another's partial file, is there already.
    """

    def __init__(self, output: str | Path, width: int, about: dict[str, Any], force: bool = False) -> None:
        self.output, self.width, self.about = Path(output), width, {**about, "width": width}
        if self.output.suffix.lower() not in SUFFIXES:
            raise InputError(f"{output} ends with {self.output.suffix!r}; vectors are written as {' or '.join(SUFFIXES)}.")
        if self.output.suffix.lower() == ".parquet":
            pyarrow_parquet()
        if self.output.exists() and not force:
            raise InputError(f"{output} is there already. Choose another name, or pass force=True (--force).")
        if not self.output.parent.is_dir():
            raise InputError(f"There is no folder {self.output.parent}, in which {self.output.name} was to be written.")
        self.partial, self.state = (self.output.with_name(self.output.name + end) for end in (".partial", ".partial.json"))
        self.done = 0 if force else self._found()
        self._file = open(self.partial, "r+b" if self.done else "wb")  # noqa: SIM115 - `close` and `finish` close it
        self._file.seek(HEADER + self.done * 4 * width)
        self._file.truncate()

    def _found(self) -> int:
        """How many vectors an earlier run left."""
        if not self.state.exists():
            return 0
        try:
            said = json.loads(self.state.read_text(encoding="utf-8"))
            done, about, size = int(said["done"]), said["about"], self.partial.stat().st_size
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise CorruptFileError(
                f"{self.state} does not say what {self.partial.name} holds ({error!r}). Pass force=True (--force)."
            ) from None
        if about != json.loads(json.dumps(self.about)):
            differing = ", ".join(key for key in {*about, *self.about} if about.get(key) != json.loads(json.dumps(self.about)).get(key))
            raise InputError(
                f"{self.partial} was begun from something else (other: {differing}). Finish that, remove it, or pass force=True (--force)."
            )
        if size < HEADER + done * 4 * self.width:
            raise CorruptFileError(f"{self.partial} has {size} bytes, less than the {done} vectors that it should hold. Pass --force.")
        return done

    def add(self, vectors: np.ndarray) -> None:
        """Some more, (n, D), on disk when this returns."""
        self._file.write(np.ascontiguousarray(vectors, np.float32).data)
        self._file.flush()
        os.fsync(self._file.fileno())
        self.done += len(vectors)
        write_text(self.state, json.dumps({"done": self.done, "about": self.about}, indent=2) + "\n")

    def finish(self, texts: Iterable[str]) -> None:
        """The file under its own name, and nothing beside it. `texts` stand beside their vectors in a .parquet."""
        if self.output.suffix.lower() == ".npy":
            self._file.seek(0)
            self._file.write(_header(self.done, self.width))
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            os.replace(self.partial, self.output)
        else:
            self._file.close()
            self._write_parquet(texts)
            self.partial.unlink()
        sync_folder(self.output.parent)
        self.state.unlink(missing_ok=True)

    def close(self) -> None:
        """Leaves the partial file for the next run; nothing where nothing was done."""
        self._file.close()
        if self.done == 0 and self.partial.exists() and not self.state.exists():
            self.partial.unlink()

    def _write_parquet(self, texts: Iterable[str]) -> None:
        parquet = pyarrow_parquet()
        import pyarrow

        found = (
            np.memmap(self.partial, np.float32, "r", HEADER, (self.done, self.width))
            if self.done
            else np.zeros((0, self.width), np.float32)
        )
        schema = pyarrow.schema([("text", pyarrow.string()), ("embedding", pyarrow.list_(pyarrow.float32(), self.width))])
        beside = self.output.with_name(f".{self.output.name}.tmp")
        words = iter(texts)
        with parquet.ParquetWriter(beside, schema) as writer:
            for start in range(0, self.done, 4096):
                part = np.array(found[start : start + 4096])
                column = pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(part.reshape(-1)), self.width)
                writer.write_table(pyarrow.table([[next(words) for _ in part], column], schema=schema))
        os.replace(beside, self.output)


def _header(rows: int, width: int) -> bytes:
    """The first HEADER bytes of a .npy of float32 (rows, width)."""
    made = io.BytesIO()
    np.lib.format.write_array_header_1_0(made, {"descr": "<f4", "fortran_order": False, "shape": (rows, width)})
    text = made.getvalue()
    assert len(text) <= HEADER
    body = text[10:].rstrip(b" \n")
    return text[:8] + (HEADER - 10).to_bytes(2, "little") + body + b" " * (HEADER - 11 - len(body)) + b"\n"
