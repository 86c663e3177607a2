"""BART, an encoder–decoder with learned positions and post-norm blocks; its parts serve all models of its kin.

Paper        Lewis et al., 2020, https://arxiv.org/abs/1910.13461
Checkpoints  every repository whose config.json says `model_type: bart`
Names        attribute paths are checkpoint keys; files of the bare model lack the prefix `model.`
Shapes       B batch, S tokens of the encoder, T of the decoder, D d_model, V vocab_size, C num_labels
"""

from typing import Any

import numpy as np

from triform.configs.bart import BartConfig
from triform.outputs import CausalLMOutput, Seq2SeqLMOutput, Seq2SeqModelOutput, Seq2SeqQuestionAnsweringOutput

from .. import nn, ops
from .feed_forward import FeedForward
from .losses import classification_loss, span_loss
from .positions import LearnedPositions
from .seq2seq import ClassificationHead, at_last_end, memory_of, shift_right


class BartAttention(nn.Module):
    """Attention of the tokens to each other."""

    def __init__(self, config: Any, layer: int, heads: int, bias: bool = True):
        super().__init__()
        width: int = config.hidden_size
        self.layer, self.heads = layer, heads
        self.k_proj = nn.Linear(width, width, bias=bias)
        self.v_proj = nn.Linear(width, width, bias=bias)
        self.q_proj = nn.Linear(width, width, bias=bias)
        self.out_proj = nn.Linear(width, width, bias=bias)
        self.dropout = nn.Dropout(config.attention_dropout)

    def forward(self, x, context):  # (B, T, D) -> (B, T, D)
        q, (k, v) = ops.split_heads(self.q_proj(x), self.heads), self.keys_values(x)
        return self.out_proj(ops.merge_heads(context.attend(self.layer, q, k, v, dropout=self.dropout)))

    def keys_values(self, x):
        return ops.split_heads(self.k_proj(x), self.heads), ops.split_heads(self.v_proj(x), self.heads)


class BartCrossAttention(BartAttention):
    """Attention of the decoder's tokens to the encoder's states."""

    def forward(self, x, context):  # (B, T, D) -> (B, T, D)
        q = ops.split_heads(self.q_proj(x), self.heads)
        return self.out_proj(ops.merge_heads(context.attend_memory(self.layer, q, self.keys_values, dropout=self.dropout)))


class BartFeedForward(FeedForward):
    """The feed-forward network and the norm that a layer of either stack ends with."""

    def __init__(self, config: Any, inner: int):
        super().__init__(config.d_model, inner, config.activation_function, config.dropout, config.activation_dropout)


class BartEncoderLayer(BartFeedForward):
    """Attention, residual, norm; feed-forward, residual, norm."""

    def __init__(self, config: BartConfig, layer: int):
        super().__init__(config, config.encoder_ffn_dim)
        self.self_attn = BartAttention(config, layer, config.encoder_attention_heads)
        self.self_attn_layer_norm = nn.LayerNorm(config.d_model)

    def forward(self, x, context):
        x = self.self_attn_layer_norm(x + self.dropout(self.self_attn(x, context)))
        return self.final_layer_norm(x + self.feed_forward(x))


class BartDecoderLayer(BartFeedForward):
    """Attention, cross attention where there is an encoder, feed-forward; each with a residual and a norm after it."""

    def __init__(self, config: BartConfig, layer: int):
        super().__init__(config, config.decoder_ffn_dim)
        self.self_attn = BartAttention(config, layer, config.decoder_attention_heads)
        self.self_attn_layer_norm = nn.LayerNorm(config.d_model)
        self.encoder_attn = BartCrossAttention(config, layer, config.decoder_attention_heads)
        self.encoder_attn_layer_norm = nn.LayerNorm(config.d_model)

    def forward(self, x, context):
        x = self.self_attn_layer_norm(x + self.dropout(self.self_attn(x, context)))
        if context.memory is not None:
            x = self.encoder_attn_layer_norm(x + self.dropout(self.encoder_attn(x, context)))
        return self.final_layer_norm(x + self.feed_forward(x))


class BartStack(nn.Module):
    """Embeddings of words and positions, then layers. Kin choose the layers, the positions, and where norms stand."""

    layer_class: Any = None
    kind = ""
    norms_embeddings = True
    norms_output = False

    def __init__(self, config: BartConfig, count: int):
        super().__init__()
        width = config.d_model
        self.embed_tokens = nn.Embedding(self.words(config), width, padding=config.pad_token_id)
        self.embed_positions = self.positions(config)
        self.layers = nn.List([self.layer_class(config, layer) for layer in range(count)])
        self.layernorm_embedding = nn.LayerNorm(width) if self.norms_embeddings else None
        self.layer_norm = nn.LayerNorm(width) if self.norms_output else None
        self.dropout = nn.Dropout(config.dropout)
        self.scale = width**0.5 if config.scale_embedding else 1.0
        self.most = config.max_position_embeddings

    @staticmethod
    def words(config: Any) -> int:
        """How many words it knows."""
        return config.vocab_size

    @staticmethod
    def positions(config: Any) -> nn.Module:
        """The table of positions."""
        return LearnedPositions(config.max_position_embeddings, config.d_model)

    def forward(self, input_ids, inputs_embeds, context):  # -> (B, T, D)
        x = self.embed_tokens(input_ids) * self.scale if inputs_embeds is None else inputs_embeds
        ops.check_length(self, x, self.most)
        x = self.placed(x, context.positions)
        for layer in self.layers:
            nn.record(self.kind + "hidden_states", x)
            x = layer(x, context)
        if self.layer_norm is not None:
            x = self.layer_norm(x)
        nn.record(self.kind + "hidden_states", x)
        return x

    def placed(self, x, positions):
        x = x + self.embed_positions(positions)
        return self.dropout(x if self.layernorm_embedding is None else self.layernorm_embedding(x))


class BartEncoder(BartStack):
    """The encoder."""

    layer_class, kind = BartEncoderLayer, "encoder_"

    def __init__(self, config: BartConfig):
        super().__init__(config, config.encoder_layers)


class BartDecoder(BartStack):
    """The decoder."""

    layer_class, kind = BartDecoderLayer, "decoder_"

    def __init__(self, config: BartConfig):
        super().__init__(config, config.decoder_layers)


class BartPreTrainedModel(nn.Model):
    """What all BART models have in common."""

    config_class, prefix = BartConfig, "model"
    input_embeddings, output_embeddings, longest = "shared", "lm_head", "max_position_embeddings"

    def shifted(self, ids):
        """What the decoder reads to predict `ids`."""
        return shift_right(self, ids)


class BartModel(BartPreTrainedModel):
    """Encoder and decoder without a head.

    Args:
        input_ids: (B, S) int; attention_mask (B, S), 0 for padding. inputs_embeds: (B, S, D), instead of input_ids.
        decoder_input_ids: (B, T) int; only the new tokens where `past_key_values` is given. decoder_inputs_embeds instead.
            Default: input_ids, shifted to the right.
        decoder_attention_mask: (B, T), or (B, everything so far).
        encoder_outputs: of an earlier call; then the encoder does not run.
        past_key_values: the Cache of an earlier call.
        use_cache: True to return a Cache, or an int: one with room for so many tokens. Default: config.use_cache.

    Returns: Seq2SeqModelOutput.
    Raises: InputError: both or none of ids and embeddings; S or T is larger than config.max_position_embeddings.
    """

    encoder_class, decoder_class = BartEncoder, BartDecoder
    rereads = True  # a decoder that is given nothing reads what the encoder read

    def __init__(self, config: BartConfig):
        super().__init__(config)
        self.shared = nn.Embedding(config.vocab_size, config.d_model, padding=config.pad_token_id)
        self.encoder = self.encoder_class(config)
        self.decoder = self.decoder_class(config)

    def forward(
        self, input_ids=None, attention_mask=None, decoder_input_ids=None, decoder_attention_mask=None, encoder_outputs=None,
        past_key_values=None, inputs_embeds=None, decoder_inputs_embeds=None, use_cache=None,
    ):  # fmt: skip
        if encoder_outputs is None:
            tokens = ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds)
            memory = self.encoder(input_ids, inputs_embeds, nn.Context(tokens, attention_mask, kind="encoder_"))
        else:
            memory = memory_of(encoder_outputs)
        if self.rereads and decoder_input_ids is None and decoder_inputs_embeds is None and input_ids is not None:
            decoder_input_ids = self.shifted(input_ids)
        tokens = ops.exactly_one(self, decoder_input_ids=decoder_input_ids, decoder_inputs_embeds=decoder_inputs_embeds)
        context = nn.Context(
            tokens, decoder_attention_mask, causal=True, past=past_key_values, kind="decoder_", memory=memory, memory_mask=attention_mask,
            use_cache=self.config.use_cache if use_cache is None else use_cache,
        )  # fmt: skip
        x = self.decoder(decoder_input_ids, decoder_inputs_embeds, context)
        return Seq2SeqModelOutput(x, context.cache(), encoder_last_hidden_state=memory)


class BartForConditionalGeneration(BartPreTrainedModel):
    """BART that writes: logits (B, T, V). labels (B, T) also give decoder_input_ids, shifted to the right."""

    base: Any = BartModel
    output_bias = "final_logits_bias"

    def __init__(self, config: BartConfig):
        super().__init__(config)
        words = self.base.decoder_class.words(config)
        self.model = self.base(config)
        self.lm_head = nn.Linear(config.d_model, words, bias=False)
        self.final_logits_bias = nn.Buffer((1, words))

    def forward(
        self, input_ids=None, attention_mask=None, decoder_input_ids=None, decoder_attention_mask=None, encoder_outputs=None,
        past_key_values=None, inputs_embeds=None, decoder_inputs_embeds=None, labels=None, use_cache=None, logits_to_keep=0,
    ):  # fmt: skip
        if labels is not None and decoder_input_ids is None and decoder_inputs_embeds is None:
            decoder_input_ids = self.shifted(labels)
        out = self.model(
            input_ids, attention_mask, decoder_input_ids, decoder_attention_mask, encoder_outputs, past_key_values, inputs_embeds,
            decoder_inputs_embeds, use_cache,
        )  # fmt: skip
        logits = self.lm_head(out.last_hidden_state[:, -logits_to_keep:]) + self.final_logits_bias[...]
        loss = None if labels is None else ops.cross_entropy(logits, labels)
        return Seq2SeqLMOutput(loss, logits, out.past_key_values, encoder_last_hidden_state=out.encoder_last_hidden_state)


class BartForSequenceClassification(BartPreTrainedModel):
    """BART that classifies texts by the decoder's state at the last end-of-text token, which each text must have: logits (B, C)."""

    base: Any = BartModel

    def __init__(self, config: BartConfig):
        super().__init__(config)
        self.model = self.base(config)
        self.classification_head = ClassificationHead(config)

    def forward(
        self, input_ids, attention_mask=None, decoder_input_ids=None, decoder_attention_mask=None, encoder_outputs=None, labels=None
    ):
        out = self.model(input_ids, attention_mask, decoder_input_ids, decoder_attention_mask, encoder_outputs, use_cache=False)
        logits = self.classification_head(at_last_end(self, out.last_hidden_state, input_ids))
        loss = None if labels is None else classification_loss(self.config, logits, labels)
        return Seq2SeqLMOutput(loss, logits, encoder_last_hidden_state=out.encoder_last_hidden_state)


class BartForQuestionAnswering(BartPreTrainedModel):
    """BART that marks the span of an answer, in the decoder's second reading of the text: start_logits and end_logits (B, T)."""

    base: Any = BartModel

    def __init__(self, config: BartConfig):
        super().__init__(config)
        self.model = self.base(config)
        self.qa_outputs = nn.Linear(config.d_model, 2)

    def forward(
        self, input_ids=None, attention_mask=None, decoder_input_ids=None, decoder_attention_mask=None, encoder_outputs=None,
        start_positions=None, end_positions=None, inputs_embeds=None, decoder_inputs_embeds=None, use_cache=None,
    ):  # fmt: skip
        out = self.model(
            input_ids, attention_mask, decoder_input_ids, decoder_attention_mask, encoder_outputs, None, inputs_embeds,
            decoder_inputs_embeds, use_cache,
        )  # fmt: skip
        scores = self.qa_outputs(out.last_hidden_state)
        starts, ends = scores[..., 0], scores[..., 1]
        loss = span_loss(starts, ends, start_positions, end_positions)
        return Seq2SeqQuestionAnsweringOutput(
            loss, starts, ends, out.past_key_values, encoder_last_hidden_state=out.encoder_last_hidden_state
        )


class BartDecoderAlone(nn.Module):
    """Holds the decoder under the name that it has in the whole model."""

    def __init__(self, decoder: nn.Module):
        super().__init__()
        self.decoder = decoder


class BartForCausalLM(BartPreTrainedModel):
    """The decoder with a language-model head: logits (B, T, V). labels (B, T) are the words that stand at the same places.

    Takes the decoder's inputs; encoder_hidden_states (B, S, D) and encoder_attention_mask (B, S), without which cross attention rests;
    position_ids (B, T), by default counted from the first slot, whatever is padding; and `logits_to_keep`: only the last so many (0: all).
    """

    decoder_class: Any = BartDecoder
    input_embeddings = "decoder.embed_tokens"

    def __init__(self, config: BartConfig):
        config = config.copy()
        config.is_decoder, config.is_encoder_decoder = True, False
        super().__init__(config)
        self.model = BartDecoderAlone(self.decoder_class(config))
        self.lm_head = nn.Linear(config.d_model, self.decoder_class.words(config), bias=False)

    def forward(
        self, input_ids=None, attention_mask=None, encoder_hidden_states=None, encoder_attention_mask=None, past_key_values=None,
        inputs_embeds=None, labels=None, use_cache=None, logits_to_keep=0, position_ids=None,
    ):  # fmt: skip
        tokens = ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds)
        context = nn.Context(
            tokens, attention_mask, causal=True, past=past_key_values, kind="decoder_", position_ids=position_ids,
            memory=encoder_hidden_states, memory_mask=encoder_attention_mask,
            use_cache=self.config.use_cache if use_cache is None else use_cache,
        )  # fmt: skip
        x = self.model.decoder(input_ids, inputs_embeds, context)
        logits = self.lm_head(x[:, -logits_to_keep:])  # [-0:] is everything
        return CausalLMOutput(None if labels is None else ops.cross_entropy(logits, labels), logits, context.cache())


def no_bias(config: Any) -> np.ndarray:
    """The bias of scores in files that lack it."""
    return np.zeros((1, config.vocab_size), np.float32)


TIED = {"lm_head.weight": "model.decoder.embed_tokens.weight"}
SHARED = {f"{path}{side}.embed_tokens.weight": f"{path}shared.weight" for path in ("", "model.") for side in ("encoder", "decoder")}
IGNORE = (r"(en|de)coder\.version$",)  # of the library that the first files came from
INIT = {
    r"^final_logits_bias$": ("computed", no_bias),
    r"(layer_norm|layernorm_embedding)\.weight$": "ones",
    r"weight$": ("normal", "init_std"),
}
