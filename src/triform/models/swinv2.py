"""Swin V2: Swin whose attention compares directions, whose biases follow from distances, and whose norms come after.

Paper        Liu et al., 2021, https://arxiv.org/abs/2111.09883
Checkpoints  every repository whose config.json says `model_type: swinv2`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels of a stage, H height, W width, S the side of a window, A heads, L num_labels
"""

import math
from typing import Any

import numpy as np

from triform.configs.swinv2 import Swinv2Config
from triform.vision_outputs import WindowLogitsOutput

from .. import nn, ops
from .backbones import Backbone
from .chains import Activation, chained
from .channels import channels_first
from .constants import Constant
from .losses import classification_loss
from .swin import SwinEmbeddings, SwinEncoder, SwinLayer, SwinModel, masked_image_output, pixel_decoder
from .windows import merged, pairs_of_places, windowed


def unit(x: Any) -> Any:
    """x (…, D), each vector of length 1; one of length 0 stays so, and gets no gradient."""
    wide = ops.cast(x, "float32")
    return x * ops.cast(ops.rsqrt(ops.maximum(ops.sum(wide * wide, -1, keepdims=True), 1e-24)), x.dtype)


def distances(side: int, learned: int) -> np.ndarray:
    """((2 S - 1)², 2): how far apart places of a window are, in height and width, logarithmically. Paper: section 3.3, eq. 4.

    Args:
        learned: the side of the windows that biases were learned in; 0: `side`.
    """
    largest = (learned or side) - 1
    steps = np.arange(1 - side, side, dtype=np.float32) * 8 / max(largest, 1)
    steps = np.sign(steps) * np.log2(np.abs(steps) + 1) / 3
    return np.stack(np.meshgrid(steps, steps, indexing="ij"), -1).reshape(-1, 2).astype(np.float32)


class Swinv2SelfAttention(nn.Module):
    """Multi-head attention within windows, by the cosines of queries and keys; biased by distance."""

    def __init__(self, config: Any, width: int, heads: int, side: int, learned: int, kind: str):
        super().__init__()
        self.heads, self.kind, self.places = heads, kind, side**2
        self.logit_scale = nn.Parameter((heads, 1, 1))
        self.continuous_position_bias_mlp = nn.List([nn.Linear(2, 512), Activation("relu"), nn.Linear(512, heads, bias=False)])
        self.query = nn.Linear(width, width, bias=config.qkv_bias)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=config.qkv_bias)
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)
        self.distances, self.pairs = Constant(distances(side, learned)), Constant(pairs_of_places(side))

    def bias(self, like):
        """(1, A, S · S, S · S)."""
        table = chained(self.continuous_position_bias_mlp, self.distances.tensor(like))
        return 16 * ops.sigmoid(ops.transpose(ops.take(table, self.pairs.tensor(like), axis=0), (2, 0, 1))[None])

    def forward(self, x, mask):  # (B · windows, S · S, C) -> the same
        q, k, v = (ops.split_heads(project(x), self.heads) for project in (self.query, self.key, self.value))
        scale = ops.exp(ops.minimum(self.logit_scale[...], math.log(100)))
        found = ops.attention(unit(q) * scale, unit(k), v, mask, bias=self.bias(x), scale=1.0, dropout=self.dropout, kind=self.kind)
        return ops.merge_heads(found)


class Swinv2Layer(SwinLayer):
    """Attention within windows and feed-forward, each normalised after, then added."""

    def __init__(self, config: Any, stage: int, number: int, drop_rate: float):
        super().__init__(config, stage, number, drop_rate)
        resolution = config.resolutions[stage]
        self.side, self.shift = min(self.side, resolution), self.shift if resolution > self.side else 0

    def attention_of(self, config, stage, kind):
        side, learned = min(config.window_size, config.resolutions[stage]), config.pretrained_window_sizes[stage]
        return Swinv2SelfAttention(config, config.widths[stage], config.num_heads[stage], side, learned, kind)

    def forward(self, x):  # (B, H, W, C) -> the same
        x = x + self.drop_path(self.layernorm_before(windowed(x, self.side, self.shift, self.attention)))
        return x + self.drop_path(self.layernorm_after(self.output(self.intermediate(x))))


class Swinv2PatchMerging(nn.Module):
    """Each four neighbours to one place of twice the channels."""

    def __init__(self, width: int):
        super().__init__()
        self.reduction = nn.Linear(4 * width, 2 * width, bias=False)
        self.norm = nn.LayerNorm(2 * width)

    def forward(self, x):  # (B, H, W, C) -> (B, H / 2, W / 2, 2 · C)
        return self.norm(self.reduction(merged(x)))


class Swinv2PreTrainedModel(nn.Model):
    """The base of all Swin V2 models."""

    config_class = Swinv2Config
    prefix = "swinv2"
    layer_class: Any = Swinv2Layer
    merging_class: Any = Swinv2PatchMerging


class Swinv2Model(Swinv2PreTrainedModel, SwinModel):
    """Swin V2 without a head; see `SwinModel`."""


class Swinv2ForMaskedImageModeling(Swinv2PreTrainedModel):
    """Swin V2 that fills in masked patches: reconstruction (B, C, H, W); the loss where bool_masked_pos (B, patches) is given."""

    def __init__(self, config: Swinv2Config):
        super().__init__(config)
        self.swinv2 = Swinv2Model(config, add_pooling_layer=False, use_mask_token=True)
        self.decoder = pixel_decoder(config)

    def forward(self, pixel_values, bool_masked_pos=None, interpolate_pos_encoding=False):
        return masked_image_output(self, self.swinv2, pixel_values, bool_masked_pos)


class Swinv2ForImageClassification(Swinv2PreTrainedModel):
    """Swin V2 with a linear classifier on the mean of all places: logits (B, L). labels: see `classification_loss`."""

    def __init__(self, config: Swinv2Config):
        super().__init__(config)
        self.swinv2 = Swinv2Model(config)
        self.classifier = nn.Linear(config.hidden_size, config.num_labels)

    def forward(self, pixel_values, labels=None, interpolate_pos_encoding=False):
        logits = self.classifier(self.swinv2(pixel_values).pooler_output)
        return WindowLogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)


class Swinv2Backbone(Swinv2PreTrainedModel, Backbone):
    """Swin V2 as a backbone; its stages are "stem", "stage1", … Its maps have no norms of their own."""

    def __init__(self, config: Swinv2Config):
        super().__init__(config)
        self.embeddings = SwinEmbeddings(config)
        self.encoder = SwinEncoder(config, self.layer_class, self.merging_class)

    @staticmethod
    def stage_channels(config: Any) -> list[int]:
        return [config.embed_dim, *config.widths]

    def maps(self, pixel_values):
        return [channels_first(x) for x in self.encoder(self.embeddings(pixel_values), before_merging=True)]


OPTIONAL = (r"\bmask_token$",)
IGNORE = (r"\brelative_(coords_table|position_index)$",)  # of older files: they follow from the config
INIT = {r"logit_scale$": ("constant", math.log(10))}
