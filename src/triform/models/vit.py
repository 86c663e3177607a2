"""ViT, a pre-norm Transformer encoder over the patches of an image.

Paper        Dosovitskiy et al., 2020, https://arxiv.org/abs/2010.11929; masked images: SimMIM, https://arxiv.org/abs/2111.09886
Checkpoints  every repository whose config.json says `model_type: vit`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels, H height, W width, N patches, T = 1 + N tokens, D hidden_size, L num_labels
"""

from typing import Any

from triform.configs.images import grid
from triform.configs.vit import ViTConfig
from triform.outputs import EncoderOutput, LogitsOutput
from triform.vision_outputs import MaskedImageOutput

from .. import nn, ops
from .chains import through
from .losses import classification_loss
from .patches import (
    PatchProjection,
    as_image,
    as_tokens,
    check_image_size,
    interpolated,
    mask_patches,
    masked_pixel_loss,
    pixel_shuffle,
)


class ViTEmbeddings(nn.Module):
    """The class token and the patches, with their positions."""

    leading = 1  # tokens that are no patches

    def __init__(self, config: Any, use_mask_token: bool = False):
        super().__init__()
        self.config, self.grid = config, grid(config)
        width = config.hidden_size
        self.cls_token = nn.Parameter((1, 1, width))
        self.mask_token = nn.Parameter((1, 1, width), "zeros") if use_mask_token else None
        self.patch_embeddings = PatchProjection(config)
        self.position_embeddings = nn.Parameter((1, self.grid[0] * self.grid[1] + self.leading, width))
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, pixel_values, bool_masked_pos=None, interpolate_pos_encoding=False):  # (B, C, H, W) -> (B, T, D)
        patches = self.patch_embeddings(pixel_values)
        if not interpolate_pos_encoding:
            check_image_size(self, pixel_values, self.config)
        x = as_tokens(patches)
        if bool_masked_pos is not None:
            x = mask_patches(x, bool_masked_pos, self.mask_token[...])
        first = self.first_tokens()
        first = ops.broadcast_to(first, (ops.shape(x)[0], *ops.shape(first)[1:]))
        positions = interpolated(self.position_embeddings[...], self.grid, ops.shape(patches)[2:], self.leading)
        return self.dropout(ops.concat([first, x], axis=1) + positions)

    def first_tokens(self) -> Any:  # (1, leading, D)
        return self.cls_token[...]


class ViTSelfAttention(nn.Module):
    """Multi-head attention of the patches to each other."""

    def __init__(self, config: Any):
        super().__init__()
        width, bias = config.hidden_size, config.qkv_bias
        self.heads = config.num_attention_heads
        self.query = nn.Linear(width, width, bias=bias)
        self.key = nn.Linear(width, width, bias=bias)
        self.value = nn.Linear(width, width, bias=bias)
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)

    def forward(self, x):  # (B, T, D) -> (B, T, D)
        q, k, v = (ops.split_heads(project(x), self.heads) for project in (self.query, self.key, self.value))
        return ops.merge_heads(ops.attention(q, k, v, dropout=self.dropout))


class ViTProjection(nn.Module):
    """A linear layer and dropout: the end of both halves of a layer."""

    def __init__(self, n_in: int, config: Any):
        super().__init__()
        self.dense = nn.Linear(n_in, config.hidden_size)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, x):
        return self.dropout(self.dense(x))


class ViTAttention(nn.Module):
    """Attention, and the projection after it."""

    def __init__(self, config: Any):
        super().__init__()
        self.attention = ViTSelfAttention(config)
        self.output = ViTProjection(config.hidden_size, config)

    def forward(self, x):
        return self.output(self.attention(x))


class ViTIntermediate(nn.Module):
    """The wide half of the feed-forward network."""

    def __init__(self, config: Any):
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.intermediate_size)
        self.act = ops.activation(config.hidden_act)

    def forward(self, x):
        return self.act(self.dense(x))


class ViTLayer(nn.Module):
    """Attention and feed-forward, each normalised before and added after."""

    def __init__(self, config: Any):
        super().__init__()
        self.attention = ViTAttention(config)
        self.intermediate = ViTIntermediate(config)
        self.output = ViTProjection(config.intermediate_size, config)
        self.layernorm_before = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.layernorm_after = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, x):
        x = x + self.attention(self.layernorm_before(x))
        return x + self.output(self.intermediate(self.layernorm_after(x)))


class ViTEncoder(nn.Module):
    """The stack of layers."""

    def __init__(self, config: Any):
        super().__init__()
        self.layer = nn.List([ViTLayer(config) for _ in range(config.num_hidden_layers)])

    def forward(self, x):
        return through(self.layer, x)


class ViTPooler(nn.Module):
    """A summary of the image, from its first token."""

    def __init__(self, config: Any):
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, getattr(config, "pooler_output_size", None) or config.hidden_size)
        self.act = ops.activation(getattr(config, "pooler_act", "tanh"))

    def forward(self, x):  # (B, T, D) -> (B, D)
        return self.act(self.dense(x[:, 0]))


class ViTPreTrainedModel(nn.Model):
    """The base of all ViT models."""

    config_class = ViTConfig
    prefix = "vit"


class ViTModel(ViTPreTrainedModel):
    """ViT without a head.

    Args of the call:
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor.
        bool_masked_pos: (B, N), nonzero where a patch is hidden; only when built with `use_mask_token=True`.
        interpolate_pos_encoding: True to take images of another size than config.image_size.

    Returns:
        EncoderOutput with last_hidden_state (B, T, D) and pooler_output (B, D), None when built with `add_pooling_layer=False`.

    Raises:
        InputError: images of another size or number of channels.
    """

    embeddings_class: Any = ViTEmbeddings

    def __init__(self, config: Any, add_pooling_layer: bool = True, use_mask_token: bool = False):
        super().__init__(config)
        self.embeddings = self.embeddings_class(config, use_mask_token)
        self.encoder = ViTEncoder(config)
        self.layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.pooler = ViTPooler(config) if add_pooling_layer else None

    def forward(self, pixel_values, bool_masked_pos=None, interpolate_pos_encoding=False):
        x = self.embeddings(pixel_values, bool_masked_pos, interpolate_pos_encoding)
        x = self.layernorm(self.encoder(x))
        return EncoderOutput(x, None if self.pooler is None else self.pooler(x))


class ViTForMaskedImageModeling(ViTPreTrainedModel):
    """ViT that fills in masked patches: reconstruction (B, C, H, W); the loss where bool_masked_pos (B, N) is given."""

    base: Any = ViTModel
    read = slice(1, None)  # the tokens that are read as patches

    def __init__(self, config: Any):
        super().__init__(config)
        setattr(self, self.prefix, self.base(config, add_pooling_layer=False, use_mask_token=True))
        self.decoder = nn.List([nn.Conv2d(config.hidden_size, config.encoder_stride**2 * config.num_channels, 1)])

    def forward(self, pixel_values, bool_masked_pos=None, interpolate_pos_encoding=False):
        patches = self.base_model(pixel_values, bool_masked_pos, interpolate_pos_encoding).last_hidden_state[:, self.read]
        sides = zip(ops.shape(pixel_values)[2:], self.base_model.embeddings.patch_embeddings.patch)
        places = self.decoder[0](as_image(patches, *(size // side for size, side in sides)))
        image = pixel_shuffle(places, self.config.encoder_stride)
        loss = None if bool_masked_pos is None else masked_pixel_loss(image, pixel_values, bool_masked_pos, self.config)
        return MaskedImageOutput(loss, image)


class ViTForImageClassification(ViTPreTrainedModel):
    """ViT with a linear classifier on the first token: logits (B, L). labels: see `classification_loss`."""

    base: Any = ViTModel

    def __init__(self, config: Any):
        super().__init__(config)
        setattr(self, self.prefix, self.base(config, add_pooling_layer=False))
        self.classifier = nn.Linear(config.hidden_size, config.num_labels)

    def forward(self, pixel_values, labels=None, interpolate_pos_encoding=False):
        out = self.base_model(pixel_values, interpolate_pos_encoding=interpolate_pos_encoding)
        logits = self.classifier(out.last_hidden_state[:, 0])
        return LogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)


RENAME = {  # names of newer files
    r"\.attention\.q_proj\.": ".attention.attention.query.",
    r"\.attention\.k_proj\.": ".attention.attention.key.",
    r"\.attention\.v_proj\.": ".attention.attention.value.",
    r"\.attention\.o_proj\.": ".attention.output.dense.",
    r"\.mlp\.fc1\.": ".intermediate.dense.",
    r"\.mlp\.fc2\.": ".output.dense.",
    r"(^|\.)layers\.(\d+)\.": r"\1encoder.layer.\2.",
}
OPTIONAL = (r"^(vit\.)?pooler\.", r"\bmask_token$")  # files of classifiers have neither
INIT = {r"layernorm\w*\.weight$": "ones", r"weight$": ("normal", "initializer_range")}
