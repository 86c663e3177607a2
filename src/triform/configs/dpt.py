"""Configuration of DPT."""

from collections.abc import Iterator
from typing import Any, Literal

from triform.configs.dense import DensePredictionConfig
from triform.configs.images import Sides, patch_problems


class DPTConfig(DensePredictionConfig):
    """Hyper-parameters of DPT; names and defaults are those of config.json.

    Attributes:
        image_size, patch_size: in pixels; one number, or height and width. Images of any other size pass too.
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
        super().__init__(**kwargs)
        if self.pooler_output_size is None:
            self.pooler_output_size = self.hidden_size
        if self.backbone_config is not None:
            self.backbone_out_indices = None

    def validate(self) -> Iterator[str]:
        yield from patch_problems(self)
        yield from self.dense_problems()
        chosen = self.backbone_out_indices
        if self.backbone_config is None and len(chosen or ()) != len(self.neck_hidden_sizes):
            yield f"backbone_out_indices={chosen} and neck_hidden_sizes={self.neck_hidden_sizes} are not of the same number of stages"
