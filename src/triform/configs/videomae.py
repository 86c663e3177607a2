"""Configuration of VideoMAE."""

from collections.abc import Iterator

from triform.configs.base import PretrainedConfig
from triform.configs.images import Sides, patch_problems


class VideoMAEConfig(PretrainedConfig):
    """Hyper-parameters of VideoMAE; names and defaults are those of config.json.

    Attributes:
        image_size, patch_size: in pixels; one number, or height and width.
        num_frames, tubelet_size: frames of a video, and of a patch.
        use_mean_pooling: whether a classifier looks at the mean of all patches, not at the first.
        norm_pix_loss: whether what pre-training predicts is normalised by patch.
        decoder_…: of the decoder that pre-training has.
    """

    model_type = "videomae"

    # how large it is
    decoder_hidden_size: int = 384
    decoder_intermediate_size: int = 1536
    decoder_num_attention_heads: int = 6
    decoder_num_hidden_layers: int = 4
    hidden_size: int = 768
    image_size: Sides = 224
    intermediate_size: int = 3072
    num_attention_heads: int = 12
    num_channels: int = 3
    num_frames: int = 16
    num_hidden_layers: int = 12
    patch_size: Sides = 16
    tubelet_size: int = 2

    # what it computes
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-12
    norm_pix_loss: bool = True
    qkv_bias: bool = True
    use_mean_pooling: bool = True

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
        if self.num_frames % self.tubelet_size:
            yield f"num_frames={self.num_frames} is not a multiple of tubelet_size={self.tubelet_size}"
