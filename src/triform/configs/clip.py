"""Configurations of CLIP: its text model, its image model, and both."""

from collections.abc import Iterator

from triform.configs.base import PretrainedConfig
from triform.configs.image_text import ImageTextConfig
from triform.configs.images import Sides, head_problems, patch_problems


class CLIPTextConfig(PretrainedConfig):
    """Hyper-parameters of CLIP's text model; names and defaults are those of config.json.

    Attributes:
        eos_token_id: the token whose state stands for the text. 2, as older files wrongly say, means the largest id of the text.
        projection_dim: width of the space that texts share with images, of a text model with a projection of its own.
    """

    model_type = "clip_text_model"

    # how large it is
    hidden_size: int = 512
    intermediate_size: int = 2048
    max_position_embeddings: int = 77
    num_attention_heads: int = 8
    num_hidden_layers: int = 12
    projection_dim: int = 512
    vocab_size: int = 49408

    # what it computes
    bos_token_id: int | None = 49406
    eos_token_id: int | list[int] | None = 49407
    hidden_act: str = "quick_gelu"
    layer_norm_eps: float = 1e-5
    pad_token_id: int | None = 1

    # training: what is dropped, what weights start as
    attention_dropout: float = 0.0
    initializer_factor: float = 1.0
    initializer_range: float = 0.02

    def validate(self) -> Iterator[str]:
        yield from head_problems(self)


class CLIPVisionConfig(PretrainedConfig):
    """Hyper-parameters of CLIP's image model; names and defaults are those of config.json.

    Attributes:
        image_size, patch_size: in pixels; one number, or height and width.
        projection_dim: width of the space that images share with texts, of an image model with a projection of its own.
    """

    model_type = "clip_vision_model"

    # how large it is
    hidden_size: int = 768
    image_size: Sides = 224
    intermediate_size: int = 3072
    num_attention_heads: int = 12
    num_channels: int = 3
    num_hidden_layers: int = 12
    patch_size: Sides = 32
    projection_dim: int = 512

    # what it computes
    hidden_act: str = "quick_gelu"
    layer_norm_eps: float = 1e-5

    # training: what is dropped, what weights start as
    attention_dropout: float = 0.0
    initializer_factor: float = 1.0
    initializer_range: float = 0.02

    def validate(self) -> Iterator[str]:
        yield from patch_problems(self)


class CLIPConfig(ImageTextConfig):
    """The configs of CLIP's two models, and what joins them.

    Attributes:
        projection_dim: width of the space that texts and images share.
        logit_scale_init_value: logarithm of what cosines are multiplied by, before training.
    """

    model_type = "clip"
    sub_configs = {"text_config": CLIPTextConfig, "vision_config": CLIPVisionConfig}

    initializer_factor: float = 1.0
    logit_scale_init_value: float = 2.6592
    projection_dim: int = 512
