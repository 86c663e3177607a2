"""Pooling, resizing and sampling of images (B, C, H, W) on TensorFlow."""

import tensorflow as tf

from triform import resampling

from .convolution import channels_first, channels_last


def max_pool(x, size, stride, padding=0):
    x = tf.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)), constant_values=x.dtype.min) if padding else x
    return channels_first(tf.nn.max_pool2d(channels_last(x), size, stride, "VALID"))


def average_pool(x, size, stride, padding=0):
    x = tf.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding))) if padding else x
    return channels_first(tf.nn.avg_pool2d(channels_last(x), size, stride, "VALID"))


def _resized(x, rows, columns):
    return tf.einsum("nh,bchw,mw->bcnm", tf.cast(rows, x.dtype), x, tf.cast(columns, x.dtype))


def resize_bilinear(x, size, align_corners=False):
    return _resized(x, *(resampling.bilinear(n, m, align_corners) for n, m in zip(x.shape[2:], size)))


def resize_bicubic(x, size, align_corners=False, smooth=False):
    if smooth:
        return _resized(x, *(resampling.smooth_bicubic(n, m) for n, m in zip(x.shape[2:], size)))
    return _resized(x, *(resampling.bicubic(n, m, align_corners) for n, m in zip(x.shape[2:], size)))


def resize_nearest(x, size):
    rows, columns = (resampling.nearest(n, m) for n, m in zip(x.shape[2:], size))
    return tf.gather(tf.gather(x, rows, axis=2), columns, axis=3)


def sample(x, places):
    (b, h, w), (n, m) = tf.unstack(tf.gather(tf.shape(x), (0, 2, 3))), tf.unstack(tf.shape(places)[1:3])
    c = tf.shape(x)[1] if x.shape[1] is None else x.shape[1]
    tall, wide = tf.cast(h, x.dtype), tf.cast(w, x.dtype)
    px, py = ((places[..., 0] + 1) * wide - 1) / 2, ((places[..., 1] + 1) * tall - 1) / 2
    left, top = tf.floor(px), tf.floor(py)
    flat, total = tf.reshape(tf.transpose(x, (0, 2, 3, 1)), (b, h * w, c)), 0.0
    for dx, dy in ((0, 0), (0, 1), (1, 0), (1, 1)):
        cx, cy = left + dx, top + dy
        inside = tf.cast((cx >= 0) & (cx < wide) & (cy >= 0) & (cy < tall), x.dtype)
        share = (1 - tf.abs(px - cx)) * (1 - tf.abs(py - cy)) * inside
        index = tf.cast(tf.clip_by_value(cy, 0, tall - 1) * wide + tf.clip_by_value(cx, 0, wide - 1), tf.int32)
        taken = tf.gather(flat, tf.reshape(index, (b, n * m)), batch_dims=1)
        total = total + tf.reshape(taken, (b, n, m, c)) * share[..., None]
    return tf.transpose(total, (0, 3, 1, 2))
