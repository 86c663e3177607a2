"""Segments beside images: for each image the masks of its segments, and the class of each."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from triform.errors import InputError
from triform.image.calling import Ragged, gathered, prepared
from triform.image.family import Family
from triform.image.joining import Picture, largest
from triform.image.labels import read_maps
from triform.image.numbers import Chain
from triform.image.resizing import labels_resized

Names = Mapping[int, int] | None  # the number of an instance -> its class


def of_images_and_instances(inputs: dict[str, Any], s: Any, family: Family) -> dict[str, Any]:
    """As of images alone; with maps, `mask_labels` and `class_labels` too."""
    pictures = prepared(gathered(inputs["images"]), s, family)
    data = family.join(pictures, Chain(family.numbers, s), s)
    if inputs["segmentation_maps"] is None:
        return data
    maps = read_maps(inputs["segmentation_maps"], len(pictures))
    names = inputs["instance_id_to_semantic_id"]
    each = list(names) if isinstance(names, (list, tuple)) else [names] * len(maps)
    if len(each) != len(maps):
        raise InputError(f"There are {len(maps)} segmentation_maps and {len(each)} of instance_id_to_semantic_id.")
    return data | labels_of(pictures, maps, each, s)


def labels_of(pictures: Sequence[Picture], maps: Sequence[np.ndarray], names: Sequence[Names], s: Any) -> dict[str, Any]:
    """`mask_labels`, (segments, H, W) float32 each, 0 in the padding; `class_labels`, int64."""
    canvas = largest(pictures, getattr(s, "pad_size", None))
    masks, classes = [], []
    for picture, labels, one in zip(pictures, maps, names):
        if labels.shape != picture.original:
            raise InputError(f"An image has {picture.original} pixels and its map {labels.shape}; they must agree.")
        drawn, found = split(labels_resized(labels, picture.size), one, s)
        mask = np.zeros((len(drawn), *canvas), np.float32)
        mask[:, : picture.size[0], : picture.size[1]] = drawn
        masks.append(mask)
        classes.append(found)
    return {"mask_labels": Ragged(masks), "class_labels": Ragged(classes)}


def split(labels: np.ndarray, names: Names, s: Any) -> tuple[np.ndarray, np.ndarray]:
    """(the mask of each number in a map, the class of each); without what is ignored."""
    less = bool(getattr(s, "do_reduce_labels", False))
    if less and s.ignore_index is None:
        raise InputError("do_reduce_labels=True needs an ignore_index, which 0 becomes.")
    labels = labels.astype(np.int64)
    if less:
        labels = np.where(labels == 0, s.ignore_index, labels - 1)
    numbers = np.unique(labels)
    numbers = numbers[numbers != s.ignore_index] if s.ignore_index is not None else numbers
    masks = labels == numbers[:, None, None]
    if names is None:
        return masks, numbers
    unknown = [int(number) + less for number in numbers if int(number) + less not in names]
    if unknown:
        raise InputError(f"instance_id_to_semantic_id has no class for the numbers {', '.join(map(str, unknown))} of a segmentation map.")
    return masks, np.array([names[int(number) + less] - less for number in numbers], np.int64)
