"""What is to be found in images: COCO's boxes and panoptic segments, as the labels that detection models are trained with.

Boxes come as (left, top, width, height) in pixels of the image as given, and go as (centre x, centre y, width, height) in shares of the
image as the model sees it, or, with do_convert_annotations=False, as (left, top, right, bottom) in its pixels.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from triform.errors import InputError, MissingDependencyError
from triform.image.calling import Ragged, gathered, prepared
from triform.image.family import Family
from triform.image.joining import Picture, largest
from triform.image.loading import load
from triform.image.numbers import Chain
from triform.image.post.masks import boxes_around
from triform.image.resizing import labels_resized

NEEDED = {"coco_detection": ("image_id", "annotations"), "coco_panoptic": ("image_id", "segments_info", "file_name")}


def of_images_and_annotations(inputs: dict[str, Any], s: Any, family: Family) -> dict[str, Any]:
    """As of images alone; with annotations, `labels` too: for each image a dictionary."""
    pictures = prepared(gathered(inputs["images"]), s, family)
    data = family.join(pictures, Chain(family.numbers, s), s)
    if inputs["annotations"] is None:
        return data
    annotations = checked(inputs["annotations"], len(pictures), s)
    canvas = largest(pictures, getattr(s, "pad_size", None)) if s.do_pad else None
    labels = [label_of(a, picture, canvas, s) for a, picture in zip(annotations, pictures)]
    return data | {"labels": Ragged(labels)}


def checked(annotations: Any, count: int, s: Any) -> list[Mapping[str, Any]]:
    """One annotation for each image. Raises InputError that lists all that is wrong."""
    kind = str(getattr(s.format, "value", s.format))
    if kind not in NEEDED:
        raise InputError(f"format={s.format!r} is none of: {', '.join(NEEDED)}.")
    found = [annotations] if isinstance(annotations, Mapping) else list(annotations)
    if len(found) != count:
        raise InputError(f"There are {count} images and {len(found)} annotations; each image needs its own.")
    problems = []
    for i, one in enumerate(found):
        if not isinstance(one, Mapping):
            problems.append(f"annotations[{i}] is a {type(one).__name__}")
            continue
        problems += [f"annotations[{i}] has no {name!r}" for name in NEEDED[kind] if name not in one]
        if kind == "coco_detection" and "annotations" in one:
            problems += [
                f"annotations[{i}]['annotations'][{j}] {fault}" for j, each in enumerate(one["annotations"]) if (fault := _fault(each))
            ]
    if problems:
        raise InputError(f"These are no annotations of the format {kind}: {'; '.join(problems[:10])}.")
    if kind == "coco_panoptic" and s.masks_path is None:
        raise InputError("Annotations of the format coco_panoptic need masks_path=, the folder that their file_name lies in.")
    return found


def _fault(one: Any) -> str:
    if not isinstance(one, Mapping):
        return f"is a {type(one).__name__}"
    missing = [name for name in ("bbox", "category_id") if name not in one]
    if missing:
        return f"has no {' and no '.join(map(repr, missing))}"
    return "" if np.shape(one["bbox"]) == (4,) else f"has the bbox {one['bbox']!r}; expected left, top, width, height"


def label_of(annotation: Mapping[str, Any], picture: Picture, canvas: tuple[int, int] | None, s: Any) -> dict[str, np.ndarray]:
    """The labels of one image."""
    if str(getattr(s.format, "value", s.format)) == "coco_panoptic":
        found = _panoptic(annotation, Path(s.masks_path), s.return_segmentation_masks is not False)
    else:
        found = _detection(annotation, picture.original, bool(s.return_segmentation_masks))
    return _as_seen(found, picture, canvas or picture.size, s.do_convert_annotations is not False)


def _detection(annotation: Mapping[str, Any], size: tuple[int, int], with_masks: bool) -> dict[str, np.ndarray]:
    """COCO's boxes as (left, top, right, bottom) inside of the image; without crowds, and without what lies outside."""
    height, width = size
    objects = [one for one in annotation["annotations"] if not one.get("iscrowd", 0)]
    boxes = np.array([one["bbox"] for one in objects], np.float32).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    boxes = np.clip(boxes, 0, np.array([width, height, width, height], np.float32))
    keep = (boxes[:, 3] > boxes[:, 1]) & (boxes[:, 2] > boxes[:, 0])
    area = [one.get("area", one["bbox"][2] * one["bbox"][3]) for one in objects]
    found: dict[str, np.ndarray] = {
        "image_id": np.array([annotation["image_id"]], np.int64),
        "class_labels": np.array([one["category_id"] for one in objects], np.int64)[keep],
        "boxes": boxes[keep],
        "area": np.array(area, np.float32)[keep],
        "iscrowd": np.array([one.get("iscrowd", 0) for one in objects], np.int64)[keep],
    }
    if objects and "keypoints" in objects[0]:
        points = np.array([one["keypoints"] for one in objects], np.float32)[keep]
        found["keypoints"] = points.reshape(-1, 3) if len(points) else points
    if with_masks:
        found["masks"] = _drawn([one.get("segmentation") for one in objects], size)[keep]
    return found


def _drawn(segmentations: Sequence[Any], size: tuple[int, int]) -> np.ndarray:
    """(N, H, W) uint8: COCO's polygons and run lengths as masks. Raises MissingDependencyError, InputError."""
    try:
        from pycocotools import mask as coco
    except ModuleNotFoundError:
        raise MissingDependencyError(
            "return_segmentation_masks=True needs pycocotools, which draws COCO's polygons: pip install pycocotools."
        ) from None
    height, width = size
    masks = []
    for i, one in enumerate(segmentations):
        if not one:
            raise InputError(f"return_segmentation_masks=True, but object {i} has no 'segmentation'.")
        runs = coco.frPyObjects(one, height, width) if not (isinstance(one, Mapping) and isinstance(one["counts"], (bytes, str))) else one
        drawn = coco.decode(runs)
        masks.append(drawn.any(axis=2) if drawn.ndim == 3 else drawn)
    return np.array(masks, np.uint8).reshape(-1, height, width)


def _panoptic(annotation: Mapping[str, Any], folder: Path, with_masks: bool) -> dict[str, np.ndarray]:
    """COCO's segments: their masks from the colours of a file."""
    segments = annotation["segments_info"]
    path = folder / os.fspath(annotation["file_name"])
    colours = np.asarray(load(path, str(path), raw=True).convert("RGB")).astype(np.int64)
    numbers = colours @ np.array([1, 256, 256 * 256])
    masks = np.array([numbers == one["id"] for one in segments], np.uint8).reshape(-1, *numbers.shape)
    found: dict[str, np.ndarray] = {
        "image_id": np.array([annotation["image_id"]], np.int64),
        "class_labels": np.array([one["category_id"] for one in segments], np.int64),
        "boxes": boxes_around(masks).astype(np.float32),
        "area": np.array([one["area"] for one in segments], np.float32),
        "iscrowd": np.array([one.get("iscrowd", 0) for one in segments], np.int64),
    }
    return found | {"masks": masks} if with_masks else found


def _as_seen(found: dict[str, np.ndarray], picture: Picture, canvas: tuple[int, int], shares: bool) -> dict[str, np.ndarray]:
    """Boxes, areas and masks of the image as the model sees it: resized and padded."""
    high, wide = (now / before for now, before in zip(picture.size, picture.original))
    boxes = found["boxes"] * np.array([wide, high, wide, high], np.float32)
    made = {"size": np.array(canvas, np.int64), **found, "area": (found["area"] * np.float32(wide * high)).astype(np.float32)}
    if shares:
        height, width = canvas
        centres = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
        boxes = np.concatenate(centres, axis=1) / np.array([width, height, width, height], np.float32)
    made["boxes"] = boxes.astype(np.float32)
    if "masks" in found:
        masks = np.zeros((len(found["masks"]), *canvas), bool)
        for mask, drawn in zip(masks, found["masks"]):
            mask[: picture.size[0], : picture.size[1]] = labels_resized(drawn, picture.size)
        made["masks"] = masks
    made["orig_size"] = np.array(picture.original, np.int64)
    return made | {"keypoints": made.pop("keypoints")} if "keypoints" in made else made
