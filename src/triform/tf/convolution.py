"""Convolutions and the norms that go with them, on TensorFlow. Images are (B, C, H, W) at the door, and channels come last inside."""

from typing import Any

import tensorflow as tf

from triform.calls import ShapeError
from triform.weights.initial import COUNTER

from .modes import current_seeds
from .tree import Module, Unset

LAYOUT = {1: "NWC", 2: "NHWC", 3: "NDHWC"}


def several(value: Any, n: int) -> tuple[int, ...]:
    """One number for all axes, or one for each."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * n


def channels_last(x: tf.Tensor) -> tf.Tensor:
    """(B, C, …) -> (B, …, C)."""
    return tf.transpose(x, (0, *range(2, len(x.shape)), 1))


def channels_first(x: tf.Tensor) -> tf.Tensor:
    """(B, …, C) -> (B, C, …)."""
    n = len(x.shape)
    return tf.transpose(x, (0, n - 1, *range(1, n - 1)))


def _parameter(shape: tuple[int, ...], kind: str = "normal") -> Any:
    return Unset(shape, "float32", kind, trainable=True)


def _buffer(shape: tuple[int, ...], dtype: str, kind: str) -> Any:
    return Unset(shape, dtype, kind, trainable=False)


class _Conv(Module):
    axes: int

    def __init__(self, n_in, n_out, size, stride=1, padding=0, dilation=1, groups=1, bias=True) -> None:
        n = self.axes
        self.stride, self.padding, self.dilation = several(stride, n), several(padding, n), several(dilation, n)
        self.n_in, self.groups = n_in, groups
        self.weight = _parameter((n_out, n_in // groups, *several(size, n)))
        self.bias = _parameter((n_out,), "zeros") if bias else None

    def kernel(self) -> Any:
        return self.weight.value

    def forward(self, x: tf.Tensor) -> tf.Tensor:
        if len(x.shape) != self.axes + 2 or x.shape[1] != self.n_in:
            raise ShapeError(self, f"{type(self).__name__} was given {tuple(x.shape)}, whose size 1 should be {self.n_in}.")
        y = channels_last(x)
        if any(self.padding):
            y = tf.pad(y, [(0, 0), *((p, p) for p in self.padding), (0, 0)])
        kernel = tf.transpose(self.kernel(), (*range(2, self.axes + 2), 1, 0))  # (…, in / groups, out)
        y = self._convolved(y, kernel)
        if self.bias is not None:
            y = tf.nn.bias_add(y, self.bias.value)
        return channels_first(y)

    def _convolved(self, x: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        dilation = self.dilation
        if max(self.stride) > 1 and max(dilation) > 1:  # TensorFlow does one or the other
            kernel, dilation = _spread(kernel, dilation), (1,) * self.axes
        layout = LAYOUT[self.axes]  # said although it is the default: without it, the eager gradient of three axes fails
        convolve = lambda x, kernel: tf.nn.convolution(x, kernel, self.stride, "VALID", layout, dilation)
        if self.groups == 1:
            return convolve(x, kernel)
        if self.groups == self.n_in and self.axes == 2 and len(set(self.stride)) == 1:
            height, width, _, n_out = kernel.shape
            depthwise = tf.reshape(kernel, (height, width, self.n_in, n_out // self.n_in))
            return tf.nn.depthwise_conv2d(x, depthwise, (1, *self.stride, 1), "VALID", dilations=dilation)
        return tf.concat([convolve(*part) for part in zip(tf.split(x, self.groups, -1), tf.split(kernel, self.groups, -1))], -1)


def _spread(kernel: tf.Tensor, dilation: tuple[int, ...]) -> tf.Tensor:
    """A kernel with zeros between its places."""
    for axis, d in enumerate(dilation):
        n = kernel.shape[axis]
        sizes, last = list(kernel.shape), len(kernel.shape)
        apart = tf.reshape(kernel, (*sizes[: axis + 1], 1, *sizes[axis + 1 :]))
        apart = tf.pad(apart, [(0, d - 1 if i == axis + 1 else 0) for i in range(last + 1)])
        whole = tf.reshape(apart, (*sizes[:axis], n * d, *sizes[axis + 1 :]))
        kernel = whole[(slice(None),) * axis + (slice(0, (n - 1) * d + 1),)]
    return kernel


class Conv1d(_Conv):
    axes = 1


class Conv2d(_Conv):
    axes = 2


class Conv3d(_Conv):
    axes = 3


class ConvTranspose2d(Module):
    def __init__(self, n_in, n_out, size, stride=1, padding=0, bias=True) -> None:
        self.stride, self.padding = several(stride, 2), several(padding, 2)
        self.weight = _parameter((n_in, n_out, *several(size, 2)))
        self.bias = _parameter((n_out,), "zeros") if bias else None

    def forward(self, x: tf.Tensor) -> tf.Tensor:
        weight, y = self.weight.value, channels_last(x)
        sizes = tf.shape(y)
        open_sizes = [(sizes[i + 1] - 1) * self.stride[i] + weight.shape[i + 2] for i in (0, 1)]
        known = [None if n is None else (n - 1) * self.stride[i] + weight.shape[i + 2] for i, n in enumerate(y.shape[1:3])]
        out = (sizes[0], *open_sizes, weight.shape[1])
        y = tf.nn.conv2d_transpose(y, tf.transpose(weight, (2, 3, 1, 0)), out, (1, *self.stride, 1), "VALID")
        y.set_shape((x.shape[0], *known, weight.shape[1]))
        (top, left) = self.padding
        y = y[:, top : y.shape[1] - top if known[0] else -top or None, left : y.shape[2] - left if known[1] else -left or None]
        if self.bias is not None:
            y = tf.nn.bias_add(y, self.bias.value)
        return channels_first(y)


def _by_channel(values: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
    return tf.reshape(values, (1, -1, *[1] * (len(x.shape) - 2)))


class BatchNorm(Module):
    """Statistics of the batch while Keras trains, and running ones else."""

    def __init__(self, width, eps=1e-5, momentum=0.1) -> None:
        self.eps, self.momentum = eps, momentum
        self.weight, self.bias = _parameter((width,), "ones"), _parameter((width,), "zeros")
        self.running_mean, self.running_var = (_buffer((width,), "float32", kind) for kind in ("zeros", "ones"))
        self.num_batches_tracked = _buffer((), "int64", COUNTER)

    def forward(self, x: tf.Tensor) -> tf.Tensor:
        wide = tf.cast(x, tf.float32) if x.dtype in (tf.float16, tf.bfloat16) else x
        mean, variance = self.running_mean.value, self.running_var.value
        if current_seeds() is not None and self.trainable:
            axes = (0, *range(2, len(x.shape)))
            mean, variance = tf.nn.moments(wide, axes)
            count = tf.cast(tf.size(wide) / tf.shape(wide)[1], wide.dtype)
            unbiased = variance * count / tf.maximum(count - 1, 1)
            self.running_mean.assign((1 - self.momentum) * self.running_mean.value + self.momentum * tf.stop_gradient(mean))
            self.running_var.assign((1 - self.momentum) * self.running_var.value + self.momentum * tf.stop_gradient(unbiased))
            self.num_batches_tracked.assign(self.num_batches_tracked.value + 1)
        scale = tf.math.rsqrt(tf.cast(variance, wide.dtype) + self.eps) * tf.cast(self.weight.value, wide.dtype)
        centred = wide - _by_channel(tf.cast(mean, wide.dtype), x)
        return tf.cast(centred * _by_channel(scale, x) + _by_channel(tf.cast(self.bias.value, wide.dtype), x), x.dtype)


class GroupNorm(Module):
    def __init__(self, groups, width, eps=1e-5) -> None:
        self.groups, self.eps = groups, eps
        self.weight, self.bias = _parameter((width,), "ones"), _parameter((width,), "zeros")

    def forward(self, x: tf.Tensor) -> tf.Tensor:
        wide = tf.cast(x, tf.float32) if x.dtype in (tf.float16, tf.bfloat16) else x
        grouped = tf.reshape(wide, (tf.shape(x)[0], self.groups, -1))
        mean, variance = tf.nn.moments(grouped, -1, keepdims=True)
        normed = tf.reshape((grouped - mean) * tf.math.rsqrt(variance + self.eps), tf.shape(x))
        normed.set_shape(x.shape)
        weight, bias = (_by_channel(tf.cast(p.value, wide.dtype), x) for p in (self.weight, self.bias))
        return tf.cast(normed * weight + bias, x.dtype)
