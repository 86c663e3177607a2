"""VideoMAE, a Vision Transformer over the patches of a video, pre-trained by filling in most of them.

Paper        Tong et al., 2022, https://arxiv.org/abs/2203.12602
Checkpoints  every repository whose config.json says `model_type: videomae`
Names        attribute paths are checkpoint keys
Shapes       B batch, F frames, C channels, H height, W width, N patches, V visible ones, M masked ones, D hidden_size, P values of a patch,
             L num_labels
"""

from typing import Any

import numpy as np

from triform.configs.images import grid, pair
from triform.configs.videomae import VideoMAEConfig
from triform.errors import InputError
from triform.outputs import BaseModelOutput, LogitsOutput
from triform.vision_outputs import MaskedPatchesOutput

from .. import nn, ops
from .chains import through
from .constants import Constant
from .losses import classification_loss
from .masked_patches import count_of, places_of, taken
from .patches import as_tokens
from .positions import sines_and_cosines
from .vit import ViTIntermediate, ViTProjection

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet's colours, by which processors normalise


def patches_of(config: Any) -> int:
    """How many patches a video has."""
    height, width = grid(config)
    return config.num_frames // config.tubelet_size * height * width


class VideoMAEPatchEmbeddings(nn.Module):
    """Each patch of a few frames to a vector, by a convolution as large as a patch."""

    def __init__(self, config: Any):
        super().__init__()
        self.wanted = (config.num_frames, config.num_channels, *pair(config.image_size))
        size = (config.tubelet_size, *pair(config.patch_size))
        self.projection = nn.Conv3d(config.num_channels, config.hidden_size, size, stride=size)

    def forward(self, pixel_values):  # (B, F, C, H, W) -> (B, N, D)
        if tuple(pixel_values.shape[1:]) != self.wanted:
            raise InputError(
                f"pixel_values has the shape {tuple(pixel_values.shape)}, expected (batch, {', '.join(map(str, self.wanted))}): "
                "config.num_frames, num_channels and image_size. AutoImageProcessor prepares frames so."
            )
        x = self.projection(ops.transpose(pixel_values, (0, 2, 1, 3, 4)))
        b, d, frames, height, width = ops.shape(x)
        return as_tokens(ops.reshape(x, (b, d, frames * height, width)))


class VideoMAEEmbeddings(nn.Module):
    """The patches, with positions that are not learned."""

    def __init__(self, config: Any):
        super().__init__()
        self.patch_embeddings = VideoMAEPatchEmbeddings(config)
        self.positions = Constant(sines_and_cosines(patches_of(config), config.hidden_size))

    def forward(self, pixel_values):
        x = self.patch_embeddings(pixel_values)
        return x + self.positions.tensor(x)


class VideoMAESelfAttention(nn.Module):
    """Multi-head attention; queries and values have biases, keys have none."""

    def __init__(self, config: Any):
        super().__init__()
        width = config.hidden_size
        self.heads = config.num_attention_heads
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=False)
        self.q_bias = nn.Parameter((width,), "zeros") if config.qkv_bias else None
        self.v_bias = nn.Parameter((width,), "zeros") if config.qkv_bias else None
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)

    def forward(self, x, mask):  # (B, T, D) -> (B, T, D)
        q, k, v = self.query(x), self.key(x), self.value(x)
        if self.q_bias is not None:
            q, v = q + self.q_bias[...], v + self.v_bias[...]
        q, k, v = (ops.split_heads(y, self.heads) for y in (q, k, v))
        return ops.merge_heads(ops.attention(q, k, v, mask, dropout=self.dropout))


class VideoMAEAttention(nn.Module):
    """Attention, and the projection after it."""

    def __init__(self, config: Any):
        super().__init__()
        self.attention = VideoMAESelfAttention(config)
        self.output = ViTProjection(config.hidden_size, config)

    def forward(self, x, mask):
        return self.output(self.attention(x, mask))


class VideoMAELayer(nn.Module):
    """Attention and feed-forward, each normalised before and added after."""

    def __init__(self, config: Any):
        super().__init__()
        self.attention = VideoMAEAttention(config)
        self.intermediate = ViTIntermediate(config)
        self.output = ViTProjection(config.intermediate_size, config)
        self.layernorm_before = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.layernorm_after = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, x, mask=None):
        x = x + self.attention(self.layernorm_before(x), mask)
        return x + self.output(self.intermediate(self.layernorm_after(x)))


class VideoMAEEncoder(nn.Module):
    """The stack of layers."""

    def __init__(self, config: Any):
        super().__init__()
        self.layer = nn.List([VideoMAELayer(config) for _ in range(config.num_hidden_layers)])

    def forward(self, x, mask):
        return through(self.layer, x, mask)


class VideoMAEPreTrainedModel(nn.Model):
    """The base of all VideoMAE models."""

    config_class = VideoMAEConfig
    prefix = "videomae"


class VideoMAEModel(VideoMAEPreTrainedModel):
    """VideoMAE without a head.

    Args of the call:
        pixel_values: (B, F, C, H, W), prepared by the checkpoint's image processor.
        bool_masked_pos: (B, N), nonzero where a patch is hidden; as many in each item of the batch.

    Returns:
        BaseModelOutput with last_hidden_state (B, V, D) of the visible patches. While a program is traced (torch.compile, jax.jit,
        tf.function), their number is not known: (B, N, D) then, in which the masked patches mean nothing and no other sees them.

    Raises:
        InputError: videos of another shape than the config's; items with different numbers of masked patches.
    """

    def __init__(self, config: VideoMAEConfig):
        super().__init__(config)
        self.embeddings = VideoMAEEmbeddings(config)
        self.encoder = VideoMAEEncoder(config)
        self.layernorm = None if config.use_mean_pooling else nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, pixel_values, bool_masked_pos=None):
        x, mask = self.embeddings(pixel_values), None
        if bool_masked_pos is not None:
            visible = ops.cast(bool_masked_pos, "int") == 0
            count = count_of(visible, "bool_masked_pos")
            if count is None:
                mask = visible[:, None, None]
            else:
                x = taken(x, places_of(visible, count))
        x = self.encoder(x, mask)
        return BaseModelOutput(x if self.layernorm is None else self.layernorm(x))


class VideoMAEDecoder(nn.Module):
    """Layers that see all patches, the masked ones too, and say what the last `keep` of them are."""

    def __init__(self, config: Any):
        super().__init__()
        inner = config.copy()
        inner.update({
            "hidden_size": config.decoder_hidden_size, "num_hidden_layers": config.decoder_num_hidden_layers,
            "num_attention_heads": config.decoder_num_attention_heads, "intermediate_size": config.decoder_intermediate_size,
        })  # fmt: skip
        tall, wide = pair(config.patch_size)
        self.decoder_layers = nn.List([VideoMAELayer(inner) for _ in range(inner.num_hidden_layers)])
        self.norm = nn.LayerNorm(inner.hidden_size)
        self.head = nn.Linear(inner.hidden_size, config.num_channels * config.tubelet_size * tall * wide)

    def forward(self, x, keep):  # (B, N, …) -> (B, keep, P)
        for layer in self.decoder_layers:
            x = layer(x)
        return self.head(self.norm(x[:, ops.shape(x)[1] - keep :]))


class VideoMAEForPreTraining(VideoMAEPreTrainedModel):
    """VideoMAE that fills in masked patches.

    Args of the call: as VideoMAEModel's; bool_masked_pos is required.
    Returns: MaskedPatchesOutput with the loss, and logits (B, M, P) of the masked patches; while a program is traced, (B, N, P), zeros
        where nothing is masked.
    """

    def __init__(self, config: VideoMAEConfig):
        super().__init__(config)
        self.videomae = VideoMAEModel(config)
        self.encoder_to_decoder = nn.Linear(config.hidden_size, config.decoder_hidden_size, bias=False)
        self.mask_token = nn.Parameter((1, 1, config.decoder_hidden_size), "zeros")
        self.positions = Constant(sines_and_cosines(patches_of(config), config.decoder_hidden_size))
        self.decoder = VideoMAEDecoder(config)

    def forward(self, pixel_values, bool_masked_pos):
        x = self.encoder_to_decoder(self.videomae(pixel_values, bool_masked_pos).last_hidden_state)
        masked = ops.cast(bool_masked_pos, "int") != 0
        count, n = count_of(masked, "bool_masked_pos"), masked.shape[1]
        positions, targets = self.positions.tensor(x)[None], pixel_targets(self.config, pixel_values)
        if count is None:
            x = ops.where(masked[:, :, None], self.mask_token[...], x) + positions
            logits = ops.where(masked[:, :, None], nn.recorded_as("decoder_", self.decoder, x, n), 0.0)
            return MaskedPatchesOutput(masked_mean_squared_error(logits, targets, masked), logits)
        positions = ops.broadcast_to(positions, (ops.shape(x)[0], *ops.shape(positions)[1:]))
        hidden = places_of(masked, count)
        x = ops.concat([x + taken(positions, places_of(~masked, n - count)), self.mask_token[...] + taken(positions, hidden)], axis=1)
        logits = nn.recorded_as("decoder_", self.decoder, x, count)
        return MaskedPatchesOutput(ops.mean_squared_error(logits, taken(targets, hidden)), logits)


def masked_mean_squared_error(x: Any, y: Any, mask: Any) -> Any:
    """Mean of the squared differences of (B, N, P) where mask (B, N) holds."""
    errors = ops.mean(ops.cast(x - y, "float32") ** 2, 2)
    share = ops.cast(mask, "float32")
    return ops.sum(errors * share) / ops.sum(share)


def pixel_targets(config: Any, pixel_values: Any) -> Any:
    """What the patches are: (B, F, C, H, W) -> (B, N, P); normalised by patch and channel where config.norm_pix_loss."""
    x = pixel_values
    if config.num_channels == 3:  # back to colours from 0 to 1
        deviation, mean = (ops.reshape(ops.constant(np.array(values), like=x), (3, 1, 1)) for values in (DEVIATION, MEAN))
        x = x * deviation + mean
    (tall, wide), (height, width) = pair(config.patch_size), grid(config)
    b, frames, channels = ops.shape(x)[0], config.num_frames // config.tubelet_size, config.num_channels
    x = ops.reshape(x, (b, frames, config.tubelet_size, channels, height, tall, width, wide))
    x = ops.reshape(ops.transpose(x, (0, 1, 4, 6, 2, 5, 7, 3)), (b, frames * height * width, config.tubelet_size * tall * wide, channels))
    if config.norm_pix_loss:
        places = config.tubelet_size * tall * wide
        centred = x - ops.mean(x, 2, keepdims=True)
        variance = ops.sum(centred * centred, 2, keepdims=True) / (places - 1)
        x = centred / (ops.sqrt(variance) + 1e-6)
    return ops.reshape(x, (b, frames * height * width, -1))


class VideoMAEForVideoClassification(VideoMAEPreTrainedModel):
    """VideoMAE with a linear classifier on the mean of all patches, or on the first: logits (B, L). labels: see `classification_loss`."""

    def __init__(self, config: VideoMAEConfig):
        super().__init__(config)
        self.videomae = VideoMAEModel(config)
        self.fc_norm = nn.LayerNorm(config.hidden_size) if config.use_mean_pooling else None
        self.classifier = nn.Linear(config.hidden_size, config.num_labels)

    def forward(self, pixel_values, labels=None):
        x = self.videomae(pixel_values).last_hidden_state
        logits = self.classifier(x[:, 0] if self.fc_norm is None else self.fc_norm(ops.mean(x, 1)))
        return LogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)


RENAME = {r"\.attention\.query\.bias$": ".attention.q_bias", r"\.attention\.value\.bias$": ".attention.v_bias"}  # names of newer files
IGNORE = (r"\.attention\.key\.bias$",)  # of newer files; it changes nothing, since it adds the same to all scores of a query
