"""Configuration of BiT."""

from collections.abc import Iterator
from typing import Literal

from triform.configs.backbones import BackboneConfig, numbered_stages


class BitConfig(BackboneConfig):
    """Hyper-parameters of BiT; names and defaults are those of config.json.

    Attributes:
        embedding_size: channels after the stem; hidden_sizes, depths: channels and layers of each stage.
        layer_type: "preactivation", norms before convolutions, or "bottleneck", norms after them.
        global_padding: "SAME", as TensorFlow pads; "VALID", not at all; null: evenly.
        embedding_dynamic_padding: whether the stem's pooling pads as TensorFlow does.
        output_stride: by how much maps are smaller than the image, at most.
        width_factor: what hidden_sizes are multiplied by; they are rounded to multiples of 8.
    """

    model_type = "bit"

    # how large it is
    depths: list[int] = [3, 4, 6, 3]
    embedding_size: int = 64
    hidden_sizes: list[int] = [256, 512, 1024, 2048]
    num_channels: int = 3
    num_groups: int = 32
    width_factor: int = 1

    # what it computes
    embedding_dynamic_padding: bool = False
    global_padding: Literal["SAME", "VALID"] | None = None
    hidden_act: str = "relu"
    layer_type: Literal["preactivation", "bottleneck"] = "preactivation"
    output_stride: int = 32

    # training
    drop_path_rate: float = 0.0

    @property
    def stage_names(self) -> list[str]:
        """ "stem", "stage1", …, one for each entry of depths."""
        return numbered_stages(len(self.depths))

    def validate(self) -> Iterator[str]:
        if len(self.hidden_sizes) < len(self.depths):  # files of hybrids name widths of stages that are not there
            yield f"hidden_sizes={self.hidden_sizes} and depths={self.depths} are not of the same number of stages"
        yield from self.stage_problems()
