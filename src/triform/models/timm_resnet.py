"""ResNet with the names of the library timm: what detectors keep their backbone under. Norms are frozen.

Paper    He et al., 2015, https://arxiv.org/abs/1512.03385; strides in the middle convolution: "ResNet v1.5"
Shapes   B batch, C channels, H height, W width
"""

from typing import Any

from triform.errors import ConfigError

from .. import nn, ops
from .frozen import FrozenBatchNorm
from .patches import check_channels

BASIC, BOTTLENECK = 1, 4  # by how much a block is wider outside than inside
DEPTHS = {
    "resnet18": (BASIC, (2, 2, 2, 2)),
    "resnet34": (BASIC, (3, 4, 6, 3)),
    "resnet50": (BOTTLENECK, (3, 4, 6, 3)),
    "resnet101": (BOTTLENECK, (3, 4, 23, 3)),
    "resnet152": (BOTTLENECK, (3, 8, 36, 3)),
}


def _convolution(n_in: int, n_out: int, size: int, stride: int = 1, dilation: int = 1) -> Any:
    return nn.Conv2d(n_in, n_out, size, stride=stride, padding=dilation * (size // 2), dilation=dilation, bias=False)


class TimmBlock(nn.Module):
    """Convolutions, each with its norm, and their input added to what they give."""

    def __init__(self, kind: int, n_in: int, width: int, stride: int, dilations: tuple[int, int]):
        super().__init__()
        n_out, (first, second) = width * kind, dilations
        if kind == BASIC:
            self.conv1 = _convolution(n_in, width, 3, stride, first)
            self.conv2 = _convolution(width, n_out, 3, 1, second)
        else:
            self.conv1 = _convolution(n_in, width, 1)
            self.conv2 = _convolution(width, width, 3, stride, first)
        self.bn1, self.bn2 = FrozenBatchNorm(width), FrozenBatchNorm(width)
        self.conv3 = _convolution(width, n_out, 1) if kind == BOTTLENECK else None
        self.bn3 = FrozenBatchNorm(n_out) if kind == BOTTLENECK else None
        differs = stride != 1 or n_in != n_out
        self.downsample = nn.List([_convolution(n_in, n_out, 1, stride), FrozenBatchNorm(n_out)]) if differs else None
        self.act = ops.activation("relu")

    def forward(self, x):
        before = x if self.downsample is None else self.downsample[1](self.downsample[0](x))
        x = self.bn2(self.conv2(self.act(self.bn1(self.conv1(x)))))
        if self.conv3 is not None:
            x = self.bn3(self.conv3(self.act(x)))
        return self.act(x + before)


class TimmResNet(nn.Module):
    """(B, C, H, W) -> the maps of the layers that `backbone_kwargs["out_indices"]` names: 0 the stem, 1 to 4 the stages.

    Args:
        config: `backbone` names one of DEPTHS; `backbone_kwargs` may say output_stride (32, 16 or 8), at which later stages dilate instead.
    """

    def __init__(self, config: Any):
        super().__init__()
        options = config.backbone_kwargs or {}
        self.chosen = tuple(sorted(options.get("out_indices", (0, 1, 2, 3, 4))))
        self.num_channels = options.get("in_chans", config.num_channels)
        kind, depths = _found(config.backbone)
        self.conv1 = nn.Conv2d(self.num_channels, 64, 7, stride=2, padding=3, bias=False)
        self.bn1, self.act = FrozenBatchNorm(64), ops.activation("relu")
        widths, reached, dilation, most = [64], 4, 1, options.get("output_stride", 32)
        for i, depth in enumerate(depths[: self.chosen[-1]]):
            stride, before, width = 1 + (i > 0), dilation, 64 * 2**i
            if stride * reached > most:
                stride, dilation = 1, dilation * stride
            reached *= stride
            blocks = [TimmBlock(kind, widths[-1], width, stride, (before, dilation))]
            blocks += [TimmBlock(kind, width * kind, width, 1, (dilation, dilation)) for _ in range(depth - 1)]
            setattr(self, f"layer{i + 1}", nn.List(blocks))
            widths.append(width * kind)
        self.channels = tuple(widths[i] for i in self.chosen)
        for name in ("conv1", "layer1"):  # what every detector trains the rest over
            if hasattr(self, name):
                nn.freeze(getattr(self, name))

    def forward(self, pixel_values):
        check_channels(self, pixel_values, self.num_channels)
        maps = [self.act(self.bn1(self.conv1(pixel_values)))]
        x = ops.max_pool(maps[0], 3, 2, 1)
        for i in range(self.chosen[-1]):
            for block in getattr(self, f"layer{i + 1}"):
                x = block(x)
            maps.append(x)
        return [maps[i] for i in self.chosen]


def _found(backbone: str | None) -> tuple[int, tuple[int, ...]]:
    name = (backbone or "").split(".")[0]  # what follows the dot says how it was trained
    if name not in DEPTHS:
        raise ConfigError(f"backbone is {backbone!r}: of timm's models there are {', '.join(DEPTHS)}. Others: backbone_config.")
    return DEPTHS[name]
