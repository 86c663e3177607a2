"""Objects as a set: predictions are matched one to one with the objects there are, and judged by what they were matched with.

Paper   DETR: Carion et al., 2020, https://arxiv.org/abs/2005.12872, section 3.1 and appendix A.2
Shapes  B batch, Q predictions an image, C classes, N objects of an image, P all pairs of a batch
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from triform.errors import InputError

from .. import nn, ops
from .boxes import corners, generalized_iou
from .mask_losses import dice_loss, focal_weighted

Pairs = list[tuple[Any, Any]]  # of each image: which predictions, and which of its objects each was matched with


class Perceptron(nn.Module):
    """Linear layers with ReLU between them: (…, n_in) -> (…, n_out)."""

    def __init__(self, n_in: int, width: int, n_out: int, depth: int):
        super().__init__()
        sizes = [n_in, *[width] * (depth - 1), n_out]
        self.layers = nn.List([nn.Linear(*pair) for pair in pairwise(sizes)])
        self.act = ops.activation("relu")

    def forward(self, x):
        *inner, last = self.layers
        for layer in inner:
            x = self.act(layer(x))
        return last(x)


class Scoring(NamedTuple):
    """How classes are scored.

    Attributes:
        cost: (logits (Q, C), classes (N,)) -> (Q, N): what it costs to take a prediction for an object.
        loss: (logits (B, Q, C), targets (B, Q), config, count of objects) -> the loss; a target that no class has means "no object".
    """

    cost: Callable[[Any, Any], Any]
    loss: Callable[[Any, Any, Any, Any], Any]


def _softmax_cost(logits: Any, classes: Any) -> Any:
    return -ops.take(ops.softmax(logits, axis=-1), classes, axis=1)


def _softmax_loss(logits: Any, targets: Any, config: Any, count: Any) -> Any:
    """Cross entropy over the classes and "no object", the last, which weighs `eos_coefficient`."""
    scores = ops.take_along(ops.log_softmax(logits, axis=-1), targets[..., None], axis=-1)[..., 0]
    weights = ops.where(targets == ops.shape(logits)[-1] - 1, config.eos_coefficient, ops.zeros_like(scores) + 1)
    return -ops.sum(weights * scores) / ops.sum(weights)


def _focal_cost(logits: Any, classes: Any, alpha: float = 0.25, gamma: float = 2.0) -> Any:
    p = ops.sigmoid(logits)
    seen = alpha * (1 - p) ** gamma * -ops.log(p + 1e-8)
    unseen = (1 - alpha) * p**gamma * -ops.log(1 - p + 1e-8)
    return ops.take(seen - unseen, classes, axis=1)


def _focal_loss(logits: Any, targets: Any, config: Any, count: Any) -> Any:
    wanted = ops.one_hot(targets, ops.shape(logits)[-1], like=logits)
    return ops.sum(focal_weighted(logits, wanted, config.focal_alpha)) / count


SOFTMAX = Scoring(_softmax_cost, _softmax_loss)
FOCAL = Scoring(_focal_cost, _focal_loss)


def detection_loss(
    config: Any,
    made: Mapping[str, Any],
    labels: Sequence[Mapping[str, Any]],
    auxiliary: Sequence[Mapping[str, Any]] | None = None,
    scoring: Scoring = SOFTMAX,
) -> tuple[Any, dict[str, Any]]:
    """The loss of a detector, and its terms by name.

    Args:
        made: logits (B, Q, C), pred_boxes (B, Q, 4) and, of a segmenter, pred_masks (B, Q, H, W).
        labels: of each image class_labels (N,), boxes (N, 4) and, of a segmenter, masks (N, H, W).
        auxiliary: the same of earlier layers; their terms end in _0, _1, …
    """
    check_labels(made, labels)
    weights = _weights(config)
    terms = _terms(config, made, labels, scoring)
    total = sum(weights[name] * terms[name] for name in terms if name in weights)
    for i, one in enumerate(auxiliary or ()):
        more = _terms(config, one, labels, scoring)
        total = total + sum(weights[name] * more[name] for name in more if name in weights)
        terms |= {f"{name}_{i}": value for name, value in more.items()}
    return total, terms


def check_labels(made: Mapping[str, Any], labels: Sequence[Mapping[str, Any]]) -> None:
    """Raises InputError where labels are not one mapping for each image, with what a detector learns from."""
    names = ("class_labels", "boxes", *(["masks"] if "pred_masks" in made else ()))
    problems = [f"labels[{i}] lacks {', '.join(n for n in names if n not in one)}" for i, one in enumerate(labels) if set(names) - set(one)]
    if isinstance(made["logits"].shape[0], int) and len(labels) != made["logits"].shape[0]:
        problems.append(f"there are {len(labels)} labels for {made['logits'].shape[0]} images")
    if problems:
        raise InputError(f"{'; '.join(problems)}: expected a list of one mapping for each image, with {', '.join(names)}.")


def _weights(config: Any) -> dict[str, float]:
    """What each term of the loss counts."""
    terms = ("bbox", "giou", "mask", "dice")
    return {"loss_ce": 1.0, **{f"loss_{name}": getattr(config, f"{name}_loss_coefficient", 1.0) for name in terms}}


def _terms(config: Any, made: Mapping[str, Any], labels: Sequence[Mapping[str, Any]], scoring: Scoring) -> dict[str, Any]:
    logits, boxes = (ops.cast(made[name], "float32") for name in ("logits", "pred_boxes"))
    classes = [ops.cast(one["class_labels"], "int") for one in labels]
    there = [ops.cast(one["boxes"], "float32") for one in labels]
    counts = [ops.shape(one)[0] for one in classes]
    count = as_float(sum(counts), boxes, least=1)
    pairs = match(config, logits, boxes, classes, there, scoring)
    nothing = ops.shape(logits)[-1] - (scoring is SOFTMAX)
    targets = ops.stack([
        placed(rows, ops.take(one, columns, axis=0), ops.shape(logits)[1], nothing) for (rows, columns), one in zip(pairs, classes)
    ], axis=0)  # fmt: skip
    found = ops.concat([ops.take(boxes[i], rows, axis=0) for i, (rows, _) in enumerate(pairs)], axis=0)  # (P, 4)
    wanted = ops.concat([ops.take(one, columns, axis=0) for one, (_, columns) in zip(there, pairs)], axis=0)
    terms = {
        "loss_ce": scoring.loss(logits, targets, config, count),
        "loss_bbox": ops.sum(ops.absolute(found - wanted)) / count,
        "loss_giou": ops.sum(1 - generalized_iou(corners(found), corners(wanted))) / count,
        "cardinality_error": _miscounted(logits, counts),
    }
    if "pred_masks" in made:
        masks = ops.cast(made["pred_masks"], "float32")
        terms |= _mask_terms(masks, [one["masks"] for one in labels], pairs, count)
    return terms


def match(config: Any, logits: Any, boxes: Any, classes: Sequence[Any], there: Sequence[Any], scoring: Scoring) -> Pairs:
    """The cheapest way to take predictions for objects, image by image."""
    pairs = []
    for i, (kinds, places) in enumerate(zip(classes, there)):
        distance = ops.sum(ops.absolute(boxes[i][:, None] - places[None]), axis=-1)
        overlap = generalized_iou(corners(boxes[i])[:, None], corners(places)[None])
        costs = config.bbox_cost * distance + config.class_cost * scoring.cost(logits[i], kinds) - config.giou_cost * overlap
        pairs.append(ops.assign(costs))
    return pairs


def placed(rows: Any, values: Any, n: Any, default: Any) -> Any:
    """(n,) int: `values` at `rows`, which are all different, and `default` elsewhere."""
    here = rows[:, None] == ops.arange(n, like=rows)[None]
    return ops.sum(ops.where(here, (values - default)[:, None], 0), axis=0) + default


def _miscounted(logits: Any, counts: Sequence[Any]) -> Any:
    """By how many the objects that are predicted differ from those there are: a measure, no loss."""
    predicted = ops.sum(ops.cast(ops.argmax(logits, axis=-1) != ops.shape(logits)[-1] - 1, "float32"), axis=1)
    there = ops.stack([as_float(n, logits) for n in counts], axis=0)
    return ops.mean(ops.absolute(predicted - there))


def _mask_terms(masks: Any, there: Sequence[Any], pairs: Pairs, count: Any) -> dict[str, Any]:
    """Focal and Dice loss of masks, enlarged to the size of the largest; smaller ones are padded below and on the right."""
    height, width = (max(int(one.shape[axis]) for one in there) for axis in (1, 2))
    whole = [ops.pad(one, ((0, 0), (0, height - one.shape[1]), (0, width - one.shape[2]))) for one in there]
    wanted = ops.concat([ops.take(one, columns, axis=0) for one, (_, columns) in zip(whole, pairs)], axis=0)
    found = ops.concat([ops.take(masks[i], rows, axis=0) for i, (rows, _) in enumerate(pairs)], axis=0)
    found = ops.resize_bilinear(found[:, None], (height, width))
    found, wanted = ops.reshape(found, (-1, height * width)), ops.reshape(ops.cast(wanted, "float32"), (-1, height * width))
    focal = focal_weighted(found, wanted, 0.25)
    return {"loss_mask": ops.sum(ops.mean(focal, axis=1)) / count, "loss_dice": ops.sum(dice_loss(found, wanted)) / count}


def as_float(n: Any, like: Any, least: int = 0) -> Any:
    """A count, which may be an open size, as a float32 scalar of at least `least`."""
    if isinstance(n, int):
        return ops.full((), float(max(n, least)), like=like)
    return ops.maximum(ops.cast(n, "float32"), float(least))
