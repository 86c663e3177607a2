"""GPT-2, a left-to-right Transformer decoder with pre-norm residual blocks.

Paper        Radford et al., 2019, "Language Models are Unsupervised Multitask Learners"
Checkpoints  every repository whose config.json says `model_type: gpt2`
Names        attribute paths are checkpoint keys; files of the bare model lack the prefix `transformer.`
Shapes       B batch, T tokens of this call, S slots attended to, D n_embd, V vocab_size, C num_labels
"""

from triform.configs.gpt2 import GPT2Config
from triform.outputs import CausalLMOutput, DecoderOutput, LogitsOutput, QuestionAnsweringOutput

from .. import nn, ops
from .decoding import at_last_token
from .losses import classification_loss, next_token_loss, span_loss


class GPT2Attention(nn.Module):
    """Causal attention; query, key and value come from one projection."""

    def __init__(self, config: GPT2Config, layer: int):
        super().__init__()
        width = config.n_embd
        self.layer, self.heads = layer, config.n_head
        self.c_attn = nn.TransposedLinear(width, 3 * width)
        self.c_proj = nn.TransposedLinear(width, width)
        self.attn_dropout = nn.Dropout(config.attn_pdrop)
        self.resid_dropout = nn.Dropout(config.resid_pdrop)
        scale = (width // config.n_head) ** -0.5 if config.scale_attn_weights else 1.0
        self.scale = scale / (layer + 1) if config.scale_attn_by_inverse_layer_idx else scale

    def forward(self, x, context):  # (B, T, D) -> (B, T, D)
        q, k, v = (ops.split_heads(y, self.heads) for y in ops.split(self.c_attn(x), 3, axis=-1))
        y = context.attend(self.layer, q, k, v, dropout=self.attn_dropout, scale=self.scale)
        return self.resid_dropout(self.c_proj(ops.merge_heads(y)))


class GPT2CrossAttention(nn.Module):
    """Attention to the states of an encoder."""

    def __init__(self, config: GPT2Config, layer: int):
        super().__init__()
        width = config.n_embd
        self.layer, self.heads = layer, config.n_head
        self.c_attn = nn.TransposedLinear(width, 2 * width)
        self.q_attn = nn.TransposedLinear(width, width)
        self.c_proj = nn.TransposedLinear(width, width)
        self.attn_dropout = nn.Dropout(config.attn_pdrop)
        self.resid_dropout = nn.Dropout(config.resid_pdrop)

    def forward(self, x, context):  # (B, T, D) -> (B, T, D)
        q = ops.split_heads(self.q_attn(x), self.heads)
        y = context.attend_memory(self.layer, q, self.keys_values, dropout=self.attn_dropout)
        return self.resid_dropout(self.c_proj(ops.merge_heads(y)))

    def keys_values(self, memory):
        k, v = ops.split(self.c_attn(memory), 2, axis=-1)
        return ops.split_heads(k, self.heads), ops.split_heads(v, self.heads)


class GPT2MLP(nn.Module):
    """The feed-forward network."""

    def __init__(self, config: GPT2Config):
        super().__init__()
        inner = config.n_inner or 4 * config.n_embd
        self.c_fc = nn.TransposedLinear(config.n_embd, inner)
        self.c_proj = nn.TransposedLinear(inner, config.n_embd)
        self.act = ops.activation(config.activation_function)
        self.dropout = nn.Dropout(config.resid_pdrop)

    def forward(self, x):
        return self.dropout(self.c_proj(self.act(self.c_fc(x))))


class GPT2Block(nn.Module):
    """Norm, attention; norm, cross attention in a decoder that has it; norm, feed-forward; each with a residual."""

    def __init__(self, config: GPT2Config, layer: int):
        super().__init__()
        norm = lambda: nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.ln_1 = norm()
        self.attn = GPT2Attention(config, layer)
        self.ln_2 = norm()
        self.crossattention = GPT2CrossAttention(config, layer) if config.add_cross_attention else None
        self.ln_cross_attn = norm() if config.add_cross_attention else None
        self.mlp = GPT2MLP(config)

    def forward(self, x, context):
        x = x + self.attn(self.ln_1(x), context)
        if context.memory is not None:
            x = x + self.crossattention(self.ln_cross_attn(x), context)
        return x + self.mlp(self.ln_2(x))


class GPT2PreTrainedModel(nn.Model):
    """What all GPT-2 models have in common."""

    config_class, prefix = GPT2Config, "transformer"
    input_embeddings, output_embeddings, longest = "wte", "lm_head", "n_positions"


class GPT2Model(GPT2PreTrainedModel):
    """The decoder without a head.

    Args:
        input_ids: (B, T) int; only the new tokens where `past_key_values` is given.
        past_key_values: the Cache that an earlier call returned.
        attention_mask: (B, T), or (B, everything so far); 0 marks padding. Default: all ones.
        token_type_ids: (B, T) int, embedded by the word embeddings and added. Default: none.
        position_ids: (B, T) int. Default: counted from 0, or from where the cache ends.
        inputs_embeds: (B, T, D), instead of input_ids.
        encoder_hidden_states: (B, S, D), for a model with `config.add_cross_attention`; encoder_attention_mask (B, S).
        use_cache: True to return a Cache, or an int: one with room for so many tokens. Default: config.use_cache.

    Returns: DecoderOutput with last_hidden_state (B, T, D).
    Raises: InputError: T is larger than config.n_positions; both or none of input_ids and inputs_embeds.
    """

    def __init__(self, config: GPT2Config):
        super().__init__(config)
        self.wte = nn.Embedding(config.vocab_size, config.n_embd)
        self.wpe = nn.Embedding(config.n_positions, config.n_embd)
        self.drop = nn.Dropout(config.embd_pdrop)
        self.h = nn.List([GPT2Block(config, layer) for layer in range(config.n_layer)])
        self.ln_f = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)

    def forward(
        self, input_ids=None, past_key_values=None, attention_mask=None, token_type_ids=None, position_ids=None, inputs_embeds=None,
        encoder_hidden_states=None, encoder_attention_mask=None, use_cache=None,
    ):  # fmt: skip
        tokens = ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds)
        ops.check_length(self, tokens, self.config.n_positions, "n_positions")
        context = nn.Context(
            tokens, attention_mask, causal=True, past=past_key_values, position_ids=position_ids,
            use_cache=self.config.use_cache if use_cache is None else use_cache,
            memory=encoder_hidden_states, memory_mask=encoder_attention_mask,
        )  # fmt: skip
        x = self.wte(input_ids) if inputs_embeds is None else inputs_embeds
        x = x + self.wpe(context.positions)
        if token_type_ids is not None:
            x = x + self.wte(token_type_ids)
        x = self.drop(x)
        for block in self.h:
            nn.record("hidden_states", x)
            x = block(x, context)
        x = self.ln_f(x)
        nn.record("hidden_states", x)
        return DecoderOutput(x, context.cache())


class GPT2LMHeadModel(GPT2PreTrainedModel):
    """GPT-2 with a language-model head that shares the token embedding: logits (B, T, V).

    Takes GPT2Model's inputs, labels (B, T) as they are (they are shifted here), and `logits_to_keep`: only the last so many (0: all).
    """

    def __init__(self, config: GPT2Config):
        super().__init__(config)
        self.transformer = GPT2Model(config)
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)

    def forward(
        self, input_ids=None, past_key_values=None, attention_mask=None, token_type_ids=None, position_ids=None, inputs_embeds=None,
        encoder_hidden_states=None, encoder_attention_mask=None, labels=None, use_cache=None, logits_to_keep=0,
    ):  # fmt: skip
        out = self.transformer(
            input_ids, past_key_values, attention_mask, token_type_ids, position_ids, inputs_embeds, encoder_hidden_states,
            encoder_attention_mask, use_cache,
        )  # fmt: skip
        logits = self.lm_head(out.last_hidden_state[:, -logits_to_keep:])  # [-0:] is everything
        return CausalLMOutput(None if labels is None else next_token_loss(logits, labels), logits, out.past_key_values)


class GPT2ForSequenceClassification(GPT2PreTrainedModel):
    """GPT-2 with a linear classifier on the last token: logits (B, C). labels: see `classification_loss`."""

    def __init__(self, config: GPT2Config):
        super().__init__(config)
        self.transformer = GPT2Model(config)
        self.score = nn.Linear(config.n_embd, config.num_labels, bias=False)

    def forward(
        self, input_ids=None, past_key_values=None, attention_mask=None, token_type_ids=None, position_ids=None, inputs_embeds=None,
        labels=None, use_cache=None,
    ):  # fmt: skip
        out = self.transformer(input_ids, past_key_values, attention_mask, token_type_ids, position_ids, inputs_embeds, use_cache=use_cache)
        logits = at_last_token(self, self.score(out.last_hidden_state), input_ids)
        return CausalLMOutput(None if labels is None else classification_loss(self.config, logits, labels), logits, out.past_key_values)


class GPT2ForTokenClassification(GPT2PreTrainedModel):
    """GPT-2 with a linear classifier on every token: logits (B, T, C), labels (B, T)."""

    def __init__(self, config: GPT2Config):
        super().__init__(config)
        self.transformer = GPT2Model(config)
        self.dropout = nn.Dropout(0.1)
        self.classifier = nn.Linear(config.n_embd, config.num_labels)

    def forward(
        self, input_ids=None, past_key_values=None, attention_mask=None, token_type_ids=None, position_ids=None, inputs_embeds=None,
        labels=None, use_cache=None,
    ):  # fmt: skip
        out = self.transformer(input_ids, past_key_values, attention_mask, token_type_ids, position_ids, inputs_embeds, use_cache=use_cache)
        logits = self.classifier(self.dropout(out.last_hidden_state))
        return LogitsOutput(None if labels is None else ops.cross_entropy(logits, labels), logits)


class GPT2ForQuestionAnswering(GPT2PreTrainedModel):
    """GPT-2 that marks the span of an answer: start_logits and end_logits (B, T); start_positions and end_positions (B,)."""

    def __init__(self, config: GPT2Config):
        super().__init__(config)
        self.transformer = GPT2Model(config)
        self.qa_outputs = nn.Linear(config.n_embd, 2)

    def forward(
        self, input_ids=None, attention_mask=None, token_type_ids=None, position_ids=None, inputs_embeds=None,
        start_positions=None, end_positions=None,
    ):  # fmt: skip
        out = self.transformer(input_ids, None, attention_mask, token_type_ids, position_ids, inputs_embeds)
        scores = self.qa_outputs(out.last_hidden_state)
        starts, ends = scores[..., 0], scores[..., 1]
        return QuestionAnsweringOutput(span_loss(starts, ends, start_positions, end_positions), starts, ends)


TIED = {"lm_head.weight": "transformer.wte.weight"}
IGNORE = (r"attn\.(bias|masked_bias)$",)  # causal masks that older files hold
OPTIONAL = (r"\bcrossattention\.|\bln_cross_attn\.",)  # decoders that gain cross attention
INIT = {
    r"ln_\w+\.weight$": "ones",
    r"c_proj\.weight$": ("normal", lambda config: config.initializer_range / (2 * config.n_layer) ** 0.5),
    r"weight$": ("normal", "initializer_range"),
}
