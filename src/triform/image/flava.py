"""FLAVA's images: beside the pixels those of its codebook, and which patches the model shall fill in."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from triform.image.calling import gathered, prepared
from triform.image.calling import of_images as of_plain_images
from triform.image.family import Family
from triform.image.joining import written
from triform.image.numbers import Chain, normalized, rescaled

PREFIX = "codebook_"
MARGIN = 0.1


def of_images(inputs: dict[str, Any], s: Any, family: Family) -> dict[str, Any]:
    """`pixel_values`; where they are asked for `codebook_pixel_values`, and `bool_masked_pos` (B, patches high, patches wide)."""
    data = of_plain_images(inputs, s, family)
    if s.return_codebook_pixels:
        own = {name.removeprefix(PREFIX): value for name, value in vars(s).items() if name.startswith(PREFIX)}
        codebook = SimpleNamespace(**{**vars(s), **own})
        pictures = prepared(gathered(inputs["images"]), codebook, family)
        data["codebook_pixel_values"] = written(pictures, Chain((rescaled, mapped, normalized), codebook), codebook)
    if s.return_image_mask:
        data["bool_masked_pos"] = np.stack([masked_patches(s) for _ in data["pixel_values"]])
    return data


def mapped(x: np.ndarray, s: Any) -> np.ndarray:
    """From 0 … 1 into what the codebook's logits can say: away from both ends. Paper: DALL·E, https://arxiv.org/abs/2102.12092, A.3."""
    return (1 - 2 * MARGIN) * x + np.float32(MARGIN) if s.do_map_pixels else x


def masked_patches(s: Any) -> np.ndarray:
    """(patches, patches) int64: 1 in blocks, of random sizes and shapes, until enough are masked.

    Paper: BEiT, https://arxiv.org/abs/2106.08254, algorithm 1.
    """
    side, wanted = s.input_size_patches, s.total_mask_patches
    smallest, largest = s.mask_group_min_patches, s.mask_group_max_patches or wanted
    flattest = s.mask_group_min_aspect_ratio
    bounds = math.log(flattest), math.log(s.mask_group_max_aspect_ratio or 1 / flattest)
    mask, count = np.zeros((side, side), np.int64), 0
    for _ in range(1000):
        room = min(wanted - count, largest)
        if room <= 0:
            break
        area = np.random.uniform(smallest, max(room, smallest))
        ratio = math.exp(np.random.uniform(*bounds))
        high, wide = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if not (0 < high < side and 0 < wide < side):
            continue
        top, left = np.random.randint(0, side - high + 1), np.random.randint(0, side - wide + 1)
        block = mask[top : top + high, left : left + wide]
        fresh = block.size - int(block.sum())
        if 0 < fresh <= room:
            block[:] = 1
            count += fresh
    return mask
