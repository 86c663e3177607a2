"""What changes the scores of the next token, as pure functions of the scores and of the search's state.

Each is a frozen dataclass, and so part of the key under which a compiled loop is kept. Call: scores (R, V) float32, State -> scores.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import loops, ops

NEVER = float("-inf")


def _at(ids: tuple[int, ...], vocabulary: int, like: Any) -> Any:
    """(V,) bool: which words are among a few ids."""
    words = np.zeros(vocabulary, bool)
    words[[i for i in ids if 0 <= i < vocabulary]] = True
    return ops.constant(words, like=like)


def _only(scores: Any, ids: tuple[int, ...], when: Any) -> Any:
    """Where `when` holds, a few words score 0 and all others never come."""
    chosen = ops.where(_at(ids, ops.shape(scores)[1], scores), ops.zeros_like(scores), NEVER)
    return ops.where(when, chosen, scores)


def _without(scores: Any, ids: tuple[int, ...], when: Any) -> Any:
    """Where `when` holds, a few words never come."""
    return ops.where(_at(ids, ops.shape(scores)[1], scores) & when, NEVER, scores)


def _tensor(state: Any, count: Any) -> Any:
    """A counter as a tensor (1,)."""
    return ops.zeros_like(state.last[:1]) + count


@dataclass(frozen=True)
class RepetitionPenalty:
    """Scores of words that occur already: positive ones divided, negative ones multiplied. Keskar et al., 2019: CTRL."""

    penalty: float

    def __call__(self, scores: Any, state: Any) -> Any:
        found = loops.present(state.tokens, state.real, ops.shape(scores)[1])
        return ops.where(found, ops.where(scores < 0, scores * self.penalty, scores / self.penalty), scores)


@dataclass(frozen=True)
class SourceRepetitionPenalty:
    """Likewise for words of the source, which a penalty above 1 favours."""

    penalty: float

    def __call__(self, scores: Any, state: Any) -> Any:
        tokens, real = state.source
        found = loops.present(tokens, real, ops.shape(scores)[1])
        return ops.where(found, ops.where(scores < 0, scores / self.penalty, scores * self.penalty), scores)


def _latest(state: Any, n: int) -> list[tuple[Any, Any]]:
    """The n tokens before the next one, oldest first: (token (R, 1), whether there is one (R, 1))."""
    found = []
    for back in range(n, 0, -1):
        place = _tensor(state, state.slot) - back
        there = (place >= 0)[None] & ops.take(state.real, ops.maximum(place, 0), axis=1)
        found.append((ops.take(state.tokens, ops.maximum(place, 0), axis=1), there))
    return found


def _after(tokens: Any, real: Any, prefix: list[tuple[Any, Any]], vocabulary: int) -> Any:
    """(R, V): the words that follow, somewhere in `tokens`, the tokens of a prefix."""
    n, size = len(prefix), ops.shape(tokens)[1]
    follows = real[:, n:]
    for i, (token, there) in enumerate(prefix):
        follows = follows & real[:, i : size - n + i] & there & (tokens[:, i : size - n + i] == token)
    return loops.present(tokens[:, n:], follows, vocabulary)


@dataclass(frozen=True)
class NoRepeatNgram:
    """No n tokens in a row come twice."""

    size: int

    def __call__(self, scores: Any, state: Any) -> Any:
        found = _after(state.tokens, state.real, _latest(state, self.size - 1), ops.shape(scores)[1])
        return ops.where(found, NEVER, scores)


@dataclass(frozen=True)
class NoSourceNgram:
    """No n tokens in a row are those of the source."""

    size: int

    def __call__(self, scores: Any, state: Any) -> Any:
        tokens, real = state.source
        return ops.where(_after(tokens, real, _latest(state, self.size - 1), ops.shape(scores)[1]), NEVER, scores)


@dataclass(frozen=True)
class SequenceBias:
    """Adds to the score of the last token of each sequence, where the text ends with the others."""

    pairs: tuple[tuple[tuple[int, ...], float], ...]

    def __call__(self, scores: Any, state: Any) -> Any:
        vocabulary = ops.shape(scores)[1]
        always = np.zeros(vocabulary, np.float32)
        for tokens, bias in self.pairs:
            if len(tokens) == 1:
                always[tokens[0]] += bias
        total = scores + ops.constant(always, like=scores)
        for tokens, bias in self.pairs:
            if len(tokens) > 1:
                ends = None
                for token, (found, there) in zip(tokens[:-1], _latest(state, len(tokens) - 1)):
                    same = there & (found == token)
                    ends = same if ends is None else ends & same
                total = ops.where(_at(tokens[-1:], vocabulary, scores) & ends, total + bias, total)
        return total


@dataclass(frozen=True)
class MinNewTokens:
    """The text does not end before so many new tokens."""

    least: int
    ends: tuple[int, ...]

    def __call__(self, scores: Any, state: Any) -> Any:
        return _without(scores, self.ends, _tensor(state, state.step) < self.least)


@dataclass(frozen=True)
class ForcedFirst:
    """The first new token is this one."""

    token: int

    def __call__(self, scores: Any, state: Any) -> Any:
        return _only(scores, (self.token,), _tensor(state, state.step) == 0)


@dataclass(frozen=True)
class ForcedLast:
    """The last token that there is room for is one of these."""

    tokens: tuple[int, ...]

    def __call__(self, scores: Any, state: Any) -> Any:
        return _only(scores, self.tokens, _tensor(state, state.step + 1) == state.limit)


@dataclass(frozen=True)
class Suppress:
    """Words that never come; with `step`, not as that new token."""

    ids: tuple[int, ...]
    step: int | None = None

    def __call__(self, scores: Any, state: Any) -> Any:
        if self.step is None:
            return ops.where(_at(self.ids, ops.shape(scores)[1], scores), NEVER, scores)
        return _without(scores, self.ids, _tensor(state, state.step) == self.step)


@dataclass(frozen=True)
class LengthDecay:
    """From new token `start` on, the end of the text becomes likelier by powers of `factor`."""

    start: int
    factor: float
    ends: tuple[int, ...]

    def __call__(self, scores: Any, state: Any) -> Any:
        over = ops.maximum(ops.cast(_tensor(state, state.step - self.start), "float32"), 0.0)
        growth = ops.exp(over * float(np.log(self.factor))) - 1.0
        return ops.where(_at(self.ends, ops.shape(scores)[1], scores), scores + ops.absolute(scores) * growth[:, None], scores)


@dataclass(frozen=True)
class RemoveInvalid:
    """NaN becomes 0, infinities the largest numbers there are."""

    def __call__(self, scores: Any, state: Any) -> Any:
        largest = float(np.finfo(np.float32).max)
        scores = ops.where(scores == scores, scores, 0.0)
        return ops.minimum(ops.maximum(scores, -largest), largest)


@dataclass(frozen=True)
class Normalise:
    """Scores as log probabilities."""

    def __call__(self, scores: Any, state: Any) -> Any:
        return ops.log_softmax(scores, -1)


Processor = Any
