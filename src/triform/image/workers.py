"""The images of a call, worked on by a few threads: Pillow and NumPy let go of the interpreter while they decode, resize and compute."""

import math
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from triform.image.loading import is_pillow

WORTH = 300_000  # pixels: starting threads takes as long as half of this many
MOST = 8


def every(work: Callable[[Any], Any], items: Iterable[Any], pictures: Sequence[Any]) -> list[Any]:
    """`work` of each item, in order; in threads where the pictures are large, or not yet read."""
    items = list(items)
    count = min(len(items), _cores(), MOST)
    if count < 2 or sum(map(_pixels, pictures)) < WORTH:
        return list(map(work, items))
    with ThreadPoolExecutor(count, thread_name_prefix="triform-images") as pool:
        return list(pool.map(work, items))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _pixels(picture: Any) -> int:
    """How many there are, or as many as are worth a thread where that is not known."""
    pixels = getattr(picture, "pixels", picture)
    if is_pillow(pixels):
        return pixels.width * pixels.height
    return math.prod(pixels.shape) // 3 if hasattr(pixels, "shape") else WORTH
