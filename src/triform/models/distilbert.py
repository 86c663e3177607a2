"""DistilBERT: half as many layers as BERT, taught by it; no segments and no pooler.

Paper        Sanh et al., 2019, https://arxiv.org/abs/1910.01108
Checkpoints  every repository whose config.json says `model_type: distilbert`
Names        attribute paths are checkpoint keys
Shapes       B batch, T tokens, D dim, V vocab_size, C num_labels
"""

from triform.configs.distilbert import DistilBertConfig
from triform.outputs import BaseModelOutput, LogitsOutput

from .. import nn, ops
from .bert import RENAME as RENAME
from .encoding import EncoderHead, as_texts, span_output
from .losses import classification_loss


class DistilBertEmbeddings(nn.Module):
    """Sum of word and position embeddings, normalised."""

    def __init__(self, config: DistilBertConfig):
        super().__init__()
        self.word_embeddings = nn.Embedding(config.vocab_size, config.dim, padding=config.pad_token_id)
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, config.dim)
        self.LayerNorm = nn.LayerNorm(config.dim, eps=1e-12)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, input_ids, inputs_embeds, positions):  # (B, T), … -> (B, T, D)
        words = self.word_embeddings(input_ids) if inputs_embeds is None else inputs_embeds
        return self.dropout(self.LayerNorm(words + self.position_embeddings(positions)))


class DistilBertAttention(nn.Module):
    """Multi-head attention of the tokens to each other."""

    def __init__(self, config: DistilBertConfig, layer: int):
        super().__init__()
        self.layer, self.heads = layer, config.n_heads
        self.q_lin = nn.Linear(config.dim, config.dim)
        self.k_lin = nn.Linear(config.dim, config.dim)
        self.v_lin = nn.Linear(config.dim, config.dim)
        self.out_lin = nn.Linear(config.dim, config.dim)
        self.dropout = nn.Dropout(config.attention_dropout)

    def forward(self, x, context):  # (B, T, D) -> (B, T, D)
        q, k, v = (ops.split_heads(project(x), self.heads) for project in (self.q_lin, self.k_lin, self.v_lin))
        return self.out_lin(ops.merge_heads(context.attend(self.layer, q, k, v, dropout=self.dropout)))


class DistilBertFFN(nn.Module):
    """The feed-forward network."""

    def __init__(self, config: DistilBertConfig):
        super().__init__()
        self.lin1 = nn.Linear(config.dim, config.hidden_dim)
        self.lin2 = nn.Linear(config.hidden_dim, config.dim)
        self.dropout = nn.Dropout(config.dropout)
        self.act = ops.activation(config.activation)

    def forward(self, x):
        return self.dropout(self.lin2(self.act(self.lin1(x))))


class DistilBertLayer(nn.Module):
    """Attention and feed-forward network, each with residual and norm."""

    def __init__(self, config: DistilBertConfig, layer: int):
        super().__init__()
        self.attention = DistilBertAttention(config, layer)
        self.sa_layer_norm = nn.LayerNorm(config.dim, eps=1e-12)
        self.ffn = DistilBertFFN(config)
        self.output_layer_norm = nn.LayerNorm(config.dim, eps=1e-12)

    def forward(self, x, context):
        x = self.sa_layer_norm(self.attention(x, context) + x)
        return self.output_layer_norm(self.ffn(x) + x)


class DistilBertTransformer(nn.Module):
    """The stack of layers."""

    def __init__(self, config: DistilBertConfig):
        super().__init__()
        self.layer = nn.List([DistilBertLayer(config, i) for i in range(config.n_layers)])

    def forward(self, x, context):
        for layer in self.layer:
            nn.record("hidden_states", x)
            x = layer(x, context)
        nn.record("hidden_states", x)
        return x


class DistilBertPreTrainedModel(nn.Model):
    """What all DistilBERT models have in common."""

    config_class, prefix = DistilBertConfig, "distilbert"
    base_options: dict[str, bool] = {}  # there is no pooler to leave out
    input_embeddings, output_embeddings = "embeddings.word_embeddings", "vocab_projector"


class DistilBertModel(DistilBertPreTrainedModel):
    """The encoder without a head.

    Args:
        input_ids: (B, T) int, token ids; T <= max_position_embeddings.
        attention_mask: (B, T), 1 for tokens and 0 for padding, or (B, T, S). Default: all ones.
        inputs_embeds: (B, T, D), instead of input_ids.

    Returns: BaseModelOutput with last_hidden_state (B, T, D).
    Raises: InputError: T is too large; both or none of input_ids and inputs_embeds.
    """

    def __init__(self, config: DistilBertConfig):
        super().__init__(config)
        self.embeddings = DistilBertEmbeddings(config)
        self.transformer = DistilBertTransformer(config)

    def forward(self, input_ids=None, attention_mask=None, inputs_embeds=None):
        tokens = ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds)
        ops.check_length(self, tokens, self.config.max_position_embeddings)
        context = nn.Context(tokens, attention_mask)
        return BaseModelOutput(self.transformer(self.embeddings(input_ids, inputs_embeds, context.positions), context))


class DistilBertForMaskedLM(DistilBertPreTrainedModel, EncoderHead):
    """DistilBERT with a score for each word at each place: logits (B, T, V). labels (B, T): -100 where nothing is to be predicted."""

    base = DistilBertModel

    def __init__(self, config: DistilBertConfig):
        super().__init__(config)
        self.vocab_transform = nn.Linear(config.dim, config.dim)
        self.vocab_layer_norm = nn.LayerNorm(config.dim, eps=1e-12)
        self.vocab_projector = nn.Linear(config.dim, config.vocab_size)
        self.act = ops.activation(config.activation)

    def forward(self, input_ids=None, attention_mask=None, inputs_embeds=None, labels=None):
        x = self.base_model(input_ids, attention_mask, inputs_embeds).last_hidden_state
        logits = self.vocab_projector(self.vocab_layer_norm(self.act(self.vocab_transform(x))))
        return LogitsOutput(None if labels is None else ops.cross_entropy(logits, labels), logits)


class DistilBertTextHead(DistilBertPreTrainedModel, EncoderHead):
    """What the heads on the first token have in common."""

    base = DistilBertModel

    def __init__(self, config: DistilBertConfig, classes: int):
        super().__init__(config)
        self.pre_classifier = nn.Linear(config.dim, config.dim)
        self.classifier = nn.Linear(config.dim, classes)
        self.dropout = nn.Dropout(config.seq_classif_dropout)
        self.act = ops.activation("relu")

    def scores(self, input_ids, attention_mask, inputs_embeds):  # -> (B, classes)
        first = self.base_model(input_ids, attention_mask, inputs_embeds).last_hidden_state[:, 0]
        return self.classifier(self.dropout(self.act(self.pre_classifier(first))))


class DistilBertForSequenceClassification(DistilBertTextHead):
    """DistilBERT that classifies texts by their first token: logits (B, C). labels: see `classification_loss`."""

    def __init__(self, config: DistilBertConfig):
        super().__init__(config, config.num_labels)

    def forward(self, input_ids=None, attention_mask=None, inputs_embeds=None, labels=None):
        logits = self.scores(input_ids, attention_mask, inputs_embeds)
        return LogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)


class DistilBertForMultipleChoice(DistilBertTextHead):
    """DistilBERT that scores N choices: inputs (B, N, T), logits (B, N), labels (B,)."""

    def __init__(self, config: DistilBertConfig):
        super().__init__(config, 1)

    def forward(self, input_ids=None, attention_mask=None, inputs_embeds=None, labels=None):
        choices = ops.shape(ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds))[1]
        logits = ops.reshape(self.scores(*as_texts(input_ids, attention_mask, inputs_embeds)), (-1, choices))
        return LogitsOutput(None if labels is None else ops.cross_entropy(logits, labels), logits)


class DistilBertForTokenClassification(DistilBertPreTrainedModel, EncoderHead):
    """DistilBERT with a linear classifier on every token: logits (B, T, C), labels (B, T)."""

    base = DistilBertModel

    def __init__(self, config: DistilBertConfig):
        super().__init__(config)
        self.dropout = nn.Dropout(config.dropout)
        self.classifier = nn.Linear(config.dim, config.num_labels)

    def forward(self, input_ids=None, attention_mask=None, inputs_embeds=None, labels=None):
        logits = self.classifier(self.dropout(self.base_model(input_ids, attention_mask, inputs_embeds).last_hidden_state))
        return LogitsOutput(None if labels is None else ops.cross_entropy(logits, labels), logits)


class DistilBertForQuestionAnswering(DistilBertPreTrainedModel, EncoderHead):
    """DistilBERT that marks the span of an answer: start_logits and end_logits (B, T); start_positions and end_positions (B,)."""

    base = DistilBertModel

    def __init__(self, config: DistilBertConfig):
        super().__init__(config)
        self.qa_outputs = nn.Linear(config.dim, config.num_labels)
        self.dropout = nn.Dropout(config.qa_dropout)

    def forward(self, input_ids=None, attention_mask=None, inputs_embeds=None, start_positions=None, end_positions=None):
        x = self.dropout(self.base_model(input_ids, attention_mask, inputs_embeds).last_hidden_state)
        return span_output(self.qa_outputs(x), start_positions, end_positions)


TIED = {"vocab_projector.weight": "distilbert.embeddings.word_embeddings.weight"}
IGNORE = (r"embeddings\.position_ids$",)
INIT = {r"(LayerNorm|layer_norm)\.weight$": "ones", r"weight$": ("normal", "initializer_range")}
