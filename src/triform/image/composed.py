"""Steps that are made of others, of families of their own."""

from typing import Any

import numpy as np

from triform.errors import InputError
from triform.image.calling import gathered, prepared
from triform.image.colours import as_array, height_and_width
from triform.image.cropping import middle
from triform.image.family import Family
from triform.image.labels import read_maps
from triform.image.numbers import Chain, normalized, rescaled
from triform.image.resizing import corners_kept, resized, smoothed
from triform.image.sizes import require, shortest
from triform.image.targets import in_multiples


def stretched_or_cropped(pixels: Any, s: Any) -> Any:
    """A square of the shortest edge: from 384 on stretched, below it the middle `crop_pct` of the image."""
    if not s.do_resize:
        return pixels
    (edge,) = require(s.size, "shortest_edge")
    if edge >= 384:
        return resized(pixels, (edge, edge), s.resample)
    return middle(resized(pixels, shortest(*height_and_width(pixels), int(edge / s.crop_pct)), s.resample), edge, edge)


def middle_of_shortest_edge(pixels: Any, s: Any) -> Any:
    """The middle square of the shortest edge of `size`, or `crop_size`."""
    if not s.do_center_crop:
        return pixels
    size = s.crop_size or s.size
    if "height" in size:
        return middle(pixels, size["height"], size["width"])
    (edge,) = require(size, "shortest_edge")
    return middle(pixels, edge, edge)


def resized_exactly(pixels: Any, s: Any) -> Any:
    """Without rounding to 8 bits, the corners staying where they are."""
    if not s.do_resize:
        return pixels
    samples = as_array(pixels)
    return _in_its_kind(corners_kept(samples, in_multiples(samples.shape[0], samples.shape[1], s), s.resample), samples, s)


def squared_and_smoothed(pixels: Any, s: Any) -> Any:
    """Grey below and beside it to a square, then resized without rounding to 8 bits, after a Gaussian filter."""
    samples = as_array(pixels)
    if s.do_pad and samples.shape[0] != samples.shape[1]:
        samples = samples.astype(np.float32) if s.do_rescale else samples
        spare = [(0, max(samples.shape[:2]) - n) for n in samples.shape[:2]]
        samples = np.pad(samples, (*spare, (0, 0)), constant_values=0.5 / s.rescale_factor if s.do_rescale else 0.5)
    if not s.do_resize:
        return samples
    made = smoothed(samples, tuple(require(s.size, "height", "width")))  # type: ignore[arg-type]
    return _in_its_kind(np.clip(made, samples.min(), samples.max()), samples, s)


def _in_its_kind(made: np.ndarray, samples: np.ndarray, s: Any) -> np.ndarray:
    """Floats, unless samples of 8 bits were given that are not going to be rescaled."""
    return made.astype(np.float32) if s.do_rescale or samples.dtype.kind == "f" else np.rint(made).astype(samples.dtype)


def of_images_and_trimaps(inputs: dict[str, Any], s: Any, family: Family) -> dict[str, Any]:
    """The arrays of images with a fourth channel: their trimaps."""
    pictures = prepared(gathered(inputs["images"]), s, family)
    if inputs["trimaps"] is None:
        raise InputError("trimaps is missing: for each image a map of what is surely foreground (255), background (0) or unknown (128).")
    for picture, trimap in zip(pictures, read_maps(inputs["trimaps"], len(pictures), "trimaps")):
        if trimap.shape != picture.size:
            raise InputError(f"An image has {picture.size} pixels and its trimap {trimap.shape}; they must agree.")
        picture.pixels = np.dstack([picture.pixels, trimap.astype(picture.pixels.dtype)])
    return family.join(pictures, Chain(family.numbers, s), s)


def with_trimap(x: np.ndarray, s: Any) -> np.ndarray:
    """Rescaled, and all channels but the last normalised."""
    scaled = rescaled(x, s)
    return np.concatenate([normalized(scaled[..., :-1], s), scaled[..., -1:]], axis=-1)
