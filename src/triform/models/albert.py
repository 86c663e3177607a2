"""ALBERT: BERT whose layers share their weights in groups, with embeddings of a size of their own.

Paper        Lan et al., 2019, https://arxiv.org/abs/1909.11942
Checkpoints  every repository whose config.json says `model_type: albert`
Names        attribute paths are checkpoint keys
Shapes       B batch, T tokens, D hidden_size, E embedding_size, V vocab_size, C num_labels
"""

from triform.configs.albert import AlbertConfig
from triform.outputs import EncoderOutput, SentenceOrderOutput

from .. import nn, ops
from .bert import RENAME as RENAME
from .bert import BertEmbeddings, BertRelativeAttention, BertSelfAttention
from .encoding import (
    EncoderForMaskedLM,
    EncoderForMultipleChoice,
    EncoderForQuestionAnswering,
    EncoderForSequenceClassification,
    EncoderForTokenClassification,
    EncoderHead,
)


class AlbertAttention(BertSelfAttention):
    """BERT's attention with the projection, residual and norm after it in one block."""

    def __init__(self, config: AlbertConfig, layer: int):
        super().__init__(config, layer)
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.output_dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, x, context):  # (B, T, D) -> (B, T, D)
        return self.LayerNorm(x + self.output_dropout(self.dense(super().forward(x, context))))


class AlbertRelativeAttention(AlbertAttention, BertRelativeAttention):
    """The same, with BERT's relative positions, whose scores are not scaled here."""

    def __init__(self, config: AlbertConfig, layer: int):
        super().__init__(config, layer)
        self.bias_scale = 1.0


class AlbertLayer(nn.Module):
    """Attention and feed-forward network, each with residual and norm."""

    def __init__(self, config: AlbertConfig, layer: int):
        super().__init__()
        absolute = config.position_embedding_type == "absolute"
        self.full_layer_layer_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.attention = (AlbertAttention if absolute else AlbertRelativeAttention)(config, layer)
        self.ffn = nn.Linear(config.hidden_size, config.intermediate_size)
        self.ffn_output = nn.Linear(config.intermediate_size, config.hidden_size)
        self.act = ops.activation(config.hidden_act)

    def forward(self, x, context):
        x = self.attention(x, context)
        return self.full_layer_layer_norm(self.ffn_output(self.act(self.ffn(x))) + x)


class AlbertLayerGroup(nn.Module):
    """The layers that every place of a group repeats."""

    def __init__(self, config: AlbertConfig):
        super().__init__()
        self.albert_layers = nn.List([AlbertLayer(config, i) for i in range(config.inner_group_num)])

    def forward(self, x, context):
        for layer in self.albert_layers:
            x = layer(x, context)
        return x


class AlbertEncoder(nn.Module):
    """The embeddings brought to the width of the layers, then `num_hidden_layers` places, of which neighbours share a group."""

    def __init__(self, config: AlbertConfig):
        super().__init__()
        groups, places = config.num_hidden_groups, config.num_hidden_layers
        self.embedding_hidden_mapping_in = nn.Linear(config.embedding_size, config.hidden_size)
        self.albert_layer_groups = nn.List([AlbertLayerGroup(config) for _ in range(groups)])
        self.order = tuple(place * groups // places for place in range(places))

    def forward(self, x, context):  # (B, T, E) -> (B, T, D)
        x = self.embedding_hidden_mapping_in(x)
        groups = list(self.albert_layer_groups)
        for group in self.order:
            nn.record("hidden_states", x)
            x = groups[group](x, context)
        nn.record("hidden_states", x)
        return x


class AlbertPreTrainedModel(nn.Model):
    """What all ALBERT models have in common."""

    config_class, prefix = AlbertConfig, "albert"
    input_embeddings, output_embeddings = "embeddings.word_embeddings", "predictions.decoder"

    @staticmethod
    def head_dropout(config: AlbertConfig) -> float:
        return config.classifier_dropout_prob


class AlbertModel(AlbertPreTrainedModel):
    """The encoder without a head.

    Args:
        input_ids: (B, T) int, token ids; T <= max_position_embeddings.
        attention_mask: (B, T), 1 for tokens and 0 for padding, or (B, T, S). Default: all ones.
        token_type_ids: (B, T) int, segment of each token. Default: all zeros.
        position_ids: (B, T) int. Default: counted from 0.
        inputs_embeds: (B, T, E), instead of input_ids.

    Returns: EncoderOutput with last_hidden_state (B, T, D) and pooler_output (B, D), None when built with `add_pooling_layer=False`.
    Raises: InputError: T is too large; both or none of input_ids and inputs_embeds.
    """

    def __init__(self, config: AlbertConfig, add_pooling_layer: bool = True):
        super().__init__(config)
        self.embeddings = BertEmbeddings(config, config.embedding_size)
        self.encoder = AlbertEncoder(config)
        self.pooler = nn.Linear(config.hidden_size, config.hidden_size) if add_pooling_layer else None

    def forward(self, input_ids=None, attention_mask=None, token_type_ids=None, position_ids=None, inputs_embeds=None):
        tokens = ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds)
        ops.check_length(self, tokens, self.config.max_position_embeddings)
        context = nn.Context(tokens, attention_mask, position_ids=position_ids)
        x = self.encoder(self.embeddings(input_ids, inputs_embeds, token_type_ids, context.positions), context)
        return EncoderOutput(x, None if self.pooler is None else ops.tanh(self.pooler(x[:, 0])))


class AlbertMLMHead(nn.Module):
    """Scores of all words; the projection shares the word embeddings. `bias` is the decoder's own, under its older name."""

    def __init__(self, config: AlbertConfig):
        super().__init__()
        self.LayerNorm = nn.LayerNorm(config.embedding_size, eps=config.layer_norm_eps)
        self.bias = nn.Parameter((config.vocab_size,), "zeros")
        self.dense = nn.Linear(config.hidden_size, config.embedding_size)
        self.decoder = nn.Linear(config.embedding_size, config.vocab_size)
        self.act = ops.activation(config.hidden_act)

    def forward(self, x):  # (B, T, D) -> (B, T, V)
        return self.decoder(self.LayerNorm(self.act(self.dense(x))))


class AlbertOrderHead(nn.Module):
    """Scores of whether two parts of a text are in their order."""

    def __init__(self, config: AlbertConfig):
        super().__init__()
        self.classifier = nn.Linear(config.hidden_size, config.num_labels)
        self.dropout = nn.Dropout(config.classifier_dropout_prob)

    def forward(self, pooled):  # (B, D) -> (B, 2)
        return self.classifier(self.dropout(pooled))


class AlbertForPreTraining(AlbertPreTrainedModel, EncoderHead):
    """ALBERT with both heads of its pre-training.

    Takes AlbertModel's inputs, and labels (B, T) of masked words and sentence_order_label (B,): 1 where the two parts are swapped.
    """

    base, base_options = AlbertModel, {}

    def __init__(self, config: AlbertConfig):
        super().__init__(config)
        self.predictions = AlbertMLMHead(config)
        self.sop_classifier = AlbertOrderHead(config)

    def forward(
        self, input_ids=None, attention_mask=None, token_type_ids=None, position_ids=None, inputs_embeds=None,
        labels=None, sentence_order_label=None,
    ):  # fmt: skip
        out = self.base_model(input_ids, attention_mask, token_type_ids, position_ids, inputs_embeds)
        words, order = self.predictions(out.last_hidden_state), self.sop_classifier(out.pooler_output)
        loss = None
        if labels is not None and sentence_order_label is not None:
            loss = ops.cross_entropy(words, labels) + ops.cross_entropy(order, sentence_order_label)
        return SentenceOrderOutput(loss, words, order)


class AlbertForMaskedLM(AlbertPreTrainedModel, EncoderForMaskedLM):
    """ALBERT with a score for each word at each place: logits (B, T, V). labels (B, T): -100 where nothing is to be predicted."""

    base = AlbertModel

    def __init__(self, config: AlbertConfig):
        super().__init__(config)
        self.predictions = AlbertMLMHead(config)

    def words(self, x):
        return self.predictions(x)


class AlbertForSequenceClassification(AlbertPreTrainedModel, EncoderForSequenceClassification):
    """ALBERT with a linear classifier on the pooled first token: logits (B, C). labels: see `classification_loss`."""

    base = AlbertModel


class AlbertForMultipleChoice(AlbertPreTrainedModel, EncoderForMultipleChoice):
    """ALBERT that scores N choices: inputs (B, N, T), logits (B, N), labels (B,)."""

    base = AlbertModel


class AlbertForTokenClassification(AlbertPreTrainedModel, EncoderForTokenClassification):
    """ALBERT with a linear classifier on every token: logits (B, T, C), labels (B, T)."""

    base = AlbertModel


class AlbertForQuestionAnswering(AlbertPreTrainedModel, EncoderForQuestionAnswering):
    """ALBERT that marks the span of an answer: start_logits and end_logits (B, T); start_positions and end_positions (B,)."""

    base = AlbertModel


TIED = {"predictions.decoder.weight": "albert.embeddings.word_embeddings.weight"}
SHARED = {"predictions.decoder.bias": "predictions.bias"}
OPTIONAL = (r"^(albert\.)?pooler\.",)  # files of masked-word models
IGNORE = (r"embeddings\.position_ids$",)
INIT = {r"(LayerNorm|layer_norm)\.weight$": "ones", r"weight$": ("normal", "initializer_range")}
