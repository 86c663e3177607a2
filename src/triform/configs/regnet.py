"""Configuration of RegNet."""

from collections.abc import Iterator
from typing import Literal

from triform.configs.backbones import stage_sizes_problems
from triform.configs.base import PretrainedConfig


class RegNetConfig(PretrainedConfig):
    """Hyper-parameters of RegNet; names and defaults are those of config.json.

    Attributes:
        embedding_size: channels after the stem; hidden_sizes, depths: channels and layers of each stage.
        groups_width: channels of each group of the grouped convolutions.
        layer_type: "x", or "y", whose layers weigh their channels by the whole image.
        downsample_in_first_stage: whether the first stage halves height and width as the others do.
    """

    model_type = "regnet"

    # how large it is
    depths: list[int] = [2, 6, 12, 2]
    embedding_size: int = 32
    groups_width: int = 64
    hidden_sizes: list[int] = [128, 192, 512, 1088]
    num_channels: int = 3

    # what it computes
    downsample_in_first_stage: bool = True
    hidden_act: str = "relu"
    layer_type: Literal["x", "y"] = "y"

    def validate(self) -> Iterator[str]:
        yield from stage_sizes_problems(self)
        for width in self.hidden_sizes:
            if width % max(1, width // self.groups_width):
                yield f"hidden_sizes={width} cannot be cut into groups of groups_width={self.groups_width}"
