"""Several images that belong together: the frames of videos, the two of a pair."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from triform.errors import InputError
from triform.image.calling import Ragged, gathered, prepared
from triform.image.family import Family
from triform.image.loading import is_image
from triform.image.numbers import Chain


def of_videos(inputs: dict[str, Any], s: Any, family: Family) -> dict[str, Any]:
    """The arrays of images with an axis of frames: (B, frames, C, H, W), or a list where these differ between videos."""
    groups = videos_in(inputs[family.first])
    pictures = prepared([frame for group in groups for frame in group], s, family)
    data = family.join(pictures, Chain(family.numbers, s), s)
    return {name: regrouped(value, [len(group) for group in groups]) for name, value in data.items()}


def videos_in(value: Any) -> list[list[tuple[Any, str]]]:
    """The frames of each video: of a frame, of the frames of one, or of a list of videos."""
    if is_image(value):
        return [[(value, "videos")]]
    if getattr(value, "ndim", 0) == 4:
        return [gathered(value, "videos")]
    parts = list(value)
    if not parts:
        raise InputError("videos is empty.")
    if all(map(is_image, parts)):
        return [gathered(parts, "videos")]
    return [gathered(part, f"videos[{i}]") for i, part in enumerate(parts)]


def of_pairs(inputs: dict[str, Any], s: Any, family: Family) -> dict[str, Any]:
    """The arrays of images with an axis of two: (B, 2, C, H, W)."""
    value = inputs["images"]
    parts = [] if is_image(value) else list(value)
    flat = len(parts) == 2 and all(map(is_image, parts))
    if (not flat and not all(not is_image(part) and len(part) == 2 for part in parts)) or not parts:
        raise InputError("Here images go in pairs: give two images, or a list of such pairs.")
    pictures = prepared(gathered(value), s, family)
    data = family.join(pictures, Chain(family.numbers, s), s)
    return {name: regrouped(value, [2] * (len(pictures) // 2)) for name, value in data.items()}


def regrouped(value: Any, counts: Sequence[int]) -> Any:
    """The rows of an array, or of a list, in groups of so many."""
    if isinstance(value, np.ndarray) and len(set(counts)) == 1:
        return value.reshape(len(counts), counts[0], *value.shape[1:])
    ends = np.cumsum(counts)
    groups = [value[end - count : end] for end, count in zip(ends, counts)]
    return Ragged(groups) if isinstance(value, np.ndarray) else groups
