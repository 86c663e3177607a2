"""Configurations of BLIP: its image model, and that with its text model."""

from collections.abc import Iterator
from typing import Any

from triform.configs.base import PretrainedConfig
from triform.configs.blip_text import BlipTextConfig
from triform.configs.image_text import ImageTextConfig
from triform.configs.images import Sides, patch_problems


class BlipVisionConfig(PretrainedConfig):
    """Hyper-parameters of BLIP's image model; names and defaults are those of config.json.

    Attributes:
        image_size, patch_size: in pixels; one number, or height and width.
    """

    model_type = "blip_vision_model"

    # how large it is
    hidden_size: int = 768
    image_size: Sides = 384
    intermediate_size: int = 3072
    num_attention_heads: int = 12
    num_hidden_layers: int = 12
    patch_size: Sides = 16
    projection_dim: int = 512

    # what it computes
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-5

    # training: what is dropped, what weights start as
    attention_dropout: float = 0.0
    initializer_range: float = 1e-10

    def validate(self) -> Iterator[str]:
        yield from patch_problems(self)


class BlipConfig(ImageTextConfig):
    """The configs of BLIP's two models, and what joins them. The text model looks at what the image model gives, whatever its config says.

    Attributes:
        projection_dim: width of the space that texts and images share.
        image_text_hidden_size: the same, where texts and images are matched.
        logit_scale_init_value: logarithm of what cosines are multiplied by, before training.
    """

    model_type = "blip"
    sub_configs = {"text_config": BlipTextConfig, "vision_config": BlipVisionConfig}

    image_text_hidden_size: int = 256
    initializer_factor: float = 1.0
    initializer_range: float = 0.02
    label_smoothing: float = 0.0
    logit_scale_init_value: float = 2.6592
    projection_dim: int = 512

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.text_config.encoder_hidden_size = self.vision_config.hidden_size
