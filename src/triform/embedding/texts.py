"""Texts out of files: lines, CSV and TSV, JSONL, Parquet. Read one after the other, never all at once."""

import csv
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from triform.errors import CorruptFileError, InputError, MissingDependencyError, MissingFileError, TriformError, nearest

USUAL = ("text", "sentence", "content", "body")
MOST_PROBLEMS = 5


class Texts:
    """The texts of a file, in order.

    Args:
        path: *.csv, *.tsv, *.jsonl (*.ndjson), *.parquet; of anything else, each line is a text.
        column: which column or key holds the text. Default: one that is called text, sentence, content or body, or the only one.

    Raises: MissingFileError; InputError for a column that is not there; CorruptFileError, with the first few lines that are wrong.
    """

    def __init__(self, path: str | Path, column: str | None = None) -> None:
        self.path, self.column = Path(path), column
        if not self.path.is_file():
            raise MissingFileError(f"There is no file {path}.")
        suffix = self.path.suffix.lower()
        if suffix in (".csv", ".tsv"):
            self._read = self._csv
        elif suffix in (".jsonl", ".ndjson"):
            self._read = self._jsonl
        elif suffix == ".parquet":
            self._read = self._parquet
        else:
            self._read = self._lines
            if column is not None:
                raise InputError(f"{path} is read line by line, so it has no column {column!r}.")

    def __iter__(self) -> Iterator[str]:
        return self.after(0)

    def after(self, count: int) -> Iterator[str]:
        """The texts behind the first `count`."""
        return islice(self._read(), count, None)

    def count(self) -> int:
        """How many there are; every one is looked at. Raises CorruptFileError."""
        return sum(1 for _ in self)

    @property
    def identity(self) -> dict[str, Any]:
        """What tells whether it is still the same file."""
        status = self.path.stat()
        return {"path": str(self.path.resolve()), "bytes": status.st_size, "modified": status.st_mtime_ns, "column": self.column}

    def _lines(self) -> Iterator[str]:
        with open(self.path, encoding="utf-8", errors="strict") as file:
            try:
                for line in file:
                    yield line.rstrip("\r\n")
            except UnicodeDecodeError as error:
                raise CorruptFileError(f"{self.path} is not UTF-8 text: {error.reason} at byte {error.start} of a block.") from None

    def _csv(self) -> Iterator[str]:
        with open(self.path, encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, delimiter="\t" if self.path.suffix.lower() == ".tsv" else ",", strict=True)
            try:
                header = next(rows, None)
                if header is None:
                    return
                place = header.index(self._chosen(header))
                for row in rows:
                    if row and len(row) <= place:
                        raise CorruptFileError(f"{self.path}, line {rows.line_num}: {len(row)} columns, expected {len(header)}.")
                    if row:
                        yield row[place]
            except (csv.Error, UnicodeDecodeError) as error:
                raise CorruptFileError(f"{self.path}, line {rows.line_num}: {error}.") from None

    def _jsonl(self) -> Iterator[str]:
        problems: list[str] = []
        column = self.column
        for number, line in enumerate(self._lines(), 1):
            if not line.strip():
                continue
            try:
                found = json.loads(line)
                if isinstance(found, str) and column is None:
                    yield found
                    continue
                if not isinstance(found, dict):
                    raise ValueError(f"a {type(found).__name__}, expected an object")
                column = column or self._chosen(list(found))
                if not isinstance(found.get(column), str):
                    raise ValueError(f"{column!r} is {found.get(column)!r}, expected a text")
                yield found[column]
            except (ValueError, RecursionError) as error:
                if isinstance(error, InputError):
                    raise
                problems.append(f"line {number}: {error}")
                if len(problems) == MOST_PROBLEMS:
                    break
        if problems:
            raise CorruptFileError(f"{self.path}: {'; '.join(problems)}.")

    def _parquet(self) -> Iterator[str]:
        parquet = pyarrow_parquet()
        try:
            file = parquet.ParquetFile(self.path)
            column = self._chosen(file.schema_arrow.names)
            for batch in file.iter_batches(columns=[column], batch_size=4096):
                for value in batch.column(0).to_pylist():
                    if not isinstance(value, str):
                        raise CorruptFileError(f"{self.path}: column {column!r} has {value!r}, expected a text.")
                    yield value
        except TriformError:
            raise
        except (OSError, ValueError) as error:  # whatever pyarrow makes of it
            raise CorruptFileError(f"{self.path} is no sound Parquet file: {error}.") from None

    def _chosen(self, columns: list[str]) -> str:
        if self.column is not None:
            if self.column not in columns:
                raise InputError(f"{self.path} has no column {self.column!r}.{nearest(self.column, columns)} It has: {', '.join(columns)}.")
            return self.column
        found = next((name for name in USUAL if name in columns), columns[0] if len(columns) == 1 else None)
        if found is None:
            raise InputError(f"{self.path} has the columns {', '.join(columns)}. Say which one holds the text: --column.")
        return found


def pyarrow_parquet() -> Any:
    """pyarrow.parquet. Raises MissingDependencyError."""
    try:
        import pyarrow.parquet
    except ImportError:
        raise MissingDependencyError('Parquet files need pyarrow, which is not installed: pip install "triform[parquet]".') from None
    return pyarrow.parquet
