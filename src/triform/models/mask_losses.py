"""Losses of masks and of independent classes, each from logits. P masks of M places."""

from typing import Any

from .. import ops


def binary_cross_entropy_each(logits: Any, wanted: Any) -> Any:
    """The cross entropy of sigmoid(logits) against `wanted` in [0, 1], entry by entry."""
    return ops.maximum(logits, 0.0) - logits * wanted + ops.log(1 + ops.exp(-ops.absolute(logits)))


def focal_weighted(logits: Any, wanted: Any, alpha: float, gamma: float = 2.0) -> Any:
    """Cross entropy, entry by entry, where what is predicted well already counts less. Paper: https://arxiv.org/abs/1708.02002, eq. 5."""
    p = ops.sigmoid(logits)
    hit = p * wanted + (1 - p) * (1 - wanted)
    loss = binary_cross_entropy_each(logits, wanted) * (1 - hit) ** gamma
    return loss * (alpha * wanted + (1 - alpha) * (1 - wanted)) if alpha >= 0 else loss


def dice_loss(logits: Any, wanted: Any) -> Any:
    """(P, M), (P, M) -> (P,): how little two masks overlap. Paper: https://arxiv.org/abs/1606.04797, section 3."""
    p = ops.sigmoid(logits)
    return 1 - (2 * ops.sum(p * wanted, axis=1) + 1) / (ops.sum(p, axis=1) + ops.sum(wanted, axis=1) + 1)
