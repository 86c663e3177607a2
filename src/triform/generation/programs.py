"""The steps of decoding, as functions of a model and of arrays: PyTorch calls them, JAX and TensorFlow compile each of them once per shape.

What comes after `*` is no array but decides what is computed, and so belongs to the key of a compiled program.
Shapes  B prompts, R rows that are decoded, T tokens of the prompt, C capacity of the cache
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import loops, ops
from .search import scored
from .state import State


@dataclass(frozen=True)
class Reader:
    """How the decoder of a model is called.

    Attributes:
        seq2seq: it has an encoder. positions: it takes position_ids.
        asked: what each call shall show of its insides.
    """

    seq2seq: bool
    positions: bool
    asked: tuple[str, ...] = ()

    def __call__(self, model: Any, tokens: Any, mask: Any, positions: Any, cache: Any, source: Mapping[str, Any], **more: Any) -> Any:
        """One call: tokens (R, T) int, or embeddings (R, T, D)."""
        more |= dict.fromkeys(self.asked, True)
        if self.seq2seq:
            return model(decoder_input_ids=tokens, decoder_attention_mask=mask, past_key_values=cache, **source, **more)
        if self.positions and positions is not None:
            more["position_ids"] = positions
        name = "input_ids" if len(tokens.shape) == 2 else "inputs_embeds"
        return model(**{name: tokens}, attention_mask=mask, past_key_values=cache, **source, **more)


def read_prompt(model: Any, tokens: Any, mask: Any, positions: Any, source: Any, *, reader: Reader, capacity: Any) -> Any:
    """A prompt from its start, the encoder's text before it: (the output, of which the logits are of the last token; a cache is in it)."""
    return reader(model, tokens, mask, positions, None, source, use_cache=capacity, logits_to_keep=1)


def read_source(model: Any, tokens: Any, mask: Any, positions: Any, source: Any, *, reader: Reader, capacity: Any) -> Any:
    """An encoder's text, before the one token (R, 1) of the prompt: (an output with the encoder's states; a cache is in it that holds what
    the decoder looks at of them, and no token yet). A compiler drops whatever else is computed."""
    out = read_prompt(model, tokens, mask, positions, source, reader=reader, capacity=capacity)
    cache = out.past_key_values
    keys, values = (tuple(ops.full(ops.shape(x), 0, like=x) for x in xs) for xs in (cache.keys, cache.values))
    count = None if cache.count is None else cache.count - 1
    cache = cache._replace(keys=keys, values=values, start=cache.start - 1, count=count)
    return type(out)(past_key_values=cache, encoder_last_hidden_state=out.encoder_last_hidden_state)


def read_chunk(model: Any, cache: Any, tokens: Any, mask: Any, positions: Any, source: Any, *, reader: Reader) -> Any:
    """More tokens of a prompt: the output, of which the logits are of the last one."""
    return reader(model, tokens, mask, positions, cache, source, logits_to_keep=1)


def read_guesses(model: Any, cache: Any, tokens: Any, source: Any, *, reader: Reader) -> Any:
    """Tokens of which some may be wrong: the output, with the logits of all."""
    return reader(model, tokens, None, None, cache, source)


def copied(model: Any, rows: Any, *, copies: int) -> Any:
    """An array, a cache or a mapping of arrays with each row so many times in a row."""
    if copies == 1 or rows is None:
        return rows
    if isinstance(rows, Mapping):
        return {name: copied(model, x, copies=copies) for name, x in rows.items()}
    if hasattr(rows, "_fields"):  # a Cache, whose `start` is of all rows
        return rows._replace(**{name: copied(model, getattr(rows, name), copies=copies) for name in rows._fields if name != "start"})
    if isinstance(rows, tuple):
        return tuple(copied(model, x, copies=copies) for x in rows)
    return ops.repeat(rows, copies, axis=0)


def last(model: Any, logits: Any, *, copies: int = 1) -> Any:
    """Scores of the last token of each prompt (B, T, V), once for each row that goes on from it (R, V)."""
    return copied(model, logits[:, -1], copies=copies)


def begin(model: Any, cache: Any, state: State, logits: Any, *, search: Any, copies: int) -> tuple[Any, State, Any]:
    """(a cache for all rows, the state after the first choice, whether there is more to do)."""
    state = search.choose(search.scores(last(model, logits, copies=copies), state), search.prepare(state))
    return fan_out(model, cache, search=search, copies=copies), state, search.going(state)


def fan_out(model: Any, cache: Any, *, search: Any, copies: int) -> Any:
    """A cache for all rows that are decoded: a row for each, or, for beams, one row for each text, which forks here."""
    if search.beams == 1:
        return copied(model, cache, copies=copies)
    count = cache.count
    if count is None:
        count = ops.full((ops.shape(cache.keys[0])[0], 1), 0, like=ops.arange(1, like=cache.keys[0])) + cache.start
    return cache._replace(fork=cache.start, count=count)


def step(model: Any, cache: Any, state: State, source: Any, *, search: Any, reader: Reader) -> Any:
    """The model's output for the tokens that were chosen last: (R, 1, …), or for beams (B, K, …)."""
    last, mask = state.last[:, None], None
    if search.beams > 1:
        last, mask = ops.reshape(last, (-1, search.beams)), search.seen(cache, state)
    if search.guidance is not None:
        last = ops.concat([last, last], 0)
    return reader(model, last, mask, None, cache, source)


def rows_of(model: Any, logits: Any) -> Any:
    """Scores of the last token (R, V): of rows (R, 1, V), or of beams (B, K, V)."""
    return ops.reshape(logits, (-1, ops.shape(logits)[-1]))


def decode(model: Any, cache: Any, state: State, source: Any, until: Any, *, search: Any, reader: Reader) -> Any:
    """Chooses tokens until there are `until`, or all rows have ended: (cache, state, whether there is more to do)."""

    def body(carried: Any) -> Any:
        cache, state = carried
        out = step(model, cache, state, source, search=search, reader=reader)
        return out.past_key_values, search.choose(search.scores(rows_of(model, out.logits), state), state)

    def going(carried: Any) -> Any:
        return loops.both(carried[1].step < until, lambda: search.going(carried[1]))

    cache, state = loops.loop(going, body, (cache, state), model, until - state.step)
    return cache, state, search.going(state)


def score(model: Any, state: State, logits: Any, *, search: Any) -> Any:
    """The scores that the next choice is made by (R, V)."""
    return search.scores(logits, state)


def rescore(model: Any, state: State, scores: Any, *, processors: tuple[Any, ...]) -> Any:
    """Scores after some more processors."""
    return scored(processors, scores, state)


def choose(model: Any, state: State, scores: Any, *, search: Any) -> tuple[State, Any]:
    """(the state after a choice by these scores, whether there is more to do)."""
    state = search.choose(scores, state)
    return state, search.going(state)


def prepare(model: Any, state: State, *, search: Any) -> State:
    """The state before a first choice that the host takes part in."""
    return search.prepare(state)


def going(model: Any, state: State, *, search: Any) -> Any:
    """Whether there is more to do."""
    return search.going(state)


def doubled(model: Any, source: Any) -> Any:
    """A source for twice the rows: those with the prompt, then those without."""
    return {name: ops.concat([x, x], 0) for name, x in source.items()}


def enlarged(model: Any, cache: Any, *, capacity: int) -> Any:
    """A cache with room for `capacity` tokens."""
    more = capacity - ops.shape(cache.keys[0])[2]
    if more <= 0:
        return cache
    wider = lambda x, axis: ops.pad(x, [(0, more if a == axis else 0) for a in range(len(x.shape))])
    keys, values = (tuple(wider(x, 2) for x in xs) for xs in (cache.keys, cache.values))
    return cache._replace(keys=keys, values=values, seen=None if cache.seen is None else wider(cache.seen, 1))


def forget(model: Any, cache: Any, gone: Any) -> Any:
    """A cache without its first slots, which no token sees any more: the others move up."""
    slots = ops.shape(cache.keys[0])[2]
    places = ops.minimum(ops.arange(slots, like=cache.keys[0]) + gone, slots - 1)
    moved = lambda x, axis: ops.take(x, places, axis=axis)
    keys, values = (tuple(moved(x, 2) for x in xs) for xs in (cache.keys, cache.values))
    count = cache.count
    if count is None:
        count = ops.full((ops.shape(keys[0])[0], 1), 0, like=places) + cache.start
    return cache._replace(
        keys=keys, values=values, start=cache.start - gone, seen=None if cache.seen is None else moved(cache.seen, 1), count=count
    )
