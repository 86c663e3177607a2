"""Segments over an image, each in its colour, with its name where it is widest; and depth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from triform.drawing.boxes import Rectangle, font_for, write_label
from triform.drawing.colours import distinct, scale

OPAQUE = 0.55  # of the colour, over the image


@dataclass(frozen=True)
class Segment:
    """A mask (H, W) of bools, its name ("" for none), and the number of its colour."""

    mask: np.ndarray
    text: str
    number: int


def draw_segments(image: Any, segments: Sequence[Segment]) -> Any:
    """A copy of a Pillow image with segments over it, edges drawn in the full colour, and a legend in the segments themselves."""
    from PIL import Image, ImageDraw

    pixels = np.asarray(image.convert("RGB")).astype(np.float32)
    for segment in segments:
        colour = np.array(distinct(segment.number), np.float32)
        pixels[segment.mask] = (1 - OPAQUE) * pixels[segment.mask] + OPAQUE * colour
    for segment in segments:
        pixels[edge(segment.mask)] = distinct(segment.number)
    out = Image.fromarray((pixels + 0.5).astype(np.uint8))
    pen, font = ImageDraw.Draw(out), font_for(out.size)
    taken: list[Rectangle] = []
    for segment in sorted(segments, key=lambda s: -int(s.mask.sum())):
        if segment.text and segment.mask.any():
            x, y = middle(segment.mask)
            left, top, right, bottom = pen.textbbox((0, 0), segment.text, font=font)
            corners = (x - (right - left) / 2, y + (bottom - top) / 2, x, y)
            write_label(pen, font, out.size, corners, segment.text, distinct(segment.number), taken)
    return out


def draw_depth(depth: np.ndarray) -> Any:
    """Depth (H, W) as a Pillow image: the larger the value, the lighter."""
    from PIL import Image

    return Image.fromarray(scale(depth))


def edge(mask: np.ndarray) -> np.ndarray:
    """The pixels of a mask that have a neighbour outside of it, or of the image."""
    wide = np.pad(mask, 1)
    inner = wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:]
    return mask & ~inner


def middle(mask: np.ndarray) -> tuple[int, int]:
    """(x, y) of a pixel deep inside of a mask: the middle of the longest run, in the middle of the rows that have about the most."""
    counts = mask.sum(1)
    wide = np.flatnonzero(counts >= 0.9 * counts.max())
    row = int(wide[len(wide) // 2])
    steps = np.flatnonzero(np.diff(np.concatenate([[0], mask[row].astype(np.int8), [0]])))
    starts, ends = steps[::2], steps[1::2]
    widest = int((ends - starts).argmax())
    return int((starts[widest] + ends[widest]) // 2), row
