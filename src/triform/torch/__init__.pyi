# Made by tools/make_stubs.py: change the table in auto/registry.py and run `make fix`.
from typing import Any

from triform.models import bert as _bert
from triform.torch.pretrained import PreTrainedModel as PreTrainedModel

def architecture_class(module: str, name: str) -> Any: ...

class BertForMaskedLM(_bert.BertForMaskedLM, PreTrainedModel): ...  # type: ignore[misc]
class BertForMultipleChoice(_bert.BertForMultipleChoice, PreTrainedModel): ...  # type: ignore[misc]
class BertForNextSentencePrediction(_bert.BertForNextSentencePrediction, PreTrainedModel): ...  # type: ignore[misc]
class BertForPreTraining(_bert.BertForPreTraining, PreTrainedModel): ...  # type: ignore[misc]
class BertForQuestionAnswering(_bert.BertForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class BertForSequenceClassification(_bert.BertForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class BertForTokenClassification(_bert.BertForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class BertLMHeadModel(_bert.BertLMHeadModel, PreTrainedModel): ...  # type: ignore[misc]
class BertModel(_bert.BertModel, PreTrainedModel): ...  # type: ignore[misc]
