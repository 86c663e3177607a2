"""Texts and images in one space: what models share that learn which of them belong together. B images, K texts, P width of the space."""

from typing import Any

from triform.errors import InputError
from triform.image_text_outputs import ImageTextOutput

from .. import nn, ops


def unit(x: Any, eps: float = 0.0) -> Any:
    """(…, P) -> (…, P) of length 1; `eps` is added to the length that it is divided by."""
    return x / (ops.sqrt(ops.sum(x * x, axis=-1, keepdims=True)) + eps)


def softmax_contrast(logits: Any) -> Any:
    """The loss of logits (B, B) whose diagonal is of those that belong together, by rows and by columns.

    Paper: Radford et al., 2021, https://arxiv.org/abs/2103.00020, figure 3.
    """
    own = ops.arange(ops.shape(logits)[0], like=logits)
    return (ops.cross_entropy(logits, own) + ops.cross_entropy(ops.transpose(logits, (1, 0)), own)) / 2


def sigmoid_contrast(logits: Any) -> Any:
    """The loss of logits (B, B) of pairs, of which those of the diagonal alone belong together: the sum over rows, averaged.

    Paper: Zhai et al., 2023, https://arxiv.org/abs/2303.15343, eq. 2.
    """
    count = ops.shape(logits)[0]
    place = ops.arange(count, like=logits)
    own = ops.cast(place[:, None] == place[None], logits.dtype)
    return ops.binary_cross_entropy(logits, own) * ops.cast(ops.full((), count, like=place), "float32")


def both(module: Any, **given: Any) -> None:
    """Raises InputError where a text or an image is missing."""
    absent = [name for name, value in given.items() if value is None]
    if absent:
        raise InputError(
            f"{type(module).__name__} was not given {' nor '.join(absent)}. It compares texts with images: give "
            f"{' and '.join(given)}, or take get_text_features or get_image_features."
        )


class Contrastive(nn.Model):
    """How well each of K texts fits each of B images: a `text_model` and a `vision_model`, and projections into one space.

    Args of the call:
        input_ids: (K, T) int; attention_mask (K, T), 0 for padding; position_ids (K, T).
        pixel_values: (B, C, H, W), prepared by the checkpoint's image processor.
        return_loss: True where text i belongs to image i: the loss of both.
        interpolate_pos_encoding: True to take images of another size than config.vision_config.image_size.

    Returns:
        ImageTextOutput; get_text_features and get_image_features give the embeddings alone, not normalised.

    Raises:
        InputError: no texts or no images; images of another size or number of channels; texts that are too long.
    """

    text_class: Any
    vision_class: Any
    pairwise = False  # whether each pair is judged by itself, by a sigmoid

    def __init__(self, config: Any):
        super().__init__(config)
        self.text_model = self.text_class(config.text_config)
        self.vision_model = self.vision_class(config.vision_config)
        self.make_projections(config)

    def make_projections(self, config: Any) -> None:
        """What leads from the two models into one space."""
        self.text_projection = nn.Linear(config.text_config.hidden_size, config.projection_dim, bias=False)
        self.visual_projection = nn.Linear(config.vision_config.hidden_size, config.projection_dim, bias=False)
        self.logit_scale = nn.Parameter(())

    def place_of_text(self, out: Any) -> Any:  # -> (K, P)
        return self.text_projection(out.pooler_output)

    def place_of_image(self, out: Any) -> Any:  # -> (B, P)
        return self.visual_projection(out.pooler_output)

    def get_text_features(self, input_ids, attention_mask=None, position_ids=None):
        """(K, T) -> (K, P): texts in the space that images share, not normalised."""
        return self.place_of_text(self.text_model(input_ids, attention_mask, position_ids))

    def get_image_features(self, pixel_values, interpolate_pos_encoding=False):
        """(B, C, H, W) -> (B, P): images in the space that texts share, not normalised."""
        return self.place_of_image(self.vision_model(pixel_values, interpolate_pos_encoding))

    def forward(
        self, input_ids=None, pixel_values=None, attention_mask=None, position_ids=None, return_loss=None, interpolate_pos_encoding=False,
    ):  # fmt: skip
        return self.compared(pixel_values, interpolate_pos_encoding, return_loss, input_ids, attention_mask, position_ids)

    def compared(self, pixel_values: Any, interpolate: Any, return_loss: Any, input_ids: Any, *text: Any) -> ImageTextOutput:
        """The answer of a call; `text`: what the text model takes beside input_ids."""
        both(self, input_ids=input_ids, pixel_values=pixel_values)
        image = nn.recorded_apart(self.vision_model, pixel_values, interpolate)
        words = nn.recorded_apart(self.text_model, input_ids, *text)
        images, texts = unit(self.place_of_image(image)), unit(self.place_of_text(words))
        logits = self.scaled(ops.matmul(texts, ops.transpose(images, (1, 0))))
        contrast = sigmoid_contrast if self.pairwise else softmax_contrast
        loss = contrast(logits) if return_loss else None
        return ImageTextOutput(loss, ops.transpose(logits, (1, 0)), logits, texts, images, words, image)

    def scaled(self, cosines: Any) -> Any:  # (K, B) -> logits
        return cosines * ops.exp(self.logit_scale[...])
