"""Stochastic depth: in training, whole residual branches are left out. Paper: Huang et al., 2016, https://arxiv.org/abs/1603.09382."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import nn, ops


class DropPath(nn.Module):
    """In training, zeroes all of x for each item of the batch with probability p and divides the others by 1 - p; else the identity."""

    axes = 1  # the first ones, along which something is dropped

    def __init__(self, p: float):
        super().__init__()
        self.dropout = nn.Dropout(p) if p > 0 else None

    def forward(self, x):
        if self.dropout is None:
            return x
        ones = ops.full((*ops.shape(x)[: self.axes], *[1] * (len(x.shape) - self.axes)), 1.0, like=x)
        kept = self.dropout(ones)
        return x if kept is ones else x * kept  # outside training nothing was dropped, and nothing is multiplied


class DropChannels(DropPath):
    """As DropPath, for each channel of (B, C, …) by itself."""

    axes = 2


def drop_rates(most: float, depths: Sequence[int]) -> list[list[float]]:
    """The rate of each layer of each stage: from 0 at the first layer to `most` at the last, evenly."""
    rates: list[Any] = [float(rate) for rate in np.linspace(0, most, sum(depths))]
    ends = np.cumsum(depths)
    return [rates[end - depth : end] for end, depth in zip(ends, depths)]
