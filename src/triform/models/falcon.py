"""Falcon, a left-to-right decoder with few heads of keys and values, rotary positions or ALiBi, and blocks side by side or in turn.

Paper        Almazrouei et al., 2023, https://arxiv.org/abs/2311.16867
Checkpoints  every repository whose config.json says `model_type: falcon`
Names        attribute paths are checkpoint keys; files of the bare model lack the prefix `transformer.`
Shapes       B batch, T tokens of this call, H heads, G heads of keys and values, D hidden_size, V vocab_size
"""

from triform.configs.falcon import FalconConfig

from .. import nn, ops
from .alibi import distance_bias
from .decoding import (
    Decoder,
    DecoderForCausalLM,
    DecoderForQuestionAnswering,
    DecoderForSequenceClassification,
    DecoderForTokenClassification,
)
from .rotary import Rotary, turn


class FalconAttention(nn.Module):
    """Causal attention; one projection holds, group by group, the queries and then the key and the value that serve them."""

    def __init__(self, config: FalconConfig, layer: int):
        super().__init__()
        self.layer, self.heads, self.groups, self.width = layer, config.num_attention_heads, config.groups, config.head_dim
        inner = (self.heads + 2 * self.groups) * self.width
        self.query_key_value = nn.Linear(config.hidden_size, inner, bias=config.bias)
        self.dense = nn.Linear(config.hidden_size, config.hidden_size, bias=config.bias)
        self.dropout = nn.Dropout(config.attention_dropout)

    def forward(self, x, context, angles, bias):  # (B, T, D) -> (B, T, D)
        q, k, v = self.split(self.query_key_value(x))
        if angles is not None:
            q, k = turn(q, *angles), turn(k, *angles)
        return self.dense(ops.merge_heads(context.attend(self.layer, q, k, v, dropout=self.dropout, bias=bias)))

    def split(self, x):  # -> (B, H, T, D / H), (B, G, T, D / H), (B, G, T, D / H)
        b, t, _ = ops.shape(x)
        served = self.heads // self.groups
        x = ops.transpose(ops.reshape(x, (b, t, self.groups, served + 2, self.width)), (0, 2, 3, 1, 4))
        q = ops.reshape(x[:, :, :served], (b, self.heads, t, self.width))
        return q, x[:, :, served], x[:, :, served + 1]


class FalconMLP(nn.Module):
    """The feed-forward network."""

    def __init__(self, config: FalconConfig):
        super().__init__()
        inner: int = config.ffn_hidden_size
        self.dense_h_to_4h = nn.Linear(config.hidden_size, inner, bias=config.bias)
        self.dense_4h_to_h = nn.Linear(inner, config.hidden_size, bias=config.bias)
        self.act = ops.activation(config.activation)

    def forward(self, x):
        return self.dense_4h_to_h(self.act(self.dense_h_to_4h(x)))


class FalconBlock(nn.Module):
    """Norm; attention and feed-forward of the same, added together; residual."""

    def __init__(self, config: FalconConfig, layer: int):
        super().__init__()
        self.self_attention = FalconAttention(config, layer)
        self.mlp = FalconMLP(config)
        self.dropout = nn.Dropout(config.hidden_dropout)
        self.make_norms(config)

    def make_norms(self, config: FalconConfig) -> None:
        self.input_layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_epsilon)

    def forward(self, x, context, angles, bias):
        normed = self.input_layernorm(x)
        return x + self.dropout(self.mlp(normed) + self.self_attention(normed, context, angles, bias))


class FalconTwoNormBlock(FalconBlock):
    """The same, with a norm for each."""

    def make_norms(self, config: FalconConfig) -> None:
        self.ln_attn = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_epsilon)
        self.ln_mlp = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_epsilon)

    def forward(self, x, context, angles, bias):
        return x + self.dropout(self.mlp(self.ln_mlp(x)) + self.self_attention(self.ln_attn(x), context, angles, bias))


class FalconSerialBlock(FalconBlock):
    """Norm, attention, residual; norm, feed-forward, residual."""

    def make_norms(self, config: FalconConfig) -> None:
        self.input_layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_epsilon)
        self.post_attention_layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_epsilon)

    def forward(self, x, context, angles, bias):
        x = x + self.dropout(self.self_attention(self.input_layernorm(x), context, angles, bias))
        return x + self.dropout(self.mlp(self.post_attention_layernorm(x)))


class FalconPreTrainedModel(nn.Model):
    """What all Falcon models have in common."""

    config_class, prefix = FalconConfig, "transformer"
    input_embeddings, output_embeddings = "word_embeddings", "lm_head"


class FalconModel(FalconPreTrainedModel, Decoder):
    """The decoder without a head; see `Decoder`. ALiBi counts real tokens by itself."""

    stack, last_norm = "h", "ln_f"

    def __init__(self, config: FalconConfig):
        super().__init__(config)
        side_by_side = FalconTwoNormBlock if config.two_norms else FalconBlock
        block = side_by_side if config.parallel_attn or config.new_decoder_architecture else FalconSerialBlock
        self.word_embeddings = nn.Embedding(config.vocab_size, config.hidden_size)
        self.h = nn.List([block(config, layer) for layer in range(config.num_hidden_layers)])
        self.ln_f = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_epsilon)
        self.rotary = None if config.alibi else Rotary(config, config.head_dim)

    def guides(self, x, context):
        if self.rotary is not None:
            return self.rotary(context.positions, x), None
        bias = distance_bias(context, self.config.num_attention_heads, x)
        return None, bias * self.config.head_dim**-0.5  # what is added to the scores is scaled as they are


class FalconForCausalLM(FalconPreTrainedModel, DecoderForCausalLM):
    """Falcon with a language-model head."""

    base = FalconModel


class FalconForSequenceClassification(FalconPreTrainedModel, DecoderForSequenceClassification):
    """Falcon that classifies texts."""

    base = FalconModel


class FalconForTokenClassification(FalconPreTrainedModel, DecoderForTokenClassification):
    """Falcon that classifies tokens."""

    base, classifier_name = FalconModel, "classifier"


class FalconForQuestionAnswering(FalconPreTrainedModel, DecoderForQuestionAnswering):
    """Falcon that marks answers."""

    base = FalconModel


TIED = {"lm_head.weight": "transformer.word_embeddings.weight"}
IGNORE = (r"rotary_emb\.inv_freq$",)  # older files hold what the config says
INIT = {r"(layernorm|ln_\w+)\.weight$": "ones", r"weight$": ("normal", "initializer_range")}
