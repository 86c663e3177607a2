"""ModernBERT: an encoder with rotary positions, gated feed-forward networks and pre-norm, most of whose layers see a window alone.

Paper        Warner et al., 2024, https://arxiv.org/abs/2412.13663
Checkpoints  every repository whose config.json says `model_type: modernbert`
Names        attribute paths are checkpoint keys
Shapes       B batch, T tokens, H heads, D hidden_size, V vocab_size, C num_labels
"""

from typing import Any

from triform.configs.modernbert import ModernBertConfig
from triform.outputs import BaseModelOutput, LogitsOutput

from .. import nn, ops
from .encoding import EncoderHead, as_texts, span_output
from .losses import classification_loss
from .rotary import Rotary, turn


class ModernBertEmbeddings(nn.Module):
    """Word embeddings, normalised."""

    def __init__(self, config: ModernBertConfig):
        super().__init__()
        self.tok_embeddings = nn.Embedding(config.vocab_size, config.hidden_size, padding=config.pad_token_id)
        self.norm = nn.LayerNorm(config.hidden_size, eps=config.norm_eps, bias=config.norm_bias)
        self.drop = nn.Dropout(config.embedding_dropout)

    def forward(self, input_ids, inputs_embeds):  # (B, T) -> (B, T, D)
        return self.drop(self.norm(self.tok_embeddings(input_ids) if inputs_embeds is None else inputs_embeds))


class ModernBertAttention(nn.Module):
    """Attention with turned queries and keys, under the mask of its kind of layer."""

    def __init__(self, config: ModernBertConfig):
        super().__init__()
        width = config.hidden_size
        self.heads = config.num_attention_heads
        self.Wqkv = nn.Linear(width, 3 * width, bias=config.attention_bias)
        self.Wo = nn.Linear(width, width, bias=config.attention_bias)
        self.dropout, self.out_drop = nn.Dropout(config.attention_dropout), nn.Dropout(config.attention_dropout)

    def forward(self, x, mask, angles):  # (B, T, D) -> (B, T, D)
        q, k, v = (ops.split_heads(part, self.heads) for part in ops.split(self.Wqkv(x), 3, axis=-1))
        x = ops.attention(turn(q, *angles), turn(k, *angles), v, mask, dropout=self.dropout)
        return self.out_drop(self.Wo(ops.merge_heads(x)))


class ModernBertMLP(nn.Module):
    """The gated feed-forward network."""

    def __init__(self, config: ModernBertConfig):
        super().__init__()
        self.Wi = nn.Linear(config.hidden_size, 2 * config.intermediate_size, bias=config.mlp_bias)
        self.Wo = nn.Linear(config.intermediate_size, config.hidden_size, bias=config.mlp_bias)
        self.act = ops.activation(config.hidden_activation)
        self.drop = nn.Dropout(config.mlp_dropout)

    def forward(self, x):
        x, gate = ops.split(self.Wi(x), 2, axis=-1)
        return self.Wo(self.drop(self.act(x) * gate))


class ModernBertEncoderLayer(nn.Module):
    """Norm (but in the first layer, whose input is normalised), attention, residual; norm, feed-forward, residual."""

    def __init__(self, config: ModernBertConfig, layer: int):
        super().__init__()
        norm = lambda: nn.LayerNorm(config.hidden_size, eps=config.norm_eps, bias=config.norm_bias)
        self.attn_norm = norm() if layer else None
        self.attn = ModernBertAttention(config)
        self.mlp_norm = norm()
        self.mlp = ModernBertMLP(config)
        self.local = layer % config.global_attn_every_n_layers != 0

    def forward(self, x, everywhere, nearby):  # each: (mask, angles)
        seen = nearby if self.local else everywhere
        x = x + self.attn(x if self.attn_norm is None else self.attn_norm(x), *seen)
        return x + self.mlp(self.mlp_norm(x))


class ModernBertPreTrainedModel(nn.Model):
    """What all ModernBERT models have in common."""

    config_class, prefix = ModernBertConfig, "model"
    base_options: dict[str, Any] = {}  # there is no pooler to leave out
    input_embeddings, output_embeddings = "embeddings.tok_embeddings", "decoder"


class ModernBertModel(ModernBertPreTrainedModel):
    """The encoder without a head.

    Args:
        input_ids: (B, T) int, token ids.
        attention_mask: (B, T), 1 for tokens and 0 for padding. Default: all ones.
        position_ids: (B, T) int. Default: counted from 0.
        inputs_embeds: (B, T, D), instead of input_ids.

    Returns: BaseModelOutput with last_hidden_state (B, T, D).
    Raises: InputError: both or none of input_ids and inputs_embeds.
    """

    def __init__(self, config: ModernBertConfig):
        super().__init__(config)
        width = config.hidden_size // config.num_attention_heads
        self.embeddings = ModernBertEmbeddings(config)
        self.layers = nn.List([ModernBertEncoderLayer(config, layer) for layer in range(config.num_hidden_layers)])
        self.final_norm = nn.LayerNorm(config.hidden_size, eps=config.norm_eps, bias=config.norm_bias)
        self.rotary = Rotary(config, width)
        nearby = config.copy()
        nearby.global_rope_theta = config.global_rope_theta if config.local_rope_theta is None else config.local_rope_theta
        self.local_rotary = Rotary(nearby, width)

    def forward(self, input_ids=None, attention_mask=None, position_ids=None, inputs_embeds=None):
        tokens = ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds)
        context = nn.Context(tokens, attention_mask, position_ids=position_ids)
        x = self.embeddings(input_ids, inputs_embeds)
        queries, slots = context.slots()
        near = (ops.absolute(queries[:, None] - slots[None, :]) <= self.config.local_attention // 2)[None, None]
        everywhere = context.mask, self.rotary(context.positions, x)
        nearby = near if context.mask is None else near & context.mask, self.local_rotary(context.positions, x)
        for layer in self.layers:
            nn.record("hidden_states", x)
            x = layer(x, everywhere, nearby)
        nn.record("hidden_states", x)
        return BaseModelOutput(self.final_norm(x))


class ModernBertPredictionHead(nn.Module):
    """A hidden layer before the words or the classes."""

    def __init__(self, config: ModernBertConfig):
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.hidden_size, bias=config.classifier_bias)
        self.norm = nn.LayerNorm(config.hidden_size, eps=config.norm_eps, bias=config.norm_bias)
        self.act = ops.activation(config.classifier_activation)

    def forward(self, x):
        return self.norm(self.act(self.dense(x)))


class ModernBertForMaskedLM(ModernBertPreTrainedModel, EncoderHead):
    """ModernBERT with a score for each word at each place: logits (B, T, V). labels (B, T): -100 where nothing is to be predicted.

    With config.sparse_prediction, all places get their scores nevertheless: a loss over some of them is the same.
    """

    base = ModernBertModel

    def __init__(self, config: ModernBertConfig):
        super().__init__(config)
        self.head = ModernBertPredictionHead(config)
        self.decoder = nn.Linear(config.hidden_size, config.vocab_size, bias=config.decoder_bias)

    def forward(self, input_ids=None, attention_mask=None, position_ids=None, inputs_embeds=None, labels=None):
        out = self.base_model(input_ids, attention_mask, position_ids, inputs_embeds)
        logits = self.decoder(self.head(out.last_hidden_state))
        return LogitsOutput(None if labels is None else ops.cross_entropy(logits, labels), logits)


class ModernBertClassifier(ModernBertPreTrainedModel, EncoderHead):
    """What the heads with classes have in common."""

    base = ModernBertModel

    def __init__(self, config: ModernBertConfig, classes: int | None = None):
        super().__init__(config)
        self.head = ModernBertPredictionHead(config)
        self.drop = nn.Dropout(config.classifier_dropout)
        self.classifier = nn.Linear(config.hidden_size, config.num_labels if classes is None else classes)

    def of_tokens(self, input_ids, attention_mask, position_ids, inputs_embeds):  # -> (B, T, classes)
        out = self.base_model(input_ids, attention_mask, position_ids, inputs_embeds)
        return self.classifier(self.drop(self.head(out.last_hidden_state)))

    def of_texts(self, input_ids, attention_mask, position_ids, inputs_embeds):  # -> (B, classes)
        x = self.base_model(input_ids, attention_mask, position_ids, inputs_embeds).last_hidden_state
        if self.config.classifier_pooling == "cls":
            x = x[:, 0]
        elif attention_mask is None:
            x = ops.mean(x, axis=1)
        else:
            real = ops.cast(attention_mask[..., None], x.dtype)
            x = ops.sum(x * real, axis=1) / ops.sum(real, axis=1)
        return self.classifier(self.drop(self.head(x)))


class ModernBertForSequenceClassification(ModernBertClassifier):
    """ModernBERT that classifies texts: logits (B, C). labels: see `classification_loss`."""

    def forward(self, input_ids=None, attention_mask=None, position_ids=None, inputs_embeds=None, labels=None):
        logits = self.of_texts(input_ids, attention_mask, position_ids, inputs_embeds)
        return LogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)


class ModernBertForMultipleChoice(ModernBertClassifier):
    """ModernBERT that scores N choices: inputs (B, N, T), logits (B, N), labels (B,)."""

    def __init__(self, config: ModernBertConfig):
        super().__init__(config, classes=1)

    def forward(self, input_ids=None, attention_mask=None, position_ids=None, inputs_embeds=None, labels=None):
        choices = ops.shape(ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds))[1]
        scores = self.of_texts(*as_texts(input_ids, attention_mask, position_ids, inputs_embeds))
        logits = ops.reshape(scores, (-1, choices))
        return LogitsOutput(None if labels is None else ops.cross_entropy(logits, labels), logits)


class ModernBertForTokenClassification(ModernBertClassifier):
    """ModernBERT with a classifier on every token: logits (B, T, C), labels (B, T)."""

    def forward(self, input_ids=None, attention_mask=None, position_ids=None, inputs_embeds=None, labels=None):
        logits = self.of_tokens(input_ids, attention_mask, position_ids, inputs_embeds)
        return LogitsOutput(None if labels is None else ops.cross_entropy(logits, labels), logits)


class ModernBertForQuestionAnswering(ModernBertClassifier):
    """ModernBERT that marks the span of an answer: start_logits and end_logits (B, T); start_positions and end_positions (B,)."""

    def forward(self, input_ids=None, attention_mask=None, position_ids=None, inputs_embeds=None, start_positions=None, end_positions=None):
        return span_output(self.of_tokens(input_ids, attention_mask, position_ids, inputs_embeds), start_positions, end_positions)


def _deep(config: ModernBertConfig) -> float:
    """Standard deviation of what adds to the residual stream."""
    return config.initializer_range / (2 * config.num_hidden_layers) ** 0.5


TIED = {"decoder.weight": "model.embeddings.tok_embeddings.weight"}
IGNORE = (r"layers\.0\.attn_norm\.weight$",)  # some files hold one, of ones
INIT = {
    r"norm\.weight$": "ones",
    r"(Wo|head\.dense|decoder)\.weight$": ("truncated_normal", _deep),
    r"^classifier\.weight$": ("truncated_normal", lambda config: config.hidden_size**-0.5),
    r"weight$": ("truncated_normal", "initializer_range"),
}
