# Made by tools/make_stubs.py: change the table in auto/registry.py and run `make fix`.
from typing import Any
from triform.models import albert as _albert
from triform.models import bart as _bart
from triform.models import beit as _beit
from triform.models import bert as _bert
from triform.models import bit as _bit
from triform.models import blenderbot as _blenderbot
from triform.models import blenderbot_small as _blenderbot_small
from triform.models import blip as _blip
from triform.models import blip_text as _blip_text
from triform.models import bloom as _bloom
from triform.models import camembert as _camembert
from triform.models import clip as _clip
from triform.models import clipseg as _clipseg
from triform.models import conditional_detr as _conditional_detr
from triform.models import convnext as _convnext
from triform.models import convnextv2 as _convnextv2
from triform.models import deberta_v2 as _deberta_v2
from triform.models import deformable_detr as _deformable_detr
from triform.models import deit as _deit
from triform.models import depth_anything as _depth_anything
from triform.models import detr as _detr
from triform.models import dinov2 as _dinov2
from triform.models import dinov2_with_registers as _dinov2_with_registers
from triform.models import distilbert as _distilbert
from triform.models import dpt as _dpt
from triform.models import efficientnet as _efficientnet
from triform.models import electra as _electra
from triform.models import encoder_decoder as _encoder_decoder
from triform.models import falcon as _falcon
from triform.models import gemma2 as _gemma2
from triform.models import gpt2 as _gpt2
from triform.models import gpt_neo as _gpt_neo
from triform.models import gpt_neox as _gpt_neox
from triform.models import gptj as _gptj
from triform.models import levit as _levit
from triform.models import llama as _llama
from triform.models import longformer as _longformer
from triform.models import marian as _marian
from triform.models import mask2former as _mask2former
from triform.models import maskformer as _maskformer
from triform.models import maskformer_swin as _maskformer_swin
from triform.models import mbart as _mbart
from triform.models import mistral as _mistral
from triform.models import mixtral as _mixtral
from triform.models import mobilenet_v1 as _mobilenet_v1
from triform.models import mobilenet_v2 as _mobilenet_v2
from triform.models import modernbert as _modernbert
from triform.models import mpnet as _mpnet
from triform.models import opt as _opt
from triform.models import owlv2 as _owlv2
from triform.models import owlvit as _owlvit
from triform.models import pegasus as _pegasus
from triform.models import phi3 as _phi3
from triform.models import plbart as _plbart
from triform.models import poolformer as _poolformer
from triform.models import pvt as _pvt
from triform.models import qwen2 as _qwen2
from triform.models import qwen3 as _qwen3
from triform.models import regnet as _regnet
from triform.models import resnet as _resnet
from triform.models import roberta as _roberta
from triform.models import sam as _sam
from triform.models import segformer as _segformer
from triform.models import siglip as _siglip
from triform.models import swin as _swin
from triform.models import swin2sr as _swin2sr
from triform.models import swinv2 as _swinv2
from triform.models import t5 as _t5
from triform.models import table_transformer as _table_transformer
from triform.models import videomae as _videomae
from triform.models import vit as _vit
from triform.models import vit_mae as _vit_mae
from triform.models import xlm_roberta as _xlm_roberta
from triform.models import xlnet as _xlnet
from triform.models import yolos as _yolos
from triform.torch.pretrained import PreTrainedModel as PreTrainedModel

def architecture_class(module: str, name: str) -> Any: ...

class AlbertForMaskedLM(_albert.AlbertForMaskedLM, PreTrainedModel): ...  # type: ignore[misc]
class AlbertForMultipleChoice(_albert.AlbertForMultipleChoice, PreTrainedModel): ...  # type: ignore[misc]
class AlbertForPreTraining(_albert.AlbertForPreTraining, PreTrainedModel): ...  # type: ignore[misc]
class AlbertForQuestionAnswering(_albert.AlbertForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class AlbertForSequenceClassification(_albert.AlbertForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class AlbertForTokenClassification(_albert.AlbertForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class AlbertModel(_albert.AlbertModel, PreTrainedModel): ...  # type: ignore[misc]
class BartForCausalLM(_bart.BartForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class BartForConditionalGeneration(_bart.BartForConditionalGeneration, PreTrainedModel): ...  # type: ignore[misc]
class BartForQuestionAnswering(_bart.BartForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class BartForSequenceClassification(_bart.BartForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class BartModel(_bart.BartModel, PreTrainedModel): ...  # type: ignore[misc]
class BeitBackbone(_beit.BeitBackbone, PreTrainedModel): ...  # type: ignore[misc]
class BeitForImageClassification(_beit.BeitForImageClassification, PreTrainedModel): ...  # type: ignore[misc]
class BeitForSemanticSegmentation(_beit.BeitForSemanticSegmentation, PreTrainedModel): ...  # type: ignore[misc]
class BeitModel(_beit.BeitModel, PreTrainedModel): ...  # type: ignore[misc]
class BertForMaskedLM(_bert.BertForMaskedLM, PreTrainedModel): ...  # type: ignore[misc]
class BertForMultipleChoice(_bert.BertForMultipleChoice, PreTrainedModel): ...  # type: ignore[misc]
class BertForNextSentencePrediction(_bert.BertForNextSentencePrediction, PreTrainedModel): ...  # type: ignore[misc]
class BertForPreTraining(_bert.BertForPreTraining, PreTrainedModel): ...  # type: ignore[misc]
class BertForQuestionAnswering(_bert.BertForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class BertForSequenceClassification(_bert.BertForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class BertForTokenClassification(_bert.BertForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class BertLMHeadModel(_bert.BertLMHeadModel, PreTrainedModel): ...  # type: ignore[misc]
class BertModel(_bert.BertModel, PreTrainedModel): ...  # type: ignore[misc]
class BitBackbone(_bit.BitBackbone, PreTrainedModel): ...  # type: ignore[misc]
class BitForImageClassification(_bit.BitForImageClassification, PreTrainedModel): ...  # type: ignore[misc]
class BitModel(_bit.BitModel, PreTrainedModel): ...  # type: ignore[misc]
class BlenderbotForCausalLM(_blenderbot.BlenderbotForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class BlenderbotForConditionalGeneration(_blenderbot.BlenderbotForConditionalGeneration, PreTrainedModel): ...  # type: ignore[misc]
class BlenderbotModel(_blenderbot.BlenderbotModel, PreTrainedModel): ...  # type: ignore[misc]
class BlenderbotSmallForCausalLM(_blenderbot_small.BlenderbotSmallForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class BlenderbotSmallForConditionalGeneration(_blenderbot_small.BlenderbotSmallForConditionalGeneration, PreTrainedModel): ...  # type: ignore[misc]
class BlenderbotSmallModel(_blenderbot_small.BlenderbotSmallModel, PreTrainedModel): ...  # type: ignore[misc]
class BlipForConditionalGeneration(_blip.BlipForConditionalGeneration, PreTrainedModel): ...  # type: ignore[misc]
class BlipForImageTextRetrieval(_blip.BlipForImageTextRetrieval, PreTrainedModel): ...  # type: ignore[misc]
class BlipForQuestionAnswering(_blip.BlipForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class BlipModel(_blip.BlipModel, PreTrainedModel): ...  # type: ignore[misc]
class BlipTextLMHeadModel(_blip_text.BlipTextLMHeadModel, PreTrainedModel): ...  # type: ignore[misc]
class BlipTextModel(_blip_text.BlipTextModel, PreTrainedModel): ...  # type: ignore[misc]
class BlipVisionModel(_blip.BlipVisionModel, PreTrainedModel): ...  # type: ignore[misc]
class BloomForCausalLM(_bloom.BloomForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class BloomForQuestionAnswering(_bloom.BloomForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class BloomForSequenceClassification(_bloom.BloomForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class BloomForTokenClassification(_bloom.BloomForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class BloomModel(_bloom.BloomModel, PreTrainedModel): ...  # type: ignore[misc]
class CLIPForImageClassification(_clip.CLIPForImageClassification, PreTrainedModel): ...  # type: ignore[misc]
class CLIPModel(_clip.CLIPModel, PreTrainedModel): ...  # type: ignore[misc]
class CLIPSegForImageSegmentation(_clipseg.CLIPSegForImageSegmentation, PreTrainedModel): ...  # type: ignore[misc]
class CLIPSegModel(_clipseg.CLIPSegModel, PreTrainedModel): ...  # type: ignore[misc]
class CLIPSegTextModel(_clipseg.CLIPSegTextModel, PreTrainedModel): ...  # type: ignore[misc]
class CLIPSegVisionModel(_clipseg.CLIPSegVisionModel, PreTrainedModel): ...  # type: ignore[misc]
class CLIPTextModel(_clip.CLIPTextModel, PreTrainedModel): ...  # type: ignore[misc]
class CLIPTextModelWithProjection(_clip.CLIPTextModelWithProjection, PreTrainedModel): ...  # type: ignore[misc]
class CLIPVisionModel(_clip.CLIPVisionModel, PreTrainedModel): ...  # type: ignore[misc]
class CLIPVisionModelWithProjection(_clip.CLIPVisionModelWithProjection, PreTrainedModel): ...  # type: ignore[misc]
class CamembertForCausalLM(_camembert.CamembertForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class CamembertForMaskedLM(_camembert.CamembertForMaskedLM, PreTrainedModel): ...  # type: ignore[misc]
class CamembertForMultipleChoice(_camembert.CamembertForMultipleChoice, PreTrainedModel): ...  # type: ignore[misc]
class CamembertForQuestionAnswering(_camembert.CamembertForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class CamembertForSequenceClassification(_camembert.CamembertForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class CamembertForTokenClassification(_camembert.CamembertForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class CamembertModel(_camembert.CamembertModel, PreTrainedModel): ...  # type: ignore[misc]
class ConditionalDetrForObjectDetection(_conditional_detr.ConditionalDetrForObjectDetection, PreTrainedModel): ...  # type: ignore[misc]
class ConditionalDetrModel(_conditional_detr.ConditionalDetrModel, PreTrainedModel): ...  # type: ignore[misc]
class ConvNextBackbone(_convnext.ConvNextBackbone, PreTrainedModel): ...  # type: ignore[misc]
class ConvNextForImageClassification(_convnext.ConvNextForImageClassification, PreTrainedModel): ...  # type: ignore[misc]
class ConvNextModel(_convnext.ConvNextModel, PreTrainedModel): ...  # type: ignore[misc]
class ConvNextV2Backbone(_convnextv2.ConvNextV2Backbone, PreTrainedModel): ...  # type: ignore[misc]
class ConvNextV2ForImageClassification(_convnextv2.ConvNextV2ForImageClassification, PreTrainedModel): ...  # type: ignore[misc]
class ConvNextV2Model(_convnextv2.ConvNextV2Model, PreTrainedModel): ...  # type: ignore[misc]
class DPTForDepthEstimation(_dpt.DPTForDepthEstimation, PreTrainedModel): ...  # type: ignore[misc]
class DPTForSemanticSegmentation(_dpt.DPTForSemanticSegmentation, PreTrainedModel): ...  # type: ignore[misc]
class DPTModel(_dpt.DPTModel, PreTrainedModel): ...  # type: ignore[misc]
class DebertaV2ForMaskedLM(_deberta_v2.DebertaV2ForMaskedLM, PreTrainedModel): ...  # type: ignore[misc]
class DebertaV2ForMultipleChoice(_deberta_v2.DebertaV2ForMultipleChoice, PreTrainedModel): ...  # type: ignore[misc]
class DebertaV2ForQuestionAnswering(_deberta_v2.DebertaV2ForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class DebertaV2ForSequenceClassification(_deberta_v2.DebertaV2ForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class DebertaV2ForTokenClassification(_deberta_v2.DebertaV2ForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class DebertaV2Model(_deberta_v2.DebertaV2Model, PreTrainedModel): ...  # type: ignore[misc]
class DeformableDetrForObjectDetection(_deformable_detr.DeformableDetrForObjectDetection, PreTrainedModel): ...  # type: ignore[misc]
class DeformableDetrModel(_deformable_detr.DeformableDetrModel, PreTrainedModel): ...  # type: ignore[misc]
class DeiTForImageClassification(_deit.DeiTForImageClassification, PreTrainedModel): ...  # type: ignore[misc]
class DeiTForImageClassificationWithTeacher(_deit.DeiTForImageClassificationWithTeacher, PreTrainedModel): ...  # type: ignore[misc]
class DeiTForMaskedImageModeling(_deit.DeiTForMaskedImageModeling, PreTrainedModel): ...  # type: ignore[misc]
class DeiTModel(_deit.DeiTModel, PreTrainedModel): ...  # type: ignore[misc]
class DepthAnythingForDepthEstimation(_depth_anything.DepthAnythingForDepthEstimation, PreTrainedModel): ...  # type: ignore[misc]
class DetrForObjectDetection(_detr.DetrForObjectDetection, PreTrainedModel): ...  # type: ignore[misc]
class DetrForSegmentation(_detr.DetrForSegmentation, PreTrainedModel): ...  # type: ignore[misc]
class DetrModel(_detr.DetrModel, PreTrainedModel): ...  # type: ignore[misc]
class Dinov2Backbone(_dinov2.Dinov2Backbone, PreTrainedModel): ...  # type: ignore[misc]
class Dinov2ForImageClassification(_dinov2.Dinov2ForImageClassification, PreTrainedModel): ...  # type: ignore[misc]
class Dinov2Model(_dinov2.Dinov2Model, PreTrainedModel): ...  # type: ignore[misc]
class Dinov2WithRegistersBackbone(_dinov2_with_registers.Dinov2WithRegistersBackbone, PreTrainedModel): ...  # type: ignore[misc]
class Dinov2WithRegistersForImageClassification(_dinov2_with_registers.Dinov2WithRegistersForImageClassification, PreTrainedModel): ...  # type: ignore[misc]
class Dinov2WithRegistersModel(_dinov2_with_registers.Dinov2WithRegistersModel, PreTrainedModel): ...  # type: ignore[misc]
class DistilBertForMaskedLM(_distilbert.DistilBertForMaskedLM, PreTrainedModel): ...  # type: ignore[misc]
class DistilBertForMultipleChoice(_distilbert.DistilBertForMultipleChoice, PreTrainedModel): ...  # type: ignore[misc]
class DistilBertForQuestionAnswering(_distilbert.DistilBertForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class DistilBertForSequenceClassification(_distilbert.DistilBertForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class DistilBertForTokenClassification(_distilbert.DistilBertForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class DistilBertModel(_distilbert.DistilBertModel, PreTrainedModel): ...  # type: ignore[misc]
class EfficientNetForImageClassification(_efficientnet.EfficientNetForImageClassification, PreTrainedModel): ...  # type: ignore[misc]
class EfficientNetModel(_efficientnet.EfficientNetModel, PreTrainedModel): ...  # type: ignore[misc]
class ElectraForCausalLM(_electra.ElectraForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class ElectraForMaskedLM(_electra.ElectraForMaskedLM, PreTrainedModel): ...  # type: ignore[misc]
class ElectraForMultipleChoice(_electra.ElectraForMultipleChoice, PreTrainedModel): ...  # type: ignore[misc]
class ElectraForPreTraining(_electra.ElectraForPreTraining, PreTrainedModel): ...  # type: ignore[misc]
class ElectraForQuestionAnswering(_electra.ElectraForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class ElectraForSequenceClassification(_electra.ElectraForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class ElectraForTokenClassification(_electra.ElectraForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class ElectraModel(_electra.ElectraModel, PreTrainedModel): ...  # type: ignore[misc]
class EncoderDecoderModel(_encoder_decoder.EncoderDecoderModel, PreTrainedModel): ...  # type: ignore[misc]
class FalconForCausalLM(_falcon.FalconForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class FalconForQuestionAnswering(_falcon.FalconForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class FalconForSequenceClassification(_falcon.FalconForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class FalconForTokenClassification(_falcon.FalconForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class FalconModel(_falcon.FalconModel, PreTrainedModel): ...  # type: ignore[misc]
class GPT2ForQuestionAnswering(_gpt2.GPT2ForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class GPT2ForSequenceClassification(_gpt2.GPT2ForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class GPT2ForTokenClassification(_gpt2.GPT2ForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class GPT2LMHeadModel(_gpt2.GPT2LMHeadModel, PreTrainedModel): ...  # type: ignore[misc]
class GPT2Model(_gpt2.GPT2Model, PreTrainedModel): ...  # type: ignore[misc]
class GPTJForCausalLM(_gptj.GPTJForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class GPTJForQuestionAnswering(_gptj.GPTJForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class GPTJForSequenceClassification(_gptj.GPTJForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class GPTJModel(_gptj.GPTJModel, PreTrainedModel): ...  # type: ignore[misc]
class GPTNeoForCausalLM(_gpt_neo.GPTNeoForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class GPTNeoForQuestionAnswering(_gpt_neo.GPTNeoForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class GPTNeoForSequenceClassification(_gpt_neo.GPTNeoForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class GPTNeoForTokenClassification(_gpt_neo.GPTNeoForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class GPTNeoModel(_gpt_neo.GPTNeoModel, PreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXForCausalLM(_gpt_neox.GPTNeoXForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXForQuestionAnswering(_gpt_neox.GPTNeoXForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXForSequenceClassification(_gpt_neox.GPTNeoXForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXForTokenClassification(_gpt_neox.GPTNeoXForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXModel(_gpt_neox.GPTNeoXModel, PreTrainedModel): ...  # type: ignore[misc]
class Gemma2ForCausalLM(_gemma2.Gemma2ForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class Gemma2ForSequenceClassification(_gemma2.Gemma2ForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class Gemma2ForTokenClassification(_gemma2.Gemma2ForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class Gemma2Model(_gemma2.Gemma2Model, PreTrainedModel): ...  # type: ignore[misc]
class LevitForImageClassification(_levit.LevitForImageClassification, PreTrainedModel): ...  # type: ignore[misc]
class LevitForImageClassificationWithTeacher(_levit.LevitForImageClassificationWithTeacher, PreTrainedModel): ...  # type: ignore[misc]
class LevitModel(_levit.LevitModel, PreTrainedModel): ...  # type: ignore[misc]
class LlamaForCausalLM(_llama.LlamaForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class LlamaForQuestionAnswering(_llama.LlamaForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class LlamaForSequenceClassification(_llama.LlamaForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class LlamaForTokenClassification(_llama.LlamaForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class LlamaModel(_llama.LlamaModel, PreTrainedModel): ...  # type: ignore[misc]
class LongformerForMaskedLM(_longformer.LongformerForMaskedLM, PreTrainedModel): ...  # type: ignore[misc]
class LongformerForMultipleChoice(_longformer.LongformerForMultipleChoice, PreTrainedModel): ...  # type: ignore[misc]
class LongformerForQuestionAnswering(_longformer.LongformerForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class LongformerForSequenceClassification(_longformer.LongformerForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class LongformerForTokenClassification(_longformer.LongformerForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class LongformerModel(_longformer.LongformerModel, PreTrainedModel): ...  # type: ignore[misc]
class MBartForCausalLM(_mbart.MBartForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class MBartForConditionalGeneration(_mbart.MBartForConditionalGeneration, PreTrainedModel): ...  # type: ignore[misc]
class MBartForQuestionAnswering(_mbart.MBartForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class MBartForSequenceClassification(_mbart.MBartForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class MBartModel(_mbart.MBartModel, PreTrainedModel): ...  # type: ignore[misc]
class MPNetForMaskedLM(_mpnet.MPNetForMaskedLM, PreTrainedModel): ...  # type: ignore[misc]
class MPNetForMultipleChoice(_mpnet.MPNetForMultipleChoice, PreTrainedModel): ...  # type: ignore[misc]
class MPNetForQuestionAnswering(_mpnet.MPNetForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class MPNetForSequenceClassification(_mpnet.MPNetForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class MPNetForTokenClassification(_mpnet.MPNetForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class MPNetModel(_mpnet.MPNetModel, PreTrainedModel): ...  # type: ignore[misc]
class MarianForCausalLM(_marian.MarianForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class MarianMTModel(_marian.MarianMTModel, PreTrainedModel): ...  # type: ignore[misc]
class MarianModel(_marian.MarianModel, PreTrainedModel): ...  # type: ignore[misc]
class Mask2FormerForUniversalSegmentation(_mask2former.Mask2FormerForUniversalSegmentation, PreTrainedModel): ...  # type: ignore[misc]
class Mask2FormerModel(_mask2former.Mask2FormerModel, PreTrainedModel): ...  # type: ignore[misc]
class MaskFormerForInstanceSegmentation(_maskformer.MaskFormerForInstanceSegmentation, PreTrainedModel): ...  # type: ignore[misc]
class MaskFormerModel(_maskformer.MaskFormerModel, PreTrainedModel): ...  # type: ignore[misc]
class MaskFormerSwinBackbone(_maskformer_swin.MaskFormerSwinBackbone, PreTrainedModel): ...  # type: ignore[misc]
class MaskFormerSwinModel(_maskformer_swin.MaskFormerSwinModel, PreTrainedModel): ...  # type: ignore[misc]
class MistralForCausalLM(_mistral.MistralForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class MistralForQuestionAnswering(_mistral.MistralForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class MistralForSequenceClassification(_mistral.MistralForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class MistralForTokenClassification(_mistral.MistralForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class MistralModel(_mistral.MistralModel, PreTrainedModel): ...  # type: ignore[misc]
class MixtralForCausalLM(_mixtral.MixtralForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class MixtralForQuestionAnswering(_mixtral.MixtralForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class MixtralForSequenceClassification(_mixtral.MixtralForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class MixtralForTokenClassification(_mixtral.MixtralForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class MixtralModel(_mixtral.MixtralModel, PreTrainedModel): ...  # type: ignore[misc]
class MobileNetV1ForImageClassification(_mobilenet_v1.MobileNetV1ForImageClassification, PreTrainedModel): ...  # type: ignore[misc]
class MobileNetV1Model(_mobilenet_v1.MobileNetV1Model, PreTrainedModel): ...  # type: ignore[misc]
class MobileNetV2ForImageClassification(_mobilenet_v2.MobileNetV2ForImageClassification, PreTrainedModel): ...  # type: ignore[misc]
class MobileNetV2ForSemanticSegmentation(_mobilenet_v2.MobileNetV2ForSemanticSegmentation, PreTrainedModel): ...  # type: ignore[misc]
class MobileNetV2Model(_mobilenet_v2.MobileNetV2Model, PreTrainedModel): ...  # type: ignore[misc]
class ModernBertForMaskedLM(_modernbert.ModernBertForMaskedLM, PreTrainedModel): ...  # type: ignore[misc]
class ModernBertForMultipleChoice(_modernbert.ModernBertForMultipleChoice, PreTrainedModel): ...  # type: ignore[misc]
class ModernBertForQuestionAnswering(_modernbert.ModernBertForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class ModernBertForSequenceClassification(_modernbert.ModernBertForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class ModernBertForTokenClassification(_modernbert.ModernBertForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class ModernBertModel(_modernbert.ModernBertModel, PreTrainedModel): ...  # type: ignore[misc]
class OPTForCausalLM(_opt.OPTForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class OPTForQuestionAnswering(_opt.OPTForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class OPTForSequenceClassification(_opt.OPTForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class OPTModel(_opt.OPTModel, PreTrainedModel): ...  # type: ignore[misc]
class OwlViTForObjectDetection(_owlvit.OwlViTForObjectDetection, PreTrainedModel): ...  # type: ignore[misc]
class OwlViTModel(_owlvit.OwlViTModel, PreTrainedModel): ...  # type: ignore[misc]
class OwlViTTextModel(_owlvit.OwlViTTextModel, PreTrainedModel): ...  # type: ignore[misc]
class OwlViTVisionModel(_owlvit.OwlViTVisionModel, PreTrainedModel): ...  # type: ignore[misc]
class Owlv2ForObjectDetection(_owlv2.Owlv2ForObjectDetection, PreTrainedModel): ...  # type: ignore[misc]
class Owlv2Model(_owlv2.Owlv2Model, PreTrainedModel): ...  # type: ignore[misc]
class Owlv2TextModel(_owlv2.Owlv2TextModel, PreTrainedModel): ...  # type: ignore[misc]
class Owlv2VisionModel(_owlv2.Owlv2VisionModel, PreTrainedModel): ...  # type: ignore[misc]
class PLBartForCausalLM(_plbart.PLBartForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class PLBartForConditionalGeneration(_plbart.PLBartForConditionalGeneration, PreTrainedModel): ...  # type: ignore[misc]
class PLBartForSequenceClassification(_plbart.PLBartForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class PLBartModel(_plbart.PLBartModel, PreTrainedModel): ...  # type: ignore[misc]
class PegasusForCausalLM(_pegasus.PegasusForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class PegasusForConditionalGeneration(_pegasus.PegasusForConditionalGeneration, PreTrainedModel): ...  # type: ignore[misc]
class PegasusModel(_pegasus.PegasusModel, PreTrainedModel): ...  # type: ignore[misc]
class Phi3ForCausalLM(_phi3.Phi3ForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class Phi3ForSequenceClassification(_phi3.Phi3ForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class Phi3ForTokenClassification(_phi3.Phi3ForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class Phi3Model(_phi3.Phi3Model, PreTrainedModel): ...  # type: ignore[misc]
class PoolFormerForImageClassification(_poolformer.PoolFormerForImageClassification, PreTrainedModel): ...  # type: ignore[misc]
class PoolFormerModel(_poolformer.PoolFormerModel, PreTrainedModel): ...  # type: ignore[misc]
class PvtForImageClassification(_pvt.PvtForImageClassification, PreTrainedModel): ...  # type: ignore[misc]
class PvtModel(_pvt.PvtModel, PreTrainedModel): ...  # type: ignore[misc]
class Qwen2ForCausalLM(_qwen2.Qwen2ForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class Qwen2ForQuestionAnswering(_qwen2.Qwen2ForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class Qwen2ForSequenceClassification(_qwen2.Qwen2ForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class Qwen2ForTokenClassification(_qwen2.Qwen2ForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class Qwen2Model(_qwen2.Qwen2Model, PreTrainedModel): ...  # type: ignore[misc]
class Qwen3ForCausalLM(_qwen3.Qwen3ForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class Qwen3ForQuestionAnswering(_qwen3.Qwen3ForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class Qwen3ForSequenceClassification(_qwen3.Qwen3ForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class Qwen3ForTokenClassification(_qwen3.Qwen3ForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class Qwen3Model(_qwen3.Qwen3Model, PreTrainedModel): ...  # type: ignore[misc]
class RegNetForImageClassification(_regnet.RegNetForImageClassification, PreTrainedModel): ...  # type: ignore[misc]
class RegNetModel(_regnet.RegNetModel, PreTrainedModel): ...  # type: ignore[misc]
class ResNetBackbone(_resnet.ResNetBackbone, PreTrainedModel): ...  # type: ignore[misc]
class ResNetForImageClassification(_resnet.ResNetForImageClassification, PreTrainedModel): ...  # type: ignore[misc]
class ResNetModel(_resnet.ResNetModel, PreTrainedModel): ...  # type: ignore[misc]
class RobertaForCausalLM(_roberta.RobertaForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class RobertaForMaskedLM(_roberta.RobertaForMaskedLM, PreTrainedModel): ...  # type: ignore[misc]
class RobertaForMultipleChoice(_roberta.RobertaForMultipleChoice, PreTrainedModel): ...  # type: ignore[misc]
class RobertaForQuestionAnswering(_roberta.RobertaForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class RobertaForSequenceClassification(_roberta.RobertaForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class RobertaForTokenClassification(_roberta.RobertaForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class RobertaModel(_roberta.RobertaModel, PreTrainedModel): ...  # type: ignore[misc]
class SamModel(_sam.SamModel, PreTrainedModel): ...  # type: ignore[misc]
class SamVisionModel(_sam.SamVisionModel, PreTrainedModel): ...  # type: ignore[misc]
class SegformerForImageClassification(_segformer.SegformerForImageClassification, PreTrainedModel): ...  # type: ignore[misc]
class SegformerForSemanticSegmentation(_segformer.SegformerForSemanticSegmentation, PreTrainedModel): ...  # type: ignore[misc]
class SegformerModel(_segformer.SegformerModel, PreTrainedModel): ...  # type: ignore[misc]
class SiglipForImageClassification(_siglip.SiglipForImageClassification, PreTrainedModel): ...  # type: ignore[misc]
class SiglipModel(_siglip.SiglipModel, PreTrainedModel): ...  # type: ignore[misc]
class SiglipTextModel(_siglip.SiglipTextModel, PreTrainedModel): ...  # type: ignore[misc]
class SiglipVisionModel(_siglip.SiglipVisionModel, PreTrainedModel): ...  # type: ignore[misc]
class SwinBackbone(_swin.SwinBackbone, PreTrainedModel): ...  # type: ignore[misc]
class SwinForImageClassification(_swin.SwinForImageClassification, PreTrainedModel): ...  # type: ignore[misc]
class SwinForMaskedImageModeling(_swin.SwinForMaskedImageModeling, PreTrainedModel): ...  # type: ignore[misc]
class SwinModel(_swin.SwinModel, PreTrainedModel): ...  # type: ignore[misc]
class Swin2SRForImageSuperResolution(_swin2sr.Swin2SRForImageSuperResolution, PreTrainedModel): ...  # type: ignore[misc]
class Swin2SRModel(_swin2sr.Swin2SRModel, PreTrainedModel): ...  # type: ignore[misc]
class Swinv2Backbone(_swinv2.Swinv2Backbone, PreTrainedModel): ...  # type: ignore[misc]
class Swinv2ForImageClassification(_swinv2.Swinv2ForImageClassification, PreTrainedModel): ...  # type: ignore[misc]
class Swinv2ForMaskedImageModeling(_swinv2.Swinv2ForMaskedImageModeling, PreTrainedModel): ...  # type: ignore[misc]
class Swinv2Model(_swinv2.Swinv2Model, PreTrainedModel): ...  # type: ignore[misc]
class T5EncoderModel(_t5.T5EncoderModel, PreTrainedModel): ...  # type: ignore[misc]
class T5ForConditionalGeneration(_t5.T5ForConditionalGeneration, PreTrainedModel): ...  # type: ignore[misc]
class T5ForQuestionAnswering(_t5.T5ForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class T5ForSequenceClassification(_t5.T5ForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class T5ForTokenClassification(_t5.T5ForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class T5Model(_t5.T5Model, PreTrainedModel): ...  # type: ignore[misc]
class TableTransformerForObjectDetection(_table_transformer.TableTransformerForObjectDetection, PreTrainedModel): ...  # type: ignore[misc]
class TableTransformerModel(_table_transformer.TableTransformerModel, PreTrainedModel): ...  # type: ignore[misc]
class ViTForImageClassification(_vit.ViTForImageClassification, PreTrainedModel): ...  # type: ignore[misc]
class ViTForMaskedImageModeling(_vit.ViTForMaskedImageModeling, PreTrainedModel): ...  # type: ignore[misc]
class ViTModel(_vit.ViTModel, PreTrainedModel): ...  # type: ignore[misc]
class ViTMAEForPreTraining(_vit_mae.ViTMAEForPreTraining, PreTrainedModel): ...  # type: ignore[misc]
class ViTMAEModel(_vit_mae.ViTMAEModel, PreTrainedModel): ...  # type: ignore[misc]
class VideoMAEForPreTraining(_videomae.VideoMAEForPreTraining, PreTrainedModel): ...  # type: ignore[misc]
class VideoMAEForVideoClassification(_videomae.VideoMAEForVideoClassification, PreTrainedModel): ...  # type: ignore[misc]
class VideoMAEModel(_videomae.VideoMAEModel, PreTrainedModel): ...  # type: ignore[misc]
class XLMRobertaForCausalLM(_xlm_roberta.XLMRobertaForCausalLM, PreTrainedModel): ...  # type: ignore[misc]
class XLMRobertaForMaskedLM(_xlm_roberta.XLMRobertaForMaskedLM, PreTrainedModel): ...  # type: ignore[misc]
class XLMRobertaForMultipleChoice(_xlm_roberta.XLMRobertaForMultipleChoice, PreTrainedModel): ...  # type: ignore[misc]
class XLMRobertaForQuestionAnswering(_xlm_roberta.XLMRobertaForQuestionAnswering, PreTrainedModel): ...  # type: ignore[misc]
class XLMRobertaForSequenceClassification(_xlm_roberta.XLMRobertaForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class XLMRobertaForTokenClassification(_xlm_roberta.XLMRobertaForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class XLMRobertaModel(_xlm_roberta.XLMRobertaModel, PreTrainedModel): ...  # type: ignore[misc]
class XLNetForMultipleChoice(_xlnet.XLNetForMultipleChoice, PreTrainedModel): ...  # type: ignore[misc]
class XLNetForQuestionAnsweringSimple(_xlnet.XLNetForQuestionAnsweringSimple, PreTrainedModel): ...  # type: ignore[misc]
class XLNetForSequenceClassification(_xlnet.XLNetForSequenceClassification, PreTrainedModel): ...  # type: ignore[misc]
class XLNetForTokenClassification(_xlnet.XLNetForTokenClassification, PreTrainedModel): ...  # type: ignore[misc]
class XLNetLMHeadModel(_xlnet.XLNetLMHeadModel, PreTrainedModel): ...  # type: ignore[misc]
class XLNetModel(_xlnet.XLNetModel, PreTrainedModel): ...  # type: ignore[misc]
class YolosForObjectDetection(_yolos.YolosForObjectDetection, PreTrainedModel): ...  # type: ignore[misc]
class YolosModel(_yolos.YolosModel, PreTrainedModel): ...  # type: ignore[misc]
