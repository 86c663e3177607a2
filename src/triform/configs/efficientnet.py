"""Configuration of EfficientNet."""

from collections.abc import Iterator
from typing import Literal

from triform.configs.base import PretrainedConfig


class EfficientNetConfig(PretrainedConfig):
    """Hyper-parameters of EfficientNet; names and defaults are those of config.json.

    Attributes:
        width_coefficient, depth_divisor: every number of channels is the paper's times the first, rounded to a multiple of the second.
        depth_coefficient: every number of blocks is the paper's times this, rounded up.
        kernel_sizes, in_channels, out_channels, strides, num_block_repeats, expand_ratios: of each group of blocks.
        depthwise_padding: the numbers of the blocks that are padded evenly; others more below and on the right.
        squeeze_expansion_ratio: how narrow what weighs the channels is.
        hidden_dim: channels of the last map; 1280, scaled and rounded as all others.
        image_size: of the images that the checkpoint was trained on; those of any other size pass too.
    """

    model_type = "efficientnet"

    # how large it is
    depth_coefficient: float = 3.1
    depth_divisor: int = 8
    depthwise_padding: list[int] = []
    expand_ratios: list[int] = [1, 6, 6, 6, 6, 6, 6]
    hidden_dim: int = 2560
    image_size: int = 600
    in_channels: list[int] = [32, 16, 24, 40, 80, 112, 192]
    kernel_sizes: list[int] = [3, 3, 5, 3, 5, 5, 3]
    num_block_repeats: list[int] = [1, 2, 2, 3, 3, 4, 1]
    num_channels: int = 3
    out_channels: list[int] = [16, 24, 40, 80, 112, 192, 320]
    squeeze_expansion_ratio: float = 0.25
    strides: list[int] = [1, 2, 2, 2, 1, 2, 1]
    width_coefficient: float = 2.0

    # what it computes
    batch_norm_eps: float = 0.001
    hidden_act: str = "swish"
    pooling_type: Literal["mean", "max"] = "mean"

    # training: what is dropped, what weights start as
    batch_norm_momentum: float = 0.99
    drop_connect_rate: float = 0.2
    dropout_rate: float = 0.5
    initializer_range: float = 0.02

    @property
    def num_hidden_layers(self) -> int:
        """How many layers the paper counts."""
        return 4 * sum(self.num_block_repeats)

    def channels(self, count: int) -> int:
        """The number of channels that the config makes of the paper's."""
        wanted, step = count * self.width_coefficient, self.depth_divisor
        nearest = max(step, int(wanted + step / 2) // step * step)
        return nearest + step if nearest < 0.9 * wanted else nearest

    def validate(self) -> Iterator[str]:
        repeats = list(self.num_block_repeats)
        for name in ("kernel_sizes", "in_channels", "out_channels", "strides", "expand_ratios"):
            if len(getattr(self, name)) != len(repeats):
                yield f"{name}={list(getattr(self, name))} should have an entry for each of num_block_repeats={repeats}"
        if self.hidden_dim != self.channels(1280):
            yield f"hidden_dim is {self.hidden_dim}, but width_coefficient={self.width_coefficient} makes {self.channels(1280)} of 1280"
