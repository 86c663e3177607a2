"""Pooling, resizing and sampling of images (B, C, H, W) on JAX."""

import itertools

import jax.numpy as jnp
from jax import lax

from triform import resampling


def _squares(x, start, combine, size, stride, padding):
    widths = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    return lax.reduce_window(x, start, combine, (1, 1, size, size), (1, 1, stride, stride), widths)


def max_pool(x, size, stride, padding=0):
    return _squares(x, -jnp.inf, lax.max, size, stride, padding)


def average_pool(x, size, stride, padding=0):
    return _squares(x, 0.0, lax.add, size, stride, padding) / size**2


def _resized(x, rows, columns):
    return jnp.einsum("nh,bchw,mw->bcnm", jnp.asarray(rows, x.dtype), x, jnp.asarray(columns, x.dtype))


def resize_bilinear(x, size, align_corners=False):
    return _resized(x, *(resampling.bilinear(n, m, align_corners) for n, m in zip(x.shape[2:], size)))


def resize_bicubic(x, size, align_corners=False, smooth=False):
    if smooth:
        return _resized(x, *(resampling.smooth_bicubic(n, m) for n, m in zip(x.shape[2:], size)))
    return _resized(x, *(resampling.bicubic(n, m, align_corners) for n, m in zip(x.shape[2:], size)))


def resize_nearest(x, size):
    rows, columns = (resampling.nearest(n, m) for n, m in zip(x.shape[2:], size))
    return x[:, :, rows[:, None], columns]


def sample(x, places):
    h, w = x.shape[2:]
    px, py = ((places[..., 0] + 1) * w - 1) / 2, ((places[..., 1] + 1) * h - 1) / 2
    left, top = jnp.floor(px), jnp.floor(py)
    flat, total = x.reshape(*x.shape[:2], h * w), 0.0
    for dx, dy in itertools.product((0, 1), (0, 1)):
        cx, cy = left + dx, top + dy
        share = (1 - jnp.abs(px - cx)) * (1 - jnp.abs(py - cy)) * ((cx >= 0) & (cx < w) & (cy >= 0) & (cy < h))
        index = (jnp.clip(cy, 0, h - 1) * w + jnp.clip(cx, 0, w - 1)).astype(jnp.int32)
        taken = jnp.take_along_axis(flat, index.reshape(x.shape[0], 1, -1), axis=2)
        total = total + taken.reshape(*x.shape[:2], *places.shape[1:3]) * share[:, None].astype(x.dtype)
    return total
