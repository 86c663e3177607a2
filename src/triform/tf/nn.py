"""The layers of `triform.nn` on TensorFlow: plain objects that hold keras.Variables.

A keras.Layer reserves names that checkpoints use (`output`, `layers`, `loss`, …); these reserve none. The keras.Model around the tree
tracks every variable of it: see `pretrained`.
"""

from typing import Any

import keras
import tensorflow as tf

from triform.auto.factory import part_class
from triform.calls import ShapeError, record, recorded_apart, recorded_as
from triform.spreading import spread

from .convolution import BatchNorm, Conv1d, Conv2d, Conv3d, ConvTranspose2d, GroupNorm
from .generation.context import Context
from .modes import current_seeds, is_compiling, turned_of
from .tree import List, Module, Unset
from .tree import PretrainedTree as Model


def part(config: Any, auto_class: str, **options: Any) -> Any:
    return part_class("tf", config, auto_class)(config, **options)


def Parameter(sizes: tuple[int, ...], init: Any = "normal") -> Any:
    return Unset(sizes, "float32", init, trainable=True)


def Buffer(sizes: tuple[int, ...], dtype: str = "float32", init: Any = "zeros") -> Any:
    return Unset(sizes, dtype, init, trainable=False)


def freeze(module: Module) -> None:
    for _, owner in module.walk():
        for value in vars(owner).values():
            if isinstance(value, Unset):
                value.trainable = False


def _width(layer: Module, x: tf.Tensor, width: int) -> None:
    if x.shape[-1] != width:
        raise ShapeError(layer, f"{type(layer).__name__} was given {tuple(x.shape)}, whose last size should be {width}.")


def _project(x: tf.Tensor, weight: tf.Tensor, bias: Any, transposed: bool, n_out: int) -> tf.Tensor:
    """x @ weight (or its transpose) + bias, as one matrix product whatever the rank of x. The weight may have more columns than n_out."""
    lead = tf.shape(x)[:-1] if None in tuple(x.shape[:-1]) else tuple(x.shape[:-1])
    y = tf.matmul(tf.reshape(x, (-1, x.shape[-1])), weight, transpose_b=transposed)
    y = y if y.shape[1] == n_out else y[:, :n_out]
    if bias is not None and is_compiling():  # XLA takes an addition into the product of one row, which makes that a third slower
        y = y - (-bias.value)
    elif bias is not None:
        y = tf.nn.bias_add(y, bias.value)
    out = tf.reshape(y, tf.concat([lead, [n_out]], 0) if tf.is_tensor(lead) else (*lead, n_out))
    out.set_shape((*x.shape[:-1], n_out))
    return out


class Linear(Module):
    def __init__(self, n_in: int, n_out: int, bias: bool = True) -> None:
        self.weight = Parameter((n_out, n_in))
        self.bias = Parameter((n_out,), "zeros") if bias else None

    def forward(self, x: tf.Tensor) -> tf.Tensor:
        n_out, n_in = self.weight.shape
        _width(self, x, n_in)
        turned = turned_of(self.weight)
        if turned is not None:
            return _project(x, tf.cast(turned, x.dtype), self.bias, False, n_out)
        return _project(x, self.weight.value, self.bias, True, n_out)


class TransposedLinear(Module):
    def __init__(self, n_in: int, n_out: int, bias: bool = True) -> None:
        self.weight = Parameter((n_in, n_out))
        self.bias = Parameter((n_out,), "zeros") if bias else None

    def forward(self, x: tf.Tensor) -> tf.Tensor:
        n_in, n_out = self.weight.shape
        _width(self, x, n_in)
        turned = turned_of(self.weight)
        if turned is not None:
            return _project(x, tf.cast(turned, x.dtype), self.bias, True, n_out)
        return _project(x, self.weight.value, self.bias, False, n_out)


class Embedding(Module):
    def __init__(self, n: int, width: int, padding: int | None = None) -> None:
        self.weight = Parameter((n, width))
        self.padding_idx = padding

    def forward(self, ids: tf.Tensor) -> tf.Tensor:
        rows = tf.gather(self.weight.value, ids)
        if self.padding_idx is None:
            return rows
        return tf.where((ids == self.padding_idx)[..., None], tf.stop_gradient(rows), rows)  # no gradient for the row of padding


class LayerNorm(Module):
    def __init__(self, width: int, eps: float = 1e-5, bias: bool = True) -> None:
        self.eps = eps
        self.weight = Parameter((width,), "ones")
        self.bias = Parameter((width,), "zeros") if bias else None

    def forward(self, x: tf.Tensor) -> tf.Tensor:
        _width(self, x, self.weight.shape[0])
        wide = tf.cast(x, tf.float32) if x.dtype in (tf.float16, tf.bfloat16) else x
        mean, variance = tf.nn.moments(wide, -1, keepdims=True)
        weight = tf.cast(self.weight.value, wide.dtype)
        bias = None if self.bias is None else tf.cast(self.bias.value, wide.dtype)
        return tf.cast(tf.nn.batch_normalization(wide, mean, variance, bias, weight, self.eps), x.dtype)


class RMSNorm(Module):
    def __init__(self, width: int, eps: float = 1e-6, offset: float = 0.0) -> None:
        self.eps, self.offset = eps, offset
        self.weight = Parameter((width,), "zeros" if offset else "ones")

    def forward(self, x: tf.Tensor) -> tf.Tensor:
        _width(self, x, self.weight.shape[0])
        wide = tf.cast(x, tf.float32) if x.dtype in (tf.float16, tf.bfloat16) else x
        wide = wide * tf.math.rsqrt(tf.reduce_mean(tf.square(wide), -1, keepdims=True) + self.eps)
        if self.offset:
            return tf.cast(wide * (self.offset + tf.cast(self.weight.value, wide.dtype)), x.dtype)
        return self.weight.value * tf.cast(wide, x.dtype)


class Dropout(Module):
    """Works while Keras trains: the model that is called says so, and lends its generator of random numbers."""

    def __init__(self, p: float) -> None:
        self.p = p

    def forward(self, x: tf.Tensor) -> tf.Tensor:
        seeds = current_seeds()
        if seeds is None or self.p == 0.0:
            return x
        return keras.random.dropout(x, self.p, seed=seeds)


class Noise(Module):
    """While Keras trains, the model that is called lends its generator; else TensorFlow's own is drawn on."""

    def __init__(self) -> None: ...

    def forward(self, x: tf.Tensor) -> tf.Tensor:
        seeds, sizes = current_seeds(), tf.shape(x)
        return tf.random.uniform(sizes) if seeds is None else keras.random.uniform(sizes, seed=seeds)


class Points(Module):
    """Random numbers come from where those of Dropout do."""

    def __init__(self, d: int) -> None:
        self.d = d

    def forward(self, n: Any, m: int, *, like: tf.Tensor) -> tf.Tensor:
        seeds = current_seeds()
        if seeds is not None:
            return tf.random.stateless_uniform((n, m, self.d), tf.cast(seeds.next(), tf.int32))
        axes = spread(tf.range(1, m + 1), m, self.d)
        return tf.broadcast_to(tf.stack([tf.cast(each, tf.float32) / scale for each, scale in axes], -1), (n, m, self.d))


__all__ = [
    "BatchNorm", "Buffer", "Context", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose2d", "Dropout", "Embedding", "GroupNorm", "LayerNorm",
    "Linear", "List", "Model", "Module", "Noise", "Parameter", "Points", "RMSNorm", "TransposedLinear", "freeze", "part", "record",
    "recorded_apart", "recorded_as",
]  # fmt: skip
