"""BLIP's text model: BERT without segments, whose layers can look at an image.

Paper        Li et al., 2022, https://arxiv.org/abs/2201.12086
Checkpoints  the text parts of those of BLIP
Names        attribute paths are checkpoint keys
Shapes       B batch, T tokens, S patches and class token of an image, D hidden_size, V vocab_size
"""

from typing import Any

from triform.configs.blip_text import BlipTextConfig
from triform.outputs import CausalLMOutput, EncoderOutput

from .. import nn, ops
from .bert import BertAddNorm, BertAttention, BertCrossAttention, BertIntermediate, BertPooler, BertPredictions, BertSelfAttention
from .chains import through


class BlipTextEmbeddings(nn.Module):
    """Sum of word and position embeddings, normalised."""

    def __init__(self, config: Any):
        super().__init__()
        self.word_embeddings = nn.Embedding(config.vocab_size, config.hidden_size, padding=config.pad_token_id)
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, input_ids, inputs_embeds, positions):  # (B, T), … -> (B, T, D)
        words = self.word_embeddings(input_ids) if inputs_embeds is None else inputs_embeds
        return self.dropout(self.LayerNorm(words + self.position_embeddings(positions)))


class BlipTextCrossAttention(BertCrossAttention):
    """BERT's, to states of another width."""

    def __init__(self, config: Any, layer: int):
        super().__init__(config, layer)
        self.key, self.value = (nn.Linear(config.encoder_hidden_size, config.hidden_size) for _ in range(2))


class BlipTextLayer(nn.Module):
    """Self-attention, cross attention where there is something to look at, feed-forward."""

    def __init__(self, config: Any, layer: int):
        super().__init__()
        self.attention = BertAttention(BertSelfAttention, config, layer)
        self.crossattention = BertAttention(BlipTextCrossAttention, config, layer) if config.is_decoder else None
        self.intermediate = BertIntermediate(config)
        self.output = BertAddNorm(config.intermediate_size, config)

    def forward(self, x, context):
        x = self.attention(x, context)
        if context.memory is not None:
            x = self.crossattention(x, context)
        return self.output(self.intermediate(x), residual=x)


class BlipTextEncoder(nn.Module):
    """The stack of layers."""

    def __init__(self, config: Any):
        super().__init__()
        self.layer = nn.List([BlipTextLayer(config, i) for i in range(config.num_hidden_layers)])

    def forward(self, x, context):
        return through(self.layer, x, context)


class BlipTextPreTrainedModel(nn.Model):
    """What BLIP's text models have in common."""

    config_class, prefix = BlipTextConfig, "bert"
    input_embeddings, output_embeddings, longest = "embeddings.word_embeddings", "cls.predictions.decoder", "max_position_embeddings"


class BlipTextModel(BlipTextPreTrainedModel):
    """The text model without a head.

    Args of the call:
        input_ids: (B, T) int; attention_mask (B, T), 0 for padding; position_ids (B, T).
        inputs_embeds: (B, T, D), instead of input_ids.
        encoder_hidden_states: (B, S, …), what it looks at; encoder_attention_mask (B, S).
        past_key_values, use_cache: of a decoder, see `nn.Context`.
        is_decoder: True to read from left to right.

    Returns:
        EncoderOutput with last_hidden_state (B, T, D) and pooler_output (B, D), None when built with `add_pooling_layer=False`.
    """

    def __init__(self, config: BlipTextConfig, add_pooling_layer: bool = True):
        super().__init__(config)
        self.embeddings = BlipTextEmbeddings(config)
        self.encoder = BlipTextEncoder(config)
        self.pooler = BertPooler(config) if add_pooling_layer else None

    def forward(
        self, input_ids=None, attention_mask=None, position_ids=None, inputs_embeds=None, encoder_hidden_states=None,
        encoder_attention_mask=None, past_key_values=None, use_cache=None, is_decoder=False,
    ):  # fmt: skip
        tokens = ops.exactly_one(self, input_ids=input_ids, inputs_embeds=inputs_embeds)
        ops.check_length(self, tokens, self.config.max_position_embeddings)
        context = nn.Context(
            tokens, attention_mask, causal=is_decoder, past=past_key_values, position_ids=position_ids,
            use_cache=is_decoder and (self.config.use_cache if use_cache is None else use_cache),
            memory=encoder_hidden_states if self.config.is_decoder else None, memory_mask=encoder_attention_mask,
        )  # fmt: skip
        x = self.encoder(self.embeddings(input_ids, inputs_embeds, context.positions), context)
        return EncoderOutput(x, None if self.pooler is None else self.pooler(x), context.cache())


class BlipTextOnlyMLMHead(nn.Module):
    """Scores of all words."""

    def __init__(self, config: Any):
        super().__init__()
        self.predictions = BertPredictions(config)

    def forward(self, x):  # (B, T, D) -> (B, T, V)
        return self.predictions(x)


class BlipTextLMHeadModel(BlipTextPreTrainedModel):
    """The text model as a left-to-right language model: logits (B, T, V).

    Takes BlipTextModel's inputs, labels (B, T) as they are (they are shifted here), and `logits_to_keep`: only the last so many (0: all).
    """

    def __init__(self, config: BlipTextConfig):
        super().__init__(config)
        self.bert = BlipTextModel(config, add_pooling_layer=False)
        self.cls = BlipTextOnlyMLMHead(config)

    def forward(
        self, input_ids=None, attention_mask=None, position_ids=None, inputs_embeds=None, encoder_hidden_states=None,
        encoder_attention_mask=None, labels=None, past_key_values=None, use_cache=None, is_decoder=True, logits_to_keep=0,
    ):  # fmt: skip
        out = self.bert(
            input_ids, attention_mask, position_ids, inputs_embeds, encoder_hidden_states, encoder_attention_mask, past_key_values,
            False if labels is not None else use_cache, is_decoder,
        )  # fmt: skip
        logits = self.cls(out.last_hidden_state[:, -logits_to_keep:])  # [-0:] is everything
        loss = None
        if labels is not None:
            loss = ops.cross_entropy(logits[:, :-1], labels[:, 1:], smoothing=self.config.label_smoothing)
        return CausalLMOutput(loss, logits, out.past_key_values)


TIED = {"cls.predictions.decoder.weight": "bert.embeddings.word_embeddings.weight"}
SHARED = {"cls.predictions.decoder.bias": "cls.predictions.bias"}
OPTIONAL = (r"^(bert\.)?pooler\.", r"\bcrossattention\.")
IGNORE = (r"embeddings\.position_ids$",)
INIT = {r"LayerNorm\.weight$": "ones", r"weight$": ("normal", "initializer_range")}
