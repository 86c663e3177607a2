"""The pixel decoder of Mask2Former: deformable attention over three maps, and a larger map that masks are read from.

Paper    Cheng et al., 2021, https://arxiv.org/abs/2112.01527, section 3.2.2; Zhu et al., 2020, https://arxiv.org/abs/2010.04159
Shapes   B batch, S places of the three maps, D feature_size, F mask_feature_size
"""

import math
from typing import Any

from .. import nn, ops
from .deformable_attention import DeformableEncoderLayer, centres
from .image_positions import SinePositions
from .patches import as_image, as_tokens

MAPS = 3  # of how many maps deformable attention is
POINTS = 4  # how many places a head looks at in each


class Mask2FormerPixelEncoder(nn.Module):
    """The stack over the three maps."""

    def __init__(self, config: Any):
        super().__init__()
        sizes = config.feature_size, config.num_attention_heads, MAPS, POINTS, config.encoder_feedforward_dim
        rest = "relu", config.dropout, config.dropout
        self.layers = nn.List([DeformableEncoderLayer(*sizes, *rest) for _ in range(config.encoder_layers)])

    def forward(self, x, positions, sizes):  # (B, S, D) -> the same
        whole = ops.full((ops.shape(x)[0], MAPS, 2), 1.0, like=x)
        where = centres(sizes, whole)
        for layer in self.layers:
            x = nn.recorded_as("pixel_", layer, x, positions, None, where, sizes)
        return x


class Mask2FormerPixelDecoder(nn.Module):
    """From the maps of the backbone: what masks are read from (B, F, h, w), and three maps (B, D, …), smallest first."""

    def __init__(self, config: Any, channels: Any):
        super().__init__()
        width = config.feature_size
        self.position_embedding = SinePositions(width)
        self.level_embed = nn.Parameter((MAPS, width))
        self.input_projections = nn.List([nn.List([nn.Conv2d(n, width, 1), nn.GroupNorm(32, width)]) for n in channels[: -MAPS - 1 : -1]])
        self.encoder = Mask2FormerPixelEncoder(config)
        self.mask_projection = nn.Conv2d(width, config.mask_feature_size, 1)
        self.larger = int(math.log2(min(config.feature_strides[-MAPS:])) - math.log2(config.common_stride))  # how many maps are added
        for i in range(self.larger):
            setattr(self, f"adapter_{i + 1}", nn.List([nn.Conv2d(channels[i], width, 1, bias=False), nn.GroupNorm(32, width)]))
            setattr(self, f"layer_{i + 1}", nn.List([nn.Conv2d(width, width, 3, padding=1, bias=False), nn.GroupNorm(32, width)]))
        self.act = ops.activation("relu")

    def forward(self, maps):
        chosen = [norm(convolution(x)) for (convolution, norm), x in zip(self.input_projections, maps[::-1])]
        sizes = [(x.shape[2], x.shape[3]) for x in chosen]
        levels = self.level_embed[...]
        places = [as_tokens(positions_of(self.position_embedding, x)) + levels[i] for i, x in enumerate(chosen)]
        x = self.encoder(ops.concat([as_tokens(x) for x in chosen], axis=1), ops.concat(places, axis=1), sizes)
        parts = ops.split(x, [height * width for height, width in sizes], axis=1)
        out = [as_image(part, *size) for part, size in zip(parts, sizes)]
        x = out[-1]
        for i in reversed(range(self.larger)):
            convolution, norm = getattr(self, f"adapter_{i + 1}")
            larger = norm(convolution(maps[i]))
            convolution, norm = getattr(self, f"layer_{i + 1}")
            x = self.act(norm(convolution(larger + ops.resize_bilinear(x, ops.shape(larger)[2:]))))
        return self.mask_projection(x), out


def positions_of(embedding: SinePositions, x: Any) -> Any:
    """The positions of a map (B, D, h, w) without padding."""
    b, _, height, width = ops.shape(x)
    return ops.cast(embedding(ops.full((b, height, width), 1, like=x)), x.dtype)
