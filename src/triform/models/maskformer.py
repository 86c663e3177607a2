"""MaskFormer, which segments images by predicting a set of masks, each with a class.

Paper        Cheng et al., 2021, https://arxiv.org/abs/2107.06278
Checkpoints  every repository whose config.json says `model_type: maskformer`
Names        attribute paths are checkpoint keys
Shapes       B batch, H height, W width of the image, Q queries, D width of the queries, F mask_feature_size, L num_labels
"""

from typing import Any

from triform.configs.maskformer import MaskFormerConfig
from triform.vision_outputs import MaskFormerForInstanceSegmentationOutput, MaskFormerModelOutput

from .. import nn, ops
from .detr import DetrDecoder
from .image_positions import SinePositions
from .mask_losses import dice_loss, focal_weighted
from .mask_set_prediction import MaskCriterion, class_weights, pairwise_dice, pairwise_entropy
from .patches import as_tokens


class MaskFormerPyramidLayer(nn.Module):
    """A larger map, to which a smaller one is added."""

    def __init__(self, width: int, n_in: int):
        super().__init__()
        self.proj = nn.List([nn.Conv2d(n_in, width, 1, bias=False), nn.GroupNorm(32, width)])
        self.block = normed_convolution(width, width)
        self.act = ops.activation("relu")

    def forward(self, x, larger):
        projection, norm = self.proj
        larger = norm(projection(larger))
        convolution, norm = self.block
        return self.act(norm(convolution(larger + ops.resize_nearest(x, ops.shape(larger)[2:]))))


def normed_convolution(n_in: int, n_out: int) -> Any:
    """A convolution that keeps height and width, and the norm after it."""
    return nn.List([nn.Conv2d(n_in, n_out, 3, padding=1, bias=False), nn.GroupNorm(32, n_out)])


class MaskFormerPyramid(nn.Module):
    """From the last map of the backbone to ones as large as its first."""

    def __init__(self, config: Any, channels: Any):
        super().__init__()
        width = config.fpn_feature_size
        self.stem = normed_convolution(channels[-1], width)
        self.layers = nn.List([MaskFormerPyramidLayer(width, n) for n in channels[-2::-1]])
        self.act = ops.activation("relu")

    def forward(self, maps):  # -> the largest
        convolution, norm = self.stem
        x = self.act(norm(convolution(maps[-1])))
        for layer, larger in zip(self.layers, maps[-2::-1]):
            x = layer(x, larger)
            nn.record("pixel_decoder_hidden_states", x)
            nn.record("hidden_states", x)
        return x


class MaskFormerPixelDecoder(nn.Module):
    """The pyramid, and what masks are read from: (B, F, H / 4, W / 4)."""

    def __init__(self, config: Any, channels: Any):
        super().__init__()
        self.fpn = MaskFormerPyramid(config, channels)
        self.mask_projection = nn.Conv2d(config.fpn_feature_size, config.mask_feature_size, 3, padding=1)

    def forward(self, maps):
        return self.mask_projection(self.fpn(maps))


class MaskFormerPixelLevelModule(nn.Module):
    """The backbone and the pixel decoder."""

    def __init__(self, config: Any):
        super().__init__()
        self.encoder = nn.part(config.own_backbone, "AutoBackbone")
        self.decoder = MaskFormerPixelDecoder(config, self.encoder.channels)

    def forward(self, pixel_values):  # -> the maps of the backbone, what masks are read from
        maps = nn.recorded_as("backbone_", self.encoder, pixel_values).feature_maps
        for each in maps:
            nn.record("encoder_hidden_states", each)
            nn.record("hidden_states", each)
        return maps, self.decoder(maps)


class MaskFormerTransformerModule(nn.Module):
    """DETR's decoder over the last map."""

    def __init__(self, config: Any, n_in: int):
        super().__init__()
        inner = config.decoder_config
        self.queries_embedder = nn.Embedding(inner.num_queries, inner.d_model)
        self.input_projection = nn.Conv2d(n_in, inner.d_model, 1) if n_in != inner.d_model else None
        self.position_embedder = SinePositions(inner.d_model)
        self.decoder = DetrDecoder(inner)

    def forward(self, x):  # (B, C, h, w) -> the states (B, Q, D) before each layer, and the last
        x = x if self.input_projection is None else self.input_projection(x)
        b, _, height, wide = ops.shape(x)
        positions = ops.cast(self.position_embedder(ops.full((b, height, wide), 1, like=x)), x.dtype)
        queries = self.queries_embedder.weight[...][None]
        queries = ops.broadcast_to(queries, (b, *queries.shape[1:]))
        start = ops.zeros_like(queries)
        last, states, _ = self.decoder(start, queries, None, as_tokens(x), as_tokens(positions), None)
        states = [start, *states[:-1], last]
        for state in states:
            nn.record("transformer_decoder_hidden_states", state)
            nn.record("hidden_states", state)
        return states


class MaskFormerPreTrainedModel(nn.Model):
    """The base of all MaskFormer models."""

    config_class = MaskFormerConfig
    prefix = "model"


class MaskFormerModel(MaskFormerPreTrainedModel):
    """MaskFormer without a head.

    Args of the call:
        pixel_values: (B, C, H, W).
        pixel_mask: (B, H, W); taken, and of no effect: padding is seen.

    Returns:
        MaskFormerModelOutput.
    """

    def __init__(self, config: MaskFormerConfig):
        super().__init__(config)
        self.pixel_level_module = MaskFormerPixelLevelModule(config)
        self.transformer_module = MaskFormerTransformerModule(config, self.pixel_level_module.encoder.channels[-1])

    def forward(self, pixel_values, pixel_mask=None):
        return MaskFormerModelOutput(*self.read(pixel_values)[0])

    def read(self, pixel_values):
        """(the last map of the backbone, what masks are read from, the last states of the queries), and all states of those."""
        maps, pixels = self.pixel_level_module(pixel_values)
        states = self.transformer_module(maps[-1])
        return (maps[-1], pixels, states[-1]), states


class MaskFormerCriterion(MaskCriterion):
    """Focal and Dice losses of all pixels."""

    @property
    def class_weight(self):
        return self.config.cross_entropy_weight

    def costs(self, class_logits, mask_logits, classes, masks):
        height, width = ops.shape(mask_logits)[1:]
        found = ops.reshape(mask_logits, (-1, height * width))
        wanted = ops.reshape(ops.resize_nearest(masks[:, None], (height, width)), (-1, height * width))
        unlikely = -ops.take(ops.softmax(class_logits, axis=-1), classes, axis=1)
        config = self.config
        return unlikely + config.mask_weight * pairwise_entropy(found, wanted, 0.25) + config.dice_weight * pairwise_dice(found, wanted)

    def mask_terms(self, found, wanted, count):
        height, width = ops.shape(wanted)[1:]
        found = ops.reshape(ops.resize_bilinear(found[:, None], (height, width)), (-1, height * width))
        wanted = ops.reshape(wanted, (-1, height * width))
        focal, dice = ops.sum(ops.mean(focal_weighted(found, wanted, 0.25), axis=1)), ops.sum(dice_loss(found, wanted))
        return (self.config.mask_weight * focal + self.config.dice_weight * dice) / count


class MaskFormerForInstanceSegmentation(MaskFormerPreTrainedModel):
    """MaskFormer with a classifier of queries, and masks read from the pixels.

    Args of the call:
        mask_labels: of each image (N, H, W), nonzero inside; class_labels: of each image (N,) int.
        output_auxiliary_logits: True for what each layer of the decoder says. The rest as of MaskFormerModel.

    Returns:
        MaskFormerForInstanceSegmentationOutput with class_queries_logits (B, Q, L + 1) and masks_queries_logits (B, Q, H / 4, W / 4).
    """

    host_loss = True

    def __init__(self, config: MaskFormerConfig):
        super().__init__(config)
        self.model = MaskFormerModel(config)
        width = config.decoder_config.d_model
        self.class_predictor = nn.Linear(width, config.num_labels + 1)
        self.mask_embedder = mask_embedder(width, config.mask_feature_size)
        self.criterion = MaskFormerCriterion(config)

    def forward(self, pixel_values, mask_labels=None, class_labels=None, pixel_mask=None, output_auxiliary_logits=None):
        (smallest, pixels, last), states = self.model.read(pixel_values)
        chosen = states if self.config.use_auxiliary_loss else states[-1:]
        made = [(self.class_predictor(x), ops.einsum("bqf,bfhw->bqhw", embedded(self.mask_embedder, x), pixels)) for x in chosen]
        loss = None
        if mask_labels is not None and class_labels is not None:
            loss = self.criterion([made[-1], *made[:-1]], mask_labels, class_labels)
        shown = self.config.output_auxiliary_logits if output_auxiliary_logits is None else output_auxiliary_logits
        earlier = [{"masks_queries_logits": masks, "class_queries_logits": classes} for classes, masks in made[:-1]]
        return MaskFormerForInstanceSegmentationOutput(loss, *made[-1], earlier if shown and earlier else None, smallest, pixels, last)


def mask_embedder(width: int, n_out: int) -> Any:
    """Three linear layers, for what a query's mask is read with: (…, D) -> (…, F)."""
    return nn.List([nn.List([nn.Linear(width, n)]) for n in (width, width, n_out)])


def embedded(layers: Any, x: Any) -> Any:
    """What `mask_embedder` made of x, with ReLU between the layers."""
    relu = ops.activation("relu")
    for i, (layer,) in enumerate(layers):
        x = layer(x) if i == len(layers) - 1 else relu(layer(x))
    return x


IGNORE = (r"num_batches_tracked$",)
INIT = {
    r"criterion\.empty_weight$": ("computed", class_weights),
    r"(norm\w*|\.(proj|block|stem)\.1)\.weight$": "ones",
    r"mask_embedder\.\d\.0\.weight$|\.fpn\..*weight$": "xavier_uniform",
    r"weight$": ("normal", "init_std"),
}
