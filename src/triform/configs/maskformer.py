"""Configuration of MaskFormer."""

from collections.abc import Iterator
from typing import Any, ClassVar

from triform.configs.base import PretrainedConfig
from triform.configs.detr import DetrConfig
from triform.configs.maskformer_swin import MaskFormerSwinConfig
from triform.configs.segmenters import SegmenterConfig


class MaskFormerConfig(SegmenterConfig):
    """Hyper-parameters of MaskFormer; names and defaults are those of config.json.

    Attributes:
        fpn_feature_size: channels of the pyramid of maps; mask_feature_size: of what masks are read from.
        decoder_config: of the Transformer over the queries, a DetrConfig.
        cross_entropy_weight, mask_weight, dice_weight: how much each counts, in matching (the first always 1) and in the loss.
    """

    model_type = "maskformer"
    attribute_map: ClassVar[dict[str, str]] = {"hidden_size": "mask_feature_size"}
    sub_configs: ClassVar[dict[str, Any]] = {"backbone_config": None, "decoder_config": None}

    # how large it is
    decoder_config: Any = None
    fpn_feature_size: int = 256
    mask_feature_size: int = 256
    num_attention_heads: int = 8
    num_hidden_layers: int = 6

    # training: what the loss weighs
    cross_entropy_weight: float = 1.0
    dice_weight: float = 1.0
    mask_weight: float = 20.0
    use_auxiliary_loss: bool = False

    default_backbone: ClassVar[dict[str, Any]] = {
        "model_type": "swin", "image_size": 384, "patch_size": 4, "embed_dim": 128, "depths": [2, 2, 18, 2], "num_heads": [4, 8, 16, 32],
        "window_size": 12, "drop_path_rate": 0.3, "out_features": ["stage1", "stage2", "stage3", "stage4"],
    }  # fmt: skip

    def __init__(self, **kwargs: Any) -> None:
        decoder = kwargs.get("decoder_config")
        if decoder is None or (isinstance(decoder, dict) and "model_type" not in decoder):
            decoder = {"model_type": "detr", **(decoder or {})}
        if isinstance(decoder, dict) and decoder.get("model_type") == "detr":
            decoder = DetrConfig.from_dict(decoder)
        kwargs["decoder_config"] = decoder
        for name in ("num_attention_heads", "num_hidden_layers"):
            kwargs.setdefault(name, getattr(decoder, name, None) or getattr(type(self), name))
        super().__init__(**kwargs)

    def validate(self) -> Iterator[str]:
        yield from super().validate()
        if not isinstance(self.decoder_config, DetrConfig):
            yield f"decoder_config is of model_type {self.decoder_config.model_type!r}, expected 'detr'"
        if self.fpn_feature_size % 32:
            yield f"fpn_feature_size={self.fpn_feature_size} is not a multiple of 32, the number of groups of its norms"

    @property
    def own_backbone(self) -> PretrainedConfig:
        """The config of the backbone as checkpoints of MaskFormer have it: of Swin, all stages, under names of their own."""
        config = self.backbone_config
        if config.model_type != "swin":
            return config
        fields = {name: value for name, value in config.to_dict().items() if name not in ("out_features", "out_indices")}
        return MaskFormerSwinConfig.from_dict({**fields, "out_features": config.stage_names[1:]})
