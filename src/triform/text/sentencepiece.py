"""SentencePiece models (Kudo & Richardson, 2018): the file, read by a small bounded parser.

A model is one protobuf message, https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto. The handful of fields
that a tokenizer needs are walked here, so that reading one needs neither the library `sentencepiece` nor `protobuf`, and a damaged file
gives one kind of error.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from triform.errors import CorruptFileError

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6
UNIGRAM, BPE, WORD, CHAR = 1, 2, 3, 4
MOST_BYTES = 2**28
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
FLOAT = struct.Struct("<f").unpack_from


@dataclass(frozen=True)
class PieceModel:
    """What a SentencePiece model says.

    Attributes:
        pieces: (text, score, kind) by id. kind: NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED or BYTE.
        algorithm: UNIGRAM, BPE, WORD or CHAR.
        charsmap: the compiled table of character replacements; empty where text stays as it is.
        add_dummy_prefix, remove_extra_whitespaces: what is done to spaces before text is cut.
    """

    pieces: list[tuple[str, float, int]]
    algorithm: int = UNIGRAM
    charsmap: bytes = b""
    add_dummy_prefix: bool = True
    remove_extra_whitespaces: bool = True
    byte_fallback: bool = False
    unk_surface: str = " \u2047 "

    @property
    def unk_id(self) -> int:
        """The id of the unknown piece."""
        return next(i for i, (_, _, kind) in enumerate(self.pieces) if kind == UNKNOWN)

    def of_kind(self, *kinds: int) -> list[str]:
        """The pieces of some kinds, in order."""
        return [text for text, _, kind in self.pieces if kind in kinds]


@dataclass
class _Message:
    """One protobuf message: its bytes from `at` to `end`. Raises _Malformed."""

    data: bytes
    at: int
    end: int

    def varint(self) -> int:
        value = shift = 0
        while True:
            if self.at >= self.end or shift > 63:
                raise _Malformed("a number is cut off")
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    def fields(self) -> Iterator[tuple[int, Any]]:
        """(number, value): an int, four or eight bytes, or (begin, end)."""
        while self.at < self.end:
            tag = self.varint()
            number, kind = tag >> 3, tag & 7
            if kind == VARINT:
                yield number, self.varint()
                continue
            size = {FIXED64: 8, FIXED32: 4}.get(kind)
            if kind == BYTES:
                size = self.varint()
            if size is None:
                raise _Malformed(f"field {number} is of no known kind ({kind})")
            begin = self.at
            self.at += size
            if self.at > self.end:
                raise _Malformed(f"field {number} needs {self.at - self.end} bytes more than there are")
            yield number, (begin, self.at)

    def inner(self, span: Any) -> "_Message":
        if not isinstance(span, tuple):
            raise _Malformed("a number stands where a message should")
        return _Message(self.data, *span)

    def bytes_of(self, span: Any) -> bytes:
        if not isinstance(span, tuple):
            raise _Malformed("a number stands where a text should")
        return self.data[span[0] : span[1]]


class _Malformed(ValueError):
    """What is wrong; the reader names the file."""


def read_model(path: Path) -> PieceModel:
    """The model of a .model or .spm file. Raises CorruptFileError where it is truncated, malformed, or no such model."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise CorruptFileError(f"{path} has {size} bytes; a SentencePiece model has at most {MOST_BYTES}.")
    data = path.read_bytes()
    if data.startswith(b"version https://git-lfs"):
        raise CorruptFileError(f"{path} is a git-lfs pointer, not the file itself. Fetch it: git lfs pull.")
    try:
        return parse_model(data)
    except (_Malformed, UnicodeDecodeError, struct.error) as error:
        raise CorruptFileError(f"{path} is no SentencePiece model: {error}. Is it whole?") from None


def parse_model(data: bytes) -> PieceModel:
    """The model of a file's bytes."""
    pieces: list[tuple[str, float, int]] = []
    found: dict[str, Any] = {}
    message = _Message(data, 0, len(data))
    for number, value in message.fields():
        if number == 1:
            usual = _usual_piece(data, *value) if isinstance(value, tuple) else None
            pieces.append(usual or _piece(message, value))
        elif number == 2:
            found |= _trainer(message.inner(value))
        elif number == 3:
            found |= _normalizer(message.inner(value))
    for text, score, kind in pieces:
        if kind > BYTE or kind < NORMAL or not -1e30 < score < 1e30:
            raise _Malformed(f"piece {text[:40]!r} has kind {kind} and score {score}")
    unknown = [i for i, (_, _, kind) in enumerate(pieces) if kind == UNKNOWN]
    if len(unknown) != 1:
        raise _Malformed(f"{len(unknown)} of its {len(pieces)} pieces stand for unknown text; one should")
    return PieceModel(pieces, **found)


def _piece(message: _Message, span: Any) -> tuple[str, float, int]:
    """One piece: its text, its score, and its kind where that is not normal."""
    text, score, kind = "", 0.0, NORMAL
    inner = message.inner(span)
    for number, value in inner.fields():
        if number == 1:
            text = inner.bytes_of(value).decode()
        elif number == 2:
            score = FLOAT(inner.bytes_of(value))[0]
        elif number == 3:
            kind = value if isinstance(value, int) else 0
    return text, score, kind


def _usual_piece(data: bytes, begin: int, end: int) -> tuple[str, float, int] | None:
    """A piece that is written as nearly all are; None for any other. A model has up to a million."""
    if end - begin < 7 or data[begin] != 0x0A or data[begin + 1] > 127:
        return None
    score = begin + 2 + data[begin + 1]
    if score + 5 > end or data[score] != 0x15:
        return None
    if score + 5 == end:
        kind = NORMAL
    elif score + 7 == end and data[score + 5] == 0x18:
        kind = data[score + 6]
    else:
        return None
    return data[begin + 2 : score].decode(), FLOAT(data, score + 1)[0], kind


def _trainer(message: _Message) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, value in message.fields():
        if number == 3:
            if value not in (UNIGRAM, BPE, WORD, CHAR):
                raise _Malformed(f"its algorithm is {value}; 1 to 4 are known")
            found["algorithm"] = value
        elif number == 35:
            found["byte_fallback"] = bool(value)
        elif number == 44:
            found["unk_surface"] = message.bytes_of(value).decode()
    return found


def _normalizer(message: _Message) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, value in message.fields():
        if number == 2:
            found["charsmap"] = message.bytes_of(value)
        elif number == 3:
            found["add_dummy_prefix"] = bool(value)
        elif number == 4:
            found["remove_extra_whitespaces"] = bool(value)
    return found
