"""Tokenizers from vocab.json and merges.txt: byte-level BPE (Radford et al., 2019)."""

import json
from pathlib import Path
from typing import Any

from triform.errors import TokenizerError
from triform.text.tiktoken import PATTERN

CLIP_END = "</w>"
CLIP_WORDS = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
QWEN2_WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def read_merges(path: Path, counted: bool = False) -> list[tuple[str, str]]:
    """The pairs of a merges.txt, in order. Raises TokenizerError for a line that is no pair.

    Args:
        counted: older files, where any white space stands between the two, and how often a pair was seen may follow it.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise TokenizerError(f"{path} is not UTF-8 text (byte {error.start}).") from None
    pairs = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or (number == 1 and line.startswith("#version")):
            continue
        parts = line.split(None if counted else " ")
        if len(parts) != 2 and not (counted and len(parts) == 3):
            raise TokenizerError(f"{path}, line {number}: {line[:60]!r} is no pair of two pieces.")
        pairs.append((parts[0], parts[1]))
    return pairs


def read_pieces(path: Path) -> dict[str, int]:
    """The mapping of a vocab.json. Raises TokenizerError where it is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise TokenizerError(f"{path} is not valid JSON: {error}.") from None
    if not isinstance(data, dict) or not all(isinstance(i, int) and not isinstance(i, bool) and 0 <= i < 2**32 for i in data.values()):
        raise TokenizerError(f"{path} is no mapping of pieces to ids.")
    return data


def build_byte_level(pieces: dict[str, int], merges: list[tuple[str, str]], settings: dict[str, Any]) -> Any:
    """GPT-2's: words with the space before them, as bytes, each byte a visible character."""
    from tokenizers import pre_tokenizers

    engine = _engine(pieces, merges)
    engine.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=bool(settings.get("add_prefix_space", False)))
    return engine


def build_qwen2(pieces: dict[str, int], merges: list[tuple[str, str]], settings: dict[str, Any]) -> Any:
    """Qwen2's: composed characters, digits one by one, line ends apart from spaces."""
    from tokenizers import normalizers, pre_tokenizers

    engine = _engine(pieces, merges)
    engine.normalizer = normalizers.NFC()
    engine.pre_tokenizer = pre_tokenizers.Sequence([_split(QWEN2_WORDS, "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)])
    return engine


def build_llama3(pieces: dict[str, int], merges: list[tuple[str, str]], settings: dict[str, Any]) -> Any:
    """Llama 3's: numbers in threes, and a word that is a piece is that piece, whatever the merges say."""
    from tokenizers import pre_tokenizers

    engine = _engine(pieces, merges, ignore_merges=True)
    engine.pre_tokenizer = pre_tokenizers.Sequence([_split(PATTERN, "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)])
    return engine


def build_clip(pieces: dict[str, int], merges: list[tuple[str, str]], settings: dict[str, Any], unknown: str | None) -> Any:
    """CLIP's: lower case, spaces dropped, the last piece of a word marked."""
    from tokenizers import Regex, decoders, normalizers, pre_tokenizers

    engine = _engine(pieces, merges, end_of_word_suffix=CLIP_END, unk_token=unknown)
    engine.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    engine.pre_tokenizer = pre_tokenizers.Sequence([_split(CLIP_WORDS, "removed", invert=True), pre_tokenizers.ByteLevel(False)])
    engine.decoder = decoders.ByteLevel()
    return engine


def _split(pattern: str, behavior: str, invert: bool = False) -> Any:
    from tokenizers import Regex, pre_tokenizers

    return pre_tokenizers.Split(Regex(pattern), behavior, invert)


def _engine(
    pieces: dict[str, int], merges: list[tuple[str, str]], end_of_word_suffix: str = "", unk_token: str | None = None,
    ignore_merges: bool = False,
) -> Any:  # fmt: skip
    from tokenizers import Tokenizer, decoders
    from tokenizers.models import BPE

    try:
        model = BPE(
            pieces, merges, continuing_subword_prefix="", end_of_word_suffix=end_of_word_suffix, fuse_unk=False, unk_token=unk_token,
            ignore_merges=ignore_merges,
        )  # fmt: skip
    except Exception as error:  # the engine's own, of no narrower kind
        raise TokenizerError(f"merges.txt does not fit vocab.json: {error}.") from None
    engine = Tokenizer(model)
    engine.decoder = decoders.ByteLevel()
    return engine
