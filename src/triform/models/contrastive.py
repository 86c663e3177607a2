"""Texts and images in one space: what models share that learn which of them belong together. B images, K texts, P width of the space."""

from typing import Any

from triform.errors import InputError

from .. import ops


def unit(x: Any, eps: float = 0.0) -> Any:
    """(…, P) -> (…, P) of length 1; `eps` is added to the length that it is divided by."""
    return x / (ops.sqrt(ops.sum(x * x, axis=-1, keepdims=True)) + eps)


def softmax_contrast(logits: Any) -> Any:
    """The loss of logits (B, B) whose diagonal is of those that belong together, by rows and by columns.

    Paper: Radford et al., 2021, https://arxiv.org/abs/2103.00020, figure 3.
    """
    own = ops.arange(ops.shape(logits)[0], like=logits)
    return (ops.cross_entropy(logits, own) + ops.cross_entropy(ops.transpose(logits, (1, 0)), own)) / 2


def sigmoid_contrast(logits: Any) -> Any:
    """The loss of logits (B, B) of pairs, of which those of the diagonal alone belong together: the sum over rows, averaged.

    Paper: Zhai et al., 2023, https://arxiv.org/abs/2303.15343, eq. 2.
    """
    count = ops.shape(logits)[0]
    place = ops.arange(count, like=logits)
    own = ops.cast(place[:, None] == place[None], logits.dtype)
    return ops.binary_cross_entropy(logits, own) * ops.cast(ops.full((), count, like=place), "float32")


def both(module: Any, **given: Any) -> None:
    """Raises InputError where a text or an image is missing."""
    absent = [name for name, value in given.items() if value is None]
    if absent:
        raise InputError(
            f"{type(module).__name__} was not given {' nor '.join(absent)}. It compares texts with images: give "
            f"{' and '.join(given)}, or take get_text_features or get_image_features."
        )
