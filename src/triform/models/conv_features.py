"""The maps of a convolutional backbone, with what of them is padding and the positions of their places: how DETR and its kin begin."""

from typing import Any

from .. import nn, ops
from .frozen import freeze_norms
from .timm_resnet import TimmResNet


class ConvEncoder(nn.Module):
    """(B, C, H, W), mask (B, H, W) -> maps (B, C', H', W') and their masks. Norms are frozen; of a ResNet, stem and first stage too."""

    def __init__(self, config: Any):
        super().__init__()
        self.model: Any = TimmResNet(config) if config.use_timm_backbone else nn.part(config.backbone_config, "AutoBackbone")
        if not config.use_timm_backbone:
            freeze_norms(self.model)
            if config.backbone_config.model_type == "resnet":
                nn.freeze(self.model.embedder)
                nn.freeze(self.model.encoder.stages[0])
        self.channels = tuple(self.model.channels)

    def forward(self, pixel_values, pixel_mask):
        maps = self.model(pixel_values)
        maps = getattr(maps, "feature_maps", maps)
        mask = ops.cast(pixel_mask, pixel_values.dtype)[:, None]
        return [(each, ops.resize_nearest(mask, ops.shape(each)[2:])[:, 0] > 0) for each in maps]


class ConvModel(nn.Module):
    """ConvEncoder, and positions (B, D, H', W') for each map."""

    def __init__(self, config: Any, positions: nn.Module):
        super().__init__()
        self.conv_encoder = ConvEncoder(config)
        self.position_embedding = positions

    def forward(self, pixel_values, pixel_mask=None):  # -> of each map: the map, its mask, its positions
        if pixel_mask is None:
            b, _, h, w = ops.shape(pixel_values)
            pixel_mask = ops.full((b, h, w), 1, like=pixel_values)
        parts = self.conv_encoder(pixel_values, pixel_mask)
        return [(each, mask, ops.cast(self.position_embedding(mask), each.dtype)) for each, mask in parts]
