"""What Transformers are made of, against NumPy: activations, heads, masks, losses and caches."""

from functools import partial

import numpy as np
import pytest
from frameworks import TOLERANCE, assert_near
from scipy.special import erf, expit, log_softmax

from triform.errors import InputError

# ---- activations


def gelu(x):
    return x * 0.5 * (1 + erf(x / np.sqrt(2)))


def gelu_tanh(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


FORMULAS = {
    **dict.fromkeys(("gelu", "gelu_python"), gelu),
    **dict.fromkeys(("gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_accurate"), gelu_tanh),
    **dict.fromkeys(("silu", "swish"), lambda x: x * expit(x)),
    "gelu_10": lambda x: np.clip(gelu(x), -10, 10),
    "quick_gelu": lambda x: x * expit(1.702 * x),
    "relu": lambda x: np.maximum(x, 0),
    "relu2": lambda x: np.maximum(x, 0) ** 2,
    "relu6": lambda x: np.clip(x, 0, 6),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "prelu": lambda x: np.where(x > 0, x, 0.25 * x),
    "mish": lambda x: x * np.tanh(np.logaddexp(0, x)),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "sigmoid": expit,
    "tanh": np.tanh,
    "linear": lambda x: x,
    "laplace": lambda x: 0.5 * (1 + erf((x - 0.707107) / (0.282095 * np.sqrt(2)))),
}


def test_activations_have_one_list_of_names(fw):
    assert set(fw.ops.ACTIVATIONS) == set(FORMULAS)


@pytest.mark.parametrize("name", FORMULAS)
def test_activation(fw, name):
    function = fw.ops.activation(name)
    assert fw.ops.activation(name) is function, "a new object for each model would compile each model anew"
    for largest in (1, 13):  # where the curve bends, and where it has become a line
        x = np.linspace(-largest, largest, 10 * largest + 1).astype(np.float32)
        assert_near(fw.numpy(function(fw.tensor(x))), FORMULAS[name](x.astype(np.float64)))
    far = fw.numpy(function(fw.tensor(np.array([-1e4, 0, 1e4]))))
    assert np.isfinite(far).all()


def test_unknown_activation(fw):
    with pytest.raises(InputError, match=r"'gelu_mew'.*gelu_new.*swish"):
        fw.ops.activation("gelu_mew")


# ---- heads and masks


def test_heads(fw, rng):
    x = rng.standard_normal((2, 5, 12)).astype(np.float32)
    heads = fw.ops.split_heads(fw.tensor(x), 3)
    assert (fw.numpy(heads) == x.reshape(2, 5, 3, 4).transpose(0, 2, 1, 3)).all()
    assert (fw.numpy(fw.ops.merge_heads(heads)) == x).all()
    part = fw.ops.split(fw.tensor(x), (6, 6), -1)[1]  # no memory of its own on PyTorch
    assert (fw.numpy(fw.ops.split_heads(part, 2)) == x[..., 6:].reshape(2, 5, 2, 3).transpose(0, 2, 1, 3)).all()


@pytest.mark.parametrize("dtype", [None, "int32", "bool", "float32"])
def test_padding_mask(fw, rng, dtype):
    rows, squares = rng.integers(0, 2, (2, 7)), rng.integers(0, 2, (2, 5, 7))
    for mask, wanted in ((rows, rows[:, None, None, :]), (squares, squares[:, None])):
        found = fw.ops.padding_mask(fw.tensor(mask, dtype))
        assert fw.dtype(found) == "bool"
        assert (fw.numpy(found) == (wanted == 1)).all()
        assert np.broadcast_shapes(tuple(found.shape), (2, 3, 5, 7)) == (2, 3, 5, 7)


def test_padding_mask_of_nothing(fw):
    assert fw.ops.padding_mask(None) is None


# ---- losses


def smoothed(logits, labels, ignore=-100, smoothing=0.0):
    """Cross entropy against (1 - s) · one-hot + s / C, over the labels that count."""
    scores = log_softmax(logits.astype(np.float64), -1).reshape(-1, logits.shape[-1])
    flat = labels.reshape(-1)
    scores, flat = scores[flat != ignore], flat[flat != ignore]
    target = np.full(scores.shape, smoothing / scores.shape[1])
    target[np.arange(len(flat)), flat] += 1 - smoothing
    return -(target * scores).sum(-1).mean()


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("sizes", [(7,), (3, 5)])
@pytest.mark.parametrize("ignore", [-100, 0])
def test_cross_entropy(fw, rng, sizes, smoothing, ignore):
    logits, labels = 3 * rng.standard_normal((*sizes, 11)).astype(np.float32), rng.integers(0, 11, sizes)
    everything = fw.ops.cross_entropy(fw.tensor(logits), fw.tensor(labels), smoothing=smoothing)
    assert fw.dtype(everything) == "float32"
    assert_near(fw.numpy(everything), smoothed(logits, labels, smoothing=smoothing))
    labels.reshape(-1)[[1, 4]] = ignore
    loss = fw.ops.cross_entropy(fw.tensor(logits), fw.tensor(labels), ignore=ignore, smoothing=smoothing)
    assert_near(fw.numpy(loss), smoothed(logits, labels, ignore, smoothing))
    assert abs(float(loss) - float(everything)) > 1e-3


def test_binary_cross_entropy(fw, rng):
    logits, labels = 30 * rng.standard_normal((3, 7)).astype(np.float32), rng.random((3, 7)).astype(np.float32)
    wide = logits.astype(np.float64)
    wanted = np.mean(labels * np.logaddexp(0, -wide) + (1 - labels) * np.logaddexp(0, wide))
    assert_near(fw.numpy(fw.ops.binary_cross_entropy(fw.tensor(logits), fw.tensor(labels))), wanted)
    whole = labels.round()
    wanted = np.mean(np.logaddexp(0, np.where(whole == 1, -wide, wide)))
    assert_near(fw.numpy(fw.ops.binary_cross_entropy(fw.tensor(logits), fw.tensor(whole.astype(int)))), wanted)


def test_mean_squared_error(fw, rng):
    x, y = rng.standard_normal((2, 3, 7)).astype(np.float32)
    assert_near(fw.numpy(fw.ops.mean_squared_error(fw.tensor(x), fw.tensor(y))), ((x.astype(np.float64) - y) ** 2).mean())


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_losses_of_half_precision_are_float32(fw, rng, dtype):
    """The numbers are what the rounded logits say, in float32: sums of so many in 16 bit would be far off."""
    x, y = (fw.tensor(20 * rng.standard_normal((301, 7)), dtype) for _ in range(2))
    a, b = (fw.numpy(t).astype(np.float64) for t in (x, y))
    labels = rng.integers(0, 7, 301)
    rows = fw.tensor(labels)
    chances = fw.tensor(rng.random((301, 7)), dtype)
    c = fw.numpy(chances).astype(np.float64)
    for loss, wanted in (
        (fw.ops.cross_entropy(x, rows), smoothed(a, labels)),
        (fw.ops.cross_entropy(x, rows, smoothing=0.2), smoothed(a, labels, smoothing=0.2)),
        (fw.ops.binary_cross_entropy(x, chances), np.mean(c * np.logaddexp(0, -a) + (1 - c) * np.logaddexp(0, a))),
        (fw.ops.mean_squared_error(x, y), np.mean((a - b) ** 2)),
    ):
        assert fw.dtype(loss) == "float32"
        assert_near(fw.numpy(loss), wanted)


# ---- caches


@pytest.mark.parametrize("axis, start", [(2, 0), (2, 4), (-2, 2), (1, 1), (-1, 0)])
def test_write(fw, rng, axis, start):
    room = rng.standard_normal((2, 3, 7, 5)).astype(np.float32)
    new = np.take(rng.standard_normal((2, 3, 7, 5)).astype(np.float32), range(2), axis)
    wanted = room.copy()
    at = [slice(None)] * 4
    at[axis] = slice(start, start + 2)
    wanted[tuple(at)] = new
    buffer = fw.tensor(room)
    written = fw.ops.write(buffer, fw.tensor(new), start, axis)
    assert (fw.numpy(written) == wanted).all()
    assert (written is buffer) == (fw.name == "torch")
    if fw.name != "torch":
        assert (fw.numpy(buffer) == room).all()


def test_write_of_bool(fw):
    written = fw.ops.write(fw.tensor(np.zeros((2, 5), bool)), fw.tensor(np.ones((2, 2), bool)), 2, 1)
    assert fw.dtype(written) == "bool"
    assert fw.numpy(written).tolist() == [[False, False, True, True, False]] * 2


@pytest.mark.parametrize("axis", [1, -1])
def test_used(fw, rng, axis):
    room = rng.standard_normal((2, 7)).astype(np.float32)
    buffer = fw.tensor(room)
    part = fw.ops.used(buffer, 3, axis)
    if fw.name != "torch":
        assert part is buffer
        return
    assert (fw.numpy(part) == room[:, :3]).all()
    assert part.data_ptr() == buffer.data_ptr()


def test_tolerance_is_strict():
    """A difference of a few units in the last place of float32 already counts."""
    with pytest.raises(AssertionError):
        assert_near(np.float32(1.0) + np.float32(2 * TOLERANCE), 1.0)


# ---- mixtures of experts


@pytest.mark.parametrize("count", [7, 1], ids=["seven tokens", "one token"])
def test_mixture(fw, rng, count):
    """Three experts of which each token has two; of one token, an expert is left without work."""
    tables = rng.standard_normal((3, 4, 5))
    x = rng.standard_normal((count, 4))
    chosen = np.stack([rng.permutation(3)[:2] for _ in range(count)])
    shares = rng.uniform(0.1, 1, (count, 2))
    experts = [partial(fw.ops.matmul, y=fw.tensor(table)) for table in tables]
    found = fw.ops.mixture(fw.tensor(x), experts, fw.tensor(chosen), fw.tensor(shares))
    assert fw.dtype(found) == "float32"
    wanted = np.einsum("nk,nd,nkde->ne", shares, x, tables[chosen])
    assert_near(fw.numpy(found), wanted)


def test_mixture_compiles(fw, rng):
    """Under a compiler, where sizes may not depend on values, the result is the same."""
    tables = rng.standard_normal((3, 4, 5))
    x, shares = rng.standard_normal((7, 4)), rng.uniform(0.1, 1, (7, 2))
    chosen = np.stack([rng.permutation(3)[:2] for _ in range(7)])
    experts = [partial(fw.ops.matmul, y=fw.tensor(table)) for table in tables]
    run = lambda x, chosen, shares: fw.ops.mixture(x, experts, chosen, shares)
    if fw.name == "torch":
        import torch

        run = torch.compile(run, fullgraph=True, backend="aot_eager")
    elif fw.name == "flax":
        import jax

        run = jax.jit(run)
    else:
        import tensorflow as tf

        run = tf.function(run, jit_compile=True, autograph=False)
    found = run(fw.tensor(x), fw.tensor(chosen), fw.tensor(shares))
    assert_near(fw.numpy(found), np.einsum("nk,nd,nkde->ne", shares, x, tables[chosen]))
