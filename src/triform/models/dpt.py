"""DPT: dense prediction, of depth or of classes, from several layers of a Vision Transformer.

Paper        Ranftl et al., 2021, https://arxiv.org/abs/2103.13413
Checkpoints  every repository whose config.json says `model_type: dpt`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels, H height, W width, h and w patches, T = 1 + h · w tokens, D hidden_size, L num_labels
"""

from typing import Any

from triform.configs.dpt import DPTConfig
from triform.configs.images import grid, pair
from triform.outputs import LogitsOutput
from triform.vision_outputs import DepthOutput, IntermediateEncoderOutput

from .. import nn, ops
from .chains import Activation, chained, states
from .dense import FusionStage, ReassembleLayer
from .patches import PatchProjection, as_image, as_tokens
from .segmentation import segmentation_loss
from .vit import ViTEncoder, ViTPooler


class DPTViTEmbeddings(nn.Module):
    """The class token and the patches, with their positions, which are interpolated for other grids."""

    def __init__(self, config: Any):
        super().__init__()
        self.grid = self.own_grid(config)
        width = config.hidden_size
        self.cls_token = nn.Parameter((1, 1, width), "zeros")
        self.position_embeddings = nn.Parameter((1, self.grid[0] * self.grid[1] + 1, width), "zeros")
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        self.build(config)

    @staticmethod
    def own_grid(config):
        """How many patches the positions were learned for, in height and in width."""
        return grid(config)

    def build(self, config):
        self.patch_embeddings = PatchProjection(config)

    def forward(self, pixel_values):  # (B, C, H, W) -> (B, T, D), how many patches, the maps that come before them
        patches = self.patch_embeddings(pixel_values)
        return self.tokens(patches), ops.shape(patches)[2:], ()

    def tokens(self, patches):  # (B, D, h, w) -> (B, T, D)
        x = as_tokens(patches)
        first = ops.broadcast_to(self.cls_token[...], (ops.shape(x)[0], 1, ops.shape(x)[2]))
        return self.dropout(ops.concat([first, x], axis=1) + self.positions(ops.shape(patches)[2:]))

    def positions(self, size):
        table = self.position_embeddings[...]
        if tuple(size) == self.grid:
            return table
        return ops.concat([table[:, :1], as_tokens(ops.resize_bilinear(as_image(table[:, 1:], *self.grid), size))], axis=1)


class DPTViTHybridEmbeddings(DPTViTEmbeddings):
    """The same, of the last map of a convolutional backbone."""

    @staticmethod
    def own_grid(config):
        height, width = config.backbone_featmap_shape[-2:]
        return height, width

    def build(self, config):
        self.backbone = nn.part(config.backbone_config, "AutoBackbone")
        self.projection = nn.Conv2d(self.backbone.channels[-1], config.hidden_size, 1)
        self.kept = len(config.neck_ignore_stages)

    def forward(self, pixel_values):
        maps = nn.recorded_apart(self.backbone, pixel_values).feature_maps
        patches = self.projection(maps[-1])
        return self.tokens(patches), ops.shape(patches)[2:], maps[: self.kept]


class DPTViTEncoder(ViTEncoder):
    """ViT's; gives what each layer gives."""

    def forward(self, x):
        return states(self.layer, x)[1:]


class DPTReassembleStage(nn.Module):
    """Tokens of several layers as maps, the first the finest."""

    def __init__(self, config: Any, width: int):
        super().__init__()
        self.kind = config.readout_type
        self.kept = tuple(config.neck_ignore_stages)  # stages that are maps already
        stages = list(enumerate(zip(config.neck_hidden_sizes, config.reassemble_factors)))
        self.layers = nn.List([Identity() if i in self.kept else ReassembleLayer(width, *stage) for i, stage in stages])
        reads = lambda i: nn.List([Identity() if i in self.kept else nn.Linear(2 * width, width)])
        self.readout_projects = nn.List([reads(i) for i, _ in stages]) if self.kind == "project" else None
        self.act = ops.activation(config.hidden_act)

    def forward(self, states, height, width):  # (B, T, D) each, or maps -> (B, C, h · factor, w · factor) each
        maps = [x if i in self.kept else as_image(self.read(x, i), height, width) for i, x in enumerate(states)]
        return [layer(x) for layer, x in zip(self.layers, maps)]

    def read(self, x, stage):
        """The patches, and what they learn from the class token."""
        first, x = x[:, :1], x[:, 1:]
        match self.kind:
            case "add":
                return x + first
            case "project":
                both = ops.concat([x, ops.broadcast_to(first, ops.shape(x))], axis=-1)
                return self.act(chained(self.readout_projects[stage], both))
        return x


class DPTNeck(nn.Module):
    """Maps of all layers, and their sums."""

    def __init__(self, config: Any, width: int):
        super().__init__()
        fused, batch_norm = config.fusion_hidden_size, config.use_batch_norm_in_fusion_residual
        bias = config.use_bias_in_fusion_residual
        self.reassemble_stage = DPTReassembleStage(config, width)
        self.convs = nn.List([nn.Conv2d(channels, fused, 3, padding=1, bias=False) for channels in config.neck_hidden_sizes])
        self.fusion_stage = FusionStage(len(config.neck_hidden_sizes), fused, batch_norm, not batch_norm if bias is None else bias)

    def forward(self, states, height, width):  # -> the sums, from coarse to fine
        maps = self.reassemble_stage(states, height, width)
        return self.fusion_stage([convolution(x) for convolution, x in zip(self.convs, maps)])


class Identity(nn.Module):
    """What comes in."""

    def forward(self, x):
        return x


class Twice(nn.Module):
    """(B, C, h, w) -> (B, C, 2 h, 2 w)."""

    def forward(self, x):
        height, width = ops.shape(x)[2:]
        return ops.resize_bilinear(x, (2 * height, 2 * width), align_corners=True)


class DPTDepthEstimationHead(nn.Module):
    """A map to the depth of each pixel, zero or more."""

    def __init__(self, config: Any):
        super().__init__()
        width = config.fusion_hidden_size
        self.which = config.head_in_index
        self.projection = nn.Conv2d(256, 256, 3, padding=1) if config.add_projection else None
        self.head = nn.List([
            nn.Conv2d(width, width // 2, 3, padding=1), Twice(), nn.Conv2d(width // 2, 32, 3, padding=1), Activation("relu"),
            nn.Conv2d(32, 1, 1), Activation("relu"),
        ])  # fmt: skip

    def forward(self, sums):  # -> (B, H, W)
        x = sums[self.which]
        x = x if self.projection is None else ops.maximum(self.projection(x), 0.0)
        return chained(self.head, x)[:, 0]


class DPTSemanticSegmentationHead(nn.Module):
    """A map to the scores of each class, twice as fine."""

    def __init__(self, config: Any):
        super().__init__()
        width = config.fusion_hidden_size
        self.which = config.head_in_index
        dropout = nn.Dropout(config.semantic_classifier_dropout)
        self.head = nn.List([
            nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm(width), Activation("relu"), dropout,
            nn.Conv2d(width, config.num_labels, 1), Twice(),
        ])  # fmt: skip

    def forward(self, sums):  # -> (B, L, H, W)
        return chained(self.head, sums[self.which])


class DPTAuxiliaryHead(nn.Module):
    """The finest map to the scores of each class."""

    def __init__(self, config: Any):
        super().__init__()
        width = config.fusion_hidden_size
        self.head = nn.List([
            nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm(width), Activation("relu"), nn.Dropout(0.1),
            nn.Conv2d(width, config.num_labels, 1),
        ])  # fmt: skip

    def forward(self, x):
        return chained(self.head, x)


class DPTPreTrainedModel(nn.Model):
    """The base of all DPT models."""

    config_class = DPTConfig
    prefix = "dpt"


class DPTModel(DPTPreTrainedModel):
    """DPT's Vision Transformer, without a neck.

    Args of the call:
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor; of any size.

    Returns:
        IntermediateEncoderOutput with last_hidden_state (B, T, D) and pooler_output, None when built with `add_pooling_layer=False`.

    Raises:
        InputError: images of another number of channels.
    """

    def __init__(self, config: DPTConfig, add_pooling_layer: bool = True):
        super().__init__(config)
        self.embeddings = DPTViTHybridEmbeddings(config) if config.is_hybrid else DPTViTEmbeddings(config)
        self.encoder = DPTViTEncoder(config)
        self.layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.pooler = ViTPooler(config) if add_pooling_layer else None

    def forward(self, pixel_values):
        x, _, maps = self.embeddings(pixel_values)
        x = self.layernorm(self.encoder(x)[-1])
        return IntermediateEncoderOutput(x, None if self.pooler is None else self.pooler(x), intermediate_activations=maps or None)

    def chosen(self, pixel_values: Any) -> tuple[list[Any], Any]:
        """What the neck reads, (B, T, D) each, of a hybrid maps (B, C, H, W) first; and how many patches there are."""
        x, size, maps = self.embeddings(pixel_values)
        states = self.encoder(x)
        return [*maps, *(states[i] for i in self.config.backbone_out_indices[len(maps) :])], size


class DPTHead(DPTPreTrainedModel):
    """A Vision Transformer, DPT's own or a backbone, and a neck."""

    def __init__(self, config: DPTConfig):
        super().__init__(config)
        inner = config.backbone_config if config.separate_backbone else config
        self.patch = pair(inner.patch_size)
        if config.separate_backbone:
            self.backbone = nn.part(config.backbone_config, "AutoBackbone")
        else:
            self.dpt = DPTModel(config, add_pooling_layer=False)
        self.neck = DPTNeck(config, inner.hidden_size)

    def sums(self, pixel_values: Any) -> list[Any]:
        """What the neck makes of an image: maps (B, fusion_hidden_size, …), from coarse to fine."""
        if not self.config.separate_backbone:
            states, size = self.dpt.chosen(pixel_values)
            return self.neck(states, *size)
        size = tuple(n // side for n, side in zip(ops.shape(pixel_values)[2:], self.patch))
        return self.neck(self.backbone(pixel_values).feature_maps, *size)


class DPTForDepthEstimation(DPTHead):
    """DPT that estimates depth, without a unit and turned round: larger is nearer.

    Args of the call:
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor; of any size.

    Returns:
        DepthOutput with predicted_depth (B, H, W), where H and W are multiples of 2 · patch_size.

    Raises:
        InputError: images of another number of channels.
    """

    def __init__(self, config: DPTConfig):
        super().__init__(config)
        self.head = DPTDepthEstimationHead(config)

    def forward(self, pixel_values):
        return DepthOutput(predicted_depth=self.head(self.sums(pixel_values)))


class DPTForSemanticSegmentation(DPTHead):
    """DPT that labels each pixel: logits (B, L, H, W), labels (B, H, W) int, config.semantic_loss_ignore_index for those of no class."""

    def __init__(self, config: DPTConfig):
        super().__init__(config)
        self.head = DPTSemanticSegmentationHead(config)
        self.auxiliary_head = DPTAuxiliaryHead(config) if config.use_auxiliary_head else None

    def forward(self, pixel_values, labels=None):
        sums = self.sums(pixel_values)
        logits = self.head(sums)
        loss = None if labels is None else segmentation_loss(self.config, logits, labels)
        if loss is not None and self.auxiliary_head is not None:
            loss = loss + self.config.auxiliary_loss_weight * segmentation_loss(self.config, self.auxiliary_head(sums[-1]), labels)
        return LogitsOutput(loss, logits)


OPTIONAL = (r"^(dpt\.)?pooler\.", r"^(neck|head|auxiliary_head)\.")
INIT = {
    r"(norm\w*|head\.1|batch_norm\d)\.weight$": "ones",
    r"cls_token$|position_embeddings$": "zeros",
    r"weight$": ("normal", "initializer_range"),
}
