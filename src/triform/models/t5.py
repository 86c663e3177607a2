"""T5, an encoder–decoder with relative position buckets, pre-norm blocks without biases, and scores that are not scaled.

Paper        Raffel et al., 2020, https://arxiv.org/abs/1910.10683; gated feed-forward (version 1.1): https://arxiv.org/abs/2002.05202
Checkpoints  every repository whose config.json says `model_type: t5`
Names        attribute paths are checkpoint keys
Shapes       B batch, S tokens of the encoder, T of the decoder, H heads, D d_model, V vocab_size, C num_labels
"""

from typing import Any

from triform.configs.t5 import T5Config
from triform.outputs import BaseModelOutput, LogitsOutput, Seq2SeqLMOutput, Seq2SeqModelOutput, Seq2SeqQuestionAnsweringOutput

from .. import nn, ops
from .buckets import bucket_table, buckets_between
from .losses import classification_loss, span_loss
from .seq2seq import ClassificationHead, at_last_end, memory_of, shift_right


class T5Attention(nn.Module):
    """Attention without scale or bias terms; the first layer of a stack holds the stack's position biases."""

    def __init__(self, config: T5Config, layer: int, positions: bool = False):
        super().__init__()
        inner = config.num_heads * config.d_kv
        self.layer, self.heads = layer, config.num_heads
        self.q = nn.Linear(config.d_model, inner, bias=False)
        self.k = nn.Linear(config.d_model, inner, bias=False)
        self.v = nn.Linear(config.d_model, inner, bias=False)
        self.o = nn.Linear(inner, config.d_model, bias=False)
        self.relative_attention_bias = nn.Embedding(config.relative_attention_num_buckets, config.num_heads) if positions else None
        self.dropout = nn.Dropout(config.dropout_rate)

    def forward(self, x, context, bias):  # (B, T, D) -> (B, T, D)
        q, k, v = (ops.split_heads(project(x), self.heads) for project in (self.q, self.k, self.v))
        return self.o(ops.merge_heads(context.attend(self.layer, q, k, v, dropout=self.dropout, bias=bias, scale=1.0)))

    def attend_memory(self, x, context):  # (B, T, D) -> (B, T, D)
        q = ops.split_heads(self.q(x), self.heads)
        return self.o(ops.merge_heads(context.attend_memory(self.layer, q, self.keys_values, dropout=self.dropout, scale=1.0)))

    def keys_values(self, memory):
        return ops.split_heads(self.k(memory), self.heads), ops.split_heads(self.v(memory), self.heads)


class T5SelfAttention(nn.Module):
    """Norm, attention to the own text, residual."""

    def __init__(self, config: T5Config, layer: int):
        super().__init__()
        self.SelfAttention = T5Attention(config, layer, positions=layer == 0)
        self.layer_norm = nn.RMSNorm(config.d_model, eps=config.layer_norm_epsilon)
        self.dropout = nn.Dropout(config.dropout_rate)

    def forward(self, x, context, bias):
        return x + self.dropout(self.SelfAttention(self.layer_norm(x), context, bias))


class T5CrossAttention(nn.Module):
    """Norm, attention to the encoder's states, residual."""

    def __init__(self, config: T5Config, layer: int):
        super().__init__()
        self.EncDecAttention = T5Attention(config, layer)
        self.layer_norm = nn.RMSNorm(config.d_model, eps=config.layer_norm_epsilon)
        self.dropout = nn.Dropout(config.dropout_rate)

    def forward(self, x, context, bias):
        return x + self.dropout(self.EncDecAttention.attend_memory(self.layer_norm(x), context))


class T5Dense(nn.Module):
    """The feed-forward network, with a gate in version 1.1."""

    def __init__(self, config: T5Config):
        super().__init__()
        if config.is_gated_act:
            self.wi_0 = nn.Linear(config.d_model, config.d_ff, bias=False)
            self.wi_1 = nn.Linear(config.d_model, config.d_ff, bias=False)
        else:
            self.wi = nn.Linear(config.d_model, config.d_ff, bias=False)
        self.wo = nn.Linear(config.d_ff, config.d_model, bias=False)
        self.act = ops.activation(config.dense_act_fn)
        self.dropout = nn.Dropout(config.dropout_rate)
        self.gated = config.is_gated_act

    def forward(self, x):
        x = self.act(self.wi_0(x)) * self.wi_1(x) if self.gated else self.act(self.wi(x))
        return self.wo(self.dropout(x))


class T5FeedForward(nn.Module):
    """Norm, feed-forward, residual."""

    def __init__(self, config: T5Config):
        super().__init__()
        self.DenseReluDense = T5Dense(config)
        self.layer_norm = nn.RMSNorm(config.d_model, eps=config.layer_norm_epsilon)
        self.dropout = nn.Dropout(config.dropout_rate)

    def forward(self, x, context, bias):
        return x + self.dropout(self.DenseReluDense(self.layer_norm(x)))


class T5Block(nn.Module):
    """Self-attention, in a decoder cross attention, feed-forward."""

    def __init__(self, config: T5Config, layer: int, decodes: bool):
        super().__init__()
        crossing = [T5CrossAttention(config, layer)] if decodes else []
        self.layer = nn.List([T5SelfAttention(config, layer), *crossing, T5FeedForward(config)])

    def forward(self, x, context, bias):
        for layer in self.layer:
            x = layer(x, context, bias)
        return x


class T5Stack(nn.Module):
    """The encoder, or the decoder."""

    def __init__(self, config: T5Config, decodes: bool):
        super().__init__()
        layers: int = config.num_decoder_layers if decodes else config.num_layers
        self.embed_tokens = nn.Embedding(config.vocab_size, config.d_model)
        self.block = nn.List([T5Block(config, layer, decodes) for layer in range(layers)])
        self.final_layer_norm = nn.RMSNorm(config.d_model, eps=config.layer_norm_epsilon)
        self.dropout = nn.Dropout(config.dropout_rate)
        self.kind = "decoder_" if decodes else "encoder_"
        buckets = config.relative_attention_num_buckets
        self.table = bucket_table(buckets, config.relative_attention_max_distance, both_sides=not decodes)
        self.later = 0 if decodes else buckets // 2

    def forward(self, input_ids, inputs_embeds, context):  # -> (B, T, D)
        x = self.dropout(self.embed_tokens(input_ids) if inputs_embeds is None else inputs_embeds)
        bias = self.position_bias(context, x)
        for block in self.block:
            nn.record(self.kind + "hidden_states", x)
            x = block(x, context, bias)
        x = self.dropout(self.final_layer_norm(x))
        nn.record(self.kind + "hidden_states", x)
        return x

    def position_bias(self, context, x):  # -> (1, H, T, S)
        buckets = buckets_between(context.slots(), self.table, self.later)
        first: Any = self.block[0].layer[0]
        bias = first.SelfAttention.relative_attention_bias(buckets)  # (T, S, H)
        return ops.cast(ops.transpose(bias, (2, 0, 1))[None], x.dtype)


class T5PreTrainedModel(nn.Model):
    """What all T5 models have in common."""

    config_class, prefix = T5Config, "transformer"
    input_embeddings, output_embeddings = "shared", "lm_head"


class T5Model(T5PreTrainedModel):
    """Encoder and decoder without a head.

    Args:
        input_ids: (B, S) int; attention_mask (B, S), 0 for padding. inputs_embeds: (B, S, D), instead of input_ids.
        decoder_input_ids: (B, T) int; only the new tokens where `past_key_values` is given. decoder_inputs_embeds instead.
        decoder_attention_mask: (B, T), or (B, everything so far).
        encoder_outputs: of an earlier call; then the encoder does not run.
        past_key_values: the Cache of an earlier call.
        use_cache: True to return a Cache, or an int: one with room for so many tokens. Default: config.use_cache.

    Returns: Seq2SeqModelOutput.
    Raises: InputError: both or none of ids and embeddings.
    """

    def __init__(self, config: T5Config):
        super().__init__(config)
        self.shared = nn.Embedding(config.vocab_size, config.d_model)
        self.encoder = T5Stack(config, decodes=False)
        self.decoder = T5Stack(config, decodes=True)

    def forward(
        self, input_ids=None, attention_mask=None, decoder_input_ids=None, decoder_attention_mask=None, encoder_outputs=None,
        past_key_values=None, inputs_embeds=None, decoder_inputs_embeds=None, use_cache=None,
    ):  # fmt: skip
        if encoder_outputs is None:
            tokens = ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds)
            memory = self.encoder(input_ids, inputs_embeds, nn.Context(tokens, attention_mask, kind="encoder_"))
        else:
            memory = memory_of(encoder_outputs)
        tokens = ops.exactly_one(self, decoder_input_ids=decoder_input_ids, decoder_inputs_embeds=decoder_inputs_embeds)
        context = nn.Context(
            tokens, decoder_attention_mask, causal=True, past=past_key_values, kind="decoder_", memory=memory, memory_mask=attention_mask,
            use_cache=self.config.use_cache if use_cache is None else use_cache,
        )  # fmt: skip
        x = self.decoder(decoder_input_ids, decoder_inputs_embeds, context)
        return Seq2SeqModelOutput(x, context.cache(), encoder_last_hidden_state=memory)


class T5EncoderModel(T5PreTrainedModel):
    """The encoder alone: last_hidden_state (B, S, D)."""

    def __init__(self, config: T5Config):
        super().__init__(config)
        self.shared = nn.Embedding(config.vocab_size, config.d_model)
        self.encoder = T5Stack(config, decodes=False)

    def forward(self, input_ids=None, attention_mask=None, inputs_embeds=None):
        tokens = ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds)
        return BaseModelOutput(self.encoder(input_ids, inputs_embeds, nn.Context(tokens, attention_mask, kind="encoder_")))


class T5ForConditionalGeneration(T5Model):
    """T5 that writes: logits (B, T, V). labels (B, T) also give decoder_input_ids, shifted to the right."""

    def __init__(self, config: T5Config):
        super().__init__(config)
        self.lm_head = nn.Linear(config.d_model, config.vocab_size, bias=False)

    def forward(
        self, input_ids=None, attention_mask=None, decoder_input_ids=None, decoder_attention_mask=None, encoder_outputs=None,
        past_key_values=None, inputs_embeds=None, decoder_inputs_embeds=None, labels=None, use_cache=None, logits_to_keep=0,
    ):  # fmt: skip
        if labels is not None and decoder_input_ids is None and decoder_inputs_embeds is None:
            decoder_input_ids = shift_right(self, labels)
        out = super().forward(
            input_ids, attention_mask, decoder_input_ids, decoder_attention_mask, encoder_outputs, past_key_values, inputs_embeds,
            decoder_inputs_embeds, use_cache,
        )  # fmt: skip
        x = out.last_hidden_state[:, -logits_to_keep:]
        logits = self.lm_head(x * self.config.d_model**-0.5 if self.config.tie_word_embeddings else x)
        loss = None if labels is None else ops.cross_entropy(logits, labels)
        return Seq2SeqLMOutput(loss, logits, out.past_key_values, encoder_last_hidden_state=out.encoder_last_hidden_state)


class T5ForSequenceClassification(T5PreTrainedModel):
    """T5 that classifies texts by the decoder's state at the last end-of-text token, which each text must have: logits (B, C)."""

    def __init__(self, config: T5Config):
        super().__init__(config)
        self.transformer = T5Model(config)
        self.classification_head = ClassificationHead(config)

    def forward(
        self, input_ids, attention_mask=None, decoder_input_ids=None, decoder_attention_mask=None, encoder_outputs=None, labels=None
    ):
        read = shift_right(self, input_ids) if decoder_input_ids is None else decoder_input_ids
        out = self.transformer(input_ids, attention_mask, read, decoder_attention_mask, encoder_outputs, use_cache=False)
        logits = self.classification_head(at_last_end(self, out.last_hidden_state, input_ids))
        loss = None if labels is None else classification_loss(self.config, logits, labels)
        return Seq2SeqLMOutput(loss, logits, encoder_last_hidden_state=out.encoder_last_hidden_state)


class T5ForTokenClassification(T5PreTrainedModel):
    """T5's encoder with a linear classifier on every token: logits (B, S, C), labels (B, S)."""

    def __init__(self, config: T5Config):
        super().__init__(config)
        self.transformer = T5EncoderModel(config)
        self.dropout = nn.Dropout(config.classifier_dropout)
        self.classifier = nn.Linear(config.d_model, config.num_labels)

    def forward(self, input_ids=None, attention_mask=None, inputs_embeds=None, labels=None):
        logits = self.classifier(self.dropout(self.transformer(input_ids, attention_mask, inputs_embeds).last_hidden_state))
        return LogitsOutput(None if labels is None else ops.cross_entropy(logits, labels), logits)


class T5ForQuestionAnswering(T5Model):
    """T5 that marks the span of an answer, in the decoder's second reading of the text: start_logits and end_logits (B, T)."""

    def __init__(self, config: T5Config):
        super().__init__(config)
        self.qa_outputs = nn.Linear(config.d_model, config.num_labels)

    def forward(
        self, input_ids=None, attention_mask=None, decoder_input_ids=None, decoder_attention_mask=None, encoder_outputs=None,
        start_positions=None, end_positions=None, inputs_embeds=None, decoder_inputs_embeds=None, use_cache=None,
    ):  # fmt: skip
        if decoder_input_ids is None and decoder_inputs_embeds is None:
            decoder_input_ids = shift_right(self, input_ids)
        out = super().forward(
            input_ids, attention_mask, decoder_input_ids, decoder_attention_mask, encoder_outputs, None, inputs_embeds,
            decoder_inputs_embeds, use_cache,
        )  # fmt: skip
        scores = self.qa_outputs(out.last_hidden_state)
        starts, ends = scores[..., 0], scores[..., 1]
        loss = span_loss(starts, ends, start_positions, end_positions)
        return Seq2SeqQuestionAnsweringOutput(
            loss, starts, ends, out.past_key_values, encoder_last_hidden_state=out.encoder_last_hidden_state
        )


def _scaled(inputs: str):
    """Standard deviation initializer_factor / sqrt of some width."""
    return "normal", lambda config: config.initializer_factor * {
        "d_model": config.d_model, "d_ff": config.d_ff, "q": config.d_model * config.d_kv, "o": config.num_heads * config.d_kv
    }[inputs] ** -0.5  # fmt: skip


TIED = {"lm_head.weight": "shared.weight"}
SHARED = {f"{path}{side}.embed_tokens.weight": f"{path}shared.weight" for path in ("", "transformer.") for side in ("encoder", "decoder")}
OPTIONAL = (r"^lm_head\.", r"^qa_outputs\.", r"^classification_head\.", r"^classifier\.")
IGNORE = (r"decoder\.block\.0\.layer\.1\.EncDecAttention\.relative_attention_bias\.weight$",)  # older files hold one that nothing reads
INIT = {
    r"layer_norm\.weight$": ("constant", "initializer_factor"),
    r"(shared|lm_head|embed_tokens)\.weight$": ("normal", "initializer_factor"),
    r"Attention\.q\.weight$": _scaled("q"),
    r"Attention\.o\.weight$": _scaled("o"),
    r"\.wo\.weight$": _scaled("d_ff"),
    r"weight$": _scaled("d_model"),
}
