"""CLIP: a Transformer for texts and one for images, trained to place what belongs together in one direction.

Paper        Radford et al., 2021, https://arxiv.org/abs/2103.00020
Checkpoints  every repository whose config.json says `model_type: clip`, clip_text_model or clip_vision_model
Names        attribute paths are checkpoint keys, `pre_layrnorm` included
Shapes       B batch, T tokens or 1 + N patches, C channels, H height, W width, D hidden_size, P projection_dim, L num_labels
"""

from typing import Any

from triform.configs.clip import CLIPConfig, CLIPTextConfig, CLIPVisionConfig
from triform.configs.image_text import text_part, vision_part
from triform.configs.images import grid, pair
from triform.image_text_outputs import ImageEmbedsOutput, TextEmbedsOutput
from triform.outputs import EncoderOutput, LogitsOutput

from .. import nn, ops
from .chains import through
from .contrastive import Contrastive
from .losses import classification_loss
from .patches import as_tokens, check_channels, check_image_size, interpolated


class CLIPTextEmbeddings(nn.Module):
    """Words, and where they stand."""

    def __init__(self, config: Any):
        super().__init__()
        self.longest = config.max_position_embeddings
        self.token_embedding = nn.Embedding(config.vocab_size, config.hidden_size)
        self.position_embedding = nn.Embedding(config.max_position_embeddings, config.hidden_size)

    def forward(self, input_ids, position_ids):  # (B, T) -> (B, T, D)
        ops.check_length(self, input_ids, self.longest)
        return self.token_embedding(input_ids) + self.position_embedding(position_ids)


class CLIPVisionEmbeddings(nn.Module):
    """The class token and the patches, with their positions."""

    def __init__(self, config: Any):
        super().__init__()
        self.config, self.grid = config, grid(config)
        self.patch = patch = pair(config.patch_size)
        self.class_embedding = nn.Parameter((config.hidden_size,))
        self.patch_embedding = nn.Conv2d(config.num_channels, config.hidden_size, patch, stride=patch, bias=False)
        self.position_embedding = nn.Embedding(self.grid[0] * self.grid[1] + 1, config.hidden_size)

    def forward(self, pixel_values, interpolate_pos_encoding=False):  # (B, C, H, W) -> (B, T, D)
        check_channels(self, pixel_values, self.config.num_channels)
        if not interpolate_pos_encoding:
            check_image_size(self, pixel_values, self.config)
        patches = self.patch_embedding(pixel_values)
        x = as_tokens(patches)
        first = ops.broadcast_to(self.class_embedding[...][None, None], (ops.shape(x)[0], 1, ops.shape(x)[2]))
        positions = interpolated(self.position_embedding.weight[...][None], self.grid, ops.shape(patches)[2:])
        return ops.concat([first, x], axis=1) + positions


class CLIPAttention(nn.Module):
    """Multi-head attention of tokens to each other."""

    def __init__(self, config: Any):
        super().__init__()
        width = config.hidden_size
        self.heads = config.num_attention_heads
        self.q_proj, self.k_proj, self.v_proj = (nn.Linear(width, width) for _ in range(3))
        self.out_proj = nn.Linear(width, width)
        self.dropout = nn.Dropout(config.attention_dropout)

    def forward(self, x, mask=None, causal=False):  # (B, T, D) -> (B, T, D)
        q, k, v = (ops.split_heads(project(x), self.heads) for project in (self.q_proj, self.k_proj, self.v_proj))
        return self.out_proj(ops.merge_heads(ops.attention(q, k, v, mask, causal=causal, dropout=self.dropout)))


class CLIPMLP(nn.Module):
    """The feed-forward network."""

    def __init__(self, config: Any):
        super().__init__()
        self.fc1 = nn.Linear(config.hidden_size, config.intermediate_size)
        self.fc2 = nn.Linear(config.intermediate_size, config.hidden_size)
        self.act = ops.activation(config.hidden_act)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))


class CLIPEncoderLayer(nn.Module):
    """Attention and feed-forward, each normalised before and added after."""

    def __init__(self, config: Any):
        super().__init__()
        self.self_attn = CLIPAttention(config)
        self.layer_norm1 = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.mlp = CLIPMLP(config)
        self.layer_norm2 = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, x, mask=None, causal=False):
        x = x + self.self_attn(self.layer_norm1(x), mask, causal)
        return x + self.mlp(self.layer_norm2(x))


class CLIPEncoder(nn.Module):
    """The stack of layers."""

    def __init__(self, config: Any):
        super().__init__()
        self.layers = nn.List([CLIPEncoderLayer(config) for _ in range(config.num_hidden_layers)])

    def forward(self, x, mask=None, causal=False):
        return through(self.layers, x, mask, causal)


class CLIPTextTransformer(nn.Module):
    """Texts, read from left to right; the state of the token that ends one stands for all of it."""

    def __init__(self, config: Any):
        super().__init__()
        self.end = config.eos_token_id
        self.embeddings = CLIPTextEmbeddings(config)
        self.encoder = CLIPEncoder(config)
        self.final_layer_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, input_ids, attention_mask=None, position_ids=None):
        context = nn.Context(input_ids, attention_mask, causal=True, position_ids=position_ids)
        x = self.encoder(self.embeddings(input_ids, context.positions), context.mask, context.causal)
        x = self.final_layer_norm(x)
        place = ops.argmax(self.ends(input_ids), axis=1)[:, None, None]
        pooled = ops.take_along(x, ops.broadcast_to(place, (ops.shape(x)[0], 1, ops.shape(x)[2])), axis=1)
        return EncoderOutput(x, pooled[:, 0])

    def ends(self, input_ids: Any) -> Any:  # (B, T) int, largest where a text ends
        return ops.cast(input_ids, "int") if self.end == 2 else ops.cast(input_ids == self.end, "int")


class CLIPVisionTransformer(nn.Module):
    """Images, as patches that all see each other; the state of the class token, normalised, stands for all of it."""

    def __init__(self, config: Any):
        super().__init__()
        self.embeddings = CLIPVisionEmbeddings(config)
        self.pre_layrnorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.encoder = CLIPEncoder(config)
        self.post_layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, pixel_values, interpolate_pos_encoding=False):
        x = self.encoder(self.pre_layrnorm(self.embeddings(pixel_values, interpolate_pos_encoding)))
        return EncoderOutput(x, self.post_layernorm(x[:, 0]))


class CLIPPreTrainedModel(nn.Model):
    """The base of all CLIP models."""

    config_class = CLIPConfig
    prefix = "clip"


class CLIPTextModel(CLIPPreTrainedModel):
    """CLIP's text model: EncoderOutput with last_hidden_state (B, T, D) and pooler_output (B, D), of the token that ends each text."""

    config_class = CLIPTextConfig
    input_embeddings = "text_model.embeddings.token_embedding"

    def __init__(self, config: CLIPTextConfig):
        super().__init__(config)
        self.text_model = CLIPTextTransformer(config)

    def forward(self, input_ids, attention_mask=None, position_ids=None):
        return self.text_model(input_ids, attention_mask, position_ids)


class CLIPTextModelWithProjection(CLIPTextModel):
    """CLIP's text model with text_embeds (B, P), not normalised: places in the space that images share."""

    def __init__(self, config: CLIPTextConfig):
        super().__init__(config)
        self.text_projection = nn.Linear(config.hidden_size, config.projection_dim, bias=False)

    def forward(self, input_ids, attention_mask=None, position_ids=None):
        out = self.text_model(input_ids, attention_mask, position_ids)
        return TextEmbedsOutput(self.text_projection(out.pooler_output), out.last_hidden_state)


class CLIPVisionModel(CLIPPreTrainedModel):
    """CLIP's image model: EncoderOutput with last_hidden_state (B, T, D), not normalised, and pooler_output (B, D)."""

    config_class = CLIPVisionConfig

    def __init__(self, config: CLIPVisionConfig):
        super().__init__(config)
        self.vision_model = CLIPVisionTransformer(config)

    def forward(self, pixel_values, interpolate_pos_encoding=False):
        return self.vision_model(pixel_values, interpolate_pos_encoding)


class CLIPVisionModelWithProjection(CLIPVisionModel):
    """CLIP's image model with image_embeds (B, P), not normalised: places in the space that texts share."""

    def __init__(self, config: CLIPVisionConfig):
        super().__init__(config)
        self.visual_projection = nn.Linear(config.hidden_size, config.projection_dim, bias=False)

    def forward(self, pixel_values, interpolate_pos_encoding=False):
        out = self.vision_model(pixel_values, interpolate_pos_encoding)
        return ImageEmbedsOutput(self.visual_projection(out.pooler_output), out.last_hidden_state)


class CLIPModel(CLIPPreTrainedModel, Contrastive):
    """CLIP: how well each of K texts fits each of B images; see `Contrastive`."""

    input_embeddings = "text_model.embeddings.token_embedding"
    text_class, vision_class = CLIPTextTransformer, CLIPVisionTransformer


class CLIPForImageClassification(CLIPPreTrainedModel):
    """CLIP's image model with a linear classifier on the mean of the patches: logits (B, L). labels: see `classification_loss`."""

    def __init__(self, config: CLIPConfig):
        super().__init__(config)
        self.vision_model = CLIPVisionTransformer(config.vision_config)
        self.classifier = nn.Linear(config.vision_config.hidden_size, config.num_labels)

    def forward(self, pixel_values, labels=None):
        x = self.vision_model(pixel_values).last_hidden_state
        logits = self.classifier(ops.mean(x[:, 1:], axis=1))
        return LogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)


def start(part: Any, width: Any = lambda config: config.hidden_size, deep: bool = False, own: bool = True) -> Any:
    """A normal distribution whose standard deviation is width^-0.5, and where `deep` (2 · layers)^-0.5 of that.

    Args:
        part: gives the config that says how wide the layer is.
        own: the factor is that config's own; else the whole's.
    """

    def deviation(config: Any) -> float:
        inner = part(config)
        scale = (inner if own else config).initializer_factor * width(inner) ** -0.5
        return scale * (2 * inner.num_hidden_layers) ** -0.5 if deep else scale

    return "normal", deviation


def encoder_start(name: str, part: Any, own: bool = True) -> dict[str, Any]:
    """What the layers of an encoder called `name` start as."""
    deep = start(part, deep=True, own=own)
    return {
        rf"^{name}\..*(q|k|v)_proj\.weight$": deep,
        rf"^{name}\..*out_proj\.weight$": start(part, own=own),
        rf"^{name}\..*fc1\.weight$": start(part, lambda config: 2 * config.hidden_size, own=own),
        rf"^{name}\..*fc2\.weight$": deep,
    }


IGNORE = (r"embeddings\.position_ids$",)
OPTIONAL = (r"^classifier\.",)
INIT = {
    r"^logit_scale$": ("constant", "logit_scale_init_value"),
    **encoder_start("text_model", text_part),
    **encoder_start("vision_model", vision_part),
    r"^text_model\.embeddings\.": ("normal", lambda config: 0.02 * text_part(config).initializer_factor),
    r"class_embedding$": start(vision_part),
    r"^vision_model\.embeddings\.": (
        "normal",
        lambda config: vision_part(config).initializer_range * vision_part(config).initializer_factor,
    ),
    r"^text_projection\.": start(text_part, own=False),
    r"^visual_projection\.": start(vision_part, own=False),
    r"^classifier\.weight$": start(vision_part, own=False),
}
