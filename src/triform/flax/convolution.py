"""Convolutions and the norms that go with them, on Flax NNX. Images are (B, C, H, W); weights have the checkpoint's shapes."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx
from jax import lax

from triform.calls import ShapeError
from triform.weights.initial import COUNTER

from .skeleton import Module, Unset, buffer

AXES = {1: ("NCW", "OIW", "NCW"), 2: ("NCHW", "OIHW", "NCHW"), 3: ("NCDHW", "OIDHW", "NCDHW")}


def several(value: Any, n: int) -> tuple[int, ...]:
    """One number for all axes, or one for each."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * n


class _Conv(Module):
    axes: int

    def __init__(self, n_in, n_out, size, stride=1, padding=0, dilation=1, groups=1, bias=True) -> None:
        n = self.axes
        self.stride, self.padding, self.dilation = several(stride, n), several(padding, n), several(dilation, n)
        self.groups = groups
        self.weight = nnx.Param(Unset((n_out, n_in // groups, *several(size, n)), "float32", "normal"))
        self.bias = nnx.Param(Unset((n_out,), "float32", "zeros")) if bias else None

    def kernel(self) -> jax.Array:
        return self.weight[...]

    def forward(self, x: jax.Array) -> jax.Array:
        weight = self.kernel()
        if x.ndim != self.axes + 2 or x.shape[1] != weight.shape[1] * self.groups:
            raise ShapeError(
                self, f"{type(self).__name__} was given {tuple(x.shape)}, whose size 1 should be {weight.shape[1] * self.groups}."
            )
        y = lax.conv_general_dilated(
            x, weight, self.stride, [(p, p) for p in self.padding], rhs_dilation=self.dilation, dimension_numbers=AXES[self.axes],
            feature_group_count=self.groups,
        )  # fmt: skip
        return y if self.bias is None else y + _by_channel(self.bias[...], y)


class Conv1d(_Conv):
    axes = 1


class Conv2d(_Conv):
    axes = 2


class Conv3d(_Conv):
    axes = 3


class ConvTranspose2d(Module):
    def __init__(self, n_in, n_out, size, stride=1, padding=0, bias=True) -> None:
        self.stride, self.padding = several(stride, 2), several(padding, 2)
        self.weight = nnx.Param(Unset((n_in, n_out, *several(size, 2)), "float32", "normal"))
        self.bias = nnx.Param(Unset((n_out,), "float32", "zeros")) if bias else None

    def forward(self, x: jax.Array) -> jax.Array:
        weight = self.weight[...]
        kernel = jnp.flip(weight, (2, 3)).transpose(1, 0, 2, 3)
        widths = [(k - 1 - p, k - 1 - p) for k, p in zip(weight.shape[2:], self.padding)]
        y = lax.conv_general_dilated(x, kernel, (1, 1), widths, lhs_dilation=self.stride, dimension_numbers=AXES[2])
        return y if self.bias is None else y + _by_channel(self.bias[...], y)


def _by_channel(values: jax.Array, x: jax.Array) -> jax.Array:
    return values.reshape(1, -1, *[1] * (x.ndim - 2))


class BatchNorm(Module):
    """Statistics of the batch while `train()`, and running ones after `eval()`."""

    def __init__(self, width, eps=1e-5, momentum=0.1) -> None:
        self.eps, self.momentum, self.use_running_average = eps, momentum, True
        self.weight, self.bias = (nnx.Param(Unset((width,), "float32", kind)) for kind in ("ones", "zeros"))
        self.running_mean, self.running_var = (buffer((width,), "float32", kind) for kind in ("zeros", "ones"))
        self.num_batches_tracked = buffer((), "int64", COUNTER)

    def forward(self, x: jax.Array) -> jax.Array:
        wide = x.astype(jnp.promote_types(x.dtype, jnp.float32))
        if self.use_running_average:
            mean, variance = self.running_mean[...], self.running_var[...]
        else:
            axes = (0, *range(2, x.ndim))
            mean, variance, count = wide.mean(axes), wide.var(axes), x.size // x.shape[1]
            keep, unbiased = 1 - self.momentum, variance * (count / max(count - 1, 1))
            self.running_mean.set_value(keep * self.running_mean[...] + self.momentum * mean)
            self.running_var.set_value(keep * self.running_var[...] + self.momentum * unbiased)
            self.num_batches_tracked.set_value(self.num_batches_tracked[...] + 1)
        scale = lax.rsqrt(variance + self.eps) * self.weight[...]
        y = (wide - _by_channel(mean, x)) * _by_channel(scale, x) + _by_channel(self.bias[...], x)
        return y.astype(x.dtype)


class GroupNorm(Module):
    def __init__(self, groups, width, eps=1e-5) -> None:
        self.groups, self.eps = groups, eps
        self.weight, self.bias = (nnx.Param(Unset((width,), "float32", kind)) for kind in ("ones", "zeros"))

    def forward(self, x: jax.Array) -> jax.Array:
        wide = x.astype(jnp.promote_types(x.dtype, jnp.float32)).reshape(x.shape[0], self.groups, -1)
        wide = (wide - wide.mean(-1, keepdims=True)) * lax.rsqrt(wide.var(-1, keepdims=True) + self.eps)
        y = wide.reshape(x.shape) * _by_channel(self.weight[...], x) + _by_channel(self.bias[...], x)
        return y.astype(x.dtype)
