# Made by tools/make_stubs.py: change the table in auto/registry.py and run `make fix`.
from typing import Any

from triform.models import bert as _bert
from triform.tf.pretrained import TFPreTrainedModel as TFPreTrainedModel

def architecture_class(module: str, name: str) -> Any: ...

class BertForMaskedLM(_bert.BertForMaskedLM, TFPreTrainedModel): ...  # type: ignore[misc]
class BertForMultipleChoice(_bert.BertForMultipleChoice, TFPreTrainedModel): ...  # type: ignore[misc]
class BertForNextSentencePrediction(_bert.BertForNextSentencePrediction, TFPreTrainedModel): ...  # type: ignore[misc]
class BertForPreTraining(_bert.BertForPreTraining, TFPreTrainedModel): ...  # type: ignore[misc]
class BertForQuestionAnswering(_bert.BertForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class BertForSequenceClassification(_bert.BertForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class BertForTokenClassification(_bert.BertForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class BertLMHeadModel(_bert.BertLMHeadModel, TFPreTrainedModel): ...  # type: ignore[misc]
class BertModel(_bert.BertModel, TFPreTrainedModel): ...  # type: ignore[misc]
