"""Masks as a set: predictions are matched one to one with the masks there are, and judged by what they were matched with.

Paper   MaskFormer: Cheng et al., 2021, https://arxiv.org/abs/2107.06278, section 3.2
Shapes  B batch, Q predictions an image, C classes, N masks of an image, P all pairs of a batch, H, W sizes of the masks there are
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from triform.errors import InputError

from .. import nn, ops
from .mask_losses import binary_cross_entropy_each
from .set_prediction import Pairs, as_float, placed


class MaskCriterion(nn.Module):
    """The loss of a segmenter. Subclasses say what costs what in matching, and what the terms of masks are."""

    def __init__(self, config: Any):
        super().__init__()
        self.config = config
        self.empty_weight = nn.Buffer((config.num_labels + 1,))  # INIT: `class_weights`

    def forward(self, made, mask_labels, class_labels):
        """The sum over all predictions, each (class logits (B, Q, C + 1), mask logits (B, Q, h, w)).

        Args:
            mask_labels: of each image (N, H, W), nonzero inside. class_labels: of each image (N,) int.
        """
        check_mask_labels(made[0][0], mask_labels, class_labels)
        classes = [ops.cast(each, "int") for each in class_labels]
        masks = [ops.cast(each, "float32") for each in mask_labels]
        count = as_float(sum(ops.shape(each)[0] for each in classes), made[0][0], least=1)
        wide = lambda x: ops.cast(x, "float32")
        return sum(self.judged(wide(kinds), wide(places), classes, masks, count) for kinds, places in made)

    def judged(self, class_logits, mask_logits, classes, masks, count):
        """The loss of one set of predictions."""
        pairs = [
            ops.assign(self.costs(class_logits[i], mask_logits[i], classes[i], masks[i])) for i in range(len(classes))
        ]  # fmt: skip
        nothing = ops.shape(class_logits)[2] - 1
        targets = ops.stack([
            placed(rows, ops.take(each, columns, axis=0), ops.shape(class_logits)[1], nothing)
            for (rows, columns), each in zip(pairs, classes)
        ], axis=0)  # fmt: skip
        scores = ops.take_along(ops.log_softmax(class_logits, axis=-1), targets[..., None], axis=-1)[..., 0]
        weights = ops.take(ops.cast(self.empty_weight[...], "float32"), targets, axis=0)
        entropy = -ops.sum(weights * scores) / ops.sum(weights)
        found = ops.concat([ops.take(mask_logits[i], rows, axis=0) for i, (rows, _) in enumerate(pairs)], axis=0)
        return self.class_weight * entropy + self.mask_terms(found, matched_masks(masks, pairs), count)

    def costs(self, class_logits, mask_logits, classes, masks):
        """(Q, N): what it costs to take a prediction for a mask."""
        raise NotImplementedError

    def mask_terms(self, found, wanted, count):
        """The loss of masks (P, h, w) against those that they were matched with (P, H, W), weighed."""
        raise NotImplementedError

    @property
    def class_weight(self):
        """What the loss of classes counts."""
        raise NotImplementedError


def class_weights(config: Any) -> np.ndarray:
    """(C + 1,): 1 for each class, less for "no object"."""
    return np.array([1.0] * config.num_labels + [config.no_object_weight], np.float32)


def check_mask_labels(logits: Any, mask_labels: Any, class_labels: Any) -> None:
    """Raises InputError where labels are not masks and classes, as many of both, for each image."""
    known = isinstance(logits.shape[0], int)
    counts = len(mask_labels), len(class_labels), logits.shape[0] if known else len(mask_labels)
    problems = (
        [] if len(set(counts)) == 1 else [f"mask_labels are of {counts[0]} images, class_labels of {counts[1]}, of {counts[2]} images"]
    )
    for i, (masks, classes) in enumerate(zip(mask_labels, class_labels)):
        if len(masks.shape) != 3 or len(classes.shape) != 1 or masks.shape[0] != classes.shape[0]:
            problems.append(f"image {i} has masks {tuple(masks.shape)} and classes {tuple(classes.shape)}")
    if problems:
        raise InputError(f"{'; '.join(problems)}: expected lists with masks (N, H, W) and classes (N,) of each image.")


def matched_masks(masks: Sequence[Any], pairs: Pairs) -> Any:
    """(P, H, W): the masks that were matched, padded below and on the right to the size of the largest."""
    height, width = (max(int(each.shape[axis]) for each in masks) for axis in (1, 2))
    whole = [ops.pad(each, ((0, 0), (0, height - each.shape[1]), (0, width - each.shape[2]))) for each in masks]
    return ops.concat([ops.take(each, columns, axis=0) for each, (_, columns) in zip(whole, pairs)], axis=0)


def pairwise_dice(logits: Any, wanted: Any) -> Any:
    """(Q, M), (N, M) -> (Q, N): the Dice loss of each with each."""
    p = ops.sigmoid(logits)
    shared = ops.einsum("qm,nm->qn", p, wanted)
    return 1 - (2 * shared + 1) / (ops.sum(p, axis=1)[:, None] + ops.sum(wanted, axis=1)[None] + 1)


def pairwise_entropy(logits: Any, wanted: Any, alpha: float | None = None, gamma: float = 2.0) -> Any:
    """(Q, M), (N, M) -> (Q, N): the mean cross entropy of each with each; focal, where `alpha` is given."""
    inside, outside = (binary_cross_entropy_each(logits, value) for value in (1.0, 0.0))
    if alpha is not None:
        p = ops.sigmoid(logits)
        inside, outside = alpha * (1 - p) ** gamma * inside, (1 - alpha) * p**gamma * outside
    total = ops.einsum("qm,nm->qn", inside, wanted) + ops.einsum("qm,nm->qn", outside, 1 - wanted)
    return total / ops.shape(logits)[1]
