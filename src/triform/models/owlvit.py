"""OWL-ViT: CLIP whose patches each give a box, and what is in it, in the space of texts: it finds what a text, or another image, shows.

Paper        Minderer et al., 2022, https://arxiv.org/abs/2205.06230
Checkpoints  every repository whose config.json says `model_type: owlvit`
Names        attribute paths are checkpoint keys
Shapes       B images, Q texts for each, K = B · Q, T tokens, N = h · w patches, C channels, D hidden_size, P projection_dim
"""

from typing import Any

from triform.configs.image_text import text_part, vision_part
from triform.configs.owlvit import OwlViTConfig, OwlViTTextConfig, OwlViTVisionConfig
from triform.image_text_outputs import GuidedDetectionOutput, TextDetectionOutput
from triform.outputs import EncoderOutput

from .. import nn, ops
from .boxes import corners, generalized_iou, overlaps
from .clip import CLIPEncoder, CLIPTextTransformer, CLIPVisionEmbeddings, encoder_start, start
from .contrastive import Contrastive, unit


class OwlViTTextTransformer(CLIPTextTransformer):
    """CLIP's; the token with the largest id ends a text."""

    def ends(self, input_ids: Any) -> Any:
        return ops.cast(input_ids, "int")


class OwlViTVisionTransformer(nn.Module):
    """CLIP's, with another name of its first norm."""

    def __init__(self, config: Any):
        super().__init__()
        self.embeddings = CLIPVisionEmbeddings(config)
        self.pre_layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.encoder = CLIPEncoder(config)
        self.post_layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, pixel_values, interpolate_pos_encoding=False):
        x = self.encoder(self.pre_layernorm(self.embeddings(pixel_values, interpolate_pos_encoding)))
        return EncoderOutput(x, self.post_layernorm(x[:, 0]))


class OwlViTBoxPredictionHead(nn.Module):
    """Three layers from a patch to `wide` numbers: of a box, before the sigmoid."""

    def __init__(self, width: int, wide: int = 4):
        super().__init__()
        self.dense0, self.dense1 = nn.Linear(width, width), nn.Linear(width, width)
        self.dense2 = nn.Linear(width, wide)
        self.act = ops.activation("gelu")

    def forward(self, x):  # (B, N, D) -> (B, N, 4)
        return self.dense2(self.act(self.dense1(self.act(self.dense0(x)))))


class OwlViTClassPredictionHead(nn.Module):
    """How well each patch shows what each query means."""

    def __init__(self, config: Any):
        super().__init__()
        wide, width = config.text_config.hidden_size, config.vision_config.hidden_size
        self.dense0 = nn.Linear(width, wide)
        self.logit_shift, self.logit_scale = nn.Linear(width, 1), nn.Linear(width, 1)
        self.elu = ops.activation("elu")

    def forward(self, x, queries, mask=None):  # (B, N, D), (B, Q, P), (B, Q) -> (B, N, Q), (B, N, P)
        classes = unit(self.dense0(x), 1e-6)
        cosines = ops.matmul(classes, ops.transpose(unit(queries, 1e-6), (0, 2, 1)))
        logits = (cosines + self.logit_shift(x)) * (self.elu(self.logit_scale(x)) + 1)
        return logits if mask is None else ops.where(mask[:, None], ops.cast(logits, "float32"), LEAST), classes


LEAST = -3.4028234663852886e38  # the score of a query that is padding: the least of float32


class OwlViTPreTrainedModel(nn.Model):
    """The base of all OWL-ViT models."""

    config_class = OwlViTConfig
    prefix = "owlvit"


class OwlViTTextModel(OwlViTPreTrainedModel):
    """OWL-ViT's text model: EncoderOutput with last_hidden_state (K, T, D) and pooler_output (K, D), of the token that ends each text."""

    config_class = OwlViTTextConfig
    input_embeddings = "text_model.embeddings.token_embedding"

    def __init__(self, config: OwlViTTextConfig):
        super().__init__(config)
        self.text_model = OwlViTTextTransformer(config)

    def forward(self, input_ids, attention_mask=None):
        return self.text_model(input_ids, attention_mask)


class OwlViTVisionModel(OwlViTPreTrainedModel):
    """OWL-ViT's image model: EncoderOutput with last_hidden_state (B, 1 + N, D), not normalised, and pooler_output (B, D)."""

    config_class = OwlViTVisionConfig

    def __init__(self, config: OwlViTVisionConfig):
        super().__init__(config)
        self.vision_model = OwlViTVisionTransformer(config)

    def forward(self, pixel_values, interpolate_pos_encoding=False):
        return self.vision_model(pixel_values, interpolate_pos_encoding)


class OwlViTModel(OwlViTPreTrainedModel, Contrastive):
    """OWL-ViT without its detector: how well each of K texts fits each of B images; see `Contrastive`, but position_ids are not taken."""

    input_embeddings = "text_model.embeddings.token_embedding"
    text_class, vision_class = OwlViTTextTransformer, OwlViTVisionTransformer

    def get_text_features(self, input_ids, attention_mask=None):
        """(K, T) -> (K, P): texts in the space that images share, not normalised."""
        return self.place_of_text(self.text_model(input_ids, attention_mask))

    def forward(self, input_ids=None, pixel_values=None, attention_mask=None, return_loss=None, interpolate_pos_encoding=False):
        return self.compared(pixel_values, interpolate_pos_encoding, return_loss, input_ids, attention_mask)


class OwlViTForObjectDetection(OwlViTPreTrainedModel):
    """OWL-ViT: a box at each patch, and how well it shows what each of Q texts means.

    Args of the call:
        input_ids: (B · Q, T) int, the texts of the first image, then those of the second, …; a text whose first id is 0 is none.
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor.
        attention_mask: (B · Q, T), 0 for padding.
        interpolate_pos_encoding: True to take images of another size than config.vision_config.image_size.

    Returns:
        TextDetectionOutput. `image_guided_detection` finds what another image shows: GuidedDetectionOutput.

    Raises:
        InputError: images of another size or number of channels; texts that are too long.
    """

    entries = ("image_guided_detection",)
    base: Any = OwlViTModel

    def __init__(self, config: OwlViTConfig):
        super().__init__(config)
        width = config.vision_config.hidden_size
        setattr(self, self.prefix, self.base(config))
        self.class_head = OwlViTClassPredictionHead(config)
        self.box_head = OwlViTBoxPredictionHead(width)
        self.layer_norm = nn.LayerNorm(width, eps=config.vision_config.layer_norm_eps)

    def forward(self, input_ids, pixel_values, attention_mask=None, interpolate_pos_encoding=False):
        out = self.base_model(input_ids, pixel_values, attention_mask, interpolate_pos_encoding=interpolate_pos_encoding)
        features = self.of_patches(out.vision_model_output.last_hidden_state)
        images = ops.shape(pixel_values)[0]
        texts = ops.reshape(out.text_embeds, (images, -1, ops.shape(out.text_embeds)[-1]))
        mask = ops.reshape(input_ids[:, 0] > 0, (images, -1))
        logits, classes = self.class_head(features, texts, mask)
        height, width = self.grid(pixel_values)
        return TextDetectionOutput(
            logits=logits, objectness_logits=self.objectness(features), pred_boxes=self.boxes(features, height, width),
            text_embeds=texts, image_embeds=as_map(features, height, width), class_embeds=classes,
            text_model_output=out.text_model_output, vision_model_output=out.vision_model_output,
        )  # fmt: skip

    def image_guided_detection(self, pixel_values, query_pixel_values=None, interpolate_pos_encoding=False):
        """What query_pixel_values (B, C, H, W) show, each looked for in its image of pixel_values (B, C, H, W)."""
        queries = self.look(query_pixel_values, interpolate_pos_encoding)
        image = nn.recorded_apart(self.look, pixel_values, interpolate_pos_encoding)
        features, wanted = (self.of_patches(out.last_hidden_state) for out in (image, queries))
        (height, width), asked = self.grid(pixel_values), self.grid(query_pixel_values)
        query_boxes = self.boxes(wanted, *asked)
        query = query_of(self.class_head.dense0(wanted), query_boxes)
        logits, classes = self.class_head(features, query)
        return GuidedDetectionOutput(
            logits=logits, image_embeds=as_map(features, height, width), query_image_embeds=as_map(wanted, *asked),
            target_pred_boxes=self.boxes(features, height, width), query_pred_boxes=query_boxes, class_embeds=classes,
            vision_model_output=image,
        )  # fmt: skip

    def look(self, pixel_values: Any, interpolate_pos_encoding: Any) -> Any:
        return self.base_model.vision_model(pixel_values, interpolate_pos_encoding)

    def grid(self, pixel_values: Any) -> tuple[Any, ...]:
        """Patches in height and in width."""
        tall, wide = self.base_model.vision_model.embeddings.patch
        height, width = ops.shape(pixel_values)[2:]
        return height // tall, width // wide

    def of_patches(self, x: Any) -> Any:  # (B, 1 + N, D) -> (B, N, D)
        """Each patch, times the class token."""
        x = self.base_model.vision_model.post_layernorm(x)
        return self.layer_norm(x[:, 1:] * x[:, :1])

    def objectness(self, features: Any) -> Any:
        """How likely each patch is to show anything, (B, N): OWL-ViT does not say."""

    def boxes(self, features: Any, height: Any, width: Any) -> Any:  # (B, N, D) -> (B, N, 4)
        """A box for each patch, from centre and size: by default as large as the patch, at its far corner."""
        return ops.sigmoid(self.box_head(features) + logit(own_boxes(height, width, features)))


def as_map(x: Any, height: Any, width: Any) -> Any:
    """(B, N, D) -> (B, h, w, D)."""
    return ops.reshape(x, (ops.shape(x)[0], height, width, ops.shape(x)[2]))


def own_boxes(height: Any, width: Any, like: Any) -> Any:
    """(h · w, 4): the far corner of each patch of a grid, row by row, and the size of one; as shares of the image."""
    steps = [ops.cast(ops.arange(n, like=like) + 1, like.dtype) / ops.cast(ops.full((), n, like=like), like.dtype) for n in (width, height)]
    x = ops.broadcast_to(steps[0][None, :], (height, width))
    y = ops.broadcast_to(steps[1][:, None], (height, width))
    sides = (ops.broadcast_to(step[:1][None], (height, width)) for step in steps)
    return ops.reshape(ops.stack([x, y, *sides], axis=-1), (-1, 4))


def logit(share: Any) -> Any:
    """The inverse of the sigmoid, finite for 0 and 1."""
    return ops.log(share + 1e-4) - ops.log(1 + (1e-4 - share))  # 1 + 1e-4 - share would be rounded elsewhere


def query_of(classes: Any, boxes: Any) -> Any:
    """What an image shows, as a query (B, 1, P): of the boxes that cover most of it, the one that differs most from all patches' mean.

    Args:
        classes: (B, N, P). boxes: (B, N, 4), centre and size.
    """
    whole = ops.constant([0.0, 0.0, 1.0, 1.0], like=boxes)
    covered, _ = overlaps(whole, corners(boxes))
    nothing = ops.max(covered, axis=1, keepdims=True) == 0
    covered = ops.where(nothing, generalized_iou(whole, corners(boxes)), covered)
    enough = covered >= 0.8 * ops.max(covered, axis=1, keepdims=True)
    alike = ops.sum(classes * ops.mean(classes, axis=1, keepdims=True), axis=-1)
    chosen = ops.argmax(ops.where(enough, -alike, LEAST), axis=1)[:, None, None]
    return ops.take_along(classes, ops.broadcast_to(chosen, (ops.shape(classes)[0], 1, ops.shape(classes)[2])), axis=1)


IGNORE = (r"embeddings\.position_ids$", r"^box_bias$")
OPTIONAL = (r"^(class|box|objectness)_head\.", r"^layer_norm\.")
INIT = {
    r"logit_scale$": ("constant", "logit_scale_init_value"),
    **encoder_start(r"(\w+\.)?text_model", text_part, own=False),
    **encoder_start(r"(\w+\.)?vision_model", vision_part, own=False),
    r"text_model\.embeddings\.": ("normal", lambda config: 0.02 * config.initializer_factor),
    r"class_embedding$": start(vision_part, own=False),
    r"vision_model\.embeddings\.": ("normal", lambda config: vision_part(config).initializer_range * config.initializer_factor),
    r"text_projection\.": start(text_part, own=False),
    r"visual_projection\.": start(vision_part, own=False),
    r"_head\.": ("uniform", lambda config: config.vision_config.hidden_size**-0.5),
}
