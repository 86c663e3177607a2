"""Swin as checkpoints of MaskFormer have it: other names, and norms that are counted, not named.

Paper        Liu et al., 2021, https://arxiv.org/abs/2103.14030; Cheng et al., 2021, https://arxiv.org/abs/2107.06278
Checkpoints  a part of those whose config.json says `model_type: maskformer`
Names        attribute paths are checkpoint keys
Shapes       B batch, H height, W width, N places of the last stage, D hidden_size
"""

from typing import Any

from triform.configs.maskformer_swin import MaskFormerSwinConfig
from triform.vision_outputs import SizedEncoderOutput

from .. import nn, ops
from .backbones import Backbone
from .channels import ChannelNorm, channels_first
from .swin import INIT as SWIN_INIT
from .swin import SwinModel


class MaskFormerSwinPreTrainedModel(nn.Model):
    """The base of MaskFormer's Swin."""

    config_class = MaskFormerSwinConfig
    prefix = "model"


class MaskFormerSwinModel(MaskFormerSwinPreTrainedModel, SwinModel):
    """Swin as MaskFormer has it: also says how many places each stage has.

    Returns:
        SizedEncoderOutput with last_hidden_state (B, N, D) and pooler_output (B, D), None when built with `add_pooling_layer=False`.
    """

    def __init__(self, config: MaskFormerSwinConfig, add_pooling_layer: bool = True):
        super().__init__(config, add_pooling_layer)

    def forward(self, pixel_values, interpolate_pos_encoding=False):
        states = self.encoder(self.embeddings(pixel_values))
        x = self.layernorm(states[-1])
        b, height, width, d = ops.shape(x)
        x = ops.reshape(x, (b, height * width, d))
        sizes = tuple((each.shape[1], each.shape[2]) for each in states)
        return SizedEncoderOutput(x, ops.mean(x, 1) if self.pools else None, hidden_states_spatial_dimensions=sizes)


class MaskFormerSwinBackbone(MaskFormerSwinPreTrainedModel, Backbone):
    """MaskFormer's Swin as a backbone; each map that is returned has a norm of its own."""

    def __init__(self, config: MaskFormerSwinConfig):
        super().__init__(config)
        self.model = MaskFormerSwinModel(config, add_pooling_layer=False)
        self.hidden_states_norms = nn.List([ChannelNorm(n) for n in self.channels])

    @staticmethod
    def stage_channels(config: Any) -> list[int]:
        return [config.embed_dim, *config.widths]

    def maps(self, pixel_values):
        states = self.model.encoder(self.model.embeddings(pixel_values), before_merging=True)
        maps: list[Any] = [None] * len(states)
        for norm, stage in zip(self.hidden_states_norms, self.config.chosen_stages()):
            maps[stage] = norm(channels_first(states[stage]))
        return maps


INIT = SWIN_INIT
