"""Marian: BART with sines for positions, no norm of the embeddings, and, if need be, a vocabulary for each language.

Paper        Junczys-Dowmunt et al., 2018, https://arxiv.org/abs/1804.00344
Checkpoints  every repository whose config.json says `model_type: marian`, such as Helsinki-NLP/opus-mt-…
"""

from typing import Any

import numpy as np

from triform.configs.marian import MarianConfig
from triform.errors import InputError

from .. import nn
from .bart import INIT as BART_INIT
from .bart import SHARED as SHARED
from .bart import TIED as TIED
from .bart import BartDecoder, BartEncoder, BartForCausalLM, BartForConditionalGeneration, BartModel, BartPreTrainedModel
from .positions import SinusoidalPositions, sinusoids


class MarianEncoder(BartEncoder):
    """The encoder."""

    norms_embeddings = False

    @staticmethod
    def positions(config: Any) -> nn.Module:
        return SinusoidalPositions(config.max_position_embeddings, config.d_model)


class MarianDecoder(BartDecoder):
    """The decoder."""

    norms_embeddings = False
    positions = staticmethod(MarianEncoder.positions)

    @staticmethod
    def words(config: Any) -> int:
        return config.target_vocab_size


class MarianPreTrainedModel(BartPreTrainedModel):
    """What all Marian models have in common."""

    config_class = MarianConfig
    input_embeddings = "encoder.embed_tokens"

    def resize_token_embeddings(self, new_num_tokens=None, pad_to_multiple_of=None):
        if not self.config.share_encoder_decoder_embeddings:
            raise InputError(f"{type(self).__name__} has a vocabulary for each language, of which none can be resized.")
        layer = super().resize_token_embeddings(new_num_tokens, pad_to_multiple_of)
        self.config.decoder_vocab_size = self.config.vocab_size
        return layer


class MarianModel(MarianPreTrainedModel, BartModel):
    """Encoder and decoder without a head; see `BartModel`. The decoder is given what it reads."""

    encoder_class, decoder_class = MarianEncoder, MarianDecoder
    rereads = False

    def __init__(self, config: MarianConfig):
        super().__init__(config)
        if not config.share_encoder_decoder_embeddings:
            self.shared = None


class MarianMTModel(MarianPreTrainedModel, BartForConditionalGeneration):
    """Marian that translates: logits (B, T, V). labels (B, T) also give decoder_input_ids, shifted to the right."""

    base = MarianModel


class MarianForCausalLM(MarianPreTrainedModel, BartForCausalLM):
    """The decoder with a language-model head; see `BartForCausalLM`."""

    decoder_class = MarianDecoder
    input_embeddings = "decoder.embed_tokens"


def table(config: Any) -> np.ndarray:
    """The sines of all positions."""
    return sinusoids(config.max_position_embeddings, config.d_model)


def no_bias(config: Any) -> np.ndarray:
    """The bias of scores in files that lack it."""
    return np.zeros((1, config.target_vocab_size), np.float32)


INIT = {r"embed_positions\.weight$": ("computed", table), **BART_INIT, r"^final_logits_bias$": ("computed", no_bias)}
