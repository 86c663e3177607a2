"""Attention against a softmax in NumPy, in every combination of what it takes, recorded and not."""

import itertools

import numpy as np
import pytest
from frameworks import TOLERANCE, assert_near, distance, frame

B, H, G, T, S, D, E = 2, 6, 2, 5, 7, 3, 4


def attention(q, k, v, mask=None, *, causal=False, bias=None, scale=None, softcap=None):
    """(result, probabilities), in float64."""
    q, k, v = (x.astype(np.float64) for x in (q, k, v))
    k, v = (np.repeat(x, q.shape[1] // x.shape[1], 1) for x in (k, v))
    scores = np.einsum("bhtd,bhsd->bhts", q, k) * (q.shape[-1] ** -0.5 if scale is None else scale)
    if softcap is not None:
        scores = softcap * np.tanh(scores / softcap)
    if bias is not None:
        scores = scores + bias
    if causal:
        mask = np.tri(q.shape[2], k.shape[2], dtype=bool)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    probabilities = np.exp(scores - scores.max(-1, keepdims=True))
    probabilities /= probabilities.sum(-1, keepdims=True)
    return probabilities @ v, probabilities


def inputs(rng, heads=H):
    sizes = ((B, H, T, D), (B, heads, S, D), (B, heads, S, E))
    return tuple(2 * rng.standard_normal(size).astype(np.float32) for size in sizes)


def masks(rng):
    """Random ones that leave every row a slot; `causal` excludes them."""
    row, square = rng.random((B, 1, 1, S)) < 0.6, rng.random((B, 1, T, S)) < 0.5
    row[..., 2] = square[..., 0] = True
    return {"none": None, "row": row, "square": square, "causal": None}


@pytest.mark.parametrize("heads", [H, G])
@pytest.mark.parametrize("kind", ["none", "row", "square", "causal"])
def test_attention(fw, rng, kind, heads):
    q, k, v = inputs(rng, heads)
    mask = masks(rng)[kind]
    biases = (None, rng.standard_normal((B, H, T, S)).astype(np.float32), rng.standard_normal((1, H, 1, S)).astype(np.float32))
    x, m = tuple(map(fw.tensor, (q, k, v))), None if mask is None else fw.tensor(mask)
    problems = []
    for bias, scale, softcap in itertools.product(biases, (None, 0.25), (None, 1.5)):
        wanted, shares = attention(q, k, v, mask, causal=kind == "causal", bias=bias, scale=scale, softcap=softcap)
        b = None if bias is None else fw.tensor(bias)
        settings = {"causal": kind == "causal", "bias": b, "scale": scale, "softcap": softcap}
        found = {"plain": fw.ops.attention(*x, m, **settings)}
        with frame("attentions") as tape:
            found["recorded"] = fw.ops.attention(*x, m, **settings)
        (recorded,) = tape["attentions"]
        where = f"bias {None if bias is None else bias.shape}, scale {scale}, softcap {softcap}"
        problems += [f"{where}: {how}, off by {off:.1e}" for how, y in found.items() if (off := distance(fw.numpy(y), wanted)) > TOLERANCE]
        recorded = fw.numpy(recorded)
        if distance(recorded, shares) > TOLERANCE or distance(recorded.sum(-1), np.ones((B, H, T))) > TOLERANCE:
            problems.append(f"{where}: the recorded probabilities are others")
        if (recorded[shares == 0] != 0).any():
            problems.append(f"{where}: a hidden slot has a share")
    assert not problems


def test_eager_is_the_same(fw, rng):
    q, k, v = inputs(rng)
    with frame(attention="eager") as tape:
        found = fw.ops.attention(*map(fw.tensor, (q, k, v)), causal=True)
    assert_near(fw.numpy(found), attention(q, k, v, causal=True)[0])
    assert tape == {}


def test_more_queries_than_slots(fw, rng):
    """`causal` counts both from the start."""
    q, k, v = inputs(rng)
    k, v = k[:, :, : T - 2], v[:, :, : T - 2]
    assert_near(fw.numpy(fw.ops.attention(*map(fw.tensor, (q, k, v)), causal=True)), attention(q, k, v, causal=True)[0])


def test_recorded_under_its_kind_only(fw, rng):
    x = tuple(map(fw.tensor, inputs(rng)))
    with frame("attentions", "cross_attentions") as tape:
        fw.ops.attention(*x, kind="cross_attentions")
        fw.ops.attention(*x, kind="decoder_attentions")
    assert [len(values) for values in tape.values()] == [0, 1]


@pytest.mark.parametrize("recorded", [False, True])
@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_row_without_any_slot_is_finite(fw, rng, dtype, biased, recorded):
    q, k, v = inputs(rng)
    mask = masks(rng)["square"]
    mask[1, 0, 3] = False
    bias = rng.standard_normal((1, H, T, S)).astype(np.float32) if biased else None
    with frame(*(("attentions",) if recorded else ())):
        b = None if bias is None else fw.tensor(bias, dtype)
        found = fw.ops.attention(*(fw.tensor(x, dtype) for x in (q, k, v)), fw.tensor(mask), bias=b)
    assert fw.dtype(found) == dtype
    values = fw.numpy(found)
    assert np.isfinite(values).all()
    if dtype == "float32":
        there = mask[:, 0].any(-1)
        mask[1, 0, 3] = True  # any row with a slot, for NumPy's sake
        wanted = attention(q, k, v, mask, bias=bias)[0]
        assert_near(values.swapaxes(1, 2)[there], wanted.swapaxes(1, 2)[there])


def test_dropout_does_nothing_in_evaluation(fw, rng):
    q, k, v = inputs(rng)

    class Attending(fw.holder(lambda: fw.nn.Dropout(0.5))):
        def forward(self, q, k, v):
            return fw.ops.attention(q, k, v, dropout=self.layer)

    model = fw.filled(Attending, {})
    for kinds in ((), ("attentions",)):
        with frame(*kinds):
            assert_near(fw.numpy(model(*map(fw.tensor, (q, k, v)))), attention(q, k, v)[0])


@pytest.mark.parametrize("recorded", [False, True])
def test_dropout_in_training_keeps_the_expectation(fw, rng, recorded):
    """With values of 1, each result is a sum of kept probabilities: 1 on average, though never twice the same."""
    q, k = rng.standard_normal((2, 4, 6, 50, 3)).astype(np.float32)

    class Attending(fw.holder(lambda: fw.nn.Dropout(0.3))):
        def forward(self, q, k, v):
            with frame(*(("attentions",) if recorded else ())):
                return fw.ops.attention(q, k, v, dropout=self.layer)

    model = fw.training(Attending)
    first, second = (fw.numpy(model(q=fw.tensor(q), k=fw.tensor(k), v=fw.tensor(np.ones_like(q)))) for _ in range(2))
    assert (first != second).any()
    for values in (first, second):
        spread = values[..., 0].std()
        assert spread > 0.02
        assert abs(values[..., 0].mean() - 1) < 5 * spread / np.sqrt(values[..., 0].size)
