# Made by tools/make_stubs.py: change the table in auto/registry.py and run `make fix`.
from typing import Any
from triform.models import bert as _bert
from triform.models import gpt2 as _gpt2
from triform.models import llama as _llama
from triform.models import mistral as _mistral
from triform.models import qwen2 as _qwen2
from triform.models import qwen3 as _qwen3
from triform.models import t5 as _t5
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
class GPT2ForQuestionAnswering(_gpt2.GPT2ForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class GPT2ForSequenceClassification(_gpt2.GPT2ForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class GPT2ForTokenClassification(_gpt2.GPT2ForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class GPT2LMHeadModel(_gpt2.GPT2LMHeadModel, TFPreTrainedModel): ...  # type: ignore[misc]
class GPT2Model(_gpt2.GPT2Model, TFPreTrainedModel): ...  # type: ignore[misc]
class LlamaForCausalLM(_llama.LlamaForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class LlamaForQuestionAnswering(_llama.LlamaForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class LlamaForSequenceClassification(_llama.LlamaForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class LlamaForTokenClassification(_llama.LlamaForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class LlamaModel(_llama.LlamaModel, TFPreTrainedModel): ...  # type: ignore[misc]
class MistralForCausalLM(_mistral.MistralForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class MistralForQuestionAnswering(_mistral.MistralForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class MistralForSequenceClassification(_mistral.MistralForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class MistralForTokenClassification(_mistral.MistralForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class MistralModel(_mistral.MistralModel, TFPreTrainedModel): ...  # type: ignore[misc]
class Qwen2ForCausalLM(_qwen2.Qwen2ForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class Qwen2ForQuestionAnswering(_qwen2.Qwen2ForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class Qwen2ForSequenceClassification(_qwen2.Qwen2ForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class Qwen2ForTokenClassification(_qwen2.Qwen2ForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class Qwen2Model(_qwen2.Qwen2Model, TFPreTrainedModel): ...  # type: ignore[misc]
class Qwen3ForCausalLM(_qwen3.Qwen3ForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class Qwen3ForQuestionAnswering(_qwen3.Qwen3ForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class Qwen3ForSequenceClassification(_qwen3.Qwen3ForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class Qwen3ForTokenClassification(_qwen3.Qwen3ForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class Qwen3Model(_qwen3.Qwen3Model, TFPreTrainedModel): ...  # type: ignore[misc]
class T5EncoderModel(_t5.T5EncoderModel, TFPreTrainedModel): ...  # type: ignore[misc]
class T5ForConditionalGeneration(_t5.T5ForConditionalGeneration, TFPreTrainedModel): ...  # type: ignore[misc]
class T5ForQuestionAnswering(_t5.T5ForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class T5ForSequenceClassification(_t5.T5ForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class T5ForTokenClassification(_t5.T5ForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class T5Model(_t5.T5Model, TFPreTrainedModel): ...  # type: ignore[misc]
