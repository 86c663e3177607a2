"""ConvNeXT V2: ConvNeXT whose layers normalise the response of each channel over the image, and have no scales of their own.

Paper        Woo et al., 2023, https://arxiv.org/abs/2301.00808
Checkpoints  every repository whose config.json says `model_type: convnextv2`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels, H height, W width, L num_labels
"""

from typing import Any

from triform.configs.convnextv2 import ConvNextV2Config
from triform.outputs import LogitsOutput

from .. import nn, ops
from .channels import channels_first
from .convnext import ConvNextBackbone, ConvNextBlock, ConvNextModel
from .losses import classification_loss


class ConvNextV2GRN(nn.Module):
    """Global response normalisation: each channel by how its norm over all places compares with the others'. Paper: section 3.2."""

    def __init__(self, width: int):
        super().__init__()
        self.weight = nn.Parameter((1, 1, 1, width), "zeros")
        self.bias = nn.Parameter((1, 1, 1, width), "zeros")

    def forward(self, x):  # (B, H, W, C)
        response = ops.sqrt(ops.maximum(ops.sum(x * x, (1, 2), keepdims=True), 1e-24))  # a gradient where a channel is silent
        response = response / (ops.mean(response, -1, keepdims=True) + 1e-6)
        return self.weight[...] * (x * response) + self.bias[...] + x


class ConvNextV2Layer(ConvNextBlock):
    """A block, normalised where it is wide, and added to what came in."""

    def __init__(self, config: Any, width: int, drop_rate: float):
        super().__init__(config, width, drop_rate)
        self.grn = ConvNextV2GRN(4 * width)

    def forward(self, x):  # (B, C, H, W)
        return x + self.drop_path(channels_first(self.pwconv2(self.grn(self.widened(x)))))


class ConvNextV2PreTrainedModel(nn.Model):
    """The base of all ConvNeXT V2 models."""

    config_class = ConvNextV2Config
    prefix = "convnextv2"
    layer_class = ConvNextV2Layer


class ConvNextV2Model(ConvNextV2PreTrainedModel, ConvNextModel):
    """ConvNeXT V2 without a head; see `ConvNextModel`."""


class ConvNextV2ForImageClassification(ConvNextV2PreTrainedModel):
    """ConvNeXT V2 with a linear classifier on the mean over all places: logits (B, L). labels: see `classification_loss`."""

    def __init__(self, config: ConvNextV2Config):
        super().__init__(config)
        self.convnextv2 = ConvNextV2Model(config)
        self.classifier = nn.Linear(config.hidden_sizes[-1], config.num_labels)

    def forward(self, pixel_values, labels=None):
        logits = self.classifier(self.convnextv2(pixel_values).pooler_output)
        return LogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)


class ConvNextV2Backbone(ConvNextV2PreTrainedModel, ConvNextBackbone):
    """ConvNeXT V2 as a backbone; see `ConvNextBackbone`."""


INIT: dict[str, str] = {}
