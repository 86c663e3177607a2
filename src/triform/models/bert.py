"""BERT, a bidirectional Transformer encoder with post-norm residual blocks; as a decoder, with causal and cross attention.

Paper        Devlin et al., 2018, https://arxiv.org/abs/1810.04805; relative positions: https://arxiv.org/abs/2009.13658 (method 4)
Checkpoints  every repository whose config.json says `model_type: bert`
Names        attribute paths are checkpoint keys; `RENAME` lists the historical exceptions
Shapes       B batch, T tokens, S slots attended to, H heads, D hidden_size, V vocab_size, C num_labels
"""

from typing import Any

from triform.configs.bert import BertConfig
from triform.outputs import EncoderOutput, LogitsOutput, PreTrainingOutput

from .. import nn, ops
from .chains import through
from .encoding import (
    EncoderForCausalLM,
    EncoderForMultipleChoice,
    EncoderForQuestionAnswering,
    EncoderForSequenceClassification,
    EncoderForTokenClassification,
    EncoderWithMemoryForMaskedLM,
)


class BertEmbeddings(nn.Module):
    """Sum of word, position and segment embeddings, normalised."""

    def __init__(self, config: Any, width: int | None = None):
        super().__init__()
        width = width or config.hidden_size
        self.word_embeddings = nn.Embedding(config.vocab_size, width, padding=config.pad_token_id)
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, width)
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, width)
        self.LayerNorm = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        self.absolute = config.position_embedding_type == "absolute"

    def forward(self, input_ids, inputs_embeds, token_type_ids, positions):  # (B, T), … -> (B, T, D)
        words = self.word_embeddings(input_ids) if inputs_embeds is None else inputs_embeds
        segments = ops.zeros_like(positions) if token_type_ids is None else token_type_ids
        x = words + self.token_type_embeddings(segments)
        if self.absolute:
            x = x + self.position_embeddings(positions)
        return self.dropout(self.LayerNorm(x))


class BertAddNorm(nn.Module):
    """Project, add the residual, normalise: the end of both halves of a layer."""

    def __init__(self, width_in: int, config: Any):
        super().__init__()
        self.dense = nn.Linear(width_in, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, x, residual):
        return self.LayerNorm(self.dropout(self.dense(x)) + residual)


class BertSelfAttention(nn.Module):
    """Multi-head attention of the tokens to each other."""

    def __init__(self, config: Any, layer: int):
        super().__init__()
        width = config.hidden_size
        self.layer, self.heads = layer, config.num_attention_heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)

    def forward(self, x, context):  # (B, T, D) -> (B, T, D)
        q, k, v = (ops.split_heads(project(x), self.heads) for project in (self.query, self.key, self.value))
        return ops.merge_heads(context.attend(self.layer, q, k, v, dropout=self.dropout))


class BertRelativeAttention(BertSelfAttention):
    """The same, with a learned vector for each distance between two tokens, met by the query (and the key, for `relative_key_query`)."""

    def __init__(self, config: Any, layer: int):
        super().__init__(config, layer)
        self.farthest = config.max_position_embeddings - 1
        self.distance_embedding = nn.Embedding(2 * self.farthest + 1, config.hidden_size // self.heads)
        self.keys_too = config.position_embedding_type == "relative_key_query"
        self.bias_scale = (config.hidden_size // self.heads) ** -0.5

    def forward(self, x, context):  # (B, T, D) -> (B, T, D)
        q, k, v = (ops.split_heads(project(x), self.heads) for project in (self.query, self.key, self.value))
        k, v = context.remember(self.layer, k, v)
        queries, slots = context.slots()
        places = ops.minimum(ops.maximum(queries[:, None] - slots[None, :], -self.farthest), self.farthest)
        distances = self.distance_embedding(places + self.farthest)  # (T, S, D / H)
        bias = ops.einsum("bhtd,tsd->bhts", q, distances)
        if self.keys_too:
            bias = bias + ops.einsum("bhsd,tsd->bhts", k, distances)
        bias = bias * self.bias_scale
        return ops.merge_heads(ops.attention(q, k, v, context.mask, causal=context.causal, bias=bias, dropout=self.dropout))


class BertCrossAttention(BertSelfAttention):
    """Attention of a decoder's tokens to the states of an encoder."""

    def forward(self, x, context):  # (B, T, D) -> (B, T, D)
        q = ops.split_heads(self.query(x), self.heads)
        return ops.merge_heads(context.attend_memory(self.layer, q, self.keys_values, dropout=self.dropout))

    def keys_values(self, memory):
        return ops.split_heads(self.key(memory), self.heads), ops.split_heads(self.value(memory), self.heads)


class BertAttention(nn.Module):
    """Attention of one kind, and the projection, residual and norm after it."""

    def __init__(self, kind: type[BertSelfAttention], config: BertConfig, layer: int):
        super().__init__()
        self.self = kind(config, layer)
        self.output = BertAddNorm(config.hidden_size, config)

    def forward(self, x, context):
        return self.output(self.self(x, context), residual=x)


class BertIntermediate(nn.Module):
    """The wide half of the feed-forward network."""

    def __init__(self, config: Any):
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.intermediate_size)
        self.act = ops.activation(config.hidden_act)

    def forward(self, x):
        return self.act(self.dense(x))


class BertLayer(nn.Module):
    """Self-attention, cross attention in a decoder that has it, feed-forward."""

    def __init__(self, config: BertConfig, layer: int):
        super().__init__()
        absolute = config.position_embedding_type == "absolute"
        self.attention = BertAttention(BertSelfAttention if absolute else BertRelativeAttention, config, layer)
        self.crossattention = BertAttention(BertCrossAttention, config, layer) if config.add_cross_attention else None
        self.intermediate = BertIntermediate(config)
        self.output = BertAddNorm(config.intermediate_size, config)

    def forward(self, x, context):
        x = self.attention(x, context)
        if context.memory is not None:
            x = self.crossattention(x, context)
        return self.output(self.intermediate(x), residual=x)


class BertEncoder(nn.Module):
    """The stack of layers."""

    def __init__(self, config: BertConfig):
        super().__init__()
        self.layer = nn.List([BertLayer(config, i) for i in range(config.num_hidden_layers)])

    def forward(self, x, context):
        return through(self.layer, x, context)


class BertPooler(nn.Module):
    """A summary of the text, from its first token."""

    def __init__(self, config: Any):
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)

    def forward(self, x):  # (B, T, D) -> (B, D)
        return ops.tanh(self.dense(x[:, 0]))


class BertPreTrainedModel(nn.Model):
    """What all BERT models have in common."""

    config_class, prefix = BertConfig, "bert"
    input_embeddings, output_embeddings, longest = "embeddings.word_embeddings", "cls.predictions.decoder", "max_position_embeddings"


class BertModel(BertPreTrainedModel):
    """The encoder without a head; with `config.is_decoder`, a decoder.

    Args:
        input_ids: (B, T) int, token ids; T <= max_position_embeddings.
        attention_mask: (B, T), 1 for tokens and 0 for padding, or (B, T, S). Default: all ones.
        token_type_ids: (B, T) int, segment of each token. Default: all zeros.
        position_ids: (B, T) int. Default: counted from 0, or from where the cache ends.
        inputs_embeds: (B, T, D), instead of input_ids.
        encoder_hidden_states: (B, S, D), what a decoder with cross attention looks at; encoder_attention_mask (B, S).
        past_key_values: the Cache of an earlier call; then input_ids holds the new tokens only.
        use_cache: True to return a Cache, or an int: one with room for so many tokens. Decoders only; default: config.use_cache there.

    Returns:
        EncoderOutput with last_hidden_state (B, T, D) and pooler_output (B, D), None when built with `add_pooling_layer=False`.

    Raises:
        InputError: T is too large; both or none of input_ids and inputs_embeds.
    """

    def __init__(self, config: BertConfig, add_pooling_layer: bool = True):
        super().__init__(config)
        self.embeddings = BertEmbeddings(config)
        self.encoder = BertEncoder(config)
        self.pooler = BertPooler(config) if add_pooling_layer else None

    def forward(
        self, input_ids=None, attention_mask=None, token_type_ids=None, position_ids=None, inputs_embeds=None,
        encoder_hidden_states=None, encoder_attention_mask=None, past_key_values=None, use_cache=None,
    ):  # fmt: skip
        tokens = ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds)
        decodes = self.config.is_decoder
        context = nn.Context(
            tokens, attention_mask, causal=decodes, past=past_key_values,
            position_ids=self.number(tokens, input_ids, position_ids, past_key_values),
            use_cache=decodes and (self.config.use_cache if use_cache is None else use_cache),
            memory=encoder_hidden_states if self.config.add_cross_attention else None, memory_mask=encoder_attention_mask,
        )  # fmt: skip
        x = self.encoder(self.embed(input_ids, inputs_embeds, token_type_ids, context.positions), context)
        return EncoderOutput(x, None if self.pooler is None else self.pooler(x), context.cache())

    def number(self, tokens, input_ids, position_ids, past):
        """The positions to begin with, None for the usual ones. Raises InputError where the text is too long."""
        ops.check_length(self, tokens, self.config.max_position_embeddings)
        return position_ids

    def embed(self, input_ids, inputs_embeds, token_type_ids, positions):  # -> (B, T, D)
        return self.embeddings(input_ids, inputs_embeds, token_type_ids, positions)


class BertTransform(nn.Module):
    """The last hidden layer before the vocabulary."""

    def __init__(self, config: BertConfig):
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)
        self.act = ops.activation(config.hidden_act)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, x):
        return self.LayerNorm(self.act(self.dense(x)))


class BertPredictions(nn.Module):
    """Scores of all words; the projection shares the word embeddings. `bias` is the decoder's own, under its older name."""

    def __init__(self, config: BertConfig):
        super().__init__()
        self.transform = BertTransform(config)
        self.decoder = nn.Linear(config.hidden_size, config.vocab_size)
        self.bias = nn.Parameter((config.vocab_size,), "zeros")

    def forward(self, x):  # (B, T, D) -> (B, T, V)
        return self.decoder(self.transform(x))


class BertHeads(nn.Module):
    """The heads of pre-training: words, sentence order, or both."""

    def __init__(self, config: BertConfig, words: bool = True, order: bool = False):
        super().__init__()
        self.predictions = BertPredictions(config) if words else None
        self.seq_relationship = nn.Linear(config.hidden_size, 2) if order else None


class BertForPreTraining(BertPreTrainedModel):
    """BERT with both heads of its pre-training.

    Takes BertModel's inputs, and labels (B, T) of masked words and next_sentence_label (B,): 0 where the second sentence follows.
    """

    def __init__(self, config: BertConfig):
        super().__init__(config)
        self.bert = BertModel(config)
        self.cls = BertHeads(config, order=True)

    def forward(
        self, input_ids=None, attention_mask=None, token_type_ids=None, position_ids=None, inputs_embeds=None,
        labels=None, next_sentence_label=None,
    ):  # fmt: skip
        out = self.bert(input_ids, attention_mask, token_type_ids, position_ids, inputs_embeds)
        words, order = self.cls.predictions(out.last_hidden_state), self.cls.seq_relationship(out.pooler_output)
        loss = None
        if labels is not None and next_sentence_label is not None:
            loss = ops.cross_entropy(words, labels) + ops.cross_entropy(order, next_sentence_label)
        return PreTrainingOutput(loss, words, order)


class BertForMaskedLM(BertPreTrainedModel, EncoderWithMemoryForMaskedLM):
    """BERT with a score for each word at each place: logits (B, T, V). labels (B, T): -100 where nothing is to be predicted."""

    base = BertModel

    def __init__(self, config: BertConfig):
        super().__init__(config)
        self.cls = BertHeads(config)

    def words(self, x):
        return self.cls.predictions(x)


class BertLMHeadModel(BertPreTrainedModel, EncoderForCausalLM):
    """BERT as a left-to-right language model (set `config.is_decoder`); see `EncoderForCausalLM`."""

    base = BertModel

    def __init__(self, config: BertConfig):
        super().__init__(config)
        self.cls = BertHeads(config)

    def words(self, x):
        return self.cls.predictions(x)


class BertForNextSentencePrediction(BertPreTrainedModel):
    """BERT with a score for whether the second sentence follows the first: logits (B, 2), labels (B,), 0 where it does."""

    def __init__(self, config: BertConfig):
        super().__init__(config)
        self.bert = BertModel(config)
        self.cls = BertHeads(config, words=False, order=True)

    def forward(self, input_ids=None, attention_mask=None, token_type_ids=None, position_ids=None, inputs_embeds=None, labels=None):
        out = self.bert(input_ids, attention_mask, token_type_ids, position_ids, inputs_embeds)
        logits = self.cls.seq_relationship(out.pooler_output)
        return LogitsOutput(None if labels is None else ops.cross_entropy(logits, labels), logits)


class BertForSequenceClassification(BertPreTrainedModel, EncoderForSequenceClassification):
    """BERT with a linear classifier on the pooled first token: logits (B, C). labels: see `classification_loss`."""

    base = BertModel


class BertForMultipleChoice(BertPreTrainedModel, EncoderForMultipleChoice):
    """BERT that scores N choices: inputs (B, N, T), logits (B, N), labels (B,)."""

    base = BertModel


class BertForTokenClassification(BertPreTrainedModel, EncoderForTokenClassification):
    """BERT with a linear classifier on every token: logits (B, T, C), labels (B, T)."""

    base = BertModel


class BertForQuestionAnswering(BertPreTrainedModel, EncoderForQuestionAnswering):
    """BERT that marks the span of an answer: start_logits and end_logits (B, T); start_positions and end_positions (B,)."""

    base = BertModel


TIED = {"cls.predictions.decoder.weight": "bert.embeddings.word_embeddings.weight"}
SHARED = {"cls.predictions.decoder.bias": "cls.predictions.bias"}
RENAME = {r"LayerNorm\.gamma$": "LayerNorm.weight", r"LayerNorm\.beta$": "LayerNorm.bias"}  # files of 2018 and 2019
OPTIONAL = (r"^(bert\.)?pooler\.", r"\bcrossattention\.")  # files of masked-word models; encoders that become decoders
IGNORE = (r"embeddings\.position_ids$",)
INIT = {r"LayerNorm\.weight$": "ones", r"weight$": ("normal", "initializer_range")}
