"""DINOv2, a Vision Transformer whose residual branches are scaled, trained without labels.

Paper        Oquab et al., 2023, https://arxiv.org/abs/2304.07193; scales: https://arxiv.org/abs/2103.17239
Checkpoints  every repository whose config.json says `model_type: dinov2`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels, H height, W width, N patches, T = 1 + N tokens, D hidden_size, L num_labels
"""

from typing import Any

from triform.configs.dinov2 import Dinov2Config
from triform.configs.images import grid
from triform.outputs import EncoderOutput, LogitsOutput

from .. import nn, ops
from .backbones import Backbone
from .chains import states
from .drop_path import DropPath, drop_rates
from .losses import classification_loss
from .patches import PatchProjection, as_image, as_tokens, interpolated, mask_patches
from .vit import ViTAttention


class Dinov2Embeddings(nn.Module):
    """The class token and the patches, with their positions."""

    smooth = False  # how positions are interpolated

    def __init__(self, config: Any):
        super().__init__()
        self.grid = grid(config)
        width = config.hidden_size
        self.cls_token = nn.Parameter((1, 1, width))
        self.mask_token = nn.Parameter((1, width), "zeros") if config.use_mask_token else None
        self.patch_embeddings = PatchProjection(config)
        self.position_embeddings = nn.Parameter((1, self.grid[0] * self.grid[1] + 1, width))
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, pixel_values, bool_masked_pos=None):  # (B, C, H, W) -> (B, T, D)
        patches = self.patch_embeddings(pixel_values)
        x = as_tokens(patches)
        if bool_masked_pos is not None and self.mask_token is not None:
            x = mask_patches(x, bool_masked_pos, self.mask_token[...][None])
        first = ops.broadcast_to(self.cls_token[...], (ops.shape(x)[0], 1, ops.shape(x)[2]))
        positions = interpolated(self.position_embeddings[...], self.grid, ops.shape(patches)[2:], smooth=self.smooth)
        return self.dropout(self.with_registers(ops.concat([first, x], axis=1) + positions))

    def with_registers(self, x):
        """The tokens, and those that have no position."""
        return x


class Dinov2LayerScale(nn.Module):
    """A learned scale for each channel."""

    def __init__(self, config: Any):
        super().__init__()
        self.lambda1 = nn.Parameter((config.hidden_size,))

    def forward(self, x):
        return x * self.lambda1[...]


class Dinov2MLP(nn.Module):
    """The feed-forward network."""

    def __init__(self, config: Any):
        super().__init__()
        width = int(config.hidden_size * config.mlp_ratio)
        self.fc1 = nn.Linear(config.hidden_size, width)
        self.act = ops.activation(config.hidden_act)
        self.fc2 = nn.Linear(width, config.hidden_size)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))


class Dinov2SwiGLUFFN(nn.Module):
    """The feed-forward network, gated. Paper: Shazeer, 2020, https://arxiv.org/abs/2002.05202, eq. 6."""

    def __init__(self, config: Any):
        super().__init__()
        width = (int(int(config.hidden_size * config.mlp_ratio) * 2 / 3) + 7) // 8 * 8
        self.weights_in = nn.Linear(config.hidden_size, 2 * width)
        self.act = ops.activation("silu")
        self.weights_out = nn.Linear(width, config.hidden_size)

    def forward(self, x):
        gate, x = ops.split(self.weights_in(x), 2, axis=-1)
        return self.weights_out(self.act(gate) * x)


class Dinov2Layer(nn.Module):
    """Attention and feed-forward, each normalised before, scaled and added after."""

    def __init__(self, config: Any, drop_rate: float):
        super().__init__()
        self.norm1 = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.attention = ViTAttention(config)
        self.layer_scale1 = Dinov2LayerScale(config)
        self.norm2 = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.mlp = Dinov2SwiGLUFFN(config) if config.use_swiglu_ffn else Dinov2MLP(config)
        self.layer_scale2 = Dinov2LayerScale(config)
        self.drop_path = DropPath(drop_rate)

    def forward(self, x):
        x = x + self.drop_path(self.layer_scale1(self.attention(self.norm1(x))))
        return x + self.drop_path(self.layer_scale2(self.mlp(self.norm2(x))))


class Dinov2Encoder(nn.Module):
    """The stack of layers; gives what each gives, and what the first is given."""

    def __init__(self, config: Any):
        super().__init__()
        (rates,) = drop_rates(config.drop_path_rate, [config.num_hidden_layers])
        self.layer = nn.List([Dinov2Layer(config, rate) for rate in rates])

    def forward(self, x):
        return states(self.layer, x)


class Dinov2PreTrainedModel(nn.Model):
    """The base of all DINOv2 models."""

    config_class = Dinov2Config
    prefix = "dinov2"
    embeddings_class: Any = Dinov2Embeddings

    @property
    def leading(self) -> int:
        """How many tokens stand before those of the patches."""
        return 1


class Dinov2Model(Dinov2PreTrainedModel):
    """DINOv2 without a head.

    Args of the call:
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor; of any size.
        bool_masked_pos: (B, N), nonzero where a patch is hidden; counts only where config.use_mask_token.

    Returns:
        EncoderOutput with last_hidden_state (B, T, D) and pooler_output (B, D), the first of its tokens.

    Raises:
        InputError: images of another number of channels.
    """

    def __init__(self, config: Any):
        super().__init__(config)
        self.embeddings = self.embeddings_class(config)
        self.encoder = Dinov2Encoder(config)
        self.layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, pixel_values, bool_masked_pos=None):
        x = self.layernorm(self.encoder(self.embeddings(pixel_values, bool_masked_pos))[-1])
        return EncoderOutput(x, x[:, 0])


def summary(x: Any, leading: int) -> Any:
    """(B, T, D) -> (B, 2 · D): the first token, and the mean of the patches' tokens."""
    return ops.concat([x[:, 0], ops.mean(x[:, leading:], 1)], axis=1)


class Dinov2ForImageClassification(Dinov2PreTrainedModel):
    """DINOv2 with a linear classifier on the class token and the mean of the patches: logits (B, L). labels: see `classification_loss`."""

    def __init__(self, config: Dinov2Config):
        super().__init__(config)
        self.dinov2 = Dinov2Model(config)
        self.classifier = nn.Linear(2 * config.hidden_size, config.num_labels)

    def forward(self, pixel_values, labels=None):
        logits = self.classifier(summary(self.dinov2(pixel_values).last_hidden_state, self.leading))
        return LogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)


class Dinov2Backbone(Dinov2PreTrainedModel, Backbone):
    """DINOv2 as a backbone; its stages are "stem", "stage1", …, one for each layer."""

    def __init__(self, config: Any):
        super().__init__(config)
        self.embeddings = self.embeddings_class(config)
        self.encoder = Dinov2Encoder(config)
        self.layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    @staticmethod
    def stage_channels(config: Any) -> list[int]:
        return [config.hidden_size] * (config.num_hidden_layers + 1)

    def maps(self, pixel_values):
        config, states = self.config, self.encoder(self.embeddings(pixel_values))
        chosen: list[Any] = [None] * len(states)
        for stage in config.chosen_stages():
            x = self.layernorm(states[stage]) if config.apply_layernorm else states[stage]
            chosen[stage] = self.as_map(x, pixel_values) if config.reshape_hidden_states else x
        return chosen

    def as_map(self, x, pixel_values):
        """(B, T, D) -> (B, D, H / P, W / P), without the tokens that are no patches."""
        patch = self.embeddings.patch_embeddings.patch
        size = (n // side for n, side in zip(ops.shape(pixel_values)[2:], patch))
        return as_image(x[:, self.leading :], *size)


INIT = {r"lambda1$": ("constant", "layerscale_value")}
