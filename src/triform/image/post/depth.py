"""Depth for each pixel of an image as it was given."""

import math
from typing import Any

import numpy as np

from triform.image.post.arrays import Size, enlarged, sizes_of, taken


class Upsampled:
    """Post-processing of models whose `predicted_depth` is (B, h, w)."""

    def post_process_depth_estimation(self, outputs: Any, target_sizes: Any = None) -> list[dict[str, np.ndarray]]:
        """`predicted_depth` (H, W) for each image, of `target_sizes` where they are given."""
        depth = taken(outputs, "predicted_depth")
        sizes = sizes_of(target_sizes, len(depth))
        return [{"predicted_depth": one if size is None else enlarged(one, size, "bicubic")} for one, size in zip(depth, sizes)]


class Cropped:
    """Post-processing of a model that saw its images with padding around them."""

    def post_process_depth_estimation(
        self, outputs: Any, source_sizes: Any = None, target_sizes: Any = None, outputs_flipped: Any = None,
        do_remove_padding: bool | None = None,
    ) -> list[dict[str, np.ndarray]]:  # fmt: skip
        """`predicted_depth` (H, W) for each image.

        Args:
            source_sizes: (height, width) of each image as it was given: what was padded around it is cut away.
            target_sizes: the sizes to give it back in.
            outputs_flipped: the model's outputs for the images mirrored from left to right; the mean of both is taken.
            do_remove_padding: default: as `do_pad` says.
        """
        depth = taken(outputs, "predicted_depth")
        if outputs_flipped is not None:
            depth = (depth + taken(outputs_flipped, "predicted_depth")[..., ::-1]) / 2
        crop = getattr(self, "do_pad", True) if do_remove_padding is None else do_remove_padding
        sources, targets = sizes_of(source_sizes, len(depth), "source_sizes"), sizes_of(target_sizes, len(depth))
        return [{"predicted_depth": _one(*each, crop)} for each in zip(depth, sources, targets)]


def _one(depth: np.ndarray, source: Size | None, target: Size | None, crop: bool) -> np.ndarray:
    if source is not None:
        spare = [int(math.sqrt(n / 2) * 3) if crop else 0 for n in source]
        depth = enlarged(depth, (source[0] + 2 * spare[0], source[1] + 2 * spare[1]), "bicubic")
        depth = depth[spare[0] : spare[0] + source[0], spare[1] : spare[1] + source[1]]
    return depth if target is None else enlarged(depth, target, "bicubic")
