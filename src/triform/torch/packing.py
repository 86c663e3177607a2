"""Weights in the order that oneDNN reads them in, for the products of a recorded step.

With several rows a packed weight is up to twice as fast as one that lies as ever. A copy goes stale when its weight is changed, which
nothing shows; so there are copies only while one text is generated, and only where they pay.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import torch

from triform.spare import spare_memory

from .fast import product
from .timing import shortest

ROWS = 4  # with fewer, it is the memory that takes the time, however it lies
STEPS = 32  # still to come: laying out takes as long as 8 gain
LEAST = 16 * 2**20  # bytes: smaller models' weights stay in the processor's cache
SHARE = 0.25  # of the memory that is free, at most
WORTH = 0.9  # the part of the time that a packed weight is to need, of the largest


class Packing:
    """The packed weights of one text, or of a batch of them.

    Args:
        steps: how many are to come.
    """

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self._kept: dict[Any, torch.Tensor] = {}

    def of(self, products: Mapping[str, tuple[torch.Tensor, int]]) -> dict[str, torch.Tensor]:
        """{name: packed} of {name: (weight, rows)}; empty where that is not worth it."""
        if self.steps < STEPS:
            return {}
        keys = {name: (weight.data_ptr(), weight.shape, rows) for name, (weight, rows) in products.items() if _suits(weight, rows)}
        fresh = {key: products[name] for name, key in keys.items() if key not in self._kept}
        size = sum(4 * weight.numel() for weight, _ in fresh.values())
        if fresh and (size > SHARE * spare_memory() or (size < LEAST and not self._kept)):
            return {}
        for key, (weight, rows) in sorted(fresh.items(), key=lambda item: -item[1][0].numel()):
            packed = torch.ops.mkldnn._reorder_linear_weight(weight, rows)
            if not self._kept and not _faster(packed, weight, rows):
                self.steps = 0
                return {}
            self._kept[key] = packed
        return {name: self._kept[key] for name, key in keys.items()}


def _suits(weight: torch.Tensor, rows: int) -> bool:
    """Whether a weight lies by rows: the others are laid out thrice as slowly."""
    return rows >= ROWS and weight.is_contiguous()


def _faster(packed: torch.Tensor, weight: torch.Tensor, rows: int) -> bool:
    x = torch.rand(rows, weight.shape[1])
    plain, laid = shortest(partial(product, x, weight, None), partial(product, x, packed, None))
    return laid < WORTH * plain
