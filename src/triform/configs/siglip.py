"""Configurations of SigLIP: its text model, its image model, and both."""

from collections.abc import Iterator
from typing import Any

from triform.configs.base import PretrainedConfig
from triform.configs.image_text import ImageTextConfig
from triform.configs.images import Sides, head_problems, patch_problems


class SiglipTextConfig(PretrainedConfig):
    """Hyper-parameters of SigLIP's text model; names and defaults are those of config.json.

    Attributes:
        projection_size: width of what stands for a text, and so of the image model; default: hidden_size.
    """

    model_type = "siglip_text_model"

    # how large it is
    hidden_size: int = 768
    intermediate_size: int = 3072
    max_position_embeddings: int = 64
    num_attention_heads: int = 12
    num_hidden_layers: int = 12
    projection_size: int | None = None
    vocab_size: int = 32000

    # what it computes
    bos_token_id: int | None = 49406
    eos_token_id: int | list[int] | None = 49407
    hidden_act: str = "gelu_pytorch_tanh"
    layer_norm_eps: float = 1e-6
    pad_token_id: int | None = 1

    # training
    attention_dropout: float = 0.0

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if self.projection_size is None:
            self.projection_size = self.hidden_size

    def validate(self) -> Iterator[str]:
        yield from head_problems(self)


class SiglipVisionConfig(PretrainedConfig):
    """Hyper-parameters of SigLIP's image model; names and defaults are those of config.json.

    Attributes:
        image_size, patch_size: in pixels; one number, or height and width.
        vision_use_head: whether attention pools the patches into what stands for the image.
    """

    model_type = "siglip_vision_model"

    # how large it is
    hidden_size: int = 768
    image_size: Sides = 224
    intermediate_size: int = 3072
    num_attention_heads: int = 12
    num_channels: int = 3
    num_hidden_layers: int = 12
    patch_size: Sides = 16

    # what it computes
    hidden_act: str = "gelu_pytorch_tanh"
    layer_norm_eps: float = 1e-6
    vision_use_head: bool = True

    # training
    attention_dropout: float = 0.0

    def validate(self) -> Iterator[str]:
        yield from patch_problems(self)


class SiglipConfig(ImageTextConfig):
    """The configs of SigLIP's two models: the text model's projection_size is the image model's hidden_size."""

    model_type = "siglip"
    sub_configs = {"text_config": SiglipTextConfig, "vision_config": SiglipVisionConfig}

    initializer_factor: float = 1.0
