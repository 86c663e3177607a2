"""Mistral: Llama, each token of which sees the last `sliding_window` tokens alone.

Paper        Jiang et al., 2023, https://arxiv.org/abs/2310.06825
Checkpoints  every repository whose config.json says `model_type: mistral`
"""

from triform.configs.mistral import MistralConfig

from .decoding import DecoderForCausalLM, DecoderForQuestionAnswering, DecoderForSequenceClassification, DecoderForTokenClassification
from .llama import IGNORE as IGNORE
from .llama import INIT as INIT
from .llama import TIED as TIED
from .llama import LlamaModel, LlamaPreTrainedModel


class MistralPreTrainedModel(LlamaPreTrainedModel):
    """What all Mistral models have in common."""

    config_class = MistralConfig


class MistralModel(MistralPreTrainedModel, LlamaModel):
    """The decoder without a head; see `LlamaModel`."""

    def __init__(self, config: MistralConfig):
        super().__init__(config)
        self.window = config.sliding_window


class MistralForCausalLM(MistralPreTrainedModel, DecoderForCausalLM):
    """Mistral with a language-model head."""

    base = MistralModel


class MistralForSequenceClassification(MistralPreTrainedModel, DecoderForSequenceClassification):
    """Mistral that classifies texts."""

    base = MistralModel


class MistralForTokenClassification(MistralPreTrainedModel, DecoderForTokenClassification):
    """Mistral that classifies tokens."""

    base = MistralModel


class MistralForQuestionAnswering(MistralPreTrainedModel, DecoderForQuestionAnswering):
    """Mistral that marks answers."""

    base = MistralModel
