"""Labels of detectors, for the tests of their families."""

import numpy as np


def objects(rng: np.random.Generator, counts: tuple[int, ...], classes: int, masks: tuple[tuple[int, int], ...] = ()) -> list[dict]:
    """Of each image so many objects: their classes, their boxes and, where sizes are given, their masks."""
    labels: list[dict] = []
    for i, n in enumerate(counts):
        centre = rng.uniform(0.3, 0.7, (n, 2))
        boxes = np.concatenate([centre, rng.uniform(0.1, 0.5, (n, 2))], axis=1).astype(np.float32)
        labels.append({"class_labels": rng.integers(0, classes, n), "boxes": boxes})
        if masks:
            labels[-1]["masks"] = (rng.random((n, *masks[i])) < 0.4).astype(np.float32)
    return labels
