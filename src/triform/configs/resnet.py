"""Configuration of ResNet."""

from collections.abc import Iterator
from typing import Literal

from triform.configs.backbones import BackboneConfig, numbered_stages, stage_sizes_problems


class ResNetConfig(BackboneConfig):
    """Hyper-parameters of ResNet; names and defaults are those of config.json.

    Attributes:
        embedding_size: channels after the stem; hidden_sizes, depths: channels and layers of each stage.
        layer_type: "basic", two wide convolutions a layer, or "bottleneck", a narrow one between two of single places.
        downsample_in_first_stage: whether the first stage halves height and width as the others do.
        downsample_in_bottleneck: whether a bottleneck halves them in its first convolution, not in its second.
    """

    model_type = "resnet"

    # how large it is
    depths: list[int] = [3, 4, 6, 3]
    embedding_size: int = 64
    hidden_sizes: list[int] = [256, 512, 1024, 2048]
    num_channels: int = 3

    # what it computes
    downsample_in_bottleneck: bool = False
    downsample_in_first_stage: bool = False
    hidden_act: str = "relu"
    layer_type: Literal["basic", "bottleneck"] = "bottleneck"

    @property
    def stage_names(self) -> list[str]:
        """ "stem", "stage1", …, one for each entry of depths."""
        return numbered_stages(len(self.depths))

    def validate(self) -> Iterator[str]:
        yield from stage_sizes_problems(self)
        yield from self.stage_problems()
