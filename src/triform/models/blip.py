"""BLIP: captions, answers and matches, from a Vision Transformer and a text model that looks at it.

Paper        Li et al., 2022, https://arxiv.org/abs/2201.12086
Checkpoints  every repository whose config.json says `model_type: blip`
Names        attribute paths are checkpoint keys
Shapes       B batch, K texts, C channels, H height, W width, S = 1 + N patches, T tokens, D hidden_size, P projection_dim, V vocab_size
"""

from typing import Any

from triform.configs.blip import BlipConfig, BlipVisionConfig
from triform.configs.image_text import vision_part
from triform.configs.images import grid, pair
from triform.image_text_outputs import AnswerOutput, CaptionOutput, ImageTextMatchingOutput
from triform.outputs import EncoderOutput

from .. import nn, ops
from .blip_text import BlipTextLMHeadModel, BlipTextModel
from .chains import through
from .clip import CLIPMLP
from .contrastive import Contrastive, unit
from .patches import as_tokens, check_channels, check_image_size, interpolated


class BlipVisionEmbeddings(nn.Module):
    """The class token and the patches, with their positions."""

    def __init__(self, config: Any):
        super().__init__()
        self.config, self.grid = config, grid(config)
        patch = pair(config.patch_size)
        self.class_embedding = nn.Parameter((1, 1, config.hidden_size))
        self.position_embedding = nn.Parameter((1, self.grid[0] * self.grid[1] + 1, config.hidden_size))
        self.patch_embedding = nn.Conv2d(3, config.hidden_size, patch, stride=patch)

    def forward(self, pixel_values, interpolate_pos_encoding=False):  # (B, C, H, W) -> (B, S, D)
        check_channels(self, pixel_values, 3)
        if not interpolate_pos_encoding:
            check_image_size(self, pixel_values, self.config)
        patches = self.patch_embedding(pixel_values)
        x = as_tokens(patches)
        first = ops.broadcast_to(self.class_embedding[...], (ops.shape(x)[0], 1, ops.shape(x)[2]))
        return ops.concat([first, x], axis=1) + interpolated(self.position_embedding[...], self.grid, ops.shape(patches)[2:])


class BlipAttention(nn.Module):
    """Multi-head attention of the patches to each other."""

    def __init__(self, config: Any):
        super().__init__()
        self.heads = config.num_attention_heads
        self.qkv = nn.Linear(config.hidden_size, 3 * config.hidden_size)
        self.projection = nn.Linear(config.hidden_size, config.hidden_size)
        self.dropout = nn.Dropout(config.attention_dropout)

    def forward(self, x):  # (B, S, D) -> (B, S, D)
        q, k, v = (ops.split_heads(part, self.heads) for part in ops.split(self.qkv(x), 3, axis=-1))
        return self.projection(ops.merge_heads(ops.attention(q, k, v, dropout=self.dropout)))


class BlipEncoderLayer(nn.Module):
    """Attention and feed-forward, each normalised before and added after."""

    def __init__(self, config: Any):
        super().__init__()
        self.self_attn = BlipAttention(config)
        self.layer_norm1 = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.mlp = CLIPMLP(config)
        self.layer_norm2 = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, x):
        x = x + self.self_attn(self.layer_norm1(x))
        return x + self.mlp(self.layer_norm2(x))


class BlipEncoder(nn.Module):
    """The stack of layers."""

    def __init__(self, config: Any):
        super().__init__()
        self.layers = nn.List([BlipEncoderLayer(config) for _ in range(config.num_hidden_layers)])

    def forward(self, x):
        return through(self.layers, x)


class BlipPreTrainedModel(nn.Model):
    """The base of all BLIP models."""

    config_class = BlipConfig
    prefix = "blip"


class BlipVisionModel(BlipPreTrainedModel):
    """BLIP's image model: EncoderOutput with last_hidden_state (B, S, D) and pooler_output (B, D), the first of it, normalised again."""

    config_class = BlipVisionConfig

    def __init__(self, config: BlipVisionConfig):
        super().__init__(config)
        self.embeddings = BlipVisionEmbeddings(config)
        self.encoder = BlipEncoder(config)
        self.post_layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, pixel_values, interpolate_pos_encoding=False):
        x = self.post_layernorm(self.encoder(self.embeddings(pixel_values, interpolate_pos_encoding)))
        return EncoderOutput(x, self.post_layernorm(x[:, 0]))


class BlipModel(BlipPreTrainedModel, Contrastive):
    """BLIP as it compares: how well each of K texts fits each of B images; see `Contrastive`."""

    input_embeddings = "text_model.embeddings.word_embeddings"
    text_class, vision_class = BlipTextModel, BlipVisionModel

    def get_multimodal_features(self, input_ids, pixel_values, attention_mask=None, interpolate_pos_encoding=False):
        """(B, T), (B, C, H, W) -> (B, P): texts that have looked at their images, not normalised."""
        image = self.vision_model(pixel_values, interpolate_pos_encoding).last_hidden_state
        return self.text_projection(self.text_model(input_ids, attention_mask, encoder_hidden_states=image).pooler_output)


class BlipLooking(BlipPreTrainedModel):
    """A BLIP whose text model looks at an image; hidden_states and attentions of its output are the image model's."""

    def __init__(self, config: Any):
        super().__init__(config)
        self.vision_model = BlipVisionModel(config.vision_config)

    def seen(self, pixel_values: Any, interpolate: Any) -> Any:  # (B, C, H, W) -> (B, S, D)
        return self.vision_model(pixel_values, interpolate).last_hidden_state


class BlipForConditionalGeneration(BlipLooking):
    """BLIP that writes captions: logits (B, T, V) of the next tokens.

    Args of the call:
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor.
        input_ids: (B, T) int, the caption so far; attention_mask (B, T), 0 for padding.
        labels: (B, T), as they are: they are shifted here; -100 where nothing is to be predicted.
        interpolate_pos_encoding: True to take images of another size than config.vision_config.image_size.

    Returns:
        CaptionOutput, whose hidden_states and attentions are the image model's.
    """

    input_embeddings = "text_decoder.bert.embeddings.word_embeddings"
    output_embeddings = "text_decoder.cls.predictions.decoder"

    def __init__(self, config: BlipConfig):
        super().__init__(config)
        self.text_decoder = BlipTextLMHeadModel(config.text_config)

    def forward(self, pixel_values, input_ids=None, attention_mask=None, labels=None, interpolate_pos_encoding=False):
        image = self.seen(pixel_values, interpolate_pos_encoding)
        out = nn.recorded_apart(self.text_decoder, input_ids, attention_mask, encoder_hidden_states=image, labels=labels, use_cache=False)
        return CaptionOutput(out.loss, out.logits, image, image)

    def generate(self, pixel_values, input_ids=None, attention_mask=None, interpolate_pos_encoding=False, **options):
        """Captions (B, …) of images, which begin with what input_ids (B, T) say before their end; options: of every `generate`."""
        text = self.config.text_config
        image = ops.detach(self.seen(pixel_values, interpolate_pos_encoding))
        index = ops.arange(1, like=image)
        start = ops.full((ops.shape(image)[0], 1), text.bos_token_id, like=index)
        if input_ids is not None:
            start = ops.concat([start, ops.cast(ops.constant(input_ids, like=image), index.dtype)[:, 1:-1]], axis=1)
        mask = None if attention_mask is None else attention_mask[:, :-1]
        return self.text_decoder.generate(start, **ends(text), attention_mask=mask, encoder_hidden_states=image, **options)


class BlipForQuestionAnswering(BlipLooking):
    """BLIP that answers questions about images.

    Args of the call:
        input_ids: (B, T) int, the question; attention_mask (B, T), 0 for padding, which the answer sees all the same, as in the reference.
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor.
        decoder_input_ids: (B, U) int, the answer so far; decoder_attention_mask (B, U). Default: labels.
        labels: (B, U), the answer, as it is: it is shifted here; -100 where nothing is to be predicted.
        interpolate_pos_encoding: True to take images of another size than config.vision_config.image_size.

    Returns:
        AnswerOutput, whose hidden_states and attentions are the image model's.

    Raises:
        InputError: neither an answer nor labels.
    """

    input_embeddings = "text_encoder.embeddings.word_embeddings"
    output_embeddings = "text_decoder.cls.predictions.decoder"

    def __init__(self, config: BlipConfig):
        super().__init__(config)
        self.text_encoder = BlipTextModel(config.text_config, add_pooling_layer=False)
        self.text_decoder = BlipTextLMHeadModel(config.text_config)

    def forward(
        self, input_ids, pixel_values, decoder_input_ids=None, decoder_attention_mask=None, attention_mask=None, labels=None,
        interpolate_pos_encoding=False,
    ):  # fmt: skip
        if decoder_input_ids is None and labels is not None:
            decoder_input_ids = ops.where(labels == -100, self.config.text_config.pad_token_id, labels)
        image = self.seen(pixel_values, interpolate_pos_encoding)
        question = nn.recorded_apart(self.text_encoder, input_ids, attention_mask, encoder_hidden_states=image).last_hidden_state
        out = nn.recorded_apart(
            self.text_decoder, decoder_input_ids, decoder_attention_mask, encoder_hidden_states=question, labels=labels, use_cache=False,
        )  # fmt: skip
        return AnswerOutput(out.loss, image, image)

    def generate(self, input_ids, pixel_values, attention_mask=None, interpolate_pos_encoding=False, **options):
        """Answers (B, …) to questions about images; options as those of every `generate`."""
        text = self.config.text_config
        image = self.seen(pixel_values, interpolate_pos_encoding)
        question = ops.detach(self.text_encoder(input_ids, attention_mask, encoder_hidden_states=image).last_hidden_state)
        start = ops.full((ops.shape(question)[0], 1), text.bos_token_id, like=ops.arange(1, like=question))
        return self.text_decoder.generate(start, **ends(text), encoder_hidden_states=question, **options)


class BlipForImageTextRetrieval(BlipLooking):
    """BLIP that says whether texts fit images.

    Args of the call:
        input_ids: (B, T) int; attention_mask (B, T), 0 for padding.
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor.
        use_itm_head: True to look at image i with text i: itm_score (B, 2), the second if it fits. Else cosines: itm_score (B, K).
        interpolate_pos_encoding: True to take images of another size than config.vision_config.image_size.

    Returns:
        ImageTextMatchingOutput, whose hidden_states and attentions are the image model's.
    """

    input_embeddings = "text_encoder.embeddings.word_embeddings"

    def __init__(self, config: BlipConfig):
        super().__init__(config)
        text, vision = config.text_config, config.vision_config
        self.text_encoder = BlipTextModel(text, add_pooling_layer=False)
        self.vision_proj = nn.Linear(vision.hidden_size, config.image_text_hidden_size)
        self.text_proj = nn.Linear(text.hidden_size, config.image_text_hidden_size)
        self.itm_head = nn.Linear(text.hidden_size, 2)

    def forward(self, input_ids, pixel_values, use_itm_head=True, attention_mask=None, interpolate_pos_encoding=False):
        states = self.seen(pixel_values, interpolate_pos_encoding)
        seen = states if use_itm_head else None
        text = nn.recorded_apart(self.text_encoder, input_ids, attention_mask, encoder_hidden_states=seen).last_hidden_state
        if use_itm_head:
            score = self.itm_head(text[:, 0])
        else:
            images, texts = unit(self.vision_proj(states[:, 0])), unit(self.text_proj(text[:, 0]))
            score = ops.matmul(images, ops.transpose(texts, (1, 0)))
        return ImageTextMatchingOutput(itm_score=score, last_hidden_state=states, question_embeds=text)


def ends(config: Any) -> dict[str, Any]:
    """What captions and answers end with, and are filled up with."""
    return {"eos_token_id": config.sep_token_id, "pad_token_id": config.pad_token_id}


OPTIONAL = (r"^(visual|text)_projection\.", r"^(vision|text)_proj\.", r"^itm_head\.", r"^logit_scale$")
IGNORE = (r"embeddings\.position_ids$",)
INIT = {
    r"^logit_scale$": ("constant", "logit_scale_init_value"),
    r"(layer_norm\d|post_layernorm)\.weight$": "ones",
    r"class_embedding$|position_embedding$": ("truncated_normal", lambda config: vision_part(config).initializer_range),
    r"weight$": ("normal", "initializer_range"),
}
