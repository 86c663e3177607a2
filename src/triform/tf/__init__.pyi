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
from triform.tf.pretrained import TFPreTrainedModel as TFPreTrainedModel

def architecture_class(module: str, name: str) -> Any: ...

class BartForCausalLM(_bart.BartForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class BartForConditionalGeneration(_bart.BartForConditionalGeneration, TFPreTrainedModel): ...  # type: ignore[misc]
class BartForQuestionAnswering(_bart.BartForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class BartForSequenceClassification(_bart.BartForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class BartModel(_bart.BartModel, TFPreTrainedModel): ...  # type: ignore[misc]
class BertForMaskedLM(_bert.BertForMaskedLM, TFPreTrainedModel): ...  # type: ignore[misc]
class BertForMultipleChoice(_bert.BertForMultipleChoice, TFPreTrainedModel): ...  # type: ignore[misc]
class BertForNextSentencePrediction(_bert.BertForNextSentencePrediction, TFPreTrainedModel): ...  # type: ignore[misc]
class BertForPreTraining(_bert.BertForPreTraining, TFPreTrainedModel): ...  # type: ignore[misc]
class BertForQuestionAnswering(_bert.BertForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class BertForSequenceClassification(_bert.BertForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class BertForTokenClassification(_bert.BertForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class BertLMHeadModel(_bert.BertLMHeadModel, TFPreTrainedModel): ...  # type: ignore[misc]
class BertModel(_bert.BertModel, TFPreTrainedModel): ...  # type: ignore[misc]
class BloomForCausalLM(_bloom.BloomForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class BloomForQuestionAnswering(_bloom.BloomForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class BloomForSequenceClassification(_bloom.BloomForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class BloomForTokenClassification(_bloom.BloomForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class BloomModel(_bloom.BloomModel, TFPreTrainedModel): ...  # type: ignore[misc]
class EncoderDecoderModel(_encoder_decoder.EncoderDecoderModel, TFPreTrainedModel): ...  # type: ignore[misc]
class GPT2ForQuestionAnswering(_gpt2.GPT2ForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class GPT2ForSequenceClassification(_gpt2.GPT2ForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class GPT2ForTokenClassification(_gpt2.GPT2ForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class GPT2LMHeadModel(_gpt2.GPT2LMHeadModel, TFPreTrainedModel): ...  # type: ignore[misc]
class GPT2Model(_gpt2.GPT2Model, TFPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXForCausalLM(_gpt_neox.GPTNeoXForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXForQuestionAnswering(_gpt_neox.GPTNeoXForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXForSequenceClassification(_gpt_neox.GPTNeoXForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXForTokenClassification(_gpt_neox.GPTNeoXForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXModel(_gpt_neox.GPTNeoXModel, TFPreTrainedModel): ...  # type: ignore[misc]
class Gemma2ForCausalLM(_gemma2.Gemma2ForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class Gemma2ForSequenceClassification(_gemma2.Gemma2ForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class Gemma2ForTokenClassification(_gemma2.Gemma2ForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class Gemma2Model(_gemma2.Gemma2Model, TFPreTrainedModel): ...  # type: ignore[misc]
class LlamaForCausalLM(_llama.LlamaForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class LlamaForQuestionAnswering(_llama.LlamaForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class LlamaForSequenceClassification(_llama.LlamaForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class LlamaForTokenClassification(_llama.LlamaForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class LlamaModel(_llama.LlamaModel, TFPreTrainedModel): ...  # type: ignore[misc]
class MarianForCausalLM(_marian.MarianForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class MarianMTModel(_marian.MarianMTModel, TFPreTrainedModel): ...  # type: ignore[misc]
class MarianModel(_marian.MarianModel, TFPreTrainedModel): ...  # type: ignore[misc]
class MistralForCausalLM(_mistral.MistralForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class MistralForQuestionAnswering(_mistral.MistralForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class MistralForSequenceClassification(_mistral.MistralForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class MistralForTokenClassification(_mistral.MistralForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class MistralModel(_mistral.MistralModel, TFPreTrainedModel): ...  # type: ignore[misc]
class MixtralForCausalLM(_mixtral.MixtralForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class MixtralForQuestionAnswering(_mixtral.MixtralForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class MixtralForSequenceClassification(_mixtral.MixtralForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class MixtralForTokenClassification(_mixtral.MixtralForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class MixtralModel(_mixtral.MixtralModel, TFPreTrainedModel): ...  # type: ignore[misc]
class OPTForCausalLM(_opt.OPTForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class OPTForQuestionAnswering(_opt.OPTForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class OPTForSequenceClassification(_opt.OPTForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class OPTModel(_opt.OPTModel, TFPreTrainedModel): ...  # type: ignore[misc]
class Phi3ForCausalLM(_phi3.Phi3ForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class Phi3ForSequenceClassification(_phi3.Phi3ForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class Phi3ForTokenClassification(_phi3.Phi3ForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class Phi3Model(_phi3.Phi3Model, TFPreTrainedModel): ...  # type: ignore[misc]
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
