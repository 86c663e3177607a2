"""BiT: a residual network with group norms and standardised weights, which transfers well to other data.

Paper        Kolesnikov et al., 2019, https://arxiv.org/abs/1912.11370; standardised weights: https://arxiv.org/abs/1903.10520
Checkpoints  every repository whose config.json says `model_type: bit`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels, H height, W width, L num_labels
"""

from typing import Any

from triform.configs.bit import BitConfig
from triform.vision_outputs import ImageEncoderOutput

from .. import nn, ops
from .backbones import Backbone
from .chains import chained, states
from .drop_path import DropPath, drop_rates
from .patches import check_channels
from .resnet import ResNetForImageClassification


def rounded(channels: float) -> int:
    """The nearest multiple of 8, and not less than nine tenths."""
    found = max(8, int(channels + 4) // 8 * 8)
    return found + 8 if found < 0.9 * channels else found


def padded_same(x: Any, size: int, stride: int) -> Any:
    """x (B, C, H, W) with zeros around it as TensorFlow's "SAME" has them: one more at the end where their number is odd."""
    missing = [max((-(-n // stride) - 1) * stride + size - n, 0) for n in ops.shape(x)[2:]]
    return ops.pad(x, [(0, 0), (0, 0), *((n // 2, n - n // 2) for n in missing)]) if any(missing) else x


class WeightStandardizedConv2d(nn.Conv2d):
    """A convolution whose weights have mean 0 and variance 1 for each channel that it makes."""

    def __init__(self, config: Any, n_in: int, n_out: int, size: int, stride: int = 1):
        same = config.global_padding == "SAME"
        dynamic = (size, stride) if same and (stride > 1 or size % 2 == 0) else None
        even = 0 if config.global_padding == "VALID" or dynamic else (stride - 1 + size - 1) // 2
        super().__init__(n_in, n_out, size, stride=stride, padding=even, bias=False)
        self.dynamic = dynamic

    def kernel(self):
        weight = self.weight[...]
        centred = weight - ops.mean(weight, (1, 2, 3), keepdims=True)
        return centred * ops.rsqrt(ops.mean(centred * centred, (1, 2, 3), keepdims=True) + 1e-8)

    def forward(self, x):
        return super().forward(x if self.dynamic is None else padded_same(x, *self.dynamic))


class BitGroupNormActivation(nn.GroupNorm):
    """A group norm, and an activation where `act`."""

    def __init__(self, config: Any, channels: int, act: bool = True):
        super().__init__(config.num_groups, channels)
        self.act = ops.activation(config.hidden_act if act else "linear")

    def forward(self, x):
        return self.act(super().forward(x))


class BitEmbeddings(nn.Module):
    """The stem: a wide convolution and pooling, a quarter of the height and width."""

    def __init__(self, config: Any):
        super().__init__()
        self.channels = config.num_channels
        self.dynamic, self.even = config.embedding_dynamic_padding, config.global_padding != "SAME"
        self.convolution = WeightStandardizedConv2d(config, config.num_channels, config.embedding_size, 7, 2)
        self.norm = None if config.layer_type == "preactivation" else BitGroupNormActivation(config, config.embedding_size)

    def forward(self, pixel_values):
        check_channels(self, pixel_values, self.channels)
        x = self.convolution(pixel_values)
        x = ops.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)]) if self.even else x
        x = x if self.norm is None else self.norm(x)
        return ops.max_pool(padded_same(x, 3, 2) if self.dynamic else x, 3, 2)


class BitDownsampleConv(nn.Module):
    """What is added to a layer's output, where it is a stage's first."""

    def __init__(self, config: Any, n_in: int, n_out: int, stride: int):
        super().__init__()
        self.conv = WeightStandardizedConv2d(config, n_in, n_out, 1, stride)
        self.norm = None if config.layer_type == "preactivation" else BitGroupNormActivation(config, n_out, act=False)

    def forward(self, x):
        x = self.conv(x)
        return x if self.norm is None else self.norm(x)


class BitPreActivationBottleneckLayer(nn.Module):
    """Three convolutions, each after a norm, and what came in."""

    def __init__(self, config: Any, n_in: int, n_out: int, stride: int, drop_rate: float, first: bool):
        super().__init__()
        narrow = rounded(n_out * 0.25)
        self.downsample = BitDownsampleConv(config, n_in, n_out, stride) if first else None
        self.norm1 = BitGroupNormActivation(config, n_in)
        self.conv1 = WeightStandardizedConv2d(config, n_in, narrow, 1)
        self.norm2 = BitGroupNormActivation(config, narrow)
        self.conv2 = WeightStandardizedConv2d(config, narrow, narrow, 3, stride)
        self.norm3 = BitGroupNormActivation(config, narrow)
        self.conv3 = WeightStandardizedConv2d(config, narrow, n_out, 1)
        self.drop_path = DropPath(drop_rate)

    def forward(self, x):
        y = self.norm1(x)
        x = x if self.downsample is None else self.downsample(y)
        y = self.conv2(self.norm2(self.conv1(y)))
        return x + self.drop_path(self.conv3(self.norm3(y)))


class BitBottleneckLayer(nn.Module):
    """Three convolutions, each before a norm, and what came in."""

    def __init__(self, config: Any, n_in: int, n_out: int, stride: int, drop_rate: float, first: bool):
        super().__init__()
        narrow = rounded(n_out * 0.25)
        self.downsample = BitDownsampleConv(config, n_in, n_out, stride) if first else None
        self.conv1 = WeightStandardizedConv2d(config, n_in, narrow, 1)
        self.norm1 = BitGroupNormActivation(config, narrow)
        self.conv2 = WeightStandardizedConv2d(config, narrow, narrow, 3, stride)
        self.norm2 = BitGroupNormActivation(config, narrow)
        self.conv3 = WeightStandardizedConv2d(config, narrow, n_out, 1)
        self.norm3 = BitGroupNormActivation(config, n_out, act=False)
        self.act = ops.activation(config.hidden_act)
        self.drop_path = DropPath(drop_rate)

    def forward(self, x):
        y = self.norm2(self.conv2(self.norm1(self.conv1(x))))
        return self.act(self.drop_path(self.norm3(self.conv3(y))) + (x if self.downsample is None else self.downsample(x)))


class BitStage(nn.Module):
    """Layers of one width, the first of which may halve height and width."""

    def __init__(self, config: Any, n_in: int, n_out: int, stride: int, rates: list[float]):
        super().__init__()
        kind = BitPreActivationBottleneckLayer if config.layer_type == "preactivation" else BitBottleneckLayer
        self.layers = nn.List([
            kind(config, n_out if i else n_in, n_out, 1 if i else stride, rate, i == 0) for i, rate in enumerate(rates)
        ])  # fmt: skip

    def forward(self, x):
        return chained(self.layers, x)


class BitEncoder(nn.Module):
    """The stages; gives the map of each, and of the stem before them."""

    def __init__(self, config: Any):
        super().__init__()
        widths = [config.embedding_size, *(rounded(width * config.width_factor) for width in config.hidden_sizes)]
        strides, smaller = [1], 4
        for _ in widths[2:]:
            strides.append(1 if smaller >= config.output_stride else 2)
            smaller *= strides[-1]
        rates = drop_rates(config.drop_path_rate, config.depths)
        self.stages = nn.List([BitStage(config, *sizes) for sizes in zip(widths, widths[1:], strides, rates)])

    def forward(self, x):
        return states(self.stages, x)


class BitPreTrainedModel(nn.Model):
    """The base of all BiT models."""

    config_class = BitConfig
    prefix = "bit"


class BitModel(BitPreTrainedModel):
    """BiT without a head.

    Args of the call:
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor.

    Returns:
        ImageEncoderOutput with last_hidden_state (B, C, H, W) and pooler_output (B, C, 1, 1).

    Raises:
        InputError: images of another number of channels.
    """

    def __init__(self, config: BitConfig):
        super().__init__(config)
        self.embedder = BitEmbeddings(config)
        self.encoder = BitEncoder(config)
        self.norm = BitGroupNormActivation(config, config.hidden_sizes[-1]) if config.layer_type == "preactivation" else None

    def maps(self, pixel_values: Any) -> list[Any]:
        """The map of each stage, and of the stem before them."""
        return self.encoder(self.embedder(pixel_values))

    def forward(self, pixel_values):
        x = self.maps(pixel_values)[-1]
        x = x if self.norm is None else self.norm(x)
        return ImageEncoderOutput(x, ops.mean(x, (2, 3), keepdims=True))


class BitForImageClassification(BitPreTrainedModel, ResNetForImageClassification):
    """BiT with a linear classifier on the mean over all places: logits (B, L). labels: see `classification_loss`."""

    base = BitModel


class BitBackbone(BitPreTrainedModel, Backbone):
    """BiT as a backbone; its stages are "stem", "stage1", …"""

    def __init__(self, config: BitConfig):
        super().__init__(config)
        self.bit = BitModel(config)

    @staticmethod
    def stage_channels(config: Any) -> list[int]:
        return [config.embedding_size, *config.hidden_sizes]

    def maps(self, pixel_values):
        return self.bit.maps(pixel_values)


INIT = {
    r"conv\w*\.weight$": "kaiming_normal",
    r"^classifier\.1\.weight$": "kaiming_uniform",
    r"^classifier\.1\.bias$": ("uniform", lambda config: config.hidden_sizes[-1] ** -0.5),
}
