"""From tokens of several layers to one map as fine as the image: what models of depth and of semantic segmentation share.

Paper   Ranftl et al., 2021, https://arxiv.org/abs/2103.13413, section 3.1
Shapes  B batch, T = 1 + N tokens, D width, C channels, h and w patches
"""

from collections.abc import Sequence
from typing import Any

from .. import nn, ops


class ReassembleLayer(nn.Module):
    """A map of patches, with other channels and `factor` times as fine. Without `resize` where the factor is 1."""

    def __init__(self, n_in: int, channels: int, factor: float):
        super().__init__()
        self.projection = nn.Conv2d(n_in, channels, 1)
        self.resize = resizing(channels, factor)

    def forward(self, x):  # (B, D, h, w) -> (B, C, h · factor, w · factor)
        x = self.projection(x)
        return x if self.resize is None else self.resize(x)


def resizing(channels: int, factor: float) -> Any:
    """A layer that makes maps `factor` times as fine; None for 1."""
    if factor > 1:
        return nn.ConvTranspose2d(channels, channels, int(factor), stride=int(factor))
    return nn.Conv2d(channels, channels, 3, stride=int(1 / factor), padding=1) if factor < 1 else None


class PreActResidualLayer(nn.Module):
    """Two convolutions, each after a ReLU, and what came in."""

    def __init__(self, channels: int, batch_norm: bool, bias: bool):
        super().__init__()
        self.act = ops.activation("relu")
        self.convolution1, self.convolution2 = (nn.Conv2d(channels, channels, 3, padding=1, bias=bias) for _ in range(2))
        self.batch_norm1, self.batch_norm2 = (nn.BatchNorm(channels) if batch_norm else None for _ in range(2))

    def forward(self, x):
        y = self.convolution1(self.act(x))
        y = y if self.batch_norm1 is None else self.batch_norm1(y)
        y = self.convolution2(self.act(y))
        return x + (y if self.batch_norm2 is None else self.batch_norm2(y))


class FusionLayer(nn.Module):
    """Adds a map to what the coarser ones gave, and enlarges the sum."""

    def __init__(self, channels: int, batch_norm: bool = False, bias: bool = True):
        super().__init__()
        self.projection = nn.Conv2d(channels, channels, 1)
        self.residual_layer1 = PreActResidualLayer(channels, batch_norm, bias)
        self.residual_layer2 = PreActResidualLayer(channels, batch_norm, bias)

    def forward(self, x, finer=None, size=None):
        """(B, C, h, w) -> (B, C, *size); default: twice as fine."""
        if finer is not None:
            x = x + self.residual_layer1(resized(finer, ops.shape(x)[2:]))
        x = self.residual_layer2(x)
        height, width = ops.shape(x)[2:]
        return self.projection(ops.resize_bilinear(x, size or (2 * height, 2 * width), align_corners=True))


class FusionStage(nn.Module):
    """All maps, the coarsest first, each added to what came before."""

    def __init__(self, count: int, channels: int, batch_norm: bool = False, bias: bool = True):
        super().__init__()
        self.layers = nn.List([FusionLayer(channels, batch_norm, bias) for _ in range(count)])

    def forward(self, maps: Sequence[Any], sizes: Sequence[Any] | None = None) -> list[Any]:
        """Maps from fine to coarse -> the sum after each, from coarse to fine. `sizes`: that of each sum; default: twice as fine."""
        sums: list[Any] = []
        for i, (layer, x) in enumerate(zip(self.layers, reversed(maps))):
            size = None if sizes is None else sizes[i]
            sums.append(layer(sums[-1], x, size) if sums else layer(x, size=size))
        return sums


def resized(x: Any, size: Any) -> Any:
    """x (B, C, h, w) with (h, w) = size, bilinear."""
    return x if tuple(ops.shape(x)[2:]) == tuple(size) else ops.resize_bilinear(x, size)
