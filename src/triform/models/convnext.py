"""ConvNeXT, a convolutional network whose layers are built as those of Transformers.

Paper        Liu et al., 2022, https://arxiv.org/abs/2201.03545
Checkpoints  every repository whose config.json says `model_type: convnext`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels, H height, W width, D hidden_sizes[-1], L num_labels
"""

from functools import partial
from typing import Any, ClassVar

from triform.configs.convnext import ConvNextConfig
from triform.outputs import LogitsOutput
from triform.vision_outputs import ImageEncoderOutput

from .. import nn, ops
from .backbones import Backbone, NormsByStage
from .chains import chained, states
from .channels import ChannelNorm, channels_first, channels_last
from .drop_path import DropPath, drop_rates
from .losses import classification_loss
from .patches import check_channels

INNER_EPS = 1e-6  # of every norm but the last, whatever config.layer_norm_eps says


class ConvNextBlock(nn.Module):
    """What layers are made of: a depthwise convolution, then two linear layers on the channels of each place."""

    def __init__(self, config: Any, width: int, drop_rate: float):
        super().__init__()
        self.dwconv = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.layernorm = nn.LayerNorm(width, eps=INNER_EPS)
        self.pwconv1 = nn.Linear(width, 4 * width)
        self.pwconv2 = nn.Linear(4 * width, width)
        self.act = ops.activation(config.hidden_act)
        self.drop_path = DropPath(drop_rate)

    def widened(self, x):  # (B, C, H, W) -> (B, H, W, 4 · C)
        return self.act(self.pwconv1(self.layernorm(channels_last(self.dwconv(x)))))


class ConvNextLayer(ConvNextBlock):
    """A block, scaled by channel, and added to what came in."""

    def __init__(self, config: Any, width: int, drop_rate: float):
        super().__init__(config, width, drop_rate)
        self.layer_scale_parameter = nn.Parameter((width,)) if config.layer_scale_init_value > 0 else None

    def forward(self, x):  # (B, C, H, W)
        y = self.pwconv2(self.widened(x))
        if self.layer_scale_parameter is not None:
            y = self.layer_scale_parameter[...] * y
        return x + self.drop_path(channels_first(y))


class ConvNextStage(nn.Module):
    """Layers of one width, after a convolution that halves height and width where the stage is not the first."""

    def __init__(self, config: Any, layer_class: Any, first: bool, n_in: int, n_out: int, rates: list[float]):
        super().__init__()
        self.downsampling_layer = None if first else nn.List([ChannelNorm(n_in, eps=INNER_EPS), nn.Conv2d(n_in, n_out, 2, stride=2)])
        self.layers = nn.List([layer_class(config, n_out, rate) for rate in rates])

    def forward(self, x):
        return chained(self.layers, chained(self.downsampling_layer or (), x))


class ConvNextEmbeddings(nn.Module):
    """The stem: patches, by a convolution as large as a patch."""

    def __init__(self, config: Any):
        super().__init__()
        self.channels = config.num_channels
        self.patch_embeddings = nn.Conv2d(config.num_channels, config.hidden_sizes[0], config.patch_size, stride=config.patch_size)
        self.layernorm = ChannelNorm(config.hidden_sizes[0], eps=INNER_EPS)

    def forward(self, pixel_values):  # (B, C, H, W) -> (B, hidden_sizes[0], H / P, W / P)
        check_channels(self, pixel_values, self.channels)
        return self.layernorm(self.patch_embeddings(pixel_values))


class ConvNextEncoder(nn.Module):
    """The stages; gives the map of each, and of the stem before them."""

    def __init__(self, config: Any, layer_class: Any):
        super().__init__()
        widths = [config.hidden_sizes[0], *config.hidden_sizes]
        rates = drop_rates(config.drop_path_rate, config.depths)
        self.stages = nn.List([
            ConvNextStage(config, layer_class, number == 0, *sizes) for number, sizes in enumerate(zip(widths, widths[1:], rates))
        ])  # fmt: skip

    def forward(self, x):
        return states(self.stages, x)


class ConvNextPreTrainedModel(nn.Model):
    """The base of all ConvNeXT models."""

    config_class = ConvNextConfig
    prefix = "convnext"
    layer_class: ClassVar[Any] = ConvNextLayer


class ConvNextModel(ConvNextPreTrainedModel):
    """ConvNeXT without a head.

    Args of the call:
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor.

    Returns:
        ImageEncoderOutput with last_hidden_state (B, D, H, W) and pooler_output (B, D).

    Raises:
        InputError: images of another number of channels.
    """

    def __init__(self, config: Any):
        super().__init__(config)
        self.embeddings = ConvNextEmbeddings(config)
        self.encoder = ConvNextEncoder(config, self.layer_class)
        self.layernorm = nn.LayerNorm(config.hidden_sizes[-1], eps=config.layer_norm_eps)

    def forward(self, pixel_values):
        x = self.encoder(self.embeddings(pixel_values))[-1]
        return ImageEncoderOutput(x, self.layernorm(ops.mean(x, (2, 3))))


class ConvNextForImageClassification(ConvNextPreTrainedModel):
    """ConvNeXT with a linear classifier on the mean over all places: logits (B, L). labels: see `classification_loss`."""

    def __init__(self, config: ConvNextConfig):
        super().__init__(config)
        self.convnext = ConvNextModel(config)
        self.classifier = nn.Linear(config.hidden_sizes[-1], config.num_labels)

    def forward(self, pixel_values, labels=None):
        logits = self.classifier(self.convnext(pixel_values).pooler_output)
        return LogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)


class ConvNextBackbone(ConvNextPreTrainedModel, Backbone):
    """ConvNeXT as a backbone; its stages are "stem", "stage1", … Each map that is returned has a norm of its own."""

    def __init__(self, config: Any):
        super().__init__(config)
        self.embeddings = ConvNextEmbeddings(config)
        self.encoder = ConvNextEncoder(config, self.layer_class)
        self.hidden_states_norms = NormsByStage(config, self.channels, partial(ChannelNorm, eps=INNER_EPS))

    @staticmethod
    def stage_channels(config: Any) -> list[int]:
        return [config.hidden_sizes[0], *config.hidden_sizes]

    def maps(self, pixel_values):
        return self.hidden_states_norms(self.encoder(self.embeddings(pixel_values)))


INIT = {r"layer_scale_parameter$": ("constant", "layer_scale_init_value")}
