# Made by tools/make_stubs.py: change the table in auto/registry.py and run `make fix`.
from typing import Any
from triform.models import bert as _bert
from triform.models import gpt2 as _gpt2
from triform.models import llama as _llama
from triform.models import mistral as _mistral
from triform.models import qwen2 as _qwen2
from triform.models import qwen3 as _qwen3
from triform.models import t5 as _t5
from triform.flax.pretrained import FlaxPreTrainedModel as FlaxPreTrainedModel

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
class GPT2ForQuestionAnswering(_gpt2.GPT2ForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPT2ForSequenceClassification(_gpt2.GPT2ForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPT2ForTokenClassification(_gpt2.GPT2ForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPT2LMHeadModel(_gpt2.GPT2LMHeadModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPT2Model(_gpt2.GPT2Model, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LlamaForCausalLM(_llama.LlamaForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LlamaForQuestionAnswering(_llama.LlamaForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LlamaForSequenceClassification(_llama.LlamaForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LlamaForTokenClassification(_llama.LlamaForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LlamaModel(_llama.LlamaModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MistralForCausalLM(_mistral.MistralForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MistralForQuestionAnswering(_mistral.MistralForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MistralForSequenceClassification(_mistral.MistralForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MistralForTokenClassification(_mistral.MistralForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MistralModel(_mistral.MistralModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Qwen2ForCausalLM(_qwen2.Qwen2ForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Qwen2ForQuestionAnswering(_qwen2.Qwen2ForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Qwen2ForSequenceClassification(_qwen2.Qwen2ForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Qwen2ForTokenClassification(_qwen2.Qwen2ForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Qwen2Model(_qwen2.Qwen2Model, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Qwen3ForCausalLM(_qwen3.Qwen3ForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Qwen3ForQuestionAnswering(_qwen3.Qwen3ForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Qwen3ForSequenceClassification(_qwen3.Qwen3ForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Qwen3ForTokenClassification(_qwen3.Qwen3ForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Qwen3Model(_qwen3.Qwen3Model, FlaxPreTrainedModel): ...  # type: ignore[misc]
class T5EncoderModel(_t5.T5EncoderModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class T5ForConditionalGeneration(_t5.T5ForConditionalGeneration, FlaxPreTrainedModel): ...  # type: ignore[misc]
class T5ForQuestionAnswering(_t5.T5ForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class T5ForSequenceClassification(_t5.T5ForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class T5ForTokenClassification(_t5.T5ForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class T5Model(_t5.T5Model, FlaxPreTrainedModel): ...  # type: ignore[misc]
