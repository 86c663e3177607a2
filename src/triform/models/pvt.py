"""PVT, a Transformer over images in stages, whose attention looks at a smaller map than it comes from, with a class token at the end.

Paper        Wang et al., 2021, https://arxiv.org/abs/2102.12122
Checkpoints  every repository whose config.json says `model_type: pvt`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels, H height, W width, N places of a stage's map, T = 1 + N of the last, D channels of the last, L num_labels
"""

from typing import Any

from triform.configs.pvt import PvtConfig
from triform.outputs import BaseModelOutput, LogitsOutput

from .. import nn, ops
from .drop_path import DropPath, drop_rates
from .losses import classification_loss
from .patches import as_image, as_tokens, check_channels


class PvtPatchEmbeddings(nn.Module):
    """What a stage begins with: patches, normalised, with their positions; in the last, a class token before them."""

    def __init__(self, config: Any, stage: int):
        super().__init__()
        self.grid, last = config.grid(stage), stage == config.num_encoder_blocks - 1
        n_in, width = config.hidden_sizes[stage - 1] if stage else config.num_channels, config.hidden_sizes[stage]
        self.projection = nn.Conv2d(n_in, width, config.patch_sizes[stage], stride=config.strides[stage])
        self.position_embeddings = nn.Parameter((1, self.grid[0] * self.grid[1] + last, width))
        self.cls_token = nn.Parameter((1, 1, width)) if last else None
        self.layer_norm = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, x):  # (B, C, H, W) -> (B, N or T, C'), (H', W')
        x = self.projection(x)
        size = ops.shape(x)[2:]
        x, positions = self.layer_norm(as_tokens(x)), self.position_embeddings[...]
        leading = 0 if self.cls_token is None else 1
        if tuple(size) != self.grid:
            resized = as_tokens(ops.resize_bilinear(as_image(positions[:, leading:], *self.grid), size))
            positions = ops.concat([positions[:, :leading], resized], axis=1)
        if self.cls_token is not None:
            x = ops.concat([ops.broadcast_to(self.cls_token[...], (ops.shape(x)[0], 1, ops.shape(x)[2])), x], axis=1)
        return self.dropout(x + positions), size


class PvtEfficientSelfAttention(nn.Module):
    """Multi-head attention of all places to those of a smaller map."""

    def __init__(self, config: Any, stage: int):
        super().__init__()
        width, ratio = config.hidden_sizes[stage], config.sequence_reduction_ratios[stage]
        self.heads = config.num_attention_heads[stage]
        self.query = nn.Linear(width, width, bias=config.qkv_bias)
        self.key = nn.Linear(width, width, bias=config.qkv_bias)
        self.value = nn.Linear(width, width, bias=config.qkv_bias)
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)
        self.sequence_reduction = nn.Conv2d(width, width, ratio, stride=ratio) if ratio > 1 else None
        self.layer_norm = nn.LayerNorm(width, eps=config.layer_norm_eps) if ratio > 1 else None

    def forward(self, x, size):  # (B, N, C), (H, W) -> (B, N, C)
        seen = x
        if self.sequence_reduction is not None and self.layer_norm is not None:
            seen = self.layer_norm(as_tokens(self.sequence_reduction(as_image(x, *size))))
        q, k, v = (ops.split_heads(y, self.heads) for y in (self.query(x), self.key(seen), self.value(seen)))
        return ops.merge_heads(ops.attention(q, k, v, dropout=self.dropout))


class PvtSelfOutput(nn.Module):
    """The projection after attention."""

    def __init__(self, config: Any, width: int):
        super().__init__()
        self.dense = nn.Linear(width, width)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, x):
        return self.dropout(self.dense(x))


class PvtAttention(nn.Module):
    """Attention, and the projection after it."""

    def __init__(self, config: Any, stage: int):
        super().__init__()
        self.self = PvtEfficientSelfAttention(config, stage)
        self.output = PvtSelfOutput(config, config.hidden_sizes[stage])

    def forward(self, x, size):
        return self.output(self.self(x, size))


class PvtFFN(nn.Module):
    """The feed-forward network."""

    def __init__(self, config: Any, stage: int):
        super().__init__()
        width = config.hidden_sizes[stage]
        inner = int(width * config.mlp_ratios[stage])
        self.dense1 = nn.Linear(width, inner)
        self.act = ops.activation(config.hidden_act)
        self.dense2 = nn.Linear(inner, width)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, x):
        return self.dropout(self.dense2(self.dropout(self.act(self.dense1(x)))))


class PvtLayer(nn.Module):
    """Attention and feed-forward, each normalised before and added after."""

    def __init__(self, config: Any, stage: int, drop_rate: float):
        super().__init__()
        width = config.hidden_sizes[stage]
        self.layer_norm_1 = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.attention = PvtAttention(config, stage)
        self.layer_norm_2 = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.mlp = PvtFFN(config, stage)
        self.drop_path = DropPath(drop_rate)

    def forward(self, x, size):
        x = x + self.drop_path(self.attention(self.layer_norm_1(x), size))
        return x + self.drop_path(self.mlp(self.layer_norm_2(x)))


class PvtEncoder(nn.Module):
    """The stages."""

    def __init__(self, config: Any):
        super().__init__()
        stages, rates = range(config.num_encoder_blocks), drop_rates(config.drop_path_rate, config.depths)
        self.patch_embeddings = nn.List([PvtPatchEmbeddings(config, stage) for stage in stages])
        self.block = nn.List([nn.List([PvtLayer(config, stage, rate) for rate in rates[stage]]) for stage in stages])
        self.layer_norm = nn.LayerNorm(config.hidden_sizes[-1], eps=config.layer_norm_eps)

    def forward(self, x):  # (B, C, H, W) -> (B, T, D)
        for stage, (embeddings, layers) in enumerate(zip(self.patch_embeddings, self.block)):
            x, size = embeddings(x)
            for layer in layers:
                x = layer(x, size)
                nn.record("hidden_states", x)
            if stage < len(self.block) - 1:
                x = as_image(x, *size)
        x = self.layer_norm(x)
        nn.record("hidden_states", x)
        return x


class PvtPreTrainedModel(nn.Model):
    """The base of all PVT models."""

    config_class = PvtConfig
    prefix = "pvt"


class PvtModel(PvtPreTrainedModel):
    """PVT without a head.

    Args of the call:
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor; of any size.

    Returns:
        BaseModelOutput with last_hidden_state (B, T, D).

    Raises:
        InputError: images of another number of channels.
    """

    def __init__(self, config: PvtConfig):
        super().__init__(config)
        self.encoder = PvtEncoder(config)

    def forward(self, pixel_values):
        check_channels(self, pixel_values, self.config.num_channels)
        return BaseModelOutput(self.encoder(pixel_values))


class PvtForImageClassification(PvtPreTrainedModel):
    """PVT with a linear classifier on the class token: logits (B, L). labels: see `classification_loss`."""

    def __init__(self, config: PvtConfig):
        super().__init__(config)
        self.pvt = PvtModel(config)
        self.classifier = nn.Linear(config.hidden_sizes[-1], config.num_labels)

    def forward(self, pixel_values, labels=None):
        logits = self.classifier(self.pvt(pixel_values).last_hidden_state[:, 0])
        return LogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)
