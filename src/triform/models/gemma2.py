"""Gemma 2: Llama with norms on both sides of each block, capped scores, and a window in every second layer.

Paper        Gemma Team, 2024, https://arxiv.org/abs/2408.00118
Checkpoints  every repository whose config.json says `model_type: gemma2`
Names        attribute paths are checkpoint keys; the weights of norms are stored less one
"""

from triform.configs.gemma2 import Gemma2Config

from .. import nn, ops
from .decoding import DecoderForCausalLM, DecoderForSequenceClassification, DecoderForTokenClassification
from .llama import IGNORE as IGNORE
from .llama import TIED as TIED
from .llama import LlamaAttention, LlamaMLP, LlamaModel, LlamaPreTrainedModel


class Gemma2Attention(LlamaAttention):
    """Llama's attention with a scale of its own and scores that are capped."""

    def __init__(self, config: Gemma2Config, layer: int):
        sliding = config.layer_types[layer] == "sliding_attention"
        super().__init__(config, layer, window=config.sliding_window if sliding else None)
        self.scale = config.query_pre_attn_scalar**-0.5
        self.softcap = config.attn_logit_softcapping


class Gemma2DecoderLayer(nn.Module):
    """Norm, attention, norm, residual; norm, feed-forward, norm, residual."""

    def __init__(self, config: Gemma2Config, layer: int):
        super().__init__()
        norm = lambda: nn.RMSNorm(config.hidden_size, eps=config.rms_norm_eps, offset=1.0)
        self.self_attn = Gemma2Attention(config, layer)
        self.mlp = LlamaMLP(config)
        self.input_layernorm = norm()
        self.post_attention_layernorm = norm()
        self.pre_feedforward_layernorm = norm()
        self.post_feedforward_layernorm = norm()

    def forward(self, x, context, angles):
        x = x + self.post_attention_layernorm(self.self_attn(self.input_layernorm(x), context, angles))
        return x + self.post_feedforward_layernorm(self.mlp(self.pre_feedforward_layernorm(x)))


class Gemma2PreTrainedModel(LlamaPreTrainedModel):
    """What all Gemma 2 models have in common."""

    config_class = Gemma2Config


class Gemma2Model(Gemma2PreTrainedModel, LlamaModel):
    """The decoder without a head; see `LlamaModel`."""

    layer_class = Gemma2DecoderLayer

    def __init__(self, config: Gemma2Config):
        super().__init__(config)
        self.norm = nn.RMSNorm(config.hidden_size, eps=config.rms_norm_eps, offset=1.0)

    def prepared(self, x, context):
        return x * ops.full((1,), self.config.hidden_size**0.5, like=x)  # rounded to the dtype of x, as in training


class Gemma2ForCausalLM(Gemma2PreTrainedModel, DecoderForCausalLM):
    """Gemma 2 with a language-model head, whose scores are capped."""

    base = Gemma2Model

    def scores(self, x):
        logits, cap = super().scores(x), self.config.final_logit_softcapping
        return logits if cap is None else cap * ops.tanh(logits / cap)


class Gemma2ForSequenceClassification(Gemma2PreTrainedModel, DecoderForSequenceClassification):
    """Gemma 2 that classifies texts."""

    base = Gemma2Model


class Gemma2ForTokenClassification(Gemma2PreTrainedModel, DecoderForTokenClassification):
    """Gemma 2 that classifies tokens."""

    base = Gemma2Model


INIT = {r"norm\.weight$": "zeros", r"weight$": ("normal", "initializer_range")}
