"""Configuration of Swin."""

from collections.abc import Iterator
from typing import ClassVar

from triform.configs.backbones import BackboneConfig, numbered_stages
from triform.configs.images import Sides


class SwinConfig(BackboneConfig):
    """Hyper-parameters of Swin; names and defaults are those of config.json.

    Attributes:
        image_size, patch_size: in pixels; images of any other size pass too.
        embed_dim: channels of the first stage; each later one has twice as many, and half the height and width.
        depths, num_heads: layers, and heads of attention, of each stage.
        window_size: places a side of the windows that attention stays within.
        use_absolute_embeddings: whether positions are added to the patches.
        encoder_stride: by how much the masked-image model enlarges the last map to give pixels.
    """

    model_type = "swin"
    attribute_map: ClassVar[dict[str, str]] = {"num_attention_heads": "num_heads", "num_hidden_layers": "num_layers"}

    # how large it is
    depths: list[int] = [2, 2, 6, 2]
    embed_dim: int = 96
    encoder_stride: int = 32
    image_size: Sides = 224
    mlp_ratio: float = 4.0
    num_channels: int = 3
    num_heads: list[int] = [3, 6, 12, 24]
    patch_size: Sides = 4
    window_size: int = 7

    # what it computes
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-5
    qkv_bias: bool = True
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
        return [self.embed_dim * 2**stage for stage in range(len(self.depths))]

    @property
    def hidden_size(self) -> int:
        """Channels of the last stage."""
        return self.widths[-1]

    @property
    def stage_names(self) -> list[str]:
        """ "stem", "stage1", …, one for each entry of depths."""
        return numbered_stages(len(self.depths))

    def validate(self) -> Iterator[str]:
        if not self.depths or len(self.depths) != len(self.num_heads):
            yield f"num_heads={list(self.num_heads)} and depths={list(self.depths)} should have an entry for each stage"
        for width, heads in zip(self.widths, self.num_heads):
            if width % heads:
                yield f"a stage of {width} channels (embed_dim={self.embed_dim}) cannot have {heads} heads"
        yield from self.stage_problems()
