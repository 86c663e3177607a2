"""OWLv2: OWL-ViT, trained on boxes of its own making, that also says how likely a patch is to show anything.

Paper        Minderer et al., 2023, https://arxiv.org/abs/2306.09683
Checkpoints  every repository whose config.json says `model_type: owlv2`
Names        attribute paths are checkpoint keys
Shapes       those of OWL-ViT
"""

from typing import Any

from triform.configs.owlv2 import Owlv2Config, Owlv2TextConfig, Owlv2VisionConfig

from .. import ops
from .owlvit import IGNORE as IGNORE
from .owlvit import INIT as FIRST
from .owlvit import OPTIONAL as OPTIONAL
from .owlvit import OwlViTBoxPredictionHead, OwlViTForObjectDetection, OwlViTModel, OwlViTTextModel, OwlViTVisionModel


class Owlv2TextModel(OwlViTTextModel):
    """OWLv2's text model: EncoderOutput with last_hidden_state (K, T, D) and pooler_output (K, D)."""

    config_class, prefix = Owlv2TextConfig, "owlv2"


class Owlv2VisionModel(OwlViTVisionModel):
    """OWLv2's image model: EncoderOutput with last_hidden_state (B, 1 + N, D), not normalised, and pooler_output (B, D)."""

    config_class, prefix = Owlv2VisionConfig, "owlv2"


class Owlv2Model(OwlViTModel):
    """OWLv2 without its detector: see OwlViTModel."""

    config_class, prefix = Owlv2Config, "owlv2"


class Owlv2ForObjectDetection(OwlViTForObjectDetection):
    """OWLv2: see OwlViTForObjectDetection; also objectness_logits (B, N)."""

    config_class, prefix = Owlv2Config, "owlv2"
    base = Owlv2Model

    def __init__(self, config: Owlv2Config):
        super().__init__(config)
        self.objectness_head = OwlViTBoxPredictionHead(config.vision_config.hidden_size, 1)

    def objectness(self, features: Any) -> Any:
        return self.objectness_head(ops.detach(features))[..., 0]


INIT = {r"_head\..*weight$": ("normal", "initializer_factor"), r"_head\..*bias$": "zeros", **FIRST}
