"""What the heads of left-to-right models share."""

from typing import Any

from triform.errors import InputError
from triform.outputs import CausalLMOutput, DecoderOutput, LogitsOutput, QuestionAnsweringOutput

from .. import nn, ops
from .losses import classification_loss, next_token_loss, span_loss


def at_last_token(model: Any, scores: Any, input_ids: Any) -> Any:
    """(B, T, C) -> (B, C): each row's scores at its last token that is not padding.

    Without input_ids (embeddings were given) that is the last place. Raises InputError where a batch has no token of padding to tell.
    """
    pad = model.config.pad_token_id
    if input_ids is None:
        return scores[:, -1]
    b, t, c = ops.shape(scores)
    if pad is None:
        if isinstance(b, int) and b > 1:
            raise InputError(f"{type(model).__name__}: a batch of {b} texts needs config.pad_token_id, to tell where each one ends.")
        return scores[:, -1]
    places = ops.arange(t, like=scores)[None] * ops.cast(input_ids != pad, "int")
    last = ops.max(places, axis=1)
    return ops.take_along(scores, ops.broadcast_to(last[:, None, None], (b, 1, c)), axis=1)[:, 0]


def split_interleaved(x: Any, heads: int) -> tuple[Any, Any, Any]:
    """(B, T, 3 D) -> three of (B, H, T, D / H): a fused projection that holds query, key and value of one head after another."""
    b, t, width = ops.shape(x)
    x = ops.transpose(ops.reshape(x, (b, t, heads, 3, width // (3 * heads))), (3, 0, 2, 1, 4))
    return x[0], x[1], x[2]


class Decoder(nn.Model):
    """The decoder without a head.

    Args:
        input_ids: (B, T) int; only the new tokens where `past_key_values` is given.
        attention_mask: (B, T), or (B, everything so far); 0 marks padding. Default: all ones.
        position_ids: (B, T) int. Default: counted from 0, or from where the cache ends.
        past_key_values: the Cache that an earlier call returned.
        inputs_embeds: (B, T, D), instead of input_ids.
        use_cache: True to return a Cache, or an int: one with room for so many tokens. Default: config.use_cache.

    Returns: DecoderOutput with last_hidden_state (B, T, D).
    Raises: InputError: both or none of input_ids and inputs_embeds; T is larger than a table of positions.

    A subclass makes the layers and says what they are called: `input_embeddings`, `stack`, `last_norm`.
    """

    stack, last_norm = "layers", "norm"

    def forward(self, input_ids=None, attention_mask=None, position_ids=None, past_key_values=None, inputs_embeds=None, use_cache=None):
        x, context, guides = self.begin(input_ids, attention_mask, position_ids, past_key_values, inputs_embeds, use_cache)
        for layer in getattr(self, self.stack):
            nn.record("hidden_states", x)
            x = layer(x, context, *guides)
        return DecoderOutput(self.end(x), context.cache())

    def begin(self, input_ids, attention_mask, position_ids, past_key_values, inputs_embeds, use_cache):
        """What the first layer is given: embeddings, the frame of this call, and what guides attention in all layers."""
        tokens = ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds)
        if self.longest:
            ops.check_length(self, tokens, getattr(self.config, self.longest), self.longest)
        context = nn.Context(
            tokens, attention_mask, causal=True, past=past_key_values, position_ids=position_ids, window=self.window,
            use_cache=self.config.use_cache if use_cache is None else use_cache,
        )  # fmt: skip
        x = self.prepared(getattr(self, self.input_embeddings)(input_ids) if inputs_embeds is None else inputs_embeds, context)
        return x, context, self.guides(x, context)

    def prepared(self, x: Any, context: Any) -> Any:
        """Embeddings of words as the first layer takes them."""
        return x

    def guides(self, x: Any, context: Any) -> tuple[Any, ...]:
        """What each layer is given beside the frame of the call: angles, biases."""
        return ()

    def end(self, x: Any) -> Any:
        """The last norm."""
        x = getattr(self, self.last_norm)(x)
        nn.record("hidden_states", x)
        return x


class DecoderForCausalLM(nn.Model):
    """A decoder with a score for each word: logits (B, T, V).

    Takes the decoder's inputs, labels (B, T) as they are (they are shifted here), and `logits_to_keep`: only the last so many (0: all).
    """

    base: Any = None  # the class of the decoder
    width_field = "hidden_size"  # the config's name of the width that heads take
    head_name, head_bias = "lm_head", False

    def __init__(self, config: Any):
        super().__init__(config)
        setattr(self, self.prefix, self.base(config))
        setattr(self, self.head_name, nn.Linear(getattr(config, self.width_field), config.vocab_size, bias=self.head_bias))

    def forward(
        self, input_ids=None, attention_mask=None, position_ids=None, past_key_values=None, inputs_embeds=None, labels=None,
        use_cache=None, logits_to_keep=0,
    ):  # fmt: skip
        out = self.base_model(input_ids, attention_mask, position_ids, past_key_values, inputs_embeds, use_cache)
        logits = self.scores(out.last_hidden_state[:, -logits_to_keep:])  # [-0:] is everything
        return CausalLMOutput(None if labels is None else next_token_loss(logits, labels), logits, out.past_key_values)

    def scores(self, x):  # (B, T, D) -> (B, T, V)
        return getattr(self, self.head_name)(x)


class DecoderForSequenceClassification(nn.Model):
    """A decoder with a linear classifier on the last token: logits (B, C). labels: see `classification_loss`."""

    base: Any = None
    width_field = "hidden_size"

    def __init__(self, config: Any):
        super().__init__(config)
        setattr(self, self.prefix, self.base(config))
        self.score = nn.Linear(getattr(config, self.width_field), config.num_labels, bias=False)

    def forward(
        self, input_ids=None, attention_mask=None, position_ids=None, past_key_values=None, inputs_embeds=None, labels=None, use_cache=None
    ):
        out = self.base_model(input_ids, attention_mask, position_ids, past_key_values, inputs_embeds, use_cache)
        logits = at_last_token(self, self.score(out.last_hidden_state), input_ids)
        return CausalLMOutput(None if labels is None else classification_loss(self.config, logits, labels), logits, out.past_key_values)


class DecoderForTokenClassification(nn.Model):
    """A decoder with a linear classifier on every token: logits (B, T, C), labels (B, T)."""

    base: Any = None
    width_field = "hidden_size"
    classifier_name = "score"

    def __init__(self, config: Any):
        super().__init__(config)
        setattr(self, self.prefix, self.base(config))
        rates = (getattr(config, name, None) for name in ("classifier_dropout", "hidden_dropout"))
        self.dropout = nn.Dropout(next((rate for rate in rates if rate is not None), 0.1))
        setattr(self, self.classifier_name, nn.Linear(getattr(config, self.width_field), config.num_labels))

    def forward(
        self, input_ids=None, attention_mask=None, position_ids=None, past_key_values=None, inputs_embeds=None, labels=None, use_cache=None
    ):
        out = self.base_model(input_ids, attention_mask, position_ids, past_key_values, inputs_embeds, use_cache)
        logits = getattr(self, self.classifier_name)(self.dropout(out.last_hidden_state))
        return LogitsOutput(None if labels is None else ops.cross_entropy(logits, labels), logits)


class DecoderForQuestionAnswering(nn.Model):
    """A decoder that marks the span of an answer: start_logits and end_logits (B, T); start_positions and end_positions (B,)."""

    base: Any = None
    width_field = "hidden_size"

    def __init__(self, config: Any):
        super().__init__(config)
        setattr(self, self.prefix, self.base(config))
        self.qa_outputs = nn.Linear(getattr(config, self.width_field), 2)

    def forward(
        self, input_ids=None, attention_mask=None, position_ids=None, past_key_values=None, inputs_embeds=None, start_positions=None,
        end_positions=None,
    ):  # fmt: skip
        out = self.base_model(input_ids, attention_mask, position_ids, past_key_values, inputs_embeds)
        scores = self.qa_outputs(out.last_hidden_state)
        starts, ends = scores[..., 0], scores[..., 1]
        return QuestionAnsweringOutput(span_loss(starts, ends, start_positions, end_positions), starts, ends)
