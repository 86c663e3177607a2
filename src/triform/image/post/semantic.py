"""Maps of labels from logits for each place."""

from typing import Any

import numpy as np

from triform.image.post.arrays import enlarged, sizes_of, taken


class Upsampled:
    """Post-processing of models whose `logits` are (B, labels, h, w)."""

    def post_process_semantic_segmentation(self, outputs: Any, target_sizes: Any = None) -> list[np.ndarray]:
        """(H, W) int64 for each image: the label of each pixel.

        Args:
            outputs: the model's, of any framework.
            target_sizes: (height, width) of each image as it was given; default: the size of the logits.
        """
        logits = taken(outputs, "logits")
        sizes = sizes_of(target_sizes, len(logits))
        return [(one if size is None else enlarged(one, size)).argmax(0) for one, size in zip(logits, sizes)]
