"""Mask2Former, whose queries look only where their own masks are, as these were after the layer before.

Paper        Cheng et al., 2021, https://arxiv.org/abs/2112.01527
Checkpoints  every repository whose config.json says `model_type: mask2former`
Names        attribute paths are checkpoint keys
Shapes       B batch, H height, W width of the image, Q queries, D hidden_dim, F mask_feature_size, L num_labels
"""

from typing import Any

from triform.configs.mask2former import Mask2FormerConfig
from triform.errors import ConfigError
from triform.vision_outputs import Mask2FormerForUniversalSegmentationOutput, Mask2FormerModelOutput

from .. import nn, ops
from .deformable_attention import first_offsets
from .detr import DetrAttention
from .feed_forward import FeedForward
from .image_positions import SinePositions
from .mask2former_pixels import MAPS, POINTS, Mask2FormerPixelDecoder, positions_of
from .mask_losses import binary_cross_entropy_each, dice_loss
from .mask_set_prediction import MaskCriterion, class_weights, pairwise_dice, pairwise_entropy
from .maskformer import embedded, mask_embedder
from .patches import as_tokens


class FusedAttention(nn.Module):
    """Attention whose three projections are one array, (3 · D, D), as torch.nn.MultiheadAttention keeps them."""

    def __init__(self, width: int, heads: int, dropout: float):
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter((3 * width, width))
        self.in_proj_bias = nn.Parameter((3 * width,), "zeros")
        self.out_proj = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, q, k, v, mask):  # (B, T, D), (B, S, D), (B, S, D), (B, 1, T, S) -> (B, T, D)
        weights, biases = ops.split(self.in_proj_weight[...], 3, axis=0), ops.split(self.in_proj_bias[...], 3, axis=0)
        parts = [ops.einsum("btd,ed->bte", x, weight) + bias for x, weight, bias in zip((q, k, v), weights, biases)]
        q, k, v = (ops.split_heads(x, self.heads) for x in parts)
        return self.out_proj(ops.merge_heads(ops.attention(q, k, v, mask, dropout=self.dropout, kind="cross_attentions")))


class Mask2FormerDecoderLayer(FeedForward):
    """Attention to the image, attention of the queries to each other, feed-forward; each with a residual, and a norm before or after."""

    def __init__(self, config: Any):
        width, heads, dropout = config.hidden_dim, config.num_attention_heads, config.dropout
        super().__init__(width, config.dim_feedforward, config.activation_function, dropout, dropout)
        self.before = config.pre_norm
        self.self_attn = DetrAttention(width, heads, dropout)
        self.self_attn_layer_norm = nn.LayerNorm(width)
        self.cross_attn = FusedAttention(width, heads, dropout)
        self.cross_attn_layer_norm = nn.LayerNorm(width)

    def forward(self, x, queries, memory, positions, mask):  # (B, Q, D) -> the same
        look = lambda x: self.dropout(self.cross_attn(x + queries, memory + positions, memory, mask))
        compare = lambda x: self.dropout(self.self_attn(x + queries, x + queries, x))
        x = self.step(x, look, self.cross_attn_layer_norm)
        x = self.step(x, compare, self.self_attn_layer_norm)
        return self.step(x, self.feed_forward, self.final_layer_norm)

    def step(self, x, block, norm):
        return x + block(norm(x)) if self.before else norm(x + block(x))


class Mask2FormerMaskPredictor(nn.Module):
    """(B, Q, D), pixels (B, F, h, w) -> the masks of the queries (B, Q, h, w), before the sigmoid."""

    def __init__(self, config: Any):
        super().__init__()
        self.mask_embedder = mask_embedder(config.hidden_dim, config.mask_feature_size)

    def forward(self, x, pixels):
        return ops.einsum("bqf,bfhw->bqhw", embedded(self.mask_embedder, x), pixels)


class Mask2FormerDecoder(nn.Module):
    """The stack over the queries; layers look at the maps in turn."""

    def __init__(self, config: Any):
        super().__init__()
        self.layers = nn.List([Mask2FormerDecoderLayer(config) for _ in range(config.decoder_layers - 1)])
        self.layernorm = nn.LayerNorm(config.hidden_dim)
        self.mask_predictor = Mask2FormerMaskPredictor(config)

    def forward(self, x, queries, memories, positions, sizes, pixels):  # (B, Q, D) -> the last states; all normed ones; all masks
        states, masks = [], []
        for i, layer in enumerate([*self.layers, None]):
            nn.record("transformer_decoder_hidden_states", ops.transpose(x, (1, 0, 2)))
            states.append(self.layernorm(x))
            nn.record("transformer_decoder_intermediate_states", ops.transpose(states[-1], (1, 0, 2)))
            masks.append(self.mask_predictor(states[-1], pixels))
            if layer is not None:
                x = layer(x, queries, memories[i % MAPS], positions[i % MAPS], inside(masks[-1], sizes[i % MAPS]))
        return x, states, masks


def inside(masks: Any, size: Any) -> Any:
    """Where queries look on a map of a size: inside their masks (B, Q, h, w), or everywhere, where a mask is empty: (B, 1, Q, S)."""
    smaller = ops.resize_bilinear(ops.detach(masks), size)
    b, q, height, width = ops.shape(smaller)
    seen = ops.sigmoid(ops.reshape(smaller, (b, q, height * width))) >= 0.5
    empty = ops.sum(ops.cast(seen, "int"), axis=2, keepdims=True) == 0
    return (seen | empty)[:, None]


class Mask2FormerTransformerModule(nn.Module):
    """The queries, and the decoder over three maps."""

    def __init__(self, config: Any):
        super().__init__()
        width = config.hidden_dim
        self.position_embedder = SinePositions(width)
        self.queries_embedder = nn.Embedding(config.num_queries, width)
        self.queries_features = nn.Embedding(config.num_queries, width)
        self.decoder = Mask2FormerDecoder(config)
        self.level_embed = nn.Embedding(MAPS, width)
        projects = config.feature_size != width or config.enforce_input_projection  # the reference does, and does not save these
        self.input_projections = nn.List([nn.Conv2d(config.feature_size, width, 1) for _ in range(MAPS)]) if projects else None

    def forward(self, maps, pixels):
        if self.input_projections is not None:
            maps = [project(x) for project, x in zip(self.input_projections, maps)]
        levels = self.level_embed.weight[...]
        memories = [as_tokens(x) + levels[i] for i, x in enumerate(maps)]
        positions = [as_tokens(positions_of(self.position_embedder, x)) for x in maps]
        sizes = [(x.shape[2], x.shape[3]) for x in maps]
        b = ops.shape(pixels)[0]
        every = [
            ops.broadcast_to(each.weight[...][None], (b, *each.weight.shape)) for each in (self.queries_features, self.queries_embedder)
        ]
        return self.decoder(*every, memories, positions, sizes, pixels)


class Mask2FormerPixelLevelModule(nn.Module):
    """The backbone and the pixel decoder."""

    def __init__(self, config: Any):
        super().__init__()
        self.encoder = nn.part(config.backbone_config, "AutoBackbone")
        channels = self.encoder.channels
        if len(channels) != len(config.feature_strides) or len(channels) < MAPS:
            raise ConfigError(
                f"Mask2Former: the backbone gives {len(channels)} maps, feature_strides is {list(config.feature_strides)}; "
                f"expected a stride for each map, and {MAPS} maps or more."
            )
        self.decoder = Mask2FormerPixelDecoder(config, channels)

    def forward(self, pixel_values):  # -> the maps of the backbone, what masks are read from, three maps
        maps = nn.recorded_as("backbone_", self.encoder, pixel_values).feature_maps
        pixels, out = self.decoder(maps)
        for kind, parts in (("encoder_hidden_states", maps), ("pixel_decoder_hidden_states", out)):
            for part in parts:
                nn.record(kind, part)
        return maps, pixels, out


class Mask2FormerPreTrainedModel(nn.Model):
    """The base of all Mask2Former models."""

    config_class = Mask2FormerConfig
    prefix = "model"


class Mask2FormerModel(Mask2FormerPreTrainedModel):
    """Mask2Former without a classifier.

    Args of the call:
        pixel_values: (B, C, H, W).
        pixel_mask: (B, H, W); taken, and of no effect: padding is seen.

    Returns:
        Mask2FormerModelOutput.
    """

    def __init__(self, config: Mask2FormerConfig):
        super().__init__(config)
        self.pixel_level_module = Mask2FormerPixelLevelModule(config)
        self.transformer_module = Mask2FormerTransformerModule(config)

    def forward(self, pixel_values, pixel_mask=None):
        found, _, masks = self.read(pixel_values)
        return Mask2FormerModelOutput(*found, masks_queries_logits=tuple(masks))

    def read(self, pixel_values):
        """(the last map of the backbone, what masks are read from, the last states of the queries), all normed states, all masks."""
        maps, pixels, smaller = self.pixel_level_module(pixel_values)
        last, states, masks = self.transformer_module(smaller, pixels)
        return (maps[-1], pixels, last), states, masks


class Mask2FormerCriterion(MaskCriterion):
    """Cross entropy and Dice losses of some points, more of them where predictions are uncertain.

    In training the points are random; in evaluation they are always the same, so that a loss says the same twice.
    """

    def __init__(self, config: Any):
        super().__init__(config)
        self.points = nn.Points(2)

    @property
    def class_weight(self):
        return self.config.class_weight

    def costs(self, class_logits, mask_logits, classes, masks):
        config = self.config
        places = self.points(1, config.train_num_points, like=mask_logits)
        found, wanted = (seen(each[None], places)[0] for each in (mask_logits, masks))
        unlikely = -ops.take(ops.softmax(class_logits, axis=-1), classes, axis=1)
        return (
            config.class_weight * unlikely + config.mask_weight * pairwise_entropy(found, wanted)
            + config.dice_weight * pairwise_dice(found, wanted)
        )  # fmt: skip

    def mask_terms(self, found, wanted, count):
        config, found, wanted = self.config, found[:, None], wanted[:, None]
        places = self.uncertain(ops.detach(found))
        found, wanted = seen(found, places)[:, 0], seen(wanted, places)[:, 0]
        entropy, dice = ops.sum(ops.mean(binary_cross_entropy_each(found, wanted), axis=1)), ops.sum(dice_loss(found, wanted))
        return (config.mask_weight * entropy + config.dice_weight * dice) / count

    def uncertain(self, masks):
        """Places (P, M, 2) of masks (P, 1, h, w): of many, those where least is certain; and some others."""
        config, pairs = self.config, ops.shape(masks)[0]
        total = config.train_num_points
        chosen = int(config.importance_sample_ratio * total)
        many = self.points(pairs, int(total * config.oversample_ratio), like=masks)
        _, best = ops.top_k(-ops.absolute(seen(masks, many)[:, 0]), chosen)
        places = ops.take_along(many, ops.broadcast_to(best[..., None], (*ops.shape(best), 2)), axis=1)
        return places if chosen == total else ops.concat([places, self.points(pairs, total - chosen, like=masks)], axis=1)


def seen(x: Any, places: Any) -> Any:
    """(B, C, h, w) at places (B, M, 2) in [0, 1] -> (B, C, M)."""
    return ops.sample(x, 2 * places[:, None] - 1)[:, :, 0]


class Mask2FormerForUniversalSegmentation(Mask2FormerPreTrainedModel):
    """Mask2Former with a classifier of queries.

    Args of the call:
        mask_labels: of each image (N, H, W), nonzero inside; class_labels: of each image (N,) int.
        output_auxiliary_logits: True for what each layer of the decoder says. The rest as of Mask2FormerModel.

    Returns:
        Mask2FormerForUniversalSegmentationOutput with class_queries_logits (B, Q, L + 1) and masks_queries_logits (B, Q, H / 4, W / 4).
    """

    host_loss = True

    def __init__(self, config: Mask2FormerConfig):
        super().__init__(config)
        self.model = Mask2FormerModel(config)
        self.class_predictor = nn.Linear(config.hidden_dim, config.num_labels + 1)
        self.criterion = Mask2FormerCriterion(config)

    def forward(self, pixel_values, mask_labels=None, class_labels=None, pixel_mask=None, output_auxiliary_logits=None):
        found, states, masks = self.model.read(pixel_values)
        made = [(self.class_predictor(x), mask) for x, mask in zip(states, masks)]
        loss = None
        if mask_labels is not None and class_labels is not None:
            loss = self.criterion(made if self.config.use_auxiliary_loss else made[-1:], mask_labels, class_labels)
        shown = self.config.output_auxiliary_logits if output_auxiliary_logits is None else output_auxiliary_logits
        earlier = [{"masks_queries_logits": mask, "class_queries_logits": classes} for classes, mask in made[:-1]] if shown else None
        return Mask2FormerForUniversalSegmentationOutput(loss, *made[-1], earlier, *found)


def _first_offsets(config: Any) -> Any:
    return first_offsets(config.num_attention_heads, MAPS, POINTS)


OPTIONAL = (r"transformer_module\.input_projections\.",)
IGNORE = (r"num_batches_tracked$",)
INIT = {
    r"criterion\.empty_weight$": ("computed", class_weights),
    r"sampling_offsets\.bias$": ("fixed", _first_offsets),
    r"(sampling_offsets|attention_weights)\.weight$": "zeros",
    r"(norm\w*|\.(input_projections|adapter_\d|layer_\d)(\.\d)?\.1)\.weight$": "ones",
    r"value_proj\.weight$|output_proj\.weight$|transformer_module.*(proj|fc1|fc2|in_proj_weight).*weight$": "xavier_uniform",
    r"decoder\.level_embed$": "zeros",
    r"weight$": ("normal", "init_std"),
}
