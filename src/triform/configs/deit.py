"""Configuration of DeiT."""

from triform.configs.vit import ViTConfig


class DeiTConfig(ViTConfig):
    """Hyper-parameters of DeiT: those of ViT."""

    model_type = "deit"
