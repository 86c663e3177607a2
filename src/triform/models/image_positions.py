"""Positions of the places of an image: sines of row and column, counted where nothing is padded, or learned ones.

Paper    Parmar et al., 2018, https://arxiv.org/abs/1802.05751; as DETR has them: https://arxiv.org/abs/2005.12872, appendix A.4
Shapes   B batch, H height, W width, D width of a position
"""

import math
from typing import Any

import numpy as np

from .. import nn, ops


class SinePositions(nn.Module):
    """mask (B, H, W), nonzero for real places -> (B, D, H, W): half of D for the row, half for the column.

    Args:
        centred: a place is counted from its middle, not from its end.
    """

    def __init__(self, width: int, centred: bool = False):
        super().__init__()
        self.half, self.centred = width // 2, centred

    def forward(self, mask):
        real = ops.cast(mask, "float32")
        rows, columns = (self.angles(ops.cumsum(real, axis=axis), axis) for axis in (1, 2))
        return ops.transpose(ops.concat([rows, columns], axis=3), (0, 3, 1, 2))

    def angles(self, count: Any, axis: int) -> Any:
        """(B, H, W) -> (B, H, W, D / 2): sines and cosines in turn."""
        whole = count[:, -1:] if axis == 1 else count[:, :, -1:]
        share = (count - 0.5 * self.centred) / (whole + 1e-6) * (2 * math.pi)
        lengths = 10000 ** (2 * np.arange(self.half // 2, dtype=np.float32) / self.half)
        angle = share[..., None] / ops.constant(lengths, like=share)  # divided: in padding, shares are so large that rounding shows
        b, h, w, n = ops.shape(angle)
        return ops.reshape(ops.stack([ops.sin(angle), ops.cos(angle)], axis=4), (b, h, w, 2 * n))


class LearnedImagePositions(nn.Module):
    """mask (B, H, W) -> (B, D, H, W), from a table of 50 columns and one of 50 rows."""

    def __init__(self, width: int):
        super().__init__()
        self.row_embeddings = nn.Embedding(50, width // 2)
        self.column_embeddings = nn.Embedding(50, width // 2)

    def forward(self, mask):
        b, h, w = ops.shape(mask)
        rows, columns = self.row_embeddings(ops.arange(h, like=mask)), self.column_embeddings(ops.arange(w, like=mask))
        d = ops.shape(rows)[1]
        both = [ops.broadcast_to(columns[None], (h, w, d)), ops.broadcast_to(rows[:, None], (h, w, d))]
        places = ops.transpose(ops.concat(both, axis=2), (2, 0, 1))
        return ops.broadcast_to(places[None], (b, 2 * d, h, w))


def image_positions(config: Any, centred: bool = False) -> nn.Module:
    """Those that config.position_embedding_type says."""
    return SinePositions(config.d_model, centred) if config.position_embedding_type == "sine" else LearnedImagePositions(config.d_model)
