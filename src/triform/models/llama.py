"""Llama, a left-to-right decoder with rotary positions, grouped heads, a gated feed-forward network and RMS norms.

Paper        Touvron et al., 2023, https://arxiv.org/abs/2302.13971; grouped heads: https://arxiv.org/abs/2305.13245
Checkpoints  every repository whose config.json says `model_type: llama`
Names        attribute paths are checkpoint keys
Shapes       B batch, T tokens of this call, D hidden_size, V vocab_size
"""

from typing import Any

from triform.configs.llama import LlamaConfig

from .. import nn, ops
from .decoding import (
    Decoder,
    DecoderForCausalLM,
    DecoderForQuestionAnswering,
    DecoderForSequenceClassification,
    DecoderForTokenClassification,
)
from .rotary import Rotary, turn


class LlamaAttention(nn.Module):
    """Causal attention with turned queries and keys; each head of keys and values serves several of queries."""

    scale: float | None = None
    softcap: float | None = None

    def __init__(self, config: LlamaConfig, layer: int, qkv_bias: bool | None = None, window: int | None = None):
        super().__init__()
        width: int = config.head_dim
        bias = config.attention_bias
        self.layer, self.heads, self.window = layer, config.num_attention_heads, window
        self.groups: int = config.num_key_value_heads
        self.q_proj = nn.Linear(config.hidden_size, self.heads * width, bias=bias if qkv_bias is None else qkv_bias)
        self.k_proj = nn.Linear(config.hidden_size, self.groups * width, bias=bias if qkv_bias is None else qkv_bias)
        self.v_proj = nn.Linear(config.hidden_size, self.groups * width, bias=bias if qkv_bias is None else qkv_bias)
        self.o_proj = nn.Linear(self.heads * width, config.hidden_size, bias=bias)
        self.dropout = nn.Dropout(config.attention_dropout)

    def forward(self, x, context, angles):  # (B, T, D) -> (B, T, D)
        q, k = ops.split_heads(self.q_proj(x), self.heads), ops.split_heads(self.k_proj(x), self.groups)
        v = ops.split_heads(self.v_proj(x), self.groups)
        q, k = turn(self.norm_queries(q), *angles), turn(self.norm_keys(k), *angles)
        y = context.attend(
            self.layer, q, k, v, dropout=self.dropout, scale=self.scale, softcap=self.softcap, window=self.window
        )  # fmt: skip
        return self.o_proj(ops.merge_heads(y))

    def norm_queries(self, q):
        return q

    def norm_keys(self, k):
        return k


class LlamaMLP(nn.Module):
    """The gated feed-forward network."""

    def __init__(self, config: LlamaConfig):
        super().__init__()
        self.gate_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=config.mlp_bias)
        self.up_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=config.mlp_bias)
        self.down_proj = nn.Linear(config.intermediate_size, config.hidden_size, bias=config.mlp_bias)
        self.act = ops.activation(config.hidden_act)

    def forward(self, x):
        return self.down_proj(self.act(self.gate_proj(x)) * self.up_proj(x))


class LlamaDecoderLayer(nn.Module):
    """Norm, attention, residual; norm, feed-forward, residual."""

    def __init__(self, config: LlamaConfig, layer: int):
        super().__init__()
        self.self_attn = self.attention(config, layer)
        self.mlp = LlamaMLP(config)
        self.input_layernorm = nn.RMSNorm(config.hidden_size, eps=config.rms_norm_eps)
        self.post_attention_layernorm = nn.RMSNorm(config.hidden_size, eps=config.rms_norm_eps)

    def attention(self, config: LlamaConfig, layer: int) -> nn.Module:
        return LlamaAttention(config, layer)

    def forward(self, x, context, angles):
        x = x + self.self_attn(self.input_layernorm(x), context, angles)
        return x + self.mlp(self.post_attention_layernorm(x))


class LlamaPreTrainedModel(nn.Model):
    """What all Llama models have in common."""

    config_class, prefix = LlamaConfig, "model"
    input_embeddings, output_embeddings = "embed_tokens", "lm_head"


class LlamaModel(LlamaPreTrainedModel, Decoder):
    """The decoder without a head; see `Decoder`."""

    layer_class: type = LlamaDecoderLayer

    def __init__(self, config: LlamaConfig):
        super().__init__(config)
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size, padding=config.pad_token_id)
        self.layers = nn.List([self.layer_class(config, layer) for layer in range(config.num_hidden_layers)])
        self.norm = nn.RMSNorm(config.hidden_size, eps=config.rms_norm_eps)
        self.rotary = Rotary(config, self.turned_width(config))

    def guides(self, x, context):
        return (self.rotary(context.positions, x),)

    @staticmethod
    def turned_width(config: Any) -> int:
        """How many places of each head are turned."""
        return config.head_dim


class LlamaForCausalLM(LlamaPreTrainedModel, DecoderForCausalLM):
    """Llama with a language-model head."""

    base = LlamaModel


class LlamaForSequenceClassification(LlamaPreTrainedModel, DecoderForSequenceClassification):
    """Llama that classifies texts."""

    base = LlamaModel


class LlamaForTokenClassification(LlamaPreTrainedModel, DecoderForTokenClassification):
    """Llama that classifies tokens."""

    base = LlamaModel


class LlamaForQuestionAnswering(LlamaPreTrainedModel, DecoderForQuestionAnswering):
    """Llama that marks answers."""

    base, prefix = LlamaModel, "transformer"


TIED = {"lm_head.weight": "model.embed_tokens.weight"}
IGNORE = (r"rotary_emb\.inv_freq$",)  # older files hold what the config says
INIT = {r"norm\.weight$": "ones", r"weight$": ("normal", "initializer_range")}
