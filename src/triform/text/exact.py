"""SentencePiece itself, for families whose reference calls it: exact in every character, a little slower than the engine's own way."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any

from triform.text.charsmap import Normalizer
from triform.text.cutting import Cut, byte_starts
from triform.text.pieces import SPACE, engine_model
from triform.text.sentencepiece import BYTE, CONTROL, NORMAL, UNIGRAM, USER_DEFINED, PieceModel

WORDS = re.compile(f"{SPACE}?[^{SPACE}]+|{SPACE}")
MOST_KEPT = 2**15
NEVER = " "  # stands for unknown text in the engine; normalised text has no spaces


class Pieces:
    """Cuts text into a model's pieces, and joins pieces."""

    def __init__(self, model: PieceModel) -> None:
        self.model = model
        self._normalize = Normalizer(model)
        normal = [(text, score) for text, score, kind in model.pieces if kind == NORMAL]
        plain = replace(model, byte_fallback=False)
        self._inner = engine_model(plain, [(NEVER, 0.0), *normal], 0)
        self._viterbi = _Viterbi(normal) if model.algorithm == UNIGRAM else None
        repeated = {root for text, _ in normal if (root := _root(text)) is not None}
        self._repeats = re.compile("|".join(re.escape(root * 3) for root in sorted(repeated))) if repeated else None
        self._by_words = any(text == SPACE for text, _ in normal) and all(SPACE not in text[1:] for text, _ in normal)
        self._kept: dict[str, list[Cut]] = {}  # words that were cut before
        self._normal = {text for text, _ in normal}
        self._known = {text for text, _, _ in model.pieces}
        self._unknown = model.pieces[model.unk_id][0]
        self._control = set(model.of_kind(CONTROL))
        self._bytes = set(model.of_kind(BYTE)) if model.byte_fallback else set()
        own = sorted(model.of_kind(USER_DEFINED), key=len, reverse=True)
        self._own = re.compile("|".join(map(re.escape, own))) if own else None

    def cut(self, text: str) -> list[Cut]:
        """The pieces of a text; what the model lacks stays as it is."""
        normal, begins = self._normalize(text)
        if self._own is None:
            return self._inner_cut(normal, begins, 0, len(normal))
        out: list[Cut] = []
        at = 0
        for found in self._own.finditer(normal):
            out += self._inner_cut(normal, begins, at, found.start())
            out.append((found.group(), begins[found.start()], begins[found.end()]))
            at = found.end()
        return out + self._inner_cut(normal, begins, at, len(normal))

    def _inner_cut(self, normal: str, begins: list[int], start: int, stop: int) -> list[Cut]:
        part = normal[start:stop]
        if not self._by_words or (self._repeats is not None and self._repeats.search(part)):
            return [(piece, begins[start + a], begins[start + b]) for piece, a, b in self._pieces(part)]
        out: list[Cut] = []
        at = start
        for word in WORDS.findall(part):
            found = self._kept.get(word)
            if found is None:
                found = self._pieces(word)
                if len(self._kept) < MOST_KEPT:
                    self._kept[word] = found
            out += [(piece, begins[at + a], begins[at + b]) for piece, a, b in found]
            at += len(word)
        return out

    def _pieces(self, part: str) -> list[Cut]:
        """The pieces of a part of normalised text, and their places in it."""
        out: list[Cut] = []
        for begin, end in self._spans(part):
            piece = part[begin:end]
            if self._bytes and piece not in self._normal:
                for i in range(begin, end):
                    out += [(f"<0x{byte:02X}>", i, i + 1) for byte in part[i].encode("utf-8", "replace")]
            else:
                out.append((piece, begin, end))
        return out

    def _spans(self, part: str) -> list[tuple[int, int]]:
        if not part:
            return []
        if self._viterbi is not None and self._repeats is not None and self._repeats.search(part):
            return self._viterbi.spans(part)
        tokens = self._inner.tokenize(part)
        ends = list(accumulate(len(token.value) for token in tokens))
        if any(token.value == NEVER for token in tokens):  # a BPE's unknown text, whose length only the offsets have
            places = {at: i for i, at in enumerate(byte_starts(part))}
            ends = [places[token.offsets[1]] for token in tokens]
        return list(zip([0, *ends], ends))

    def join(self, pieces: Sequence[str]) -> str:
        """The text of pieces; one that the model lacks stays as it is."""
        out, held, begun = "", bytearray(), False
        strips = self.model.add_dummy_prefix or self.model.remove_extra_whitespaces
        for piece in pieces:
            if piece in self._bytes:
                held += bytes.fromhex(piece[3:5])
                continue
            out += held.decode("utf-8", "replace")
            held.clear()
            if piece in self._control:
                continue
            if piece == self._unknown:
                out += self.model.unk_surface
            elif piece not in self._known:
                out += piece
            else:
                if strips and not out and not begun and piece.startswith(SPACE):
                    piece, begun = piece[1:], not self.model.remove_extra_whitespaces
                out += piece.replace(SPACE, " ")
        return out + held.decode("utf-8", "replace")


def _root(piece: str) -> str | None:
    """What a piece repeats, if it repeats anything: "ab" of "ababab"."""
    size = (piece + piece).find(piece, 1)
    return piece[:size] if size < len(piece) else None


class _Viterbi:
    """The best way to cut by a unigram model, with sums rounded as SentencePiece rounds them.

    Where something is repeated, and pieces repeat it too, ways that differ in order alone are equally good, and the rounding of their sums
    decides.
    """

    def __init__(self, pieces: list[tuple[str, float]]) -> None:
        import numpy as np

        single = np.float32
        self._scores = {text: single(score) for text, score in pieces}
        self._longest = max(map(len, self._scores), default=1)
        self._unknown = min(self._scores.values(), default=single(0)) - single(10)
        self._zero = single(0)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Begin and end of each piece; neighbours that are unknown are one."""
        best: list[Any] = [None] * (len(text) + 1)
        best[0] = (self._zero, 0, True)
        for begin in range(len(text)):
            so_far = best[begin][0]
            for end in range(begin + 1, min(begin + self._longest, len(text)) + 1):
                score = self._scores.get(text[begin:end])
                known = score is not None
                if not known and end > begin + 1:
                    continue
                total = so_far + (score if known else self._unknown)
                if best[end] is None or total > best[end][0]:
                    best[end] = (total, begin, known)
        out: list[tuple[int, int]] = []
        end, after_unknown = len(text), False
        while end > 0:
            _, begin, known = best[end]
            if after_unknown and not known:
                out[-1] = (begin, out[-1][1])
            else:
                out.append((begin, end))
            end, after_unknown = begin, not known
        return out[::-1]
