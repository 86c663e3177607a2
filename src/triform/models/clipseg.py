"""CLIPSeg: CLIP, and a decoder that marks where in an image something is that a text, or another image, shows.

Paper        Lüddecke & Ecker, 2021, https://arxiv.org/abs/2112.10003
Checkpoints  every repository whose config.json says `model_type: clipseg`
Names        attribute paths are checkpoint keys
Shapes       B batch, C channels, H height, W width, T = 1 + h · w tokens, R reduce_dim, P projection_dim
"""

from typing import Any

from triform.configs.clipseg import CLIPSegConfig, CLIPSegTextConfig, CLIPSegVisionConfig
from triform.configs.images import pair
from triform.errors import InputError
from triform.image_text_outputs import MarkedImageOutput, MarkingOutput
from triform.outputs import EncoderOutput

from .. import nn, ops
from .chains import Activation, chained, states
from .clip import IGNORE as IGNORE
from .clip import INIT as CLIP_INIT
from .clip import CLIPAttention, CLIPModel, CLIPTextModel, CLIPVisionModel
from .patches import as_image


class CLIPSegTextModel(CLIPTextModel):
    """CLIPSeg's text model: EncoderOutput with last_hidden_state (B, T, D) and pooler_output (B, D), of the token that ends each text."""

    config_class, prefix = CLIPSegTextConfig, "clip"


class CLIPSegVisionModel(CLIPVisionModel):
    """CLIPSeg's image model: EncoderOutput with last_hidden_state (B, T, D), not normalised, and pooler_output (B, D)."""

    config_class, prefix = CLIPSegVisionConfig, "clip"

    def forward(self, pixel_values, interpolate_pos_encoding=True):
        return super().forward(pixel_values, interpolate_pos_encoding)


class CLIPSegModel(CLIPModel):
    """CLIPSeg without its decoder: see CLIPModel. Images of every size are taken, unless interpolate_pos_encoding is False."""

    config_class, prefix = CLIPSegConfig, "clip"

    def get_image_features(self, pixel_values, interpolate_pos_encoding=True):
        return super().get_image_features(pixel_values, interpolate_pos_encoding)

    def forward(
        self, input_ids=None, pixel_values=None, attention_mask=None, position_ids=None, return_loss=None, interpolate_pos_encoding=True,
    ):  # fmt: skip
        return super().forward(input_ids, pixel_values, attention_mask, position_ids, return_loss, interpolate_pos_encoding)


class CLIPSegMLP(nn.Module):
    """The decoder's feed-forward network."""

    def __init__(self, config: Any):
        super().__init__()
        self.fc1 = nn.Linear(config.reduce_dim, config.decoder_intermediate_size)
        self.fc2 = nn.Linear(config.decoder_intermediate_size, config.reduce_dim)
        self.act = ops.activation("relu")  # whatever config.decoder_hidden_act says

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))


class Narrow:
    """What attention is to know of the decoder."""

    def __init__(self, config: Any):
        self.hidden_size, self.num_attention_heads = config.reduce_dim, config.decoder_num_attention_heads
        self.attention_dropout = config.vision_config.attention_dropout


class CLIPSegDecoderLayer(nn.Module):
    """Attention and feed-forward, each added and normalised after."""

    def __init__(self, config: Any):
        super().__init__()
        eps = config.vision_config.layer_norm_eps
        self.self_attn = CLIPAttention(Narrow(config))
        self.layer_norm1 = nn.LayerNorm(config.reduce_dim, eps=eps)
        self.mlp = CLIPSegMLP(config)
        self.layer_norm2 = nn.LayerNorm(config.reduce_dim, eps=eps)

    def forward(self, x):
        x = self.layer_norm1(x + self.self_attn(x))
        return self.layer_norm2(x + self.mlp(x))


def pixels_of(config: Any) -> Any:
    """What makes pixels of patches."""
    width, (tall, wide) = config.reduce_dim, pair(config.vision_config.patch_size)
    if not config.use_complex_transposed_convolution:
        return nn.ConvTranspose2d(width, 1, (tall, wide), stride=(tall, wide))
    fourth = (tall // 4, wide // 4)
    return nn.List([
        nn.Conv2d(width, width, 3, padding=1), Activation("relu"),
        nn.ConvTranspose2d(width, width // 2, fourth, stride=fourth), Activation("relu"),
        nn.ConvTranspose2d(width // 2, 1, fourth, stride=fourth),
    ])  # fmt: skip


class CLIPSegDecoder(nn.Module):
    """States of several layers of the image model, the last first, to a score for each pixel."""

    def __init__(self, config: Any):
        super().__init__()
        width, depth = config.reduce_dim, len(config.extract_layers)
        self.told, self.several = config.conditional_layer, config.use_complex_transposed_convolution
        self.film_mul, self.film_add = (nn.Linear(config.projection_dim, width) for _ in range(2))
        self.transposed_convolution = pixels_of(config)
        self.reduces = nn.List([nn.Linear(config.vision_config.hidden_size, width) for _ in range(depth)])
        self.layers = nn.List([CLIPSegDecoderLayer(config) for _ in range(depth)])

    def forward(self, states, wanted, grid):  # (B, T, D) each, (B, P), (h, w) -> (B, H, W)
        x: Any = None
        for i, (state, layer, reduce) in enumerate(zip(reversed(states), self.layers, self.reduces)):
            x = reduce(state) if x is None else reduce(state) + x
            if i == self.told:
                x = self.film_mul(wanted)[:, None] * x + self.film_add(wanted)[:, None]
            x = layer(x)
            nn.record("hidden_states", x)
        x = as_image(x[:, 1:], *grid)
        marks = chained(self.transposed_convolution, x) if self.several else self.transposed_convolution(x)
        return MarkingOutput(marks[:, 0])


class CLIPSegForImageSegmentation(nn.Model):
    """CLIPSeg: a score for each pixel of each image, which its sigmoid makes a probability.

    Args of the call:
        input_ids: (B, T) int, what is looked for in each image; attention_mask (B, T), 0 for padding; position_ids (B, T).
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor.
        conditional_pixel_values: (B, C, H, W), images that show what is looked for, in place of input_ids.
        conditional_embeddings: (B, P) of `get_conditional_embeddings`, in place of both.
        labels: (B, H, W) floats in [0, 1].
        interpolate_pos_encoding: False to refuse images of another size than config.vision_config.image_size.

    Returns:
        MarkedImageOutput.

    Raises:
        InputError: not exactly one thing that is looked for; not as many of them as images.
    """

    config_class, prefix = CLIPSegConfig, "clip"
    input_embeddings = "text_model.embeddings.token_embedding"

    def __init__(self, config: CLIPSegConfig):
        super().__init__(config)
        self.clip = CLIPSegModel(config)
        self.decoder = CLIPSegDecoder(config)

    def get_conditional_embeddings(
        self, batch_size=None, input_ids=None, attention_mask=None, position_ids=None, conditional_pixel_values=None,
    ):  # fmt: skip
        """(B, P): what is looked for, of texts (B, T) or of images (B, C, H, W) that show it. batch_size: how many there are to be."""
        found = ops.exactly_one(self, input_ids=input_ids, conditional_pixel_values=conditional_pixel_values)
        if batch_size is not None and found.shape[0] not in (None, batch_size):
            raise InputError(
                f"{type(self).__name__} was given {found.shape[0]} things to look for, expected {batch_size}: one for each image."
            )
        if input_ids is not None:
            return self.clip.get_text_features(input_ids, attention_mask, position_ids)
        return self.clip.get_image_features(conditional_pixel_values)

    def forward(
        self, input_ids=None, pixel_values=None, conditional_pixel_values=None, conditional_embeddings=None, attention_mask=None,
        position_ids=None, labels=None, interpolate_pos_encoding=True,
    ):  # fmt: skip
        found: list[Any] = []
        vision = self.clip.vision_model

        def look() -> EncoderOutput:
            x = vision.pre_layrnorm(vision.embeddings(pixel_values, interpolate_pos_encoding))
            found.extend(states(vision.encoder.layers, x, None, False))
            return EncoderOutput(found[-1], vision.post_layernorm(found[-1][:, 0]))

        image = nn.recorded_apart(look)
        if conditional_embeddings is None:
            conditional_embeddings = ops.detach(self.get_conditional_embeddings(
                pixel_values.shape[0], input_ids, attention_mask, position_ids, conditional_pixel_values
            ))  # fmt: skip
        chosen = [ops.detach(found[layer + 1]) for layer in self.config.extract_layers]
        grid = [n // side for n, side in zip(ops.shape(pixel_values)[2:], vision.embeddings.patch)]
        marks = nn.recorded_apart(self.decoder, chosen, conditional_embeddings, grid)
        loss = None if labels is None else ops.binary_cross_entropy(marks.logits, labels)
        pooled = self.clip.visual_projection(image.pooler_output)
        return MarkedImageOutput(loss, marks.logits, conditional_embeddings, pooled, image, marks)


OPTIONAL = (r"^decoder\.",)
INIT = {pattern.replace("^", r"^(clip\.)?"): how for pattern, how in CLIP_INIT.items() if "classifier" not in pattern}
