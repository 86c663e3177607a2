"""BEiT, a Vision Transformer with relative positions, pre-trained by filling in masked patches.

Paper        Bao et al., 2021, https://arxiv.org/abs/2106.08254
Checkpoints  every repository whose config.json says `model_type: beit`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels, H height, W width, N patches, T = 1 + N tokens, A heads, D hidden_size, L num_labels
"""

from typing import Any

from triform.configs.beit import BeitConfig
from triform.configs.images import grid
from triform.errors import ConfigError
from triform.outputs import EncoderOutput, LogitsOutput

from .. import nn, ops
from .backbones import Backbone
from .chains import Activation, chained, states
from .drop_path import DropPath, drop_rates
from .losses import classification_loss
from .patches import PatchProjection, as_image, as_tokens, interpolated, mask_patches
from .segmentation import UperHead, segmentation_loss
from .vit import ViTIntermediate, ViTProjection


class BeitEmbeddings(nn.Module):
    """The class token and the patches; with positions where the config says so."""

    def __init__(self, config: Any):
        super().__init__()
        self.grid = grid(config)
        width = config.hidden_size
        self.cls_token = nn.Parameter((1, 1, width), "zeros")
        self.mask_token = nn.Parameter((1, 1, width), "zeros") if config.use_mask_token else None
        self.patch_embeddings = PatchProjection(config)
        absolute = config.use_absolute_position_embeddings
        self.position_embeddings = nn.Parameter((1, self.grid[0] * self.grid[1] + 1, width), "zeros") if absolute else None
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, pixel_values, bool_masked_pos=None):  # (B, C, H, W) -> (B, T, D), (H / P, W / P)
        patches = self.patch_embeddings(pixel_values)
        x, size = as_tokens(patches), ops.shape(patches)[2:]
        if bool_masked_pos is not None:
            x = mask_patches(x, bool_masked_pos, self.mask_token[...])
        first = ops.broadcast_to(self.cls_token[...], (ops.shape(x)[0], 1, ops.shape(x)[2]))
        x = ops.concat([first, x], axis=1)
        if self.position_embeddings is not None:
            x = x + interpolated(self.position_embeddings[...], self.grid, size)
        return self.dropout(x), size


def pairs_of_tokens(height: int, width: int, like: Any) -> Any:
    """(T, T): for each pair of tokens, the row of a table of distances, which ends with those of the class token."""
    index, patches = ops.arange(height * width + 1, like=like), (2 * height - 1) * (2 * width - 1)
    y = ops.repeat(index[:height], width, axis=0)
    x = ops.reshape(ops.broadcast_to(index[None, :width], (height, width)), (-1,))
    apart = (y[:, None] - y[None] + height - 1) * (2 * width - 1) + x[:, None] - x[None] + width - 1
    rows, columns = (index == 0)[:, None], (index == 0)[None]
    with_class = ops.where(rows, patches, ops.where(columns, patches + 1, ops.pad(apart, ((1, 0), (1, 0)))))
    return ops.where(rows & columns, patches + 2, with_class)


class BeitRelativePositionBias(nn.Module):
    """A learned bias of attention for each distance of patches; for other grids of patches the table is resized."""

    def __init__(self, config: Any):
        super().__init__()
        self.sizes = tuple(2 * n - 1 for n in grid(config))
        self.relative_position_bias_table = nn.Parameter((self.sizes[0] * self.sizes[1] + 3, config.num_attention_heads), "zeros")

    def forward(self, size, pairs):  # (H / P, W / P), (T, T) -> (1, A, T, T)
        table = self.relative_position_bias_table[...]
        wanted = tuple(2 * n - 1 for n in size)
        if wanted != self.sizes:
            distances = ops.resize_bilinear(as_image(table[None, :-3], *self.sizes), wanted)
            table = ops.concat([as_tokens(distances)[0], table[-3:]], axis=0)
        return ops.transpose(ops.take(table, pairs, axis=0), (2, 0, 1))[None]


class BeitSelfAttention(nn.Module):
    """Multi-head attention of the tokens to each other; keys have no bias."""

    def __init__(self, config: Any):
        super().__init__()
        width = config.hidden_size
        self.heads = config.num_attention_heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width)
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)
        self.relative_position_bias = BeitRelativePositionBias(config) if config.use_relative_position_bias else None

    def forward(self, x, bias, size, pairs):  # (B, T, D) -> (B, T, D)
        q, k, v = (ops.split_heads(project(x), self.heads) for project in (self.query, self.key, self.value))
        if self.relative_position_bias is not None:
            own = self.relative_position_bias(size, pairs)
            bias = own if bias is None else own + bias
        return ops.merge_heads(ops.attention(q, k, v, bias=bias, dropout=self.dropout))


class BeitAttention(nn.Module):
    """Attention, and the projection after it."""

    def __init__(self, config: Any):
        super().__init__()
        self.attention = BeitSelfAttention(config)
        self.output = ViTProjection(config.hidden_size, config)

    def forward(self, x, bias, size, pairs):
        return self.output(self.attention(x, bias, size, pairs))


class BeitLayer(nn.Module):
    """Attention and feed-forward, each normalised before, scaled and added after."""

    def __init__(self, config: Any, drop_rate: float):
        super().__init__()
        width, scaled = config.hidden_size, config.layer_scale_init_value > 0
        self.attention = BeitAttention(config)
        self.intermediate = ViTIntermediate(config)
        self.output = ViTProjection(config.intermediate_size, config)
        self.layernorm_before = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.layernorm_after = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.lambda_1 = nn.Parameter((width,)) if scaled else None
        self.lambda_2 = nn.Parameter((width,)) if scaled else None
        self.drop_path = DropPath(drop_rate)

    def forward(self, x, bias, size, pairs):
        y = self.attention(self.layernorm_before(x), bias, size, pairs)
        x = x + self.drop_path(y if self.lambda_1 is None else self.lambda_1[...] * y)
        y = self.output(self.intermediate(self.layernorm_after(x)))
        return x + self.drop_path(y if self.lambda_2 is None else self.lambda_2[...] * y)


class BeitEncoder(nn.Module):
    """The stack of layers; gives what each gives, and what the first is given."""

    def __init__(self, config: Any):
        super().__init__()
        (rates,) = drop_rates(config.drop_path_rate, [config.num_hidden_layers])
        shared = config.use_shared_relative_position_bias
        self.relative = shared or config.use_relative_position_bias
        self.relative_position_bias = BeitRelativePositionBias(config) if shared else None
        self.layer = nn.List([BeitLayer(config, rate) for rate in rates])

    def forward(self, x, size):
        pairs = pairs_of_tokens(*size, like=x) if self.relative else None
        bias = None if self.relative_position_bias is None else self.relative_position_bias(size, pairs)
        return states(self.layer, x, bias, size, pairs)


class BeitPooler(nn.Module):
    """A summary of the image: the mean of its patches, normalised, or its first token."""

    def __init__(self, config: Any):
        super().__init__()
        self.layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps) if config.use_mean_pooling else None

    def forward(self, x):  # (B, T, D) -> (B, D)
        return x[:, 0] if self.layernorm is None else self.layernorm(ops.mean(x[:, 1:], 1))


class BeitPreTrainedModel(nn.Model):
    """The base of all BEiT models."""

    config_class = BeitConfig
    prefix = "beit"


class BeitModel(BeitPreTrainedModel):
    """BEiT without a head.

    Args of the call:
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor.
        bool_masked_pos: (B, N), nonzero where a patch is hidden; only where config.use_mask_token.
        interpolate_pos_encoding: images of any size pass, whatever it says; positions are those of the config's size, resized.

    Returns:
        EncoderOutput with last_hidden_state (B, T, D) and pooler_output (B, D), None when built with `add_pooling_layer=False`.

    Raises:
        InputError: images of another number of channels.
    """

    def __init__(self, config: BeitConfig, add_pooling_layer: bool = True):
        super().__init__(config)
        self.embeddings = BeitEmbeddings(config)
        self.encoder = BeitEncoder(config)
        self.layernorm = None if config.use_mean_pooling else nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.pooler = BeitPooler(config) if add_pooling_layer else None

    def forward(self, pixel_values, bool_masked_pos=None, interpolate_pos_encoding=False):
        x = self.states(pixel_values, bool_masked_pos)[0][-1]
        x = x if self.layernorm is None else self.layernorm(x)
        return EncoderOutput(x, None if self.pooler is None else self.pooler(x))

    def states(self, pixel_values, bool_masked_pos=None):
        """What each layer gives, and what the first is given; the grid of patches."""
        x, size = self.embeddings(pixel_values, bool_masked_pos)
        return self.encoder(x, size), size


class BeitForImageClassification(BeitPreTrainedModel):
    """BEiT with a linear classifier on the pooled output: logits (B, L). labels: see `classification_loss`."""

    def __init__(self, config: BeitConfig):
        super().__init__(config)
        self.beit = BeitModel(config)
        self.classifier = nn.Linear(config.hidden_size, config.num_labels)

    def forward(self, pixel_values, labels=None, interpolate_pos_encoding=False):
        logits = self.classifier(self.beit(pixel_values).pooler_output)
        return LogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)


class BeitConvModule(nn.Module):
    """A convolution that keeps height and width, its norm, and ReLU."""

    def __init__(self, n_in: int, n_out: int, size: int):
        super().__init__()
        self.conv = nn.Conv2d(n_in, n_out, size, padding=size // 2, bias=False)
        self.bn = nn.BatchNorm(n_out)
        self.act = ops.activation("relu")

    def forward(self, x):
        return self.act(self.bn(self.conv(x)))


class BeitFCNHead(nn.Module):
    """Convolutions on the third map of the pyramid: a second opinion, for the loss alone."""

    def __init__(self, config: Any):
        super().__init__()
        width, channels, count = config.hidden_size, config.auxiliary_channels, config.auxiliary_num_convs
        self.convs = nn.List([BeitConvModule(channels if i else width, channels, 3) for i in range(count)])
        self.conv_cat = BeitConvModule(width + channels, channels, 3) if config.auxiliary_concat_input else None
        self.classifier = nn.Conv2d(channels, config.num_labels, 1)

    def forward(self, maps):
        x = chained(self.convs, maps[2])
        return self.classifier(x if self.conv_cat is None else self.conv_cat(ops.concat([maps[2], x], axis=1)))


def fpn1(width: int, eps: float) -> Any:
    """Enlarges a map fourfold; what `fpn2` does twofold."""
    enlarge = lambda: nn.ConvTranspose2d(width, width, 2, stride=2)
    return nn.List([enlarge(), nn.BatchNorm(width, eps=eps), Activation("gelu"), enlarge()])


def fpn2(width: int) -> Any:
    """Enlarges a map twofold."""
    return nn.List([nn.ConvTranspose2d(width, width, 2, stride=2)])


def pyramid(model: Any, maps: list[Any]) -> list[Any]:
    """Four maps of one size, in four sizes: enlarged fourfold and twofold, left, halved."""
    first, second, third, fourth = maps
    return [chained(model.fpn1, first), chained(model.fpn2, second), third, ops.max_pool(fourth, 2, 2)]


def check_four(config: Any, what: str) -> None:
    """Raises ConfigError where the config does not choose four stages."""
    if len(config.chosen_stages()) != 4:
        raise ConfigError(f"{what} needs four stages, but config.out_indices is {config.out_indices}. BEiT-base has [3, 5, 7, 11].")


class BeitForSemanticSegmentation(BeitPreTrainedModel):
    """BEiT with a decoder that labels each pixel: logits (B, L, 4 · H / P, 4 · W / P). labels (B, H, W): see `segmentation_loss`."""

    def __init__(self, config: BeitConfig):
        super().__init__(config)
        check_four(config, "BeitForSemanticSegmentation")
        width = config.hidden_size
        self.beit = BeitModel(config, add_pooling_layer=False)
        self.fpn1, self.fpn2 = fpn1(width, 1e-5), fpn2(width)
        self.decode_head = UperHead(BeitConvModule, [width] * 4, width, config.pool_scales, config.num_labels)
        self.auxiliary_head = BeitFCNHead(config) if config.use_auxiliary_head else None

    def forward(self, pixel_values, labels=None, interpolate_pos_encoding=False):
        states, size = self.beit.states(pixel_values)
        chosen = [states[stage - 1] for stage in self.config.chosen_stages()]  # counted from 1, and what the layer was given
        maps = pyramid(self, [as_image(x[:, 1:], *size) for x in chosen])
        logits, loss = self.decode_head(maps), None
        if labels is not None:
            loss = segmentation_loss(self.config, logits, labels)
            if self.auxiliary_head is not None:
                loss = loss + self.config.auxiliary_loss_weight * segmentation_loss(self.config, self.auxiliary_head(maps), labels)
        return LogitsOutput(loss, logits)


class BeitBackbone(BeitPreTrainedModel, Backbone):
    """BEiT as a backbone; its stages are "stem", "stage1", …, one for each layer. config.add_fpn: four maps in four sizes."""

    def __init__(self, config: BeitConfig):
        super().__init__(config)
        self.embeddings = BeitEmbeddings(config)
        self.encoder = BeitEncoder(config)
        if config.add_fpn:
            check_four(config, "BeitBackbone with config.add_fpn")
            self.fpn1, self.fpn2 = fpn1(config.hidden_size, config.batch_norm_eps), fpn2(config.hidden_size)

    @staticmethod
    def stage_channels(config: Any) -> list[int]:
        return [config.hidden_size] * (config.num_hidden_layers + 1)

    def maps(self, pixel_values):
        config, (x, size) = self.config, self.embeddings(pixel_values)
        maps = self.encoder(x, size)
        if config.reshape_hidden_states or config.add_fpn:
            maps = [as_image(x[:, 1:], *size) for x in maps]
        if config.add_fpn:
            for stage, x in zip(config.chosen_stages(), pyramid(self, [maps[stage] for stage in config.chosen_stages()])):
                maps[stage] = x
        return maps


OPTIONAL = (r"^(beit\.)?pooler\.", r"\bmask_token$")
IGNORE = (r"relative_position_index$",)
INIT = {r"\blambda_[12]$": ("constant", "layer_scale_init_value")}
