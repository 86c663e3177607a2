"""Configuration of DETR."""

from triform.configs.detectors import DetectorConfig


class DetrConfig(DetectorConfig):
    """Hyper-parameters of DETR; names and defaults are those of config.json.

    Attributes:
        num_queries: how many objects an image has at most.
        eos_coefficient: the weight of "no object" among the classes, in the loss.
    """

    model_type = "detr"

    decoder_layerdrop: float = 0.0
    eos_coefficient: float = 0.1
