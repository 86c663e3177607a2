"""Boxes with scores and labels. Boxes come as shares (centre x, centre y, width, height) and go as (left, top, right, bottom)."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from triform.image.post.arrays import corners, highest, overlaps, sigmoid, sizes_of, softmax, taken, unsuppressed

Found = list[dict[str, np.ndarray]]
EVERYTHING = -np.inf


def scaled(boxes: np.ndarray, target_sizes: Any, in_square: bool = False) -> np.ndarray:
    """(B, N, 4) in pixels of images of these sizes; `in_square`: the shares are of a square of the longer side."""
    made = []
    for one, size in zip(boxes, sizes_of(target_sizes, len(boxes))):
        high, wide = (1, 1) if size is None else (max(size),) * 2 if in_square else size
        made.append(one * np.array([wide, high, wide, high], np.float32))
    return np.stack(made) if made else boxes


def above(threshold: float, scores: np.ndarray, labels: np.ndarray, boxes: np.ndarray) -> Found:
    """For each image what scores more than the threshold."""
    return [{"scores": s[s > threshold], "labels": n[s > threshold], "boxes": b[s > threshold]} for s, n, b in zip(scores, labels, boxes)]


def top(probabilities: np.ndarray, boxes: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(scores, labels, boxes) of the highest of all pairs of a query and a label."""
    kinds = probabilities.shape[-1]
    flat = probabilities.reshape(len(probabilities), -1)
    places = highest(flat, count)
    return (
        np.take_along_axis(flat, places, 1),
        places % kinds,
        np.take_along_axis(boxes, np.repeat((places // kinds)[..., None], 4, axis=2), 1),
    )


class WithNothing:
    """Of models that say of each query what it is, the last label being nothing."""

    def post_process_object_detection(self, outputs: Any, threshold: float = 0.5, target_sizes: Any = None) -> Found:
        """`scores`, `labels` and `boxes` for each image.

        Args:
            outputs: the model's, of any framework. threshold: what scores more is given.
            target_sizes: (height, width) of each image as it was given; default: boxes stay shares of it.
        """
        probabilities = softmax(taken(outputs, "logits"))[..., :-1]
        boxes = scaled(corners(taken(outputs, "pred_boxes")), target_sizes)
        return above(threshold, probabilities.max(-1), probabilities.argmax(-1), boxes)

    def post_process(self, outputs: Any, target_sizes: Any) -> Found:
        """The reference's older form: every query."""
        return self.post_process_object_detection(outputs, EVERYTHING, target_sizes)


class TopOfAll:
    """Of models that say of each query how much it is of each label."""

    def post_process_object_detection(self, outputs: Any, threshold: float = 0.5, target_sizes: Any = None, top_k: int = 100) -> Found:
        """As `WithNothing`'s; of the `top_k` highest pairs of a query and a label."""
        probabilities = sigmoid(taken(outputs, "logits"))
        scores, labels, boxes = top(probabilities, corners(taken(outputs, "pred_boxes")), top_k)
        return above(threshold, scores, labels, scaled(boxes, target_sizes))

    def post_process(self, outputs: Any, target_sizes: Any) -> Found:
        """The reference's older form: the 100 highest."""
        return self.post_process_object_detection(outputs, EVERYTHING, target_sizes)


class TopOfAllOrEach:
    """Of models that were trained one way or the other."""

    def post_process_object_detection(
        self, outputs: Any, threshold: float = 0.5, target_sizes: Any = None, use_focal_loss: bool = True
    ) -> Found:
        """As `WithNothing`'s; with `use_focal_loss`, of as many of the highest pairs as there are queries."""
        logits, boxes = taken(outputs, "logits"), corners(taken(outputs, "pred_boxes"))
        if use_focal_loss:
            scores, labels, boxes = top(sigmoid(logits), boxes, logits.shape[1])
        else:
            probabilities = softmax(logits)[..., :-1]
            scores, labels = probabilities.max(-1), probabilities.argmax(-1)
        return above(threshold, scores, labels, scaled(boxes, target_sizes))


class TopAfterSuppression:
    """Of models that find objects several times over."""

    def post_process_object_detection(
        self, outputs: Any, threshold: float = 0.5, target_sizes: Any = None, nms_threshold: float = 0.7
    ) -> Found:
        """As `WithNothing`'s; of the 10,000 highest pairs of a query and a label, the 100 highest that none of its label overlaps."""
        probabilities = sigmoid(taken(outputs, "logits"))
        scores, labels, boxes = top(probabilities, corners(taken(outputs, "pred_boxes")), 10_000)
        kept = [unsuppressed(b, s, nms_threshold, n)[:100] for s, n, b in zip(scores, labels, boxes)]
        sized = scaled(boxes, target_sizes)
        found: Iterable[Any] = ((s[k], n[k], b[k]) for k, s, n, b in zip(kept, scores, labels, sized))
        return [above(threshold, s[None], n[None], b[None])[0] for s, n, b in found]


class OfWords:
    """Of models that compare each query with words."""

    in_square = False

    def post_process_object_detection(self, outputs: Any, threshold: float = 0.1, target_sizes: Any = None) -> Found:
        """As `WithNothing`'s; `labels` is the number of the word or text."""
        logits = taken(outputs, "logits")
        boxes = scaled(corners(taken(outputs, "pred_boxes")), target_sizes, self.in_square)
        return above(threshold, sigmoid(logits.max(-1)), logits.argmax(-1), boxes)


class Guided(OfWords):
    """Of models that are also shown an image of what they shall find."""

    def post_process(self, outputs: Any, target_sizes: Any) -> Found:
        """The reference's older form: every query."""
        return self.post_process_object_detection(outputs, EVERYTHING, target_sizes)

    def post_process_image_guided_detection(
        self, outputs: Any, threshold: float = 0.0, nms_threshold: float = 0.3, target_sizes: Any = None
    ) -> list[dict[str, Any]]:
        """`scores` relative to the best, `boxes`, and `labels` None, for each image.

        Args:
            outputs: those of `image_guided_detection`. threshold: what scores less counts for nothing.
            nms_threshold: a box that overlaps a better one more is left out; 1: none is.
        """
        scores = sigmoid(taken(outputs, "logits").max(-1))
        boxes = corners(taken(outputs, "target_pred_boxes"))
        if nms_threshold < 1:
            for one, near in zip(scores, boxes):
                _suppress(one, near, nms_threshold)
        return [_relative(s, b, threshold) for s, b in zip(scores, scaled(boxes, target_sizes, self.in_square))]


class GuidedInSquare(Guided):
    """As `Guided`, of images that were padded to a square."""

    in_square = True


def _suppress(scores: np.ndarray, boxes: np.ndarray, threshold: float) -> None:
    """Sets to 0, in place, what overlaps a better box."""
    for place in highest(scores, len(scores)):
        if scores[place]:
            shared = overlaps(boxes[place], boxes)
            shared[place] = -1
            scores[shared > threshold] = 0


def _relative(scores: np.ndarray, boxes: np.ndarray, threshold: float) -> dict[str, Any]:
    """From a tenth of the best score (0) to the best (1)."""
    counted = np.where(scores < threshold, 0, scores)
    best = counted.max(initial=0) + 1e-6
    shares = np.clip((counted - best * 0.1) / (best * 0.9), 0, 1).astype(np.float32)
    return {"scores": shares[shares > 0], "labels": None, "boxes": boxes[shares > 0]}
