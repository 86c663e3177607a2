"""Attention within windows: what Swin and its kin share. B batch, H height, W width, C channels, S the side of a window, N = S · S.

Paper   Liu et al., 2021, https://arxiv.org/abs/2103.14030, section 3.2
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import ops


def padded(x: Any, multiple: int) -> Any:
    """(B, H, W, C) with zeros below and on the right, so that both sides are multiples of a number."""
    height, width = ops.shape(x)[1:3]
    below, right = -height % multiple, -width % multiple
    return ops.pad(x, ((0, 0), (0, below), (0, right), (0, 0))) if below or right else x


def as_windows(x: Any, side: int) -> Any:
    """(B, H, W, C) -> (B · windows, N, C), row by row."""
    b, height, width, c = ops.shape(x)
    x = ops.reshape(x, (b, height // side, side, width // side, side, c))
    return ops.reshape(ops.transpose(x, (0, 1, 3, 2, 4, 5)), (-1, side * side, c))


def from_windows(x: Any, side: int, height: int, width: int) -> Any:
    """(B · windows, N, C) -> (B, H, W, C)."""
    c = ops.shape(x)[2]
    x = ops.reshape(x, (-1, height // side, width // side, side, side, c))
    return ops.reshape(ops.transpose(x, (0, 1, 3, 2, 4, 5)), (-1, height, width, c))


def neighbours(x: Any, side: int, shift: int) -> Any:
    """Which places of a window were neighbours before x (B, H, W, C) was moved by `shift`: bool (B · windows, 1, N, N)."""
    b, height, width = ops.shape(x)[:3]
    areas = []  # 0, 1 or 2: what stayed together along an axis
    for n in (height, width):
        place = ops.arange(n, like=x)
        areas.append(ops.cast(place >= n - side, "int") + ops.cast(place >= n - shift, "int"))
    area = as_windows((3 * areas[0][:, None] + areas[1])[None, :, :, None], side)[:, :, 0]
    same = (area[:, :, None] == area[:, None, :])[None]
    windows = (height // side) * (width // side)
    return ops.reshape(ops.broadcast_to(same, (b, windows, side**2, side**2)), (-1, 1, side**2, side**2))


def windowed(x: Any, side: int, shift: int, attend: Callable[[Any, Any], Any]) -> Any:
    """Attention within windows of (B, H, W, C).

    Args:
        side, shift: how large windows are, and how far they are moved: 0, or less than `side`.
        attend: (B · windows, N, C) and a mask or None -> the same shape.
    """
    height, width = ops.shape(x)[1:3]
    x = padded(x, side)
    tall, wide = ops.shape(x)[1:3]
    mask = neighbours(x, side, shift) if shift else None
    if shift:
        x = ops.roll(ops.roll(x, -shift, 1), -shift, 2)
    x = from_windows(attend(as_windows(x, side), mask), side, tall, wide)
    if shift:
        x = ops.roll(ops.roll(x, shift, 1), shift, 2)
    return x if (tall, wide) == (height, width) else x[:, :height, :width]


def pairs_of_places(side: int) -> np.ndarray:
    """(N, N): for each pair of places of a window, the row of a table of (2 S - 1)² distances."""
    y, x = map(np.ravel, np.mgrid[:side, :side])
    return (y[:, None] - y + side - 1) * (2 * side - 1) + x[:, None] - x + side - 1


def merged(x: Any) -> Any:
    """(B, H, W, C) -> (B, H / 2, W / 2, 4 · C): each four neighbours as one, zeros where there are fewer."""
    x = padded(x, 2)
    return ops.concat([x[:, i::2, j::2] for j in (0, 1) for i in (0, 1)], axis=3)
