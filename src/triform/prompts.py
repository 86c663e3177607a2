"""Processors whose text, images or places ask for something in other images: what a call makes of them, and their answers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from triform.errors import InputError
from triform.image.post.arrays import corners, sigmoid, taken
from triform.image.post.detection import scaled
from triform.tensors import array, kind_of, tensor

NO_POINT = -10


def text_or_picture(processor: Any, inputs: dict[str, Any], images: dict[str, Any], text: dict[str, Any]) -> dict[str, Any]:
    """Text and images; or, in place of text, an image of what is meant, as `conditional_pixel_values`."""
    if inputs["visual_prompt"] is None:
        made = {} if inputs["text"] is None else dict(processor.tokenizer(inputs["text"], **text))
        return made | (
            {} if inputs["images"] is None else {"pixel_values": processor.image_processor(inputs["images"], **images)["pixel_values"]}
        )
    if inputs["text"] is not None:
        raise InputError("Give either text or visual_prompt, not both.")
    made = {} if inputs["images"] is None else dict(processor.image_processor(inputs["images"], **images))
    return made | {"conditional_pixel_values": processor.image_processor(inputs["visual_prompt"], **images)["pixel_values"]}


# ---- texts that name what shall be found


def texts_of_images(processor: Any, inputs: dict[str, Any], images: dict[str, Any], text: dict[str, Any]) -> dict[str, Any]:
    """The texts of all images in one batch, as many for each as for the one with most, then the images; or an image of what is meant."""
    made: dict[str, Any] = {}
    tensors = {"return_tensors": "np", **{k: v for k, v in (*images.items(), *text.items()) if k == "return_tensors" and v is not None}}
    if inputs["text"] is not None:
        made |= dict(processor.tokenizer(evened(inputs["text"]), **{**text, **tensors}))
    if inputs["query_images"] is not None:
        made["query_pixel_values"] = processor.image_processor(inputs["query_images"], **{**images, **tensors})["pixel_values"]
    if inputs["images"] is not None:
        made["pixel_values"] = processor.image_processor(inputs["images"], **{**images, **tensors})["pixel_values"]
    return made


def evened(text: Any) -> list[str]:
    """One list of texts: of several lists, each filled up with " " to the length of the longest."""
    if isinstance(text, str):
        return [text]
    if all(isinstance(one, str) for one in text):
        return list(text)
    longest = max(map(len, text))
    return [each for one in text for each in [*one, *[" "] * (longest - len(one))]]


class NamedObjects:
    """Post-processing of models that were given a list of texts for each image."""

    image_processor: Any

    def post_process_grounded_object_detection(
        self, outputs: Any, threshold: float = 0.1, target_sizes: Any = None, text_labels: Sequence[Sequence[str]] | None = None
    ) -> list[dict[str, Any]]:
        """`scores`, `labels`, `boxes`, and `text_labels`: the text of each label, or None.

        Args:
            outputs: the model's, of any framework. threshold: what scores more is given.
            target_sizes: (height, width) of each image as it was given; default: boxes stay shares of it.
            text_labels: the texts of each image, as they were given.
        """
        found = self.image_processor.post_process_object_detection(outputs, threshold, target_sizes)
        if text_labels is not None and len(text_labels) != len(found):
            raise InputError(f"There are {len(found)} images and {len(text_labels)} lists of text_labels.")
        names = [None] * len(found) if text_labels is None else text_labels
        return [one | {"text_labels": None if n is None else [n[i] for i in one["labels"]]} for one, n in zip(found, names)]


def named_things(processor: Any, inputs: dict[str, Any], images: dict[str, Any], text: dict[str, Any]) -> dict[str, Any]:
    """Images, and text that names things, each with a full stop behind it; lists of names are written so."""
    from triform.processors import both

    return both(processor, {**inputs, "text": sentences(inputs["text"])}, images, text)


def sentences(text: Any) -> Any:
    """One sentence of a list of names, a list of sentences of a list of such lists; other text as it is."""
    if isinstance(text, (list, tuple)) and text:
        if all(isinstance(one, str) and "." not in one for one in text):
            return ". ".join(one.strip().lower() for one in text) + "."
        if all(isinstance(one, (list, tuple)) for one in text):
            return [sentences(one) for one in text]
    return text


class NamedThings:
    """Post-processing of models that compare each query with each token of a text."""

    tokenizer: Any

    def post_process_grounded_object_detection(
        self, outputs: Any, input_ids: Any = None, threshold: float = 0.25, text_threshold: float = 0.25, target_sizes: Any = None,
        text_labels: Any = None,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """`scores`, `boxes`, and `text_labels`: the words that each box is.

        Args:
            outputs: the model's, of any framework. input_ids: of the text; default: those in `outputs`.
            threshold: what scores more is given. text_threshold: what a token must score, to be among the words.
            target_sizes: (height, width) of each image as it was given; default: boxes stay shares of it.
            text_labels: accepted; the words are those of the text.
        """
        ids = array(taken(outputs, "input_ids") if input_ids is None else input_ids)
        each = sigmoid(taken(outputs, "logits"))
        boxes = scaled(corners(taken(outputs, "pred_boxes")), target_sizes)
        made = []
        for row, shares, box in zip(ids, each, boxes):
            scores = shares.max(-1)
            keep = scores > threshold
            meant = shares[keep][:, : len(row)] > text_threshold
            meant[:, 0] = False  # which begins the text
            words = [self.tokenizer.decode([int(i) for i in row[: meant.shape[1]][one]]) for one in meant]
            made.append({"scores": scores[keep], "boxes": box[keep], "text_labels": words, "labels": words})
        return made


# ---- places


def places(processor: Any, inputs: dict[str, Any], images: dict[str, Any], text: dict[str, Any]) -> dict[str, Any]:
    """Images; and points, their labels and boxes, given in pixels of the images, in those of the images as they are resized."""
    if inputs["images"] is None:
        raise InputError(f"{type(processor).__name__} needs images.")
    filler = images.pop("point_pad_value", None) or NO_POINT
    made = dict(processor.image_processor(inputs["images"], segmentation_maps=inputs["segmentation_maps"], **images))
    originals, shown = array(made["original_sizes"]), array(made["reshaped_input_sizes"])
    scales = (shown / originals)[:, ::-1]  # x, y
    given: dict[str, np.ndarray] = {}
    points, labels, boxes = (inputs[name] for name in ("input_points", "input_labels", "input_boxes"))
    if points is not None:
        parts = _parts("input_points", points, 2, len(scales))
        marks = None if labels is None else [np.asarray(array(one), np.int64) for one in labels]
        parts, marks = _filled([part * scale for part, scale in zip(parts, scales)], marks, filler)
        given["input_points"] = np.stack(parts)
        if marks is not None:
            given["input_labels"] = np.stack(marks)
    elif labels is not None:
        raise InputError("input_labels says what input_points are, which are missing.")
    if boxes is not None:
        given["input_boxes"] = np.stack(
            [part * np.tile(scale, 2) for part, scale in zip(_parts("input_boxes", boxes, 4, len(scales)), scales)]
        )
    if "input_points" in given and given["input_points"].ndim == 3:  # one prompt of several points for each image
        given = {name: value if name == "input_boxes" else value[:, None] for name, value in given.items()}
    kind = images.get("return_tensors")
    finished = {name: value.astype(np.float32) if value.dtype.kind == "f" else value for name, value in given.items()}
    return made | {name: value if kind is None else tensor(value, kind_of(kind)) for name, value in finished.items()}


def _parts(name: str, value: Any, numbers: int, count: int) -> list[np.ndarray]:
    """The places of each image. Raises InputError where they are none, or not for each."""
    try:
        parts = [np.asarray(array(one), np.float64) for one in value]
    except (ValueError, TypeError):
        parts = []
    if len(parts) != count or any(part.ndim not in (2, 3) or part.shape[-1] != numbers for part in parts):
        what = "x and y" if numbers == 2 else "left, top, right and bottom"
        raise InputError(f"{name} must have, for each of the {count} images, a list of {what} of each place.")
    return parts


def _filled(parts: list[np.ndarray], labels: list[np.ndarray] | None, filler: int) -> tuple[list[np.ndarray], list[np.ndarray] | None]:
    """As many points for each image as for the one with most."""
    if len({part.shape for part in parts}) == 1:
        return parts, labels
    longest = max(len(part) for part in parts)
    spare = [longest - len(part) for part in parts]
    filled = [np.concatenate([part, np.full((n, *part.shape[1:]), filler, part.dtype)]) for part, n in zip(parts, spare)]
    marks = None if labels is None else [np.concatenate([one, np.full((n, *one.shape[1:]), filler)]) for one, n in zip(labels, spare)]
    return filled, marks
