"""Configuration of DINOv2 with registers."""

from triform.configs.dinov2 import Dinov2Config
from triform.configs.images import Sides


class Dinov2WithRegistersConfig(Dinov2Config):
    """Hyper-parameters of DINOv2 with registers: those of DINOv2, and num_register_tokens, tokens that stand for no patch."""

    model_type = "dinov2_with_registers"

    num_register_tokens: int = 4
    patch_size: Sides = 16
