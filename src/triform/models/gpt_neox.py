"""GPT-NeoX, a left-to-right decoder that turns a part of each head, with attention and feed-forward side by side.

Paper        Black et al., 2022, https://arxiv.org/abs/2204.06745
Checkpoints  every repository whose config.json says `model_type: gpt_neox`, Pythia's among them
Names        attribute paths are checkpoint keys; files of the bare model lack the prefix `gpt_neox.`
Shapes       B batch, T tokens of this call, D hidden_size, V vocab_size
"""

from triform.configs.gpt_neox import GPTNeoXConfig

from .. import nn, ops
from .decoding import (
    Decoder,
    DecoderForCausalLM,
    DecoderForQuestionAnswering,
    DecoderForSequenceClassification,
    DecoderForTokenClassification,
    split_interleaved,
)
from .rotary import Rotary, turn


class GPTNeoXAttention(nn.Module):
    """Causal attention; one projection holds query, key and value of each head in turn."""

    def __init__(self, config: GPTNeoXConfig, layer: int):
        super().__init__()
        self.layer, self.heads = layer, config.num_attention_heads
        self.query_key_value = nn.Linear(config.hidden_size, 3 * config.hidden_size, bias=config.attention_bias)
        self.dense = nn.Linear(config.hidden_size, config.hidden_size, bias=config.attention_bias)
        self.dropout = nn.Dropout(config.attention_dropout)

    def forward(self, x, context, angles):  # (B, T, D) -> (B, T, D)
        q, k, v = split_interleaved(self.query_key_value(x), self.heads)
        y = context.attend(self.layer, turn(q, *angles), turn(k, *angles), v, dropout=self.dropout)
        return self.dense(ops.merge_heads(y))


class GPTNeoXMLP(nn.Module):
    """The feed-forward network."""

    def __init__(self, config: GPTNeoXConfig):
        super().__init__()
        self.dense_h_to_4h = nn.Linear(config.hidden_size, config.intermediate_size)
        self.dense_4h_to_h = nn.Linear(config.intermediate_size, config.hidden_size)
        self.act = ops.activation(config.hidden_act)

    def forward(self, x):
        return self.dense_4h_to_h(self.act(self.dense_h_to_4h(x)))


class GPTNeoXLayer(nn.Module):
    """Attention and feed-forward, each after a norm: both of the same x and added together, or one after the other."""

    def __init__(self, config: GPTNeoXConfig, layer: int):
        super().__init__()
        self.input_layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.post_attention_layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.attention = GPTNeoXAttention(config, layer)
        self.mlp = GPTNeoXMLP(config)
        self.dropout = nn.Dropout(config.hidden_dropout)
        self.parallel = config.use_parallel_residual

    def forward(self, x, context, angles):
        attended = x + self.dropout(self.attention(self.input_layernorm(x), context, angles))
        return attended + self.dropout(self.mlp(self.post_attention_layernorm(x if self.parallel else attended)))


class GPTNeoXPreTrainedModel(nn.Model):
    """What all GPT-NeoX models have in common."""

    config_class, prefix = GPTNeoXConfig, "gpt_neox"
    input_embeddings, output_embeddings = "embed_in", "embed_out"


class GPTNeoXModel(GPTNeoXPreTrainedModel, Decoder):
    """The decoder without a head; see `Decoder`."""

    last_norm = "final_layer_norm"

    def __init__(self, config: GPTNeoXConfig):
        super().__init__(config)
        self.embed_in = nn.Embedding(config.vocab_size, config.hidden_size)
        self.dropout = nn.Dropout(config.hidden_dropout)
        self.layers = nn.List([GPTNeoXLayer(config, layer) for layer in range(config.num_hidden_layers)])
        self.final_layer_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.rotary = Rotary(config, config.turned_width)

    def prepared(self, x, context):
        return self.dropout(x)

    def guides(self, x, context):
        return (self.rotary(context.positions, x),)


class GPTNeoXForCausalLM(GPTNeoXPreTrainedModel, DecoderForCausalLM):
    """GPT-NeoX with a language-model head."""

    base, head_name = GPTNeoXModel, "embed_out"


class GPTNeoXForSequenceClassification(GPTNeoXPreTrainedModel, DecoderForSequenceClassification):
    """GPT-NeoX that classifies texts."""

    base = GPTNeoXModel


class GPTNeoXForTokenClassification(GPTNeoXPreTrainedModel, DecoderForTokenClassification):
    """GPT-NeoX that classifies tokens."""

    base, classifier_name = GPTNeoXModel, "classifier"


class GPTNeoXForQuestionAnswering(GPTNeoXPreTrainedModel, DecoderForQuestionAnswering):
    """GPT-NeoX that marks answers."""

    base = GPTNeoXModel


TIED = {"embed_out.weight": "gpt_neox.embed_in.weight"}
IGNORE = (r"attention\.(bias|masked_bias|rotary_emb\.inv_freq)$",)  # causal masks and angles that older files hold
INIT = {r"(layernorm|layer_norm)\.weight$": "ones", r"weight$": ("normal", "initializer_range")}
