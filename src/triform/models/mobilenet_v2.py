"""MobileNet V2, a convolutional network of residual layers that are wide inside and narrow between; DeepLabV3+ on top of it.

Paper        Sandler et al., 2018, https://arxiv.org/abs/1801.04381; the segmenter: Chen et al., 2018, https://arxiv.org/abs/1802.02611
Checkpoints  every repository whose config.json says `model_type: mobilenet_v2`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels, H height, W width, D channels of the last map, L num_labels
"""

from typing import Any

from triform.configs.mobilenet_v2 import MobileNetV2Config
from triform.errors import ConfigError
from triform.outputs import LogitsOutput
from triform.vision_outputs import ImageEncoderOutput

from .. import nn, ops
from .drop_path import DropChannels
from .losses import classification_loss
from .mobilenet import MobileNetConvLayer
from .patches import check_channels
from .segmentation import segmentation_loss

CHANNELS = (16, 24, 24, 32, 32, 32, 64, 64, 64, 64, 96, 96, 96, 160, 160, 160, 320)  # the stem's, and those of each layer
STRIDES = (2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1)
MOMENTUM = 0.997


def rounded(value: float, config: Any) -> int:
    """The nearest multiple of config.depth_divisible_by, but not less than nine tenths of the value."""
    value, step = round(value), config.depth_divisible_by
    nearest = max(config.min_depth, int(value + step / 2) // step * step)
    return nearest + step if nearest < 0.9 * value else nearest


def scaled(channels: int, config: Any) -> int:
    """The number of channels that the config makes of the paper's."""
    return rounded(channels * config.depth_multiplier, config)


def last_channels(config: Any) -> int:
    """Channels of the last map."""
    return 1280 if config.finegrained_output and config.depth_multiplier < 1 else scaled(1280, config)


def strides_and_dilations(config: Any) -> list[tuple[int, int]]:
    """Of each layer: once height and width are divided by config.output_stride, what would divide them further looks wider."""
    found, divided, dilation = [], 2, 1
    for stride in STRIDES:
        if divided == config.output_stride:
            found.append((1, dilation))
            dilation *= stride
        else:
            found.append((stride, 1))
            divided *= stride
    return found


class MobileNetV2InvertedResidual(nn.Module):
    """Wider, a depthwise convolution, narrower; added to what came in where shapes allow."""

    def __init__(self, config: Any, n_in: int, n_out: int, stride: int, dilation: int):
        super().__init__()
        wide = rounded(n_in * config.expand_ratio, config)
        self.adds = stride == 1 and n_in == n_out
        self.expand_1x1 = MobileNetConvLayer(config, n_in, wide, 1, MOMENTUM)
        self.conv_3x3 = MobileNetConvLayer(config, wide, wide, 3, MOMENTUM, stride, dilation, depthwise=True)
        self.reduce_1x1 = MobileNetConvLayer(config, wide, n_out, 1, MOMENTUM, activation="linear")

    def forward(self, x):
        y = self.reduce_1x1(self.conv_3x3(self.expand_1x1(x)))
        return x + y if self.adds else y


class MobileNetV2Stem(nn.Module):
    """The first convolution, and a layer that is not widened further."""

    def __init__(self, config: Any, n_out: int):
        super().__init__()
        self.channels, wide = config.num_channels, scaled(32, config)
        self.first_conv = MobileNetConvLayer(config, config.num_channels, wide, 3, MOMENTUM, stride=2)
        self.expand_1x1 = None if config.first_layer_is_expansion else MobileNetConvLayer(config, wide, wide, 1, MOMENTUM)
        self.conv_3x3 = MobileNetConvLayer(config, wide, wide, 3, MOMENTUM, depthwise=True)
        self.reduce_1x1 = MobileNetConvLayer(config, wide, n_out, 1, MOMENTUM, activation="linear")

    def forward(self, pixel_values):
        check_channels(self, pixel_values, self.channels)
        x = self.first_conv(pixel_values)
        x = x if self.expand_1x1 is None else self.expand_1x1(x)
        return self.reduce_1x1(self.conv_3x3(x))


class MobileNetV2PreTrainedModel(nn.Model):
    """The base of all MobileNet V2 models."""

    config_class = MobileNetV2Config
    prefix = "mobilenet_v2"


class MobileNetV2Model(MobileNetV2PreTrainedModel):
    """MobileNet V2 without a head.

    Args of the call:
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor.

    Returns:
        ImageEncoderOutput with last_hidden_state (B, D, H, W) and pooler_output (B, D), None when built with `add_pooling_layer=False`.

    Raises:
        InputError: images of another number of channels.
    """

    def __init__(self, config: MobileNetV2Config, add_pooling_layer: bool = True):
        super().__init__(config)
        channels = [scaled(n, config) for n in CHANNELS]
        self.conv_stem = MobileNetV2Stem(config, channels[0])
        self.layer = nn.List([
            MobileNetV2InvertedResidual(config, n_in, n_out, *how)
            for n_in, n_out, how in zip(channels, channels[1:], strides_and_dilations(config))
        ])  # fmt: skip
        self.conv_1x1 = MobileNetConvLayer(config, channels[-1], last_channels(config), 1, MOMENTUM)
        self.pools = add_pooling_layer

    def forward(self, pixel_values):
        x = self.conv_1x1(self.last_layer(pixel_values))
        return ImageEncoderOutput(x, ops.mean(x, (2, 3)) if self.pools else None)

    def last_layer(self, pixel_values):
        """What the last layer gives, before the last convolution."""
        x = self.conv_stem(pixel_values)
        for layer in self.layer:
            x = layer(x)
            nn.record("hidden_states", x)
        return x


class MobileNetV2ForImageClassification(MobileNetV2PreTrainedModel):
    """MobileNet V2 with a linear classifier on the mean over all places: logits (B, L). labels: see `classification_loss`."""

    def __init__(self, config: MobileNetV2Config):
        super().__init__(config)
        self.mobilenet_v2 = MobileNetV2Model(config)
        self.dropout = nn.Dropout(config.classifier_dropout_prob)
        self.classifier = nn.Linear(last_channels(config), config.num_labels)

    def forward(self, pixel_values, labels=None):
        logits = self.classifier(self.dropout(self.mobilenet_v2(pixel_values).pooler_output))
        return LogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)


class MobileNetV2Scores(nn.Module):
    """Scores of each place, under the name that they have in checkpoints."""

    def __init__(self, n_in: int, n_out: int):
        super().__init__()
        self.convolution = nn.Conv2d(n_in, n_out, 1)

    def forward(self, x):
        return self.convolution(x)


class MobileNetV2DeepLabV3Plus(nn.Module):
    """Each place beside the mean of all places, to its scores."""

    def __init__(self, config: Any, n_in: int):
        super().__init__()
        layer = lambda n: MobileNetConvLayer(config, n, 256, 1, MOMENTUM, activation="relu", eps=1e-5)
        self.conv_pool, self.conv_aspp, self.conv_projection = layer(n_in), layer(n_in), layer(512)
        self.dropout = DropChannels(config.classifier_dropout_prob)
        self.classifier = MobileNetV2Scores(256, config.num_labels)

    def forward(self, x):
        here = self.conv_aspp(x)
        everywhere = ops.broadcast_to(self.conv_pool(ops.mean(x, (2, 3), keepdims=True)), ops.shape(here))
        return self.classifier(self.dropout(self.conv_projection(ops.concat([everywhere, here], axis=1))))


class MobileNetV2ForSemanticSegmentation(MobileNetV2PreTrainedModel):
    """MobileNet V2 that labels each pixel: logits (B, L, H / n, W / n), n = config.output_stride. labels: see `segmentation_loss`."""

    def __init__(self, config: MobileNetV2Config):
        super().__init__(config)
        self.mobilenet_v2 = MobileNetV2Model(config, add_pooling_layer=False)
        self.segmentation_head = MobileNetV2DeepLabV3Plus(config, scaled(CHANNELS[-1], config))

    def forward(self, pixel_values, labels=None):
        if labels is not None and self.config.num_labels == 1:
            raise ConfigError("MobileNetV2ForSemanticSegmentation learns from labels only where config.num_labels is more than 1.")
        logits = self.segmentation_head(self.mobilenet_v2.last_layer(pixel_values))
        return LogitsOutput(None if labels is None else segmentation_loss(self.config, logits, labels), logits)
