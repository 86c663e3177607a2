"""Boxes and their labels on an image."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from triform.drawing.colours import Colour, distinct, readable_on

Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True)
class Box:
    """(left, top, right, bottom) in pixels, what stands at it, and the number of its colour."""

    corners: Rectangle
    text: str
    number: int


def font_for(size: tuple[int, int]) -> Any:
    """A font that can be read on an image of (width, height)."""
    from PIL import ImageFont

    return ImageFont.load_default(max(11, round(min(size) / 32)))


def draw_boxes(image: Any, boxes: Sequence[Box]) -> Any:
    """A copy of a Pillow image with boxes on it: the largest first, labels where they cover no other label and stay inside."""
    from PIL import ImageDraw

    out = image.convert("RGB")
    pen, font = ImageDraw.Draw(out), font_for(out.size)
    width = max(2, round(min(out.size) / 250))
    taken: list[Rectangle] = []
    for box in sorted(boxes, key=lambda b: -_area(b.corners)):
        colour = distinct(box.number)
        left, top, right, bottom = box.corners
        pen.rectangle((left - 1, top - 1, max(right, left) + 1, max(bottom, top) + 1), outline=(0, 0, 0), width=1)
        pen.rectangle((left, top, max(right, left), max(bottom, top)), outline=colour, width=width)
    for box in sorted(boxes, key=lambda b: -_area(b.corners)):
        write_label(pen, font, out.size, box.corners, box.text, distinct(box.number), taken)
    return out


def write_label(
    pen: Any, font: Any, size: tuple[int, int], corners: Rectangle, text: str, colour: Colour, taken: list[Rectangle]
) -> None:  # fmt: skip
    """A label on a plate of its colour: above the box, else inside at the top, else below; moved down past labels that are there."""
    left, top, right, bottom = pen.textbbox((0, 0), text, font=font)
    gap = max(2, round((bottom - top) / 4))
    wide, tall = right - left + 2 * gap, bottom - top + 2 * gap
    x = min(max(corners[0], 0), max(size[0] - wide, 0))
    y = corners[1] - tall if corners[1] >= tall else corners[1]
    y = min(max(y, 0), max(size[1] - tall, 0))
    while any(_meet((x, y, x + wide, y + tall), other) for other in taken) and y + 2 * tall <= size[1]:
        y += tall
    taken.append((x, y, x + wide, y + tall))
    pen.rectangle(taken[-1], fill=colour)
    pen.text((x + gap - left, y + gap - top), text, font=font, fill=readable_on(colour))


def _area(corners: Rectangle) -> float:
    return max(corners[2] - corners[0], 0) * max(corners[3] - corners[1], 0)


def _meet(a: Rectangle, b: Rectangle) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
