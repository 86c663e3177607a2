"""The sizes that families of their own resize to: each gives (height, width) for an image's height, its width and the settings."""

import math
from typing import Any

from triform.image.sizes import bounded, edged, multiple_of, require, shortest


def inside_crop(height: int, width: int, s: Any) -> tuple[int, int]:
    """So large that the middle `crop_pct` of it is `size`."""
    size = s.size
    if s.crop_pct is None:
        return edged(height, width, s)
    if "shortest_edge" in size:
        return shortest(height, width, int(size["shortest_edge"] / s.crop_pct))
    high, wide = require(size, "height", "width")
    if high == wide:
        return shortest(height, width, int(high / s.crop_pct))
    return int(high / s.crop_pct), int(wide / s.crop_pct)


def enlarged_edge(height: int, width: int, s: Any) -> tuple[int, int]:
    """The shortest edge times 256 / 224."""
    if "shortest_edge" not in s.size:
        return edged(height, width, s)
    return shortest(height, width, int(256 / 224 * s.size["shortest_edge"]))


def scaled_between(height: int, width: int, s: Any) -> tuple[int, int]:
    """By the shortest edge, the longest at most 1333 / 800 of that; then down to multiples of `size_divisor`."""
    (edge,) = require(s.size, "shortest_edge")
    limit = int(1333 / 800 * edge)
    scale = edge / min(height, width)
    high, wide = (edge, scale * width) if height < width else (scale * height, edge)
    if max(high, wide) > limit:
        scale = limit / max(high, wide)
        high, wide = high * scale, wide * scale
    return tuple(int(length + 0.5) // s.size_divisor * s.size_divisor for length in (high, wide))  # type: ignore[return-value]


def in_multiples(height: int, width: int, s: Any) -> tuple[int, int]:
    """`size`, each side a multiple of `ensure_multiple_of`; with `keep_aspect_ratio`, both scaled by the smaller change of the two."""
    high, wide = require(s.size, "height", "width")
    scales = high / height, wide / width
    if s.keep_aspect_ratio:
        scales = (scales[1],) * 2 if abs(1 - scales[1]) < abs(1 - scales[0]) else (scales[0],) * 2
    multiple = s.ensure_multiple_of
    return tuple(round(scale * length / multiple) * multiple for scale, length in zip(scales, (height, width)))  # type: ignore[return-value]


def down_to_multiples(height: int, width: int, s: Any) -> tuple[int, int]:
    """The image's own size, down to multiples of `size_divisor`."""
    return height // s.size_divisor * s.size_divisor, width // s.size_divisor * s.size_divisor


def edged_up_to_multiples(height: int, width: int, s: Any) -> tuple[int, int]:
    """As `edged`, up to multiples of `size_divisor`."""
    high, wide = edged(height, width, s)
    return multiple_of(high, s.size_divisor), multiple_of(wide, s.size_divisor)


def capped_up_to_multiples(height: int, width: int, s: Any) -> tuple[int, int]:
    """By the shortest edge, cut to whole pixels, or by the longest where that would be passed; up to multiples of `size_divisor`."""
    high, wide = edged(height, width, s)
    if "shortest_edge" in s.size and max(high, wide) > s.size.get("longest_edge", math.inf):
        limit, long = s.size["longest_edge"], max(high, wide)
        high, wide = (limit if n == long else int(limit * n / long) for n in (high, wide))
    return multiple_of(high, s.size_divisor), multiple_of(wide, s.size_divisor)


def bounded_down_to_sixteens(height: int, width: int, s: Any) -> tuple[int, int]:
    """As `bounded`; what comes of edges goes down to multiples of 16."""
    high, wide = bounded(height, width, s)
    return (high // 16 * 16, wide // 16 * 16) if "shortest_edge" in s.size else (high, wide)


def longest_of_square(height: int, width: int, s: Any) -> tuple[int, int]:
    """The longest edge as `size` is high, the other in proportion, cut to whole pixels and at least `min_size`."""
    scale = require(s.size, "height")[0] / max(height, width)
    return max(int(height * scale), s.min_size), max(int(width * scale), s.min_size)


def longest(height: int, width: int, s: Any) -> tuple[int, int]:
    """The longest edge, the other in proportion, to the nearest whole pixel."""
    (edge,) = require(s.size, "longest_edge")
    scale = edge / max(height, width)
    return int(height * scale + 0.5), int(width * scale + 0.5)


def shorter_side_of_size(height: int, width: int, s: Any) -> tuple[int, int]:
    """The shorter edge becomes the shorter side of `size`."""
    return shortest(height, width, min(require(s.size, "height", "width")))


def patches_within(height: int, width: int, s: Any) -> tuple[int, int]:
    """As large as `max_num_patches` patches allow, in proportion, in whole patches."""
    patch = s.patch_size

    def sides(scale: float) -> tuple[int, int]:
        return tuple(max(patch, math.ceil(length * scale / patch) * patch) for length in (height, width))  # type: ignore[return-value]

    low, high = 1e-5 / 10, 100.0
    while high - low >= 1e-5:
        middle = (low + high) / 2
        tall, wide = sides(middle)
        if (tall / patch) * (wide / patch) <= s.max_num_patches:
            low = middle
        else:
            high = middle
    return sides(low)
