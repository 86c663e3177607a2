"""Configuration of Depth Anything."""

from collections.abc import Iterator
from typing import Any, Literal

from triform.configs.dense import DensePredictionConfig
from triform.configs.images import Sides


class DepthAnythingConfig(DensePredictionConfig):
    """Hyper-parameters of Depth Anything; names and defaults are those of config.json.

    Attributes:
        backbone_config: default: DINOv2, small, whose last four layers are read.
        patch_size: of the backbone. reassemble_hidden_size: its width.
        depth_estimation_type: "relative", where larger is nearer and has no unit, or "metric", in metres up to max_depth.
        max_depth: what the estimate is multiplied by.
    """

    model_type = "depth_anything"

    depth_estimation_type: Literal["relative", "metric"] = "relative"
    fusion_hidden_size: int = 64
    head_hidden_size: int = 32
    initializer_range: float = 0.02
    max_depth: float = 1
    neck_hidden_sizes: list[int] = [48, 96, 192, 384]
    patch_size: Sides = 14
    reassemble_hidden_size: int = 384

    def __init__(self, **kwargs: Any) -> None:
        if kwargs.get("backbone_config") is None:
            from triform.configs.dinov2 import Dinov2Config

            kwargs["backbone_config"] = Dinov2Config(
                image_size=518, hidden_size=384, num_attention_heads=6, out_indices=[9, 10, 11, 12], apply_layernorm=True,
                reshape_hidden_states=False,
            )  # fmt: skip
        if kwargs.get("max_depth", 1) is None:
            kwargs["max_depth"] = 1
        super().__init__(**kwargs)

    def validate(self) -> Iterator[str]:
        yield from self.dense_problems()
