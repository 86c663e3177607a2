"""BLOOM, a left-to-right decoder with ALiBi, whose word embeddings are normalised.

Paper        Le Scao et al., 2022, https://arxiv.org/abs/2211.05100
Checkpoints  every repository whose config.json says `model_type: bloom`
Names        attribute paths are checkpoint keys; files of the bare model lack the prefix `transformer.`
Shapes       B batch, T tokens of this call, D hidden_size, V vocab_size
"""

from triform.configs.bloom import BloomConfig

from .. import nn, ops
from .alibi import distance_bias
from .decoding import (
    Decoder,
    DecoderForCausalLM,
    DecoderForQuestionAnswering,
    DecoderForSequenceClassification,
    DecoderForTokenClassification,
    split_interleaved,
)


class BloomAttention(nn.Module):
    """Causal attention; one projection holds query, key and value of each head in turn."""

    def __init__(self, config: BloomConfig, layer: int):
        super().__init__()
        self.layer, self.heads = layer, config.n_head
        self.query_key_value = nn.Linear(config.hidden_size, 3 * config.hidden_size)
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)
        self.attention_dropout = nn.Dropout(config.attention_dropout)
        self.hidden_dropout = nn.Dropout(config.hidden_dropout)

    def forward(self, x, context, bias):  # (B, T, D) -> (B, T, D)
        q, k, v = split_interleaved(self.query_key_value(x), self.heads)
        y = context.attend(self.layer, q, k, v, dropout=self.attention_dropout, bias=bias)
        return self.hidden_dropout(self.dense(ops.merge_heads(y)))


class BloomMLP(nn.Module):
    """The feed-forward network."""

    def __init__(self, config: BloomConfig):
        super().__init__()
        self.dense_h_to_4h = nn.Linear(config.hidden_size, 4 * config.hidden_size)
        self.dense_4h_to_h = nn.Linear(4 * config.hidden_size, config.hidden_size)
        self.act = ops.activation("gelu_new")
        self.dropout = nn.Dropout(config.hidden_dropout)

    def forward(self, x):
        return self.dropout(self.dense_4h_to_h(self.act(self.dense_h_to_4h(x))))


class BloomBlock(nn.Module):
    """Norm, attention, residual; norm, feed-forward, residual. The residual is what comes before the norm, or what comes after it."""

    def __init__(self, config: BloomConfig, layer: int):
        super().__init__()
        self.input_layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_epsilon)
        self.self_attention = BloomAttention(config, layer)
        self.post_attention_layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_epsilon)
        self.mlp = BloomMLP(config)
        self.residual_after_norm = config.apply_residual_connection_post_layernorm

    def forward(self, x, context, bias):
        normed = self.input_layernorm(x)
        x = (normed if self.residual_after_norm else x) + self.self_attention(normed, context, bias)
        normed = self.post_attention_layernorm(x)
        return (normed if self.residual_after_norm else x) + self.mlp(normed)


class BloomPreTrainedModel(nn.Model):
    """What all BLOOM models have in common."""

    config_class, prefix = BloomConfig, "transformer"
    input_embeddings, output_embeddings = "word_embeddings", "lm_head"


class BloomModel(BloomPreTrainedModel, Decoder):
    """The decoder without a head; see `Decoder`. Distances follow from the mask alone, whatever position_ids say."""

    stack, last_norm = "h", "ln_f"

    def __init__(self, config: BloomConfig):
        super().__init__(config)
        self.word_embeddings = nn.Embedding(config.vocab_size, config.hidden_size)
        self.word_embeddings_layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_epsilon)
        self.h = nn.List([BloomBlock(config, layer) for layer in range(config.n_layer)])
        self.ln_f = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_epsilon)

    def prepared(self, x, context):
        return self.word_embeddings_layernorm(x)

    def guides(self, x, context):
        return (distance_bias(context, self.config.n_head, x),)


class BloomForCausalLM(BloomPreTrainedModel, DecoderForCausalLM):
    """BLOOM with a language-model head."""

    base = BloomModel


class BloomForSequenceClassification(BloomPreTrainedModel, DecoderForSequenceClassification):
    """BLOOM that classifies texts."""

    base = BloomModel


class BloomForTokenClassification(BloomPreTrainedModel, DecoderForTokenClassification):
    """BLOOM that classifies tokens."""

    base, classifier_name = BloomModel, "classifier"


class BloomForQuestionAnswering(BloomPreTrainedModel, DecoderForQuestionAnswering):
    """BLOOM that marks answers."""

    base = BloomModel


TIED = {"lm_head.weight": "transformer.word_embeddings.weight"}
INIT = {r"(layernorm|ln_f)\.weight$": "ones", r"weight$": ("normal", "initializer_range")}
