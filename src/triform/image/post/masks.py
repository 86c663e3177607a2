"""Masks that prompts point out: brought to the image's size; and all that outlining everything in an image needs.

Paper: Segment Anything, https://arxiv.org/abs/2304.02643, appendix B.
"""

import math
from typing import Any

import numpy as np

from triform.errors import InputError
from triform.image.colours import as_array, in_colour
from triform.image.loading import load
from triform.image.post.arrays import enlarged, sizes_of, unsuppressed
from triform.image.targets import longest
from triform.tensors import array

NEAR_EDGE = 20  # pixels: a box that ends so near the edge of a crop, and not of the image, is cut off


class Prompted:
    """Post-processing of models whose `pred_masks` are logits on the padded image."""

    pad_size: dict[str, int]

    def post_process_masks(
        self, masks: Any, original_sizes: Any, reshaped_input_sizes: Any, mask_threshold: float = 0.0, binarize: bool = True,
        pad_size: dict[str, int] | None = None, return_tensors: Any = None,
    ) -> list[np.ndarray]:  # fmt: skip
        """(prompts, masks, H, W) for each image, as large as it was given; bool, or with binarize=False the logits.

        Args:
            masks: `pred_masks`, (B, prompts, masks, h, w), or a list of an image's each.
            original_sizes, reshaped_input_sizes: as the processor's call gave them.
            mask_threshold: what a logit must pass, to be in the mask. pad_size: default: the processor's.
            return_tensors: accepted; the masks are NumPy arrays.
        """
        parts = [array(mask).astype(np.float32) for mask in masks]
        canvas = pad_size or self.pad_size
        originals, shown = sizes_of(original_sizes, len(parts), "original_sizes"), sizes_of(reshaped_input_sizes, len(parts))
        made = []
        for mask, original, (high, wide) in zip(parts, originals, shown):  # type: ignore[misc]
            whole = enlarged(mask, (canvas["height"], canvas["width"]))[..., :high, :wide]
            whole = enlarged(whole, original)  # type: ignore[arg-type]
            made.append(whole > mask_threshold if binarize else whole)
        return made

    def generate_crop_boxes(
        self, image: Any, target_size: int, crop_n_layers: int = 0, overlap_ratio: float = 512 / 1500, points_per_crop: int = 32,
        crop_n_points_downscale_factor: int = 1, device: Any = None, input_data_format: Any = None, return_tensors: Any = None,
    ) -> tuple[np.ndarray, Any, list[np.ndarray], Any]:  # fmt: skip
        """(the boxes of the crops, the points to ask about in each, the crops, the points' labels).

        Args:
            target_size: the longest edge that the processor resizes to, in which points are counted.
            crop_n_layers: how often the image is cut, each time into four times as many overlapping crops; 0: the whole image alone.
            points_per_crop: along each side of the whole image; in layer n, less by the n-th power of the downscale factor.
            device, return_tensors: accepted; the arrays are NumPy's.
        Returns: boxes (crops, 4); points (crops, points, 1, 2) and labels (crops, points, 1), lists where crops differ in points.
        """
        pixels = as_array(in_colour(load(image, "image", input_data_format), self))
        boxes, layers = crop_boxes(pixels.shape[:2], crop_n_layers, overlap_ratio)
        crops = [pixels[top:bottom, left:right] for left, top, right, bottom in boxes]
        points = []
        for crop, layer in zip(crops, layers):
            shown = longest(*crop.shape[:2], _Edge(target_size))  # type: ignore[call-arg]
            grid = point_grid(int(points_per_crop / crop_n_points_downscale_factor**layer))
            points.append((grid * np.array(shown[::-1]))[:, None, :])
        labels = [np.ones(part.shape[:2], np.int64) for part in points]
        same = len({len(part) for part in points}) == 1
        stack = np.stack if same else list
        return np.array(boxes, np.float32), stack(points), crops, stack(labels)

    def filter_masks(
        self, masks: Any, iou_scores: Any, original_size: Any, cropped_box_image: Any, pred_iou_thresh: float = 0.88,
        stability_score_thresh: float = 0.95, mask_threshold: float = 0, stability_score_offset: float = 1, return_tensors: Any = None,
    ) -> tuple[list[dict[str, Any]], np.ndarray, np.ndarray]:  # fmt: skip
        """(run lengths, scores, boxes) of the masks of a crop that are sure, stable, and not cut off by its edge; boxes are in the crop.

        Args:
            masks: logits (points, masks, h, w), as large as the crop. iou_scores: (points, masks).
            original_size: of the image. cropped_box_image: left, top, right, bottom of the crop in it.
            stability_score_offset: a mask is stable that changes little when its threshold goes down and up by so much.
        """
        logits, scores = array(masks).astype(np.float32), array(iou_scores).astype(np.float32)
        logits, scores = logits.reshape(-1, *logits.shape[-2:]), scores.reshape(-1)
        if len(logits) != len(scores):
            raise InputError(f"There are {len(logits)} masks and {len(scores)} scores.")
        keep = scores > pred_iou_thresh
        if stability_score_thresh > 0:
            inner = (logits > mask_threshold + stability_score_offset).sum((1, 2))
            outer = (logits > mask_threshold - stability_score_offset).sum((1, 2))
            keep &= inner / np.maximum(outer, 1) > stability_score_thresh
        marks, scores = logits[keep] > mask_threshold, scores[keep]
        size = tuple(int(n) for n in array(original_size))
        crop = [int(n) for n in array(cropped_box_image)]
        boxes = boxes_around(marks)
        whole = ~_cut_off(boxes, crop, size)
        placed = [_placed(mark, crop, size) for mark in marks[whole]]
        return [column_runs(mask) for mask in placed], scores[whole], boxes[whole]

    def post_process_for_mask_generation(
        self, all_masks: Any, all_scores: Any, all_boxes: Any, crops_nms_thresh: float, return_tensors: Any = None
    ) -> tuple[list[np.ndarray], np.ndarray, list[dict[str, Any]], np.ndarray]:
        """(masks, scores, run lengths, boxes) of an image, the best first, without those that a better one overlaps by more."""
        scores, boxes = array(all_scores).astype(np.float32), array(all_boxes)
        kept = unsuppressed(boxes.astype(np.float32).reshape(-1, 4), scores, crops_nms_thresh)
        runs = [all_masks[place] for place in kept]
        return [from_column_runs(one) for one in runs], scores[kept], runs, boxes[kept]


class _Edge:
    """The settings that `longest` reads."""

    def __init__(self, edge: int) -> None:
        self.size = {"longest_edge": edge}


def crop_boxes(size: tuple[int, int], layers: int, overlap_ratio: float) -> tuple[list[list[int]], list[int]]:
    """(left, top, right, bottom of each crop, its layer); layer n has 2 ** n along each side."""
    height, width = size
    boxes, numbers = [[0, 0, width, height]], [0]
    for layer in range(1, layers + 1):
        count = 2**layer
        overlap = int(overlap_ratio * min(size) * (2 / count))
        high, wide = (math.ceil((overlap * (count - 1) + length) / count) for length in size)
        for left in (int((wide - overlap) * i) for i in range(count)):
            for top in (int((high - overlap) * i) for i in range(count)):
                boxes.append([left, top, min(left + wide, width), min(top + high, height)])
                numbers.append(layer)
    return boxes, numbers


def point_grid(count: int) -> np.ndarray:
    """(count², 2): x and y of the middles of so many equal parts along each side."""
    places = (np.arange(count) + 0.5) / count
    return np.stack([np.tile(places, count), np.repeat(places, count)], axis=-1)


def boxes_around(masks: np.ndarray) -> np.ndarray:
    """(N, 4) int64: left, top, right, bottom of what each mask marks; zeros where it marks nothing."""
    boxes = np.zeros((len(masks), 4), np.int64)
    for box, mask in zip(boxes, masks):
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        if len(rows):
            box[:] = columns[0], rows[0], columns[-1], rows[-1]
    return boxes


def _cut_off(boxes: np.ndarray, crop: list[int], size: tuple[int, ...]) -> np.ndarray:
    """(N,): whether a box, in the crop, ends at an edge of the crop that is none of the image."""
    left, top, _, _ = crop
    placed = boxes + np.array([left, top, left, top])
    at_crop = np.abs(placed - np.array(crop)) <= NEAR_EDGE
    at_image = np.abs(placed - np.array([0, 0, size[1], size[0]])) <= NEAR_EDGE
    return (at_crop & ~at_image).any(axis=1)


def _placed(mark: np.ndarray, crop: list[int], size: tuple[int, ...]) -> np.ndarray:
    """A crop's mask in the whole image."""
    whole = np.zeros(size, bool)
    left, top, right, bottom = crop
    whole[top:bottom, left:right] = mark[: bottom - top, : right - left]
    return whole


def column_runs(mask: np.ndarray) -> dict[str, Any]:
    """COCO's run lengths: down the columns, unmarked and marked in turn."""
    flat = mask.T.reshape(-1)
    changes = np.flatnonzero(np.diff(flat)) + 1
    counts = np.diff(np.concatenate([[0], changes, [flat.size]])).tolist()
    return {"size": list(mask.shape), "counts": [0, *counts] if flat.size and flat[0] else counts}


def from_column_runs(runs: dict[str, Any]) -> np.ndarray:
    """The mask of COCO's run lengths."""
    high, wide = runs["size"]
    counts = runs["counts"]
    return np.repeat(np.arange(len(counts)) % 2 == 1, counts).reshape(wide, high).T
