"""ELECTRA: BERT that learns by telling which words of a text a small generator has replaced; embeddings of a size of their own.

Paper        Clark et al., 2020, https://arxiv.org/abs/2003.10555
Checkpoints  every repository whose config.json says `model_type: electra`, discriminators and generators
Names        attribute paths are checkpoint keys
Shapes       B batch, T tokens, D hidden_size, E embedding_size, V vocab_size, C num_labels
"""

from typing import Any

from triform.configs.electra import ElectraConfig
from triform.outputs import LogitsOutput

from .. import nn, ops
from .bert import RENAME as RENAME
from .bert import BertEmbeddings, BertModel
from .encoding import (
    EncoderForCausalLM,
    EncoderForMaskedLM,
    EncoderForMultipleChoice,
    EncoderForQuestionAnswering,
    EncoderForSequenceClassification,
    EncoderForTokenClassification,
    EncoderHead,
)
from .losses import masked_binary_cross_entropy
from .roberta import RobertaClassificationHead
from .summary import SequenceSummary


class ElectraPreTrainedModel(nn.Model):
    """What all ELECTRA models have in common."""

    config_class, prefix = ElectraConfig, "electra"
    base_options: dict[str, Any] = {}  # there is no pooler to leave out
    input_embeddings, output_embeddings = "embeddings.word_embeddings", "generator_lm_head"


class ElectraModel(ElectraPreTrainedModel, BertModel):
    """The encoder without a head; with `config.is_decoder`, a decoder. Inputs are BertModel's; inputs_embeds is (B, T, E).

    Returns: EncoderOutput with last_hidden_state (B, T, D).
    """

    def __init__(self, config: ElectraConfig):
        super().__init__(config, add_pooling_layer=False)
        self.embeddings = BertEmbeddings(config, config.embedding_size)
        project = config.embedding_size != config.hidden_size
        self.embeddings_project = nn.Linear(config.embedding_size, config.hidden_size) if project else None

    def embed(self, input_ids, inputs_embeds, token_type_ids, positions):
        x = super().embed(input_ids, inputs_embeds, token_type_ids, positions)
        return x if self.embeddings_project is None else self.embeddings_project(x)


class ElectraDiscriminatorPredictions(nn.Module):
    """How likely each word was replaced."""

    def __init__(self, config: ElectraConfig):
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)
        self.dense_prediction = nn.Linear(config.hidden_size, 1)
        self.act = ops.activation(config.hidden_act)

    def forward(self, x):  # (B, T, D) -> (B, T)
        return self.dense_prediction(self.act(self.dense(x)))[..., 0]


class ElectraForPreTraining(ElectraPreTrainedModel, EncoderHead):
    """ELECTRA's discriminator: logits (B, T), above 0 where a word was replaced; labels (B, T) in {0, 1}; padding does not count."""

    base = ElectraModel

    def __init__(self, config: ElectraConfig):
        super().__init__(config)
        self.discriminator_predictions = ElectraDiscriminatorPredictions(config)

    def forward(self, input_ids=None, attention_mask=None, token_type_ids=None, position_ids=None, inputs_embeds=None, labels=None):
        out = self.base_model(input_ids, attention_mask, token_type_ids, position_ids, inputs_embeds)
        logits = self.discriminator_predictions(out.last_hidden_state)
        return LogitsOutput(None if labels is None else masked_binary_cross_entropy(logits, labels, attention_mask), logits)


class ElectraGeneratorPredictions(nn.Module):
    """The last hidden layer before the vocabulary."""

    def __init__(self, config: ElectraConfig):
        super().__init__()
        self.LayerNorm = nn.LayerNorm(config.embedding_size, eps=config.layer_norm_eps)
        self.dense = nn.Linear(config.hidden_size, config.embedding_size)
        self.act = ops.activation("gelu")

    def forward(self, x):  # (B, T, D) -> (B, T, E)
        return self.LayerNorm(self.act(self.dense(x)))


class ElectraForMaskedLM(ElectraPreTrainedModel, EncoderForMaskedLM):
    """ELECTRA's generator: a score for each word at each place, logits (B, T, V). labels (B, T): -100 where nothing is to be predicted."""

    base = ElectraModel

    def __init__(self, config: ElectraConfig):
        super().__init__(config)
        self.generator_predictions = ElectraGeneratorPredictions(config)
        self.generator_lm_head = nn.Linear(config.embedding_size, config.vocab_size)

    def words(self, x):
        return self.generator_lm_head(self.generator_predictions(x))


class ElectraForCausalLM(ElectraForMaskedLM, EncoderForCausalLM):
    """ELECTRA as a left-to-right language model (set `config.is_decoder`); see `EncoderForCausalLM`."""


class ElectraForSequenceClassification(ElectraPreTrainedModel, EncoderForSequenceClassification):
    """ELECTRA that classifies texts by their first token: logits (B, C). labels: see `classification_loss`."""

    base = ElectraModel

    def __init__(self, config: ElectraConfig):
        super().__init__(config)
        self.classifier = RobertaClassificationHead(config, self.head_dropout(config), act="gelu")

    def scores(self, out):
        return self.classifier(out.last_hidden_state)


class ElectraForMultipleChoice(ElectraPreTrainedModel, EncoderForMultipleChoice):
    """ELECTRA that scores N choices: inputs (B, N, T), logits (B, N), labels (B,)."""

    base = ElectraModel

    def __init__(self, config: ElectraConfig):
        super().__init__(config)
        self.sequence_summary = SequenceSummary(config)

    def scores(self, out):
        return self.classifier(self.sequence_summary(out.last_hidden_state))


class ElectraForTokenClassification(ElectraPreTrainedModel, EncoderForTokenClassification):
    """ELECTRA with a linear classifier on every token: logits (B, T, C), labels (B, T)."""

    base = ElectraModel


class ElectraForQuestionAnswering(ElectraPreTrainedModel, EncoderForQuestionAnswering):
    """ELECTRA that marks the span of an answer: start_logits and end_logits (B, T); start_positions and end_positions (B,)."""

    base = ElectraModel


TIED = {"generator_lm_head.weight": "electra.embeddings.word_embeddings.weight"}
OPTIONAL = (r"\bcrossattention\.",)  # encoders that become decoders
IGNORE = (r"embeddings\.position_ids$",)
INIT = {r"LayerNorm\.weight$": "ones", r"weight$": ("normal", "initializer_range")}
