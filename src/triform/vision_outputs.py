"""What models of images and videos return."""

from triform.outputs import LogitsOutput, ModelOutput, Tensor, Tensors


class ImageEncoderOutput(ModelOutput):
    """last_hidden_state and hidden_states (B, C, H, W) of a convolutional network, pooler_output (B, C) or (B, C, 1, 1)."""

    last_hidden_state: Tensor = None
    pooler_output: Tensor | None = None
    hidden_states: Tensors | None = None


class MaskedImageOutput(ModelOutput):
    """reconstruction (B, C, H, W): the image, its masked patches filled in."""

    loss: Tensor | None = None
    reconstruction: Tensor = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class BackboneOutput(ModelOutput):
    """feature_maps: those of the stages that config.out_features names, each (B, C, H, W)."""

    feature_maps: Tensors | None = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class DistilledClassifierOutput(ModelOutput):
    """logits (B, C): the mean of cls_logits, from the class token, and distillation_logits, from the token that learns from a teacher."""

    logits: Tensor = None
    cls_logits: Tensor = None
    distillation_logits: Tensor = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class WindowEncoderOutput(ModelOutput):
    """last_hidden_state (B, N, D), pooler_output (B, D); reshaped_hidden_states: the hidden_states as (B, C, H, W)."""

    last_hidden_state: Tensor = None
    pooler_output: Tensor | None = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None
    reshaped_hidden_states: Tensors | None = None


class WindowLogitsOutput(LogitsOutput):
    """logits (B, C); reshaped_hidden_states: the hidden_states as (B, C, H, W)."""

    reshaped_hidden_states: Tensors | None = None


class WindowMaskedImageOutput(MaskedImageOutput):
    """reconstruction (B, C, H, W); reshaped_hidden_states: the hidden_states as (B, C, H, W)."""

    reshaped_hidden_states: Tensors | None = None


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


class PromptedMasksOutput(ModelOutput):
    """pred_masks (B, P, M, H, W), logits of what P prompts mean, and iou_scores (B, P, M): how good each mask is guessed to be.

    vision_hidden_states (B, h, w, D) and vision_attentions: of the image model; mask_decoder_attentions: what patches take from prompts.
    """

    iou_scores: Tensor = None
    pred_masks: Tensor = None
    vision_hidden_states: Tensors | None = None
    vision_attentions: Tensors | None = None
    mask_decoder_attentions: Tensors | None = None


class DepthOutput(ModelOutput):
    """predicted_depth (B, H, W)."""

    loss: Tensor | None = None
    predicted_depth: Tensor = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class IntermediateEncoderOutput(ModelOutput):
    """last_hidden_state (B, T, D), pooler_output (B, P); intermediate_activations: maps (B, C, H, W) of convolutions before the layers."""

    last_hidden_state: Tensor = None
    pooler_output: Tensor | None = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None
    intermediate_activations: Tensors | None = None


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
