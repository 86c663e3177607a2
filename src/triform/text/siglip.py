"""SigLIP's text: without punctuation, in lower case, with single spaces, before SentencePiece cuts it."""

import re
import string
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from triform.text.cutting import Cut, CutEngine
from triform.text.exact import Pieces
from triform.text.exact_pieces import PieceTokenizer
from triform.text.pieces import SPACE
from triform.text.sentencepiece import PieceModel

DROPPED = frozenset(string.punctuation)
IDLE = DROPPED | {SPACE, *string.whitespace}
LEAD = "<unk>"  # goes before each text, so that SentencePiece does not drop a space that it begins with


class CanonicalPieces(Pieces):
    """Pieces of text without its punctuation and its idle spaces.

    Args:
        lower: whether letters are lowered.
    """

    def __init__(self, model: PieceModel, lower: bool) -> None:
        super().__init__(replace(model, add_dummy_prefix=False))
        self._lower = lower
        self._lead = len(super().cut(LEAD))

    def cut(self, text: str) -> list[Cut]:
        return self.cut_part(text, True)

    def cut_part(self, text: str, first: bool) -> list[Cut]:
        """The pieces of a part of a text; the first one begins with a space."""
        canonical: list[str] = []
        places: list[int] = []
        for place, character in enumerate(text):
            for low in "" if character in DROPPED else self._lowered(character):
                blank = low.isspace() or low == SPACE
                if blank and (canonical[-1] == " " if canonical else not first):
                    continue
                canonical.append(" " if blank else low)
                places.append(place)
        if canonical and canonical[-1] == " ":
            del canonical[-1], places[-1]
        start = SPACE if first else ""
        ahead = len(LEAD) + len(start)
        at = [places[0] if places else 0] * ahead + places + [places[-1] + 1 if places else 0]
        return [
            (piece, at[begin], at[end - 1] + 1 if end > ahead else at[end]) for piece, begin, end in self._led(start + "".join(canonical))
        ]

    def _lowered(self, character: str) -> str:
        return character.lower() if self._lower else character

    def _led(self, text: str) -> list[Cut]:
        return super().cut(LEAD + text)[self._lead :]


class CanonicalEngine(CutEngine):
    """Adds no end to a text that says its end itself, and finds special tokens in upper case too where letters are lowered."""

    def __init__(self, ids: dict[str, int], unknown: str, cutter: CanonicalPieces, special: Sequence[str], end: str, lower: bool) -> None:
        super().__init__(ids, unknown, cutter)
        self._special = re.compile("|".join(map(re.escape, special)), re.IGNORECASE) if lower else None
        self._end = re.compile(rf"{re.escape(end)}[\s{re.escape(SPACE + string.punctuation)}]*\Z")

    def encode_batch(self, input: Sequence[Any], is_pretokenized: bool = False, add_special_tokens: bool = True) -> Any:
        """The engine's encodings."""
        return super().encode_batch([self._read(one, add_special_tokens) for one in input], is_pretokenized, add_special_tokens)

    def _read(self, one: Any, ended: bool) -> Any:
        if isinstance(one, tuple):
            return tuple(self._read(text, ended) for text in one)
        if isinstance(one, list):
            return [self._read(word, ended and i == len(one) - 1) for i, word in enumerate(one)]
        text = one if self._special is None else self._special.sub(lambda found: found.group().lower(), one)
        if not text:
            return " "  # the engine has no part of nothing, and some models have a piece for it
        found = self._end.search(text) if ended else None
        if found is None:
            return text
        return text[: found.start()] if any(character not in IDLE for character in text[: found.start()]) else ""

    def pre_tokenize(self, parts: Any) -> None:
        """The engine's call: cuts each of its parts, of which one may be the first."""
        splits = parts.get_splits("original")
        begins = iter([begin for _, (begin, _), tokens in splits if tokens is None])

        def tokens(text: str) -> list[Any]:
            cut = self.cutter.cut_part(text, next(begins) == 0)
            return [] if len(splits) > 1 and [piece for piece, _, _ in cut] == [SPACE] else self._placed(text, cut)

        parts.tokenize(tokens)


class SiglipTokenizer(PieceTokenizer):
    """A space before text that a special token follows."""

    def convert_tokens_to_string(self, tokens: list[str]) -> str:
        special = set(self.all_special_tokens)
        out, held = "", []
        for token in tokens:
            if token not in special:
                held.append(token)
                continue
            out += (" " + self._joined(held) if held else "") + token
            held = []
        return (out + self._joined(held)).strip()


def build_siglip(model: PieceModel, settings: dict[str, Any], special: dict[str, Any]) -> Any:
    """SigLIP's engine, without its special tokens."""
    from triform.text.added import SPECIAL_NAMES

    lower = bool(settings.get("do_lower_case", True))
    ids: dict[str, int] = {}
    for i, (text, _, _) in enumerate(model.pieces):
        ids.setdefault(text, i)
    named = [special[name] for name in SPECIAL_NAMES if special.get(name)]
    return CanonicalEngine(ids, special["unk_token"], CanonicalPieces(model, lower), named, special["eos_token"], lower)
