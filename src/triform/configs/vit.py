"""Configuration of ViT."""

from collections.abc import Iterator

from triform.configs.base import PretrainedConfig
from triform.configs.images import Sides, patch_problems


class ViTConfig(PretrainedConfig):
    """Hyper-parameters of ViT; names and defaults are those of config.json.

    Attributes:
        image_size, patch_size: in pixels; one number, or height and width.
        encoder_stride: by how much the masked-image model enlarges the grid of patches to give pixels.
    """

    model_type = "vit"

    # how large it is
    encoder_stride: int = 16
    hidden_size: int = 768
    image_size: Sides = 224
    intermediate_size: int = 3072
    num_attention_heads: int = 12
    num_channels: int = 3
    num_hidden_layers: int = 12
    patch_size: Sides = 16
    pooler_output_size: int | None = None

    # what it computes
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-12
    pooler_act: str = "tanh"
    qkv_bias: bool = True

    # training: what is dropped, what weights start as
    attention_probs_dropout_prob: float = 0.0
    hidden_dropout_prob: float = 0.0
    initializer_range: float = 0.02

    def validate(self) -> Iterator[str]:
        yield from patch_problems(self)
