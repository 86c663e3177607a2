"""DeBERTa-v2 and -v3: attention whose scores add those of contents for distances, and of distances for contents.

Paper        He et al., 2020, https://arxiv.org/abs/2006.03654; version 3: https://arxiv.org/abs/2111.09543
Checkpoints  every repository whose config.json says `model_type: deberta-v2`
Names        attribute paths are checkpoint keys
Shapes       B batch, T tokens, H heads, D hidden_size, E embedding_size, P embedded distances, V vocab_size, C num_labels
"""

import math
from typing import Any

import numpy as np

from triform.configs.deberta_v2 import DebertaV2Config
from triform.errors import ConfigError
from triform.outputs import BaseModelOutput

from .. import nn, ops
from .bert import RENAME as RENAME
from .bert import BertAddNorm, BertIntermediate
from .encoding import (
    EncoderForMaskedLM,
    EncoderForMultipleChoice,
    EncoderForQuestionAnswering,
    EncoderForSequenceClassification,
    EncoderForTokenClassification,
)


def reach(config: DebertaV2Config) -> int:
    """How many distances are embedded on each side."""
    return config.position_buckets if config.position_buckets > 0 else largest_distance(config)


def largest_distance(config: DebertaV2Config) -> int:
    return config.max_relative_positions if config.max_relative_positions > 0 else config.max_position_embeddings


def distance_table(config: DebertaV2Config) -> tuple[int, ...]:
    """Distance -> bucket: half of the buckets hold one distance each, the others logarithmically growing ranges; all farther ones share."""
    farthest, half = largest_distance(config), config.position_buckets // 2
    if half < 1:
        return tuple(range(farthest + 1))
    distances = np.arange(farthest + 1, dtype=np.float32)
    growth = np.log(np.maximum(distances, half) / np.float32(half)) / np.float32(math.log((farthest - 1) / half))
    return tuple(map(int, np.where(distances <= half, distances, np.ceil(growth * np.float32(half - 1)) + half)))


class DebertaV2Embeddings(nn.Module):
    """Sum of word embeddings and, as the config says, those of positions and segments; brought to the layers' width and normalised."""

    def __init__(self, config: DebertaV2Config):
        super().__init__()
        width: int = config.embedding_size  # type: ignore[assignment]
        self.word_embeddings = nn.Embedding(config.vocab_size, width, padding=config.pad_token_id)
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, width) if config.position_biased_input else None
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, width) if config.type_vocab_size > 0 else None
        self.embed_proj = nn.Linear(width, config.hidden_size, bias=False) if width != config.hidden_size else None
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, input_ids, inputs_embeds, token_type_ids, positions, attention_mask):  # (B, T), … -> (B, T, D)
        x = self.word_embeddings(input_ids) if inputs_embeds is None else inputs_embeds
        if self.position_embeddings is not None:
            x = x + self.position_embeddings(positions)
        if self.token_type_embeddings is not None:
            x = x + self.token_type_embeddings(ops.zeros_like(positions) if token_type_ids is None else token_type_ids)
        x = self.LayerNorm(x if self.embed_proj is None else self.embed_proj(x))
        return self.dropout(x if attention_mask is None else x * ops.cast(attention_mask[..., None], x.dtype))


class DebertaV2SelfAttention(nn.Module):
    """Disentangled attention: contents score contents, contents score distances ("c2p"), distances score contents ("p2c")."""

    def __init__(self, config: DebertaV2Config, layer: int):
        super().__init__()
        width = config.hidden_size
        self.layer, self.heads = layer, config.num_attention_heads
        self.query_proj = nn.Linear(width, width)
        self.key_proj = nn.Linear(width, width)
        self.value_proj = nn.Linear(width, width)
        kinds = config.pos_att_type or ()
        self.scale = (width // self.heads * (1 + ("c2p" in kinds) + ("p2c" in kinds))) ** -0.5
        self.c2p, self.p2c = (kind in kinds and config.relative_attention for kind in ("c2p", "p2c"))
        self.shared = config.share_att_key
        self.pos_key_proj = nn.Linear(width, width) if self.c2p and not self.shared else None
        self.pos_query_proj = nn.Linear(width, width) if self.p2c and not self.shared else None
        self.pos_dropout = nn.Dropout(config.hidden_dropout_prob)
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)

    def forward(self, x, context, distances, places):  # (B, T, D), …, (P, D), (T, S) -> (B, T, D)
        q, k, v = (ops.split_heads(project(x), self.heads) for project in (self.query_proj, self.key_proj, self.value_proj))
        bias = ops.full((1, 1, 1, 1), 0.0, like=x) if distances is None else self.by_distance(q, k, self.pos_dropout(distances), places)
        return ops.merge_heads(context.attend(self.layer, q, k, v, dropout=self.dropout, bias=bias, scale=self.scale))

    def by_distance(self, q, k, distances, places):  # -> (B, H, T, S)
        b, h, t, _ = ops.shape(q)
        bias = ops.full((1, 1, 1, 1), 0.0, like=q)
        if self.c2p:
            keys = ops.split_heads((self.key_proj if self.shared else self.pos_key_proj)(distances)[None], self.heads)
            scores = ops.einsum("bhtd,xhpd->bhtp", q, keys)
            bias = bias + ops.take_along(scores, ops.broadcast_to(places, (b, h, t, t)), axis=3)
        if self.p2c:
            queries = ops.split_heads((self.query_proj if self.shared else self.pos_query_proj)(distances)[None], self.heads)
            scores = ops.einsum("bhsd,xhpd->bhsp", k, queries)
            by_key = ops.take_along(scores, ops.broadcast_to(ops.transpose(places, (1, 0)), (b, h, t, t)), axis=3)
            bias = bias + ops.transpose(by_key, (0, 1, 3, 2))
        return bias * self.scale


class DebertaV2Attention(nn.Module):
    """Attention, and the projection, residual and norm after it."""

    def __init__(self, config: DebertaV2Config, layer: int):
        super().__init__()
        self.self = DebertaV2SelfAttention(config, layer)
        self.output = BertAddNorm(config.hidden_size, config)

    def forward(self, x, context, distances, places):
        return self.output(self.self(x, context, distances, places), residual=x)


class DebertaV2Layer(nn.Module):
    """Attention, feed-forward."""

    def __init__(self, config: DebertaV2Config, layer: int):
        super().__init__()
        self.attention = DebertaV2Attention(config, layer)
        self.intermediate = BertIntermediate(config)
        self.output = BertAddNorm(config.intermediate_size, config)

    def forward(self, x, context, distances, places):
        x = self.attention(x, context, distances, places)
        return self.output(self.intermediate(x), residual=x)


class DebertaV2Taps(nn.Module):
    """A convolution along the text, in groups: one matrix for each place of the kernel."""

    def __init__(self, config: DebertaV2Config):
        super().__init__()
        self.width, self.groups, self.taps = config.hidden_size, config.conv_groups, config.conv_kernel_size
        self.weight = nn.Parameter((self.width, self.width // self.groups, self.taps))
        self.bias = nn.Parameter((self.width,), "zeros")

    def forward(self, x):  # (B, T, D) -> (B, T, D)
        b, t, _ = ops.shape(x)
        part = self.width // self.groups
        weight = ops.reshape(self.weight[...], (self.groups, part, part, self.taps))
        x = ops.reshape(ops.pad(x, [(0, 0), (self.taps // 2, self.taps // 2), (0, 0)]), (b, t + self.taps - 1, self.groups, part))
        total = ops.reshape(self.bias[...], (self.groups, part))
        for tap in range(self.taps):
            total = total + ops.einsum("btgi,goi->btgo", x[:, tap : tap + t], weight[..., tap])
        return ops.reshape(total, (b, t, self.width))


class DebertaV2Conv(nn.Module):
    """What neighbouring words say together, added to the first layer's result."""

    def __init__(self, config: DebertaV2Config):
        super().__init__()
        self.conv = DebertaV2Taps(config)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        self.act = ops.activation(config.conv_act)

    def forward(self, x, residual, mask):
        near = self.conv(x)
        real = None if mask is None else ops.cast(mask[..., None], x.dtype)
        x = self.LayerNorm(residual + self.act(self.dropout(near if real is None else near * real)))
        return x if real is None else x * real


class DebertaV2Encoder(nn.Module):
    """The stack of layers, which share the embeddings of distances."""

    def __init__(self, config: DebertaV2Config):
        super().__init__()
        normed = "layer_norm" in [kind.strip() for kind in config.norm_rel_ebd.lower().split("|")]
        self.layer = nn.List([DebertaV2Layer(config, i) for i in range(config.num_hidden_layers)])
        self.relative = config.relative_attention
        self.reach, self.table = reach(config), distance_table(config)
        self.rel_embeddings = nn.Embedding(2 * self.reach, config.hidden_size) if self.relative else None
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps) if self.relative and normed else None
        self.conv = DebertaV2Conv(config) if config.conv_kernel_size > 0 else None

    def forward(self, x, context, mask):
        distances, places, words = None, None, x
        if self.relative:
            distances = ops.cast(self.rel_embeddings.weight[...], x.dtype)
            distances = distances if self.LayerNorm is None else self.LayerNorm(distances)
            places = self.places(context)
        for i, layer in enumerate(self.layer):
            nn.record("hidden_states", x)
            x = layer(x, context, distances, places)
            if i == 0 and self.conv is not None:
                x = self.conv(words, x, mask)
        nn.record("hidden_states", x)
        return x

    def places(self, context):  # -> (T, S)
        """The row of `rel_embeddings` for each query and slot."""
        queries, slots = context.slots()
        ahead = queries[:, None] - slots[None, :]
        bucket = ops.take(ops.constant(np.array(self.table), like=queries), ops.minimum(ops.absolute(ahead), len(self.table) - 1), axis=0)
        return ops.minimum(ops.maximum(ops.where(ahead < 0, -bucket, bucket) + self.reach, 0), 2 * self.reach - 1)


class DebertaV2PreTrainedModel(nn.Model):
    """What all DeBERTa-v2 models have in common."""

    config_class, prefix = DebertaV2Config, "deberta"
    base_options: dict[str, Any] = {}  # there is no pooler to leave out
    input_embeddings, output_embeddings = "embeddings.word_embeddings", "cls.predictions.decoder"

    @staticmethod
    def head_dropout(config: DebertaV2Config) -> float:
        return config.hidden_dropout_prob if config.cls_dropout is None else config.cls_dropout


class DebertaV2Model(DebertaV2PreTrainedModel):
    """The encoder without a head.

    Args:
        input_ids: (B, T) int, token ids; T <= max_position_embeddings where there are position embeddings.
        attention_mask: (B, T), 1 for tokens and 0 for padding. Default: all ones.
        token_type_ids: (B, T) int, segment of each token. Default: all zeros.
        position_ids: (B, T) int. Default: counted from 0.
        inputs_embeds: (B, T, E), instead of input_ids.

    Returns: BaseModelOutput with last_hidden_state (B, T, D).
    Raises: InputError: T is too large; both or none of input_ids and inputs_embeds.
    """

    def __init__(self, config: DebertaV2Config):
        super().__init__(config)
        self.embeddings = DebertaV2Embeddings(config)
        self.encoder = DebertaV2Encoder(config)

    def forward(self, input_ids=None, attention_mask=None, token_type_ids=None, position_ids=None, inputs_embeds=None):
        tokens = ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds)
        if self.config.position_biased_input:
            ops.check_length(self, tokens, self.config.max_position_embeddings)
        pairs = None if attention_mask is None else attention_mask[:, :, None] * attention_mask[:, None, :]  # padding sees nothing
        context = nn.Context(tokens, pairs, position_ids=position_ids)
        x = self.embeddings(input_ids, inputs_embeds, token_type_ids, context.positions, attention_mask)
        return BaseModelOutput(self.encoder(x, context, attention_mask))


class DebertaV2Transform(nn.Module):
    """The last hidden layer before the vocabulary."""

    def __init__(self, config: DebertaV2Config, width: int):
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, width)
        self.LayerNorm = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.act = ops.activation(config.hidden_act)

    def forward(self, x):
        return self.LayerNorm(self.act(self.dense(x)))


class DebertaV2Predictions(nn.Module):
    """Scores of all words; the projection shares the word embeddings. `bias` is the decoder's own, under its older name."""

    def __init__(self, config: DebertaV2Config):
        super().__init__()
        width: int = config.embedding_size  # type: ignore[assignment]
        self.transform = DebertaV2Transform(config, width)
        self.decoder = nn.Linear(width, config.vocab_size)
        self.bias = nn.Parameter((config.vocab_size,), "zeros")

    def forward(self, x):  # (B, T, D) -> (B, T, V)
        return self.decoder(self.transform(x))


class DebertaV2Heads(nn.Module):
    """The older head's place."""

    def __init__(self, config: DebertaV2Config):
        super().__init__()
        self.predictions = DebertaV2Predictions(config)


class DebertaV2LMHead(DebertaV2Transform):
    """The newer head: scores of all words by the word embeddings themselves."""

    def __init__(self, config: DebertaV2Config):
        super().__init__(config, config.hidden_size)
        self.bias = nn.Parameter((config.vocab_size,), "zeros")

    def forward(self, x, words):  # (B, T, D), (V, D) -> (B, T, V)
        return ops.einsum("btd,vd->btv", super().forward(x), words) + self.bias[...]


class DebertaV2LMPredictions(nn.Module):
    """The newer head's place."""

    def __init__(self, config: DebertaV2Config):
        super().__init__()
        if config.embedding_size != config.hidden_size:
            raise ConfigError(
                f"embedding_size is {config.embedding_size}, but with legacy=False the states, of hidden_size={config.hidden_size}, "
                f"are compared with the word embeddings themselves. Make them equal, or set legacy=True."
            )
        self.lm_head = DebertaV2LMHead(config)


class DebertaV2ForMaskedLM(DebertaV2PreTrainedModel, EncoderForMaskedLM):
    """DeBERTa with a score for each word at each place: logits (B, T, V). labels (B, T): -100 where nothing is to be predicted."""

    base = DebertaV2Model

    def __init__(self, config: DebertaV2Config):
        super().__init__(config)
        if config.legacy:
            self.cls = DebertaV2Heads(config)
        else:
            self.lm_predictions = DebertaV2LMPredictions(config)
            self.output_embeddings = "lm_predictions.lm_head"

    def words(self, x):
        if self.config.legacy:
            return self.cls.predictions(x)
        embedded = self.base_model.embeddings.word_embeddings.weight[...]
        return self.lm_predictions.lm_head(x, ops.cast(embedded, x.dtype))


class DebertaV2ContextPooler(nn.Module):
    """A summary of the text, from its first token."""

    def __init__(self, config: DebertaV2Config):
        super().__init__()
        width: int = config.pooler_hidden_size  # type: ignore[assignment]
        self.dense = nn.Linear(width, width)
        self.dropout = nn.Dropout(config.pooler_dropout)
        self.act = ops.activation(config.pooler_hidden_act)

    def forward(self, x):  # (B, T, D) -> (B, D)
        return self.act(self.dense(self.dropout(x[:, 0])))


class DebertaV2ForSequenceClassification(DebertaV2PreTrainedModel, EncoderForSequenceClassification):
    """DeBERTa with a linear classifier on the pooled first token: logits (B, C). labels: see `classification_loss`."""

    base = DebertaV2Model

    def __init__(self, config: DebertaV2Config):
        super().__init__(config)
        self.pooler = DebertaV2ContextPooler(config)

    def scores(self, out):
        return self.classifier(self.dropout(self.pooler(out.last_hidden_state)))


class DebertaV2ForMultipleChoice(DebertaV2PreTrainedModel, EncoderForMultipleChoice):
    """DeBERTa that scores N choices: inputs (B, N, T), logits (B, N), labels (B,)."""

    base = DebertaV2Model

    def __init__(self, config: DebertaV2Config):
        super().__init__(config)
        self.pooler = DebertaV2ContextPooler(config)

    def scores(self, out):
        return self.classifier(self.dropout(self.pooler(out.last_hidden_state)))


class DebertaV2ForTokenClassification(DebertaV2PreTrainedModel, EncoderForTokenClassification):
    """DeBERTa with a linear classifier on every token: logits (B, T, C), labels (B, T)."""

    base = DebertaV2Model

    @staticmethod
    def head_dropout(config: DebertaV2Config) -> float:
        return config.hidden_dropout_prob


class DebertaV2ForQuestionAnswering(DebertaV2PreTrainedModel, EncoderForQuestionAnswering):
    """DeBERTa that marks the span of an answer: start_logits and end_logits (B, T); start_positions and end_positions (B,)."""

    base = DebertaV2Model


TIED = {"cls.predictions.decoder.weight": "deberta.embeddings.word_embeddings.weight"}
SHARED = {"cls.predictions.decoder.bias": "cls.predictions.bias"}
IGNORE = (r"embeddings\.position_ids$",)
INIT = {
    r"LayerNorm\.weight$": "ones",
    r"conv\.conv\.weight$": "kaiming_uniform",
    r"conv\.conv\.bias$": ("uniform", lambda config: (config.hidden_size // config.conv_groups * config.conv_kernel_size) ** -0.5),
    r"weight$": ("normal", "initializer_range"),
}
