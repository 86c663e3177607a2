"""Qwen 2: Llama with biases of queries, keys and values, some of whose layers may see a window alone.

Paper        Yang et al., 2024, https://arxiv.org/abs/2407.10671
Checkpoints  every repository whose config.json says `model_type: qwen2`
"""

from triform.configs.qwen2 import Qwen2Config

from .decoding import DecoderForCausalLM, DecoderForQuestionAnswering, DecoderForSequenceClassification, DecoderForTokenClassification
from .llama import IGNORE as IGNORE
from .llama import INIT as INIT
from .llama import TIED as TIED
from .llama import LlamaAttention, LlamaDecoderLayer, LlamaModel, LlamaPreTrainedModel


class Qwen2DecoderLayer(LlamaDecoderLayer):
    """Llama's layer with this attention."""

    def attention(self, config: Qwen2Config, layer: int) -> LlamaAttention:
        window = config.sliding_window if config.layer_types[layer] == "sliding_attention" else None
        return LlamaAttention(config, layer, qkv_bias=True, window=window)


class Qwen2PreTrainedModel(LlamaPreTrainedModel):
    """What all Qwen 2 models have in common."""

    config_class = Qwen2Config


class Qwen2Model(Qwen2PreTrainedModel, LlamaModel):
    """The decoder without a head; see `LlamaModel`."""

    layer_class = Qwen2DecoderLayer


class Qwen2ForCausalLM(Qwen2PreTrainedModel, DecoderForCausalLM):
    """Qwen 2 with a language-model head."""

    base = Qwen2Model


class Qwen2ForSequenceClassification(Qwen2PreTrainedModel, DecoderForSequenceClassification):
    """Qwen 2 that classifies texts."""

    base = Qwen2Model


class Qwen2ForTokenClassification(Qwen2PreTrainedModel, DecoderForTokenClassification):
    """Qwen 2 that classifies tokens."""

    base = Qwen2Model


class Qwen2ForQuestionAnswering(Qwen2PreTrainedModel, DecoderForQuestionAnswering):
    """Qwen 2 that marks answers."""

    base, prefix = Qwen2Model, "transformer"
