"""Configuration of Swin2SR."""

from collections.abc import Iterator
from typing import ClassVar

from triform.configs.base import PretrainedConfig


class Swin2SRConfig(PretrainedConfig):
    """Hyper-parameters of Swin2SR; names and defaults are those of config.json.

    Attributes:
        image_size: of the images that the checkpoint was trained on; those of any other size pass too.
        depths, num_heads: layers, and heads of attention, of each stage.
        window_size: pixels a side of the windows that attention stays within.
        upscale: by how much height and width grow.
        upsampler: how: "pixelshuffle", "pixelshuffle_aux", "pixelshuffledirect", "nearest+conv"; anything else: they stay.
        resi_connection: convolutions at the end of a stage: "1conv" or "3conv".
        img_range: pixels are multiplied by it before, and divided after.
        num_channels, num_channels_out: of the images that come in, and of those that come out.
    """

    model_type = "swin2sr"
    attribute_map: ClassVar[dict[str, str]] = {
        "hidden_size": "embed_dim", "num_attention_heads": "num_heads", "num_hidden_layers": "num_layers",
    }  # fmt: skip

    # how large it is
    depths: list[int] = [6, 6, 6, 6, 6, 6]
    embed_dim: int = 180
    image_size: int = 64
    mlp_ratio: float = 2.0
    num_channels: int = 3
    num_channels_out: int = 3
    num_heads: list[int] = [6, 6, 6, 6, 6, 6]
    patch_size: int = 1
    upscale: int = 2
    window_size: int = 8

    # what it computes
    hidden_act: str = "gelu"
    img_range: float = 1.0
    layer_norm_eps: float = 1e-5
    qkv_bias: bool = True
    resi_connection: str = "1conv"
    upsampler: str = "pixelshuffle"
    use_absolute_embeddings: bool = False

    # training: what is dropped, what weights start as
    attention_probs_dropout_prob: float = 0.0
    drop_path_rate: float = 0.1
    hidden_dropout_prob: float = 0.0
    initializer_range: float = 0.02

    @property
    def num_layers(self) -> int:
        """How many stages there are."""
        return len(self.depths)

    @property
    def widths(self) -> list[int]:
        """Channels of each stage."""
        return [self.embed_dim] * len(self.depths)

    @property
    def resolutions(self) -> list[int]:
        """The height of each stage's map, for images of image_size: windows are not larger, and those that cover it are not moved."""
        return [self.image_size] * len(self.depths)

    @property
    def pretrained_window_sizes(self) -> list[int]:
        """Distances are always those of the windows themselves."""
        return [0] * len(self.depths)

    def validate(self) -> Iterator[str]:
        if not self.depths or len(self.depths) != len(self.num_heads):
            yield f"num_heads={list(self.num_heads)} and depths={list(self.depths)} should have an entry for each stage"
        for heads in self.num_heads:
            if self.embed_dim % heads:
                yield f"embed_dim={self.embed_dim} is not a multiple of num_heads={heads}"
        if self.patch_size != 1:
            yield f"patch_size is {self.patch_size}, but each pixel has a place of its own: expected 1"
        if self.upsampler == "nearest+conv" and self.upscale != 4:
            yield f"upsampler='nearest+conv' makes images four times as large, but upscale is {self.upscale}"
        if self.upsampler in ("pixelshuffle", "pixelshuffle_aux") and self.upscale != 3 and self.upscale & (self.upscale - 1):
            yield f"upscale is {self.upscale}, expected 3 or a power of 2 with upsampler={self.upsampler!r}"
        if self.upsampler == "pixelshuffle_aux" and self.num_channels != 3:
            yield f"upsampler='pixelshuffle_aux' works on three channels, but num_channels is {self.num_channels}"
        if self.resi_connection not in ("1conv", "3conv"):
            yield f"resi_connection is {self.resi_connection!r}, expected '1conv' or '3conv'"
