"""From the images of a call to arrays: a batch, allocated once, into which each image's numbers are written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from triform.errors import InputError
from triform.image.numbers import Chain
from triform.image.workers import every


@dataclass
class Picture:
    """One image of a call.

    Attributes:
        pixels: (H, W, C), as the steps left it.
        original: its height and width before the steps.
    """

    pixels: np.ndarray
    original: tuple[int, int]

    @property
    def size(self) -> tuple[int, int]:
        """Its height and width now."""
        return self.pixels.shape[0], self.pixels.shape[1]

    @property
    def channels(self) -> int:
        """How many channels."""
        return self.pixels.shape[2]


Join = Callable[[Sequence[Picture], Chain, Any], dict[str, Any]]


def written(
    pictures: Sequence[Picture], chain: Chain, s: Any, canvas: Any = None, corners: Sequence[tuple[int, int]] | None = None, fill: float = 0
) -> Any:
    """The numbers of the images: an array where these agree in shape, else a list of arrays.

    Args:
        canvas: (H, W) of all, or one for each; None: their own. Where it is larger than an image, `fill`.
        corners: (top, left) of each on its canvas; default: the upper left.
    """
    canvases = [canvas or p.size for p in pictures] if not isinstance(canvas, list) else canvas
    kinds = {(p.channels, size, chain.dtype(p.pixels)) for p, size in zip(pictures, canvases)}
    if len(kinds) == 1:
        channels, size, dtype = kinds.pop()
        shape = _shape(channels, size, s, len(pictures))
        batch: Any = np.empty(shape, dtype) if all(p.size == size for p in pictures) else np.full(shape, fill, dtype)
        rows = list(batch)
    else:
        batch = rows = [np.full(_shape(p.channels, c, s), fill, chain.dtype(p.pixels)) for p, c in zip(pictures, canvases)]

    def write(i: int) -> None:
        (height, width), (top, left) = pictures[i].size, corners[i] if corners else (0, 0)
        place = rows[i] if s.data_format == "channels_first" else np.moveaxis(rows[i], 2, 0)
        chain.write(pictures[i].pixels, place[:, top : top + height, left : left + width])

    every(write, range(len(pictures)), pictures)
    return batch


def _shape(channels: int, size: tuple[int, int], s: Any, *count: int) -> tuple[int, ...]:
    return (*count, channels, *size) if s.data_format == "channels_first" else (*count, *size, channels)


def stacked(pictures: Sequence[Picture], chain: Chain, s: Any) -> dict[str, Any]:
    """`pixel_values`."""
    return {"pixel_values": written(pictures, chain, s)}


def padded_together(pictures: Sequence[Picture], chain: Chain, s: Any) -> dict[str, Any]:
    """`pixel_values`, padded to `pad_size` or the largest sides of the batch, and `pixel_mask`: 1 for pixels, 0 for padding."""
    if not s.do_pad:
        return stacked(pictures, chain, s)
    canvas = largest(pictures, getattr(s, "pad_size", None))
    return {"pixel_values": written(pictures, chain, s, canvas), "pixel_mask": masks(pictures, canvas)}


def always_padded_together(pictures: Sequence[Picture], chain: Chain, s: Any) -> dict[str, Any]:
    """As `padded_together`, of families that do not ask."""
    canvas = largest(pictures, s.pad_size)
    return {"pixel_values": written(pictures, chain, s, canvas), "pixel_mask": masks(pictures, canvas)}


def largest(pictures: Sequence[Picture], wanted: dict[str, int] | None = None) -> tuple[int, int]:
    """The canvas that all images fit on. Raises InputError where a wanted one is too small."""
    height, width = (max(p.size[axis] for p in pictures) for axis in (0, 1))
    if wanted is None:
        return height, width
    if wanted["height"] < height or wanted["width"] < width:
        raise InputError(
            f"pad_size is {wanted['height']} × {wanted['width']}, and an image has {height} × {width} pixels once it is resized."
        )
    return wanted["height"], wanted["width"]


def masks(pictures: Sequence[Picture], canvas: tuple[int, int]) -> np.ndarray:
    """(B, H, W) int64: 1 where an image lies."""
    made = np.zeros((len(pictures), *canvas), np.int64)
    for row, picture in zip(made, pictures):
        row[: picture.size[0], : picture.size[1]] = 1
    return made
