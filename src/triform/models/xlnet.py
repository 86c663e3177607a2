"""XLNet: relative attention that may be trained in any order of the words, and remembers the states of earlier texts.

Two streams run through the layers where words are to be predicted: one of contents, one of queries that know a word's place alone.

Paper        Yang et al., 2019, https://arxiv.org/abs/1906.08237; relative attention and memory: https://arxiv.org/abs/1901.02860
Checkpoints  every repository whose config.json says `model_type: xlnet`
Names        attribute paths are checkpoint keys
Shapes       B batch, T tokens, M remembered states, S = M + T, P distances, N predicted words, H heads, K width of a head, D d_model
"""

from typing import Any

import numpy as np

from triform.configs.xlnet import XLNetConfig
from triform.errors import InputError
from triform.outputs import MemoryLogitsOutput, MemoryOutput, MemoryQuestionAnsweringOutput

from .. import nn, ops
from .encoding import EncoderHead, as_texts, span_output
from .losses import classification_loss
from .summary import SequenceSummary

NOTHING = -1e30  # a score that no probability is left of


class XLNetRelativeAttention(nn.Module):
    """Attention of contents to contents, to distances, and to whether two words are of one segment."""

    def __init__(self, config: XLNetConfig):
        super().__init__()
        heads, width = config.n_head, config.d_model // config.n_head
        self.q = nn.Parameter((config.d_model, heads, width))
        self.k = nn.Parameter((config.d_model, heads, width))
        self.v = nn.Parameter((config.d_model, heads, width))
        self.o = nn.Parameter((config.d_model, heads, width))
        self.r = nn.Parameter((config.d_model, heads, width))
        self.r_r_bias = nn.Parameter((heads, width))
        self.r_s_bias = nn.Parameter((heads, width))
        self.r_w_bias = nn.Parameter((heads, width))
        self.seg_embed = nn.Parameter((2, heads, width))
        self.layer_norm = nn.LayerNorm(config.d_model, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.dropout)
        self.scale = width**-0.5

    def forward(self, h, g, view, memory):  # (B, T, D), (B, N, D) or None, …, (B, M, D) or None -> the same two
        everything = h if memory is None else ops.concat([memory, h], axis=1)
        k, v = (ops.einsum("bsd,dhk->bhsk", everything, weight[...]) for weight in (self.k, self.v))
        r = ops.einsum("bpd,dhk->bhpk", view.distances, self.r[...])
        q = ops.einsum("btd,dhk->bhtk", h, self.q[...])
        out, shares = self.attend(q, k, v, r, view, view.contents)
        new_h = self.add(out, h)
        if g is None:
            nn.record("attentions", shares)
            return new_h, None
        q = ops.einsum("bnd,dhk->bhnk", g, self.q[...])
        if view.targets is not None:
            q = ops.einsum("bhnk,bnt->bhtk", q, view.targets)
        out, blind = self.attend(q, k, v, r, view, view.queries)
        if view.targets is not None:
            out = ops.einsum("bhtk,bnt->bhnk", out, view.targets)
        nn.record("attentions", (shares, blind))
        return new_h, self.add(out, g)

    def attend(self, q, k, v, r, view, mask):  # -> (B, H, T, K), (B, H, T, S)
        scores = ops.einsum("bhtk,bhsk->bhts", q + self.r_w_bias[...][:, None], k)
        far = ops.matmul(q + self.r_r_bias[...][:, None], ops.transpose(r, (0, 1, 3, 2)))
        scores = scores + by_place(far, ops.shape(k)[2])
        if view.other is not None:
            kinds = ops.einsum("bhtk,ehk->bhte", q + self.r_s_bias[...][:, None], self.seg_embed[...])
            scores = scores + ops.where(view.other[:, None], kinds[..., 1:], kinds[..., :1])
        scores = ops.cast(scores * self.scale, "float32")
        if mask is not None:
            scores = ops.where(mask, scores, NOTHING)
        shares = self.dropout(ops.cast(ops.softmax(scores, axis=-1), q.dtype))
        return ops.matmul(shares, v), shares

    def add(self, out, x):
        return self.layer_norm(self.dropout(ops.einsum("bhtk,dhk->btd", out, self.o[...])) + x)


def by_place(x: Any, slots: Any) -> Any:  # (B, H, T, P) -> (B, H, T, S)
    """From distances to the slots that lie at them: each row moves one place further to the right than the next."""
    b, heads, t, p = ops.shape(x)
    x = ops.reshape(x, (b, heads, p, t))[:, :, 1:]
    return ops.reshape(x, (b, heads, t, p - 1))[..., :slots]


class XLNetFeedForward(nn.Module):
    """The feed-forward network, with residual and norm."""

    def __init__(self, config: XLNetConfig):
        super().__init__()
        width, inner = config.d_model, config.d_inner
        self.layer_1, self.layer_2 = nn.Linear(width, inner), nn.Linear(inner, width)
        self.act = ops.activation(config.ff_activation)
        self.dropout = nn.Dropout(config.dropout)
        self.layer_norm = nn.LayerNorm(width, eps=config.layer_norm_eps)

    def forward(self, x):
        return self.layer_norm(self.dropout(self.layer_2(self.dropout(self.act(self.layer_1(x))))) + x)


class XLNetLayer(nn.Module):
    """Attention, feed-forward, in one stream or two."""

    def __init__(self, config: XLNetConfig):
        super().__init__()
        self.rel_attn = XLNetRelativeAttention(config)
        self.ff = XLNetFeedForward(config)

    def forward(self, h, g, view, memory):
        h, g = self.rel_attn(h, g, view, memory)
        return self.ff(h), None if g is None else self.ff(g)


class View:
    """What all layers of one call share.

    Attributes:
        distances: (1 or B, P, D), sines and cosines of each distance.
        contents, queries: (1 or B, 1, T, S) bool, the slots that the two streams see; None: all.
        other: (B, T, S) bool, slots of another segment, or None. targets: (B, N, T), the places of predicted words, or None.
    """

    def __init__(self, distances: Any, contents: Any, queries: Any, other: Any, targets: Any) -> None:
        self.distances, self.contents, self.queries, self.other, self.targets = distances, contents, queries, other, targets


class XLNetPreTrainedModel(nn.Model):
    """What all XLNet models have in common."""

    config_class, prefix = XLNetConfig, "transformer"
    base_options: dict[str, Any] = {}  # there is no pooler to leave out
    input_embeddings, output_embeddings = "word_embedding", "lm_loss"


class XLNetModel(XLNetPreTrainedModel):
    """The model without a head.

    Args:
        input_ids: (B, T) int, token ids.
        attention_mask: (B, T), 1 for tokens and 0 for padding; or input_mask, the other way round. Default: no padding.
        mems: what an earlier call returned as `mems`: for each layer (M, B, D), states that all tokens see.
        perm_mask: (B, T, T), 1 where token i does not see token j. A token always sees itself, but for queries of `target_mapping`.
        target_mapping: (B, N, T), 1 at the place of each word to be predicted, of which the model then sees the place alone.
        token_type_ids: (B, T) int, segment of each token.
        inputs_embeds: (B, T, D), instead of input_ids.
        use_mems: whether to return `mems`. Default: config.use_mems_eval.

    Returns:
        MemoryOutput with last_hidden_state (B, T, D), or (B, N, D) with target_mapping; then hidden_states alternate between the streams,
        and attentions are pairs.

    Raises:
        InputError: both or none of input_ids and inputs_embeds; both masks.
    """

    def __init__(self, config: XLNetConfig):
        super().__init__(config)
        self.word_embedding = nn.Embedding(config.vocab_size, config.d_model)
        self.mask_emb = nn.Parameter((1, 1, config.d_model))
        self.layer = nn.List([XLNetLayer(config) for _ in range(config.n_layer)])
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self, input_ids=None, attention_mask=None, mems=None, perm_mask=None, target_mapping=None, token_type_ids=None, input_mask=None,
        inputs_embeds=None, use_mems=None,
    ):  # fmt: skip
        config = self.config
        tokens = ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds)
        h = self.dropout(self.word_embedding(input_ids) if inputs_embeds is None else inputs_embeds)
        b, t = ops.shape(tokens)[:2]
        memories = [None] * config.n_layer if mems is None else [ops.transpose(memory, (1, 0, 2)) for memory in mems]
        m = 0 if mems is None else ops.shape(mems[0])[0]
        hidden = self.hidden(attention_mask, input_mask, perm_mask, h, m)
        itself = ops.arange(m + t, like=h)[None, :] == ops.arange(t, like=h)[:, None] + m
        targets = None if target_mapping is None else ops.cast(target_mapping, h.dtype)
        view = View(
            self.dropout(self.distances(h, m)), None if hidden is None else (~hidden | itself)[:, None],
            None if hidden is None else ~hidden[:, None], self.other_segment(token_type_ids, m), targets,
        )  # fmt: skip
        g = None
        if targets is not None:
            g = self.dropout(ops.broadcast_to(self.mask_emb[...], (b, ops.shape(targets)[1], config.d_model)))
        kept = []
        for layer, memory in zip(self.layer, memories):
            kept.append(ops.transpose(self.remember(memory, h), (1, 0, 2)))
            self.record(h, g)
            h, g = layer(h, g, view, memory)
        self.record(h, g)
        keeps = config.use_mems_eval if use_mems is None else use_mems
        return MemoryOutput(self.dropout(h if g is None else g), tuple(kept) if keeps else None)

    def record(self, h, g):
        nn.record("hidden_states", h)
        if g is not None:
            nn.record("hidden_states", g)

    def remember(self, memory, h):  # (B, M, D) or None, (B, T, D) -> (B, M', D)
        """What the next call is to see of a layer's input."""
        h = h[:, : self.config.reuse_len] if self.config.reuse_len else h
        h = h if memory is None else ops.concat([memory, h], axis=1)
        return h[:, -self.config.mem_len :] if self.config.mem_len else h

    def hidden(self, attention_mask, input_mask, perm_mask, h, m):  # -> (1 or B, 1 or T, M + T) bool, or None
        """The slots that a token does not see."""
        if input_mask is not None and attention_mask is not None:
            raise InputError(f"{type(self).__name__} was given both input_mask and attention_mask, which say the same. Give one of them.")
        t = ops.shape(h)[1]
        parts = []
        if input_mask is not None:
            parts.append((input_mask > 0)[:, None])
        if attention_mask is not None:
            parts.append(~ops.cast(attention_mask, "bool")[:, None])
        if perm_mask is not None:
            parts.append(perm_mask > 0)
        parts = [ops.pad(part, [(0, 0), (0, 0), (m, 0)]) for part in parts]
        if self.config.attn_type == "uni":
            queries, slots = ops.arange(t, like=h)[:, None] + m, ops.arange(m + t, like=h)[None, :]
            later = slots > queries
            parts.append((later | (slots < queries - m) if self.config.same_length else later)[None])
        if not parts:
            return None
        hidden = parts[0]
        for part in parts[1:]:
            hidden = hidden | part
        return hidden

    def distances(self, h, m):  # -> (1 or B, P, D)
        """Sines and cosines of the distances from M + T down to -T, or to 0 where nothing later is seen."""
        config = self.config
        b, t, width = ops.shape(h)
        count = m + t + (t if config.attn_type == "bi" else 1)
        places = (m + t) - ops.arange(count, like=h)
        if config.clamp_len > 0:
            places = ops.minimum(ops.maximum(places, -config.clamp_len), config.clamp_len)
        places = ops.cast(places, "float32")[None]
        if config.bi_data:
            ahead = ops.arange(b, like=h)[:, None] < b // 2
            places = ops.where(ahead, places, -places)
        frequencies = ops.constant(10000 ** (-np.arange(0, width, 2, dtype=np.float32) / width), like=places)
        angles = places[..., None] * frequencies
        return ops.cast(ops.concat([ops.sin(angles), ops.cos(angles)], axis=-1), h.dtype)

    def other_segment(self, token_type_ids, m):  # -> (B, T, M + T) bool, or None
        if token_type_ids is None:
            return None
        return token_type_ids[:, :, None] != ops.pad(token_type_ids, [(0, 0), (m, 0)])[:, None]


class XLNetLMHeadModel(XLNetPreTrainedModel, EncoderHead):
    """XLNet with a score for each word: logits (B, T, V), or (B, N, V) of the words of target_mapping.

    Takes XLNetModel's inputs, and labels of the logits' places, which are not shifted; -100 does not count.
    """

    base = XLNetModel

    def __init__(self, config: XLNetConfig):
        super().__init__(config)
        self.lm_loss = nn.Linear(config.d_model, config.vocab_size)

    def forward(
        self, input_ids=None, attention_mask=None, mems=None, perm_mask=None, target_mapping=None, token_type_ids=None, input_mask=None,
        inputs_embeds=None, labels=None, use_mems=None, logits_to_keep=0,
    ):  # fmt: skip
        out = self.base_model(
            input_ids, attention_mask, mems, perm_mask, target_mapping, token_type_ids, input_mask, inputs_embeds, use_mems
        )
        logits = self.lm_loss(out.last_hidden_state[:, -logits_to_keep:])  # [-0:] is everything
        return MemoryLogitsOutput(None if labels is None else ops.cross_entropy(logits, labels), logits, out.mems)


class XLNetForSequenceClassification(XLNetPreTrainedModel, EncoderHead):
    """XLNet that classifies texts by their summary: logits (B, C). labels: see `classification_loss`."""

    base = XLNetModel

    def __init__(self, config: XLNetConfig):
        super().__init__(config)
        self.sequence_summary = SequenceSummary(config)
        self.logits_proj = nn.Linear(config.d_model, config.num_labels)

    def forward(
        self, input_ids=None, attention_mask=None, mems=None, perm_mask=None, target_mapping=None, token_type_ids=None, input_mask=None,
        inputs_embeds=None, labels=None, use_mems=None,
    ):  # fmt: skip
        out = self.base_model(
            input_ids, attention_mask, mems, perm_mask, target_mapping, token_type_ids, input_mask, inputs_embeds, use_mems
        )
        logits = self.logits_proj(self.sequence_summary(out.last_hidden_state))
        return MemoryLogitsOutput(None if labels is None else classification_loss(self.config, logits, labels), logits, out.mems)


class XLNetForMultipleChoice(XLNetPreTrainedModel, EncoderHead):
    """XLNet that scores N choices: inputs (B, N, T), logits (B, N), labels (B,)."""

    base = XLNetModel

    def __init__(self, config: XLNetConfig):
        super().__init__(config)
        self.sequence_summary = SequenceSummary(config)
        self.logits_proj = nn.Linear(config.d_model, 1)

    def forward(
        self, input_ids=None, attention_mask=None, mems=None, perm_mask=None, target_mapping=None, token_type_ids=None, input_mask=None,
        inputs_embeds=None, labels=None, use_mems=None,
    ):  # fmt: skip
        choices = ops.shape(ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds))[1]
        ids, mask, types, other_mask, embeds = as_texts(input_ids, attention_mask, token_type_ids, input_mask, inputs_embeds)
        out = self.base_model(ids, mask, mems, perm_mask, target_mapping, types, other_mask, embeds, use_mems)
        logits = ops.reshape(self.logits_proj(self.sequence_summary(out.last_hidden_state)), (-1, choices))
        return MemoryLogitsOutput(None if labels is None else ops.cross_entropy(logits, labels), logits, out.mems)


class XLNetForTokenClassification(XLNetPreTrainedModel, EncoderHead):
    """XLNet with a linear classifier on every token: logits (B, T, C), labels (B, T)."""

    base = XLNetModel

    def __init__(self, config: XLNetConfig):
        super().__init__(config)
        self.classifier = nn.Linear(config.d_model, config.num_labels)

    def forward(
        self, input_ids=None, attention_mask=None, mems=None, perm_mask=None, target_mapping=None, token_type_ids=None, input_mask=None,
        inputs_embeds=None, labels=None, use_mems=None,
    ):  # fmt: skip
        out = self.base_model(
            input_ids, attention_mask, mems, perm_mask, target_mapping, token_type_ids, input_mask, inputs_embeds, use_mems
        )
        logits = self.classifier(out.last_hidden_state)
        return MemoryLogitsOutput(None if labels is None else ops.cross_entropy(logits, labels), logits, out.mems)


class XLNetForQuestionAnsweringSimple(XLNetPreTrainedModel, EncoderHead):
    """XLNet that marks the span of an answer: start_logits and end_logits (B, T); start_positions and end_positions (B,)."""

    base = XLNetModel

    def __init__(self, config: XLNetConfig):
        super().__init__(config)
        self.qa_outputs = nn.Linear(config.d_model, config.num_labels)

    def forward(
        self, input_ids=None, attention_mask=None, mems=None, perm_mask=None, target_mapping=None, token_type_ids=None, input_mask=None,
        inputs_embeds=None, start_positions=None, end_positions=None, use_mems=None,
    ):  # fmt: skip
        out = self.base_model(
            input_ids, attention_mask, mems, perm_mask, target_mapping, token_type_ids, input_mask, inputs_embeds, use_mems
        )
        spans = span_output(self.qa_outputs(out.last_hidden_state), start_positions, end_positions)
        return MemoryQuestionAnsweringOutput(**spans, mems=out.mems)


TIED = {"lm_loss.weight": "transformer.word_embedding.weight"}
INIT = {r"layer_norm\.weight$": "ones", r"(weight|\.[qkvor]|r_[rsw]_bias|seg_embed|mask_emb)$": ("normal", "initializer_range")}
