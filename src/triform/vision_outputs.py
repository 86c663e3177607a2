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


class MaskedPatchesOutput(ModelOutput):
    """logits (B, masked patches, values of a patch): what the masked patches are taken to be."""

    loss: Tensor | None = None
    logits: Tensor = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class ImageSuperResolutionOutput(ModelOutput):
    """reconstruction (B, C, H · n, W · n): the image, larger."""

    loss: Tensor | None = None
    reconstruction: Tensor = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class MaskedEncoderOutput(ModelOutput):
    """last_hidden_state (B, 1 + visible patches, D); mask (B, N): 1 where a patch was hidden; ids_restore (B, N): its place."""

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
