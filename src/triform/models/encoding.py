"""What the heads of encoders share, where the encoder takes input_ids, attention_mask, token_type_ids, position_ids and inputs_embeds."""

from typing import Any, ClassVar

from triform.outputs import CausalLMOutput, LogitsOutput, QuestionAnsweringOutput

from .. import nn, ops
from .losses import classification_loss, next_token_loss, span_loss


def as_texts(*inputs: Any) -> list[Any]:
    """Inputs (B, N, T, …) of N choices each as those of B · N texts."""
    return [None if x is None else ops.reshape(x, (-1, *ops.shape(x)[2:])) for x in inputs]


def span_output(scores: Any, start_positions: Any, end_positions: Any) -> QuestionAnsweringOutput:
    """The output of a model that marks answers; scores (B, T, 2)."""
    starts, ends = scores[..., 0], scores[..., 1]
    return QuestionAnsweringOutput(span_loss(starts, ends, start_positions, end_positions), starts, ends)


class EncoderHead(nn.Model):
    """An encoder of class `base`, under the name `prefix`, and what a subclass adds."""

    base: Any = None
    base_options: ClassVar[dict[str, Any]] = {"add_pooling_layer": False}

    def __init__(self, config: Any):
        super().__init__(config)
        setattr(self, self.prefix, self.base(config, **self.base_options))

    @staticmethod
    def head_dropout(config: Any) -> float:
        """How much of a classifier's input is dropped."""
        rate = config.classifier_dropout
        return config.hidden_dropout_prob if rate is None else rate


class EncoderForMaskedLM(EncoderHead):
    """An encoder with a score for each word at each place: logits (B, T, V). labels (B, T): -100 where nothing is to be predicted."""

    def forward(self, input_ids=None, attention_mask=None, token_type_ids=None, position_ids=None, inputs_embeds=None, labels=None):
        out = self.base_model(input_ids, attention_mask, token_type_ids, position_ids, inputs_embeds)
        logits = self.words(out.last_hidden_state)
        return LogitsOutput(None if labels is None else ops.cross_entropy(logits, labels), logits)

    def words(self, x: Any) -> Any:  # (B, T, D) -> (B, T, V)
        raise NotImplementedError


class EncoderWithMemoryForMaskedLM(EncoderForMaskedLM):
    """The same for encoders that may look at another one's states: encoder_hidden_states (B, S, D), encoder_attention_mask (B, S)."""

    def forward(
        self, input_ids=None, attention_mask=None, token_type_ids=None, position_ids=None, inputs_embeds=None,
        encoder_hidden_states=None, encoder_attention_mask=None, labels=None,
    ):  # fmt: skip
        out = self.base_model(
            input_ids, attention_mask, token_type_ids, position_ids, inputs_embeds, encoder_hidden_states, encoder_attention_mask
        )
        logits = self.words(out.last_hidden_state)
        return LogitsOutput(None if labels is None else ops.cross_entropy(logits, labels), logits)


class EncoderForCausalLM(EncoderForMaskedLM):
    """An encoder as a left-to-right language model (set `config.is_decoder`): logits (B, T, V).

    Takes the encoder's inputs, labels (B, T) as they are (they are shifted here), and `logits_to_keep`: only the last so many (0: all).
    """

    def forward(
        self, input_ids=None, attention_mask=None, token_type_ids=None, position_ids=None, inputs_embeds=None,
        encoder_hidden_states=None, encoder_attention_mask=None, labels=None, past_key_values=None, use_cache=None, logits_to_keep=0,
    ):  # fmt: skip
        out = self.base_model(
            input_ids, attention_mask, token_type_ids, position_ids, inputs_embeds, encoder_hidden_states, encoder_attention_mask,
            past_key_values, False if labels is not None else use_cache,
        )  # fmt: skip
        logits = self.words(out.last_hidden_state[:, -logits_to_keep:])  # [-0:] is everything
        return CausalLMOutput(None if labels is None else next_token_loss(logits, labels), logits, out.past_key_values)


class EncoderForSequenceClassification(EncoderHead):
    """An encoder that classifies texts: logits (B, C). labels: see `classification_loss`."""

    base_options: ClassVar[dict[str, Any]] = {}

    def __init__(self, config: Any):
        super().__init__(config)
        self.dropout = nn.Dropout(self.head_dropout(config))
        self.classifier = nn.Linear(config.hidden_size, config.num_labels)

    def forward(self, input_ids=None, attention_mask=None, token_type_ids=None, position_ids=None, inputs_embeds=None, labels=None):
        logits = self.scores(self.base_model(input_ids, attention_mask, token_type_ids, position_ids, inputs_embeds))
        return LogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)

    def scores(self, out: Any) -> Any:  # -> (B, C)
        return self.classifier(self.dropout(out.pooler_output))


class EncoderForMultipleChoice(EncoderHead):
    """An encoder that scores N choices: inputs (B, N, T), logits (B, N), labels (B,)."""

    base_options: ClassVar[dict[str, Any]] = {}

    def __init__(self, config: Any):
        super().__init__(config)
        self.dropout = nn.Dropout(self.head_dropout(config))
        self.classifier = nn.Linear(config.hidden_size, 1)

    def forward(self, input_ids=None, attention_mask=None, token_type_ids=None, position_ids=None, inputs_embeds=None, labels=None):
        choices = ops.shape(ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds))[1]
        out = self.base_model(*as_texts(input_ids, attention_mask, token_type_ids, position_ids, inputs_embeds))
        logits = ops.reshape(self.scores(out), (-1, choices))
        return LogitsOutput(None if labels is None else ops.cross_entropy(logits, labels), logits)

    def scores(self, out: Any) -> Any:  # -> (B · N, 1)
        return self.classifier(self.dropout(out.pooler_output))


class EncoderForTokenClassification(EncoderHead):
    """An encoder with a linear classifier on every token: logits (B, T, C), labels (B, T)."""

    def __init__(self, config: Any):
        super().__init__(config)
        self.dropout = nn.Dropout(self.head_dropout(config))
        self.classifier = nn.Linear(config.hidden_size, config.num_labels)

    def forward(self, input_ids=None, attention_mask=None, token_type_ids=None, position_ids=None, inputs_embeds=None, labels=None):
        out = self.base_model(input_ids, attention_mask, token_type_ids, position_ids, inputs_embeds)
        logits = self.classifier(self.dropout(out.last_hidden_state))
        return LogitsOutput(None if labels is None else ops.cross_entropy(logits, labels), logits)


class EncoderForQuestionAnswering(EncoderHead):
    """An encoder that marks the span of an answer: start_logits and end_logits (B, T); start_positions and end_positions (B,)."""

    def __init__(self, config: Any):
        super().__init__(config)
        self.qa_outputs = nn.Linear(config.hidden_size, config.num_labels)

    def forward(
        self, input_ids=None, attention_mask=None, token_type_ids=None, position_ids=None, inputs_embeds=None,
        start_positions=None, end_positions=None,
    ):  # fmt: skip
        out = self.base_model(input_ids, attention_mask, token_type_ids, position_ids, inputs_embeds)
        return span_output(self.qa_outputs(out.last_hidden_state), start_positions, end_positions)
