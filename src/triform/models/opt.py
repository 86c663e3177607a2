"""OPT, a left-to-right decoder whose learned positions count real tokens alone, with norms before its blocks or after them.

Paper        Zhang et al., 2022, https://arxiv.org/abs/2205.01068
Checkpoints  every repository whose config.json says `model_type: opt`
Names        attribute paths are checkpoint keys; files of the bare model lack the prefix `model.`
Shapes       B batch, T tokens of this call, D hidden_size, E word_embed_proj_dim, V vocab_size
"""

from triform.configs.opt import OPTConfig
from triform.outputs import DecoderOutput

from .. import nn, ops
from .bart import BartAttention
from .decoding import DecoderForCausalLM, DecoderForQuestionAnswering, DecoderForSequenceClassification
from .positions import LearnedPositions


class PlainLayerNorm(nn.Module):
    """A LayerNorm without weight and bias."""

    def forward(self, x):
        wide = ops.cast(x, "float32")
        wide = wide - ops.mean(wide, axis=-1, keepdims=True)
        return ops.cast(wide * ops.rsqrt(ops.mean(wide * wide, axis=-1, keepdims=True) + 1e-5), x.dtype)


def norm_of(config: OPTConfig) -> nn.Module:
    """The norm that the config asks for."""
    return nn.LayerNorm(config.hidden_size) if config.layer_norm_elementwise_affine else PlainLayerNorm()


class OPTDecoderLayer(nn.Module):
    """Attention and feed-forward, each with a residual, and a norm before it or after it."""

    def __init__(self, config: OPTConfig, layer: int):
        super().__init__()
        bias = config.enable_bias
        self.self_attn = BartAttention(config, layer, config.num_attention_heads, bias=bias)
        self.self_attn_layer_norm = norm_of(config)
        self.fc1 = nn.Linear(config.hidden_size, config.ffn_dim, bias=bias)
        self.fc2 = nn.Linear(config.ffn_dim, config.hidden_size, bias=bias)
        self.final_layer_norm = norm_of(config)
        self.act = ops.activation(config.activation_function)
        self.dropout = nn.Dropout(config.dropout)
        self.norms_first = config.do_layer_norm_before

    def forward(self, x, context):
        if self.norms_first:
            x = x + self.dropout(self.self_attn(self.self_attn_layer_norm(x), context))
            return x + self.feed_forward(self.final_layer_norm(x))
        x = self.self_attn_layer_norm(x + self.dropout(self.self_attn(x, context)))
        return self.final_layer_norm(x + self.feed_forward(x))

    def feed_forward(self, x):
        return self.dropout(self.fc2(self.act(self.fc1(x))))


class OPTDecoder(nn.Module):
    """Embeddings, which may be narrower than the layers, and the layers."""

    def __init__(self, config: OPTConfig):
        super().__init__()
        narrow: int = config.word_embed_proj_dim
        self.embed_tokens = nn.Embedding(config.vocab_size, narrow, padding=config.pad_token_id)
        self.embed_positions = LearnedPositions(config.max_position_embeddings, config.hidden_size)
        differs = narrow != config.hidden_size
        self.project_out = nn.Linear(config.hidden_size, narrow, bias=False) if differs else None
        self.project_in = nn.Linear(narrow, config.hidden_size, bias=False) if differs else None
        ends_normed = config.do_layer_norm_before and not config.remove_final_layer_norm
        self.final_layer_norm = norm_of(config) if ends_normed else None
        self.layers = nn.List([OPTDecoderLayer(config, layer) for layer in range(config.num_hidden_layers)])

    def forward(self, input_ids, inputs_embeds, positions, context):  # -> (B, T, E)
        x = self.embed_tokens(input_ids) if inputs_embeds is None else inputs_embeds
        x = (x if self.project_in is None else self.project_in(x)) + self.embed_positions(positions)
        for layer in self.layers:
            nn.record("hidden_states", x)
            x = layer(x, context)
        x = x if self.final_layer_norm is None else self.final_layer_norm(x)
        x = x if self.project_out is None else self.project_out(x)
        nn.record("hidden_states", x)
        return x


class OPTPreTrainedModel(nn.Model):
    """What all OPT models have in common."""

    config_class, prefix = OPTConfig, "model"
    input_embeddings, output_embeddings, longest = "decoder.embed_tokens", "lm_head", "max_position_embeddings"
    width_field = "word_embed_proj_dim"


class OPTModel(OPTPreTrainedModel):
    """The decoder without a head.

    Args:
        input_ids: (B, T) int; only the new tokens where `past_key_values` is given.
        attention_mask: (B, T), or (B, everything so far); 0 marks padding. Default: all ones.
        position_ids: (B, T) int. Default: each row's real tokens are counted.
        past_key_values: the Cache that an earlier call returned.
        inputs_embeds: (B, T, E), instead of input_ids.
        use_cache: True to return a Cache, or an int: one with room for so many tokens. Default: config.use_cache.

    Returns: DecoderOutput with last_hidden_state (B, T, E).
    Raises: InputError: T is larger than config.max_position_embeddings; both or none of input_ids and inputs_embeds.
    """

    def __init__(self, config: OPTConfig):
        super().__init__(config)
        self.decoder = OPTDecoder(config)

    def forward(self, input_ids=None, attention_mask=None, position_ids=None, past_key_values=None, inputs_embeds=None, use_cache=None):
        tokens = ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds)
        ops.check_length(self, tokens, self.config.max_position_embeddings)
        context = nn.Context(
            tokens, attention_mask, causal=True, past=past_key_values, position_ids=position_ids,
            use_cache=self.config.use_cache if use_cache is None else use_cache,
        )  # fmt: skip
        positions = context.positions if context.numbered else context.real_slots()[0]
        return DecoderOutput(self.decoder(input_ids, inputs_embeds, positions, context), context.cache())


class OPTForCausalLM(OPTPreTrainedModel, DecoderForCausalLM):
    """OPT with a language-model head."""

    base = OPTModel


class OPTForSequenceClassification(OPTPreTrainedModel, DecoderForSequenceClassification):
    """OPT that classifies texts."""

    base = OPTModel


class OPTForQuestionAnswering(OPTPreTrainedModel, DecoderForQuestionAnswering):
    """OPT that marks answers."""

    base = OPTModel


TIED = {"lm_head.weight": "model.decoder.embed_tokens.weight"}
IGNORE = (r"decoder\.version$",)  # of the library that the first files came from
INIT = {r"layer_norm\.weight$": "ones", r"weight$": ("normal", "init_std")}
