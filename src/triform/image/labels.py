"""Maps of labels beside images: the same steps, nothing but nearest pixels, whole numbers out."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from triform.errors import InputError
from triform.image.calling import Ragged, gathered, of_images, prepared_each
from triform.image.family import Family
from triform.image.loading import load_map
from triform.image.resizing import NEAREST, labels_resized
from triform.image.targets import longest

IGNORED = 255  # the label of pixels that count for nothing


def of_images_and_maps(inputs: dict[str, Any], s: Any, family: Family) -> dict[str, Any]:
    """As of images alone; with maps, `labels` too, (B, H, W) int64, or a list where their sizes differ."""
    data = of_images(inputs, s, family)
    if inputs["segmentation_maps"] is None:
        return data
    maps = read_maps(inputs["segmentation_maps"], len(data["pixel_values"]))
    plain = SimpleNamespace(**{**vars(s), "resample": NEAREST})

    def one(labels: np.ndarray) -> np.ndarray:
        pixels = (reduced(labels, IGNORED) if s.do_reduce_labels else labels)[:, :, None]
        for step in family.steps:
            pixels = step(pixels, plain)
        return pixels[:, :, 0].astype(np.int64)

    return data | {"labels": one_array(prepared_each(one, maps))}


def one_array(parts: list[np.ndarray]) -> Any:
    """Stacked where they agree in shape."""
    return np.stack(parts) if len({part.shape for part in parts}) == 1 else Ragged(parts)


def read_maps(maps: Any, count: int, what: str = "segmentation_maps") -> list[np.ndarray]:
    """The maps of a call. Raises InputError where there is not one for each image."""
    found = [load_map(value, label) for value, label in gathered(maps, what)]
    if len(found) != count:
        raise InputError(f"There are {count} images and {len(found)} {what}; each image needs its own.")
    return found


def reduced(labels: np.ndarray, ignored: int) -> np.ndarray:
    """Each label one less; 0, the background, becomes `ignored`, and what is ignored stays so."""
    wide = labels.astype(np.int64)
    return np.where((wide == 0) | (wide == ignored), ignored, wide - 1)


def of_images_and_small_maps(inputs: dict[str, Any], s: Any, family: Family) -> dict[str, Any]:
    """As of images alone; with maps, `labels` too: by `mask_size`, on canvases of `mask_pad_size`, of which the rest is 0."""
    data = of_images(inputs, s, family)
    if inputs["segmentation_maps"] is None:
        return data
    small = SimpleNamespace(size=s.mask_size)
    high, wide = s.mask_pad_size["height"], s.mask_pad_size["width"]
    made = []
    for labels in read_maps(inputs["segmentation_maps"], len(data["pixel_values"])):
        labels = labels_resized(labels, longest(labels.shape[0], labels.shape[1], small)) if s.do_resize else labels
        if s.do_pad:
            spare = [(0, canvas - have) for canvas, have in zip((high, wide), labels.shape)]
            if min(after for _, after in spare) < 0:
                raise InputError(f"A map of labels has {labels.shape} pixels, and mask_pad_size is {high} × {wide}.")
            labels = np.pad(labels, spare)
        made.append(labels.astype(np.int64))
    return data | {"labels": one_array(made)}
