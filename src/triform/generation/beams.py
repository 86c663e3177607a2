"""Beam search: the K best continuations of each prompt are followed at once.

Shapes  B prompts, K beams, R = B · K rows, V vocabulary, C capacity
"""

from dataclasses import dataclass
from typing import Any

from .. import loops, ops
from .search import among, guided, scored
from .state import Beams, State

LOWEST = -1e9  # the score of what does not exist


@dataclass(frozen=True)
class BeamSearch:
    """See `OneByOne` for what it shares. Scores are sums of log p, divided by a power of the length where texts are compared.

    Attributes:
        beams: K.
        length_penalty: that power.
        early_stopping: True: a prompt is finished with K ended texts; False: when its best running text is no better than its worst
            ended one at its present length; "never": when it cannot become better at any length there is room for.
    """

    beams: int
    processors: tuple[Any, ...] = ()
    draws: bool = False
    ends: tuple[int, ...] = ()
    pad: int = 0
    guidance: float | None = None
    length_penalty: float = 1.0
    early_stopping: bool | str = False

    def prepare(self, state: State) -> State:
        """Before the first choice all beams of a prompt are the same, so that the first alone counts."""
        rows, capacity = ops.shape(state.tokens)
        k = self.beams
        b = rows // k
        like = ops.cast(state.last[:1], "float32")
        first = ops.full((b, 1), 0.0, like=like)
        none = ops.full((b, k), LOWEST, like=like)
        blank = ops.full((b, k, capacity), self.pad, like=state.tokens)
        nobody = ops.full((b, k, capacity), -1, like=state.tokens)
        beams = Beams(
            scores=ops.concat([first, none[:, 1:]], axis=1), texts=blank, grades=none, open=none[:, :1] < 0,
            parents=nobody, ancestry=nobody,
        )  # fmt: skip
        return state._replace(beams=beams)

    def scores(self, logits: Any, state: State) -> Any:
        """(R, V): log p of the next token, as the processors leave it."""
        return scored(self.processors, ops.log_softmax(ops.cast(guided(logits, self.guidance), "float32"), -1), state)

    def choose(self, scores: Any, state: State) -> State:
        b, k, capacity = ops.shape(state.beams.texts)
        v = ops.shape(scores)[1]
        beams, slot = state.beams, state.slot
        wide = k * max(2, 1 + len(self.ends))

        best, index, key = self._candidates(ops.reshape(scores, (b, k, v)) + beams.scores[:, :, None], wide, state)
        beam, token = index // v, index % v  # (B, wide)
        row = beam + ops.arange(b, like=beam)[:, None] * k
        tokens = ops.reshape(state.tokens, (b, k, capacity))
        options = ops.write(_picked(tokens, beam), token[:, :, None], slot, 2)
        parents = ops.write(_picked(beams.parents, beam), row[:, :, None], slot, 2)
        last_step = state.step + 1 >= state.limit
        ended = among(token, self.ends) | last_step

        # Ended texts: of the k best options, and only while the prompt is open.
        length = loops.number(state.step + 1) ** self.length_penalty
        full = beams.grades[:, -1:] > LOWEST
        joins = ended & beams.open
        if self.early_stopping is True:
            joins = joins & ~full
        grade = ops.where(joins[:, :k], best[:, :k] / length, LOWEST)
        grades, order = ops.top_k(ops.concat([beams.grades, grade], axis=1), k)
        texts = _picked(ops.concat([beams.texts, options[:, :k]], axis=1), order)
        ancestry = _picked(ops.concat([beams.ancestry, parents[:, :k]], axis=1), order)

        # Running texts: the k best options that have not ended.
        running, order = ops.top_k(ops.where(ended, best + LOWEST, best), k)
        tokens, parents = _picked(options, order), _picked(parents, order)
        rows, last = (ops.reshape(ops.take_along(x, order, axis=1), (b * k,)) for x in (row, token))
        reach = length
        if self.early_stopping == "never" and self.length_penalty > 0:
            reach = loops.number(state.limit) ** self.length_penalty
        hopeful = running[:, :1] / reach > ops.where(grades[:, -1:] > LOWEST, grades[:, -1:], LOWEST)
        open_ = beams.open & hopeful
        if self.early_stopping is True:
            open_ = open_ & ~(grades[:, -1:] > LOWEST)
        real = ops.write(ops.take(state.real, rows, axis=0), (rows == rows)[:, None], slot, 1)
        return state._replace(
            step=state.step + 1, slot=slot + 1, last=last, tokens=ops.reshape(tokens, (b * k, capacity)), real=real, key=key,
            beams=Beams(running, texts, grades, open_, parents, ancestry),
        )  # fmt: skip

    def seen(self, cache: Any, state: State) -> Any:
        """(B, K, S) bool: the slots of a forked cache that each running text has come by: the prompt's, and in each round behind it that
        of the text that it goes on from; in the last one its own. With guidance, twice the rows, whose prompts differ."""
        b, k, _ = ops.shape(state.beams.texts)
        end = cache.start + k
        size = end if isinstance(end, int) else ops.shape(cache.keys[0])[2]
        like, slots = state.tokens, ops.arange(size, like=state.tokens)
        rounds, branch = (slots - cache.fork) // k, (slots - cache.fork) % k
        place = ops.minimum(ops.maximum(rounds + 1, 0) + (state.slot - state.step), ops.shape(state.tokens)[1] - 1)
        came_by = ops.take(state.beams.parents, place, axis=2) - ops.arange(b, like=like)[:, None, None] * k
        came_by = ops.where(rounds == state.step - 1, ops.arange(k, like=like)[None, :, None], came_by)
        after = (came_by == branch) & (rounds < state.step) & (rounds >= 0)
        if self.guidance is not None:
            after = ops.concat([after, after], 0)
        before = slots[None] < cache.fork
        if cache.seen is not None:
            before = before & ops.take(cache.seen, ops.minimum(slots, ops.shape(cache.seen)[1] - 1), axis=1)
        return before[:, None, :] | after

    def _candidates(self, totals: Any, wide: int, state: State) -> tuple[Any, Any, Any]:
        """(scores (B, wide), places, key): the best options (B, K, V), or some that are drawn without replacement, best first."""
        if not self.draws:
            return *_best(totals, wide), state.key
        noise, key = loops.gumbel(state.key, ops.shape(totals), like=totals)
        _, drawn = _best(totals + noise, wide)
        b, k, v = ops.shape(totals)
        best, order = ops.top_k(ops.take_along(ops.reshape(totals, (b, k * v)), drawn, axis=1), wide)
        return best, ops.take_along(drawn, order, axis=1), key

    def going(self, state: State) -> Any:
        return loops.both(state.step < state.limit, lambda: loops.any(state.beams.open))


def _best(options: Any, n: int) -> tuple[Any, Any]:
    """(B, K, V) -> the n best of each prompt (B, n), and their places in K · V. First those of each beam: XLA sorts K · V by itself."""
    b, k, v = ops.shape(options)
    each = min(n, v)
    values, places = ops.top_k(ops.reshape(options, (b * k, v)), each)
    places = ops.reshape(ops.reshape(places, (b, k, each)) + ops.arange(k, like=places)[None, :, None] * v, (b, k * each))
    best, order = ops.top_k(ops.reshape(values, (b, k * each)), n)
    return best, ops.take_along(places, order, axis=1)


def _picked(texts: Any, index: Any) -> Any:
    """(B, N, C), (B, M) -> (B, M, C): texts by their places."""
    b, n, c = ops.shape(texts)
    m = ops.shape(index)[1]
    rows = ops.reshape(index + ops.arange(b, like=index)[:, None] * n, (b * m,))
    return ops.reshape(ops.take(ops.reshape(texts, (b * n, c)), rows, axis=0), (b, m, c))
