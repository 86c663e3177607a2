"""RegNet, a convolutional network of grouped residual layers, whose widths follow a rule.

Paper        Radosavovic et al., 2020, https://arxiv.org/abs/2003.13678; channels weighed: Hu et al., 2017, https://arxiv.org/abs/1709.01507
Checkpoints  every repository whose config.json says `model_type: regnet`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels, H height, W width, L num_labels
"""

from typing import Any

from triform.configs.regnet import RegNetConfig

from .. import nn, ops
from .chains import Activation, chained
from .patches import check_channels
from .resnet import ResNetConvLayer, ResNetEncoder, ResNetForImageClassification, ResNetModel, ResNetShortCut, ResNetStage


class RegNetSELayer(nn.Module):
    """Each channel, weighed by what the whole image says."""

    def __init__(self, width: int, narrow: int):
        super().__init__()
        self.attention = nn.List([nn.Conv2d(width, narrow, 1), Activation("relu"), nn.Conv2d(narrow, width, 1), Activation("sigmoid")])

    def forward(self, x):
        return x * chained(self.attention, ops.mean(x, (2, 3), keepdims=True))


class RegNetLayer(nn.Module):
    """Convolutions, the middle one grouped, and their input added to what they give."""

    def __init__(self, config: Any, n_in: int, n_out: int, stride: int):
        super().__init__()
        act, groups = config.hidden_act, max(1, n_out // config.groups_width)
        weighed = [RegNetSELayer(n_out, round(n_in / 4))] if config.layer_type == "y" else []
        self.shortcut = ResNetShortCut(n_in, n_out, stride) if n_in != n_out or stride != 1 else None
        self.layer = nn.List([
            ResNetConvLayer(n_in, n_out, 1, 1, act), ResNetConvLayer(n_out, n_out, 3, stride, act, groups), *weighed,
            ResNetConvLayer(n_out, n_out, 1),
        ])  # fmt: skip
        self.act = ops.activation(act)

    def forward(self, x):
        return self.act(chained(self.layer, x) + (x if self.shortcut is None else self.shortcut(x)))


class RegNetStage(ResNetStage):
    """Layers of one width, the first of which may halve height and width."""

    layer_class: Any = RegNetLayer


class RegNetEncoder(ResNetEncoder):
    """The stages; gives the map of each, and of the stem before them."""

    stage_class: Any = RegNetStage


class RegNetEmbeddings(nn.Module):
    """The stem: a convolution that halves height and width."""

    def __init__(self, config: Any):
        super().__init__()
        self.channels = config.num_channels
        self.embedder = ResNetConvLayer(config.num_channels, config.embedding_size, 3, 2, config.hidden_act)

    def forward(self, pixel_values):
        check_channels(self, pixel_values, self.channels)
        return self.embedder(pixel_values)


class RegNetPreTrainedModel(nn.Model):
    """The base of all RegNet models."""

    config_class = RegNetConfig
    prefix = "regnet"


class RegNetModel(RegNetPreTrainedModel, ResNetModel):
    """RegNet without a head: see ResNetModel."""

    embedder_class, encoder_class = RegNetEmbeddings, RegNetEncoder


class RegNetForImageClassification(RegNetPreTrainedModel, ResNetForImageClassification):
    """RegNet with a linear classifier on the mean over all places: logits (B, L). labels: see `classification_loss`."""

    base = RegNetModel


INIT = {
    r"(convolution|attention\.\d)\.weight$": "kaiming_normal",
    r"^classifier\.1\.weight$": "kaiming_uniform",
    r"^classifier\.1\.bias$": ("uniform", lambda config: config.hidden_sizes[-1] ** -0.5),
}
