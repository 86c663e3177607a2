"""DETR, a Transformer that turns the map of a convolutional network into a set of objects.

Paper        Carion et al., 2020, https://arxiv.org/abs/2005.12872
Checkpoints  every repository whose config.json says `model_type: detr`
Names        attribute paths are checkpoint keys; later files call some parts by other names, see RENAME
Shapes       B batch, H height, W width of the image, S places of the last map, Q queries, D d_model, L num_labels
"""

from typing import Any, NamedTuple

from triform.configs.detr import DetrConfig
from triform.errors import ConfigError
from triform.vision_outputs import DetrModelOutput, QueryDetectionOutput, QuerySegmentationOutput

from .. import nn, ops
from .bart import BartFeedForward
from .conv_features import ConvModel
from .detr_masks import AttentionMaps, MaskHead
from .image_positions import image_positions
from .patches import as_tokens
from .seq2seq import memory_of
from .set_prediction import SOFTMAX, Perceptron, detection_loss


class DetrAttention(nn.Module):
    """Attention whose queries and keys know their places, and whose values do not."""

    def __init__(self, width: int, heads: int, dropout: float):
        super().__init__()
        self.heads = heads
        self.k_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(width, width)
        self.q_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, q, k, v, mask=None, kind="attentions"):  # (B, T, D), (B, S, D), (B, S, D) -> (B, T, D)
        q, k, v = (ops.split_heads(p(x), self.heads) for p, x in ((self.q_proj, q), (self.k_proj, k), (self.v_proj, v)))
        return self.out_proj(ops.merge_heads(ops.attention(q, k, v, mask, dropout=self.dropout, kind=kind)))


class DetrEncoderLayer(BartFeedForward):
    """Attention, residual, norm; feed-forward, residual, norm."""

    def __init__(self, config: Any):
        super().__init__(config, config.encoder_ffn_dim)
        self.self_attn = DetrAttention(config.d_model, config.encoder_attention_heads, config.attention_dropout)
        self.self_attn_layer_norm = nn.LayerNorm(config.d_model)

    def forward(self, x, positions, mask):
        placed = x + positions
        x = self.self_attn_layer_norm(x + self.dropout(self.self_attn(placed, placed, x, mask, "encoder_attentions")))
        return self.final_layer_norm(x + self.feed_forward(x))


class DetrDecoderLayer(BartFeedForward):
    """Attention of the queries to each other, then to the image, then feed-forward; each with a residual and a norm after it."""

    def __init__(self, config: Any):
        super().__init__(config, config.decoder_ffn_dim)
        self.self_attn = DetrAttention(config.d_model, config.decoder_attention_heads, config.attention_dropout)
        self.self_attn_layer_norm = nn.LayerNorm(config.d_model)
        self.encoder_attn = DetrAttention(config.d_model, config.decoder_attention_heads, config.attention_dropout)
        self.encoder_attn_layer_norm = nn.LayerNorm(config.d_model)

    def forward(self, x, queries, mask, memory, positions, memory_mask):
        placed = x + queries
        x = self.self_attn_layer_norm(x + self.dropout(self.self_attn(placed, placed, x, mask, "decoder_attentions")))
        seen = self.encoder_attn(x + queries, memory + positions, memory, memory_mask, "cross_attentions")
        x = self.encoder_attn_layer_norm(x + self.dropout(seen))
        return self.final_layer_norm(x + self.feed_forward(x))


class DetrEncoder(nn.Module):
    """The stack over the image."""

    layer_class: Any = DetrEncoderLayer

    def __init__(self, config: Any):
        super().__init__()
        self.layers = nn.List([self.layer_class(config) for _ in range(config.encoder_layers)])
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x, positions, mask):  # (B, S, D) -> the same
        x, mask = self.dropout(x), ops.padding_mask(mask)
        for layer in self.layers:
            nn.record("encoder_hidden_states", x)
            x = layer(x, positions, mask)
        nn.record("encoder_hidden_states", x)
        return self.finished(x)

    def finished(self, x):
        """What stands after the last layer: nothing."""
        return x


class DetrDecoder(nn.Module):
    """The stack over the queries.

    Where config.auxiliary_loss, the norm at the end also stands between the layers, as in the models that were trained so.
    """

    layer_class: Any = DetrDecoderLayer

    def __init__(self, config: Any):
        super().__init__()
        self.layers = nn.List([self.layer_class(config) for _ in range(config.decoder_layers)])
        self.layernorm = nn.LayerNorm(config.d_model)
        self.norms_each = config.auxiliary_loss

    def forward(self, x, queries, mask, memory, positions, memory_mask):  # (B, Q, D) -> the last states; those of each layer; no points
        mask, memory_mask, states = ops.padding_mask(mask), ops.padding_mask(memory_mask), []
        for layer in self.layers:
            nn.record("decoder_hidden_states", x)
            x = layer(x, queries, mask, memory, positions, memory_mask)
            x = self.layernorm(x) if self.norms_each else x
            states.append(x)
        x = self.layernorm(x)
        nn.record("decoder_hidden_states", x)
        return x, states, None


class DetrPreTrainedModel(nn.Model):
    """The base of all DETR models."""

    config_class = DetrConfig
    prefix = "model"


class DetrModel(DetrPreTrainedModel):
    """DETR without a head.

    Args of the call:
        pixel_values: (B, C, H, W); pixel_mask (B, H, W), 0 for padding.
        decoder_attention_mask: (B, Q), 0 for queries that no other sees.
        encoder_outputs: of an earlier call; then the encoder does not run.
        inputs_embeds: (B, S, D), in place of the projected map; decoder_inputs_embeds: (B, Q, D), what queries start as, in place of zeros.

    Returns:
        DetrModelOutput with last_hidden_state (B, Q, D), encoder_last_hidden_state (B, S, D) and, where config.auxiliary_loss,
        intermediate_hidden_states (layers, B, Q, D).
    """

    encoder_class, decoder_class, output_class = DetrEncoder, DetrDecoder, DetrModelOutput

    def __init__(self, config: DetrConfig):
        super().__init__(config)
        self.backbone = ConvModel(config, image_positions(config))
        self.input_projection = nn.Conv2d(self.backbone.conv_encoder.channels[-1], config.d_model, 1)
        self.query_position_embeddings = nn.Embedding(config.num_queries, config.d_model)
        self.encoder = self.encoder_class(config)
        self.decoder = self.decoder_class(config)

    def forward(
        self, pixel_values, pixel_mask=None, decoder_attention_mask=None, encoder_outputs=None, inputs_embeds=None,
        decoder_inputs_embeds=None,
    ):  # fmt: skip
        found = self.read(pixel_values, pixel_mask, decoder_attention_mask, encoder_outputs, inputs_embeds, decoder_inputs_embeds)
        return self.output(self.output_class, found, **self.details(found))

    def read(self, pixel_values, pixel_mask, decoder_attention_mask, encoder_outputs, inputs_embeds, decoder_inputs_embeds):
        """What a call finds: see `Found`."""
        maps = self.backbone(pixel_values, pixel_mask)
        smallest, mask, positions = maps[-1]
        projected = self.input_projection(smallest)
        mask, positions = ops.reshape(mask, (ops.shape(mask)[0], -1)), as_tokens(positions)
        memory = memory_of(encoder_outputs)
        if memory is None:
            memory = self.encoder(as_tokens(projected) if inputs_embeds is None else inputs_embeds, positions, mask)
        b, _, width = ops.shape(memory)
        queries = ops.broadcast_to(self.query_position_embeddings.weight[...][None], (b, self.config.num_queries, width))
        x = ops.zeros_like(queries) if decoder_inputs_embeds is None else decoder_inputs_embeds
        last, states, points = self.decoder(x, queries, decoder_attention_mask, memory, positions, mask)
        return Found(last, states, points, memory, mask, projected, [each for each, *_ in maps[:-1]])

    def details(self, found):
        """What only the model without a head returns."""
        return {"intermediate_hidden_states": ops.stack(found.states, axis=0) if self.config.auxiliary_loss else None}

    def output(self, output_class, found, **more):
        """An output with what all models of DETR's kin return."""
        return output_class(last_hidden_state=found.last, encoder_last_hidden_state=found.memory, **more)


class Found(NamedTuple):
    """What DETR finds in images.

    Attributes:
        last: (B, Q, D), of the queries; states: the same after each layer. points: (B, Q, 2), where queries stand, if they do anywhere.
        memory: (B, S, D), of the encoder; mask: (B, S), where it is real.
        projected: (B, D, H', W'), what the encoder was given. maps: of the backbone, larger first, without the last.
    """

    last: Any
    states: list[Any]
    points: Any
    memory: Any
    mask: Any
    projected: Any
    maps: list[Any]


class DetrForObjectDetection(DetrPreTrainedModel):
    """DETR with a classifier and a predictor of boxes on its queries.

    Args of the call:
        labels: of each image a mapping with class_labels (N,) int and boxes (N, 4), centre x and y, width, height, as shares of the image.
        The rest as of DetrModel.

    Returns:
        QueryDetectionOutput with logits (B, Q, L + 1) and pred_boxes (B, Q, 4); auxiliary_outputs where config.auxiliary_loss and labels.
    """

    host_loss = True
    model_class: Any = DetrModel
    scoring = SOFTMAX

    def __init__(self, config: Any):
        super().__init__(config)
        self.model = self.model_class(config)
        self.class_labels_classifier = nn.Linear(config.d_model, config.num_labels + (self.scoring is SOFTMAX))
        self.bbox_predictor = Perceptron(config.d_model, config.d_model, 4, 3)

    def forward(
        self, pixel_values, pixel_mask=None, decoder_attention_mask=None, encoder_outputs=None, inputs_embeds=None,
        decoder_inputs_embeds=None, labels=None,
    ):  # fmt: skip
        found = self.model.read(pixel_values, pixel_mask, decoder_attention_mask, encoder_outputs, inputs_embeds, decoder_inputs_embeds)
        made, auxiliary = self.predicted(found.last, found), self.earlier(found, labels)
        loss, terms = (None, None) if labels is None else detection_loss(self.config, made, labels, auxiliary, self.scoring)
        return self.model.output(QueryDetectionOutput, found, loss=loss, loss_dict=terms, auxiliary_outputs=auxiliary, **made)

    def predicted(self, x, found):  # (B, Q, D) -> of each query
        return {"logits": self.class_labels_classifier(x), "pred_boxes": ops.sigmoid(self.bbox_predictor(x))}

    def earlier(self, found, labels):
        """The predictions of all layers but the last, where they are to be judged."""
        return [self.predicted(x, found) for x in found.states[:-1]] if self.config.auxiliary_loss and labels is not None else None


class DetrForSegmentation(DetrPreTrainedModel):
    """DETR that also outlines what it finds; its backbone gives four maps.

    Args of the call:
        labels: as of DetrForObjectDetection, with masks (N, H, W).

    Returns:
        QuerySegmentationOutput with logits (B, Q, L + 1), pred_boxes (B, Q, 4) and pred_masks (B, Q, H / 4, W / 4), before the sigmoid.
    """

    host_loss = True
    prefix = "detr"

    def __init__(self, config: DetrConfig):
        super().__init__(config)
        self.detr = DetrForObjectDetection(config)
        channels, heads = self.detr.model.backbone.conv_encoder.channels, config.encoder_attention_heads
        if len(channels) != 4 or (config.d_model + heads) % 8 or config.d_model % 64:
            raise ConfigError(
                f"{type(self).__name__}: the backbone gives {len(channels)} maps, d_model is {config.d_model}, encoder_attention_heads "
                f"{heads}; expected 4 maps, d_model a multiple of 64, and the sum of both a multiple of 8."
            )
        self.mask_head = MaskHead(config.d_model + heads, channels[2::-1], config.d_model)
        self.bbox_attention = AttentionMaps(config.d_model, heads)

    def forward(
        self, pixel_values, pixel_mask=None, decoder_attention_mask=None, encoder_outputs=None, inputs_embeds=None,
        decoder_inputs_embeds=None, labels=None,
    ):  # fmt: skip
        model = self.detr.model
        found = model.read(pixel_values, pixel_mask, decoder_attention_mask, encoder_outputs, inputs_embeds, decoder_inputs_embeds)
        made, auxiliary = self.detr.predicted(found.last, found), self.detr.earlier(found, labels)
        shares = self.bbox_attention(found.last, found.memory, found.mask, ops.shape(found.projected)[2:])
        made["pred_masks"] = self.mask_head(found.projected, shares, found.maps[::-1])
        loss, terms = (None, None) if labels is None else detection_loss(self.config, made, labels, auxiliary)
        return model.output(QuerySegmentationOutput, found, loss=loss, loss_dict=terms, auxiliary_outputs=auxiliary, **made)


RENAME = {
    r"\bbackbone\.model\.": "backbone.conv_encoder.model.",
    r"\.o_proj\.": ".out_proj.",
    r"(layers\.\d+)\.mlp\.(fc\d)": r"\1.\2",
}
IGNORE = (r"num_batches_tracked$",)
INIT = {
    r"bbox_attention\.\w_linear\.weight$": ("xavier_uniform", None),
    r"bbox_attention\.\w_linear\.bias$": "zeros",
    r"position_embedding\.(row|column)_embeddings\.weight$": ("uniform_from_0", 1.0),
    r"(norm\w*|gn\d)\.weight$": "ones",
    r"weight$": ("normal", "init_std"),
}
