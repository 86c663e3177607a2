"""The losses that heads share. `labels` of -100 do not count."""

from typing import Any

from triform.errors import InputError

from .. import ops


def classification_loss(config: Any, logits: Any, labels: Any) -> Any:
    """The loss of a sequence classifier: by config.problem_type, else by the labels themselves (which are never stored).

    Args:
        logits: (B, C). labels: (B,) int classes, (B,) or (B, C) float targets of a regression, or (B, C) floats in [0, 1], one per class.
    """
    match config.problem_type or _problem(config, labels):
        case "regression":
            targets = ops.reshape(labels, ops.shape(logits)) if config.num_labels == 1 else labels
            return ops.mean_squared_error(logits, targets)
        case "single_label_classification":
            return ops.cross_entropy(logits, ops.reshape(labels, (-1,)))
        case "multi_label_classification":
            return ops.binary_cross_entropy(logits, labels)
    raise InputError(f"config.problem_type is {config.problem_type!r}.")


def _problem(config: Any, labels: Any) -> str:
    if config.num_labels == 1:
        return "regression"
    return "multi_label_classification" if ops.is_floating(labels) else "single_label_classification"


def next_token_loss(logits: Any, labels: Any) -> Any:
    """Cross entropy of the prediction at t against the label at t + 1; logits (B, T, V), labels (B, T)."""
    return ops.cross_entropy(logits[:, :-1], labels[:, 1:])


def masked_binary_cross_entropy(logits: Any, labels: Any, mask: Any) -> Any:
    """Binary cross entropy over the entries that a mask admits; logits, labels and mask (B, T)."""
    if mask is None:
        return ops.binary_cross_entropy(logits, labels)
    there = mask == 1
    hidden = ops.where(there, ops.cast(logits, "float32"), -1e4)  # where the label is 0, such a score costs exactly nothing
    share = ops.mean(ops.cast(there, "float32"))
    return ops.binary_cross_entropy(hidden, ops.where(there, labels, 0)) / share


def span_loss(start_logits: Any, end_logits: Any, start_positions: Any, end_positions: Any) -> Any:
    """Mean of the cross entropies of where an answer starts and ends; None where either is not said.

    Args:
        start_logits, end_logits: (B, T). start_positions, end_positions: (B,) int; one outside the text does not count.
    """
    if start_positions is None or end_positions is None:
        return None
    return (_place_loss(start_logits, start_positions) + _place_loss(end_logits, end_positions)) / 2


def _place_loss(logits: Any, positions: Any) -> Any:
    positions = positions[:, 0] if len(positions.shape) > 1 else positions
    positions = ops.maximum(positions, 0)
    return ops.cross_entropy(logits, ops.where(positions < ops.shape(logits)[1], positions, -100))
