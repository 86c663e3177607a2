"""What semantic segmenters share: their loss, pooling to a given size, and the head that reads a pyramid of maps.

B batch, C channels, H height, W width, L num_labels.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import nn, ops
from .chains import chained
from .channels import channels_last


def segmentation_loss(config: Any, logits: Any, labels: Any) -> Any:
    """Cross entropy of each pixel; those labelled config.semantic_loss_ignore_index do not count.

    Args:
        logits: (B, L, H / n, W / n), enlarged to the labels' size. labels: (B, H, W) int.
    """
    enlarged = ops.resize_bilinear(logits, ops.shape(labels)[1:])
    return ops.cross_entropy(channels_last(enlarged), labels, ignore=config.semantic_loss_ignore_index)


def _shares(n_in: int, n_out: int) -> np.ndarray:
    """(n_out, n_in): each place is the mean of those that fall into it, wholly or in part."""
    bounds = [(i * n_in // n_out, -(-(i + 1) * n_in // n_out)) for i in range(n_out)]
    return np.array([[1 / (end - start) if start <= j < end else 0.0 for j in range(n_in)] for start, end in bounds])


def pooled_to(x: Any, size: int) -> Any:
    """(B, C, H, W) -> (B, C, size, size), means of areas that cover x; neighbours may overlap."""
    rows, columns = (ops.constant(_shares(n, size), like=x) for n in ops.shape(x)[2:])
    return ops.einsum("nh,bchw,mw->bcnm", rows, x, columns)


class AdaptivePool(nn.Module):
    """`pooled_to` as a layer."""

    def __init__(self, size: int):
        super().__init__()
        self.size = size

    def forward(self, x):
        return pooled_to(x, self.size)


class UperHead(nn.Module):
    """A pyramid of maps, the finest first, to the scores of each pixel. Paper: Xiao et al., 2018, https://arxiv.org/abs/1807.10221.

    Args:
        convolution: (n_in, n_out, size) -> a convolution that keeps height and width, with its norm and ReLU.
        n_in: channels of each map. channels: those of every map inside.
    """

    def __init__(self, convolution: Any, n_in: Sequence[int], channels: int, pool_scales: Sequence[int], num_labels: int):
        super().__init__()
        self.psp_modules = nn.List([
            nn.List([AdaptivePool(scale), convolution(n_in[-1], channels, 1)]) for scale in pool_scales
        ])  # fmt: skip
        self.bottleneck = convolution(n_in[-1] + len(pool_scales) * channels, channels, 3)
        self.lateral_convs = nn.List([convolution(n, channels, 1) for n in n_in[:-1]])
        self.fpn_convs = nn.List([convolution(channels, channels, 3) for _ in n_in[:-1]])
        self.fpn_bottleneck = convolution(len(n_in) * channels, channels, 3)
        self.classifier = nn.Conv2d(channels, num_labels, 1)

    def forward(self, maps):  # (B, C, H / n, W / n) each -> (B, L, …), as large as the first
        last = maps[-1]
        pooled = (ops.resize_bilinear(chained(scale, last), ops.shape(last)[2:]) for scale in self.psp_modules)
        merged = [self.bottleneck(ops.concat([last, *pooled], axis=1))]
        for convolution, finer in zip(reversed(list(self.lateral_convs)), reversed(maps[:-1])):
            x = convolution(finer)
            merged.append(x + ops.resize_bilinear(merged[-1], ops.shape(x)[2:]))
        last, *finer = merged
        outs = [convolution(x) for convolution, x in zip(self.fpn_convs, reversed(finer))] + [last]
        size = ops.shape(outs[0])[2:]
        outs = [outs[0], *(ops.resize_bilinear(x, size) for x in outs[1:])]
        return self.classifier(self.fpn_bottleneck(ops.concat(outs, axis=1)))
