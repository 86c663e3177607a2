"""XLM-RoBERTa: RoBERTa trained on a hundred languages.

Paper        Conneau et al., 2019, https://arxiv.org/abs/1911.02116
Checkpoints  every repository whose config.json says `model_type: xlm-roberta`
"""

from triform.configs.xlm_roberta import XLMRobertaConfig

from . import roberta


class XLMRobertaPreTrainedModel(roberta.RobertaPreTrainedModel):
    """What all XLM-RoBERTa models have in common."""

    config_class = XLMRobertaConfig


class XLMRobertaModel(XLMRobertaPreTrainedModel, roberta.RobertaModel):
    """The encoder without a head; see `RobertaModel`."""


class XLMRobertaForMaskedLM(XLMRobertaPreTrainedModel, roberta.RobertaForMaskedLM):
    """XLM-RoBERTa that fills in masked words."""

    base = XLMRobertaModel


class XLMRobertaForCausalLM(XLMRobertaPreTrainedModel, roberta.RobertaForCausalLM):
    """XLM-RoBERTa that writes from left to right (set `config.is_decoder`)."""

    base = XLMRobertaModel


class XLMRobertaForSequenceClassification(XLMRobertaPreTrainedModel, roberta.RobertaForSequenceClassification):
    """XLM-RoBERTa that classifies texts."""

    base = XLMRobertaModel


class XLMRobertaForMultipleChoice(XLMRobertaPreTrainedModel, roberta.RobertaForMultipleChoice):
    """XLM-RoBERTa that chooses one of several texts."""

    base = XLMRobertaModel


class XLMRobertaForTokenClassification(XLMRobertaPreTrainedModel, roberta.RobertaForTokenClassification):
    """XLM-RoBERTa that classifies tokens."""

    base = XLMRobertaModel


class XLMRobertaForQuestionAnswering(XLMRobertaPreTrainedModel, roberta.RobertaForQuestionAnswering):
    """XLM-RoBERTa that marks answers."""

    base = XLMRobertaModel
