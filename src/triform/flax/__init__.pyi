# Made by tools/make_stubs.py: change the table in auto/registry.py and run `make fix`.
from typing import Any

from triform.flax.pretrained import FlaxPreTrainedModel as FlaxPreTrainedModel
from triform.models import bert as _bert

def architecture_class(module: str, name: str) -> Any: ...

class BertForMaskedLM(_bert.BertForMaskedLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertForMultipleChoice(_bert.BertForMultipleChoice, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertForNextSentencePrediction(_bert.BertForNextSentencePrediction, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertForPreTraining(_bert.BertForPreTraining, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertForQuestionAnswering(_bert.BertForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertForSequenceClassification(_bert.BertForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertForTokenClassification(_bert.BertForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertLMHeadModel(_bert.BertLMHeadModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertModel(_bert.BertModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
