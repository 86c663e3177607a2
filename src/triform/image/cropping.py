"""Cutting: the middle of an image, the margins of a page, the corner that a long side is turned to."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from triform.image.colours import as_array, height_and_width
from triform.image.loading import is_pillow


def center_crop(pixels: Any, s: Any) -> Any:
    """The middle, `crop_size` large; black where the image is smaller."""
    return middle(pixels, s.crop_size["height"], s.crop_size["width"]) if s.do_center_crop else pixels


def middle(pixels: Any, height: int, width: int) -> Any:
    """The middle `height` × `width` pixels; 0 where there are none."""
    have = height_and_width(pixels)
    top, left = (have[0] - height) // 2, (have[1] - width) // 2
    if top >= 0 and left >= 0:
        return cut(pixels, top, left, height, width)
    samples = as_array(pixels)
    made = np.zeros((height, width, samples.shape[2]), samples.dtype)
    rows, columns = (_overlap(n, wanted) for n, wanted in zip(have, (height, width)))
    made[rows[1], columns[1]] = samples[rows[0], columns[0]]
    return made


def _overlap(have: int, wanted: int) -> tuple[slice, slice]:
    """(what is taken of `have` places, where it comes to lie among `wanted`)."""
    if have >= wanted:
        start = (have - wanted) // 2
        return slice(start, start + wanted), slice(0, wanted)
    before = math.ceil((wanted - have) / 2)
    return slice(0, have), slice(before, before + have)


def cut(pixels: Any, top: int, left: int, height: int, width: int) -> Any:
    """A part that lies inside the image."""
    if is_pillow(pixels):
        if (top, left, height, width) == (0, 0, pixels.height, pixels.width):
            return pixels
        return pixels.crop((left, top, left + width, top + height))
    return pixels[top : top + height, left : left + width]


def in_proportion(pixels: Any, s: Any) -> Any:
    """The middle, of the shorter side's length times `size` / `crop_size` along each axis."""
    if not s.do_center_crop:
        return pixels
    short = min(height_and_width(pixels))
    lengths = (int(s.size[name] / s.crop_size[name] * short) for name in ("height", "width"))
    return middle(pixels, *lengths)


def without_margins(threshold: int = 200) -> Callable[[Any, Any], Any]:
    """A step that cuts away what surrounds the print on a page."""

    def step(pixels: Any, s: Any) -> Any:
        if not s.do_crop_margin:
            return pixels
        image = pixels
        grey = np.asarray(image.convert("L")) if is_pillow(image) else _luma(as_array(image))
        low, high = int(grey.min()), int(grey.max())
        if low == high:
            return pixels
        printed = (grey.astype(np.int64) - low) / (high - low) * 255 < threshold
        rows, columns = np.flatnonzero(printed.any(1)), np.flatnonzero(printed.any(0))
        top, left = rows[0], columns[0]
        return cut(pixels, int(top), int(left), int(rows[-1] - top + 1), int(columns[-1] - left + 1))

    return step


def _luma(samples: np.ndarray) -> np.ndarray:
    from triform.image.loading import pillow
    from triform.image.resizing import eight_bits

    whole = eight_bits(samples)[0]
    image = pillow().fromarray(whole[:, :, 0] if whole.shape[2] == 1 else np.ascontiguousarray(whole))
    return np.asarray(image.convert("L"))


def long_side_aligned(pixels: Any, s: Any) -> Any:
    """Turned by a quarter where the image is upright and `size` lies, or the reverse."""
    height, width = height_and_width(pixels)
    upright = s.size["height"] > s.size["width"]
    if not s.do_align_long_axis or not (width > height if upright else s.size["height"] < s.size["width"] and height > width):
        return pixels
    return np.rot90(as_array(pixels), 3)
