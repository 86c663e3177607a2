"""Configuration of Conditional DETR."""

from triform.configs.detectors import DetectorConfig


class ConditionalDetrConfig(DetectorConfig):
    """Hyper-parameters of Conditional DETR; names and defaults are those of config.json.

    Attributes:
        cls_loss_coefficient: how much the loss of classes counts; focal_alpha: what an object weighs against no object in it.
    """

    model_type = "conditional_detr"

    num_queries: int = 300

    # training
    class_cost: float = 2
    cls_loss_coefficient: float = 2
    decoder_layerdrop: float = 0.0
    focal_alpha: float = 0.25
