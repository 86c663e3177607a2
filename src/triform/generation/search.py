"""How the next token is chosen: pure functions over a `State`, which PyTorch runs as they are and JAX and TensorFlow compile into a loop.

prepare(state) -> state           before the first choice
scores(logits, state) -> scores   what a choice is made by
choose(scores, state) -> state    the choice; `state.last` is what the model reads next
going(state)                      whether there is more to do
"""

from dataclasses import dataclass
from typing import Any

from .. import loops, ops
from .state import State


def among(tokens: Any, ids: tuple[int, ...]) -> Any:
    """Where a token is one of a few ids."""
    hit = tokens != tokens
    for i in ids:
        hit = hit | (tokens == i)
    return hit


def scored(processors: tuple[Any, ...], scores: Any, state: State) -> Any:
    """Scores as all processors leave them, float32."""
    scores = ops.cast(scores, "float32")
    for process in processors:
        scores = process(scores, state)
    return scores


def guided(logits: Any, scale: float | None) -> Any:
    """Classifier-free guidance: the first half of the rows read the prompt, the second half another one. arxiv.org/abs/2306.17806."""
    if scale is None:
        return logits
    logs = ops.log_softmax(ops.cast(logits, "float32"), -1)
    with_prompt, without = ops.split(logs, 2, axis=0)
    return without + scale * (with_prompt - without)


@dataclass(frozen=True)
class OneByOne:
    """Each row goes on by itself: with its likeliest token, or with one that is drawn.

    Attributes:
        processors: what changes the scores, in order.
        draws: whether tokens are drawn.
        ends: the tokens that end a text. pad: what stands after them.
        guidance: the scale of classifier-free guidance; None without.
    """

    processors: tuple[Any, ...] = ()
    draws: bool = False
    ends: tuple[int, ...] = ()
    pad: int = 0
    guidance: float | None = None
    beams: int = 1

    def prepare(self, state: State) -> State:
        return state

    def scores(self, logits: Any, state: State) -> Any:
        """(R, V): what the choice is made by."""
        return scored(self.processors, guided(logits, self.guidance), state)

    def choose(self, scores: Any, state: State) -> State:
        key = state.key
        if self.draws:
            noise, key = loops.gumbel(key, ops.shape(scores), like=scores)
            scores = scores + noise
        last = ops.argmax(scores, -1)
        done = state.done
        if self.ends:
            last = ops.where(done, self.pad, last)
        real = ops.write(state.real, ~done[:, None], state.slot, 1)
        if self.ends:
            done = done | among(last, self.ends)
        tokens = ops.write(state.tokens, last[:, None], state.slot, 1)
        return state._replace(step=state.step + 1, slot=state.slot + 1, last=last, tokens=tokens, real=real, done=done, key=key)

    def going(self, state: State) -> Any:
        more = state.step < state.limit
        return loops.both(more, lambda: loops.any(~state.done))
