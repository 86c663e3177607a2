"""PoolFormer, built as a Transformer whose attention is replaced by pooling.

Paper        Yu et al., 2021, https://arxiv.org/abs/2111.11418
Checkpoints  every repository whose config.json says `model_type: poolformer`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels, H height, W width, D channels of the last stage, L num_labels
"""

from typing import Any

from triform.configs.poolformer import PoolFormerConfig
from triform.outputs import BaseModelOutput, LogitsOutput

from .. import nn, ops
from .drop_path import DropPath, drop_rates
from .losses import classification_loss
from .patches import check_channels


class PoolFormerEmbeddings(nn.Module):
    """What a stage begins with: a convolution that shrinks the map."""

    def __init__(self, config: Any, stage: int):
        super().__init__()
        n_in = config.hidden_sizes[stage - 1] if stage else config.num_channels
        size, stride, padding = config.patch_sizes[stage], config.strides[stage], config.padding[stage]
        self.projection = nn.Conv2d(n_in, config.hidden_sizes[stage], size, stride=stride, padding=padding)

    def forward(self, x):
        return self.projection(x)


class PoolFormerOutput(nn.Module):
    """The feed-forward network."""

    def __init__(self, config: Any, width: int, drop_rate: float):
        super().__init__()
        inner = int(width * config.mlp_ratio)
        self.conv1 = nn.Conv2d(width, inner, 1)
        self.conv2 = nn.Conv2d(inner, width, 1)
        self.act = ops.activation(config.hidden_act)
        self.drop = DropPath(drop_rate)

    def forward(self, x):
        return self.drop(self.conv2(self.drop(self.act(self.conv1(x)))))


def surroundings(x: Any, size: int) -> Any:
    """(B, C, H, W): the mean of the square around each place, as far as the map reaches, less the place itself."""
    inside = ops.average_pool(ops.full((1, 1, *ops.shape(x)[2:]), 1.0, like=x), size, 1, size // 2)
    return ops.average_pool(x, size, 1, size // 2) / inside - x


class PoolFormerLayer(nn.Module):
    """Pooling and feed-forward, each normalised before, scaled and added after."""

    def __init__(self, config: Any, stage: int, drop_rate: float):
        super().__init__()
        width = config.hidden_sizes[stage]
        self.pool_size = config.pool_size
        self.output = PoolFormerOutput(config, width, drop_rate)
        self.before_norm = nn.GroupNorm(1, width)
        self.after_norm = nn.GroupNorm(1, width)
        self.drop_path = DropPath(drop_rate)
        self.layer_scale_1 = nn.Parameter((width,)) if config.use_layer_scale else None
        self.layer_scale_2 = nn.Parameter((width,)) if config.use_layer_scale else None

    def forward(self, x):
        y = surroundings(self.before_norm(x), self.pool_size)
        x = x + self.drop_path(y if self.layer_scale_1 is None else self.layer_scale_1[...][:, None, None] * y)
        y = self.output(self.after_norm(x))
        return x + self.drop_path(y if self.layer_scale_2 is None else self.layer_scale_2[...][:, None, None] * y)


class PoolFormerEncoder(nn.Module):
    """The stages."""

    def __init__(self, config: Any):
        super().__init__()
        stages, rates = range(config.num_encoder_blocks), drop_rates(config.drop_path_rate, config.depths)
        self.patch_embeddings = nn.List([PoolFormerEmbeddings(config, stage) for stage in stages])
        self.block = nn.List([nn.List([PoolFormerLayer(config, stage, rate) for rate in rates[stage]]) for stage in stages])

    def forward(self, x):
        for embeddings, layers in zip(self.patch_embeddings, self.block):
            x = embeddings(x)
            for layer in layers:
                x = layer(x)
            nn.record("hidden_states", x)
        return x


class PoolFormerPreTrainedModel(nn.Model):
    """The base of all PoolFormer models."""

    config_class = PoolFormerConfig
    prefix = "poolformer"


class PoolFormerModel(PoolFormerPreTrainedModel):
    """PoolFormer without a head.

    Args of the call:
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor.

    Returns:
        BaseModelOutput with last_hidden_state (B, D, H, W).

    Raises:
        InputError: images of another number of channels.
    """

    def __init__(self, config: PoolFormerConfig):
        super().__init__(config)
        self.encoder = PoolFormerEncoder(config)

    def forward(self, pixel_values):
        check_channels(self, pixel_values, self.config.num_channels)
        return BaseModelOutput(self.encoder(pixel_values))


class PoolFormerForImageClassification(PoolFormerPreTrainedModel):
    """PoolFormer with a linear classifier on the mean over all places: logits (B, L). labels: see `classification_loss`."""

    def __init__(self, config: PoolFormerConfig):
        super().__init__(config)
        self.poolformer = PoolFormerModel(config)
        self.norm = nn.GroupNorm(1, config.hidden_sizes[-1])
        self.classifier = nn.Linear(config.hidden_sizes[-1], config.num_labels)

    def forward(self, pixel_values, labels=None):
        x = self.norm(self.poolformer(pixel_values).last_hidden_state)
        logits = self.classifier(ops.mean(x, (2, 3)))
        return LogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)


INIT = {r"layer_scale_[12]$": ("constant", "layer_scale_init_value")}
