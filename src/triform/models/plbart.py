"""PLBART: BART of programming languages; a text begins with the code of its language.

Paper        Ahmad et al., 2021, https://arxiv.org/abs/2103.06333
Checkpoints  every repository whose config.json says `model_type: plbart`
"""

from triform.configs.plbart import PLBartConfig

from .bart import INIT as INIT
from .bart import SHARED as SHARED
from .bart import TIED as TIED
from .bart import (
    BartDecoder,
    BartForCausalLM,
    BartForConditionalGeneration,
    BartForSequenceClassification,
    BartModel,
    BartPreTrainedModel,
)
from .seq2seq import wrap_right


class PLBartPreTrainedModel(BartPreTrainedModel):
    """What all PLBART models have in common."""

    config_class = PLBartConfig

    def shifted(self, ids):
        return wrap_right(self, ids)


class PLBartModel(PLBartPreTrainedModel, BartModel):
    """Encoder and decoder without a head; see `BartModel`."""


class PLBartForConditionalGeneration(PLBartPreTrainedModel, BartForConditionalGeneration):
    """PLBART that writes: logits (B, T, V). labels (B, T) also give decoder_input_ids, shifted to the right."""

    base = PLBartModel


class PLBartForSequenceClassification(PLBartPreTrainedModel, BartForSequenceClassification):
    """PLBART that classifies texts; see `BartForSequenceClassification`."""

    base = PLBartModel


class PLBartForCausalLM(PLBartPreTrainedModel, BartForCausalLM):
    """The decoder with a language-model head; see `BartForCausalLM`."""

    decoder_class = BartDecoder
    input_embeddings = "decoder.embed_tokens"
