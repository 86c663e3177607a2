"""What models of images and videos return."""

from triform.outputs import LogitsOutput, ModelOutput, Seq2SeqModelOutput, Tensor, Tensors


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


class MaskedPatchesOutput(ModelOutput):
    """logits (B, masked patches, values of a patch): what the masked patches are taken to be."""

    loss: Tensor | None = None
    logits: Tensor = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class ObjectDetectionOutput(ModelOutput):
    """logits (B, Q, C + 1), the last of no object, and pred_boxes (B, Q, 4): centre x and y, width, height, as shares of the image.

    loss_dict: the terms of the loss by name. auxiliary_outputs: logits and pred_boxes of each earlier layer.
    """

    loss: Tensor | None = None
    loss_dict: dict[str, Tensor] | None = None
    logits: Tensor = None
    pred_boxes: Tensor = None
    auxiliary_outputs: list[dict[str, Tensor]] | None = None
    last_hidden_state: Tensor | None = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class DetrModelOutput(Seq2SeqModelOutput):
    """last_hidden_state (B, Q, D) of the queries, encoder_last_hidden_state (B, S, D) of the image.

    intermediate_hidden_states (layers, B, Q, D): the queries after each layer, normalised, where config.auxiliary_loss.
    """

    intermediate_hidden_states: Tensor | None = None


class QueryDetectionOutput(ModelOutput):
    """logits and pred_boxes as in ObjectDetectionOutput, of Q queries; encoder_last_hidden_state (B, S, D) of the image."""

    loss: Tensor | None = None
    loss_dict: dict[str, Tensor] | None = None
    logits: Tensor = None
    pred_boxes: Tensor = None
    auxiliary_outputs: list[dict[str, Tensor]] | None = None
    last_hidden_state: Tensor | None = None
    decoder_hidden_states: Tensors | None = None
    decoder_attentions: Tensors | None = None
    cross_attentions: Tensors | None = None
    encoder_last_hidden_state: Tensor | None = None
    encoder_hidden_states: Tensors | None = None
    encoder_attentions: Tensors | None = None


class QuerySegmentationOutput(ModelOutput):
    """As QueryDetectionOutput, with pred_masks (B, Q, H, W), before the sigmoid."""

    loss: Tensor | None = None
    loss_dict: dict[str, Tensor] | None = None
    logits: Tensor = None
    pred_boxes: Tensor = None
    pred_masks: Tensor = None
    auxiliary_outputs: list[dict[str, Tensor]] | None = None
    last_hidden_state: Tensor | None = None
    decoder_hidden_states: Tensors | None = None
    decoder_attentions: Tensors | None = None
    cross_attentions: Tensors | None = None
    encoder_last_hidden_state: Tensor | None = None
    encoder_hidden_states: Tensors | None = None
    encoder_attentions: Tensors | None = None


class DeformableDetrModelOutput(ModelOutput):
    """last_hidden_state (B, Q, D), encoder_last_hidden_state (B, S, D); the states and the points, or boxes, of all layers.

    intermediate_hidden_states (B, layers, Q, D). Where queries look, as shares of the image: init_reference_points (B, Q, 2 or 4),
    intermediate_reference_points (B, layers, Q, 2 or 4). Of a first stage: enc_outputs_class (B, S, C), enc_outputs_coord_logits (B, S, 4).
    """

    init_reference_points: Tensor | None = None
    last_hidden_state: Tensor = None
    intermediate_hidden_states: Tensor = None
    intermediate_reference_points: Tensor = None
    decoder_hidden_states: Tensors | None = None
    decoder_attentions: Tensors | None = None
    cross_attentions: Tensors | None = None
    encoder_last_hidden_state: Tensor | None = None
    encoder_hidden_states: Tensors | None = None
    encoder_attentions: Tensors | None = None
    enc_outputs_class: Tensor | None = None
    enc_outputs_coord_logits: Tensor | None = None


class DeformableDetectionOutput(ModelOutput):
    """As DeformableDetrModelOutput, with logits (B, Q, C), pred_boxes (B, Q, 4), the loss and its terms."""

    loss: Tensor | None = None
    loss_dict: dict[str, Tensor] | None = None
    logits: Tensor = None
    pred_boxes: Tensor = None
    auxiliary_outputs: list[dict[str, Tensor]] | None = None
    init_reference_points: Tensor | None = None
    last_hidden_state: Tensor | None = None
    intermediate_hidden_states: Tensor | None = None
    intermediate_reference_points: Tensor | None = None
    decoder_hidden_states: Tensors | None = None
    decoder_attentions: Tensors | None = None
    cross_attentions: Tensors | None = None
    encoder_last_hidden_state: Tensor | None = None
    encoder_hidden_states: Tensors | None = None
    encoder_attentions: Tensors | None = None
    enc_outputs_class: Tensor | None = None
    enc_outputs_coord_logits: Tensor | None = None


class PromptedMasksOutput(ModelOutput):
    """pred_masks (B, P, M, H, W), logits of what P prompts mean, and iou_scores (B, P, M): how good each mask is guessed to be.

    vision_hidden_states (B, h, w, D) and vision_attentions: of the image model; mask_decoder_attentions: what patches take from prompts.
    """

    iou_scores: Tensor = None
    pred_masks: Tensor = None
    vision_hidden_states: Tensors | None = None
    vision_attentions: Tensors | None = None
    mask_decoder_attentions: Tensors | None = None


class ImageSuperResolutionOutput(MaskedImageOutput):
    """reconstruction (B, C, H · n, W · n): the image, larger."""


class SizedEncoderOutput(ModelOutput):
    """last_hidden_state (B, N, D), pooler_output (B, D); hidden_states_spatial_dimensions: (height, width) of each state."""

    last_hidden_state: Tensor | None = None
    pooler_output: Tensor | None = None
    hidden_states: Tensors | None = None
    hidden_states_spatial_dimensions: tuple[tuple[int, int], ...] | None = None
    attentions: Tensors | None = None


class MaskFormerModelOutput(ModelOutput):
    """The last states: encoder_… (B, C, h, w) of the backbone, pixel_decoder_… (B, F, H / 4, W / 4), transformer_decoder_… (B, Q, D).

    hidden_states: those of the three, one after the other. attentions: of the queries to each other.
    """

    encoder_last_hidden_state: Tensor | None = None
    pixel_decoder_last_hidden_state: Tensor | None = None
    transformer_decoder_last_hidden_state: Tensor | None = None
    encoder_hidden_states: Tensors | None = None
    pixel_decoder_hidden_states: Tensors | None = None
    transformer_decoder_hidden_states: Tensors | None = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class MaskFormerForInstanceSegmentationOutput(ModelOutput):
    """class_queries_logits (B, Q, L + 1), the last of no object; masks_queries_logits (B, Q, H / 4, W / 4), before the sigmoid.

    auxiliary_logits: both of each earlier state of the queries, where asked for. The rest as in MaskFormerModelOutput.
    """

    loss: Tensor | None = None
    class_queries_logits: Tensor = None
    masks_queries_logits: Tensor = None
    auxiliary_logits: list[dict[str, Tensor]] | None = None
    encoder_last_hidden_state: Tensor | None = None
    pixel_decoder_last_hidden_state: Tensor | None = None
    transformer_decoder_last_hidden_state: Tensor | None = None
    encoder_hidden_states: Tensors | None = None
    pixel_decoder_hidden_states: Tensors | None = None
    transformer_decoder_hidden_states: Tensors | None = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class MaskedEncoderOutput(ModelOutput):
    """last_hidden_state (B, 1 + visible patches, D); mask (B, N): 1 where a patch was hidden; ids_restore (B, N): each patch's place."""

    last_hidden_state: Tensor = None
    mask: Tensor = None
    ids_restore: Tensor = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class MaskedAutoencoderOutput(ModelOutput):
    """logits (B, N, values of a patch): what the patches are taken to be; mask (B, N): 1 where a patch was hidden; ids_restore (B, N)."""

    loss: Tensor | None = None
    logits: Tensor = None
    mask: Tensor = None
    ids_restore: Tensor = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class Mask2FormerModelOutput(ModelOutput):
    """The last states, as in MaskFormerModelOutput; masks_queries_logits: the masks (B, Q, H / 4, W / 4) before and after each layer.

    transformer_decoder_hidden_states and …_intermediate_states, which are normalised: (Q, B, D) before and after each layer.
    """

    encoder_last_hidden_state: Tensor | None = None
    pixel_decoder_last_hidden_state: Tensor | None = None
    transformer_decoder_last_hidden_state: Tensor | None = None
    encoder_hidden_states: Tensors | None = None
    pixel_decoder_hidden_states: Tensors | None = None
    transformer_decoder_hidden_states: Tensors | None = None
    transformer_decoder_intermediate_states: Tensors | None = None
    masks_queries_logits: Tensors | None = None
    attentions: Tensors | None = None


class Mask2FormerForUniversalSegmentationOutput(ModelOutput):
    """As MaskFormerForInstanceSegmentationOutput."""

    loss: Tensor | None = None
    class_queries_logits: Tensor = None
    masks_queries_logits: Tensor = None
    auxiliary_logits: list[dict[str, Tensor]] | None = None
    encoder_last_hidden_state: Tensor | None = None
    pixel_decoder_last_hidden_state: Tensor | None = None
    transformer_decoder_last_hidden_state: Tensor | None = None
    encoder_hidden_states: Tensors | None = None
    pixel_decoder_hidden_states: Tensors | None = None
    transformer_decoder_hidden_states: Tensors | None = None
    attentions: Tensors | None = None


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


class ConditionalDetrModelOutput(DetrModelOutput):
    """DetrModelOutput, with reference_points (Q, B, 2): where the queries stand, x and y as shares of the image."""

    reference_points: Tensor | None = None
