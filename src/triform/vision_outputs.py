"""What models of images and videos return."""

from triform.outputs import ModelOutput, Tensor, Tensors


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
