"""The layers of `triform.nn` on Flax NNX. Parameters keep the checkpoint's names and shapes: Linear.weight is (n_out, n_in)."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx
from jax import lax

from triform.auto.factory import part_class
from triform.calls import ShapeError, record, recorded_apart, recorded_as
from triform.spreading import spread

from .convolution import BatchNorm, Conv1d, Conv2d, Conv3d, ConvTranspose2d, GroupNorm
from .generation.context import Context
from .pretrained import FlaxPreTrainedModel as Model
from .skeleton import Module, Unset, buffer, variables

List = nnx.List


def part(config: Any, auto_class: str, **options: Any) -> Any:
    return part_class("flax", config, auto_class)(config, **options)


def Parameter(sizes: tuple[int, ...], init: Any = "normal") -> nnx.Param:
    return nnx.Param(Unset(sizes, "float32", init))


def Buffer(sizes: tuple[int, ...], dtype: str = "float32", init: Any = "zeros") -> nnx.BatchStat:
    return buffer(sizes, dtype, init)


def freeze(module: Module) -> None:
    for _, owner, name, variable in list(variables(module)):
        value = variable.get_raw_value()
        setattr(owner, name, buffer(value.shape, value.dtype, value.initial))


def _width(layer: Module, x: jax.Array, width: int) -> None:
    if x.shape[-1] != width:
        raise ShapeError(layer, f"{type(layer).__name__} was given {tuple(x.shape)}, whose last size should be {width}.")


def _outward(x: jax.Array, weight: jax.Array) -> jax.Array:
    """The product by a weight (n_out, n_in), which is contracted in place: never transposed."""
    return lax.dot_general(x, weight, (((x.ndim - 1,), (1,)), ((), ())))


class Linear(Module):
    turned: Any = None  # the weight once more, (n_in, n_out or more), while a model writes: see `turning`

    def __init__(self, n_in: int, n_out: int, bias: bool = True) -> None:
        self.weight = Parameter((n_out, n_in))
        self.bias = Parameter((n_out,), "zeros") if bias else None

    def forward(self, x: jax.Array) -> jax.Array:
        weight = self.weight[...]
        _width(self, x, weight.shape[1])
        y = _outward(x, weight) if self.turned is None else (x @ self.turned)[..., : weight.shape[0]]
        return y if self.bias is None else y + self.bias[...]


class TransposedLinear(Module):
    turned: Any = None  # (n_out, n_in)

    def __init__(self, n_in: int, n_out: int, bias: bool = True) -> None:
        self.weight = Parameter((n_in, n_out))
        self.bias = Parameter((n_out,), "zeros") if bias else None

    def forward(self, x: jax.Array) -> jax.Array:
        weight = self.weight[...]
        _width(self, x, weight.shape[0])
        y = x @ weight if self.turned is None else _outward(x, self.turned)
        return y if self.bias is None else y + self.bias[...]


class Embedding(Module):
    def __init__(self, n: int, width: int, padding: int | None = None) -> None:
        self.weight = Parameter((n, width))
        self.padding_idx = padding

    def forward(self, ids: jax.Array) -> jax.Array:
        rows = jnp.take(self.weight[...], ids, axis=0)
        if self.padding_idx is None:
            return rows
        return jnp.where((ids == self.padding_idx)[..., None], lax.stop_gradient(rows), rows)  # no gradient for the row of padding


class LayerNorm(Module):
    def __init__(self, width: int, eps: float = 1e-5, bias: bool = True) -> None:
        self.eps = eps
        self.weight = Parameter((width,), "ones")
        self.bias = Parameter((width,), "zeros") if bias else None

    def forward(self, x: jax.Array) -> jax.Array:
        weight = self.weight[...]
        _width(self, x, weight.shape[0])
        wide = x.astype(jnp.promote_types(x.dtype, jnp.float32))
        mean = wide.mean(-1, keepdims=True)
        variance = jnp.square(wide - mean).mean(-1, keepdims=True)
        y = (wide - mean) * lax.rsqrt(variance + self.eps) * weight
        return (y if self.bias is None else y + self.bias[...]).astype(x.dtype)


class RMSNorm(Module):
    def __init__(self, width: int, eps: float = 1e-6, offset: float = 0.0) -> None:
        self.eps, self.offset = eps, offset
        self.weight = Parameter((width,), "zeros" if offset else "ones")

    def forward(self, x: jax.Array) -> jax.Array:
        weight = self.weight[...]
        _width(self, x, weight.shape[0])
        wide = x.astype(jnp.promote_types(x.dtype, jnp.float32))
        wide = wide * lax.rsqrt(jnp.square(wide).mean(-1, keepdims=True) + self.eps)
        if self.offset:
            return (wide * (self.offset + weight.astype(wide.dtype))).astype(x.dtype)
        return weight * wide.astype(x.dtype)


class Dropout(Module):
    """Random numbers come from one stream that the whole model shares; it exists from the first `train()` on."""

    def __init__(self, p: float) -> None:
        self.p = p
        self.deterministic = True
        self.rngs = nnx.data(None)

    def forward(self, x: jax.Array) -> jax.Array:
        if self.deterministic or self.p == 0.0:
            return x
        keep = 1.0 - self.p
        return jnp.where(jax.random.bernoulli(self.rngs(), keep, x.shape), x / keep, jnp.zeros((), x.dtype))


class Noise(Module):
    """Random numbers come from the stream that Dropout draws on, where there is one."""

    def __init__(self) -> None:
        self.rngs = nnx.data(None)

    def forward(self, x: jax.Array) -> jax.Array:
        return jax.random.uniform(jax.random.key(0) if self.rngs is None else self.rngs(), x.shape)


class Points(Module):
    """Random numbers come from the stream of Dropout."""

    def __init__(self, d: int) -> None:
        self.d = d
        self.deterministic = True
        self.rngs = nnx.data(None)

    def forward(self, n: int, m: int, *, like: jax.Array) -> jax.Array:
        if not self.deterministic:
            return jax.random.uniform(self.rngs(), (n, m, self.d))
        axes = spread(jnp.arange(1, m + 1), m, self.d)
        return jnp.broadcast_to(jnp.stack([each.astype(jnp.float32) / scale for each, scale in axes], -1), (n, m, self.d))


__all__ = [
    "BatchNorm", "Buffer", "Context", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose2d", "Dropout", "Embedding", "GroupNorm", "LayerNorm",
    "Linear", "List", "Model", "Module", "Noise", "Parameter", "Points", "RMSNorm", "TransposedLinear", "freeze", "part", "record",
    "recorded_apart", "recorded_as",
]  # fmt: skip
