"""Swin, a Transformer over the patches of an image that attends within windows, which every second layer moves; in stages that halve.

Paper        Liu et al., 2021, https://arxiv.org/abs/2103.14030; masked images: SimMIM, https://arxiv.org/abs/2111.09886
Checkpoints  every repository whose config.json says `model_type: swin`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels of a stage, H height, W width, N places of the last map, S window_size, D hidden_size, L num_labels
"""

from typing import Any

from triform.configs.images import grid
from triform.configs.swin import SwinConfig
from triform.vision_outputs import WindowEncoderOutput, WindowLogitsOutput, WindowMaskedImageOutput

from .. import nn, ops
from .backbones import Backbone, NormsByStage
from .chains import chained
from .channels import ChannelNorm, channels_first
from .drop_path import DropPath, drop_rates
from .losses import classification_loss
from .patches import PatchProjection, as_tokens, interpolated, mask_patches, masked_pixel_loss, pixel_shuffle
from .windows import merged, pairs_of_places, windowed


class SwinPatchEmbeddings(PatchProjection):
    """Patches; images whose sides are no multiples get zeros below and on the right."""

    def __init__(self, config: Any):
        super().__init__(config, width=config.embed_dim)

    def forward(self, pixel_values):
        below, right = (-n % side for n, side in zip(ops.shape(pixel_values)[2:], self.patch))
        if below or right:
            pixel_values = ops.pad(pixel_values, ((0, 0), (0, 0), (0, below), (0, right)))
        return super().forward(pixel_values)


class SwinEmbeddings(nn.Module):
    """The patches, normalised; with positions where the config says so."""

    def __init__(self, config: Any, use_mask_token: bool = False):
        super().__init__()
        self.grid, width = grid(config), config.embed_dim
        self.patch_embeddings = SwinPatchEmbeddings(config)
        self.mask_token = nn.Parameter((1, 1, width), "zeros") if use_mask_token else None
        absolute = config.use_absolute_embeddings  # checkpoints keep a row before those of the patches, which is nobody's
        self.position_embeddings = nn.Parameter((1, self.grid[0] * self.grid[1] + 1, width), "zeros") if absolute else None
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, pixel_values, bool_masked_pos=None):  # (B, C, H, W) -> (B, H / P, W / P, embed_dim)
        patches = self.patch_embeddings(pixel_values)
        b, width, *size = ops.shape(patches)
        x = self.norm(as_tokens(patches))
        if bool_masked_pos is not None:
            x = mask_patches(x, bool_masked_pos, self.mask_token[...])
        if self.position_embeddings is not None:
            x = x + interpolated(self.position_embeddings[...], self.grid, tuple(size))[:, 1:]
        return ops.reshape(self.dropout(x), (b, *size, width))


class SwinSelfAttention(nn.Module):
    """Multi-head attention within windows, biased by distance."""

    def __init__(self, config: Any, width: int, heads: int, kind: str):
        super().__init__()
        places = config.window_size**2
        self.heads, self.kind = heads, kind
        self.query = nn.Linear(width, width, bias=config.qkv_bias)
        self.key = nn.Linear(width, width, bias=config.qkv_bias)
        self.value = nn.Linear(width, width, bias=config.qkv_bias)
        self.relative_position_bias_table = nn.Parameter(((2 * config.window_size - 1) ** 2, heads), "zeros")
        self.relative_position_index = nn.Buffer((places, places), "int64")
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)

    def forward(self, x, mask):  # (B · windows, S · S, C) -> the same
        q, k, v = (ops.split_heads(project(x), self.heads) for project in (self.query, self.key, self.value))
        bias = ops.transpose(ops.take(self.relative_position_bias_table[...], self.relative_position_index[...], axis=0), (2, 0, 1))[None]
        return ops.merge_heads(ops.attention(q, k, v, mask, bias=bias, dropout=self.dropout, kind=self.kind))


class SwinProjection(nn.Module):
    """A linear layer and dropout: the end of both halves of a layer."""

    def __init__(self, n_in: int, n_out: int, dropout: float):
        super().__init__()
        self.dense = nn.Linear(n_in, n_out)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.dropout(self.dense(x))


class SwinAttention(nn.Module):
    """Attention within windows, and the projection after it."""

    def __init__(self, config: Any, attention: Any, width: int):
        super().__init__()
        self.self = attention
        self.output = SwinProjection(width, width, config.attention_probs_dropout_prob)

    def forward(self, x, mask):
        return self.output(self.self(x, mask))


class SwinIntermediate(nn.Module):
    """The wide half of the feed-forward network."""

    def __init__(self, config: Any, width: int):
        super().__init__()
        self.dense = nn.Linear(width, int(config.mlp_ratio * width))
        self.act = ops.activation(config.hidden_act)

    def forward(self, x):
        return self.act(self.dense(x))


class SwinLayer(nn.Module):
    """Attention within windows and feed-forward, each normalised before and added after."""

    def __init__(self, config: Any, stage: int, number: int, drop_rate: float):
        super().__init__()
        width, last = config.widths[stage], number == config.depths[stage] - 1
        self.side, self.shift = config.window_size, number % 2 * (config.window_size // 2)
        self.layernorm_before = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.attention = SwinAttention(config, self.attention_of(config, stage, "attentions" if last else "inner_attentions"), width)
        self.layernorm_after = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.intermediate = SwinIntermediate(config, width)
        self.output = SwinProjection(int(config.mlp_ratio * width), width, config.hidden_dropout_prob)
        self.drop_path = DropPath(drop_rate)

    def attention_of(self, config, stage, kind):
        """The attention of a layer; only what the last layer of a stage looks at is kept, as "attentions"."""
        return SwinSelfAttention(config, config.widths[stage], config.num_heads[stage], kind)

    def shift_on(self, height, width):
        """How far windows are moved on a map: not at all where one covers it."""
        return self.shift if min(height, width) > self.side else 0

    def forward(self, x):  # (B, H, W, C) -> the same
        shift = self.shift_on(*ops.shape(x)[1:3])
        x = x + self.drop_path(windowed(self.layernorm_before(x), self.side, shift, self.attention))
        return x + self.drop_path(self.output(self.intermediate(self.layernorm_after(x))))


class SwinBackboneLayer(SwinLayer):
    """A layer of a backbone, which moves windows on every map."""

    def shift_on(self, height, width):
        return self.shift


class SwinPatchMerging(nn.Module):
    """Each four neighbours to one place of twice the channels."""

    def __init__(self, width: int):
        super().__init__()
        self.reduction = nn.Linear(4 * width, 2 * width, bias=False)
        self.norm = nn.LayerNorm(4 * width)

    def forward(self, x):  # (B, H, W, C) -> (B, H / 2, W / 2, 2 · C)
        return self.reduction(self.norm(merged(x)))


class SwinStage(nn.Module):
    """Layers of one width; then, where another stage follows, merging."""

    def __init__(self, config: Any, layer_class: Any, merging_class: Any, stage: int, rates: list[float]):
        super().__init__()
        self.blocks = nn.List([layer_class(config, stage, number, rate) for number, rate in enumerate(rates)])
        self.downsample = merging_class(config.widths[stage]) if stage < len(config.depths) - 1 else None

    def forward(self, x):  # (B, H, W, C) -> what the layers give, and that merged
        x = chained(self.blocks, x)
        return x, x if self.downsample is None else self.downsample(x)


class SwinEncoder(nn.Module):
    """The stages."""

    def __init__(self, config: Any, layer_class: Any, merging_class: Any):
        super().__init__()
        rates = enumerate(drop_rates(config.drop_path_rate, config.depths))
        self.layers = nn.List([SwinStage(config, layer_class, merging_class, *stage) for stage in rates])

    def forward(self, x, before_merging=False):  # (B, H, W, C) -> what each stage gives, and what the first is given
        states = [x]
        _record(x)
        for stage in self.layers:
            given, x = stage(x)
            states.append(given if before_merging else x)
            _record(states[-1])
        return states


def _record(x):
    """Keeps a hidden state in both of its shapes."""
    b, height, width, c = ops.shape(x)
    nn.record("hidden_states", ops.reshape(x, (b, height * width, c)))
    nn.record("reshaped_hidden_states", channels_first(x))


class SwinPreTrainedModel(nn.Model):
    """The base of all Swin models."""

    config_class = SwinConfig
    prefix = "swin"
    layer_class: Any = SwinLayer
    merging_class: Any = SwinPatchMerging


class SwinModel(SwinPreTrainedModel):
    """Swin without a head.

    Args of the call:
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor; of any size.
        bool_masked_pos: (B, patches), nonzero where a patch is hidden; only when built with `use_mask_token=True`.
        interpolate_pos_encoding: images of any size pass, whatever it says.

    Returns:
        WindowEncoderOutput with last_hidden_state (B, N, D) and pooler_output (B, D), None when built with `add_pooling_layer=False`.

    Raises:
        InputError: images of another number of channels.
    """

    def __init__(self, config: Any, add_pooling_layer: bool = True, use_mask_token: bool = False):
        super().__init__(config)
        self.embeddings = SwinEmbeddings(config, use_mask_token)
        self.encoder = SwinEncoder(config, self.layer_class, self.merging_class)
        self.layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.pools = add_pooling_layer

    def forward(self, pixel_values, bool_masked_pos=None, interpolate_pos_encoding=False):
        x = self.last_map(pixel_values, bool_masked_pos)
        b, height, width, d = ops.shape(x)
        x = ops.reshape(x, (b, height * width, d))
        return WindowEncoderOutput(x, ops.mean(x, 1) if self.pools else None)

    def last_map(self, pixel_values, bool_masked_pos=None):
        """What the last stage gives, normalised: (B, H, W, D)."""
        return self.layernorm(self.encoder(self.embeddings(pixel_values, bool_masked_pos))[-1])


def masked_image_output(model: Any, base: Any, pixel_values: Any, bool_masked_pos: Any) -> Any:
    """What the masked-image models of Swin's kin give."""
    config = model.config
    image = pixel_shuffle(model.decoder[0](channels_first(base.last_map(pixel_values, bool_masked_pos))), config.encoder_stride)
    loss = None if bool_masked_pos is None else masked_pixel_loss(image, pixel_values, bool_masked_pos, config)
    return WindowMaskedImageOutput(loss, image)


def pixel_decoder(config: Any) -> Any:
    """The last map to all pixels that each of its places stands for."""
    return nn.List([nn.Conv2d(config.hidden_size, config.encoder_stride**2 * config.num_channels, 1)])


class SwinForMaskedImageModeling(SwinPreTrainedModel):
    """Swin that fills in masked patches: reconstruction (B, C, H, W); the loss where bool_masked_pos (B, patches) is given."""

    def __init__(self, config: SwinConfig):
        super().__init__(config)
        self.swin = SwinModel(config, add_pooling_layer=False, use_mask_token=True)
        self.decoder = pixel_decoder(config)

    def forward(self, pixel_values, bool_masked_pos=None, interpolate_pos_encoding=False):
        return masked_image_output(self, self.swin, pixel_values, bool_masked_pos)


class SwinForImageClassification(SwinPreTrainedModel):
    """Swin with a linear classifier on the mean of all places: logits (B, L). labels: see `classification_loss`."""

    def __init__(self, config: SwinConfig):
        super().__init__(config)
        self.swin = SwinModel(config)
        self.classifier = nn.Linear(config.hidden_size, config.num_labels)

    def forward(self, pixel_values, labels=None, interpolate_pos_encoding=False):
        logits = self.classifier(self.swin(pixel_values).pooler_output)
        return WindowLogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)


class SwinBackbone(SwinPreTrainedModel, Backbone):
    """Swin as a backbone; its stages are "stem", "stage1", … Each map that is returned has a norm of its own."""

    layer_class: Any = SwinBackboneLayer

    def __init__(self, config: SwinConfig):
        super().__init__(config)
        self.embeddings = SwinEmbeddings(config)
        self.encoder = SwinEncoder(config, self.layer_class, self.merging_class)
        self.hidden_states_norms = NormsByStage(config, self.channels, ChannelNorm)

    @staticmethod
    def stage_channels(config: Any) -> list[int]:
        return [config.embed_dim, *config.widths]

    def maps(self, pixel_values):
        states = self.encoder(self.embeddings(pixel_values), before_merging=True)
        return self.hidden_states_norms([channels_first(x) for x in states])


RENAME = {  # names of newer files
    r"\.attention\.q_proj\.": ".attention.self.query.",
    r"\.attention\.k_proj\.": ".attention.self.key.",
    r"\.attention\.v_proj\.": ".attention.self.value.",
    r"\.attention\.o_proj\.": ".attention.output.dense.",
    r"\.attention\.relative_position_bias\.": ".attention.self.",
    r"\.mlp\.fc1\.": ".intermediate.dense.",
    r"\.mlp\.fc2\.": ".output.dense.",
}
OPTIONAL = (r"\bmask_token$",)
INIT = {r"relative_position_index$": ("computed", lambda config: pairs_of_places(config.window_size))}
