"""Configuration of Conditional DETR."""

from triform.configs.detectors import DetectorConfig


class ConditionalDetrConfig(DetectorConfig):
    """Hyper-parameters of Conditional DETR; names and defaults are those of config.json.

    Attributes:
        focal_alpha: what an object weighs against no object, in the loss.
        cls_loss_coefficient: kept for other programs; in the reference's loss classes count 1, and so they do here.
    """

    model_type = "conditional_detr"

    num_queries: int = 300

    # training
    class_cost: float = 2
    cls_loss_coefficient: float = 2
    decoder_layerdrop: float = 0.0
    focal_alpha: float = 0.25
