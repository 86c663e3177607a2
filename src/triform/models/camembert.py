"""CamemBERT: RoBERTa trained on French.

Paper        Martin et al., 2019, https://arxiv.org/abs/1911.03894
Checkpoints  every repository whose config.json says `model_type: camembert`
"""

from triform.configs.camembert import CamembertConfig

from . import roberta


class CamembertPreTrainedModel(roberta.RobertaPreTrainedModel):
    """What all CamemBERT models have in common."""

    config_class = CamembertConfig


class CamembertModel(CamembertPreTrainedModel, roberta.RobertaModel):
    """The encoder without a head; see `RobertaModel`."""


class CamembertForMaskedLM(CamembertPreTrainedModel, roberta.RobertaForMaskedLM):
    """CamemBERT that fills in masked words."""

    base = CamembertModel


class CamembertForCausalLM(CamembertPreTrainedModel, roberta.RobertaForCausalLM):
    """CamemBERT that writes from left to right (set `config.is_decoder`)."""

    base = CamembertModel


class CamembertForSequenceClassification(CamembertPreTrainedModel, roberta.RobertaForSequenceClassification):
    """CamemBERT that classifies texts."""

    base = CamembertModel


class CamembertForMultipleChoice(CamembertPreTrainedModel, roberta.RobertaForMultipleChoice):
    """CamemBERT that chooses one of several texts."""

    base = CamembertModel


class CamembertForTokenClassification(CamembertPreTrainedModel, roberta.RobertaForTokenClassification):
    """CamemBERT that classifies tokens."""

    base = CamembertModel


class CamembertForQuestionAnswering(CamembertPreTrainedModel, roberta.RobertaForQuestionAnswering):
    """CamemBERT that marks answers."""

    base = CamembertModel
