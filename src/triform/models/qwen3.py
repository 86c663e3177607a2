"""Qwen 3: Llama with normalised queries and keys, some of whose layers may see a window alone.

Paper        Yang et al., 2025, https://arxiv.org/abs/2505.09388
Checkpoints  every repository whose config.json says `model_type: qwen3`
"""

from triform.configs.qwen3 import Qwen3Config

from .. import nn
from .decoding import DecoderForCausalLM, DecoderForQuestionAnswering, DecoderForSequenceClassification, DecoderForTokenClassification
from .llama import IGNORE as IGNORE
from .llama import INIT as INIT
from .llama import TIED as TIED
from .llama import LlamaAttention, LlamaDecoderLayer, LlamaModel, LlamaPreTrainedModel


class Qwen3Attention(LlamaAttention):
    """Llama's attention, with an RMS norm of each head's queries and keys."""

    def __init__(self, config: Qwen3Config, layer: int, window: int | None):
        super().__init__(config, layer, window=window)
        width: int = config.head_dim
        self.q_norm = nn.RMSNorm(width, eps=config.rms_norm_eps)
        self.k_norm = nn.RMSNorm(width, eps=config.rms_norm_eps)

    def norm_queries(self, q):
        return self.q_norm(q)

    def norm_keys(self, k):
        return self.k_norm(k)


class Qwen3DecoderLayer(LlamaDecoderLayer):
    """Llama's layer with this attention."""

    def attention(self, config: Qwen3Config, layer: int) -> LlamaAttention:
        window = config.sliding_window if config.layer_types[layer] == "sliding_attention" else None
        return Qwen3Attention(config, layer, window)


class Qwen3PreTrainedModel(LlamaPreTrainedModel):
    """What all Qwen 3 models have in common."""

    config_class = Qwen3Config


class Qwen3Model(Qwen3PreTrainedModel, LlamaModel):
    """The decoder without a head; see `LlamaModel`."""

    layer_class = Qwen3DecoderLayer


class Qwen3ForCausalLM(Qwen3PreTrainedModel, DecoderForCausalLM):
    """Qwen 3 with a language-model head."""

    base = Qwen3Model


class Qwen3ForSequenceClassification(Qwen3PreTrainedModel, DecoderForSequenceClassification):
    """Qwen 3 that classifies texts."""

    base = Qwen3Model


class Qwen3ForTokenClassification(Qwen3PreTrainedModel, DecoderForTokenClassification):
    """Qwen 3 that classifies tokens."""

    base = Qwen3Model


class Qwen3ForQuestionAnswering(Qwen3PreTrainedModel, DecoderForQuestionAnswering):
    """Qwen 3 that marks answers."""

    base, prefix = Qwen3Model, "transformer"
