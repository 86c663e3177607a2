"""Tokenizers from vocab.json and merges.txt: byte-level BPE (Radford et al., 2019)."""

import json
from pathlib import Path
from typing import Any

from triform.errors import TokenizerError


def read_merges(path: Path) -> list[tuple[str, str]]:
    """The pairs of a merges.txt, in order. Raises TokenizerError for a line that is no pair."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise TokenizerError(f"{path} is not UTF-8 text (byte {error.start}).") from None
    pairs = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or (number == 1 and line.startswith("#version")):
            continue
        parts = line.split(" ")
        if len(parts) != 2:
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


def build_byte_level(
    pieces: dict[str, int], merges: list[tuple[str, str]], settings: dict[str, Any], special: dict[str, str], ends: str
) -> Any:
    """A byte-level BPE as an engine.

    Args:
        ends: what a call adds: "" nothing, "bos" the first token alone, "roberta" <s> A </s></s> B </s>.
    """
    from tokenizers import Tokenizer, decoders, pre_tokenizers, processors
    from tokenizers.models import BPE

    try:
        model = BPE(pieces, merges, continuing_subword_prefix="", end_of_word_suffix="", fuse_unk=False)
    except Exception as error:  # the engine's own, of no narrower kind
        raise TokenizerError(f"merges.txt does not fit vocab.json: {error}.") from None
    engine = Tokenizer(model)
    prefix = bool(settings.get("add_prefix_space", False))
    engine.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix)
    engine.decoder = decoders.ByteLevel()
    if ends == "roberta":
        trim = bool(settings.get("trim_offsets", True))
        pair = [(special[name], pieces[special[name]]) for name in ("sep_token", "cls_token")]
        engine.post_processor = processors.RobertaProcessing(pair[0], pair[1], trim_offsets=trim, add_prefix_space=prefix)
    else:
        engine.post_processor = processors.ByteLevel(trim_offsets=False)
    return engine
