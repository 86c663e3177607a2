"""Configuration of PoolFormer."""

from collections.abc import Iterator

from triform.configs.base import PretrainedConfig


class PoolFormerConfig(PretrainedConfig):
    """Hyper-parameters of PoolFormer; names and defaults are those of config.json.

    Attributes:
        depths, hidden_sizes: layers and channels of each of num_encoder_blocks stages.
        patch_sizes, strides, padding: of the convolution that each stage begins with.
        pool_size: places a side of the squares that layers pool.
        mlp_ratio: how much wider the feed-forward network is.
        patch_size, stride: read and written; the sizes of each stage count.
    """

    model_type = "poolformer"

    # how large it is
    depths: list[int] = [2, 2, 6, 2]
    hidden_sizes: list[int] = [64, 128, 320, 512]
    mlp_ratio: float = 4.0
    num_channels: int = 3
    num_encoder_blocks: int = 4
    padding: list[int] = [2, 1, 1, 1]
    patch_size: int = 16
    patch_sizes: list[int] = [7, 3, 3, 3]
    pool_size: int = 3
    stride: int = 16
    strides: list[int] = [4, 2, 2, 2]

    # what it computes
    hidden_act: str = "gelu"
    use_layer_scale: bool = True

    # training: what is dropped, what weights start as
    drop_path_rate: float = 0.0
    initializer_range: float = 0.02
    layer_scale_init_value: float = 1e-5

    def validate(self) -> Iterator[str]:
        for name in ("depths", "hidden_sizes", "patch_sizes", "strides", "padding"):
            if len(getattr(self, name)) != self.num_encoder_blocks:
                yield f"{name}={list(getattr(self, name))} should have an entry for each of num_encoder_blocks={self.num_encoder_blocks}"
