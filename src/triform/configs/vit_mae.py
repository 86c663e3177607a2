"""Configuration of ViT-MAE."""

from collections.abc import Iterator

from triform.configs.base import PretrainedConfig
from triform.configs.images import Sides, patch_problems


class ViTMAEConfig(PretrainedConfig):
    """Hyper-parameters of ViT-MAE; names and defaults are those of config.json.

    Attributes:
        image_size, patch_size: in pixels; one number, or height and width.
        mask_ratio: the share of patches that are hidden.
        norm_pix_loss: whether what is predicted is normalised by patch.
        decoder_…: of the decoder that pre-training has.
    """

    model_type = "vit_mae"

    # how large it is
    decoder_hidden_size: int = 512
    decoder_intermediate_size: int = 2048
    decoder_num_attention_heads: int = 16
    decoder_num_hidden_layers: int = 8
    hidden_size: int = 768
    image_size: Sides = 224
    intermediate_size: int = 3072
    num_attention_heads: int = 12
    num_channels: int = 3
    num_hidden_layers: int = 12
    patch_size: Sides = 16

    # what it computes
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-12
    mask_ratio: float = 0.75
    norm_pix_loss: bool = False
    qkv_bias: bool = True

    # training: what is dropped, what weights start as
    attention_probs_dropout_prob: float = 0.0
    hidden_dropout_prob: float = 0.0
    initializer_range: float = 0.02

    def validate(self) -> Iterator[str]:
        yield from patch_problems(self)
        if self.decoder_hidden_size % self.decoder_num_attention_heads:
            yield (
                f"decoder_hidden_size={self.decoder_hidden_size} is not a multiple of "
                f"decoder_num_attention_heads={self.decoder_num_attention_heads}"
            )
        for name in ("hidden_size", "decoder_hidden_size"):
            if getattr(self, name) % 4:
                yield f"{name}={getattr(self, name)} is not a multiple of 4, as positions of two axes need"
        if not 0 <= self.mask_ratio < 1:
            yield f"mask_ratio is {self.mask_ratio}, expected a share from 0 to less than 1"
