"""RoBERTa: BERT trained for longer, without the task of sentence order; positions count the tokens that are no padding.

Paper        Liu et al., 2019, https://arxiv.org/abs/1907.11692
Checkpoints  every repository whose config.json says `model_type: roberta`
Names        attribute paths are checkpoint keys
Shapes       B batch, T tokens, D hidden_size, V vocab_size, C num_labels
"""

from typing import Any

from triform.configs.roberta import RobertaConfig

from .. import nn, ops
from .bert import RENAME as RENAME
from .bert import BertEmbeddings, BertModel
from .encoding import (
    EncoderForCausalLM,
    EncoderForMultipleChoice,
    EncoderForQuestionAnswering,
    EncoderForSequenceClassification,
    EncoderForTokenClassification,
    EncoderWithMemoryForMaskedLM,
)


def first_positions(model: Any, tokens: Any, input_ids: Any, pad: int) -> Any:  # -> (B, T), or (1, T) where there are embeddings alone
    """pad + 1, pad + 2, … for the tokens of each text; pad for padding, wherever it stands. Raises InputError: the text is too long."""
    ops.check_length(model, tokens, model.config.longest_text, f"max_position_embeddings - {pad + 1}")
    if input_ids is None:
        return ops.arange(ops.shape(tokens)[1], like=tokens)[None] + (pad + 1)
    real = ops.cast(input_ids != pad, "int")
    return ops.cumsum(real, axis=1) * real + pad


class RobertaEmbeddings(BertEmbeddings):
    """BERT's, with a position for padding that stays zero."""

    def __init__(self, config: Any):
        super().__init__(config)
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, config.hidden_size, padding=config.pad_token_id)


class RobertaPreTrainedModel(nn.Model):
    """What all RoBERTa models have in common."""

    config_class, prefix = RobertaConfig, "roberta"
    input_embeddings, output_embeddings, longest = "embeddings.word_embeddings", "lm_head.decoder", "longest_text"


class RobertaModel(RobertaPreTrainedModel, BertModel):
    """The encoder without a head; with `config.is_decoder`, a decoder. Inputs and outputs are BertModel's.

    position_ids count on from pad_token_id, by default over the tokens that are no padding: T < max_position_embeddings - pad_token_id.
    """

    def __init__(self, config: RobertaConfig, add_pooling_layer: bool = True):
        super().__init__(config, add_pooling_layer)
        self.embeddings = RobertaEmbeddings(config)
        self.first_position = (config.pad_token_id or 0) + 1

    def number(self, tokens, input_ids, position_ids, past):
        if position_ids is not None or past is not None:
            return position_ids
        return first_positions(self, tokens, input_ids, self.config.pad_token_id)


class RobertaLMHead(nn.Module):
    """Scores of all words; the projection shares the word embeddings. `bias` is the decoder's own, under its older name."""

    def __init__(self, config: Any):
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)
        self.layer_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.decoder = nn.Linear(config.hidden_size, config.vocab_size)
        self.bias = nn.Parameter((config.vocab_size,), "zeros")
        self.act = ops.activation("gelu")

    def forward(self, x):  # (B, T, D) -> (B, T, V)
        return self.decoder(self.layer_norm(self.act(self.dense(x))))


class RobertaForMaskedLM(RobertaPreTrainedModel, EncoderWithMemoryForMaskedLM):
    """RoBERTa with a score for each word at each place: logits (B, T, V). labels (B, T): -100 where nothing is to be predicted."""

    base = RobertaModel

    def __init__(self, config: RobertaConfig):
        super().__init__(config)
        self.lm_head = RobertaLMHead(config)

    def words(self, x):
        return self.lm_head(x)


class RobertaForCausalLM(RobertaPreTrainedModel, EncoderForCausalLM):
    """RoBERTa as a left-to-right language model (set `config.is_decoder`); see `EncoderForCausalLM`."""

    base = RobertaModel

    def __init__(self, config: RobertaConfig):
        super().__init__(config)
        self.lm_head = RobertaLMHead(config)

    def words(self, x):
        return self.lm_head(x)


class RobertaClassificationHead(nn.Module):
    """Two layers on the first token."""

    def __init__(self, config: Any, dropout: float, act: str = "tanh"):
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)
        self.dropout = nn.Dropout(dropout)
        self.out_proj = nn.Linear(config.hidden_size, config.num_labels)
        self.act = ops.activation(act)

    def forward(self, x):  # (B, T, D) -> (B, C)
        return self.out_proj(self.dropout(self.act(self.dense(self.dropout(x[:, 0])))))


class RobertaForSequenceClassification(RobertaPreTrainedModel, EncoderForSequenceClassification):
    """RoBERTa that classifies texts by their first token: logits (B, C). labels: see `classification_loss`."""

    base, base_options = RobertaModel, {"add_pooling_layer": False}

    def __init__(self, config: RobertaConfig):
        super().__init__(config)
        self.classifier = RobertaClassificationHead(config, self.head_dropout(config))

    def scores(self, out):
        return self.classifier(out.last_hidden_state)


class RobertaForMultipleChoice(RobertaPreTrainedModel, EncoderForMultipleChoice):
    """RoBERTa that scores N choices: inputs (B, N, T), logits (B, N), labels (B,)."""

    base = RobertaModel


class RobertaForTokenClassification(RobertaPreTrainedModel, EncoderForTokenClassification):
    """RoBERTa with a linear classifier on every token: logits (B, T, C), labels (B, T)."""

    base = RobertaModel


class RobertaForQuestionAnswering(RobertaPreTrainedModel, EncoderForQuestionAnswering):
    """RoBERTa that marks the span of an answer: start_logits and end_logits (B, T); start_positions and end_positions (B,)."""

    base = RobertaModel


TIED = {"lm_head.decoder.weight": "roberta.embeddings.word_embeddings.weight"}
SHARED = {"lm_head.decoder.bias": "lm_head.bias"}
OPTIONAL = (r"^(roberta\.)?pooler\.", r"\bcrossattention\.")  # files of masked-word models; encoders that become decoders
IGNORE = (r"embeddings\.position_ids$",)
INIT = {r"(LayerNorm|layer_norm)\.weight$": "ones", r"weight$": ("normal", "initializer_range")}
