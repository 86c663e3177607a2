"""What models of images and texts return."""

from triform.outputs import ModelOutput, Tensor, Tensors


class ImageTextOutput(ModelOutput):
    """logits_per_image (B, K) and logits_per_text (K, B): how well K texts fit B images; both in one space, of length 1.

    text_embeds (K, P), image_embeds (B, P); text_model_output, vision_model_output: what the two models say, their insides included.
    """

    loss: Tensor | None = None
    logits_per_image: Tensor = None
    logits_per_text: Tensor = None
    text_embeds: Tensor = None
    image_embeds: Tensor = None
    text_model_output: ModelOutput | None = None
    vision_model_output: ModelOutput | None = None


class TextEmbedsOutput(ModelOutput):
    """text_embeds (B, P): texts in the space that images share; last_hidden_state (B, T, D)."""

    text_embeds: Tensor | None = None
    last_hidden_state: Tensor = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class ImageEmbedsOutput(ModelOutput):
    """image_embeds (B, P): images in the space that texts share; last_hidden_state (B, T, D)."""

    image_embeds: Tensor | None = None
    last_hidden_state: Tensor = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class TextDetectionOutput(ModelOutput):
    """logits (B, N, Q) of Q texts at N patches, and pred_boxes (B, N, 4): centre x and y, width, height, as shares of the image.

    objectness_logits (B, N): whether there is anything, where the model says so; text_embeds (B, Q, P), image_embeds (B, h, w, D),
    class_embeds (B, N, P); text_model_output, vision_model_output: what the two models say, their insides included.
    """

    loss: Tensor | None = None
    loss_dict: dict[str, Tensor] | None = None
    logits: Tensor = None
    objectness_logits: Tensor | None = None
    pred_boxes: Tensor = None
    text_embeds: Tensor = None
    image_embeds: Tensor = None
    class_embeds: Tensor = None
    text_model_output: ModelOutput | None = None
    vision_model_output: ModelOutput | None = None


class GuidedDetectionOutput(ModelOutput):
    """logits (B, N, 1) of what a query image shows at N patches of another, and target_pred_boxes (B, N, 4).

    query_pred_boxes (B, M, 4), query_image_embeds (B, h', w', D): of the query image; the rest as in TextDetectionOutput.
    """

    logits: Tensor = None
    image_embeds: Tensor = None
    query_image_embeds: Tensor = None
    target_pred_boxes: Tensor = None
    query_pred_boxes: Tensor = None
    class_embeds: Tensor = None
    text_model_output: ModelOutput | None = None
    vision_model_output: ModelOutput | None = None


class CaptionOutput(ModelOutput):
    """logits (B, T, V) of the next tokens; image_embeds and last_hidden_state (B, S, D) of the image, with its model's insides."""

    loss: Tensor | None = None
    logits: Tensor | None = None
    image_embeds: Tensor | None = None
    last_hidden_state: Tensor = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class AnswerOutput(ModelOutput):
    """The loss of an answer; image_embeds and last_hidden_state (B, S, D) of the image, with its model's insides."""

    loss: Tensor | None = None
    image_embeds: Tensor | None = None
    last_hidden_state: Tensor = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class ImageTextMatchingOutput(ModelOutput):
    """itm_score (B, 2) or (B, K): how well texts fit images; last_hidden_state (B, S, D) of images, question_embeds (K, T, D) of texts."""

    itm_score: Tensor = None
    loss: Tensor | None = None
    image_embeds: Tensor | None = None
    last_hidden_state: Tensor = None
    hidden_states: Tensors | None = None
    vision_pooler_output: Tensor | None = None
    attentions: Tensors | None = None
    question_embeds: Tensor | None = None


class MarkingOutput(ModelOutput):
    """logits (B, H, W): how likely each pixel is to show what was looked for."""

    logits: Tensor = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class MarkedImageOutput(ModelOutput):
    """logits (B, H, W): how likely each pixel is to show what was looked for.

    conditional_embeddings (B, P) of that, pooled_output (B, P) of images; vision_model_output, decoder_output: what the parts say.
    """

    loss: Tensor | None = None
    logits: Tensor = None
    conditional_embeddings: Tensor = None
    pooled_output: Tensor = None
    vision_model_output: ModelOutput | None = None
    decoder_output: ModelOutput | None = None
