"""SAM: outlines of what points, boxes or rough masks in an image mean.

Paper        Kirillov et al., 2023, https://arxiv.org/abs/2304.02643; the image model: https://arxiv.org/abs/2203.16527
Checkpoints  every repository whose config.json says `model_type: sam` or sam_vision_model
Names        attribute paths are checkpoint keys
Shapes       B images, C channels, H height, W width, h and w patches, D hidden_size, O output_channels, P prompts, N points, M masks
"""

from typing import Any

import numpy as np

from triform.configs.image_text import vision_part
from triform.configs.images import grid
from triform.configs.sam import SamConfig, SamVisionConfig
from triform.errors import InputError
from triform.image_text_outputs import ImageEmbedsOutput
from triform.vision_outputs import PromptedMasksOutput

from .. import nn, ops
from .chains import through
from .channels import ChannelNorm, channels_first, channels_last
from .patches import PatchProjection, check_image_size
from .sam_prompts import SamMaskDecoder, SamMLPBlock, SamPositionalEmbedding, SamPromptEncoder
from .windows import windowed


def distances(size: int) -> np.ndarray:
    """(size, size): for each pair of places along an axis, the row of a table of 2 · size - 1 distances."""
    return np.arange(size)[:, None] - np.arange(size) + size - 1


class SamVisionAttention(nn.Module):
    """Attention within an area of patches, with a bias for the distance in height and in width that depends on who asks."""

    def __init__(self, config: Any, area: tuple[int, int]):
        super().__init__()
        width = config.hidden_size
        self.heads, self.area = config.num_attention_heads, area
        self.qkv = nn.Linear(width, 3 * width, bias=config.qkv_bias)
        self.proj = nn.Linear(width, width)
        self.dropout = nn.Dropout(config.attention_dropout)
        sides = [(2 * n - 1, width // self.heads) for n in area] if config.use_rel_pos else [None, None]
        self.rel_pos_h, self.rel_pos_w = (None if side is None else nn.Parameter(side, "zeros") for side in sides)

    def forward(self, x, mask=None):  # (B, h · w, D) -> (B, h · w, D)
        q, k, v = (ops.split_heads(part, self.heads) for part in ops.split(self.qkv(x), 3, axis=-1))
        bias = None if self.rel_pos_h is None else self.bias(q)
        return self.proj(ops.merge_heads(ops.attention(q, k, v, mask, bias=bias, dropout=self.dropout)))

    def bias(self, q):  # (B, heads, h · w, d) -> (B, heads, h · w, h · w)
        b, heads, n, d = ops.shape(q)
        height, width = self.area
        rows, columns = (
            ops.take(table[...], ops.constant(distances(side), like=q), axis=0)
            for table, side in ((self.rel_pos_h, height), (self.rel_pos_w, width))
        )
        q = ops.reshape(q, (b, heads, height, width, d))
        tall, wide = ops.einsum("bnhwc,hkc->bnhwk", q, rows), ops.einsum("bnhwc,wkc->bnhwk", q, columns)
        return ops.reshape(tall[..., :, None] + wide[..., None, :], (b, heads, n, n))


class SamVisionLayer(nn.Module):
    """Attention, in windows or over the whole image, and feed-forward, each normalised before and added after."""

    def __init__(self, config: Any, window: int):
        super().__init__()
        self.window = window  # 0: the whole image
        self.layer_norm1 = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.attn = SamVisionAttention(config, (window, window) if window else grid(config))
        self.layer_norm2 = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.mlp = SamMLPBlock(config)

    def forward(self, x):  # (B, h, w, D)
        x = x + self.attend(self.layer_norm1(x))
        return x + self.mlp(self.layer_norm2(x))

    def attend(self, x):
        if self.window:
            return windowed(x, self.window, 0, self.attn)
        b, height, width, d = ops.shape(x)
        return ops.reshape(self.attn(ops.reshape(x, (b, height * width, d))), (b, height, width, d))


class SamVisionNeck(nn.Module):
    """The patches as a map of fewer channels."""

    def __init__(self, config: Any):
        super().__init__()
        self.conv1 = nn.Conv2d(config.hidden_size, config.output_channels, 1, bias=False)
        self.layer_norm1 = ChannelNorm(config.output_channels, eps=1e-6)
        self.conv2 = nn.Conv2d(config.output_channels, config.output_channels, 3, padding=1, bias=False)
        self.layer_norm2 = ChannelNorm(config.output_channels, eps=1e-6)

    def forward(self, x):  # (B, h, w, D) -> (B, O, h, w)
        return self.layer_norm2(self.conv2(self.layer_norm1(self.conv1(channels_first(x)))))


class SamVisionEncoder(nn.Module):
    """The image model."""

    def __init__(self, config: Any):
        super().__init__()
        self.config = config
        self.patch_embed = PatchProjection(config)
        self.pos_embed = nn.Parameter((1, *grid(config), config.hidden_size), "zeros") if config.use_abs_pos else None
        windows = [0 if i in config.global_attn_indexes else config.window_size for i in range(config.num_hidden_layers)]
        self.layers = nn.List([SamVisionLayer(config, window) for window in windows])
        self.neck = SamVisionNeck(config)

    def forward(self, pixel_values):  # (B, C, H, W) -> (B, O, h, w)
        patches = self.patch_embed(pixel_values)
        check_image_size(self, pixel_values, self.config)
        x = channels_last(patches)
        x = x if self.pos_embed is None else x + self.pos_embed[...]
        return ImageEmbedsOutput(None, self.neck(through(self.layers, x)))


def seen(encoder: Any, pixel_values: Any) -> ImageEmbedsOutput:
    """What an image model says, its insides included; windows and heads of attentions are one axis."""
    out = nn.recorded_apart(encoder, pixel_values)
    if out.attentions is not None:
        out.attentions = tuple(ops.reshape(x, (-1, *ops.shape(x)[2:])) for x in out.attentions)
    return out


class SamPreTrainedModel(nn.Model):
    """The base of all SAM models."""

    config_class = SamConfig
    prefix = "sam"


class SamVisionModel(SamPreTrainedModel):
    """SAM's image model: ImageEmbedsOutput with last_hidden_state (B, O, h, w); hidden_states (B, h, w, D), attentions (…, n, n)."""

    config_class = SamVisionConfig

    def __init__(self, config: SamVisionConfig):
        super().__init__(config)
        self.vision_encoder = SamVisionEncoder(config)

    def forward(self, pixel_values):
        return seen(self.vision_encoder, pixel_values)


class SamModel(SamPreTrainedModel):
    """SAM.

    Args of the call:
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor.
        input_points: (B, P, N, 2), x and y in pixels: N points for each of P prompts.
        input_labels: (B, P, N): 1 for points that are meant, 0 for those that are not, -1 and -10 for none. Default: 1.
        input_boxes: (B, P, 4), left, top, right, bottom in pixels.
        input_masks: (B, 1, 4 h, 4 w), logits of an earlier mask.
        image_embeddings: (B, O, h, w) of `get_image_embeddings`, in place of pixel_values.
        multimask_output: True for several masks of each prompt, False for one.
        attention_similarity: added to the scores of tokens (B · P, heads, T) that look at patches (h · w).
        target_embedding: added to the tokens (B, P, T, O). Both are to be found in https://arxiv.org/abs/2305.03048.

    Returns:
        PromptedMasksOutput.

    Raises:
        InputError: images of another size or number of channels; prompts whose shapes do not fit each other.
    """

    def __init__(self, config: SamConfig):
        super().__init__(config)
        vision, decoder = config.vision_config, config.mask_decoder_config
        self.vision_encoder, self.shared_image_embedding = SamVisionEncoder(vision), SamPositionalEmbedding(vision)
        self.prompt_encoder, self.mask_decoder = SamPromptEncoder(config), SamMaskDecoder(decoder)

    def get_image_embeddings(self, pixel_values):
        """(B, C, H, W) -> (B, O, h, w): what an image gives, for any number of prompts."""
        return self.vision_encoder(pixel_values).last_hidden_state

    def get_prompt_embeddings(self, input_points=None, input_labels=None, input_boxes=None, input_masks=None):
        """(tokens of points and boxes (B, P, T, O) or None, map of masks (B, O, h, w)). Arguments: see the call."""
        if input_points is not None and input_labels is None:
            input_labels = ops.full(ops.shape(input_points)[:3], 1, like=ops.arange(1, like=input_points))
        return self.prompt_encoder(input_points, input_labels, input_boxes, input_masks)

    def get_image_wide_positional_embeddings(self):
        """(1, O, h, w): where each patch is."""
        size = self.config.prompt_encoder_config.image_embedding_size
        along = (np.arange(size) + 0.5) / size
        places = ops.constant(
            np.stack(np.meshgrid(along, along), axis=-1)[None], like=self.shared_image_embedding.positional_embedding[...]
        )
        return channels_first(self.shared_image_embedding(places))

    def forward(
        self, pixel_values=None, input_points=None, input_labels=None, input_boxes=None, input_masks=None, image_embeddings=None,
        multimask_output=True, attention_similarity=None, target_embedding=None,
    ):  # fmt: skip
        ops.exactly_one(self, pixel_values=pixel_values, image_embeddings=image_embeddings)
        check_prompts(self, pixel_values if image_embeddings is None else image_embeddings, input_points, input_boxes)
        image = ImageEmbedsOutput(None, image_embeddings) if pixel_values is None else seen(self.vision_encoder, pixel_values)
        tokens, dense = self.get_prompt_embeddings(input_points, input_labels, input_boxes, input_masks)
        place = self.get_image_wide_positional_embeddings()
        out = self.mask_decoder(
            image.last_hidden_state, place, tokens, dense, multimask_output, attention_similarity, target_embedding
        )  # fmt: skip
        return PromptedMasksOutput(out.iou_scores, out.pred_masks, image.hidden_states, image.attentions)


def check_prompts(model: Any, images: Any, points: Any, boxes: Any) -> None:
    """Raises InputError where the shapes of prompts are wrong, or fit neither each other nor the images."""
    problems = []
    found = {"input_points": points, "input_boxes": boxes}
    wanted = {"input_points": ("(images, prompts, points, 2)", 4, 2), "input_boxes": ("(images, prompts, 4)", 3, 4)}
    given = {name: tuple(x.shape) for name, x in found.items() if x is not None}
    for name, shape in given.items():
        form, axes, last = wanted[name]
        if len(shape) != axes or shape[-1] != last:
            problems.append(f"{name} has the shape {shape}, expected {form}")
    if not problems:
        counts = {name: shape[:2] for name, shape in given.items()}
        if len(set(counts.values())) > 1:
            problems.append(f"input_points is of {counts['input_points']} images and prompts, input_boxes of {counts['input_boxes']}")
        there = images.shape[0]
        off = [(name, n) for name, (n, _) in counts.items() if None not in (n, there) and n != there]  # None: open, while TensorFlow traces
        problems += [f"{name} is of {n} images, of which there are {there}" for name, n in off]
    if problems:
        raise InputError(f"{type(model).__name__}: {'; '.join(problems)}.")


SHARED = {"prompt_encoder.shared_embedding.positional_embedding": "shared_image_embedding.positional_embedding"}
INIT = {
    r"positional_embedding$": ("normal", lambda config: config.vision_config.hidden_size // 2),
    r"(layer_norm\w*|upscale_layer_norm)\.weight$": "ones",
    r"rel_pos_[hw]$|pos_embed$": "zeros",
    r"^vision_encoder\..*weight$": ("normal", lambda config: vision_part(config).initializer_range),
    r"weight$": ("normal", "initializer_range"),
}
