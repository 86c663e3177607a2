"""Outputs of any framework as arrays, and the few functions that all of post-processing needs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from triform.errors import InputError
from triform.resampling import bicubic, bilinear, nearest
from triform.tensors import array

Size = tuple[int, int]


def taken(outputs: Any, name: str) -> np.ndarray:
    """An entry of a model's outputs, by attribute or by name, in float32 where it holds floats. Raises InputError where there is none."""
    found = getattr(outputs, name, None)
    if found is None and isinstance(outputs, Mapping):
        found = outputs.get(name)
    if found is None:
        has = ", ".join(outputs.keys()) if hasattr(outputs, "keys") else type(outputs).__name__
        raise InputError(f"These outputs have no {name!r}: {has}.")
    made = array(found)
    return made.astype(np.float32) if made.dtype.kind == "f" else made


def sizes_of(target_sizes: Any, count: int, name: str = "target_sizes") -> list[Size] | list[None]:
    """(height, width) of each image, from a tensor or a list; None for each where none are wanted.

    Raises: InputError where there is not one for each image.
    """
    if target_sizes is None:
        return [None] * count
    made = array(target_sizes)
    if made.shape != (count, 2):
        raise InputError(f"{name} has the shape {made.shape}; expected (height, width) for each of the {count} images.")
    return [(int(height), int(width)) for height, width in made]


def softmax(x: np.ndarray) -> np.ndarray:
    """Over the last axis."""
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Of each number, without overflow."""
    powers = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + powers), powers / (1 + powers)).astype(x.dtype)


def enlarged(x: np.ndarray, size: Size, filter: str = "bilinear") -> np.ndarray:
    """(…, h, w) of another size, as torch's interpolate does it."""
    high, wide = x.shape[-2:]
    if (high, wide) == tuple(size):
        return x
    if filter == "nearest":
        return x[..., nearest(high, size[0])[:, None], nearest(wide, size[1])]
    matrix = {"bilinear": bilinear, "bicubic": bicubic}[filter]
    return matrix(high, size[0]) @ x @ matrix(wide, size[1]).T


def highest(scores: np.ndarray, count: int) -> np.ndarray:
    """(…, count): the places of the highest scores along the last axis, in falling order; of equal ones the first."""
    return np.argsort(-scores, axis=-1, kind="stable")[..., :count]


def corners(boxes: np.ndarray) -> np.ndarray:
    """(…, 4): (centre x, centre y, width, height) as (left, top, right, bottom)."""
    centre, half = boxes[..., :2], boxes[..., 2:] / 2
    return np.concatenate([centre - half, centre + half], axis=-1)


def overlaps(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """(N,): for each box what it has in common with `box`, as a share of what both cover."""
    inner = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    common = np.prod(np.maximum(inner, 0), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    return common / np.maximum(np.prod(box[2:] - box[:2]) + areas - common, 1e-12)


def unsuppressed(boxes: np.ndarray, scores: np.ndarray, threshold: float, groups: Sequence[int] | np.ndarray | None = None) -> np.ndarray:
    """The places of the boxes that are left, in falling order of scores, when each takes away those of its group that overlap it more."""
    order = highest(scores, len(scores))
    group = np.zeros(len(scores), int) if groups is None else np.asarray(groups)
    alive = np.ones(len(scores), bool)
    kept = []
    for place in order:
        if alive[place]:
            kept.append(place)
            alive &= ~((overlaps(boxes[place], boxes) > threshold) & (group == group[place]))
    return np.array(kept, int)
