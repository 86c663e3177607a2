"""Configuration of Deformable DETR."""

from collections.abc import Iterator
from typing import Any

from triform.configs.detectors import DetectorConfig


class DeformableDetrConfig(DetectorConfig):
    """Hyper-parameters of Deformable DETR; names and defaults are those of config.json.

    Attributes:
        num_feature_levels: how many maps are looked at: those of the backbone, then smaller ones that are made of its last.
        encoder_n_points, decoder_n_points: how many places of each map a head looks at.
        two_stage: queries are made of the most promising places of the image, `two_stage_num_proposals`, not learned.
        with_box_refine: every layer of the decoder corrects the boxes of the layer before.
        focal_alpha: what an object weighs against no object, in the loss.
        disable_custom_kernels, eos_coefficient, max_position_embeddings: kept for other programs.
    """

    model_type = "deformable_detr"

    # how large it is
    decoder_ffn_dim: int = 1024
    decoder_n_points: int = 4
    encoder_ffn_dim: int = 1024
    encoder_n_points: int = 4
    max_position_embeddings: int = 1024
    num_feature_levels: int = 4
    num_queries: int = 300
    two_stage_num_proposals: int = 300

    # what it computes
    disable_custom_kernels: bool = False
    two_stage: bool = False
    with_box_refine: bool = False

    # training
    eos_coefficient: float = 0.1
    focal_alpha: float = 0.25

    @classmethod
    def used_maps(cls, given: dict[str, Any]) -> list[int]:
        return [2, 3, 4] if given.get("num_feature_levels", cls.num_feature_levels) > 1 else [4]

    def validate(self) -> Iterator[str]:
        yield from super().validate()
        if self.two_stage and not self.with_box_refine:
            yield "two_stage is true and with_box_refine is not, expected both"
        if self.d_model % 32:
            yield f"d_model={self.d_model} is not a multiple of 32, the number of groups of its norms"
