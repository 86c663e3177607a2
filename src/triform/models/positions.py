"""Embeddings of positions that decoders and encoders share: learned ones whose table begins with spare rows, and sines.

Paper   Vaswani et al., 2017, https://arxiv.org/abs/1706.03762, section 3.5
"""

import numpy as np

from .. import nn, ops


class LearnedPositions(nn.Embedding):
    """int (…) -> (…, D). The first rows of weight (n + spare, D) belong to no position."""

    def __init__(self, n: int, width: int, spare: int = 2):
        super().__init__(n + spare, width)
        self.spare = spare

    def forward(self, positions):
        return super().forward(positions + self.spare)


class SinusoidalPositions(nn.Module):
    """int (…) -> (…, D). Nothing is trained: files may hold weight (n, D); where one does not, INIT gives `sinusoids`."""

    def __init__(self, n: int, width: int):
        super().__init__()
        self.weight = nn.Buffer((n, width))

    def forward(self, positions):
        return ops.take(self.weight[...], positions, axis=0)


def sinusoids(n: int, width: int) -> np.ndarray:
    """(n, width): the sines of all wavelengths, then their cosines."""
    angles = np.arange(n)[:, None] * 10000.0 ** (-2 * (np.arange(width) // 2) / width)
    return np.concatenate([np.sin(angles[:, 0::2]), np.cos(angles[:, 1::2])], axis=1, dtype=np.float32, casting="same_kind")


def sines_and_cosines(n: int, width: int) -> np.ndarray:
    """(n, width): the sine and the cosine of each wavelength, side by side."""
    angles = np.arange(n)[:, None] * 10000.0 ** (-2 * (np.arange(width) // 2) / width)
    return np.where(np.arange(width) % 2, np.cos(angles), np.sin(angles)).astype(np.float32)
