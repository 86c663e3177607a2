"""Configuration of Mask2Former."""

from collections.abc import Iterator
from typing import Any, ClassVar

from triform.configs.segmenters import SegmenterConfig


class Mask2FormerConfig(SegmenterConfig):
    """Hyper-parameters of Mask2Former; names and defaults are those of config.json.

    Attributes:
        feature_size: channels of the pixel decoder; mask_feature_size: of what masks are read from; hidden_dim: width of the queries.
        decoder_layers: one more than there are, since queries are judged before the first too.
        feature_strides: by how much smaller than the image each map of the backbone is; common_stride: the same of the masks.
        pre_norm: norms of the decoder stand before its blocks, not after.
        enforce_input_projection: maps are projected for the decoder even where they have its width.
        class_weight, mask_weight, dice_weight: how much each counts, in matching and in the loss.
        train_num_points: at how many places masks are compared; of these, `importance_sample_ratio` are the least certain ones of
            `oversample_ratio` times as many.
        ignore_value: kept for image processors.
    """

    model_type = "mask2former"
    attribute_map: ClassVar[dict[str, str]] = {"hidden_size": "hidden_dim"}

    # how large it is
    common_stride: int = 4
    decoder_layers: int = 10
    dim_feedforward: int = 2048
    encoder_feedforward_dim: int = 1024
    encoder_layers: int = 6
    feature_size: int = 256
    feature_strides: list[int] = [4, 8, 16, 32]
    hidden_dim: int = 256
    mask_feature_size: int = 256
    num_attention_heads: int = 8
    num_hidden_layers: int = 10
    num_queries: int = 100

    # what it computes
    activation_function: str = "relu"
    enforce_input_projection: bool = False
    ignore_value: int = 255
    pre_norm: bool = False

    # training: what is dropped, what the loss weighs and where it looks
    class_weight: float = 2.0
    dice_weight: float = 5.0
    dropout: float = 0.0
    importance_sample_ratio: float = 0.75
    mask_weight: float = 5.0
    oversample_ratio: float = 3.0
    train_num_points: int = 12544

    default_backbone: ClassVar[dict[str, Any]] = {
        "model_type": "swin", "image_size": 224, "patch_size": 4, "embed_dim": 96, "depths": [2, 2, 18, 2], "num_heads": [3, 6, 12, 24],
        "window_size": 7, "drop_path_rate": 0.3, "out_features": ["stage1", "stage2", "stage3", "stage4"],
    }  # fmt: skip

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("num_hidden_layers", kwargs.get("decoder_layers", type(self).decoder_layers))
        super().__init__(**kwargs)

    def validate(self) -> Iterator[str]:
        yield from super().validate()
        if self.feature_size % 32:
            yield f"feature_size={self.feature_size} is not a multiple of 32, the number of groups of its norms"
        for name in ("feature_size", "hidden_dim"):
            if getattr(self, name) % self.num_attention_heads:
                yield f"{name}={getattr(self, name)} is not a multiple of num_attention_heads={self.num_attention_heads}"
        if not 0 <= self.importance_sample_ratio <= 1 or self.oversample_ratio < 1:
            yield (
                f"oversample_ratio={self.oversample_ratio} and importance_sample_ratio={self.importance_sample_ratio}, "
                "expected at least 1, and a share"
            )
