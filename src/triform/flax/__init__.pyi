# Made by tools/make_stubs.py: change the table in auto/registry.py and run `make fix`.
from typing import Any
from triform.models import bart as _bart
from triform.models import bert as _bert
from triform.models import bloom as _bloom
from triform.models import encoder_decoder as _encoder_decoder
from triform.models import gemma2 as _gemma2
from triform.models import gpt2 as _gpt2
from triform.models import gpt_neox as _gpt_neox
from triform.models import llama as _llama
from triform.models import marian as _marian
from triform.models import mistral as _mistral
from triform.models import mixtral as _mixtral
from triform.models import opt as _opt
from triform.models import phi3 as _phi3
from triform.models import qwen2 as _qwen2
from triform.models import qwen3 as _qwen3
from triform.models import t5 as _t5
from triform.flax.pretrained import FlaxPreTrainedModel as FlaxPreTrainedModel

def architecture_class(module: str, name: str) -> Any: ...

class BartForCausalLM(_bart.BartForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BartForConditionalGeneration(_bart.BartForConditionalGeneration, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BartForQuestionAnswering(_bart.BartForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BartForSequenceClassification(_bart.BartForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BartModel(_bart.BartModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertForMaskedLM(_bert.BertForMaskedLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertForMultipleChoice(_bert.BertForMultipleChoice, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertForNextSentencePrediction(_bert.BertForNextSentencePrediction, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertForPreTraining(_bert.BertForPreTraining, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertForQuestionAnswering(_bert.BertForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertForSequenceClassification(_bert.BertForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertForTokenClassification(_bert.BertForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertLMHeadModel(_bert.BertLMHeadModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertModel(_bert.BertModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BloomForCausalLM(_bloom.BloomForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BloomForQuestionAnswering(_bloom.BloomForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BloomForSequenceClassification(_bloom.BloomForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BloomForTokenClassification(_bloom.BloomForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BloomModel(_bloom.BloomModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class EncoderDecoderModel(_encoder_decoder.EncoderDecoderModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPT2ForQuestionAnswering(_gpt2.GPT2ForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPT2ForSequenceClassification(_gpt2.GPT2ForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPT2ForTokenClassification(_gpt2.GPT2ForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPT2LMHeadModel(_gpt2.GPT2LMHeadModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPT2Model(_gpt2.GPT2Model, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXForCausalLM(_gpt_neox.GPTNeoXForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXForQuestionAnswering(_gpt_neox.GPTNeoXForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXForSequenceClassification(_gpt_neox.GPTNeoXForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXForTokenClassification(_gpt_neox.GPTNeoXForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXModel(_gpt_neox.GPTNeoXModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Gemma2ForCausalLM(_gemma2.Gemma2ForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Gemma2ForSequenceClassification(_gemma2.Gemma2ForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Gemma2ForTokenClassification(_gemma2.Gemma2ForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Gemma2Model(_gemma2.Gemma2Model, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LlamaForCausalLM(_llama.LlamaForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LlamaForQuestionAnswering(_llama.LlamaForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LlamaForSequenceClassification(_llama.LlamaForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LlamaForTokenClassification(_llama.LlamaForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LlamaModel(_llama.LlamaModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MarianForCausalLM(_marian.MarianForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MarianMTModel(_marian.MarianMTModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MarianModel(_marian.MarianModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MistralForCausalLM(_mistral.MistralForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MistralForQuestionAnswering(_mistral.MistralForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MistralForSequenceClassification(_mistral.MistralForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MistralForTokenClassification(_mistral.MistralForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MistralModel(_mistral.MistralModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MixtralForCausalLM(_mixtral.MixtralForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MixtralForQuestionAnswering(_mixtral.MixtralForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MixtralForSequenceClassification(_mixtral.MixtralForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MixtralForTokenClassification(_mixtral.MixtralForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MixtralModel(_mixtral.MixtralModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class OPTForCausalLM(_opt.OPTForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class OPTForQuestionAnswering(_opt.OPTForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class OPTForSequenceClassification(_opt.OPTForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class OPTModel(_opt.OPTModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Phi3ForCausalLM(_phi3.Phi3ForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Phi3ForSequenceClassification(_phi3.Phi3ForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Phi3ForTokenClassification(_phi3.Phi3ForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Phi3Model(_phi3.Phi3Model, FlaxPreTrainedModel): ...  # type: ignore[misc]
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
