"""What configs of models that predict something of each pixel from a backbone have in common."""

from collections.abc import Iterator
from typing import Any

from triform.configs.base import PretrainedConfig
from triform.configs.images import Sides


class DensePredictionConfig(PretrainedConfig):
    """A config with a backbone, and with a neck that turns tokens of several layers into maps of several sizes.

    Attributes:
        backbone_config: the config of a backbone, or its dictionary with its model_type.
        backbone, use_timm_backbone, use_pretrained_backbone, backbone_kwargs: kept for other programs; a backbone of timm is refused.
        reassemble_factors: by how much the map of each layer is enlarged.
        neck_hidden_sizes: channels of each map. fusion_hidden_size: channels where maps are added.
        head_in_index: which of the added maps the head reads, the coarsest first.
    """

    sub_configs = {"backbone_config": None}

    patch_size: Sides
    backbone_config: Any = None
    backbone: str | None = None
    backbone_kwargs: dict[str, Any] | None = None
    use_pretrained_backbone: bool = False
    use_timm_backbone: bool = False
    fusion_hidden_size: int
    head_in_index: int = -1
    neck_hidden_sizes: list[int]
    reassemble_factors: list[float] = [4, 2, 1, 0.5]

    def dense_problems(self) -> Iterator[str]:
        """A backbone of timm; a neck whose stages do not fit each other."""
        if self.use_timm_backbone or (self.backbone is not None and self.backbone_config is None):
            yield f"backbone is {self.backbone!r} and use_timm_backbone {self.use_timm_backbone}, expected a backbone_config in their place"
        if len(self.reassemble_factors) != len(self.neck_hidden_sizes):
            yield (
                f"reassemble_factors={self.reassemble_factors} and neck_hidden_sizes={self.neck_hidden_sizes} "
                "are not of the same number of stages"
            )
