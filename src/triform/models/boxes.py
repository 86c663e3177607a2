"""Boxes: corners, overlaps, and how they are predicted from where a query stands. Sizes are shares of the image."""

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


def unsigmoid(x: Any, eps: float = 1e-5) -> Any:
    """The logits of shares from 0 to 1, bounded."""
    x = ops.minimum(ops.maximum(x, 0.0), 1.0)
    return ops.log(ops.maximum(x, eps) / ops.maximum(1 - x, eps))


def moved(by: Any, where: Any) -> Any:
    """Boxes (B, Q, 4) before the sigmoid: what is predicted, from a point (B, Q, 2), whose box has no size yet, or from a box (B, Q, 4)."""
    start = unsigmoid(where)
    return by + (start if start.shape[-1] == 4 else ops.pad(start, ((0, 0), (0, 0), (0, 2))))
