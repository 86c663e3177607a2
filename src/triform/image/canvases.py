"""Joins of families of their own: each image on a canvas that they define, or cut into patches."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from triform.errors import InputError
from triform.image.joining import Picture, largest, stacked, written
from triform.image.numbers import Chain
from triform.image.sizes import multiple_of


def centred_on_multiples(pictures: Sequence[Picture], chain: Chain, s: Any) -> dict[str, Any]:
    """`pixel_values`, each in the middle of a canvas whose sides are multiples of `size_divisor`."""
    if not s.do_pad or not s.size_divisor:
        return stacked(pictures, chain, s)
    canvases = [(multiple_of(p.size[0], s.size_divisor), multiple_of(p.size[1], s.size_divisor)) for p in pictures]
    corners = [((c[0] - p.size[0]) // 2, (c[1] - p.size[1]) // 2) for p, c in zip(pictures, canvases)]
    return {"pixel_values": written(pictures, chain, s, canvases, corners)}


def at_multiples(pictures: Sequence[Picture], chain: Chain, s: Any) -> dict[str, Any]:
    """`pixel_values`, each at the upper left of a canvas whose sides are multiples of `size_divisor`."""
    if not s.do_pad:
        return stacked(pictures, chain, s)
    canvases = [(multiple_of(p.size[0], s.size_divisor), multiple_of(p.size[1], s.size_divisor)) for p in pictures]
    return {"pixel_values": written(pictures, chain, s, canvases)}


def without_mask(pictures: Sequence[Picture], chain: Chain, s: Any) -> dict[str, Any]:
    """`pixel_values`, padded to the largest height and width of the batch, or to `pad_size`."""
    return {"pixel_values": written(pictures, chain, s, largest(pictures, s.pad_size) if s.do_pad else None)}


def filled(pictures: Sequence[Picture], chain: Chain, s: Any) -> dict[str, Any]:
    """`pixel_values` on canvases of `pad_size`; where no image lies, `constant_values`."""
    if not s.do_pad:
        return stacked(pictures, chain, s)
    return {"pixel_values": written(pictures, chain, s, largest(pictures, s.pad_size), fill=s.constant_values)}


def on_pad_size(pictures: Sequence[Picture], chain: Chain, s: Any) -> dict[str, Any]:
    """`pixel_values` on canvases of `pad_size`; beside it each image's size as given, and as resized."""
    canvas = largest(pictures, s.pad_size) if s.do_pad else None
    return {
        "pixel_values": written(pictures, chain, s, canvas),
        "original_sizes": [p.original for p in pictures],
        "reshaped_input_sizes": [p.size for p in pictures],
    }


def patches(pictures: Sequence[Picture], chain: Chain, s: Any) -> dict[str, Any]:
    """Rows of patches, `max_num_patches` for each image: `pixel_values`, `pixel_attention_mask`, and `spatial_shapes` in patches."""
    size, most = s.patch_size, s.max_num_patches
    rows, mask, shapes = [], np.zeros((len(pictures), most), np.int32), []
    for i, picture in enumerate(pictures):
        high, wide = (length // size for length in picture.size)
        if high * wide > most:
            raise InputError(f"An image has {high * wide} patches and max_num_patches is {most}. Have it resized: do_resize=True.")
        numbers = np.empty((picture.channels, *picture.size), chain.dtype(picture.pixels))
        chain.write(picture.pixels, numbers)
        cut = numbers[:, : high * size, : wide * size].reshape(-1, high, size, wide, size).transpose(1, 3, 2, 4, 0)
        row = np.zeros((most, size * size * len(numbers)), numbers.dtype)
        row[: high * wide] = cut.reshape(high * wide, -1)
        mask[i, : high * wide] = 1
        rows.append(row)
        shapes.append((high, wide))
    return {"pixel_values": np.stack(rows), "pixel_attention_mask": mask, "spatial_shapes": np.array(shapes, np.int64)}


def colour_codes(pictures: Sequence[Picture], chain: Chain, s: Any) -> dict[str, Any]:
    """`input_ids`, (B, pixels) int64: for each pixel the nearest colour of `clusters`; without quantising, `pixel_values`."""
    if not s.do_color_quantize:
        return stacked(pictures, chain, s)
    if s.clusters is None:
        raise InputError(
            "do_color_quantize=True needs clusters, the colours that pixels become. A checkpoint's preprocessor_config.json has them."
        )
    clusters = np.asarray(s.clusters, np.float32)
    rows = [_nearest(chain(p.pixels).reshape(-1, clusters.shape[1]), clusters) for p in pictures]
    return {"input_ids": np.stack(rows) if len({len(row) for row in rows}) == 1 else rows}


def _nearest(colours: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """(N,) int64: which cluster each colour is nearest to."""
    distances = (clusters**2).sum(1) - 2 * colours @ clusters.T  # what is left out is the same for all
    return distances.argmin(axis=1).astype(np.int64)
