"""ViT-MAE, a Vision Transformer that sees few patches of an image, and a decoder that fills in the others.

Paper        He et al., 2021, https://arxiv.org/abs/2111.06377
Checkpoints  every repository whose config.json says `model_type: vit_mae`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels, H height, W width, N patches, V visible ones, D hidden_size, P values of a patch
"""

import math
from typing import Any

import numpy as np

from triform.configs.images import grid, pair
from triform.configs.vit_mae import ViTMAEConfig
from triform.vision_outputs import MaskedAutoencoderOutput, MaskedEncoderOutput

from .. import nn, ops
from .masked_patches import taken
from .patches import PatchProjection, as_tokens, check_image_size, interpolated
from .vit import ViTEncoder, ViTLayer


def positions(config: Any, width: int) -> np.ndarray:
    """(1, 1 + N, D): sines and cosines of column and row, half of the channels each; zeros for the class token."""
    height, wide = grid(config)
    rates = 10000.0 ** -(np.arange(width // 4) / (width / 4))
    rows, columns = (axis.reshape(-1, 1) * rates for axis in np.mgrid[:height, :wide])
    table = np.concatenate([np.sin(columns), np.cos(columns), np.sin(rows), np.cos(rows)], axis=1)
    return np.pad(table, ((1, 0), (0, 0)))[None].astype(np.float32)


class ViTMAEEmbeddings(nn.Module):
    """The class token, and those patches that are visible, with their positions."""

    def __init__(self, config: Any):
        super().__init__()
        self.config, self.grid = config, grid(config)
        self.cls_token = nn.Parameter((1, 1, config.hidden_size))
        self.patch_embeddings = PatchProjection(config)
        self.position_embeddings = nn.Buffer((1, 1 + self.grid[0] * self.grid[1], config.hidden_size))
        self.noise = nn.Noise()

    def forward(self, pixel_values, noise=None, interpolate_pos_encoding=False):  # -> (B, 1 + V, D), (B, N), (B, N)
        patches = self.patch_embeddings(pixel_values)
        if not interpolate_pos_encoding:
            check_image_size(self, pixel_values, self.config)
        table = interpolated(self.position_embeddings[...], self.grid, ops.shape(patches)[2:])
        x = as_tokens(patches) + table[:, 1:]
        b, n, width = ops.shape(x)
        kept = int(n * (1 - self.config.mask_ratio))
        noise = self.noise(x[:, :, 0]) if noise is None else noise
        order = ops.top_k(-noise, n)[1]  # the smallest first: they stay
        restore = ops.top_k(-order, n)[1]
        first = ops.broadcast_to(self.cls_token[...] + table[:, :1], (b, 1, width))
        x = ops.concat([first, taken(x, order[:, :kept])], axis=1)
        return x, ops.cast(restore >= kept, x.dtype), restore


class ViTMAEPreTrainedModel(nn.Model):
    """The base of all ViT-MAE models."""

    config_class = ViTMAEConfig
    prefix = "vit"


class ViTMAEModel(ViTMAEPreTrainedModel):
    """ViT-MAE's encoder.

    Args of the call:
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor.
        noise: (B, N): patches with the smallest values stay visible, as many as config.mask_ratio leaves; default: drawn anew.
        interpolate_pos_encoding: True to take images of another size than config.image_size.

    Returns:
        MaskedEncoderOutput with last_hidden_state (B, 1 + V, D), mask (B, N) and ids_restore (B, N).

    Raises:
        InputError: images of another size or number of channels.
    """

    def __init__(self, config: ViTMAEConfig):
        super().__init__(config)
        self.embeddings = ViTMAEEmbeddings(config)
        self.encoder = ViTEncoder(config)
        self.layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, pixel_values, noise=None, interpolate_pos_encoding=False):
        x, mask, restore = self.embeddings(pixel_values, noise, interpolate_pos_encoding)
        return MaskedEncoderOutput(self.layernorm(self.encoder(x)), mask, restore)


class ViTMAEDecoder(nn.Module):
    """Layers that see a token for each patch, those of the hidden ones alike."""

    def __init__(self, config: Any):
        super().__init__()
        self.grid, width = grid(config), config.decoder_hidden_size
        inner = config.copy()
        inner.update({
            "hidden_size": width, "num_hidden_layers": config.decoder_num_hidden_layers,
            "num_attention_heads": config.decoder_num_attention_heads, "intermediate_size": config.decoder_intermediate_size,
        })  # fmt: skip
        tall, wide = pair(config.patch_size)
        self.decoder_embed = nn.Linear(config.hidden_size, width)
        self.mask_token = nn.Parameter((1, 1, width), "zeros")
        self.decoder_pos_embed = nn.Buffer((1, 1 + self.grid[0] * self.grid[1], width))
        self.decoder_layers = nn.List([ViTLayer(inner) for _ in range(inner.num_hidden_layers)])
        self.decoder_norm = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.decoder_pred = nn.Linear(width, tall * wide * config.num_channels)

    def forward(self, x, restore, size):  # (B, 1 + V, D), (B, N) -> (B, N, P)
        x = self.decoder_embed(x)
        b, seen, width = ops.shape(x)
        hidden = ops.broadcast_to(self.mask_token[...], (b, ops.shape(restore)[1] + 1 - seen, width))
        patches = taken(ops.concat([x[:, 1:], hidden], axis=1), restore)
        x = ops.concat([x[:, :1], patches], axis=1) + interpolated(self.decoder_pos_embed[...], self.grid, size)
        for layer in self.decoder_layers:
            x = layer(x)
        return self.decoder_pred(self.decoder_norm(x))[:, 1:]


class ViTMAEForPreTraining(ViTMAEPreTrainedModel):
    """ViT-MAE with its decoder.

    Args of the call: as ViTMAEModel's.
    Returns: MaskedAutoencoderOutput with logits (B, N, P) of all patches, and the loss of the hidden ones.
    """

    def __init__(self, config: ViTMAEConfig):
        super().__init__(config)
        self.vit = ViTMAEModel(config)
        self.decoder = ViTMAEDecoder(config)

    def forward(self, pixel_values, noise=None, interpolate_pos_encoding=False):
        out = self.vit(pixel_values, noise, interpolate_pos_encoding)
        size = tuple(n // side for n, side in zip(ops.shape(pixel_values)[2:], pair(self.config.patch_size)))
        logits = nn.recorded_as("decoder_", self.decoder, out.last_hidden_state, out.ids_restore, size)
        errors = ops.mean(ops.cast(logits - self.targets(pixel_values, size), "float32") ** 2, 2)
        hidden = ops.cast(out.mask, "float32")
        return MaskedAutoencoderOutput(ops.sum(errors * hidden) / ops.sum(hidden), logits, out.mask, out.ids_restore)

    def targets(self, pixel_values, size):
        """What the patches are: (B, N, P); normalised by patch where config.norm_pix_loss."""
        (height, width), (tall, wide), channels = size, pair(self.config.patch_size), self.config.num_channels
        x = ops.reshape(pixel_values, (-1, channels, height, tall, width, wide))
        x = ops.reshape(ops.transpose(x, (0, 2, 4, 3, 5, 1)), (-1, height * width, tall * wide * channels))
        if self.config.norm_pix_loss:
            centred = x - ops.mean(x, 2, keepdims=True)
            variance = ops.sum(centred * centred, 2, keepdims=True) / (tall * wide * channels - 1)
            x = centred * ops.rsqrt(variance + 1e-6)
        return x


def patch_bound(config: Any) -> float:
    """The bound of the first weights of the projection of patches, seen as a linear layer of all values of a patch."""
    tall, wide = pair(config.patch_size)
    return math.sqrt(6.0 / (config.hidden_size + config.num_channels * tall * wide))


INIT = {
    r"patch_embeddings\.projection\.weight$": ("uniform", patch_bound),
    r"\bposition_embeddings$": ("computed", lambda config: positions(config, config.hidden_size)),
    r"\bdecoder_pos_embed$": ("computed", lambda config: positions(config, config.decoder_hidden_size)),
}
