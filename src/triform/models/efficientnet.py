"""EfficientNet, a convolutional network whose depth, width and image size grow together.

Paper        Tan & Le, 2019, https://arxiv.org/abs/1905.11946; channels weighed: Hu et al., 2017, https://arxiv.org/abs/1709.01507
Checkpoints  every repository whose config.json says `model_type: efficientnet`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels, H height, W width, D hidden_dim, L num_labels
"""

import math
from typing import Any

from triform.configs.efficientnet import EfficientNetConfig
from triform.outputs import LogitsOutput
from triform.vision_outputs import ImageEncoderOutput

from .. import nn, ops
from .chains import through
from .losses import classification_loss
from .patches import check_channels


def norm(config: Any, width: int) -> Any:
    """A norm whose running statistics move as far as the config says."""
    return nn.BatchNorm(width, eps=config.batch_norm_eps, momentum=config.batch_norm_momentum)


class EfficientNetEmbeddings(nn.Module):
    """The stem: a convolution that halves height and width."""

    def __init__(self, config: Any):
        super().__init__()
        width = config.channels(32)
        self.channels = config.num_channels
        self.convolution = nn.Conv2d(config.num_channels, width, 3, stride=2, bias=False)
        self.batchnorm = norm(config, width)
        self.act = ops.activation(config.hidden_act)

    def forward(self, pixel_values):
        check_channels(self, pixel_values, self.channels)
        return self.act(self.batchnorm(self.convolution(ops.pad(pixel_values, ((0, 0), (0, 0), (0, 1), (0, 1))))))


class EfficientNetExpansionLayer(nn.Module):
    """The wide part of a block begins."""

    def __init__(self, config: Any, n_in: int, n_out: int):
        super().__init__()
        self.expand_conv = nn.Conv2d(n_in, n_out, 1, bias=False)
        self.expand_bn = nn.BatchNorm(n_out, eps=config.batch_norm_eps)
        self.act = ops.activation(config.hidden_act)

    def forward(self, x):
        return self.act(self.expand_bn(self.expand_conv(x)))


class EfficientNetDepthwiseLayer(nn.Module):
    """A convolution of each channel by itself."""

    def __init__(self, config: Any, width: int, stride: int, size: int, evenly: bool):
        super().__init__()
        half = size // 2
        before = half if evenly else half - 1  # with a stride, all zeros come first, as in checkpoints
        self.padding = (before, half) if stride == 2 else (0, 0)
        self.depthwise_conv = nn.Conv2d(width, width, size, stride=stride, padding=0 if stride == 2 else half, groups=width, bias=False)
        self.depthwise_norm = norm(config, width)
        self.act = ops.activation(config.hidden_act)

    def forward(self, x):
        if any(self.padding):
            x = ops.pad(x, ((0, 0), (0, 0), self.padding, self.padding))
        return self.act(self.depthwise_norm(self.depthwise_conv(x)))


class EfficientNetSqueezeExciteLayer(nn.Module):
    """Each channel, weighed by what the whole image says."""

    def __init__(self, config: Any, n_in: int, wide: int):
        super().__init__()
        narrow = max(1, int(n_in * config.squeeze_expansion_ratio))
        self.reduce = nn.Conv2d(wide, narrow, 1)
        self.expand = nn.Conv2d(narrow, wide, 1)
        self.act = ops.activation(config.hidden_act)

    def forward(self, x):
        narrow, wide = self.reduce, self.expand
        return x * ops.sigmoid(wide(self.act(narrow(ops.mean(x, (2, 3), keepdims=True)))))


class EfficientNetFinalBlockLayer(nn.Module):
    """The wide part of a block ends; what came in is added where shapes are the same."""

    def __init__(self, config: Any, wide: int, n_out: int, drop_rate: float, adds: bool):
        super().__init__()
        self.adds = adds
        self.project_conv = nn.Conv2d(wide, n_out, 1, bias=False)
        self.project_bn = norm(config, n_out)
        self.dropout = nn.Dropout(drop_rate)

    def forward(self, x, before):
        x = self.project_bn(self.project_conv(x))
        return self.dropout(x) + before if self.adds else x


class EfficientNetBlock(nn.Module):
    """Wider, a depthwise convolution, channels weighed, narrower."""

    def __init__(
        self, config: Any, n_in: int, n_out: int, stride: int, ratio: int, size: int, drop_rate: float, first: bool, evenly: bool
    ):  # fmt: skip
        super().__init__()
        wide = n_in * ratio
        self.expansion = EfficientNetExpansionLayer(config, n_in, wide) if ratio != 1 else None
        self.depthwise_conv = EfficientNetDepthwiseLayer(config, wide, stride, size, evenly)
        self.squeeze_excite = EfficientNetSqueezeExciteLayer(config, n_in, wide)
        self.projection = EfficientNetFinalBlockLayer(config, wide, n_out, drop_rate, adds=stride == 1 and not first)

    def forward(self, x):
        y = x if self.expansion is None else self.expansion(x)
        return self.projection(self.squeeze_excite(self.depthwise_conv(y)), x)


class EfficientNetEncoder(nn.Module):
    """The blocks, and the convolution after them."""

    def __init__(self, config: Any):
        super().__init__()
        repeats = [math.ceil(config.depth_coefficient * n) for n in config.num_block_repeats]
        blocks: list[Any] = []
        for group, count in enumerate(repeats):
            n_in, n_out = config.channels(config.in_channels[group]), config.channels(config.out_channels[group])
            for number in range(count):
                first = number == 0
                blocks.append(EfficientNetBlock(
                    config, n_in if first else n_out, n_out, config.strides[group] if first else 1, config.expand_ratios[group],
                    config.kernel_sizes[group], config.drop_connect_rate * len(blocks) / sum(repeats), first,
                    len(blocks) in config.depthwise_padding,
                ))  # fmt: skip
        self.blocks = nn.List(blocks)
        self.top_conv = nn.Conv2d(config.channels(config.out_channels[-1]), config.hidden_dim, 1, bias=False)
        self.top_bn = norm(config, config.hidden_dim)
        self.act = ops.activation(config.hidden_act)

    def forward(self, x):
        return self.act(self.top_bn(self.top_conv(through(self.blocks, x))))


class EfficientNetPreTrainedModel(nn.Model):
    """The base of all EfficientNet models."""

    config_class = EfficientNetConfig
    prefix = "efficientnet"


class EfficientNetModel(EfficientNetPreTrainedModel):
    """EfficientNet without a head.

    Args of the call:
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor.

    Returns:
        ImageEncoderOutput with last_hidden_state (B, D, H, W) and pooler_output (B, D).

    Raises:
        InputError: images of another number of channels.
    """

    def __init__(self, config: EfficientNetConfig):
        super().__init__(config)
        self.embeddings = EfficientNetEmbeddings(config)
        self.encoder = EfficientNetEncoder(config)

    def forward(self, pixel_values):
        x = self.encoder(self.embeddings(pixel_values))
        pooled = ops.mean(x, (2, 3)) if self.config.pooling_type == "mean" else ops.max(ops.max(x, 3), 2)
        return ImageEncoderOutput(x, pooled)


class EfficientNetForImageClassification(EfficientNetPreTrainedModel):
    """EfficientNet with a linear classifier on the pooled map: logits (B, L). labels: see `classification_loss`."""

    def __init__(self, config: EfficientNetConfig):
        super().__init__(config)
        self.efficientnet = EfficientNetModel(config)
        self.dropout = nn.Dropout(config.dropout_rate)
        self.classifier = nn.Linear(config.hidden_dim, config.num_labels)

    def forward(self, pixel_values, labels=None):
        logits = self.classifier(self.dropout(self.efficientnet(pixel_values).pooler_output))
        return LogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)
