"""Boxes: from centre and size to corners, and how much two of them overlap. Sizes are shares of the image."""

from typing import Any

from .. import ops


def corners(boxes: Any) -> Any:
    """(…, 4): (centre x, centre y, width, height) -> (left, top, right, bottom)."""
    centre, half = boxes[..., :2], boxes[..., 2:] / 2
    return ops.concat([centre - half, centre + half], axis=-1)


def areas(boxes: Any) -> Any:
    """(…, 4) corners -> (…,)."""
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])


def overlaps(a: Any, b: Any) -> tuple[Any, Any]:
    """(intersection over union, union) of boxes (…, 4) by their corners; the axes before the last broadcast."""
    sides = ops.maximum(ops.minimum(a[..., 2:], b[..., 2:]) - ops.maximum(a[..., :2], b[..., :2]), 0.0)
    shared = sides[..., 0] * sides[..., 1]
    union = areas(a) + areas(b) - shared
    return shared / union, union


def generalized_iou(a: Any, b: Any) -> Any:
    """(…,) from -1 to 1: the overlap, less the share of the smallest box around both that is in neither. Axes broadcast.

    Paper: Rezatofighi et al., 2019, https://arxiv.org/abs/1902.09630, algorithm 1.
    """
    iou, union = overlaps(a, b)
    sides = ops.maximum(a[..., 2:], b[..., 2:]) - ops.minimum(a[..., :2], b[..., :2])
    around = sides[..., 0] * sides[..., 1]
    return iou - (around - union) / around
