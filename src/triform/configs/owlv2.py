"""Configurations of OWLv2: those of OWL-ViT, with smaller patches."""

from triform.configs.images import Sides
from triform.configs.owlvit import OwlViTConfig, OwlViTTextConfig, OwlViTVisionConfig


class Owlv2TextConfig(OwlViTTextConfig):
    """Hyper-parameters of OWLv2's text model."""

    model_type = "owlv2_text_model"


class Owlv2VisionConfig(OwlViTVisionConfig):
    """Hyper-parameters of OWLv2's image model."""

    model_type = "owlv2_vision_model"

    patch_size: Sides = 16


class Owlv2Config(OwlViTConfig):
    """The configs of OWLv2's two models, and what joins them."""

    model_type = "owlv2"
    sub_configs = {"text_config": Owlv2TextConfig, "vision_config": Owlv2VisionConfig}
