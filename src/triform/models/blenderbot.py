"""Blenderbot: mBART's blocks with positions counted from the first row and no norm of the embeddings, trained to chat.

Paper        Roller et al., 2020, https://arxiv.org/abs/2004.13637
Checkpoints  every repository whose config.json says `model_type: blenderbot`
"""

from typing import Any

from triform.configs.blenderbot import BlenderbotConfig

from .. import nn
from .bart import INIT as INIT
from .bart import SHARED as SHARED
from .bart import TIED as TIED
from .bart import BartForCausalLM, BartForConditionalGeneration, BartModel, BartPreTrainedModel
from .mbart import MBartDecoder, MBartEncoder
from .positions import LearnedPositions


class BlenderbotEncoder(MBartEncoder):
    """The encoder."""

    norms_embeddings = False

    @staticmethod
    def positions(config: Any) -> nn.Module:
        return LearnedPositions(config.max_position_embeddings, config.d_model, spare=0)


class BlenderbotDecoder(MBartDecoder):
    """The decoder."""

    norms_embeddings = False
    positions = staticmethod(BlenderbotEncoder.positions)


class BlenderbotPreTrainedModel(BartPreTrainedModel):
    """What all Blenderbot models have in common."""

    config_class = BlenderbotConfig


class BlenderbotModel(BlenderbotPreTrainedModel, BartModel):
    """Encoder and decoder without a head; see `BartModel`. The decoder is given what it reads."""

    encoder_class, decoder_class = BlenderbotEncoder, BlenderbotDecoder
    rereads = False


class BlenderbotForConditionalGeneration(BlenderbotPreTrainedModel, BartForConditionalGeneration):
    """Blenderbot that writes: logits (B, T, V). labels (B, T) also give decoder_input_ids, shifted to the right."""

    base = BlenderbotModel


class BlenderbotForCausalLM(BlenderbotPreTrainedModel, BartForCausalLM):
    """The decoder with a language-model head; see `BartForCausalLM`."""

    decoder_class = BlenderbotDecoder
    input_embeddings = "decoder.embed_tokens"
