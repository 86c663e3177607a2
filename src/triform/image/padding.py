"""Steps that add pixels around an image."""

import math
from typing import Any

import numpy as np

from triform.image.colours import as_array, height_and_width
from triform.image.resizing import BICUBIC, resized
from triform.image.sizes import require


def padded(pixels: Any, before: tuple[int, int], after: tuple[int, int], mode: str = "constant") -> np.ndarray:
    """With rows and columns more: `before` (above, left) and `after` (below, right); black, or as NumPy's `mode` says."""
    return np.pad(as_array(pixels), (*zip(before, after), (0, 0)), mode=mode)  # type: ignore[arg-type,call-overload]


def centred_on_size(pixels: Any, s: Any) -> Any:
    """In the middle of a canvas of `size`; with `random_padding`, anywhere on it."""
    if not s.do_pad:
        return pixels
    spare = [wanted - have for wanted, have in zip(require(s.size, "height", "width"), height_and_width(pixels))]
    draw = getattr(s, "random_padding", False)
    before = tuple(int(np.random.randint(0, n + 1)) if draw else n // 2 for n in spare)
    return padded(pixels, before, tuple(n - b for n, b in zip(spare, before)))  # type: ignore[arg-type]


def mirrored_to_multiples(pixels: Any, s: Any) -> Any:
    """To the next larger multiple of `size_divisor`, mirrored beyond the lower and the right edge."""
    if not s.do_pad:
        return pixels
    spare = tuple((n // s.size_divisor + 1) * s.size_divisor - n for n in height_and_width(pixels))
    return padded(pixels, (0, 0), spare, "symmetric")  # type: ignore[arg-type]


def reflected_around(pixels: Any, s: Any) -> Any:
    """By three times the root of half of each side, reflected at all edges."""
    if not s.do_pad:
        return pixels
    spare = tuple(int(math.sqrt(n / 2) * 3) for n in height_and_width(pixels))
    return padded(pixels, spare, spare, "reflect")  # type: ignore[arg-type]


def squared(of_mean: bool = False) -> Any:
    """A step that puts the image into the middle of a square of its longer side, of `background_color` or of the mean colour."""

    def step(pixels: Any, s: Any) -> Any:
        height, width = height_and_width(pixels)
        if not s.do_pad or height == width:
            return pixels
        long = max(height, width)
        top, left = (long - height) // 2, (long - width) // 2
        samples = as_array(pixels)
        made = np.empty((long, long, samples.shape[2]), samples.dtype)
        made[...] = [int(share * 255) for share in s.image_mean] if of_mean else s.background_color
        made[top : top + height, left : left + width] = samples
        return made

    return step


def beyond_edges(pixels: Any, s: Any) -> Any:
    """Below and beside it to `pad_size`, as `pad_mode` says; constant padding is left to the join, which does it among numbers."""
    if not s.do_pad or s.pad_mode == "constant":
        return pixels
    spare = tuple(max(wanted - have, 0) for wanted, have in zip((s.pad_size["height"], s.pad_size["width"]), height_and_width(pixels)))
    return padded(pixels, (0, 0), spare, s.pad_mode)  # type: ignore[arg-type]


def thumbnail(pixels: Any, s: Any) -> Any:
    """Not larger than `size`, in proportion; in two steps, of which the first is quick and rough."""
    if not s.do_thumbnail:
        return pixels
    have = height_and_width(pixels)
    height, width = (min(pair) for pair in zip(have, require(s.size, "height", "width")))
    if (height, width) == have:
        return pixels
    if have[0] > have[1]:
        width = int(have[1] * height / have[0])
    elif have[1] > have[0]:
        height = int(have[0] * width / have[1])
    return resized(pixels, (height, width), BICUBIC, reducing_gap=2.0)
