"""Resizing: Pillow's filters on 8 bits a sample, and the exact ones that a few families were trained with."""

from collections.abc import Callable
from typing import Any

import numpy as np

from triform.errors import InputError
from triform.image.colours import as_array, height_and_width
from triform.image.loading import is_pillow, pillow
from triform.image.sizes import Target, edged

Step = Callable[[Any, Any], Any]
NEAREST, LANCZOS, BILINEAR, BICUBIC = 0, 1, 2, 3
FILTERS = ("NEAREST", "LANCZOS", "BILINEAR", "BICUBIC", "BOX", "HAMMING")  # by Pillow's numbers


def resize(target: Target = edged, when: str = "do_resize") -> Step:
    """A step that resizes to what `target` gives for an image's height, its width and the settings."""

    def step(pixels: Any, s: Any) -> Any:
        return resized(pixels, target(*height_and_width(pixels), s), s.resample) if getattr(s, when) else pixels

    return step


def resized(pixels: Any, size: tuple[int, int], resample: int, reducing_gap: float | None = None) -> Any:
    """An image of another height and width, through 8 bits a sample; floats between 0 and 1 come back as such."""
    height, width = size
    if height < 1 or width < 1:
        raise InputError(f"An image of {' × '.join(map(str, height_and_width(pixels)))} pixels would be resized to {height} × {width}.")
    if is_pillow(pixels):
        return pixels.resize((width, height), resample=resample, reducing_gap=reducing_gap)
    if resample == NEAREST and pixels.dtype.kind in "iu" and pixels.shape[2] == 1:
        return labels_resized(pixels[:, :, 0], size)[:, :, None]
    samples, fractions = eight_bits(pixels)
    if samples.shape[2] in (1, 3, 4):
        image = pillow().fromarray(samples[:, :, 0] if samples.shape[2] == 1 else np.ascontiguousarray(samples))
        made = as_array(image.resize((width, height), resample=resample, reducing_gap=reducing_gap))
    else:
        planes = [pillow().fromarray(np.ascontiguousarray(plane)) for plane in np.moveaxis(samples, 2, 0)]
        made = np.stack([np.asarray(plane.resize((width, height), resample=resample)) for plane in planes], axis=2)
    return (made.astype(np.float64) * (1 / 255)).astype(np.float32) if fractions else made


def eight_bits(samples: np.ndarray) -> tuple[np.ndarray, bool]:
    """(the samples as uint8, whether they were fractions of white). Raises InputError for what is neither 0–255 nor 0–1."""
    if samples.dtype == np.uint8:
        return samples, False
    whole = samples.astype(np.int64)
    low, high = samples.min(), samples.max()
    if np.allclose(samples, whole):
        if low < 0 or high > 255:
            raise InputError(
                f"An image that is to be resized has samples from {low} to {high}; expected 0 to 255, or fractions from 0 to 1."
            )
        return whole.astype(np.uint8), False
    if low < 0 or high > 1:
        raise InputError(
            f"An image that is to be resized has fractions from {low:g} to {high:g}; expected 0 to 1, or whole numbers from 0 to 255. "
            "Images that were normalised already need do_resize=False."
        )
    return (samples.astype(np.float64) * 255).astype(np.float32).astype(np.uint8), True


def labels_resized(labels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Whole numbers (H, W) of another height and width, each taken from its nearest; as Pillow does it, for numbers of any size."""
    kind = np.uint8 if labels.dtype == np.uint8 else np.int32
    image = pillow().fromarray(np.ascontiguousarray(labels.astype(kind)))
    return np.asarray(image.resize((size[1], size[0]), resample=NEAREST)).astype(labels.dtype)


# ---- exact filters: matrices on floats


def by_matrices(pixels: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """(H, W, C) with each axis made anew: rows (H', H), columns (W', W)."""
    flat = rows @ pixels.reshape(pixels.shape[0], -1)
    flat = flat.reshape(rows.shape[0], *pixels.shape[1:]).transpose(0, 2, 1) @ columns.T
    return flat.transpose(0, 2, 1)


def corners_kept(samples: np.ndarray, size: tuple[int, int], resample: int) -> np.ndarray:
    """Bilinear or bicubic on floats, corners staying where they are."""
    if resample not in (BILINEAR, BICUBIC):
        raise InputError(f"resample={resample} ({FILTERS[resample]}): here it must be 2 (BILINEAR) or 3 (BICUBIC).")
    axes = (_corner_axis(n_in, n_out, resample) for n_in, n_out in zip(samples.shape, size))
    return by_matrices(samples.astype(np.float64), *axes)


def _corner_axis(n_in: int, n_out: int, resample: int) -> np.ndarray:
    """(n_out, n_in). The places are computed in float32, as PyTorch does, which the models were trained with."""
    from triform.resampling import keys

    places = np.arange(n_out, dtype=np.float32) * np.float32((n_in - 1) / max(n_out - 1, 1))
    low = np.floor(places).astype(int)
    share = (places - low).astype(np.float64)
    steps = (0, 1) if resample == BILINEAR else (-1, 0, 1, 2)
    matrix = np.zeros((n_out, n_in))
    for step in steps:
        weights = np.abs(1 - step - share) if resample == BILINEAR else keys(share - step)
        np.add.at(matrix, (np.arange(n_out), np.clip(low + step, 0, n_in - 1)), weights)
    return matrix


def smoothed(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Linear on floats, after a Gaussian filter along each axis that shrinks; edges are mirrored."""
    height, width = pixels.shape[:2]
    return by_matrices(pixels.astype(np.float64), _smooth_axis(height, size[0]), _smooth_axis(width, size[1]))


def _smooth_axis(n_in: int, n_out: int) -> np.ndarray:
    """(n_out, n_in): the Gaussian of sigma (factor - 1) / 2, cut at four sigma, then linear between the two nearest places."""
    factor = n_in / n_out
    places = (np.arange(n_out) + 0.5) * factor - 0.5
    low = np.floor(places).astype(int)
    linear = np.zeros((n_out, n_in))
    for step, share in ((0, 1 - (places - low)), (1, places - low)):
        np.add.at(linear, (np.arange(n_out), _mirrored(low + step, n_in)), share)
    sigma = max(0.0, (factor - 1) / 2)
    if sigma == 0:
        return linear
    radius = int(4 * sigma + 0.5)
    steps = np.arange(-radius, radius + 1)
    weights = np.exp(-0.5 * (steps / sigma) ** 2)
    weights /= weights.sum()
    blur = np.zeros((n_in, n_in))
    for move, weight in zip(steps, weights):
        np.add.at(blur, (np.arange(n_in), _mirrored(np.arange(n_in) + move, n_in)), weight)
    return linear @ blur


def _mirrored(places: np.ndarray, length: int) -> np.ndarray:
    """Places beyond the ends, found inside: the last one is not doubled."""
    if length == 1:
        return np.zeros_like(places)
    period = 2 * (length - 1)
    inside = np.abs(places) % period
    return np.where(inside >= length, period - inside, inside)
