"""How torch enlarges and shrinks images, as matrices: one axis of n_in places becomes n_out by `matrix @ x`."""

from functools import cache

import numpy as np


@cache
def bilinear(n_in: int, n_out: int, align_corners: bool = False) -> np.ndarray:
    """(n_out, n_in): each place lies between two, which it takes by nearness."""
    places = _places(n_in, n_out, align_corners)
    if not align_corners:
        places = np.maximum(places, 0)
    low = np.minimum(np.floor(places).astype(int), n_in - 1)
    high, share = np.minimum(low + 1, n_in - 1), places - low
    matrix = np.zeros((n_out, n_in))
    rows = np.arange(n_out)
    np.add.at(matrix, (rows, low), 1 - share)
    np.add.at(matrix, (rows, high), share)
    return matrix.astype(np.float32)


@cache
def bicubic(n_in: int, n_out: int, align_corners: bool = False) -> np.ndarray:
    """(n_out, n_in): each place takes the four around it, by Keys's kernel with a = -0.75. Paper: Keys, 1981."""
    places = _places(n_in, n_out, align_corners)
    low = np.floor(places).astype(int)
    matrix, rows = np.zeros((n_out, n_in)), np.arange(n_out)
    for step in (-1, 0, 1, 2):
        np.add.at(matrix, (rows, np.clip(low + step, 0, n_in - 1)), keys(places - (low + step)))
    return matrix.astype(np.float32)


@cache
def smooth_bicubic(n_in: int, n_out: int) -> np.ndarray:
    """(n_out, n_in): each place takes all that it stands for where an axis shrinks, by a kernel with a = -0.5, stretched so far."""
    stretch = max(n_in / n_out, 1.0)
    centres = (np.arange(n_out)[:, None] + 0.5) * (n_in / n_out)
    places = np.arange(n_in)[None] + 0.5
    matrix = np.where(np.abs(places - centres) < 2 * stretch, keys((places - centres) / stretch, a=-0.5), 0.0)
    return (matrix / matrix.sum(1, keepdims=True)).astype(np.float32)


@cache
def nearest(n_in: int, n_out: int) -> np.ndarray:
    """(n_out,) int: the place that each is taken from."""
    return np.minimum((np.arange(n_out) * (n_in / n_out)).astype(int), n_in - 1)


def _places(n_in: int, n_out: int, align_corners: bool) -> np.ndarray:
    if align_corners:
        return np.arange(n_out) * ((n_in - 1) / max(n_out - 1, 1))
    return (np.arange(n_out) + 0.5) * (n_in / n_out) - 0.5


def keys(x: np.ndarray, a: float = -0.75) -> np.ndarray:
    """Keys's kernel, as a function of the distance."""
    x = np.abs(x)
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return np.where(x <= 1, near, np.where(x < 2, far, 0.0))
