"""Segments from queries, each of which has a mask and says what it is."""

import logging
from collections.abc import Collection
from typing import Any

import numpy as np

from triform.errors import InputError
from triform.image.post.arrays import Size, enlarged, highest, sigmoid, sizes_of, softmax, taken

log = logging.getLogger("triform")
Segments = list[dict[str, Any]]
NO_SEGMENT = -1


class OfQueries:
    """Post-processing of models whose queries have `logits` and `pred_masks`; the last label is nothing."""

    logits_name, masks_name = "logits", "pred_masks"
    mask_size: Size | None = None
    floats = False

    def post_process_semantic_segmentation(self, outputs: Any, target_sizes: Any = None) -> list[np.ndarray]:
        """(H, W) int64 for each image: the label of each pixel, by all queries together."""
        probabilities, masks = self._read(outputs)
        shares = np.einsum("bqc,bqhw->bchw", probabilities[..., :-1], masks)
        sizes = sizes_of(target_sizes, len(shares))
        return [(one if size is None else enlarged(one, size)).argmax(0) for one, size in zip(shares, sizes)]

    def post_process_instance_segmentation(
        self, outputs: Any, threshold: float = 0.5, mask_threshold: float = 0.5, overlap_mask_area_threshold: float = 0.8,
        target_sizes: Any = None, return_coco_annotation: bool | None = False,
    ) -> Segments:  # fmt: skip
        """For each image `segmentation`, (H, W): the number of each pixel's segment, or -1 where there is none at all; and `segments_info`.

        Args:
            threshold: what a query must be sure of, to count.
            mask_threshold: what a pixel must have of a mask, to be in it.
            overlap_mask_area_threshold: of a mask so large a share must be left when others have taken theirs.
            target_sizes: (height, width) of each image as it was given; default: the size of the masks.
            return_coco_annotation: give run lengths, one for each number, instead of the map.
        """
        found = self._segments(outputs, threshold, mask_threshold, overlap_mask_area_threshold, (), target_sizes)
        if return_coco_annotation:
            found = [{**one, "segmentation": run_lengths(one["segmentation"])} for one in found]
        return found

    def post_process_panoptic_segmentation(
        self, outputs: Any, threshold: float = 0.5, mask_threshold: float = 0.5, overlap_mask_area_threshold: float = 0.8,
        label_ids_to_fuse: Collection[int] | None = None, target_sizes: Any = None,
    ) -> Segments:  # fmt: skip
        """As `post_process_instance_segmentation`; segments of a label in `label_ids_to_fuse` (sky, grass) become one."""
        return self._segments(outputs, threshold, mask_threshold, overlap_mask_area_threshold, label_ids_to_fuse or (), target_sizes)

    def _read(self, outputs: Any) -> tuple[np.ndarray, np.ndarray]:
        """(B, Q, labels and nothing), (B, Q, h, w), both between 0 and 1."""
        masks = taken(outputs, self.masks_name)
        if self.mask_size is not None:
            masks = enlarged(masks, self.mask_size)
        return softmax(taken(outputs, self.logits_name)), sigmoid(masks)

    def _segments(
        self, outputs: Any, threshold: float, mask_threshold: float, overlap: float, fused: Collection[int], target_sizes: Any
    ) -> Segments:
        probabilities, masks = self._read(outputs)
        sizes = sizes_of(target_sizes, len(masks))
        nothing = probabilities.shape[-1] - 1
        made = []
        for one, mask, size in zip(probabilities, masks, sizes):
            scores, labels = one.max(-1), one.argmax(-1)
            keep = (labels != nothing) & (scores > threshold)
            if keep.any():
                shown = mask[keep] if size is None else enlarged(mask[keep], size)
                segmentation, info = laid_out(shown, scores[keep], labels[keep], mask_threshold, overlap, fused)
            else:
                segmentation, info = np.full(size or mask.shape[1:], NO_SEGMENT, np.int32), []
            made.append({"segmentation": segmentation, "segments_info": info})
        return made


def laid_out(
    masks: np.ndarray, scores: np.ndarray, labels: np.ndarray, threshold: float, overlap: float, fused: Collection[int]
) -> tuple[np.ndarray, Segments]:
    """(a map with the number of each pixel's segment, from 1 on; what each segment is): each pixel goes to its surest query."""
    weighted = masks * scores[:, None, None]
    owners = weighted.argmax(0)
    segmentation = np.zeros(masks.shape[1:], np.int32)
    info: Segments = []
    numbers: dict[int, int] = {}
    count = 0
    for query, (score, label) in enumerate(zip(scores.tolist(), labels.tolist())):
        own = owners == query
        area, whole = own.sum(), (weighted[query] >= threshold).sum()
        if not (area > 0 and whole > 0 and area / whole > overlap):
            continue
        number = numbers.get(label)
        if number is None:
            count += 1
            number = count
        if label in fused:
            numbers[label] = number
        segmentation[own] = number
        info.append({"id": number, "label_id": label, "was_fused": label in fused, "score": round(score, 6)})
    return segmentation, info


def run_lengths(segmentation: np.ndarray) -> list[list[int]]:
    """For each number of a map, where it begins (counted from 1) and how long it stays, along the rows; none where there is no segment."""
    made: list[list[int]] = []
    numbers = np.unique(segmentation)
    if numbers.max(initial=NO_SEGMENT) == NO_SEGMENT:
        return made
    for number in numbers:
        marks = np.concatenate([[0], (segmentation == number).reshape(-1).astype(np.int8), [0]])
        runs = np.flatnonzero(np.diff(marks)) + 1
        runs[1::2] -= runs[::2]
        made.append(runs.tolist())
    return made


class OfMaskQueries(OfQueries):
    """Post-processing of models whose queries have `class_queries_logits` and `masks_queries_logits`."""

    logits_name, masks_name = "class_queries_logits", "masks_queries_logits"

    def post_process_instance_segmentation(  # type: ignore[override]
        self, outputs: Any, threshold: float = 0.5, mask_threshold: float = 0.5, overlap_mask_area_threshold: float = 0.8,
        target_sizes: Any = None, return_coco_annotation: bool | None = False, return_binary_maps: bool | None = False,
    ) -> Segments:  # fmt: skip
        """For each image `segmentation`, (H, W): each pixel's segment, from 0 on, or -1 where there is none; and `segments_info`.

        Of all pairs of a query and a label as many as there are queries count; where masks overlap, the later, less sure one is seen.

        Args:
            threshold: what a pair must score, times the mean of its mask, to count.
            mask_threshold, overlap_mask_area_threshold: without effect; masks are where their logits are above 0.
            return_binary_maps: give the masks themselves, (segments, H, W). Others as above.
        """
        if return_coco_annotation and return_binary_maps:
            raise InputError("return_coco_annotation and return_binary_maps give different things: choose one.")
        logits, masks = taken(outputs, self.logits_name), taken(outputs, self.masks_name)
        if self.mask_size is not None:
            masks = enlarged(masks, self.mask_size)
        made = []
        for one, mask, size in zip(softmax(logits)[..., :-1], masks, sizes_of(target_sizes, len(masks))):
            segmentation, info, maps = _instances(one, mask, size, threshold)
            if return_coco_annotation:
                segmentation = run_lengths(segmentation)
            elif return_binary_maps and maps:
                segmentation = np.stack(maps)
            made.append({"segmentation": segmentation, "segments_info": info})
        return made


class OfFineMaskQueries(OfMaskQueries):
    """As `OfMaskQueries`, of masks that are first enlarged to 384 × 384."""

    mask_size = (384, 384)


def _instances(probabilities: np.ndarray, masks: np.ndarray, size: Size | None, threshold: float) -> tuple[Any, Segments, list[np.ndarray]]:
    queries, kinds = probabilities.shape
    flat = probabilities.reshape(-1)
    places = highest(flat, queries)
    chosen = masks[places // kinds]
    marked = (chosen > 0).astype(np.float32)
    means = (sigmoid(chosen) * marked).sum((1, 2)) / (marked.sum((1, 2)) + 1e-6)
    scores = flat[places] * means
    shown = marked if size is None else enlarged(marked, size, "nearest")
    segmentation = np.full(shown.shape[1:], NO_SEGMENT, np.float32)
    info: Segments = []
    maps = []
    for score, label, mask in zip(scores.tolist(), (places % kinds).tolist(), shown):
        if mask.any() and score >= threshold:
            segmentation[mask == 1] = len(info)
            info.append({"id": len(info), "label_id": label, "was_fused": False, "score": round(score, 6)})
            maps.append(mask)
    return segmentation, info, maps
