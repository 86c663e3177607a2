"""What narrows the choice before a token is drawn. Call: scores (R, V) float32, State -> scores; words that are out never come."""

from dataclasses import dataclass
from typing import Any

from .. import ops
from .processors import NEVER


def _ordered(scores: Any) -> Any:
    """Scores in falling order."""
    return ops.top_k(scores, ops.shape(scores)[1])[0]


def _keep_from(scores: Any, ordered: Any, kept: Any) -> Any:
    """Keeps the first words of the falling order, as many as `kept` (R, V) says of its places, and those that score the same."""
    least = ops.max(ops.where(kept, -ordered, NEVER), axis=-1, keepdims=True)
    return ops.where(scores < -least, NEVER, scores)


def _places(scores: Any) -> Any:
    return ops.arange(ops.shape(scores)[1], like=scores)[None]


def _entropy(scores: Any) -> tuple[Any, Any, Any]:
    """(log p, p, the expectation of -log p), of each row."""
    logs = ops.log_softmax(scores, -1)
    shares = ops.exp(logs)
    return logs, shares, -ops.sum(ops.where(shares > 0, shares * logs, 0.0), axis=-1, keepdims=True)


def _spare(scores: Any, least: int) -> Any:
    """Words beyond those that stay in any case."""
    return scores < ops.top_k(scores, least)[0][:, -1:]


@dataclass(frozen=True)
class Temperature:
    """Divides the scores."""

    temperature: float

    def __call__(self, scores: Any, state: Any) -> Any:
        return scores / self.temperature


@dataclass(frozen=True)
class TopK:
    """The k likeliest words."""

    k: int

    def __call__(self, scores: Any, state: Any) -> Any:
        size = ops.shape(scores)[1]
        least = ops.top_k(scores, self.k if not isinstance(size, int) else min(self.k, size))[0][:, -1:]
        return ops.where(scores < least, NEVER, scores)


@dataclass(frozen=True)
class TopP:
    """The fewest words whose probabilities reach p. Holtzman et al., 2019, arxiv.org/abs/1904.09751."""

    p: float
    least: int = 1

    def __call__(self, scores: Any, state: Any) -> Any:
        ordered = _ordered(scores)
        shares = ops.softmax(ordered, -1)
        before = ops.cumsum(shares, axis=-1) - shares
        return _keep_from(scores, ordered, (before < self.p) | (_places(scores) < self.least))


@dataclass(frozen=True)
class MinP:
    """Words at least so likely as a part of the likeliest. Nguyen et al., 2024, arxiv.org/abs/2407.01082."""

    p: float
    least: int = 1

    def __call__(self, scores: Any, state: Any) -> Any:
        shares, ordered = ops.softmax(scores, -1), _ordered(scores)
        falling = ops.softmax(ordered, -1)
        kept = (falling >= self.p * ops.max(shares, axis=-1, keepdims=True)) | (_places(scores) < self.least)
        return _keep_from(scores, ordered, kept)


@dataclass(frozen=True)
class Typical:
    """The words nearest to the expected surprise, until they reach a mass. Meister et al., 2022, arxiv.org/abs/2202.00666."""

    mass: float
    least: int = 1

    def __call__(self, scores: Any, state: Any) -> Any:
        logs, shares, surprise = _entropy(scores)
        far = ops.absolute(-logs - surprise)
        near, order = ops.top_k(-far, ops.shape(scores)[1])
        ordered = ops.take_along(shares, order, axis=-1)
        before = ops.cumsum(ordered, axis=-1) - ordered
        kept = (before < self.mass) | (_places(scores) < self.least)
        farthest = ops.max(ops.where(kept, -near, NEVER), axis=-1, keepdims=True)
        return ops.where(far > farthest, NEVER, scores)


@dataclass(frozen=True)
class Epsilon:
    """Words at least so likely. Hewitt et al., 2022, arxiv.org/abs/2210.15191."""

    epsilon: float
    least: int = 1

    def __call__(self, scores: Any, state: Any) -> Any:
        return ops.where((ops.softmax(scores, -1) < self.epsilon) & _spare(scores, self.least), NEVER, scores)


@dataclass(frozen=True)
class Eta:
    """Words at least so likely as a bound that falls with the entropy. Hewitt et al., 2022, arxiv.org/abs/2210.15191."""

    epsilon: float
    least: int = 1

    def __call__(self, scores: Any, state: Any) -> Any:
        _, shares, entropy = _entropy(scores)
        bound = ops.minimum(self.epsilon, self.epsilon**0.5 * ops.exp(-entropy))
        return ops.where((shares < bound) & _spare(scores, self.least), NEVER, scores)
