"""XLM-RoBERTa: RoBERTa trained on a hundred languages.

Paper        Conneau et al., 2019, https://arxiv.org/abs/1911.02116
Checkpoints  every repository whose config.json says `model_type: xlm-roberta`
"""

from triform.configs.xlm_roberta import XLMRobertaConfig

from .roberta import (
    RobertaForCausalLM,
    RobertaForMaskedLM,
    RobertaForMultipleChoice,
    RobertaForQuestionAnswering,
    RobertaForSequenceClassification,
    RobertaForTokenClassification,
    RobertaModel,
    RobertaPreTrainedModel,
)


class XLMRobertaPreTrainedModel(RobertaPreTrainedModel):
    """What all XLM-RoBERTa models have in common."""

    config_class = XLMRobertaConfig


class XLMRobertaModel(XLMRobertaPreTrainedModel, RobertaModel):
    """The encoder without a head; see `RobertaModel`."""


class XLMRobertaForMaskedLM(XLMRobertaPreTrainedModel, RobertaForMaskedLM):
    """XLM-RoBERTa that fills in masked words."""

    base = XLMRobertaModel


class XLMRobertaForCausalLM(XLMRobertaPreTrainedModel, RobertaForCausalLM):
    """XLM-RoBERTa that writes from left to right (set `config.is_decoder`)."""

    base = XLMRobertaModel


class XLMRobertaForSequenceClassification(XLMRobertaPreTrainedModel, RobertaForSequenceClassification):
    """XLM-RoBERTa that classifies texts."""

    base = XLMRobertaModel


class XLMRobertaForMultipleChoice(XLMRobertaPreTrainedModel, RobertaForMultipleChoice):
    """XLM-RoBERTa that chooses one of several texts."""

    base = XLMRobertaModel


class XLMRobertaForTokenClassification(XLMRobertaPreTrainedModel, RobertaForTokenClassification):
    """XLM-RoBERTa that classifies tokens."""

    base = XLMRobertaModel


class XLMRobertaForQuestionAnswering(XLMRobertaPreTrainedModel, RobertaForQuestionAnswering):
    """XLM-RoBERTa that marks answers."""

    base = XLMRobertaModel
