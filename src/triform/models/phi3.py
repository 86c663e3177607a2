"""Phi-3: Llama with fused projections, which may turn a part of each head, and stretches it to longer texts in two ways.

Paper        Abdin et al., 2024, https://arxiv.org/abs/2404.14219
Checkpoints  every repository whose config.json says `model_type: phi3`, Phi-4's among them
"""

from typing import Any

from triform.configs.phi3 import Phi3Config

from .. import nn, ops
from .decoding import DecoderForCausalLM, DecoderForSequenceClassification, DecoderForTokenClassification
from .llama import IGNORE as IGNORE
from .llama import INIT as INIT
from .llama import TIED as TIED
from .llama import LlamaModel, LlamaPreTrainedModel
from .rotary import turn


class Phi3Attention(nn.Module):
    """Causal attention; one projection holds the queries, then the keys, then the values, of all heads."""

    def __init__(self, config: Phi3Config, layer: int):
        super().__init__()
        groups: int = config.num_key_value_heads
        self.layer, self.heads, self.groups = layer, config.num_attention_heads, groups
        self.widths = tuple(count * config.head_dim for count in (self.heads, groups, groups))
        self.o_proj = nn.Linear(self.widths[0], config.hidden_size, bias=False)
        self.qkv_proj = nn.Linear(config.hidden_size, sum(self.widths), bias=False)
        self.dropout = nn.Dropout(config.attention_dropout)

    def forward(self, x, context, angles):  # (B, T, D) -> (B, T, D)
        q, k, v = ops.split(self.qkv_proj(x), self.widths, axis=-1)
        q, k, v = ops.split_heads(q, self.heads), ops.split_heads(k, self.groups), ops.split_heads(v, self.groups)
        y = context.attend(self.layer, turn(q, *angles), turn(k, *angles), v, dropout=self.dropout)
        return self.o_proj(ops.merge_heads(y))


class Phi3MLP(nn.Module):
    """The gated feed-forward network; one projection holds the gate, then what passes it."""

    def __init__(self, config: Phi3Config):
        super().__init__()
        self.gate_up_proj = nn.Linear(config.hidden_size, 2 * config.intermediate_size, bias=False)
        self.down_proj = nn.Linear(config.intermediate_size, config.hidden_size, bias=False)
        self.act = ops.activation(config.hidden_act)

    def forward(self, x):
        gate, up = ops.split(self.gate_up_proj(x), 2, axis=-1)
        return self.down_proj(self.act(gate) * up)


class Phi3DecoderLayer(nn.Module):
    """Norm, attention, residual; norm, feed-forward, residual."""

    def __init__(self, config: Phi3Config, layer: int):
        super().__init__()
        self.self_attn = Phi3Attention(config, layer)
        self.mlp = Phi3MLP(config)
        self.input_layernorm = nn.RMSNorm(config.hidden_size, eps=config.rms_norm_eps)
        self.post_attention_layernorm = nn.RMSNorm(config.hidden_size, eps=config.rms_norm_eps)
        self.dropout = nn.Dropout(config.resid_pdrop)

    def forward(self, x, context, angles):
        x = x + self.dropout(self.self_attn(self.input_layernorm(x), context, angles))
        return x + self.dropout(self.mlp(self.post_attention_layernorm(x)))


class Phi3PreTrainedModel(LlamaPreTrainedModel):
    """What all Phi-3 models have in common."""

    config_class = Phi3Config


class Phi3Model(Phi3PreTrainedModel, LlamaModel):
    """The decoder without a head; see `LlamaModel`."""

    layer_class = Phi3DecoderLayer

    def __init__(self, config: Any):
        super().__init__(config)
        self.window = config.sliding_window

    @staticmethod
    def turned_width(config: Phi3Config) -> int:
        return config.turned_width


class Phi3ForCausalLM(Phi3PreTrainedModel, DecoderForCausalLM):
    """Phi-3 with a language-model head."""

    base = Phi3Model


class Phi3ForSequenceClassification(Phi3PreTrainedModel, DecoderForSequenceClassification):
    """Phi-3 that classifies texts."""

    base = Phi3Model


class Phi3ForTokenClassification(Phi3PreTrainedModel, DecoderForTokenClassification):
    """Phi-3 that classifies tokens."""

    base = Phi3Model
