"""Context: a stack of attention decoded step by step equals the same stack in one pass, and both equal NumPy."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from frameworks import TOLERANCE, Framework, assert_near, frame, framework
from test_ops_attention import attention

from triform.configs.base import PretrainedConfig
from triform.errors import InputError

LAYERS, VOCABULARY, PLACES, HEADS, GROUPS, WIDTH = 2, 13, 40, 4, 2, 12  # H query heads over G heads of keys and values
HEAD = WIDTH // HEADS
ROWS, LENGTH = 3, 9
STEPS = (4, 1, 1, 2, 1)  # a prompt, single tokens, and a chunk
LEFT = (0, 3, 1)  # padding of each row
PASSES = 5  # products of matrices that a value goes through, each with its own rounding: multiplies the tolerance


@cache
def toy(name: str) -> type:
    """A decoder whose result depends on tokens, positions, and what is seen; of its two layers the second may have a window of its own."""
    fw = framework(name)
    nn, ops = fw.nn, fw.ops

    class Block(nn.Module):
        def __init__(self, layer):
            super().__init__()
            self.layer = layer
            self.q = nn.Linear(WIDTH, WIDTH, bias=False)
            self.kv = nn.Linear(WIDTH, 2 * GROUPS * HEAD, bias=False)

        def forward(self, x, context, window):
            k, v = ops.split(self.kv(x), 2, -1)
            heads = ops.split_heads(self.q(x), HEADS), ops.split_heads(k, GROUPS), ops.split_heads(v, GROUPS)
            return x + ops.merge_heads(context.attend(self.layer, *heads, window=window))

    class Toy(nn.Model):
        config_class = PretrainedConfig

        def __init__(self, config):
            super().__init__(config)
            self.words = nn.Embedding(VOCABULARY, WIDTH)
            self.places = nn.Embedding(PLACES, WIDTH)
            self.blocks = nn.List([Block(layer) for layer in range(LAYERS)])

        def forward(self, input_ids, attention_mask=None, past_key_values=None, use_cache=False, position_ids=None):
            context = nn.Context(
                input_ids,
                attention_mask,
                causal=True,
                past=past_key_values,
                use_cache=use_cache,
                position_ids=position_ids,
                window=self.config.window,
            )
            x = self.words(input_ids) + self.places(context.positions)
            for i, block in enumerate(self.blocks):
                x = block(x, context, self.config.second_window if i else None)
            return x, context.cache()

    return Toy


@cache
def weights() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(4)
    sizes = {"words.weight": (VOCABULARY, WIDTH), "places.weight": (PLACES, WIDTH)}
    for i in range(LAYERS):
        sizes |= {f"blocks.{i}.q.weight": (WIDTH, WIDTH), f"blocks.{i}.kv.weight": (2 * GROUPS * HEAD, WIDTH)}
    return {name: (0.6 * rng.standard_normal(size)).astype(np.float32) for name, size in sizes.items()}


def one_pass(ids: np.ndarray, mask: np.ndarray | None, positions: np.ndarray, windows: tuple[int | None, int | None]) -> np.ndarray:
    """The whole text at once, in float64."""
    w = {name: array.astype(np.float64) for name, array in weights().items()}
    heads = lambda x, n: x.reshape(*x.shape[:2], n, HEAD).swapaxes(1, 2)
    x = w["words.weight"][ids] + w["places.weight"][positions]
    b, t = ids.shape
    place = np.arange(t)
    for i, window in enumerate(windows):
        k, v = np.split(x @ w[f"blocks.{i}.kv.weight"].T, 2, -1)
        q, k, v = heads(x @ w[f"blocks.{i}.q.weight"].T, HEADS), *(heads(y, GROUPS).repeat(HEADS // GROUPS, 1) for y in (k, v))
        sees = place[None, :] <= place[:, None]
        if window is not None:
            sees &= place[None, :] > place[:, None] - window
        sees = np.broadcast_to(sees, (b, 1, t, t)) if mask is None else sees & (mask[:, None, None, :] == 1)
        scores = np.where(sees, q @ k.swapaxes(2, 3) * HEAD**-0.5, -1e30)
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        y = shares / shares.sum(-1, keepdims=True) @ v
        x = x + y.swapaxes(1, 2).reshape(b, t, WIDTH)
    return x


def model(fw: Framework, window: int | None = None, second_window: int | None = None) -> Any:
    return fw.filled(toy(fw.name), weights(), config=PretrainedConfig(window=window, second_window=second_window))


def text(padded: bool) -> tuple[np.ndarray, np.ndarray]:
    """Token ids, and which of them are real."""
    ids = np.random.default_rng(9).integers(0, VOCABULARY, (ROWS, LENGTH))
    return ids, (np.arange(LENGTH) >= np.array(LEFT)[:, None] * padded).astype(np.int64)


def decode(fw: Framework, toy: Any, ids: np.ndarray, mask: np.ndarray | None, use_cache: Any, positions: np.ndarray | None, whole: bool):
    """(result, cache) of the text in STEPS. `positions` are given for the prompt only; `whole`: masks are of everything so far."""
    found, cache, start = [], None, 0
    for step, count in enumerate(STEPS):
        end = start + count
        given = {} if mask is None else {"attention_mask": fw.tensor(mask[:, 0 if whole else start : end])}
        given |= {"use_cache": use_cache} if cache is None else {"past_key_values": cache}
        if positions is not None and step == 0:
            given["position_ids"] = fw.tensor(positions[:, :end])
        x, cache = toy(fw.tensor(ids[:, start:end]), **given)
        found.append(fw.numpy(x))
        start = end
        assert int(cache.start) == end
        assert int(cache.get_seq_length()) == end
    return np.concatenate(found, 1), cache


@pytest.mark.parametrize("windows", [(None, None), (4, 4), (None, 3)], ids=["all", "window", "window of one layer"])
@pytest.mark.parametrize("padded", [False, True], ids=["", "left padding"])
def test_steps_equal_one_pass(fw, padded, windows):
    ids, mask = text(padded)
    toy = model(fw, windows[0], windows[1])
    positions = np.maximum(mask.cumsum(1) - 1, 0) if padded else None
    counted = np.arange(LENGTH)[None] if positions is None else positions
    wanted = one_pass(ids, mask if padded else None, np.broadcast_to(counted, ids.shape), windows)
    real, tolerance = mask == 1, PASSES * TOLERANCE
    given = {"attention_mask": fw.tensor(mask), "position_ids": fw.tensor(counted)} if padded else {}
    full, nothing = toy(fw.tensor(ids), **given)
    assert nothing is None
    assert_near(fw.numpy(full)[real], wanted[real], tolerance)
    for use_cache, capacity in ((True, None), (16, 16)):
        steps, cache = decode(fw, toy, ids, mask if padded else None, use_cache, positions, whole=use_cache is True)
        assert_near(steps[real], wanted[real], tolerance)
        assert len(cache.keys) == len(cache.values) == LAYERS
        sizes = {tuple(x.shape) for x in (*cache.keys, *cache.values)}
        assert len(sizes) == 1
        b, h, s, d = sizes.pop()
        assert (b, h, d) == (ROWS, GROUPS, HEAD)
        assert s == capacity if capacity else s >= LENGTH


def test_without_position_ids_padding_counts(fw):
    """As the specification says, positions are then the slots."""
    ids, mask = text(padded=True)
    wanted = one_pass(ids, mask, np.broadcast_to(np.arange(LENGTH), ids.shape), (None, None))
    steps, _ = decode(fw, model(fw), ids, mask, True, None, whole=True)
    assert_near(steps[mask == 1], wanted[mask == 1], PASSES * TOLERANCE)


def test_a_mask_that_comes_late(fw):
    """The prompt had none: all of its tokens are real."""
    ids, _ = text(padded=False)
    toy = model(fw)
    wanted = one_pass(ids, np.array([[1] * 7 + [0, 1]] * ROWS), np.broadcast_to(np.arange(LENGTH), ids.shape), (None, None))
    for use_cache in (True, 16):
        _, cache = toy(fw.tensor(ids[:, :6]), use_cache=use_cache)
        x, cache = toy(fw.tensor(ids[:, 6:]), attention_mask=fw.tensor(np.array([[1, 0, 1]] * ROWS)), past_key_values=cache)
        assert_near(fw.numpy(x)[:, [0, 2]], wanted[:, [6, 8]], PASSES * TOLERANCE)
        assert fw.numpy(cache.seen)[:, :LENGTH].tolist() == [[True] * 7 + [False, True]] * ROWS


def test_a_mask_that_stays_away(fw):
    """The prompt was padded; later calls say nothing of it, and their tokens are real."""
    ids, mask = text(padded=True)
    toy = model(fw)
    wanted = one_pass(ids, mask, np.broadcast_to(np.arange(LENGTH), ids.shape), (None, None))
    _, cache = toy(fw.tensor(ids[:, :6]), attention_mask=fw.tensor(mask[:, :6]), use_cache=True)
    x, _ = toy(fw.tensor(ids[:, 6:]), past_key_values=cache)
    assert_near(fw.numpy(x), wanted[:, 6:], PASSES * TOLERANCE)


def test_a_copied_cache_continues_twice(fw):
    ids, _ = text(padded=False)
    toy = model(fw)
    wanted = one_pass(ids, None, np.broadcast_to(np.arange(LENGTH), ids.shape), (None, None))
    _, cache = toy(fw.tensor(ids[:, :6]), use_cache=16)
    toy(fw.tensor(ids[:, :3]), past_key_values=cache.copy())
    x, _ = toy(fw.tensor(ids[:, 6:]), past_key_values=cache)
    assert_near(fw.numpy(x), wanted[:, 6:], PASSES * TOLERANCE)


# ---- the parts of it


def keys(fw: Framework, rng: np.random.Generator, length: int) -> Any:
    return fw.tensor(rng.standard_normal((ROWS, GROUPS, length, HEAD)))


def test_positions_and_slots_are_counted_on(fw, rng):
    Context = fw.nn.Context
    first = Context(fw.tensor(np.zeros((ROWS, 4), int)), causal=True, use_cache=16)
    assert fw.dtype(first.positions) == fw.index
    assert fw.numpy(first.positions).tolist() == [[0, 1, 2, 3]]
    k, v = first.remember(0, keys(fw, rng, 4), keys(fw, rng, 4))
    assert k.shape[2] == v.shape[2] == 4, "the prompt looks at itself, not at the room for what will come"
    second = Context(fw.tensor(np.zeros((ROWS, 2), int)), causal=True, past=first.cache())
    assert fw.numpy(second.positions).tolist() == [[4, 5]]
    k, _ = second.remember(0, keys(fw, rng, 2), keys(fw, rng, 2))
    queries, slots = (fw.numpy(x) for x in second.slots())
    assert queries.tolist() == [4, 5]
    assert slots.tolist() == list(range(k.shape[2])), "one place for each slot that remember gives"
    assert fw.numpy(k)[:, :, 4:6].any()
    assert not second.causal
    sees = np.broadcast_to(fw.numpy(second.mask), (ROWS, 1, 2, len(slots)))
    assert (sees == (slots[None] <= queries[:, None])).all()


@pytest.mark.parametrize("use_cache", [True, 16])
def test_real_slots_leave_padding_out(fw, rng, use_cache):
    """Padding on the left and in the middle; slots of the cache that are not in use yet are no tokens either."""
    Context = fw.nn.Context
    mask = np.array([[1, 1, 1, 1, 1, 1], [0, 0, 1, 1, 1, 1], [1, 0, 1, 0, 1, 1]])
    places = np.where(mask == 1, mask.cumsum(1) - 1, -1)
    bare = Context(fw.tensor(mask), causal=True)
    assert [fw.numpy(x).tolist() for x in bare.real_slots()] == [[list(range(6))]] * 2
    first = Context(fw.tensor(mask[:, :4]), fw.tensor(mask[:, :4]), causal=True, use_cache=use_cache)
    assert all(fw.numpy(x).tolist() == places[:, :4].tolist() for x in first.real_slots())
    assert all(fw.dtype(x) == fw.index for x in first.real_slots())
    first.remember(0, keys(fw, rng, 4), keys(fw, rng, 4))
    second = Context(fw.tensor(mask[:, 4:]), fw.tensor(mask), causal=True, past=first.cache())
    k, _ = second.remember(0, keys(fw, rng, 2), keys(fw, rng, 2))
    queries, slots = (fw.numpy(x) for x in second.real_slots())
    assert queries.tolist() == places[:, 4:].tolist()
    assert slots[:, :6].tolist() == places.tolist()
    assert (slots[:, 6:] == -1).all()
    assert slots.shape[1] == k.shape[2]


def test_position_ids_are_counted_on(fw, rng):
    Context = fw.nn.Context
    ids = np.array([[0, 1, 2, 3], [0, 0, 0, 1], [0, 0, 1, 2]])
    first = Context(fw.tensor(np.zeros((ROWS, 4), int)), causal=True, use_cache=True, position_ids=fw.tensor(ids))
    first.remember(0, keys(fw, rng, 4), keys(fw, rng, 4))
    second = Context(fw.tensor(np.zeros((ROWS, 2), int)), causal=True, past=first.cache())
    assert fw.numpy(second.positions).tolist() == [[4, 5], [2, 3], [3, 4]]
    second.remember(0, keys(fw, rng, 2), keys(fw, rng, 2))
    third = Context(fw.tensor(np.zeros((ROWS, 1), int)), causal=True, past=second.cache())
    assert fw.numpy(third.positions).tolist() == [[6], [4], [5]]
    given = Context(fw.tensor(np.zeros((ROWS, 1), int)), causal=True, past=second.cache(), position_ids=fw.tensor([[9]] * ROWS))
    assert fw.numpy(given.positions).tolist() == [[9]] * ROWS


def test_nothing_is_kept_unasked(fw, rng):
    context = fw.nn.Context(fw.tensor(np.zeros((ROWS, 4), int)), causal=True)
    k, v = keys(fw, rng, 4), keys(fw, rng, 4)
    assert all(found is given for found, given in zip(context.remember(0, k, v), (k, v), strict=True))
    assert context.cache() is None
    assert context.causal
    assert context.mask is None


def test_an_encoder_sees_both_ways(fw, rng):
    x = fw.tensor(rng.standard_normal((ROWS, LENGTH, WIDTH)))
    everything = fw.nn.Context(x)
    assert (everything.mask, everything.causal) == (None, False)
    _, mask = text(padded=True)
    padded = fw.nn.Context(x, fw.tensor(mask))
    assert (np.broadcast_to(fw.numpy(padded.mask), (ROWS, 1, LENGTH, LENGTH)) == (mask == 1)[:, None, None]).all()
    assert not padded.causal


def test_too_little_room(fw, rng):
    context = fw.nn.Context(fw.tensor(np.zeros((ROWS, 4), int)), causal=True, use_cache=3)
    with pytest.raises(InputError, match=r"use_cache=3 .* 4 tokens"):
        context.remember(0, keys(fw, rng, 4), keys(fw, rng, 4))


def test_memory_is_projected_once(fw, rng):
    """Cross attention: two steps of a decoder over one text, whose second half is padding in the first row."""
    memory = rng.standard_normal((ROWS, 5, WIDTH)).astype(np.float32)
    mask = np.ones((ROWS, 5), int)
    mask[0, 3:] = 0
    calls = []

    def keys_values(x):
        calls.append(x)
        return fw.ops.split_heads(x, HEADS), fw.ops.split_heads(2 * x, HEADS)

    k = memory.reshape(ROWS, 5, HEADS, HEAD).swapaxes(1, 2)
    cache = None
    for length in (3, 1):
        q = rng.standard_normal((ROWS, HEADS, length, HEAD)).astype(np.float32)
        settings = {"use_cache": True} if cache is None else {"past": cache}
        context = fw.nn.Context(
            fw.tensor(np.zeros((ROWS, length), int)), causal=True, memory=fw.tensor(memory), memory_mask=fw.tensor(mask), **settings
        )
        context.remember(0, keys(fw, rng, length), keys(fw, rng, length))
        found = context.attend_memory(0, fw.tensor(q), keys_values)
        assert_near(fw.numpy(found), attention(q, k, 2 * k, mask[:, None, None] == 1)[0])
        cache = context.cache()
    assert len(calls) == 1
    assert tuple(cache.cross_keys[0].shape) == tuple(cache.cross_values[0].shape) == (ROWS, HEADS, 5, HEAD)


def test_what_is_recorded_bears_the_kind(fw, rng):
    q = fw.tensor(rng.standard_normal((ROWS, HEADS, 4, HEAD)))
    context = fw.nn.Context(fw.tensor(np.zeros((ROWS, 4), int)), causal=True, kind="decoder_", memory=q)
    with frame("attentions", "decoder_attentions", "cross_attentions") as tape:
        context.attend(0, q, keys(fw, rng, 4), keys(fw, rng, 4))
        context.attend_memory(0, q, lambda memory: (memory, memory))
    assert [len(values) for values in tape.values()] == [0, 1, 1]
    shares = fw.numpy(tape["decoder_attentions"][0])
    assert_near(shares.sum(-1), np.ones((ROWS, HEADS, 4)))
    assert not np.triu(shares, 1).any()
