"""The functions of `triform.ops` on TensorFlow."""

import builtins
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from triform import calls
from triform.calls import exactly_one as exactly_one
from triform.errors import InputError

from . import modes
from .images import average_pool as average_pool
from .images import max_pool as max_pool
from .images import resize_bicubic as resize_bicubic
from .images import resize_bilinear as resize_bilinear
from .images import resize_nearest as resize_nearest
from .images import sample as sample
from .matching import assign as assign

# ---- sizes and layout


def shape(x):
    if None not in tuple(x.shape):
        return tuple(x.shape)
    open_sizes = tf.shape(x)
    return tuple(open_sizes[i] if n is None else n for i, n in enumerate(x.shape))


def reshape(x, sizes):
    return tf.reshape(x, tuple(sizes))


def transpose(x, axes):
    return tf.transpose(x, tuple(axes))


def concat(xs, axis):
    return tf.concat(tuple(xs), axis)


def stack(xs, axis):
    return tf.stack(tuple(xs), axis)


def split(x, sizes, axis):
    return tuple(tf.split(x, sizes, axis))


def pad(x, widths, value=0):
    if x.dtype == tf.bool:
        return tf.cast(tf.pad(tf.cast(x, tf.int8), list(widths), constant_values=int(bool(value))), tf.bool)
    return tf.pad(x, list(widths), constant_values=tf.cast(value, x.dtype))


def repeat(x, times, axis):
    return tf.repeat(x, times, axis)


def broadcast_to(x, sizes):
    return tf.broadcast_to(x, tuple(sizes))


def flip(x, axis):
    return tf.reverse(x, (axis,))


def roll(x, shift, axis):
    return tf.roll(x, shift, axis)


# ---- making and choosing values


def arange(n, *, like):
    return tf.range(n, dtype=tf.int32)


def full(sizes, value, *, like):
    return tf.fill(tuple(sizes), tf.cast(value, like.dtype))


def constant(array, *, like):
    array = np.asarray(array)
    if np.issubdtype(array.dtype, np.floating) and like.dtype.is_floating:
        return tf.cast(tf.constant(array), like.dtype)
    return tf.constant(array.astype(np.int32) if np.issubdtype(array.dtype, np.integer) else array)


def zeros_like(x):
    return tf.zeros_like(x)


def cast(x, dtype):
    return tf.cast(x, tf.int32 if isinstance(dtype, str) and dtype == "int" else dtype)


def is_floating(x):
    return x.dtype.is_floating


def _pair(x, y):
    if not tf.is_tensor(x):
        x = tf.cast(x, y.dtype)
    if not tf.is_tensor(y):
        y = tf.cast(y, x.dtype)
    return x, y


def where(condition, x, y):
    return tf.where(condition, *_pair(x, y))


def take(x, index, axis):
    return tf.gather(x, index, axis=axis)


def take_along(x, index, axis):
    axis = axis % len(x.shape)
    last = [a for a in range(len(x.shape)) if a != axis] + [axis]
    back = [last.index(a) for a in range(len(last))]
    gathered = tf.gather(tf.transpose(x, last), tf.transpose(index, last), axis=-1, batch_dims=len(last) - 1)
    return tf.transpose(gathered, back)


def one_hot(index, depth, *, like):
    return tf.one_hot(index, depth, dtype=like.dtype)


def detach(x):
    return tf.stop_gradient(x)


# ---- arithmetic


def matmul(x, y):
    return tf.matmul(x, y)


def einsum(equation, *operands):
    return tf.einsum(equation, *operands)


def exp(x):
    return tf.exp(x)


def log(x):
    return tf.math.log(x)


def sqrt(x):
    return tf.sqrt(x)


def rsqrt(x):
    return tf.math.rsqrt(x)


def sin(x):
    return tf.sin(x)


def cos(x):
    return tf.cos(x)


def tanh(x):
    return tf.tanh(x)


def sigmoid(x):
    return tf.sigmoid(x)


def floor(x):
    return tf.floor(x)


def absolute(x):
    return tf.abs(x)


def minimum(x, y):
    return tf.minimum(*_pair(x, y))


def maximum(x, y):
    return tf.maximum(*_pair(x, y))


def sum(x, axis=None, keepdims=False):
    return tf.reduce_sum(tf.cast(x, tf.int32) if x.dtype == tf.bool else x, axis=axis, keepdims=keepdims)


def mean(x, axis=None, keepdims=False):
    return tf.reduce_mean(x, axis=axis, keepdims=keepdims)


def max(x, axis, keepdims=False):
    return tf.reduce_max(x, axis=axis, keepdims=keepdims)


def argmax(x, axis):
    return tf.argmax(x, axis=axis, output_type=tf.int32)


def top_k(x, k):
    return tuple(tf.math.top_k(x, k))


def cumsum(x, axis):
    return tf.cumsum(x if x.dtype.is_floating else tf.cast(x, tf.int32), axis=axis)


def softmax(x, axis):
    return tf.cast(tf.nn.softmax(_wide(x), axis=axis), x.dtype)


def log_softmax(x, axis):
    return tf.cast(tf.nn.log_softmax(_wide(x), axis=axis), x.dtype)


def _wide(x):
    return tf.cast(x, tf.float32) if x.dtype in (tf.float16, tf.bfloat16) else x


# ---- what Transformers are made of


def _gelu(x):
    return tf.nn.gelu(x, approximate=False)


def _gelu_tanh(x):
    return tf.nn.gelu(x, approximate=True)


def _gelu_10(x):
    return tf.clip_by_value(_gelu(x), -10, 10)


def _laplace(x):
    return 0.5 * (1.0 + tf.math.erf((x - 0.707107) / (0.282095 * math.sqrt(2.0))))


def _relu_squared(x):
    return tf.nn.relu(x) ** 2


def _quick_gelu(x):
    return x * tf.sigmoid(1.702 * x)


def _leaky_relu(x):
    return tf.nn.leaky_relu(x, alpha=0.01)


def _mish(x):
    return x * tf.tanh(tf.nn.softplus(x))


def _linear(x):
    return x


def _prelu(x):
    return tf.nn.leaky_relu(x, alpha=0.25)


ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "gelu": _gelu, "gelu_python": _gelu, "gelu_new": _gelu_tanh, "gelu_fast": _gelu_tanh, "gelu_pytorch_tanh": _gelu_tanh,
    "gelu_python_tanh": _gelu_tanh, "gelu_accurate": _gelu_tanh, "gelu_10": _gelu_10, "quick_gelu": _quick_gelu, "relu": tf.nn.relu,
    "relu2": _relu_squared, "relu6": tf.nn.relu6, "leaky_relu": _leaky_relu, "prelu": _prelu, "silu": tf.nn.silu,
    "swish": tf.nn.silu, "mish": _mish, "sigmoid": tf.sigmoid, "tanh": tf.tanh, "linear": _linear, "laplace": _laplace,
    "elu": tf.nn.elu,
}  # fmt: skip


def activation(name):
    if name not in ACTIVATIONS:
        raise InputError(f"No activation is called {name!r}. There are: {', '.join(sorted(ACTIVATIONS))}.")
    return ACTIVATIONS[name]


def split_heads(x, heads):
    b, t, d = shape(x)
    return tf.transpose(tf.reshape(x, (b, t, heads, d // heads)), (0, 2, 1, 3))


def merge_heads(x):
    b, h, t, d = shape(x)
    return tf.reshape(tf.transpose(x, (0, 2, 1, 3)), (b, t, h * d))


def padding_mask(mask):
    if mask is None:
        return None
    mask = mask[:, None, None, :] if len(mask.shape) == 2 else mask[:, None]
    return mask if mask.dtype == tf.bool else mask > tf.cast(0, mask.dtype)


def attention(q, k, v, mask=None, *, causal=False, bias=None, scale=None, softcap=None, dropout=None, kind="attentions"):
    if q.shape[1] != k.shape[1]:
        k, v = (tf.repeat(x, q.shape[1] // x.shape[1], axis=1) for x in (k, v))
    scores = tf.matmul(q, k, transpose_b=True) * tf.cast(q.shape[-1] ** -0.5 if scale is None else scale, q.dtype)
    if softcap is not None:
        scores = softcap * tf.tanh(scores / softcap)
    if bias is not None:
        scores = scores + bias
    if causal:
        t, s = shape(q)[2], shape(k)[2]
        mask = tf.range(s)[None, :] <= tf.range(t)[:, None]
    if mask is not None:
        scores = tf.where(mask, scores, scores.dtype.min)
    probabilities = softmax(scores, -1)
    if dropout is not None:
        probabilities = dropout(probabilities)
    calls.record(kind, probabilities)
    return tf.matmul(probabilities, v)


def mixture(x, experts, chosen, shares):
    weights = [tf.reduce_sum(tf.where(chosen == i, shares, tf.zeros_like(shares)), -1, keepdims=True) for i in range(len(experts))]
    return builtins.sum(weight * expert(x) for weight, expert in zip(weights, experts))


# ---- losses


def cross_entropy(logits, labels, *, ignore=-100, smoothing=0.0):
    scores = tf.nn.log_softmax(_wide(logits), axis=-1)
    labels = tf.cast(labels, tf.int32)
    counts = labels != ignore
    chosen = tf.gather(scores, tf.where(counts, labels, 0), axis=-1, batch_dims=len(labels.shape))
    losses = -(1 - smoothing) * chosen - smoothing * tf.reduce_mean(scores, -1)
    return tf.reduce_sum(tf.where(counts, losses, 0.0)) / tf.reduce_sum(tf.cast(counts, scores.dtype))


def binary_cross_entropy(logits, labels):
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(labels, tf.float32), tf.cast(logits, tf.float32)))


def mean_squared_error(x, y):
    return tf.reduce_mean(tf.square(tf.cast(x, tf.float32) - tf.cast(y, tf.float32)))


# ---- caches


def write(buffer, new, start, axis):
    axis, new = axis % len(buffer.shape), tf.cast(new, buffer.dtype)
    if modes.is_compiling():  # the one op that writes at a place known at run time only; it exists in XLA alone, and under no public name
        from tensorflow.compiler.tf2xla.python import xla

        sizes = tuple(buffer.shape)
        if len(sizes) == 4 and sizes[0] == 1 and axis > 0:  # as `loops.loop` carries it
            buffer, new, axis = tf.reshape(buffer, sizes[1:]), tf.reshape(new, new.shape[1:]), axis - 1
        places = tf.stack([start if a == axis else 0 for a in range(len(buffer.shape))])
        return tf.reshape(xla.dynamic_update_slice(buffer, new, places), sizes)
    stop = start + shape(new)[axis]
    cut = lambda a, b: buffer[(slice(None),) * axis + (slice(a, b),)]
    return tf.concat([cut(None, start), new, cut(stop, None)], axis)


def used(buffer, end, axis):
    return buffer


# ---- checks


def known(x):
    return int(x) if tf.executing_eagerly() else None


def check_length(module, x, most, field="max_position_embeddings"):
    if x.shape[1] is not None and x.shape[1] > most:
        raise calls.ShapeError(
            module,
            f"the input has {x.shape[1]} tokens, but config.{field} is {most}. Truncate it: tokenizer(..., truncation=True).",
        )
