"""Deformable DETR, whose queries look at a few places of several maps, and so find small objects, and sooner.

Paper        Zhu et al., 2020, https://arxiv.org/abs/2010.04159
Checkpoints  every repository whose config.json says `model_type: deformable_detr`
Names        attribute paths are checkpoint keys
Shapes       B batch, H height, W width of the image, L maps, S places of all maps, Q queries, D d_model, C num_labels
"""

import math
from typing import Any, NamedTuple

import numpy as np

from triform.configs.deformable_detr import DeformableDetrConfig
from triform.errors import ConfigError
from triform.vision_outputs import DeformableDetectionOutput, DeformableDetrModelOutput

from .. import nn, ops
from .bart import BartFeedForward
from .boxes import moved
from .conv_features import ConvModel
from .deformable_attention import DeformableAttention, DeformableEncoderLayer, centres, first_offsets, real_shares
from .detr import DetrAttention
from .image_positions import image_positions
from .patches import as_tokens
from .seq2seq import memory_of
from .set_prediction import FOCAL, Perceptron, detection_loss


class DeformableDetrDecoderLayer(BartFeedForward):
    """Attention of the queries to each other, deformable attention to the image, feed-forward; each with a residual and a norm after it."""

    def __init__(self, config: Any):
        super().__init__(config, config.decoder_ffn_dim)
        width, heads = config.d_model, config.decoder_attention_heads
        self.self_attn = DetrAttention(width, heads, config.attention_dropout)
        self.self_attn_layer_norm = nn.LayerNorm(width)
        self.encoder_attn = DeformableAttention(width, heads, config.num_feature_levels, config.decoder_n_points)
        self.encoder_attn_layer_norm = nn.LayerNorm(width)

    def forward(self, x, queries, mask, memory, memory_mask, where, sizes):
        placed = x + queries
        x = self.self_attn_layer_norm(x + self.dropout(self.self_attn(placed, placed, x, mask, "decoder_attentions")))
        seen = self.encoder_attn(x + queries, memory, memory_mask, where, sizes, "cross_attentions")
        x = self.encoder_attn_layer_norm(x + self.dropout(seen))
        return self.final_layer_norm(x + self.feed_forward(x))


class DeformableDetrEncoder(nn.Module):
    """The stack over the maps."""

    def __init__(self, config: Any):
        super().__init__()
        sizes = config.d_model, config.encoder_attention_heads, config.num_feature_levels, config.encoder_n_points, config.encoder_ffn_dim
        rest = config.activation_function, config.dropout, config.activation_dropout
        self.layers = nn.List([DeformableEncoderLayer(*sizes, *rest) for _ in range(config.encoder_layers)])
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x, positions, mask, shares, sizes):  # (B, S, D) -> the same
        x, where = self.dropout(x), centres(sizes, shares)
        for layer in self.layers:
            nn.record("encoder_hidden_states", x)
            x = layer(x, positions, mask, where, sizes)
        nn.record("encoder_hidden_states", x)
        return x


class DeformableDetrDecoder(nn.Module):
    """The stack over the queries. `refine` gives the correction of a layer's boxes from its states, where boxes are corrected."""

    def __init__(self, config: Any):
        super().__init__()
        self.layers = nn.List([DeformableDetrDecoderLayer(config) for _ in range(config.decoder_layers)])

    def forward(self, x, queries, mask, memory, memory_mask, where, shares, sizes, refine):  # (B, Q, D) -> states, points, of each layer
        mask, states, points = ops.padding_mask(mask), [], []
        for i, layer in enumerate(self.layers):
            nn.record("decoder_hidden_states", x)
            wide = shares if where.shape[-1] == 2 else ops.concat([shares, shares], axis=2)
            x = layer(x, queries, mask, memory, memory_mask, where[:, :, None] * wide[:, None], sizes)
            if refine is not None:
                where = ops.detach(ops.sigmoid(moved(refine[i](x), where)))
            states.append(x)
            points.append(where)
        nn.record("decoder_hidden_states", x)
        return states, points


class DeformableDetrPreTrainedModel(nn.Model):
    """The base of all Deformable DETR models."""

    config_class = DeformableDetrConfig
    prefix = "model"


class DeformableDetrModel(DeformableDetrPreTrainedModel):
    """Deformable DETR without a head, so without corrections of boxes; where config.two_stage, there is none.

    Args of the call:
        pixel_values: (B, C, H, W); pixel_mask (B, H, W), 0 for padding.
        decoder_attention_mask: (B, Q), 0 for queries that no other sees.
        encoder_outputs: of an earlier call; then the encoder does not run.
        inputs_embeds: (B, S, D), in place of the projected maps; decoder_inputs_embeds: (B, Q, D), what queries start as, in place of
            learned ones.

    Returns:
        DeformableDetrModelOutput.
    """

    def __init__(self, config: DeformableDetrConfig):
        super().__init__(config)
        width, levels = config.d_model, config.num_feature_levels
        self.backbone = ConvModel(config, image_positions(config, centred=True))
        channels = self.backbone.conv_encoder.channels
        if levels < len(channels):
            raise ConfigError(f"{type(self).__name__}: the backbone gives {len(channels)} maps, more than num_feature_levels={levels}.")
        projections = [nn.List([nn.Conv2d(n, width, 1), nn.GroupNorm(32, width)]) for n in channels]
        for n in [channels[-1], *[width] * (levels - len(channels))][: levels - len(channels)]:
            projections.append(nn.List([nn.Conv2d(n, width, 3, stride=2, padding=1), nn.GroupNorm(32, width)]))
        self.input_proj = nn.List(projections)
        self.query_position_embeddings = None if config.two_stage else nn.Embedding(config.num_queries, 2 * width)
        self.encoder = DeformableDetrEncoder(config)
        self.decoder = DeformableDetrDecoder(config)
        self.level_embed = nn.Parameter((levels, width))
        self.reference_points = None if config.two_stage else nn.Linear(width, 2)
        self.enc_output = nn.Linear(width, width) if config.two_stage else None
        self.enc_output_norm = nn.LayerNorm(width) if config.two_stage else None
        self.pos_trans = nn.Linear(2 * width, 2 * width) if config.two_stage else None
        self.pos_trans_norm = nn.LayerNorm(2 * width) if config.two_stage else None

    def forward(
        self, pixel_values, pixel_mask=None, decoder_attention_mask=None, encoder_outputs=None, inputs_embeds=None,
        decoder_inputs_embeds=None,
    ):  # fmt: skip
        if self.config.two_stage:
            raise ConfigError(f"{type(self).__name__}: config.two_stage needs the heads. Take AutoModelForObjectDetection.")
        found = self.read(pixel_values, pixel_mask, decoder_attention_mask, encoder_outputs, inputs_embeds, decoder_inputs_embeds)
        return DeformableDetrModelOutput(**named(found))

    def read(
        self, pixel_values, pixel_mask, decoder_attention_mask, encoder_outputs, inputs_embeds, decoder_inputs_embeds, heads=None
    ):  # fmt: skip
        """What a call finds: see `Found`. `heads` are (classifier of proposals, predictors of boxes)."""
        maps = self.maps(pixel_values, pixel_mask)
        sizes = [tuple(ops.shape(x)[2:]) for x, *_ in maps]
        shares = real_shares([mask for _, mask, _ in maps])
        mask = ops.concat([ops.reshape(mask, (ops.shape(mask)[0], -1)) for _, mask, _ in maps], axis=1)
        memory = memory_of(encoder_outputs)
        if memory is None:
            x = ops.concat([as_tokens(x) for x, *_ in maps], axis=1) if inputs_embeds is None else inputs_embeds
            levels = self.level_embed[...]
            positions = ops.concat([as_tokens(place) + levels[i] for i, (*_, place) in enumerate(maps)], axis=1)
            memory = self.encoder(x, positions, mask, shares, sizes)
        b, proposals = ops.shape(memory)[0], None
        if self.config.two_stage:
            queries, start, where, proposals = self.propose(memory, mask, [each for _, each, _ in maps], *heads)
        else:
            both = ops.broadcast_to(self.query_position_embeddings.weight[...][None], (b, self.config.num_queries, 2 * self.config.d_model))
            queries, start = ops.split(both, 2, axis=2)
            where = ops.sigmoid(self.reference_points(queries))
        x = start if decoder_inputs_embeds is None else decoder_inputs_embeds
        refine = heads[1] if heads is not None and self.config.with_box_refine else None
        states, points = self.decoder(x, queries, decoder_attention_mask, memory, mask, where, shares, sizes, refine)
        return Found(where, states, points, memory, proposals)

    def maps(self, pixel_values, pixel_mask):
        """Of each level its map (B, D, H, W), its mask (B, H, W), its positions (B, D, H, W)."""
        found = self.backbone(pixel_values, pixel_mask)
        out = [(self.projected(i, x), mask, place) for i, (x, mask, place) in enumerate(found)]
        x = found[-1][0]
        for i in range(len(found), len(self.input_proj)):
            x = self.projected(i, x)
            mask = ops.cast(found[0][1], "float32") if pixel_mask is None else ops.cast(pixel_mask, "float32")
            mask = ops.resize_nearest(mask[:, None], ops.shape(x)[2:])[:, 0] > 0
            out.append((x, mask, ops.cast(self.backbone.position_embedding(mask), x.dtype)))
        return out

    def projected(self, i, x):
        convolution, norm = self.input_proj[i]
        return norm(convolution(x))

    def propose(self, memory, mask, masks, classify, predictors):
        """Queries (B, Q, D), what they start as, their boxes, and the (logits, boxes before the sigmoid) of all places."""
        boxes, usable = first_boxes(masks, memory)
        x = ops.where((usable & mask[:, :, None]), memory, 0.0)
        x = self.enc_output_norm(self.enc_output(x))
        logits, boxes = classify(x), predictors[-1](x) + ops.where(usable & mask[:, :, None], boxes, math.inf)
        _, best = ops.top_k(logits[..., 0], self.config.two_stage_num_proposals)
        best = ops.broadcast_to(best[..., None], (*ops.shape(best), 4))
        chosen = ops.detach(ops.take_along(boxes, best, axis=1))
        queries, start = ops.split(self.pos_trans_norm(self.pos_trans(box_waves(chosen, self.config.d_model))), 2, axis=2)
        return queries, start, ops.sigmoid(chosen), (logits, boxes)


class Found(NamedTuple):
    """What Deformable DETR finds in images.

    Attributes:
        start: (B, Q, 2 or 4), where the queries stand. states, points: (B, Q, D) and (B, Q, 2 or 4) after each layer.
        memory: (B, S, D), of the encoder. proposals: of a first stage, (logits, boxes before the sigmoid) of each place.
    """

    start: Any
    states: list[Any]
    points: list[Any]
    memory: Any
    proposals: Any


class DeformableDetrForObjectDetection(DeformableDetrPreTrainedModel):
    """Deformable DETR with classifiers and predictors of boxes on its queries, one for each layer.

    Args of the call:
        labels: of each image a mapping with class_labels (N,) int and boxes (N, 4), centre x and y, width, height, as shares of the image.
        The rest as of DeformableDetrModel.

    Returns:
        DeformableDetectionOutput with logits (B, Q, C) and pred_boxes (B, Q, 4); auxiliary_outputs where config.auxiliary_loss and labels.
    """

    host_loss = True

    def __init__(self, config: DeformableDetrConfig):
        super().__init__(config)
        self.model = DeformableDetrModel(config)
        width, count = config.d_model, config.decoder_layers + config.two_stage
        classifiers = [nn.Linear(width, config.num_labels) for _ in range(count if config.with_box_refine else 1)]
        predictors = [Perceptron(width, width, 4, 3) for _ in classifiers]
        several = lambda parts: nn.List(parts if config.with_box_refine else parts * count)  # one for all layers, or one for each
        self.class_embed, self.bbox_embed = several(classifiers), several(predictors)

    def forward(
        self, pixel_values, pixel_mask=None, decoder_attention_mask=None, encoder_outputs=None, inputs_embeds=None,
        decoder_inputs_embeds=None, labels=None,
    ):  # fmt: skip
        heads = self.class_embed[-1], self.bbox_embed
        found = self.model.read(
            pixel_values, pixel_mask, decoder_attention_mask, encoder_outputs, inputs_embeds, decoder_inputs_embeds, heads
        )  # fmt: skip
        auxiliary = None
        if self.config.auxiliary_loss and labels is not None:
            auxiliary = [self.predicted(found, i) for i in range(len(found.states) - 1)]
        made = self.predicted(found, len(found.states) - 1)
        loss, terms = (None, None) if labels is None else detection_loss(self.config, made, labels, auxiliary, FOCAL)
        return DeformableDetectionOutput(loss=loss, loss_dict=terms, auxiliary_outputs=auxiliary, **made, **named(found))

    def predicted(self, found, i):
        """What layer i says of each query, from where the layer before left it."""
        x, where = found.states[i], found.start if i == 0 else found.points[i - 1]
        return {"logits": self.class_embed[i](x), "pred_boxes": ops.sigmoid(moved(self.bbox_embed[i](x), where))}


def named(found: Found) -> dict[str, Any]:
    """The fields of outputs that tell what was found."""
    logits, boxes = found.proposals or (None, None)
    return {
        "init_reference_points": found.start, "last_hidden_state": found.states[-1],
        "intermediate_hidden_states": ops.stack(found.states, axis=1), "intermediate_reference_points": ops.stack(found.points, axis=1),
        "encoder_last_hidden_state": found.memory, "enc_outputs_class": logits, "enc_outputs_coord_logits": boxes,
    }  # fmt: skip


def first_boxes(masks: Any, like: Any) -> tuple[Any, Any]:
    """A box around each place, before the sigmoid, larger on smaller maps: (B, S, 4); whether it lies well inside the image (B, S, 1)."""
    boxes = []
    for level, mask in enumerate(masks):
        _, height, width = ops.shape(mask)
        y, x = np.meshgrid(np.arange(height) + 0.5, np.arange(width) + 0.5, indexing="ij")
        real = ops.cast(mask, "float32")
        sides = ops.stack([ops.sum(real[:, 0], axis=1), ops.sum(real[:, :, 0], axis=1)], axis=1)[:, None]  # (B, 1, 2)
        centre = ops.constant(np.stack([x.ravel(), y.ravel()], axis=1), like=real)[None] / sides
        boxes.append(ops.concat([centre, ops.zeros_like(centre) + 0.05 * 2.0**level], axis=2))
    every = ops.concat(boxes, axis=1)
    usable = ops.sum(ops.cast((every > 0.01) & (every < 0.99), "int"), axis=2, keepdims=True) == 4
    inside = ops.where(usable, every, 0.5)
    return ops.cast(ops.log(inside / (1 - inside)), like.dtype), usable


def box_waves(boxes: Any, width: int) -> Any:
    """Boxes (B, Q, 4) before the sigmoid -> (B, Q, 2 · width): sines and cosines of each number in turn."""
    half = width // 2
    waves = 10000 ** (-2 * np.arange(half // 2, dtype=np.float32) / half)
    angle = (ops.sigmoid(boxes) * (2 * math.pi))[..., None] * ops.constant(waves, like=boxes)
    b, q = ops.shape(boxes)[:2]
    return ops.reshape(ops.stack([ops.sin(angle), ops.cos(angle)], axis=4), (b, q, 4 * half))


def _offsets(part: str) -> Any:
    """What the bias of the offsets starts as, in the encoder or the decoder."""

    def start(config: Any) -> np.ndarray:
        heads, points = getattr(config, f"{part}_attention_heads"), getattr(config, f"{part}_n_points")
        return first_offsets(heads, config.num_feature_levels, points)

    return ("fixed", start)


RENAME = {r"^model\.decoder\.(class|bbox)_embed\.": r"\1_embed."}  # the decoder's names of the same arrays
IGNORE = (r"num_batches_tracked$",)
INIT = {
    r"encoder\.layers\.\d+\.self_attn\.sampling_offsets\.bias$": _offsets("encoder"),
    r"encoder_attn\.sampling_offsets\.bias$": _offsets("decoder"),
    r"(sampling_offsets|attention_weights)\.weight$": "zeros",
    r"(value_proj|output_proj)\.weight$": "xavier_uniform",
    r"^level_embed$|\.level_embed$": ("normal", 1.0),
    r"reference_points\.weight$": "xavier_uniform",
    r"position_embedding\.(row|column)_embeddings\.weight$": ("uniform_from_0", 1.0),
    r"class_embed\.\d+\.bias$": ("constant", -math.log(99)),
    r"(norm\w*|input_proj\.\d+\.1)\.weight$": "ones",
    r"weight$": ("normal", "init_std"),
}
