"""SigLIP: texts and images in one space, trained by asking of each pair alone whether it belongs together.

Paper        Zhai et al., 2023, https://arxiv.org/abs/2303.15343
Checkpoints  every repository whose config.json says `model_type: siglip` or siglip_vision_model
Names        attribute paths are checkpoint keys
Shapes       B batch, T tokens, N patches, C channels, H height, W width, D hidden_size, P projection_size, L num_labels
"""

from typing import Any

from triform.configs.image_text import vision_part
from triform.configs.images import grid, pair
from triform.configs.siglip import SiglipConfig, SiglipTextConfig, SiglipVisionConfig
from triform.outputs import EncoderOutput, LogitsOutput

from .. import nn, ops
from .clip import CLIPMLP, CLIPEncoder, CLIPTextEmbeddings, start
from .contrastive import Contrastive
from .losses import classification_loss
from .patches import as_tokens, check_channels, check_image_size, interpolated


class SiglipVisionEmbeddings(nn.Module):
    """The patches, with their positions."""

    def __init__(self, config: Any):
        super().__init__()
        self.config, self.grid = config, grid(config)
        patch = pair(config.patch_size)
        self.patch_embedding = nn.Conv2d(config.num_channels, config.hidden_size, patch, stride=patch)
        self.position_embedding = nn.Embedding(self.grid[0] * self.grid[1], config.hidden_size)

    def forward(self, pixel_values, interpolate_pos_encoding=False):  # (B, C, H, W) -> (B, N, D)
        check_channels(self, pixel_values, self.config.num_channels)
        if not interpolate_pos_encoding:
            check_image_size(self, pixel_values, self.config)
        patches = self.patch_embedding(pixel_values)
        table = self.position_embedding.weight[...][None]
        return as_tokens(patches) + interpolated(table, self.grid, ops.shape(patches)[2:], leading=0)


class PackedAttention(nn.Module):
    """Attention of queries to other tokens, whose three projections are one array."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter((3 * width, width), "xavier_uniform")
        self.in_proj_bias = nn.Parameter((3 * width,), "zeros")
        self.out_proj = nn.Linear(width, width)

    def forward(self, queries, x):  # (B, Q, D), (B, N, D) -> (B, Q, D)
        weights, biases = (ops.split(packed, 3, axis=0) for packed in (self.in_proj_weight[...], self.in_proj_bias[...]))
        q, k, v = (
            ops.split_heads(ops.matmul(y, ops.transpose(weight, (1, 0))) + bias, self.heads)
            for y, weight, bias in zip((queries, x, x), weights, biases)
        )
        return self.out_proj(ops.merge_heads(ops.attention(q, k, v, kind="pooler_attentions")))


class SiglipMultiheadAttentionPoolingHead(nn.Module):
    """One learned query that looks at all patches: what stands for the image."""

    def __init__(self, config: Any):
        super().__init__()
        self.probe = nn.Parameter((1, 1, config.hidden_size), "xavier_uniform")
        self.attention = PackedAttention(config.hidden_size, config.num_attention_heads)
        self.layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.mlp = CLIPMLP(config)

    def forward(self, x):  # (B, N, D) -> (B, D)
        x = self.attention(ops.broadcast_to(self.probe[...], (ops.shape(x)[0], 1, ops.shape(x)[2])), x)
        return (x + self.mlp(self.layernorm(x)))[:, 0]


class SiglipTextTransformer(nn.Module):
    """Texts, whose tokens all see each other; the state of the last place, padding or not, stands for all of it."""

    def __init__(self, config: Any):
        super().__init__()
        self.embeddings = CLIPTextEmbeddings(config)
        self.encoder = CLIPEncoder(config)
        self.final_layer_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.head = nn.Linear(config.hidden_size, config.projection_size)

    def forward(self, input_ids, attention_mask=None, position_ids=None):
        context = nn.Context(input_ids, attention_mask, position_ids=position_ids)
        x = self.final_layer_norm(self.encoder(self.embeddings(input_ids, context.positions), context.mask))
        return EncoderOutput(x, self.head(x[:, -1]))


class SiglipVisionTransformer(nn.Module):
    """Images, as patches that all see each other."""

    def __init__(self, config: Any):
        super().__init__()
        self.embeddings = SiglipVisionEmbeddings(config)
        self.encoder = CLIPEncoder(config)
        self.post_layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.head = SiglipMultiheadAttentionPoolingHead(config) if config.vision_use_head else None

    def forward(self, pixel_values, interpolate_pos_encoding=False):
        x = self.post_layernorm(self.encoder(self.embeddings(pixel_values, interpolate_pos_encoding)))
        return EncoderOutput(x, None if self.head is None else self.head(x))


class SiglipPreTrainedModel(nn.Model):
    """The base of all SigLIP models."""

    config_class = SiglipConfig
    prefix = "siglip"


class SiglipTextModel(SiglipPreTrainedModel):
    """SigLIP's text model: EncoderOutput with last_hidden_state (B, T, D) and pooler_output (B, P), of the last place of each text.

    Texts are padded to config.max_position_embeddings, as in training, and padding is read: no attention_mask is given.
    """

    config_class = SiglipTextConfig
    input_embeddings = "text_model.embeddings.token_embedding"

    def __init__(self, config: SiglipTextConfig):
        super().__init__(config)
        self.text_model = SiglipTextTransformer(config)

    def forward(self, input_ids, attention_mask=None, position_ids=None):
        return self.text_model(input_ids, attention_mask, position_ids)


class SiglipVisionModel(SiglipPreTrainedModel):
    """SigLIP's image model: EncoderOutput with last_hidden_state (B, N, D) and pooler_output (B, D), None without vision_use_head."""

    config_class = SiglipVisionConfig

    def __init__(self, config: SiglipVisionConfig):
        super().__init__(config)
        self.vision_model = SiglipVisionTransformer(config)

    def forward(self, pixel_values, interpolate_pos_encoding=False):
        return self.vision_model(pixel_values, interpolate_pos_encoding)


class SiglipModel(SiglipPreTrainedModel, Contrastive):
    """SigLIP: whether each of K texts belongs to each of B images; the sigmoid of a logit is its probability. See `Contrastive`."""

    input_embeddings = "text_model.embeddings.token_embedding"
    text_class, vision_class = SiglipTextTransformer, SiglipVisionTransformer
    pairwise = True

    def make_projections(self, config: Any) -> None:
        self.logit_scale = nn.Parameter((1,), "zeros")
        self.logit_bias = nn.Parameter((1,), "zeros")

    def place_of_text(self, out: Any) -> Any:
        return out.pooler_output

    def place_of_image(self, out: Any) -> Any:
        return out.pooler_output

    def scaled(self, cosines: Any) -> Any:
        return super().scaled(cosines) + self.logit_bias[...]


class SiglipForImageClassification(SiglipPreTrainedModel):
    """SigLIP's image model with a linear classifier on the mean of the patches: logits (B, L). labels: see `classification_loss`."""

    def __init__(self, config: SiglipConfig):
        super().__init__(config)
        self.vision_model = SiglipVisionTransformer(config.vision_config)
        self.classifier = nn.Linear(config.vision_config.hidden_size, config.num_labels)

    def forward(self, pixel_values, labels=None, interpolate_pos_encoding=False):
        x = self.vision_model(pixel_values, interpolate_pos_encoding).last_hidden_state
        logits = self.classifier(ops.mean(x, axis=1))
        return LogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)


IGNORE = (r"embeddings\.position_ids$",)
OPTIONAL = (r"^classifier\.",)
INIT = {
    r"embeddings\.(token|position)_embedding\.weight$": "rows_normal",
    r"(patch_embedding|head|head\.attention\.out_proj)\.weight$": "lecun_normal",
    r"\.(fc1|fc2)\.bias$": ("normal", 1e-6),
    r"(_proj|fc1|fc2)\.weight$": "xavier_uniform",
    r"^classifier\.weight$": start(vision_part, own=False),
}
