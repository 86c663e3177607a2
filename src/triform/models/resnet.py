"""ResNet, a convolutional network of residual layers, in stages that halve height and width.

Paper        He et al., 2015, https://arxiv.org/abs/1512.03385; strides in the wide convolution: "ResNet v1.5"
Checkpoints  every repository whose config.json says `model_type: resnet`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels, H height, W width, L num_labels
"""

from typing import Any

from triform.configs.resnet import ResNetConfig
from triform.outputs import LogitsOutput
from triform.vision_outputs import ImageEncoderOutput

from .. import nn, ops
from .backbones import Backbone
from .chains import Flatten, chained, states
from .losses import classification_loss
from .patches import check_channels


class ResNetConvLayer(nn.Module):
    """A convolution that keeps height and width (but for its stride), a norm and an activation."""

    def __init__(self, n_in: int, n_out: int, size: int, stride: int = 1, activation: str = "linear", groups: int = 1):
        super().__init__()
        self.convolution = nn.Conv2d(n_in, n_out, size, stride=stride, padding=size // 2, groups=groups, bias=False)
        self.normalization = nn.BatchNorm(n_out)
        self.act = ops.activation(activation)

    def forward(self, x):
        return self.act(self.normalization(self.convolution(x)))


class ResNetShortCut(nn.Module):
    """What is added to a layer's output, where its input has another shape."""

    def __init__(self, n_in: int, n_out: int, stride: int):
        super().__init__()
        self.convolution = nn.Conv2d(n_in, n_out, 1, stride=stride, bias=False)
        self.normalization = nn.BatchNorm(n_out)

    def forward(self, x):
        return self.normalization(self.convolution(x))


class ResNetLayer(nn.Module):
    """Convolutions, and their input added to what they give. ReLU is inside, whatever config.hidden_act is outside, as in checkpoints."""

    def __init__(self, config: Any, n_in: int, n_out: int, stride: int):
        super().__init__()
        self.shortcut = ResNetShortCut(n_in, n_out, stride) if n_in != n_out or stride != 1 else None
        if config.layer_type == "basic":
            convolutions = [ResNetConvLayer(n_in, n_out, 3, stride, "relu"), ResNetConvLayer(n_out, n_out, 3)]
        else:
            first, second = (stride, 1) if config.downsample_in_bottleneck else (1, stride)
            narrow = n_out // 4
            convolutions = [
                ResNetConvLayer(n_in, narrow, 1, first, "relu"),
                ResNetConvLayer(narrow, narrow, 3, second, "relu"),
                ResNetConvLayer(narrow, n_out, 1),
            ]
        self.layer = nn.List(convolutions)
        self.act = ops.activation(config.hidden_act)

    def forward(self, x):
        y = chained(self.layer, x)
        return self.act(y + (x if self.shortcut is None else self.shortcut(x)))


class ResNetStage(nn.Module):
    """Layers of one width, the first of which may halve height and width."""

    layer_class: Any = ResNetLayer

    def __init__(self, config: Any, n_in: int, n_out: int, depth: int, stride: int):
        super().__init__()
        rest = [self.layer_class(config, n_out, n_out, 1) for _ in range(depth - 1)]
        self.layers = nn.List([self.layer_class(config, n_in, n_out, stride), *rest])

    def forward(self, x):
        return chained(self.layers, x)


class ResNetEmbeddings(nn.Module):
    """The stem: a wide convolution and pooling, a quarter of the height and width."""

    def __init__(self, config: Any):
        super().__init__()
        self.channels = config.num_channels
        self.embedder = ResNetConvLayer(config.num_channels, config.embedding_size, 7, 2, config.hidden_act)

    def forward(self, pixel_values):
        check_channels(self, pixel_values, self.channels)
        return ops.max_pool(self.embedder(pixel_values), 3, 2, 1)


class ResNetEncoder(nn.Module):
    """The stages; gives the map of each, and of the stem before them."""

    stage_class: Any = ResNetStage

    def __init__(self, config: Any):
        super().__init__()
        widths = [config.embedding_size, *config.hidden_sizes]
        first = 2 if config.downsample_in_first_stage else 1
        self.stages = nn.List([
            self.stage_class(config, n_in, n_out, depth, 2 if number else first)
            for number, (n_in, n_out, depth) in enumerate(zip(widths, widths[1:], config.depths))
        ])  # fmt: skip

    def forward(self, x):
        return states(self.stages, x)


class ResNetPreTrainedModel(nn.Model):
    """The base of all ResNet models."""

    config_class = ResNetConfig
    prefix = "resnet"


class ResNetModel(ResNetPreTrainedModel):
    """ResNet without a head.

    Args of the call:
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor.

    Returns:
        ImageEncoderOutput with last_hidden_state (B, C, H, W) and pooler_output (B, C, 1, 1).

    Raises:
        InputError: images of another number of channels.
    """

    embedder_class: Any = ResNetEmbeddings
    encoder_class: Any = ResNetEncoder

    def __init__(self, config: Any):
        super().__init__(config)
        self.embedder = self.embedder_class(config)
        self.encoder = self.encoder_class(config)

    def forward(self, pixel_values):
        x = self.encoder(self.embedder(pixel_values))[-1]
        return ImageEncoderOutput(x, ops.mean(x, (2, 3), keepdims=True))


class ResNetForImageClassification(ResNetPreTrainedModel):
    """ResNet with a linear classifier on the mean over all places: logits (B, L). labels: see `classification_loss`."""

    base: Any = ResNetModel

    def __init__(self, config: Any):
        super().__init__(config)
        setattr(self, self.prefix, self.base(config))
        self.classifier = nn.List([Flatten(), nn.Linear(config.hidden_sizes[-1], config.num_labels)])

    def forward(self, pixel_values, labels=None):
        logits = chained(self.classifier, self.base_model(pixel_values).pooler_output)
        return LogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)


class ResNetBackbone(ResNetPreTrainedModel, Backbone):
    """ResNet as a backbone; its stages are "stem", "stage1", …"""

    def __init__(self, config: ResNetConfig):
        super().__init__(config)
        self.embedder = ResNetEmbeddings(config)
        self.encoder = ResNetEncoder(config)

    @staticmethod
    def stage_channels(config: Any) -> list[int]:
        return [config.embedding_size, *config.hidden_sizes]

    def maps(self, pixel_values):
        return self.encoder(self.embedder(pixel_values))


INIT = {
    r"convolution\.weight$": "kaiming_normal",
    r"^classifier\.1\.weight$": "kaiming_uniform",
    r"^classifier\.1\.bias$": ("uniform", lambda config: config.hidden_sizes[-1] ** -0.5),
}
