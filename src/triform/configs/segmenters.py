"""What configs of segmenters by queries have in common: the backbone, and what the loss weighs."""

from collections.abc import Iterator
from typing import Any, ClassVar

from triform.configs.base import PretrainedConfig


class SegmenterConfig(PretrainedConfig):
    """A config whose model finds masks in the maps of a backbone.

    Attributes:
        backbone_config: of a backbone of this library that gives several maps.
        backbone, use_timm_backbone, use_pretrained_backbone, backbone_kwargs: kept for other programs; a backbone of timm is refused.
        use_auxiliary_loss: the states of the decoder before the last are judged too.
        output_auxiliary_logits: what they say is returned.
        no_object_weight: the weight of "no object" among the classes, in the loss.
    """

    sub_configs: ClassVar[dict[str, Any]] = {"backbone_config": None}
    default_backbone: ClassVar[dict[str, Any]] = {}

    # the backbone
    backbone: str | None = None
    backbone_config: Any = None
    backbone_kwargs: dict[str, Any] | None = None
    use_pretrained_backbone: bool = False
    use_timm_backbone: bool = False

    # training: what weights start as, what the loss weighs
    init_std: float = 0.02
    init_xavier_std: float = 1.0
    no_object_weight: float = 0.1
    output_auxiliary_logits: bool | None = None
    use_auxiliary_loss: bool = True

    def __init__(self, **kwargs: Any) -> None:
        if kwargs.get("backbone_config") is None and kwargs.get("backbone") is None:
            kwargs["backbone_config"] = dict(self.default_backbone)
        super().__init__(**kwargs)

    def validate(self) -> Iterator[str]:
        if self.backbone_config is None or self.use_timm_backbone:
            yield f"backbone is {self.backbone!r} and use_timm_backbone {self.use_timm_backbone}, expected a backbone_config in their place"
