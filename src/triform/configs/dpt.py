"""Configuration of DPT."""

from collections.abc import Iterator
from typing import Any, Literal

from triform.configs.dense import DensePredictionConfig
from triform.configs.images import Sides, patch_problems


class DPTConfig(DensePredictionConfig):
    """Hyper-parameters of DPT; names and defaults are those of config.json.

    Attributes:
        image_size, patch_size: in pixels; one number, or height and width. Images of any other size pass too.
        is_hybrid: the Vision Transformer reads what the last map of backbone_config (default: a BiT) gives, whose shape for images of
            image_size is backbone_featmap_shape; the neck reads its first maps, as they are, in the stages that neck_ignore_stages names.
        backbone_out_indices: the layers that the neck reads, counted from 0; not with a backbone_config.
        readout_type: what becomes of the class token: it is ignored, added to all patches, or projected into each.
        use_batch_norm_in_fusion_residual, use_bias_in_fusion_residual: of the convolutions where maps are added; a bias by default where
            there is no batch norm.
        add_projection: one more convolution before the depth's head.
        use_auxiliary_head, auxiliary_loss_weight: a second segmenter, for training.
        semantic_loss_ignore_index: pixels so labelled do not count.
    """

    model_type = "dpt"

    # how large it is
    backbone_featmap_shape: list[int] | None = [1, 1024, 24, 24]
    backbone_out_indices: list[int] | None = [2, 5, 8, 11]
    fusion_hidden_size: int = 256
    hidden_size: int = 768
    image_size: Sides = 384
    intermediate_size: int = 3072
    neck_hidden_sizes: list[int] = [96, 192, 384, 768]
    num_attention_heads: int = 12
    num_channels: int = 3
    num_hidden_layers: int = 12
    patch_size: Sides = 16
    pooler_output_size: int | None = None

    # what it computes
    add_projection: bool = False
    is_hybrid: bool = False
    neck_ignore_stages: list[int] = [0, 1]
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-12
    pooler_act: str = "tanh"
    qkv_bias: bool = True
    readout_type: Literal["ignore", "add", "project"] = "project"
    use_auxiliary_head: bool = True
    use_batch_norm_in_fusion_residual: bool = False
    use_bias_in_fusion_residual: bool | None = None

    # training: what is dropped, what weights start as
    attention_probs_dropout_prob: float = 0.0
    auxiliary_loss_weight: float = 0.4
    hidden_dropout_prob: float = 0.0
    initializer_range: float = 0.02
    semantic_classifier_dropout: float = 0.1
    semantic_loss_ignore_index: int = 255

    def __init__(self, **kwargs: Any) -> None:
        if kwargs.get("is_hybrid") and kwargs.get("backbone_config") is None:
            from triform.configs.bit import BitConfig

            kwargs["backbone_config"] = BitConfig(
                global_padding="SAME", layer_type="bottleneck", depths=[3, 4, 9], out_features=["stage1", "stage2", "stage3"],
                embedding_dynamic_padding=True,
            )  # fmt: skip
        super().__init__(**kwargs)
        if self.pooler_output_size is None:
            self.pooler_output_size = self.hidden_size
        if not self.is_hybrid:
            self.backbone_featmap_shape, self.neck_ignore_stages = None, []
        if self.separate_backbone:
            self.backbone_out_indices = None

    @property
    def separate_backbone(self) -> bool:
        """Whether a backbone stands in place of the Vision Transformer."""
        return self.backbone_config is not None and not self.is_hybrid

    def validate(self) -> Iterator[str]:
        yield from patch_problems(self)
        yield from self.dense_problems()
        chosen = self.backbone_out_indices
        if self.is_hybrid and self.readout_type != "project":
            yield f"readout_type is {self.readout_type!r}, expected 'project' with is_hybrid"
        if not self.separate_backbone and len(chosen or ()) != len(self.neck_hidden_sizes):
            yield f"backbone_out_indices={chosen} and neck_hidden_sizes={self.neck_hidden_sizes} are not of the same number of stages"
