"""MobileNet V1, a convolutional network that filters each channel by itself, then mixes them place by place.

Paper        Howard et al., 2017, https://arxiv.org/abs/1704.04861
Checkpoints  every repository whose config.json says `model_type: mobilenet_v1`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels, H height, W width, D channels of the last map, L num_labels
"""

from typing import Any

from triform.configs.mobilenet_v1 import MobileNetV1Config
from triform.outputs import LogitsOutput
from triform.vision_outputs import ImageEncoderOutput

from .. import nn, ops
from .losses import classification_loss
from .mobilenet import MobileNetConvLayer
from .patches import check_channels

STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)
MOMENTUM = 0.9997


def widths(config: Any) -> list[int]:
    """Channels after the stem, and after each pair of convolutions: doubled wherever height and width are halved, and after the first."""
    channels = [32]
    for number, stride in enumerate(STRIDES):
        channels.append(2 * channels[-1] if stride == 2 or number == 0 else channels[-1])
    return [max(int(n * config.depth_multiplier), config.min_depth) for n in channels]


class MobileNetV1PreTrainedModel(nn.Model):
    """The base of all MobileNet V1 models."""

    config_class = MobileNetV1Config
    prefix = "mobilenet_v1"


class MobileNetV1Model(MobileNetV1PreTrainedModel):
    """MobileNet V1 without a head.

    Args of the call:
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor.

    Returns:
        ImageEncoderOutput with last_hidden_state (B, D, H, W) and pooler_output (B, D), None when built with `add_pooling_layer=False`.

    Raises:
        InputError: images of another number of channels.
    """

    def __init__(self, config: MobileNetV1Config, add_pooling_layer: bool = True):
        super().__init__(config)
        self.pools, channels = add_pooling_layer, widths(config)
        self.conv_stem = MobileNetConvLayer(config, config.num_channels, channels[0], 3, MOMENTUM, stride=2)
        layers = []
        for n_in, n_out, stride in zip(channels, channels[1:], STRIDES):
            layers.append(MobileNetConvLayer(config, n_in, n_in, 3, MOMENTUM, stride, depthwise=True))
            layers.append(MobileNetConvLayer(config, n_in, n_out, 1, MOMENTUM))
        self.layer = nn.List(layers)

    def forward(self, pixel_values):
        check_channels(self, pixel_values, self.config.num_channels)
        x = self.conv_stem(pixel_values)
        for layer in self.layer:
            x = layer(x)
            nn.record("hidden_states", x)
        return ImageEncoderOutput(x, ops.mean(x, (2, 3)) if self.pools else None)


class MobileNetV1ForImageClassification(MobileNetV1PreTrainedModel):
    """MobileNet V1 with a linear classifier on the mean over all places: logits (B, L). labels: see `classification_loss`."""

    def __init__(self, config: MobileNetV1Config):
        super().__init__(config)
        self.mobilenet_v1 = MobileNetV1Model(config)
        self.dropout = nn.Dropout(config.classifier_dropout_prob)
        self.classifier = nn.Linear(widths(config)[-1], config.num_labels)

    def forward(self, pixel_values, labels=None):
        logits = self.classifier(self.dropout(self.mobilenet_v1(pixel_values).pooler_output))
        return LogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)
