"""BPE of characters (Sennrich et al., 2016): words are merged from their letters, and their last piece, or all others, are marked."""

import re
from collections.abc import Sequence
from typing import Any

from triform.text.cutting import Cut

LAST = "</w>"  # ends the last piece of a word, among merges
MORE = "@@"  # ends the other pieces, in some vocabularies
WORDS = re.compile(r"\S+\n?")
UNKNOWN = "\x00"  # stands for a letter without merges in the engine
MOST_KEPT = 2**15


class Merger:
    """Pieces of words. Letters that no merge knows stay as they are.

    Args:
        merges: pairs, the first to be merged first.
        marks_last: whether the last piece ends in `</w>`; else all others end in `@@`.
    """

    def __init__(self, merges: list[tuple[str, str]], marks_last: bool) -> None:
        self._merges, self._marks_last = merges, marks_last
        self._build()

    def _build(self) -> None:
        from tokenizers.models import BPE

        parts = dict.fromkeys([UNKNOWN, *(part for left, right in self._merges for part in (left, right, left + right))])
        ids = {part: i for i, part in enumerate(parts)}
        self._bpe = BPE(ids, self._merges, unk_token=UNKNOWN, end_of_word_suffix=LAST, fuse_unk=False)
        self._kept: dict[str, list[Cut]] = {}

    def pieces(self, word: str) -> list[Cut]:
        """(piece, begin, end) of a word."""
        found = self._kept.get(word)
        if found is None:
            found = self._cut(word)
            if len(self._kept) < MOST_KEPT:
                self._kept[word] = found
        return found

    def _cut(self, word: str) -> list[Cut]:
        raw = word.encode("utf-8", "replace")
        out = []
        at = 0
        for token in self._bpe.tokenize(word):
            piece = raw[token.offsets[0] : token.offsets[1]].decode("utf-8")
            end = at + len(piece)
            if self._marks_last:
                piece += LAST if end == len(word) else ""
            else:
                piece += "" if end == len(word) else MORE
            out.append((piece, at, end))
            at = end
        return out

    def __getstate__(self) -> dict[str, Any]:
        return {"_merges": self._merges, "_marks_last": self._marks_last}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._build()


class SpacedWords:
    """CTRL's way, and PhoBERT's: words end at spaces, and a new line belongs to the word before."""

    def __init__(self, merger: Merger) -> None:
        self._merger = merger

    def cut(self, text: str) -> list[Cut]:
        out: list[Cut] = []
        for found in WORDS.finditer(text):
            at = found.start()
            out += [(piece, at + begin, at + end) for piece, begin, end in self._merger.pieces(found.group())]
        return out

    def join(self, tokens: Sequence[str]) -> str:
        return " ".join(tokens).replace(f"{MORE} ", "").strip()


class SmallWords(SpacedWords):
    """BlenderbotSmall's way: lower case; punctuation begins a word, an apostrophe is one; a new line is `__newln__`."""

    def cut(self, text: str) -> list[Cut]:
        out: list[Cut] = []
        for found in WORDS.finditer(text):
            for word, begin, end in _small(found.group(), found.start()):
                lowered = word.lower()
                pieces = self._merger.pieces(lowered)
                if len(lowered) == end - begin:
                    out += [(piece, begin + a, begin + b) for piece, a, b in pieces]
                else:
                    out += [(piece, begin, end) for piece, _, _ in pieces]
        return out


def _small(word: str, at: int) -> list[Cut]:
    """The words within a word, and their spans."""
    out: list[Cut] = []
    fresh = True
    for i, character in enumerate(word, at):
        if character == "\n":
            out.append(("__newln__", i, i + 1))
            continue
        if fresh or character in ".,!?()'":
            out.append((character, i, i + 1))
        else:
            before, begin, _ = out[-1]
            out[-1] = (before + character, begin, i + 1)
        fresh = character == "'"
    return out
