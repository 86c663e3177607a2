"""DINOv2 with registers: tokens that stand for no patch, so that no patch's token need keep what belongs to the whole image.

Paper        Darcet et al., 2023, https://arxiv.org/abs/2309.16588
Checkpoints  every repository whose config.json says `model_type: dinov2_with_registers`
Names        attribute paths are checkpoint keys
Shapes       B batch, R num_register_tokens, N patches, T = 1 + R + N tokens, D hidden_size, L num_labels
"""

from typing import Any

from triform.configs.dinov2_with_registers import Dinov2WithRegistersConfig
from triform.outputs import LogitsOutput

from .. import nn, ops
from .dinov2 import Dinov2Backbone, Dinov2Embeddings, Dinov2Model, summary
from .losses import classification_loss


class Dinov2WithRegistersEmbeddings(Dinov2Embeddings):
    """The class token, the registers and the patches; positions are those of the first and the last."""

    smooth = True

    def __init__(self, config: Any):
        super().__init__(config)
        self.register_tokens = nn.Parameter((1, config.num_register_tokens, config.hidden_size), "zeros")

    def with_registers(self, x):
        registers = self.register_tokens[...]
        registers = ops.broadcast_to(registers, (ops.shape(x)[0], *ops.shape(registers)[1:]))
        return ops.concat([x[:, :1], registers, x[:, 1:]], axis=1)


class Dinov2WithRegistersPreTrainedModel(nn.Model):
    """The base of all models of DINOv2 with registers."""

    config_class = Dinov2WithRegistersConfig
    prefix = "dinov2_with_registers"
    embeddings_class: Any = Dinov2WithRegistersEmbeddings

    @property
    def leading(self) -> int:
        """How many tokens stand before those of the patches."""
        return 1 + self.config.num_register_tokens


class Dinov2WithRegistersModel(Dinov2WithRegistersPreTrainedModel, Dinov2Model):
    """DINOv2 with registers, without a head; see `Dinov2Model`."""


class Dinov2WithRegistersForImageClassification(Dinov2WithRegistersPreTrainedModel):
    """As DINOv2's, on the class token and the mean of the patches: logits (B, L). labels: see `classification_loss`."""

    def __init__(self, config: Dinov2WithRegistersConfig):
        super().__init__(config)
        self.dinov2_with_registers = Dinov2WithRegistersModel(config)
        self.classifier = nn.Linear(2 * config.hidden_size, config.num_labels)

    def forward(self, pixel_values, labels=None):
        logits = self.classifier(summary(self.dinov2_with_registers(pixel_values).last_hidden_state, self.leading))
        return LogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)


class Dinov2WithRegistersBackbone(Dinov2WithRegistersPreTrainedModel, Dinov2Backbone):
    """DINOv2 with registers as a backbone; see `Dinov2Backbone`."""


INIT = {r"lambda1$": ("constant", "layerscale_value")}
