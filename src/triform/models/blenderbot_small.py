"""Blenderbot, the small one: BART with positions counted from the first row; the decoder adds them after the norm of the embeddings.

Paper        Roller et al., 2020, https://arxiv.org/abs/2004.13637
Checkpoints  every repository whose config.json says `model_type: blenderbot-small`
"""

from triform.configs.blenderbot_small import BlenderbotSmallConfig

from .bart import INIT as INIT
from .bart import SHARED as SHARED
from .bart import TIED as TIED
from .bart import BartDecoder, BartEncoder, BartForCausalLM, BartForConditionalGeneration, BartModel, BartPreTrainedModel
from .blenderbot import BlenderbotEncoder


class BlenderbotSmallEncoder(BartEncoder):
    """The encoder."""

    positions = staticmethod(BlenderbotEncoder.positions)


class BlenderbotSmallDecoder(BartDecoder):
    """The decoder."""

    positions = staticmethod(BlenderbotEncoder.positions)

    def __init__(self, config: BlenderbotSmallConfig):
        super().__init__(config)
        self.scale = 1.0  # the norm would undo it

    def placed(self, x, positions):
        return self.dropout(self.layernorm_embedding(x) + self.embed_positions(positions))


class BlenderbotSmallPreTrainedModel(BartPreTrainedModel):
    """What all small Blenderbot models have in common."""

    config_class = BlenderbotSmallConfig


class BlenderbotSmallModel(BlenderbotSmallPreTrainedModel, BartModel):
    """Encoder and decoder without a head; see `BartModel`. The decoder is given what it reads."""

    encoder_class, decoder_class = BlenderbotSmallEncoder, BlenderbotSmallDecoder
    rereads = False


class BlenderbotSmallForConditionalGeneration(BlenderbotSmallPreTrainedModel, BartForConditionalGeneration):
    """Blenderbot that writes: logits (B, T, V). labels (B, T) also give decoder_input_ids, shifted to the right."""

    base = BlenderbotSmallModel


class BlenderbotSmallForCausalLM(BlenderbotSmallPreTrainedModel, BartForCausalLM):
    """The decoder with a language-model head; see `BartForCausalLM`."""

    decoder_class = BlenderbotSmallDecoder
    input_embeddings = "decoder.embed_tokens"
