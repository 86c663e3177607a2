"""MPNet: an encoder whose attention adds a bias for each distance, and whose positions count the tokens that are no padding.

Paper        Song et al., 2020, https://arxiv.org/abs/2004.09297
Checkpoints  every repository whose config.json says `model_type: mpnet`
Names        attribute paths are checkpoint keys
Shapes       B batch, T tokens, H heads, D hidden_size, V vocab_size, C num_labels
"""

from triform.configs.mpnet import BUCKETS, FARTHEST, PADDING, MPNetConfig
from triform.outputs import EncoderOutput, LogitsOutput

from .. import nn, ops
from .bert import RENAME as RENAME
from .bert import BertAddNorm, BertIntermediate, BertPooler
from .buckets import bucket_table, buckets_between
from .encoding import EncoderHead, as_texts, span_output
from .losses import classification_loss
from .roberta import RobertaClassificationHead, RobertaLMHead, first_positions


class MPNetEmbeddings(nn.Module):
    """Sum of word and position embeddings, normalised."""

    def __init__(self, config: MPNetConfig):
        super().__init__()
        self.word_embeddings = nn.Embedding(config.vocab_size, config.hidden_size, padding=PADDING)
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, config.hidden_size, padding=PADDING)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, input_ids, inputs_embeds, positions):  # (B, T), … -> (B, T, D)
        words = self.word_embeddings(input_ids) if inputs_embeds is None else inputs_embeds
        return self.dropout(self.LayerNorm(words + self.position_embeddings(positions)))


class MPNetSelfAttention(nn.Module):
    """Multi-head attention of the tokens to each other."""

    def __init__(self, config: MPNetConfig, layer: int):
        super().__init__()
        width = config.hidden_size
        self.layer, self.heads = layer, config.num_attention_heads
        self.q = nn.Linear(width, width)
        self.k = nn.Linear(width, width)
        self.v = nn.Linear(width, width)
        self.o = nn.Linear(width, width)
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)

    def forward(self, x, context, bias):  # (B, T, D) -> (B, T, D)
        q, k, v = (ops.split_heads(project(x), self.heads) for project in (self.q, self.k, self.v))
        return self.o(ops.merge_heads(context.attend(self.layer, q, k, v, dropout=self.dropout, bias=bias)))


class MPNetAttention(nn.Module):
    """Attention, residual, norm."""

    def __init__(self, config: MPNetConfig, layer: int):
        super().__init__()
        self.attn = MPNetSelfAttention(config, layer)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, x, context, bias):
        return self.LayerNorm(self.dropout(self.attn(x, context, bias)) + x)


class MPNetLayer(nn.Module):
    """Attention, feed-forward."""

    def __init__(self, config: MPNetConfig, layer: int):
        super().__init__()
        self.attention = MPNetAttention(config, layer)
        self.intermediate = BertIntermediate(config)
        self.output = BertAddNorm(config.intermediate_size, config)

    def forward(self, x, context, bias):
        x = self.attention(x, context, bias)
        return self.output(self.intermediate(x), residual=x)


class MPNetEncoder(nn.Module):
    """The stack of layers, which share their position biases."""

    def __init__(self, config: MPNetConfig):
        super().__init__()
        self.layer = nn.List([MPNetLayer(config, i) for i in range(config.num_hidden_layers)])
        self.relative_attention_bias = nn.Embedding(config.relative_attention_num_buckets, config.num_attention_heads)
        self.table = bucket_table(BUCKETS, FARTHEST, both_sides=True)

    def forward(self, x, context):
        biases = self.relative_attention_bias(buckets_between(context.slots(), self.table, BUCKETS // 2))  # (T, S, H)
        bias = ops.cast(ops.transpose(biases, (2, 0, 1))[None], x.dtype)
        for layer in self.layer:
            nn.record("hidden_states", x)
            x = layer(x, context, bias)
        nn.record("hidden_states", x)
        return x


class MPNetPreTrainedModel(nn.Model):
    """What all MPNet models have in common."""

    config_class, prefix = MPNetConfig, "mpnet"
    input_embeddings, output_embeddings = "embeddings.word_embeddings", "lm_head.decoder"


class MPNetModel(MPNetPreTrainedModel):
    """The encoder without a head.

    Args:
        input_ids: (B, T) int, token ids; T < max_position_embeddings - 1.
        attention_mask: (B, T), 1 for tokens and 0 for padding, or (B, T, S). Default: all ones.
        position_ids: (B, T) int. Default: counted on from 1, over the tokens that are no padding (1, whatever pad_token_id is).
        inputs_embeds: (B, T, D), instead of input_ids.

    Returns: EncoderOutput with last_hidden_state (B, T, D) and pooler_output (B, D), None when built with `add_pooling_layer=False`.
    Raises: InputError: T is too large; both or none of input_ids and inputs_embeds.
    """

    def __init__(self, config: MPNetConfig, add_pooling_layer: bool = True):
        super().__init__(config)
        self.embeddings = MPNetEmbeddings(config)
        self.encoder = MPNetEncoder(config)
        self.pooler = BertPooler(config) if add_pooling_layer else None

    def forward(self, input_ids=None, attention_mask=None, position_ids=None, inputs_embeds=None):
        tokens = ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds)
        numbered = first_positions(self, tokens, input_ids, PADDING) if position_ids is None else position_ids
        context = nn.Context(tokens, attention_mask, position_ids=numbered)
        x = self.encoder(self.embeddings(input_ids, inputs_embeds, context.positions), context)
        return EncoderOutput(x, None if self.pooler is None else self.pooler(x))


class MPNetForMaskedLM(MPNetPreTrainedModel, EncoderHead):
    """MPNet with a score for each word at each place: logits (B, T, V). labels (B, T): -100 where nothing is to be predicted."""

    base = MPNetModel

    def __init__(self, config: MPNetConfig):
        super().__init__(config)
        self.lm_head = RobertaLMHead(config)

    def forward(self, input_ids=None, attention_mask=None, position_ids=None, inputs_embeds=None, labels=None):
        logits = self.lm_head(self.base_model(input_ids, attention_mask, position_ids, inputs_embeds).last_hidden_state)
        return LogitsOutput(None if labels is None else ops.cross_entropy(logits, labels), logits)


class MPNetForSequenceClassification(MPNetPreTrainedModel, EncoderHead):
    """MPNet that classifies texts by their first token: logits (B, C). labels: see `classification_loss`."""

    base = MPNetModel

    def __init__(self, config: MPNetConfig):
        super().__init__(config)
        self.classifier = RobertaClassificationHead(config, config.hidden_dropout_prob)

    def forward(self, input_ids=None, attention_mask=None, position_ids=None, inputs_embeds=None, labels=None):
        logits = self.classifier(self.base_model(input_ids, attention_mask, position_ids, inputs_embeds).last_hidden_state)
        return LogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)


class MPNetForMultipleChoice(MPNetPreTrainedModel, EncoderHead):
    """MPNet that scores N choices: inputs (B, N, T), logits (B, N), labels (B,)."""

    base, base_options = MPNetModel, {}

    def __init__(self, config: MPNetConfig):
        super().__init__(config)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        self.classifier = nn.Linear(config.hidden_size, 1)

    def forward(self, input_ids=None, attention_mask=None, position_ids=None, inputs_embeds=None, labels=None):
        choices = ops.shape(ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds))[1]
        out = self.base_model(*as_texts(input_ids, attention_mask, position_ids, inputs_embeds))
        logits = ops.reshape(self.classifier(self.dropout(out.pooler_output)), (-1, choices))
        return LogitsOutput(None if labels is None else ops.cross_entropy(logits, labels), logits)


class MPNetForTokenClassification(MPNetPreTrainedModel, EncoderHead):
    """MPNet with a linear classifier on every token: logits (B, T, C), labels (B, T)."""

    base = MPNetModel

    def __init__(self, config: MPNetConfig):
        super().__init__(config)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        self.classifier = nn.Linear(config.hidden_size, config.num_labels)

    def forward(self, input_ids=None, attention_mask=None, position_ids=None, inputs_embeds=None, labels=None):
        logits = self.classifier(self.dropout(self.base_model(input_ids, attention_mask, position_ids, inputs_embeds).last_hidden_state))
        return LogitsOutput(None if labels is None else ops.cross_entropy(logits, labels), logits)


class MPNetForQuestionAnswering(MPNetPreTrainedModel, EncoderHead):
    """MPNet that marks the span of an answer: start_logits and end_logits (B, T); start_positions and end_positions (B,)."""

    base = MPNetModel

    def __init__(self, config: MPNetConfig):
        super().__init__(config)
        self.qa_outputs = nn.Linear(config.hidden_size, config.num_labels)

    def forward(self, input_ids=None, attention_mask=None, position_ids=None, inputs_embeds=None, start_positions=None, end_positions=None):
        out = self.base_model(input_ids, attention_mask, position_ids, inputs_embeds)
        return span_output(self.qa_outputs(out.last_hidden_state), start_positions, end_positions)


TIED = {"lm_head.decoder.weight": "mpnet.embeddings.word_embeddings.weight"}
SHARED = {"lm_head.decoder.bias": "lm_head.bias"}
OPTIONAL = (r"^(mpnet\.)?pooler\.",)  # files of masked-word models
IGNORE = (r"embeddings\.position_ids$",)
INIT = {r"(LayerNorm|layer_norm)\.weight$": "ones", r"weight$": ("normal", "initializer_range")}
