"""The functions of `triform.ops` on JAX."""

import builtins
import itertools
import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from triform import calls
from triform.calls import exactly_one as exactly_one
from triform.errors import InputError

from .images import average_pool as average_pool
from .images import max_pool as max_pool
from .images import resize_bicubic as resize_bicubic
from .images import resize_bilinear as resize_bilinear
from .images import resize_nearest as resize_nearest
from .images import sample as sample

# ---- sizes and layout


def shape(x):
    return tuple(x.shape)


def reshape(x, sizes):
    return jnp.reshape(x, tuple(sizes))


def transpose(x, axes):
    return jnp.transpose(x, tuple(axes))


def concat(xs, axis):
    return jnp.concatenate(tuple(xs), axis)


def stack(xs, axis):
    return jnp.stack(tuple(xs), axis)


def split(x, sizes, axis):
    if isinstance(sizes, int):
        return tuple(jnp.split(x, sizes, axis))
    *ends, total = itertools.accumulate(sizes)
    if total != x.shape[axis]:  # JAX would cut or stretch the last part
        raise ValueError(f"Parts of sizes {tuple(sizes)} do not fit into {x.shape[axis]} places (axis {axis} of {tuple(x.shape)}).")
    return tuple(jnp.split(x, ends, axis))


def pad(x, widths, value=0):
    return jnp.pad(x, [tuple(pair) for pair in widths], constant_values=value)


def repeat(x, times, axis):
    return jnp.repeat(x, times, axis)


def broadcast_to(x, sizes):
    return jnp.broadcast_to(x, tuple(sizes))


def flip(x, axis):
    return jnp.flip(x, axis)


def roll(x, shift, axis):
    return jnp.roll(x, shift, axis)


# ---- making and choosing values


def arange(n, *, like):
    return jnp.arange(n, dtype=jnp.int32)


def full(sizes, value, *, like):
    return jnp.full(tuple(sizes), value, dtype=like.dtype)


def constant(array, *, like):
    x = jnp.asarray(array)
    if jnp.issubdtype(x.dtype, jnp.floating) and jnp.issubdtype(like.dtype, jnp.floating):
        return x.astype(like.dtype)
    return x.astype(jnp.int32) if jnp.issubdtype(x.dtype, jnp.integer) else x


def zeros_like(x):
    return jnp.zeros_like(x)


def cast(x, dtype):
    return jnp.asarray(x).astype(jnp.int32 if isinstance(dtype, str) and dtype == "int" else dtype)


def is_floating(x):
    return bool(jnp.issubdtype(x.dtype, jnp.floating))


def where(condition, x, y):
    if not hasattr(x, "dtype"):
        x = jnp.asarray(x, y.dtype)
    if not hasattr(y, "dtype"):
        y = jnp.asarray(y, x.dtype)
    return jnp.where(condition, x, y)


def take(x, index, axis):
    return jnp.take(x, index, axis=axis)


def take_along(x, index, axis):
    return jnp.take_along_axis(x, index, axis=axis)


def one_hot(index, depth, *, like):
    return jax.nn.one_hot(index, depth, dtype=like.dtype)


def detach(x):
    return lax.stop_gradient(x)


# ---- arithmetic


def matmul(x, y):
    return jnp.matmul(x, y)


def einsum(equation, *operands):
    return jnp.einsum(equation, *operands)


def exp(x):
    return jnp.exp(x)


def log(x):
    return jnp.log(x)


def sqrt(x):
    return jnp.sqrt(x)


def rsqrt(x):
    return lax.rsqrt(x)


def sin(x):
    return jnp.sin(x)


def cos(x):
    return jnp.cos(x)


def tanh(x):
    return jnp.tanh(x)


def sigmoid(x):
    return jax.nn.sigmoid(x)


def floor(x):
    return jnp.floor(x)


def absolute(x):
    return jnp.abs(x)


def minimum(x, y):
    return jnp.minimum(x, y)


def maximum(x, y):
    return jnp.maximum(x, y)


def sum(x, axis=None, keepdims=False):
    return jnp.sum(x, axis=axis, keepdims=keepdims)


def mean(x, axis=None, keepdims=False):
    return jnp.mean(x, axis=axis, keepdims=keepdims)


def max(x, axis, keepdims=False):
    return jnp.max(x, axis=axis, keepdims=keepdims)


def argmax(x, axis):
    return jnp.argmax(x, axis=axis).astype(jnp.int32)


def top_k(x, k):
    return tuple(lax.top_k(x, k))


def cumsum(x, axis):
    return jnp.cumsum(x, axis=axis, dtype=None if is_floating(x) else jnp.int32)


def softmax(x, axis):
    return jax.nn.softmax(_wide(x), axis=axis).astype(x.dtype)


def log_softmax(x, axis):
    return jax.nn.log_softmax(_wide(x), axis=axis).astype(x.dtype)


def _wide(x):
    return x.astype(jnp.float32) if x.dtype in (jnp.float16, jnp.bfloat16) else x


# ---- what Transformers are made of


def _gelu(x):
    return jax.nn.gelu(x, approximate=False)


def _gelu_tanh(x):
    return jax.nn.gelu(x, approximate=True)


def _gelu_10(x):
    return jnp.clip(_gelu(x), -10, 10)


def _laplace(x):
    return 0.5 * (1.0 + jax.scipy.special.erf((x - 0.707107) / (0.282095 * math.sqrt(2.0))))


def _relu_squared(x):
    return jax.nn.relu(x) ** 2


def _quick_gelu(x):
    return x * jax.nn.sigmoid(1.702 * x)


def _linear(x):
    return x


def _prelu(x):
    return jax.nn.leaky_relu(x, 0.25)


ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "gelu": _gelu, "gelu_python": _gelu, "gelu_new": _gelu_tanh, "gelu_fast": _gelu_tanh, "gelu_pytorch_tanh": _gelu_tanh,
    "gelu_python_tanh": _gelu_tanh, "gelu_accurate": _gelu_tanh, "gelu_10": _gelu_10, "quick_gelu": _quick_gelu, "relu": jax.nn.relu,
    "relu2": _relu_squared, "relu6": jax.nn.relu6, "leaky_relu": jax.nn.leaky_relu, "prelu": _prelu, "silu": jax.nn.silu,
    "swish": jax.nn.silu, "mish": jax.nn.mish, "sigmoid": jax.nn.sigmoid, "tanh": jnp.tanh, "linear": _linear, "laplace": _laplace,
    "elu": jax.nn.elu,
}  # fmt: skip


def activation(name):
    if name not in ACTIVATIONS:
        raise InputError(f"No activation is called {name!r}. There are: {', '.join(sorted(ACTIVATIONS))}.")
    return ACTIVATIONS[name]


def split_heads(x, heads):
    b, t, d = x.shape
    return x.reshape(b, t, heads, d // heads).transpose(0, 2, 1, 3)


def merge_heads(x):
    b, h, t, d = x.shape
    return x.transpose(0, 2, 1, 3).reshape(b, t, h * d)


def padding_mask(mask):
    if mask is None:
        return None
    return (mask[:, None, None, :] if mask.ndim == 2 else mask[:, None]) > 0


def attention(q, k, v, mask=None, *, causal=False, bias=None, scale=None, softcap=None, dropout=None, kind="attentions"):
    if q.shape[1] != k.shape[1]:
        k, v = (jnp.repeat(x, q.shape[1] // x.shape[1], axis=1) for x in (k, v))
    scores = jnp.einsum("bhtd,bhsd->bhts", q, k) * (q.shape[-1] ** -0.5 if scale is None else scale)
    if softcap is not None:
        scores = softcap * jnp.tanh(scores / softcap)
    if bias is not None:
        scores = scores + bias
    if causal:
        mask = jnp.tril(jnp.ones((q.shape[2], k.shape[2]), bool))
    if mask is not None:
        scores = jnp.where(mask, scores, jnp.finfo(scores.dtype).min)
    probabilities = softmax(scores, -1)
    if dropout is not None:
        probabilities = dropout(probabilities)
    calls.record(kind, probabilities)
    return jnp.einsum("bhts,bhsd->bhtd", probabilities, v)


def mixture(x, experts, chosen, shares):
    weights = [jnp.where(chosen == i, shares, 0).sum(-1, keepdims=True) for i in range(len(experts))]
    return builtins.sum(weight * expert(x) for weight, expert in zip(weights, experts))


# ---- losses


def cross_entropy(logits, labels, *, ignore=-100, smoothing=0.0):
    labels = jnp.asarray(labels)
    scores = jax.nn.log_softmax(logits.astype(jnp.promote_types(logits.dtype, jnp.float32)), axis=-1)
    counts = labels != ignore
    chosen = jnp.take_along_axis(scores, jnp.where(counts, labels, 0)[..., None], axis=-1)[..., 0]
    losses = -(1 - smoothing) * chosen - smoothing * scores.mean(-1)
    return jnp.where(counts, losses, 0).sum() / counts.sum()


def binary_cross_entropy(logits, labels):
    x, y = logits.astype(jnp.float32), jnp.asarray(labels).astype(jnp.float32)
    return jnp.mean(jnp.maximum(x, 0) - x * y + jnp.log1p(jnp.exp(-jnp.abs(x))))


def mean_squared_error(x, y):
    return jnp.mean(jnp.square(x.astype(jnp.float32) - jnp.asarray(y).astype(jnp.float32)))


# ---- caches


def write(buffer, new, start, axis):
    return lax.dynamic_update_slice_in_dim(buffer, new.astype(buffer.dtype), start, axis)


def used(buffer, end, axis):
    return buffer


# ---- checks


def known(x):
    return None if isinstance(x, jax.core.Tracer) else int(x)


def check_length(module, x, most, field="max_position_embeddings"):
    if x.shape[1] > most:
        raise calls.ShapeError(
            module,
            f"the input has {x.shape[1]} tokens, but config.{field} is {most}. Truncate it: tokenizer(..., truncation=True).",
        )
