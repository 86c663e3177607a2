"""GPT-NeoX, a left-to-right decoder that turns a part of each head, with attention and feed-forward side by side.

Paper        Black et al., 2022, https://arxiv.org/abs/2204.06745
Checkpoints  every repository whose config.json says `model_type: gpt_neox`, Pythia's among them
Names        attribute paths are checkpoint keys; files of the bare model lack the prefix `gpt_neox.`
Shapes       B batch, T tokens of this call, D hidden_size, V vocab_size
"""

from triform.configs.gpt_neox import GPTNeoXConfig
from triform.outputs import DecoderOutput

from .. import nn, ops
from .decoding import (
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


class GPTNeoXModel(GPTNeoXPreTrainedModel):
    """The decoder without a head.

    Args:
        input_ids: (B, T) int; only the new tokens where `past_key_values` is given.
        attention_mask: (B, T), or (B, everything so far); 0 marks padding. Default: all ones.
        position_ids: (B, T) int. Default: counted from 0, or from where the cache ends.
        past_key_values: the Cache that an earlier call returned.
        inputs_embeds: (B, T, D), instead of input_ids.
        use_cache: True to return a Cache, or an int: one with room for so many tokens. Default: config.use_cache.

    Returns: DecoderOutput with last_hidden_state (B, T, D).
    Raises: InputError: both or none of input_ids and inputs_embeds.
    """

    def __init__(self, config: GPTNeoXConfig):
        super().__init__(config)
        self.embed_in = nn.Embedding(config.vocab_size, config.hidden_size)
        self.dropout = nn.Dropout(config.hidden_dropout)
        self.layers = nn.List([GPTNeoXLayer(config, layer) for layer in range(config.num_hidden_layers)])
        self.final_layer_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.rotary = Rotary(config, config.turned_width)

    def forward(self, input_ids=None, attention_mask=None, position_ids=None, past_key_values=None, inputs_embeds=None, use_cache=None):
        tokens = ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds)
        context = nn.Context(
            tokens, attention_mask, causal=True, past=past_key_values, position_ids=position_ids,
            use_cache=self.config.use_cache if use_cache is None else use_cache,
        )  # fmt: skip
        x = self.dropout(self.embed_in(input_ids) if inputs_embeds is None else inputs_embeds)
        angles = self.rotary(context.positions, x)
        for layer in self.layers:
            nn.record("hidden_states", x)
            x = layer(x, context, angles)
        x = self.final_layer_norm(x)
        nn.record("hidden_states", x)
        return DecoderOutput(x, context.cache())


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
