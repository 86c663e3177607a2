"""Depth Anything: DINOv2 and a neck like DPT's, trained on images of which most have no known depth.

Paper        Yang et al., 2024, https://arxiv.org/abs/2401.10891 and https://arxiv.org/abs/2406.09414
Checkpoints  every repository whose config.json says `model_type: depth_anything`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels, H height, W width, h and w patches, D reassemble_hidden_size
"""

from typing import Any

from triform.configs.depth_anything import DepthAnythingConfig
from triform.configs.images import pair
from triform.vision_outputs import DepthOutput

from .. import nn, ops
from .dense import FusionStage, ReassembleLayer
from .patches import as_image


class DepthAnythingReassembleStage(nn.Module):
    """Tokens of several layers as maps, the first the finest; the class token is left out."""

    def __init__(self, config: Any):
        super().__init__()
        width = config.reassemble_hidden_size
        self.layers = nn.List([
            ReassembleLayer(width, channels, factor) for channels, factor in zip(config.neck_hidden_sizes, config.reassemble_factors)
        ])  # fmt: skip

    def forward(self, states, height, width):
        """(B, T, D) each, or maps (B, D, h, w) of a backbone that gives such -> (B, C, h · factor, w · factor) each."""
        maps = [x if len(x.shape) == 4 else as_image(x[:, 1:], height, width) for x in states]
        return [layer(x) for layer, x in zip(self.layers, maps)]


class DepthAnythingNeck(nn.Module):
    """Maps of all layers, and their sums."""

    def __init__(self, config: Any):
        super().__init__()
        fused = config.fusion_hidden_size
        self.reassemble_stage = DepthAnythingReassembleStage(config)
        self.convs = nn.List([nn.Conv2d(channels, fused, 3, padding=1, bias=False) for channels in config.neck_hidden_sizes])
        self.fusion_stage = FusionStage(len(config.neck_hidden_sizes), fused)

    def forward(self, states, height, width):  # -> the sums, from coarse to fine
        maps = [convolution(x) for convolution, x in zip(self.convs, self.reassemble_stage(states, height, width))]
        return self.fusion_stage(maps, [*(ops.shape(x)[2:] for x in reversed(maps[:-1])), None])


class DepthAnythingDepthEstimationHead(nn.Module):
    """A map to the depth of each pixel."""

    def __init__(self, config: Any):
        super().__init__()
        width = config.fusion_hidden_size
        self.which, self.most = config.head_in_index, config.max_depth
        self.conv1 = nn.Conv2d(width, width // 2, 3, padding=1)
        self.conv2 = nn.Conv2d(width // 2, config.head_hidden_size, 3, padding=1)
        self.conv3 = nn.Conv2d(config.head_hidden_size, 1, 1)
        self.act = ops.activation("relu")
        self.last = ops.activation("relu" if config.depth_estimation_type == "relative" else "sigmoid")

    def forward(self, sums, size):  # -> (B, *size)
        x = ops.resize_bilinear(self.conv1(sums[self.which]), size, align_corners=True)
        return (self.last(self.conv3(self.act(self.conv2(x)))) * self.most)[:, 0]


class DepthAnythingPreTrainedModel(nn.Model):
    """The base of all Depth Anything models."""

    config_class = DepthAnythingConfig
    prefix = "depth_anything"


class DepthAnythingForDepthEstimation(DepthAnythingPreTrainedModel):
    """Depth Anything: see config.depth_estimation_type for what it estimates.

    Args of the call:
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor; of any size.

    Returns:
        DepthOutput with predicted_depth (B, h · P, w · P), as large as the patches of P pixels that fit into the image.

    Raises:
        InputError: images of another number of channels.
    """

    def __init__(self, config: DepthAnythingConfig):
        super().__init__(config)
        self.patch = pair(config.patch_size)
        self.backbone = nn.part(config.backbone_config, "AutoBackbone")
        self.neck = DepthAnythingNeck(config)
        self.head = DepthAnythingDepthEstimationHead(config)

    def forward(self, pixel_values):
        height, width = (n // side for n, side in zip(ops.shape(pixel_values)[2:], self.patch))
        sums = self.neck(self.backbone(pixel_values).feature_maps, height, width)
        return DepthOutput(predicted_depth=self.head(sums, (height * self.patch[0], width * self.patch[1])))


OPTIONAL = (r"^(neck|head)\.",)
INIT = {r"weight$": ("normal", "initializer_range")}
