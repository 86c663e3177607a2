"""Longformer: each token sees a window around it; a few global ones see, and are seen by, all. Memory grows with the text, not its square.

Paper        Beltagy et al., 2020, https://arxiv.org/abs/2004.05150
Checkpoints  every repository whose config.json says `model_type: longformer`
Names        attribute paths are checkpoint keys
Shapes       B batch, T tokens, H heads, D hidden_size, W window, h = W / 2, G global tokens of a text at most, V vocab_size, C num_labels
"""

import math
from typing import Any

from triform.configs.longformer import LongformerConfig
from triform.outputs import GlobalEncoderOutput, GlobalLogitsOutput, GlobalQuestionAnsweringOutput

from .. import nn, ops
from .bert import RENAME as RENAME
from .bert import BertAddNorm, BertIntermediate, BertPooler
from .encoding import EncoderHead, as_texts, span_output
from .losses import classification_loss
from .roberta import RobertaClassificationHead, RobertaEmbeddings, RobertaLMHead, first_positions

NOTHING = -1e30  # a score that no probability is left of


class Band:
    """Who sees whom in one call: which tokens are real, which are global, and what the windows hold.

    Args:
        real: (B, T) bool. chosen: (B, T) bool, tokens that are to be global, or None. most: how many of them a text has at most.
        length: tokens before padding to whole windows.
    """

    def __init__(self, real: Any, chosen: Any, most: int | None, length: Any) -> None:
        self.real, self.length, self.total = real, length, ops.shape(real)[1]
        self.chosen: Any = None if chosen is None else chosen & real
        self._windows: dict[int, Any] = {}
        if self.chosen is None:
            return
        rank = ops.cumsum(self.chosen, axis=1)
        self.most = ops.known(ops.max(rank[:, -1], axis=0)) if most is None else most
        self.most = self.total if self.most is None else self.most
        if isinstance(self.most, int) and self.most == 0:
            self.chosen = None
            return
        self.chosen = self.chosen & (rank <= self.most)
        first = ops.where(self.chosen, self.total - ops.arange(self.total, like=rank)[None], ops.zeros_like(rank))
        found, self.places = ops.top_k(first, self.most)  # (B, G), in the order of the text
        self.used = found > 0
        self.rank = ops.minimum(ops.maximum(rank - 1, 0), self.most - 1)

    def window(self, half: int) -> Any:  # -> (B, T, 2h + 1) bool
        """Which slots of its window each token sees: real ones, and no global ones, which have places of their own."""
        if half not in self._windows:
            seen = self.real if self.chosen is None else self.real & ~self.chosen
            inside = ops.arange(self.total, like=seen)[:, None] + ops.arange(2 * half + 1, like=seen)[None, :]
            self._windows[half] = ops.take(ops.pad(seen, [(0, 0), (half, half)]), inside, axis=1)
        return self._windows[half]

    def gather(self, x: Any) -> Any:  # (B, T, D) -> (B, G, D)
        b, _, d = ops.shape(x)
        return ops.take_along(x, ops.broadcast_to(self.places[..., None], (b, self.most, d)), axis=1)

    def replace(self, x: Any, new: Any) -> Any:  # (B, T, D), (B, G, D) -> (B, T, D)
        """x with the states of global tokens replaced."""
        mine = ops.take_along(new, ops.broadcast_to(self.rank[..., None], ops.shape(x)), axis=1)
        return ops.where(self.chosen[..., None], mine, x)


def blocks(x: Any, half: int) -> Any:  # (B, H, T, D) -> (B, H, T / h, 3h, D)
    """Each block of h slots, with its neighbours."""
    b, heads, t, d = ops.shape(x)
    x = ops.reshape(ops.pad(x, [(0, 0), (0, 0), (half, half), (0, 0)]), (b, heads, t // half + 2, half, d))
    return ops.concat([x[:, :, :-2], x[:, :, 1:-1], x[:, :, 2:]], axis=3)


def by_distance(x: Any, half: int) -> Any:  # (B, H, N, h, 3h) -> (B, H, N, h, 2h + 1)
    """From the slots of blocks to those of each query's window: row a moves a places to the left."""
    b, heads, n = ops.shape(x)[:3]
    flat = ops.pad(ops.reshape(x, (b, heads, n, 3 * half * half)), [(0, 0), (0, 0), (0, 0), (0, half)])
    return ops.reshape(flat, (b, heads, n, half, 3 * half + 1))[..., : 2 * half + 1]


def by_block(x: Any, half: int) -> Any:  # (B, H, N, h, 2h + 1) -> (B, H, N, h, 3h)
    """Back again, with zeros outside the windows."""
    b, heads, n = ops.shape(x)[:3]
    wide = ops.pad(x, [(0, 0), (0, 0), (0, 0), (0, 0), (0, half)])
    flat = ops.reshape(wide, (b, heads, n, half * (3 * half + 1)))[..., :-half]
    return ops.reshape(flat, (b, heads, n, half, 3 * half))


class LongformerSelfAttention(nn.Module):
    """Attention in windows and to global tokens; global tokens attend to all, with projections of their own."""

    def __init__(self, config: LongformerConfig, layer: int):
        super().__init__()
        width = config.hidden_size
        self.heads, self.half = config.num_attention_heads, config.windows()[layer] // 2
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.query_global = nn.Linear(width, width)
        self.key_global = nn.Linear(width, width)
        self.value_global = nn.Linear(width, width)
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)
        self.scale = (width // self.heads) ** -0.5

    def forward(self, x, band):  # (B, T, D) -> (B, T, D)
        b, t, width = ops.shape(x)
        heads, half = self.heads, self.half
        key, value = self.key(x), self.value(x)
        q, k, v = (ops.split_heads(part, heads) for part in (self.query(x) * self.scale, key, value))
        scores = ops.einsum("bhnad,bhnkd->bhnak", ops.reshape(q, (b, heads, t // half, half, width // heads)), blocks(k, half))
        scores = ops.reshape(by_distance(scores, half), (b, heads, t, 2 * half + 1))
        scores = ops.where(band.window(half)[:, None], ops.cast(scores, "float32"), NOTHING)
        answering = band.real
        if band.chosen is not None:
            answering = answering & ~band.chosen
            far_k, far_v = (ops.split_heads(band.gather(part), heads) for part in (key, value))
            far = ops.cast(ops.einsum("bhtd,bhgd->bhtg", q, far_k), "float32")
            scores = ops.concat([ops.where(band.used[:, None, None], far, NOTHING), scores], axis=-1)
        shares = ops.where(answering[:, None, :, None], ops.softmax(scores, axis=-1), 0.0)
        shares = self.dropout(ops.cast(shares, x.dtype))
        nn.record("attentions", shares[:, :, : band.length])
        near = shares if band.chosen is None else shares[..., band.most :]
        near = by_block(ops.reshape(near, (b, heads, t // half, half, 2 * half + 1)), half)
        out = ops.reshape(ops.einsum("bhnak,bhnkd->bhnad", near, blocks(v, half)), (b, heads, t, width // heads))
        if band.chosen is None:
            return ops.merge_heads(out)
        out = out + ops.einsum("bhtg,bhgd->bhtd", shares[..., : band.most], far_v)
        return band.replace(ops.merge_heads(out), self.from_global(x, band))

    def from_global(self, x, band):  # (B, T, D) -> (B, G, D)
        """What the global tokens see: everything."""
        q = ops.split_heads(self.query_global(band.gather(x)) * self.scale, self.heads)
        k, v = (ops.split_heads(project(x), self.heads) for project in (self.key_global, self.value_global))
        scores = ops.cast(ops.einsum("bhgd,bhtd->bhgt", q, k), "float32")
        seen = band.used[:, None, :, None] & band.real[:, None, None, :]
        shares = self.dropout(ops.cast(ops.softmax(ops.where(seen, scores, NOTHING), axis=-1), x.dtype))
        nn.record("global_attentions", ops.transpose(shares, (0, 1, 3, 2)))  # of whole windows, as the reference has it
        return ops.merge_heads(ops.matmul(shares, v))


class LongformerAttention(nn.Module):
    """Attention, and the projection, residual and norm after it."""

    def __init__(self, config: LongformerConfig, layer: int):
        super().__init__()
        self.self = LongformerSelfAttention(config, layer)
        self.output = BertAddNorm(config.hidden_size, config)

    def forward(self, x, band):
        return self.output(self.self(x, band), residual=x)


class LongformerLayer(nn.Module):
    """Attention, feed-forward."""

    def __init__(self, config: LongformerConfig, layer: int):
        super().__init__()
        self.attention = LongformerAttention(config, layer)
        self.intermediate = BertIntermediate(config)
        self.output = BertAddNorm(config.intermediate_size, config)

    def forward(self, x, band):
        x = self.attention(x, band)
        return self.output(self.intermediate(x), residual=x)


class LongformerEncoder(nn.Module):
    """The stack of layers."""

    def __init__(self, config: LongformerConfig):
        super().__init__()
        self.layer = nn.List([LongformerLayer(config, i) for i in range(config.num_hidden_layers)])

    def forward(self, x, band):
        for layer in self.layer:
            nn.record("hidden_states", x[:, : band.length])
            x = layer(x, band)
        nn.record("hidden_states", x[:, : band.length])
        return x[:, : band.length]


class LongformerPreTrainedModel(nn.Model):
    """What all Longformer models have in common."""

    config_class, prefix = LongformerConfig, "longformer"
    input_embeddings, output_embeddings = "embeddings.word_embeddings", "lm_head.decoder"


class LongformerModel(LongformerPreTrainedModel):
    """The encoder without a head. The text may have any length: it is padded to whole windows here, and what is returned is cut again.

    Args:
        input_ids: (B, T) int, token ids; T < max_position_embeddings - pad_token_id.
        attention_mask: (B, T), 1 for tokens and 0 for padding. Default: all ones.
        global_attention_mask: (B, T), 1 for tokens that see, and are seen by, all. Default: none.
        token_type_ids: (B, T) int, segment of each token. Default: all zeros.
        position_ids: (B, T) int. Default: counted on from pad_token_id, over the tokens that are no padding.
        inputs_embeds: (B, T, D), instead of input_ids.
        num_global_tokens: how many global tokens a text has at most; later ones count as others. Default: counted; in a traced program,
            which cannot be told by values, all tokens may be global, at a cost that grows with the square of the text.

    Returns: GlobalEncoderOutput. attentions are (B, H, T, G + W + 1): of global tokens, then of the window around each token.
    Raises: InputError: T is too large; both or none of input_ids and inputs_embeds.
    """

    def __init__(self, config: LongformerConfig, add_pooling_layer: bool = True):
        super().__init__(config)
        self.embeddings = RobertaEmbeddings(config)
        self.encoder = LongformerEncoder(config)
        self.pooler = BertPooler(config) if add_pooling_layer else None
        self.multiple = math.lcm(*config.windows())

    def forward(
        self, input_ids=None, attention_mask=None, global_attention_mask=None, token_type_ids=None, position_ids=None,
        inputs_embeds=None, num_global_tokens=None,
    ):  # fmt: skip
        tokens = ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds)
        if position_ids is None:
            position_ids = first_positions(self, tokens, input_ids, self.config.pad_token_id)
        x = self.embeddings(input_ids, inputs_embeds, token_type_ids, position_ids)
        b, t, _ = ops.shape(x)
        more = -t % self.multiple
        real = ops.full((b, t), 1, like=position_ids) if attention_mask is None else attention_mask
        real, chosen = (
            None if mask is None else ops.pad(ops.cast(mask, "bool"), [(0, 0), (0, more)]) for mask in (real, global_attention_mask)
        )
        x = self.encoder(ops.pad(x, [(0, 0), (0, more), (0, 0)]), Band(real, chosen, num_global_tokens, t))
        return GlobalEncoderOutput(x, None if self.pooler is None else self.pooler(x))


def _places(input_ids: Any) -> Any:  # -> (1, T)
    return ops.arange(ops.shape(input_ids)[1], like=input_ids)[None]


def _first(input_ids: Any, token: Any) -> Any:  # -> (B, 1)
    """Where each text has a token for the first time."""
    return ops.argmax(ops.cast(input_ids == token, "int"), axis=1)[:, None]


class LongformerForMaskedLM(LongformerPreTrainedModel, EncoderHead):
    """Longformer with a score for each word at each place: logits (B, T, V). labels (B, T): -100 where nothing is to be predicted."""

    base = LongformerModel

    def __init__(self, config: LongformerConfig):
        super().__init__(config)
        self.lm_head = RobertaLMHead(config)

    def forward(
        self, input_ids=None, attention_mask=None, global_attention_mask=None, token_type_ids=None, position_ids=None,
        inputs_embeds=None, labels=None, num_global_tokens=None,
    ):  # fmt: skip
        out = self.base_model(
            input_ids, attention_mask, global_attention_mask, token_type_ids, position_ids, inputs_embeds, num_global_tokens
        )
        logits = self.lm_head(out.last_hidden_state)
        return GlobalLogitsOutput(None if labels is None else ops.cross_entropy(logits, labels), logits)


class LongformerForSequenceClassification(LongformerPreTrainedModel, EncoderHead):
    """Longformer that classifies texts by their first token, the global one by default: logits (B, C). labels: `classification_loss`."""

    base = LongformerModel

    def __init__(self, config: LongformerConfig):
        super().__init__(config)
        self.classifier = RobertaClassificationHead(config, config.hidden_dropout_prob)

    def forward(
        self, input_ids=None, attention_mask=None, global_attention_mask=None, token_type_ids=None, position_ids=None,
        inputs_embeds=None, labels=None, num_global_tokens=None,
    ):  # fmt: skip
        if global_attention_mask is None:
            tokens = ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds)
            global_attention_mask = ops.broadcast_to(_places(tokens) == 0, ops.shape(tokens)[:2])
            num_global_tokens = 1
        out = self.base_model(
            input_ids, attention_mask, global_attention_mask, token_type_ids, position_ids, inputs_embeds, num_global_tokens
        )
        logits = self.classifier(out.last_hidden_state)
        return GlobalLogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits)


class LongformerForMultipleChoice(LongformerPreTrainedModel, EncoderHead):
    """Longformer that scores N choices: inputs (B, N, T), logits (B, N), labels (B,).

    By default the choice is global: what follows the first separator and the token after it.
    """

    base, base_options = LongformerModel, {}

    def __init__(self, config: LongformerConfig):
        super().__init__(config)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        self.classifier = nn.Linear(config.hidden_size, 1)

    def forward(
        self, input_ids=None, attention_mask=None, global_attention_mask=None, token_type_ids=None, position_ids=None,
        inputs_embeds=None, labels=None, num_global_tokens=None,
    ):  # fmt: skip
        choices = ops.shape(ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds))[1]
        given = as_texts(input_ids, attention_mask, global_attention_mask, token_type_ids, position_ids, inputs_embeds)
        if global_attention_mask is None and input_ids is not None:
            given[2] = _places(given[0]) > _first(given[0], self.config.sep_token_id) + 1
        out = self.base_model(*given, num_global_tokens)
        logits = ops.reshape(self.classifier(self.dropout(out.pooler_output)), (-1, choices))
        return GlobalLogitsOutput(None if labels is None else ops.cross_entropy(logits, labels), logits)


class LongformerForTokenClassification(LongformerPreTrainedModel, EncoderHead):
    """Longformer with a linear classifier on every token: logits (B, T, C), labels (B, T)."""

    base = LongformerModel

    def __init__(self, config: LongformerConfig):
        super().__init__(config)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        self.classifier = nn.Linear(config.hidden_size, config.num_labels)

    def forward(
        self, input_ids=None, attention_mask=None, global_attention_mask=None, token_type_ids=None, position_ids=None,
        inputs_embeds=None, labels=None, num_global_tokens=None,
    ):  # fmt: skip
        out = self.base_model(
            input_ids, attention_mask, global_attention_mask, token_type_ids, position_ids, inputs_embeds, num_global_tokens
        )
        logits = self.classifier(self.dropout(out.last_hidden_state))
        return GlobalLogitsOutput(None if labels is None else ops.cross_entropy(logits, labels), logits)


class LongformerForQuestionAnswering(LongformerPreTrainedModel, EncoderHead):
    """Longformer that marks the span of an answer: start_logits and end_logits (B, T); start_positions and end_positions (B,).

    By default the question is global: what stands before the first separator.
    """

    base = LongformerModel

    def __init__(self, config: LongformerConfig):
        super().__init__(config)
        self.qa_outputs = nn.Linear(config.hidden_size, config.num_labels)

    def forward(
        self, input_ids=None, attention_mask=None, global_attention_mask=None, token_type_ids=None, position_ids=None,
        inputs_embeds=None, start_positions=None, end_positions=None, num_global_tokens=None,
    ):  # fmt: skip
        if global_attention_mask is None and input_ids is not None:
            global_attention_mask = _places(input_ids) < _first(input_ids, self.config.sep_token_id)
        out = self.base_model(
            input_ids, attention_mask, global_attention_mask, token_type_ids, position_ids, inputs_embeds, num_global_tokens
        )
        return GlobalQuestionAnsweringOutput(**span_output(self.qa_outputs(out.last_hidden_state), start_positions, end_positions))


TIED = {"lm_head.decoder.weight": "longformer.embeddings.word_embeddings.weight"}
SHARED = {"lm_head.decoder.bias": "lm_head.bias"}
OPTIONAL = (r"^(longformer\.)?pooler\.",)  # files of masked-word models
IGNORE = (r"embeddings\.position_ids$",)
INIT = {r"(LayerNorm|layer_norm)\.weight$": "ones", r"weight$": ("normal", "initializer_range")}
