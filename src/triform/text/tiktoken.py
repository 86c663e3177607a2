"""Vocabularies of tiktoken: lines of a token in base64 and its rank, which become a byte-level BPE."""

import base64
import binascii
import re
from pathlib import Path
from typing import Any

from triform.errors import CorruptFileError
from triform.text.pieces import check_lengths, know

LINE = re.compile(rb"[A-Za-z0-9+/]+={0,2} [0-9]+\r?\n?")
MOST_BYTES = 2**27
# where text may be cut: contractions, words, numbers of up to three digits, punctuation, spaces
PATTERN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def is_tiktoken(path: Path) -> bool:
    """Whether a file is of this kind, by its first line."""
    with open(path, "rb") as file:
        return LINE.fullmatch(file.readline(4096)) is not None


def read_ranks(path: Path) -> dict[bytes, int]:
    """Token -> rank. Raises CorruptFileError for a line that is none."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise CorruptFileError(f"{path} has {size} bytes; a tiktoken vocabulary has at most {MOST_BYTES}.")
    ranks: dict[bytes, int] = {}
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        parts = line.split()
        try:
            token, rank = base64.b64decode(parts[0], validate=True), int(parts[1])
        except (ValueError, IndexError, binascii.Error):
            raise CorruptFileError(
                f"{path}, line {number}: {line[:60]!r} is no token in base64 with its rank. Is the file whole?"
            ) from None
        if not 0 <= rank < 2**31:
            raise CorruptFileError(f"{path}, line {number}: {rank} is no rank.")
        ranks[token] = rank
    if not ranks or len(set(ranks.values())) < len(ranks):
        problem = "two tokens have one rank" if ranks else "it is empty"
        raise CorruptFileError(f"{path} is no tiktoken vocabulary, of a token in base64 and its rank on each line: {problem}.")
    return ranks


def merges_of(ranks: dict[bytes, int]) -> list[tuple[bytes, bytes]]:
    """The merges that ranks stand for: every way to halve a token into tokens, the lowest rank first.

    Raises: CorruptFileError where looking at all of them would take too long.
    """
    check_lengths(ranks)
    found = []
    for token, rank in ranks.items():
        halves = [(token[:i], token[i:]) for i in range(1, len(token)) if token[:i] in ranks and token[i:] in ranks]
        found += [(rank, *half) for half in sorted(halves, key=lambda half: (ranks[half[0]], ranks[half[1]]))]
    found.sort(key=lambda entry: entry[0])
    return [(left, right) for _, left, right in found]


def letters() -> list[str]:
    """The letter that stands for each byte: the byte's own where that can be printed."""
    printed = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    return [chr(byte) if byte in printed else chr(next(others)) for byte in range(256)]


def build_tiktoken(files: dict[str, Path], settings: dict[str, Any], special: dict[str, Any]) -> Any:
    """The engine of a tiktoken vocabulary; tokens without a name come behind it, then the named ones."""
    from tokenizers import Regex, Tokenizer, decoders, pre_tokenizers, processors
    from tokenizers.models import BPE

    path = files["vocab_file"]
    ranks = read_ranks(path)
    try:
        merges = merges_of(ranks)
    except CorruptFileError as error:
        raise CorruptFileError(f"{path}: {error}") from None
    shown = letters()
    written = {token: "".join([shown[byte] for byte in token]) for token in ranks}
    try:
        model = BPE(
            {written[token]: rank for token, rank in ranks.items()},
            [(written[left], written[right]) for left, right in merges],
            fuse_unk=False, ignore_merges=True,
        )  # fmt: skip
    except Exception as error:  # the engine's own, of no narrower kind
        raise CorruptFileError(f"{path}: the engine refuses it: {error}.") from None
    engine = Tokenizer(model)
    engine.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(PATTERN), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    engine.decoder = decoders.ByteLevel()
    engine.post_processor = processors.ByteLevel(trim_offsets=False)
    know(engine, {}, settings, {"additional_special_tokens": special.get("additional_special_tokens", ())}, {})
    know(engine, {}, settings, special, {})
    return engine
