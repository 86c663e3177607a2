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
from triform.flax.pretrained import FlaxPreTrainedModel as FlaxPreTrainedModel

def architecture_class(module: str, name: str) -> Any: ...

class AlbertForMaskedLM(_albert.AlbertForMaskedLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class AlbertForMultipleChoice(_albert.AlbertForMultipleChoice, FlaxPreTrainedModel): ...  # type: ignore[misc]
class AlbertForPreTraining(_albert.AlbertForPreTraining, FlaxPreTrainedModel): ...  # type: ignore[misc]
class AlbertForQuestionAnswering(_albert.AlbertForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class AlbertForSequenceClassification(_albert.AlbertForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class AlbertForTokenClassification(_albert.AlbertForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class AlbertModel(_albert.AlbertModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BartForCausalLM(_bart.BartForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BartForConditionalGeneration(_bart.BartForConditionalGeneration, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BartForQuestionAnswering(_bart.BartForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BartForSequenceClassification(_bart.BartForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BartModel(_bart.BartModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BeitBackbone(_beit.BeitBackbone, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BeitForImageClassification(_beit.BeitForImageClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BeitForSemanticSegmentation(_beit.BeitForSemanticSegmentation, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BeitModel(_beit.BeitModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertForMaskedLM(_bert.BertForMaskedLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertForMultipleChoice(_bert.BertForMultipleChoice, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertForNextSentencePrediction(_bert.BertForNextSentencePrediction, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertForPreTraining(_bert.BertForPreTraining, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertForQuestionAnswering(_bert.BertForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertForSequenceClassification(_bert.BertForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertForTokenClassification(_bert.BertForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertLMHeadModel(_bert.BertLMHeadModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BertModel(_bert.BertModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BitBackbone(_bit.BitBackbone, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BitForImageClassification(_bit.BitForImageClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BitModel(_bit.BitModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BlenderbotForCausalLM(_blenderbot.BlenderbotForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BlenderbotForConditionalGeneration(_blenderbot.BlenderbotForConditionalGeneration, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BlenderbotModel(_blenderbot.BlenderbotModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BlenderbotSmallForCausalLM(_blenderbot_small.BlenderbotSmallForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BlenderbotSmallForConditionalGeneration(_blenderbot_small.BlenderbotSmallForConditionalGeneration, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BlenderbotSmallModel(_blenderbot_small.BlenderbotSmallModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BlipForConditionalGeneration(_blip.BlipForConditionalGeneration, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BlipForImageTextRetrieval(_blip.BlipForImageTextRetrieval, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BlipForQuestionAnswering(_blip.BlipForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BlipModel(_blip.BlipModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BlipTextLMHeadModel(_blip_text.BlipTextLMHeadModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BlipTextModel(_blip_text.BlipTextModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BlipVisionModel(_blip.BlipVisionModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BloomForCausalLM(_bloom.BloomForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BloomForQuestionAnswering(_bloom.BloomForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BloomForSequenceClassification(_bloom.BloomForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BloomForTokenClassification(_bloom.BloomForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class BloomModel(_bloom.BloomModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class CLIPForImageClassification(_clip.CLIPForImageClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class CLIPModel(_clip.CLIPModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class CLIPSegForImageSegmentation(_clipseg.CLIPSegForImageSegmentation, FlaxPreTrainedModel): ...  # type: ignore[misc]
class CLIPSegModel(_clipseg.CLIPSegModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class CLIPSegTextModel(_clipseg.CLIPSegTextModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class CLIPSegVisionModel(_clipseg.CLIPSegVisionModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class CLIPTextModel(_clip.CLIPTextModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class CLIPTextModelWithProjection(_clip.CLIPTextModelWithProjection, FlaxPreTrainedModel): ...  # type: ignore[misc]
class CLIPVisionModel(_clip.CLIPVisionModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class CLIPVisionModelWithProjection(_clip.CLIPVisionModelWithProjection, FlaxPreTrainedModel): ...  # type: ignore[misc]
class CamembertForCausalLM(_camembert.CamembertForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class CamembertForMaskedLM(_camembert.CamembertForMaskedLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class CamembertForMultipleChoice(_camembert.CamembertForMultipleChoice, FlaxPreTrainedModel): ...  # type: ignore[misc]
class CamembertForQuestionAnswering(_camembert.CamembertForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class CamembertForSequenceClassification(_camembert.CamembertForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class CamembertForTokenClassification(_camembert.CamembertForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class CamembertModel(_camembert.CamembertModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ConditionalDetrForObjectDetection(_conditional_detr.ConditionalDetrForObjectDetection, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ConditionalDetrModel(_conditional_detr.ConditionalDetrModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ConvNextBackbone(_convnext.ConvNextBackbone, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ConvNextForImageClassification(_convnext.ConvNextForImageClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ConvNextModel(_convnext.ConvNextModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ConvNextV2Backbone(_convnextv2.ConvNextV2Backbone, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ConvNextV2ForImageClassification(_convnextv2.ConvNextV2ForImageClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ConvNextV2Model(_convnextv2.ConvNextV2Model, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DPTForDepthEstimation(_dpt.DPTForDepthEstimation, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DPTForSemanticSegmentation(_dpt.DPTForSemanticSegmentation, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DPTModel(_dpt.DPTModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DebertaV2ForMaskedLM(_deberta_v2.DebertaV2ForMaskedLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DebertaV2ForMultipleChoice(_deberta_v2.DebertaV2ForMultipleChoice, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DebertaV2ForQuestionAnswering(_deberta_v2.DebertaV2ForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DebertaV2ForSequenceClassification(_deberta_v2.DebertaV2ForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DebertaV2ForTokenClassification(_deberta_v2.DebertaV2ForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DebertaV2Model(_deberta_v2.DebertaV2Model, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DeformableDetrForObjectDetection(_deformable_detr.DeformableDetrForObjectDetection, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DeformableDetrModel(_deformable_detr.DeformableDetrModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DeiTForImageClassification(_deit.DeiTForImageClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DeiTForImageClassificationWithTeacher(_deit.DeiTForImageClassificationWithTeacher, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DeiTForMaskedImageModeling(_deit.DeiTForMaskedImageModeling, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DeiTModel(_deit.DeiTModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DepthAnythingForDepthEstimation(_depth_anything.DepthAnythingForDepthEstimation, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DetrForObjectDetection(_detr.DetrForObjectDetection, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DetrForSegmentation(_detr.DetrForSegmentation, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DetrModel(_detr.DetrModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Dinov2Backbone(_dinov2.Dinov2Backbone, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Dinov2ForImageClassification(_dinov2.Dinov2ForImageClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Dinov2Model(_dinov2.Dinov2Model, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Dinov2WithRegistersBackbone(_dinov2_with_registers.Dinov2WithRegistersBackbone, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Dinov2WithRegistersForImageClassification(_dinov2_with_registers.Dinov2WithRegistersForImageClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Dinov2WithRegistersModel(_dinov2_with_registers.Dinov2WithRegistersModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DistilBertForMaskedLM(_distilbert.DistilBertForMaskedLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DistilBertForMultipleChoice(_distilbert.DistilBertForMultipleChoice, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DistilBertForQuestionAnswering(_distilbert.DistilBertForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DistilBertForSequenceClassification(_distilbert.DistilBertForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DistilBertForTokenClassification(_distilbert.DistilBertForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class DistilBertModel(_distilbert.DistilBertModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class EfficientNetForImageClassification(_efficientnet.EfficientNetForImageClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class EfficientNetModel(_efficientnet.EfficientNetModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ElectraForCausalLM(_electra.ElectraForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ElectraForMaskedLM(_electra.ElectraForMaskedLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ElectraForMultipleChoice(_electra.ElectraForMultipleChoice, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ElectraForPreTraining(_electra.ElectraForPreTraining, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ElectraForQuestionAnswering(_electra.ElectraForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ElectraForSequenceClassification(_electra.ElectraForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ElectraForTokenClassification(_electra.ElectraForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ElectraModel(_electra.ElectraModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class EncoderDecoderModel(_encoder_decoder.EncoderDecoderModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class FalconForCausalLM(_falcon.FalconForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class FalconForQuestionAnswering(_falcon.FalconForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class FalconForSequenceClassification(_falcon.FalconForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class FalconForTokenClassification(_falcon.FalconForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class FalconModel(_falcon.FalconModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPT2ForQuestionAnswering(_gpt2.GPT2ForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPT2ForSequenceClassification(_gpt2.GPT2ForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPT2ForTokenClassification(_gpt2.GPT2ForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPT2LMHeadModel(_gpt2.GPT2LMHeadModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPT2Model(_gpt2.GPT2Model, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPTJForCausalLM(_gptj.GPTJForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPTJForQuestionAnswering(_gptj.GPTJForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPTJForSequenceClassification(_gptj.GPTJForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPTJModel(_gptj.GPTJModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoForCausalLM(_gpt_neo.GPTNeoForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoForQuestionAnswering(_gpt_neo.GPTNeoForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoForSequenceClassification(_gpt_neo.GPTNeoForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoForTokenClassification(_gpt_neo.GPTNeoForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoModel(_gpt_neo.GPTNeoModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXForCausalLM(_gpt_neox.GPTNeoXForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXForQuestionAnswering(_gpt_neox.GPTNeoXForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXForSequenceClassification(_gpt_neox.GPTNeoXForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXForTokenClassification(_gpt_neox.GPTNeoXForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXModel(_gpt_neox.GPTNeoXModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Gemma2ForCausalLM(_gemma2.Gemma2ForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Gemma2ForSequenceClassification(_gemma2.Gemma2ForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Gemma2ForTokenClassification(_gemma2.Gemma2ForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Gemma2Model(_gemma2.Gemma2Model, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LevitForImageClassification(_levit.LevitForImageClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LevitForImageClassificationWithTeacher(_levit.LevitForImageClassificationWithTeacher, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LevitModel(_levit.LevitModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LlamaForCausalLM(_llama.LlamaForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LlamaForQuestionAnswering(_llama.LlamaForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LlamaForSequenceClassification(_llama.LlamaForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LlamaForTokenClassification(_llama.LlamaForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LlamaModel(_llama.LlamaModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LongformerForMaskedLM(_longformer.LongformerForMaskedLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LongformerForMultipleChoice(_longformer.LongformerForMultipleChoice, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LongformerForQuestionAnswering(_longformer.LongformerForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LongformerForSequenceClassification(_longformer.LongformerForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LongformerForTokenClassification(_longformer.LongformerForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class LongformerModel(_longformer.LongformerModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MBartForCausalLM(_mbart.MBartForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MBartForConditionalGeneration(_mbart.MBartForConditionalGeneration, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MBartForQuestionAnswering(_mbart.MBartForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MBartForSequenceClassification(_mbart.MBartForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MBartModel(_mbart.MBartModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MPNetForMaskedLM(_mpnet.MPNetForMaskedLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MPNetForMultipleChoice(_mpnet.MPNetForMultipleChoice, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MPNetForQuestionAnswering(_mpnet.MPNetForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MPNetForSequenceClassification(_mpnet.MPNetForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MPNetForTokenClassification(_mpnet.MPNetForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MPNetModel(_mpnet.MPNetModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MarianForCausalLM(_marian.MarianForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MarianMTModel(_marian.MarianMTModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MarianModel(_marian.MarianModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Mask2FormerForUniversalSegmentation(_mask2former.Mask2FormerForUniversalSegmentation, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Mask2FormerModel(_mask2former.Mask2FormerModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MaskFormerForInstanceSegmentation(_maskformer.MaskFormerForInstanceSegmentation, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MaskFormerModel(_maskformer.MaskFormerModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MaskFormerSwinBackbone(_maskformer_swin.MaskFormerSwinBackbone, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MaskFormerSwinModel(_maskformer_swin.MaskFormerSwinModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
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
class MobileNetV1ForImageClassification(_mobilenet_v1.MobileNetV1ForImageClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MobileNetV1Model(_mobilenet_v1.MobileNetV1Model, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MobileNetV2ForImageClassification(_mobilenet_v2.MobileNetV2ForImageClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MobileNetV2ForSemanticSegmentation(_mobilenet_v2.MobileNetV2ForSemanticSegmentation, FlaxPreTrainedModel): ...  # type: ignore[misc]
class MobileNetV2Model(_mobilenet_v2.MobileNetV2Model, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ModernBertForMaskedLM(_modernbert.ModernBertForMaskedLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ModernBertForMultipleChoice(_modernbert.ModernBertForMultipleChoice, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ModernBertForQuestionAnswering(_modernbert.ModernBertForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ModernBertForSequenceClassification(_modernbert.ModernBertForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ModernBertForTokenClassification(_modernbert.ModernBertForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ModernBertModel(_modernbert.ModernBertModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class OPTForCausalLM(_opt.OPTForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class OPTForQuestionAnswering(_opt.OPTForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class OPTForSequenceClassification(_opt.OPTForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class OPTModel(_opt.OPTModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class OwlViTForObjectDetection(_owlvit.OwlViTForObjectDetection, FlaxPreTrainedModel): ...  # type: ignore[misc]
class OwlViTModel(_owlvit.OwlViTModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class OwlViTTextModel(_owlvit.OwlViTTextModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class OwlViTVisionModel(_owlvit.OwlViTVisionModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Owlv2ForObjectDetection(_owlv2.Owlv2ForObjectDetection, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Owlv2Model(_owlv2.Owlv2Model, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Owlv2TextModel(_owlv2.Owlv2TextModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Owlv2VisionModel(_owlv2.Owlv2VisionModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class PLBartForCausalLM(_plbart.PLBartForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class PLBartForConditionalGeneration(_plbart.PLBartForConditionalGeneration, FlaxPreTrainedModel): ...  # type: ignore[misc]
class PLBartForSequenceClassification(_plbart.PLBartForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class PLBartModel(_plbart.PLBartModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class PegasusForCausalLM(_pegasus.PegasusForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class PegasusForConditionalGeneration(_pegasus.PegasusForConditionalGeneration, FlaxPreTrainedModel): ...  # type: ignore[misc]
class PegasusModel(_pegasus.PegasusModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Phi3ForCausalLM(_phi3.Phi3ForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Phi3ForSequenceClassification(_phi3.Phi3ForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Phi3ForTokenClassification(_phi3.Phi3ForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Phi3Model(_phi3.Phi3Model, FlaxPreTrainedModel): ...  # type: ignore[misc]
class PoolFormerForImageClassification(_poolformer.PoolFormerForImageClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class PoolFormerModel(_poolformer.PoolFormerModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class PvtForImageClassification(_pvt.PvtForImageClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class PvtModel(_pvt.PvtModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
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
class RegNetForImageClassification(_regnet.RegNetForImageClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class RegNetModel(_regnet.RegNetModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ResNetBackbone(_resnet.ResNetBackbone, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ResNetForImageClassification(_resnet.ResNetForImageClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ResNetModel(_resnet.ResNetModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class RobertaForCausalLM(_roberta.RobertaForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class RobertaForMaskedLM(_roberta.RobertaForMaskedLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class RobertaForMultipleChoice(_roberta.RobertaForMultipleChoice, FlaxPreTrainedModel): ...  # type: ignore[misc]
class RobertaForQuestionAnswering(_roberta.RobertaForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class RobertaForSequenceClassification(_roberta.RobertaForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class RobertaForTokenClassification(_roberta.RobertaForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class RobertaModel(_roberta.RobertaModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class SamModel(_sam.SamModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class SamVisionModel(_sam.SamVisionModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class SegformerForImageClassification(_segformer.SegformerForImageClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class SegformerForSemanticSegmentation(_segformer.SegformerForSemanticSegmentation, FlaxPreTrainedModel): ...  # type: ignore[misc]
class SegformerModel(_segformer.SegformerModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class SiglipForImageClassification(_siglip.SiglipForImageClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class SiglipModel(_siglip.SiglipModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class SiglipTextModel(_siglip.SiglipTextModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class SiglipVisionModel(_siglip.SiglipVisionModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class SwinBackbone(_swin.SwinBackbone, FlaxPreTrainedModel): ...  # type: ignore[misc]
class SwinForImageClassification(_swin.SwinForImageClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class SwinForMaskedImageModeling(_swin.SwinForMaskedImageModeling, FlaxPreTrainedModel): ...  # type: ignore[misc]
class SwinModel(_swin.SwinModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Swin2SRForImageSuperResolution(_swin2sr.Swin2SRForImageSuperResolution, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Swin2SRModel(_swin2sr.Swin2SRModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Swinv2Backbone(_swinv2.Swinv2Backbone, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Swinv2ForImageClassification(_swinv2.Swinv2ForImageClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Swinv2ForMaskedImageModeling(_swinv2.Swinv2ForMaskedImageModeling, FlaxPreTrainedModel): ...  # type: ignore[misc]
class Swinv2Model(_swinv2.Swinv2Model, FlaxPreTrainedModel): ...  # type: ignore[misc]
class T5EncoderModel(_t5.T5EncoderModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class T5ForConditionalGeneration(_t5.T5ForConditionalGeneration, FlaxPreTrainedModel): ...  # type: ignore[misc]
class T5ForQuestionAnswering(_t5.T5ForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class T5ForSequenceClassification(_t5.T5ForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class T5ForTokenClassification(_t5.T5ForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class T5Model(_t5.T5Model, FlaxPreTrainedModel): ...  # type: ignore[misc]
class TableTransformerForObjectDetection(_table_transformer.TableTransformerForObjectDetection, FlaxPreTrainedModel): ...  # type: ignore[misc]
class TableTransformerModel(_table_transformer.TableTransformerModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ViTForImageClassification(_vit.ViTForImageClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ViTForMaskedImageModeling(_vit.ViTForMaskedImageModeling, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ViTModel(_vit.ViTModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ViTMAEForPreTraining(_vit_mae.ViTMAEForPreTraining, FlaxPreTrainedModel): ...  # type: ignore[misc]
class ViTMAEModel(_vit_mae.ViTMAEModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class VideoMAEForPreTraining(_videomae.VideoMAEForPreTraining, FlaxPreTrainedModel): ...  # type: ignore[misc]
class VideoMAEForVideoClassification(_videomae.VideoMAEForVideoClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class VideoMAEModel(_videomae.VideoMAEModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class XLMRobertaForCausalLM(_xlm_roberta.XLMRobertaForCausalLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class XLMRobertaForMaskedLM(_xlm_roberta.XLMRobertaForMaskedLM, FlaxPreTrainedModel): ...  # type: ignore[misc]
class XLMRobertaForMultipleChoice(_xlm_roberta.XLMRobertaForMultipleChoice, FlaxPreTrainedModel): ...  # type: ignore[misc]
class XLMRobertaForQuestionAnswering(_xlm_roberta.XLMRobertaForQuestionAnswering, FlaxPreTrainedModel): ...  # type: ignore[misc]
class XLMRobertaForSequenceClassification(_xlm_roberta.XLMRobertaForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class XLMRobertaForTokenClassification(_xlm_roberta.XLMRobertaForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class XLMRobertaModel(_xlm_roberta.XLMRobertaModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class XLNetForMultipleChoice(_xlnet.XLNetForMultipleChoice, FlaxPreTrainedModel): ...  # type: ignore[misc]
class XLNetForQuestionAnsweringSimple(_xlnet.XLNetForQuestionAnsweringSimple, FlaxPreTrainedModel): ...  # type: ignore[misc]
class XLNetForSequenceClassification(_xlnet.XLNetForSequenceClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class XLNetForTokenClassification(_xlnet.XLNetForTokenClassification, FlaxPreTrainedModel): ...  # type: ignore[misc]
class XLNetLMHeadModel(_xlnet.XLNetLMHeadModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class XLNetModel(_xlnet.XLNetModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
class YolosForObjectDetection(_yolos.YolosForObjectDetection, FlaxPreTrainedModel): ...  # type: ignore[misc]
class YolosModel(_yolos.YolosModel, FlaxPreTrainedModel): ...  # type: ignore[misc]
