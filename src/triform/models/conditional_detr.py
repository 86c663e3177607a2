"""Conditional DETR, whose queries stand somewhere, and look for one side of a box at a time: it learns sooner than DETR.

Paper        Meng et al., 2021, https://arxiv.org/abs/2108.06152
Checkpoints  every repository whose config.json says `model_type: conditional_detr`
Names        attribute paths are checkpoint keys
Shapes       B batch, S places of the last map, Q queries, D d_model, N heads, L num_labels
"""

import math
from typing import Any

import numpy as np

from triform.configs.conditional_detr import ConditionalDetrConfig
from triform.vision_outputs import ConditionalDetrModelOutput

from .. import nn, ops
from .bart import BartFeedForward
from .boxes import moved
from .detr import IGNORE as DETR_IGNORE
from .detr import INIT as DETR_INIT
from .detr import DetrForObjectDetection, DetrModel
from .set_prediction import FOCAL, Perceptron


class ConditionalDetrAttention(nn.Module):
    """Attention of what is projected already."""

    def __init__(self, width: int, heads: int, dropout: float):
        super().__init__()
        self.heads = heads
        self.out_proj = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, q, k, v, mask, kind):  # lists of (B, T, D) and (B, S, D), which each head has side by side; (B, S, D)
        q, k = (ops.concat([ops.split_heads(x, self.heads) for x in parts], axis=3) for parts in (q, k))
        v = ops.split_heads(v, self.heads)
        return self.out_proj(ops.merge_heads(ops.attention(q, k, v, mask, dropout=self.dropout, kind=kind)))


class ConditionalDetrDecoderLayer(BartFeedForward):
    """Attention of the queries to each other, then to the image, then feed-forward; each with a residual and a norm after it.

    Content and place are projected apart. In attention to the image they are compared apart too, but for the first layer.
    """

    def __init__(self, config: Any, first: bool):
        super().__init__(config, config.decoder_ffn_dim)
        width, heads, dropout = config.d_model, config.decoder_attention_heads, config.attention_dropout
        linear = lambda: nn.Linear(width, width)
        self.sa_qcontent_proj, self.sa_qpos_proj = linear(), linear()
        self.sa_kcontent_proj, self.sa_kpos_proj = linear(), linear()
        self.sa_v_proj = linear()
        self.self_attn = ConditionalDetrAttention(width, heads, dropout)
        self.self_attn_layer_norm = nn.LayerNorm(width)
        self.ca_qcontent_proj, self.ca_qpos_proj = linear(), linear() if first else None
        self.ca_kcontent_proj, self.ca_kpos_proj = linear(), linear()
        self.ca_v_proj, self.ca_qpos_sine_proj = linear(), linear()
        self.encoder_attn = ConditionalDetrAttention(width, heads, dropout)
        self.encoder_attn_layer_norm = nn.LayerNorm(width)

    def forward(self, x, queries, mask, memory, positions, memory_mask, waves):
        q, k = self.sa_qcontent_proj(x) + self.sa_qpos_proj(queries), self.sa_kcontent_proj(x) + self.sa_kpos_proj(queries)
        seen = self.self_attn([q], [k], self.sa_v_proj(x), mask, "decoder_attentions")
        x = self.self_attn_layer_norm(x + self.dropout(seen))
        q, k, place = self.ca_qcontent_proj(x), self.ca_kcontent_proj(memory), self.ca_kpos_proj(positions)
        if self.ca_qpos_proj is not None:
            q, k = q + self.ca_qpos_proj(queries), k + place
        q_parts, k_parts = [q, self.ca_qpos_sine_proj(waves)], [k, place]
        seen = self.encoder_attn(q_parts, k_parts, self.ca_v_proj(memory), memory_mask, "cross_attentions")
        x = self.encoder_attn_layer_norm(x + self.dropout(seen))
        return self.final_layer_norm(x + self.feed_forward(x))


class ConditionalDetrDecoder(nn.Module):
    """The stack over the queries. Where config.auxiliary_loss, the norm at the end also stands between the layers."""

    def __init__(self, config: Any):
        super().__init__()
        width = config.d_model
        self.layers = nn.List([ConditionalDetrDecoderLayer(config, i == 0) for i in range(config.decoder_layers)])
        self.layernorm = nn.LayerNorm(width)
        self.query_scale = Perceptron(width, width, width, 2)
        self.ref_point_head = Perceptron(width, width, 2, 2)
        self.width, self.norms_each = width, config.auxiliary_loss

    def forward(self, x, queries, mask, memory, positions, memory_mask):  # (B, Q, D) -> the last states; those of each layer; points
        mask, memory_mask, states = ops.padding_mask(mask), ops.padding_mask(memory_mask), []
        points = ops.sigmoid(self.ref_point_head(queries))
        waves = point_waves(points, self.width)
        for i, layer in enumerate(self.layers):
            nn.record("decoder_hidden_states", x)
            x = layer(x, queries, mask, memory, positions, memory_mask, waves if i == 0 else waves * self.query_scale(x))
            x = self.layernorm(x) if self.norms_each else x
            states.append(x)
        x = self.layernorm(x)
        nn.record("decoder_hidden_states", x)
        return x, states, points


def point_waves(points: Any, width: int) -> Any:
    """Points (B, Q, 2), x and y from 0 to 1 -> (B, Q, D): sines and cosines of y in turn, then of x."""
    half = width // 2
    lengths = 10000 ** (2 * np.arange(half // 2, dtype=np.float32) / half)
    angle = (points * (2 * math.pi))[..., None] / ops.constant(lengths, like=points)
    b, q = ops.shape(points)[:2]
    waves = ops.reshape(ops.stack([ops.sin(angle), ops.cos(angle)], axis=4), (b, q, 2, half))
    return ops.concat([waves[:, :, 1], waves[:, :, 0]], axis=2)


class ConditionalDetrPreTrainedModel(nn.Model):
    """The base of all Conditional DETR models."""

    config_class = ConditionalDetrConfig
    prefix = "model"


class ConditionalDetrModel(ConditionalDetrPreTrainedModel, DetrModel):
    """Conditional DETR without a head; inputs are those of DetrModel, outputs too, with reference_points (Q, B, 2): where queries stand."""

    decoder_class, output_class = ConditionalDetrDecoder, ConditionalDetrModelOutput

    def details(self, found):
        return super().details(found) | {"reference_points": ops.transpose(found.points, (1, 0, 2))}


class ConditionalDetrForObjectDetection(ConditionalDetrPreTrainedModel, DetrForObjectDetection):
    """Conditional DETR with a classifier and a predictor of boxes: as DetrForObjectDetection, but logits (B, Q, L) know no "no object"."""

    model_class, scoring = ConditionalDetrModel, FOCAL

    def predicted(self, x, found):
        return {"logits": self.class_labels_classifier(x), "pred_boxes": ops.sigmoid(moved(self.bbox_predictor(x), found.points))}


IGNORE, INIT = DETR_IGNORE, DETR_INIT
