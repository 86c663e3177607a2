"""Points, and which of two images' points are the same."""

from typing import Any

import numpy as np

from triform.errors import InputError
from triform.image.post.arrays import sizes_of, taken
from triform.tensors import array


class Detected:
    """Post-processing of models that find points, of which `mask` says which are meant."""

    def post_process_keypoint_detection(self, outputs: Any, target_sizes: Any) -> list[dict[str, np.ndarray]]:
        """`keypoints` (N, 2), x and y in pixels, `scores` and `descriptors` for each image of (height, width) in `target_sizes`."""
        mask, points, scores, words = (taken(outputs, name) for name in ("mask", "keypoints", "scores", "descriptors"))
        made = []
        for meant, xy, score, word, size in zip(mask.astype(bool), points, scores, words, sizes_of(target_sizes, len(mask))):
            places = (xy * np.array((size or (1, 1))[::-1], np.float32)).astype(np.int32)
            made.append({"keypoints": places[meant], "scores": score[meant], "descriptors": word[meant]})
        return made


class Matched:
    """Post-processing of models that match the points of two images: `matches` says which point of the other each is, or -1."""

    in_order = False

    def post_process_keypoint_matching(self, outputs: Any, target_sizes: Any, threshold: float = 0.0) -> list[dict[str, np.ndarray]]:
        """`keypoints0` and `keypoints1` (N, 2), x and y in pixels, and `matching_scores` above the threshold, for each pair.

        Args:
            target_sizes: for each pair (height, width) of the first image and of the second.
        """
        points, matches, scores = (taken(outputs, name) for name in ("keypoints", "matches", "matching_scores"))
        sizes = array(target_sizes)
        if sizes.shape != (len(points), 2, 2):
            raise InputError(
                f"target_sizes has the shape {sizes.shape}; expected (height, width) of both images for each of {len(points)} pairs."
            )
        meant = np.ones(matches.shape, bool) if self.in_order else taken(outputs, "mask").astype(bool)
        made = []
        for xy, match, score, real, size in zip(points, matches, scores, meant, sizes):
            first, second = (one * each[::-1] for one, each in zip(xy, size))
            first, second = first.astype(np.int32), second.astype(np.int32)
            good = (match > -1) & (score > threshold)
            if self.in_order:
                made.append({"keypoints0": first[good[0]], "keypoints1": second[good[1]], "matching_scores": score[0][good[0]]})
                continue
            left, right = first[real[0]], second[real[1]]
            keep = good[0][real[0]]
            made.append(
                {"keypoints0": left[keep], "keypoints1": right[match[0][real[0]][keep]], "matching_scores": score[0][real[0]][keep]}
            )
        return made


class MatchedInOrder(Matched):
    """As `Matched`, of models that list matching points at the same places."""

    in_order = True
