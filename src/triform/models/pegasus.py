"""Pegasus: mBART's blocks with Marian's sines and no norm of the embeddings, trained to write summaries.

Paper        Zhang et al., 2019, https://arxiv.org/abs/1912.08777
Checkpoints  every repository whose config.json says `model_type: pegasus`
"""

from triform.configs.pegasus import PegasusConfig

from .bart import INIT as BART_INIT
from .bart import SHARED as SHARED
from .bart import TIED as TIED
from .bart import BartForCausalLM, BartForConditionalGeneration, BartModel, BartPreTrainedModel
from .marian import MarianEncoder, table
from .mbart import MBartDecoder, MBartEncoder


class PegasusEncoder(MBartEncoder):
    """The encoder."""

    norms_embeddings = False
    positions = staticmethod(MarianEncoder.positions)


class PegasusDecoder(MBartDecoder):
    """The decoder."""

    norms_embeddings = False
    positions = staticmethod(MarianEncoder.positions)


class PegasusPreTrainedModel(BartPreTrainedModel):
    """What all Pegasus models have in common."""

    config_class = PegasusConfig


class PegasusModel(PegasusPreTrainedModel, BartModel):
    """Encoder and decoder without a head; see `BartModel`. The decoder is given what it reads."""

    encoder_class, decoder_class = PegasusEncoder, PegasusDecoder
    rereads = False


class PegasusForConditionalGeneration(PegasusPreTrainedModel, BartForConditionalGeneration):
    """Pegasus that writes: logits (B, T, V). labels (B, T) also give decoder_input_ids, shifted to the right."""

    base = PegasusModel


class PegasusForCausalLM(PegasusPreTrainedModel, BartForCausalLM):
    """The decoder with a language-model head; see `BartForCausalLM`."""

    decoder_class = PegasusDecoder
    input_embeddings = "decoder.embed_tokens"


INIT = {r"embed_positions\.weight$": ("computed", table), **BART_INIT}
