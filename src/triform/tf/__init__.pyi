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
from triform.tf.pretrained import TFPreTrainedModel as TFPreTrainedModel

def architecture_class(module: str, name: str) -> Any: ...

class AlbertForMaskedLM(_albert.AlbertForMaskedLM, TFPreTrainedModel): ...  # type: ignore[misc]
class AlbertForMultipleChoice(_albert.AlbertForMultipleChoice, TFPreTrainedModel): ...  # type: ignore[misc]
class AlbertForPreTraining(_albert.AlbertForPreTraining, TFPreTrainedModel): ...  # type: ignore[misc]
class AlbertForQuestionAnswering(_albert.AlbertForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class AlbertForSequenceClassification(_albert.AlbertForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class AlbertForTokenClassification(_albert.AlbertForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class AlbertModel(_albert.AlbertModel, TFPreTrainedModel): ...  # type: ignore[misc]
class BartForCausalLM(_bart.BartForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class BartForConditionalGeneration(_bart.BartForConditionalGeneration, TFPreTrainedModel): ...  # type: ignore[misc]
class BartForQuestionAnswering(_bart.BartForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class BartForSequenceClassification(_bart.BartForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class BartModel(_bart.BartModel, TFPreTrainedModel): ...  # type: ignore[misc]
class BeitBackbone(_beit.BeitBackbone, TFPreTrainedModel): ...  # type: ignore[misc]
class BeitForImageClassification(_beit.BeitForImageClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class BeitForSemanticSegmentation(_beit.BeitForSemanticSegmentation, TFPreTrainedModel): ...  # type: ignore[misc]
class BeitModel(_beit.BeitModel, TFPreTrainedModel): ...  # type: ignore[misc]
class BertForMaskedLM(_bert.BertForMaskedLM, TFPreTrainedModel): ...  # type: ignore[misc]
class BertForMultipleChoice(_bert.BertForMultipleChoice, TFPreTrainedModel): ...  # type: ignore[misc]
class BertForNextSentencePrediction(_bert.BertForNextSentencePrediction, TFPreTrainedModel): ...  # type: ignore[misc]
class BertForPreTraining(_bert.BertForPreTraining, TFPreTrainedModel): ...  # type: ignore[misc]
class BertForQuestionAnswering(_bert.BertForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class BertForSequenceClassification(_bert.BertForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class BertForTokenClassification(_bert.BertForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class BertLMHeadModel(_bert.BertLMHeadModel, TFPreTrainedModel): ...  # type: ignore[misc]
class BertModel(_bert.BertModel, TFPreTrainedModel): ...  # type: ignore[misc]
class BitBackbone(_bit.BitBackbone, TFPreTrainedModel): ...  # type: ignore[misc]
class BitForImageClassification(_bit.BitForImageClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class BitModel(_bit.BitModel, TFPreTrainedModel): ...  # type: ignore[misc]
class BlenderbotForCausalLM(_blenderbot.BlenderbotForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class BlenderbotForConditionalGeneration(_blenderbot.BlenderbotForConditionalGeneration, TFPreTrainedModel): ...  # type: ignore[misc]
class BlenderbotModel(_blenderbot.BlenderbotModel, TFPreTrainedModel): ...  # type: ignore[misc]
class BlenderbotSmallForCausalLM(_blenderbot_small.BlenderbotSmallForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class BlenderbotSmallForConditionalGeneration(_blenderbot_small.BlenderbotSmallForConditionalGeneration, TFPreTrainedModel): ...  # type: ignore[misc]
class BlenderbotSmallModel(_blenderbot_small.BlenderbotSmallModel, TFPreTrainedModel): ...  # type: ignore[misc]
class BlipForConditionalGeneration(_blip.BlipForConditionalGeneration, TFPreTrainedModel): ...  # type: ignore[misc]
class BlipForImageTextRetrieval(_blip.BlipForImageTextRetrieval, TFPreTrainedModel): ...  # type: ignore[misc]
class BlipForQuestionAnswering(_blip.BlipForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class BlipModel(_blip.BlipModel, TFPreTrainedModel): ...  # type: ignore[misc]
class BlipTextLMHeadModel(_blip_text.BlipTextLMHeadModel, TFPreTrainedModel): ...  # type: ignore[misc]
class BlipTextModel(_blip_text.BlipTextModel, TFPreTrainedModel): ...  # type: ignore[misc]
class BlipVisionModel(_blip.BlipVisionModel, TFPreTrainedModel): ...  # type: ignore[misc]
class BloomForCausalLM(_bloom.BloomForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class BloomForQuestionAnswering(_bloom.BloomForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class BloomForSequenceClassification(_bloom.BloomForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class BloomForTokenClassification(_bloom.BloomForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class BloomModel(_bloom.BloomModel, TFPreTrainedModel): ...  # type: ignore[misc]
class CLIPForImageClassification(_clip.CLIPForImageClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class CLIPModel(_clip.CLIPModel, TFPreTrainedModel): ...  # type: ignore[misc]
class CLIPSegForImageSegmentation(_clipseg.CLIPSegForImageSegmentation, TFPreTrainedModel): ...  # type: ignore[misc]
class CLIPSegModel(_clipseg.CLIPSegModel, TFPreTrainedModel): ...  # type: ignore[misc]
class CLIPSegTextModel(_clipseg.CLIPSegTextModel, TFPreTrainedModel): ...  # type: ignore[misc]
class CLIPSegVisionModel(_clipseg.CLIPSegVisionModel, TFPreTrainedModel): ...  # type: ignore[misc]
class CLIPTextModel(_clip.CLIPTextModel, TFPreTrainedModel): ...  # type: ignore[misc]
class CLIPTextModelWithProjection(_clip.CLIPTextModelWithProjection, TFPreTrainedModel): ...  # type: ignore[misc]
class CLIPVisionModel(_clip.CLIPVisionModel, TFPreTrainedModel): ...  # type: ignore[misc]
class CLIPVisionModelWithProjection(_clip.CLIPVisionModelWithProjection, TFPreTrainedModel): ...  # type: ignore[misc]
class CamembertForCausalLM(_camembert.CamembertForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class CamembertForMaskedLM(_camembert.CamembertForMaskedLM, TFPreTrainedModel): ...  # type: ignore[misc]
class CamembertForMultipleChoice(_camembert.CamembertForMultipleChoice, TFPreTrainedModel): ...  # type: ignore[misc]
class CamembertForQuestionAnswering(_camembert.CamembertForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class CamembertForSequenceClassification(_camembert.CamembertForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class CamembertForTokenClassification(_camembert.CamembertForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class CamembertModel(_camembert.CamembertModel, TFPreTrainedModel): ...  # type: ignore[misc]
class ConditionalDetrForObjectDetection(_conditional_detr.ConditionalDetrForObjectDetection, TFPreTrainedModel): ...  # type: ignore[misc]
class ConditionalDetrModel(_conditional_detr.ConditionalDetrModel, TFPreTrainedModel): ...  # type: ignore[misc]
class ConvNextBackbone(_convnext.ConvNextBackbone, TFPreTrainedModel): ...  # type: ignore[misc]
class ConvNextForImageClassification(_convnext.ConvNextForImageClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class ConvNextModel(_convnext.ConvNextModel, TFPreTrainedModel): ...  # type: ignore[misc]
class ConvNextV2Backbone(_convnextv2.ConvNextV2Backbone, TFPreTrainedModel): ...  # type: ignore[misc]
class ConvNextV2ForImageClassification(_convnextv2.ConvNextV2ForImageClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class ConvNextV2Model(_convnextv2.ConvNextV2Model, TFPreTrainedModel): ...  # type: ignore[misc]
class DPTForDepthEstimation(_dpt.DPTForDepthEstimation, TFPreTrainedModel): ...  # type: ignore[misc]
class DPTForSemanticSegmentation(_dpt.DPTForSemanticSegmentation, TFPreTrainedModel): ...  # type: ignore[misc]
class DPTModel(_dpt.DPTModel, TFPreTrainedModel): ...  # type: ignore[misc]
class DebertaV2ForMaskedLM(_deberta_v2.DebertaV2ForMaskedLM, TFPreTrainedModel): ...  # type: ignore[misc]
class DebertaV2ForMultipleChoice(_deberta_v2.DebertaV2ForMultipleChoice, TFPreTrainedModel): ...  # type: ignore[misc]
class DebertaV2ForQuestionAnswering(_deberta_v2.DebertaV2ForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class DebertaV2ForSequenceClassification(_deberta_v2.DebertaV2ForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class DebertaV2ForTokenClassification(_deberta_v2.DebertaV2ForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class DebertaV2Model(_deberta_v2.DebertaV2Model, TFPreTrainedModel): ...  # type: ignore[misc]
class DeformableDetrForObjectDetection(_deformable_detr.DeformableDetrForObjectDetection, TFPreTrainedModel): ...  # type: ignore[misc]
class DeformableDetrModel(_deformable_detr.DeformableDetrModel, TFPreTrainedModel): ...  # type: ignore[misc]
class DeiTForImageClassification(_deit.DeiTForImageClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class DeiTForImageClassificationWithTeacher(_deit.DeiTForImageClassificationWithTeacher, TFPreTrainedModel): ...  # type: ignore[misc]
class DeiTForMaskedImageModeling(_deit.DeiTForMaskedImageModeling, TFPreTrainedModel): ...  # type: ignore[misc]
class DeiTModel(_deit.DeiTModel, TFPreTrainedModel): ...  # type: ignore[misc]
class DepthAnythingForDepthEstimation(_depth_anything.DepthAnythingForDepthEstimation, TFPreTrainedModel): ...  # type: ignore[misc]
class DetrForObjectDetection(_detr.DetrForObjectDetection, TFPreTrainedModel): ...  # type: ignore[misc]
class DetrForSegmentation(_detr.DetrForSegmentation, TFPreTrainedModel): ...  # type: ignore[misc]
class DetrModel(_detr.DetrModel, TFPreTrainedModel): ...  # type: ignore[misc]
class Dinov2Backbone(_dinov2.Dinov2Backbone, TFPreTrainedModel): ...  # type: ignore[misc]
class Dinov2ForImageClassification(_dinov2.Dinov2ForImageClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class Dinov2Model(_dinov2.Dinov2Model, TFPreTrainedModel): ...  # type: ignore[misc]
class Dinov2WithRegistersBackbone(_dinov2_with_registers.Dinov2WithRegistersBackbone, TFPreTrainedModel): ...  # type: ignore[misc]
class Dinov2WithRegistersForImageClassification(_dinov2_with_registers.Dinov2WithRegistersForImageClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class Dinov2WithRegistersModel(_dinov2_with_registers.Dinov2WithRegistersModel, TFPreTrainedModel): ...  # type: ignore[misc]
class DistilBertForMaskedLM(_distilbert.DistilBertForMaskedLM, TFPreTrainedModel): ...  # type: ignore[misc]
class DistilBertForMultipleChoice(_distilbert.DistilBertForMultipleChoice, TFPreTrainedModel): ...  # type: ignore[misc]
class DistilBertForQuestionAnswering(_distilbert.DistilBertForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class DistilBertForSequenceClassification(_distilbert.DistilBertForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class DistilBertForTokenClassification(_distilbert.DistilBertForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class DistilBertModel(_distilbert.DistilBertModel, TFPreTrainedModel): ...  # type: ignore[misc]
class EfficientNetForImageClassification(_efficientnet.EfficientNetForImageClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class EfficientNetModel(_efficientnet.EfficientNetModel, TFPreTrainedModel): ...  # type: ignore[misc]
class ElectraForCausalLM(_electra.ElectraForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class ElectraForMaskedLM(_electra.ElectraForMaskedLM, TFPreTrainedModel): ...  # type: ignore[misc]
class ElectraForMultipleChoice(_electra.ElectraForMultipleChoice, TFPreTrainedModel): ...  # type: ignore[misc]
class ElectraForPreTraining(_electra.ElectraForPreTraining, TFPreTrainedModel): ...  # type: ignore[misc]
class ElectraForQuestionAnswering(_electra.ElectraForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class ElectraForSequenceClassification(_electra.ElectraForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class ElectraForTokenClassification(_electra.ElectraForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class ElectraModel(_electra.ElectraModel, TFPreTrainedModel): ...  # type: ignore[misc]
class EncoderDecoderModel(_encoder_decoder.EncoderDecoderModel, TFPreTrainedModel): ...  # type: ignore[misc]
class FalconForCausalLM(_falcon.FalconForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class FalconForQuestionAnswering(_falcon.FalconForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class FalconForSequenceClassification(_falcon.FalconForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class FalconForTokenClassification(_falcon.FalconForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class FalconModel(_falcon.FalconModel, TFPreTrainedModel): ...  # type: ignore[misc]
class GPT2ForQuestionAnswering(_gpt2.GPT2ForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class GPT2ForSequenceClassification(_gpt2.GPT2ForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class GPT2ForTokenClassification(_gpt2.GPT2ForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class GPT2LMHeadModel(_gpt2.GPT2LMHeadModel, TFPreTrainedModel): ...  # type: ignore[misc]
class GPT2Model(_gpt2.GPT2Model, TFPreTrainedModel): ...  # type: ignore[misc]
class GPTJForCausalLM(_gptj.GPTJForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class GPTJForQuestionAnswering(_gptj.GPTJForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class GPTJForSequenceClassification(_gptj.GPTJForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class GPTJModel(_gptj.GPTJModel, TFPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoForCausalLM(_gpt_neo.GPTNeoForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoForQuestionAnswering(_gpt_neo.GPTNeoForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoForSequenceClassification(_gpt_neo.GPTNeoForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoForTokenClassification(_gpt_neo.GPTNeoForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoModel(_gpt_neo.GPTNeoModel, TFPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXForCausalLM(_gpt_neox.GPTNeoXForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXForQuestionAnswering(_gpt_neox.GPTNeoXForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXForSequenceClassification(_gpt_neox.GPTNeoXForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXForTokenClassification(_gpt_neox.GPTNeoXForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class GPTNeoXModel(_gpt_neox.GPTNeoXModel, TFPreTrainedModel): ...  # type: ignore[misc]
class Gemma2ForCausalLM(_gemma2.Gemma2ForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class Gemma2ForSequenceClassification(_gemma2.Gemma2ForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class Gemma2ForTokenClassification(_gemma2.Gemma2ForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class Gemma2Model(_gemma2.Gemma2Model, TFPreTrainedModel): ...  # type: ignore[misc]
class LevitForImageClassification(_levit.LevitForImageClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class LevitForImageClassificationWithTeacher(_levit.LevitForImageClassificationWithTeacher, TFPreTrainedModel): ...  # type: ignore[misc]
class LevitModel(_levit.LevitModel, TFPreTrainedModel): ...  # type: ignore[misc]
class LlamaForCausalLM(_llama.LlamaForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class LlamaForQuestionAnswering(_llama.LlamaForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class LlamaForSequenceClassification(_llama.LlamaForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class LlamaForTokenClassification(_llama.LlamaForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class LlamaModel(_llama.LlamaModel, TFPreTrainedModel): ...  # type: ignore[misc]
class LongformerForMaskedLM(_longformer.LongformerForMaskedLM, TFPreTrainedModel): ...  # type: ignore[misc]
class LongformerForMultipleChoice(_longformer.LongformerForMultipleChoice, TFPreTrainedModel): ...  # type: ignore[misc]
class LongformerForQuestionAnswering(_longformer.LongformerForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class LongformerForSequenceClassification(_longformer.LongformerForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class LongformerForTokenClassification(_longformer.LongformerForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class LongformerModel(_longformer.LongformerModel, TFPreTrainedModel): ...  # type: ignore[misc]
class MBartForCausalLM(_mbart.MBartForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class MBartForConditionalGeneration(_mbart.MBartForConditionalGeneration, TFPreTrainedModel): ...  # type: ignore[misc]
class MBartForQuestionAnswering(_mbart.MBartForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class MBartForSequenceClassification(_mbart.MBartForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class MBartModel(_mbart.MBartModel, TFPreTrainedModel): ...  # type: ignore[misc]
class MPNetForMaskedLM(_mpnet.MPNetForMaskedLM, TFPreTrainedModel): ...  # type: ignore[misc]
class MPNetForMultipleChoice(_mpnet.MPNetForMultipleChoice, TFPreTrainedModel): ...  # type: ignore[misc]
class MPNetForQuestionAnswering(_mpnet.MPNetForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class MPNetForSequenceClassification(_mpnet.MPNetForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class MPNetForTokenClassification(_mpnet.MPNetForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class MPNetModel(_mpnet.MPNetModel, TFPreTrainedModel): ...  # type: ignore[misc]
class MarianForCausalLM(_marian.MarianForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class MarianMTModel(_marian.MarianMTModel, TFPreTrainedModel): ...  # type: ignore[misc]
class MarianModel(_marian.MarianModel, TFPreTrainedModel): ...  # type: ignore[misc]
class Mask2FormerForUniversalSegmentation(_mask2former.Mask2FormerForUniversalSegmentation, TFPreTrainedModel): ...  # type: ignore[misc]
class Mask2FormerModel(_mask2former.Mask2FormerModel, TFPreTrainedModel): ...  # type: ignore[misc]
class MaskFormerForInstanceSegmentation(_maskformer.MaskFormerForInstanceSegmentation, TFPreTrainedModel): ...  # type: ignore[misc]
class MaskFormerModel(_maskformer.MaskFormerModel, TFPreTrainedModel): ...  # type: ignore[misc]
class MaskFormerSwinBackbone(_maskformer_swin.MaskFormerSwinBackbone, TFPreTrainedModel): ...  # type: ignore[misc]
class MaskFormerSwinModel(_maskformer_swin.MaskFormerSwinModel, TFPreTrainedModel): ...  # type: ignore[misc]
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
class MobileNetV1ForImageClassification(_mobilenet_v1.MobileNetV1ForImageClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class MobileNetV1Model(_mobilenet_v1.MobileNetV1Model, TFPreTrainedModel): ...  # type: ignore[misc]
class MobileNetV2ForImageClassification(_mobilenet_v2.MobileNetV2ForImageClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class MobileNetV2ForSemanticSegmentation(_mobilenet_v2.MobileNetV2ForSemanticSegmentation, TFPreTrainedModel): ...  # type: ignore[misc]
class MobileNetV2Model(_mobilenet_v2.MobileNetV2Model, TFPreTrainedModel): ...  # type: ignore[misc]
class ModernBertForMaskedLM(_modernbert.ModernBertForMaskedLM, TFPreTrainedModel): ...  # type: ignore[misc]
class ModernBertForMultipleChoice(_modernbert.ModernBertForMultipleChoice, TFPreTrainedModel): ...  # type: ignore[misc]
class ModernBertForQuestionAnswering(_modernbert.ModernBertForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class ModernBertForSequenceClassification(_modernbert.ModernBertForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class ModernBertForTokenClassification(_modernbert.ModernBertForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class ModernBertModel(_modernbert.ModernBertModel, TFPreTrainedModel): ...  # type: ignore[misc]
class OPTForCausalLM(_opt.OPTForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class OPTForQuestionAnswering(_opt.OPTForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class OPTForSequenceClassification(_opt.OPTForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class OPTModel(_opt.OPTModel, TFPreTrainedModel): ...  # type: ignore[misc]
class OwlViTForObjectDetection(_owlvit.OwlViTForObjectDetection, TFPreTrainedModel): ...  # type: ignore[misc]
class OwlViTModel(_owlvit.OwlViTModel, TFPreTrainedModel): ...  # type: ignore[misc]
class OwlViTTextModel(_owlvit.OwlViTTextModel, TFPreTrainedModel): ...  # type: ignore[misc]
class OwlViTVisionModel(_owlvit.OwlViTVisionModel, TFPreTrainedModel): ...  # type: ignore[misc]
class Owlv2ForObjectDetection(_owlv2.Owlv2ForObjectDetection, TFPreTrainedModel): ...  # type: ignore[misc]
class Owlv2Model(_owlv2.Owlv2Model, TFPreTrainedModel): ...  # type: ignore[misc]
class Owlv2TextModel(_owlv2.Owlv2TextModel, TFPreTrainedModel): ...  # type: ignore[misc]
class Owlv2VisionModel(_owlv2.Owlv2VisionModel, TFPreTrainedModel): ...  # type: ignore[misc]
class PLBartForCausalLM(_plbart.PLBartForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class PLBartForConditionalGeneration(_plbart.PLBartForConditionalGeneration, TFPreTrainedModel): ...  # type: ignore[misc]
class PLBartForSequenceClassification(_plbart.PLBartForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class PLBartModel(_plbart.PLBartModel, TFPreTrainedModel): ...  # type: ignore[misc]
class PegasusForCausalLM(_pegasus.PegasusForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class PegasusForConditionalGeneration(_pegasus.PegasusForConditionalGeneration, TFPreTrainedModel): ...  # type: ignore[misc]
class PegasusModel(_pegasus.PegasusModel, TFPreTrainedModel): ...  # type: ignore[misc]
class Phi3ForCausalLM(_phi3.Phi3ForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class Phi3ForSequenceClassification(_phi3.Phi3ForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class Phi3ForTokenClassification(_phi3.Phi3ForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class Phi3Model(_phi3.Phi3Model, TFPreTrainedModel): ...  # type: ignore[misc]
class PoolFormerForImageClassification(_poolformer.PoolFormerForImageClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class PoolFormerModel(_poolformer.PoolFormerModel, TFPreTrainedModel): ...  # type: ignore[misc]
class PvtForImageClassification(_pvt.PvtForImageClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class PvtModel(_pvt.PvtModel, TFPreTrainedModel): ...  # type: ignore[misc]
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
class RegNetForImageClassification(_regnet.RegNetForImageClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class RegNetModel(_regnet.RegNetModel, TFPreTrainedModel): ...  # type: ignore[misc]
class ResNetBackbone(_resnet.ResNetBackbone, TFPreTrainedModel): ...  # type: ignore[misc]
class ResNetForImageClassification(_resnet.ResNetForImageClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class ResNetModel(_resnet.ResNetModel, TFPreTrainedModel): ...  # type: ignore[misc]
class RobertaForCausalLM(_roberta.RobertaForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class RobertaForMaskedLM(_roberta.RobertaForMaskedLM, TFPreTrainedModel): ...  # type: ignore[misc]
class RobertaForMultipleChoice(_roberta.RobertaForMultipleChoice, TFPreTrainedModel): ...  # type: ignore[misc]
class RobertaForQuestionAnswering(_roberta.RobertaForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class RobertaForSequenceClassification(_roberta.RobertaForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class RobertaForTokenClassification(_roberta.RobertaForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class RobertaModel(_roberta.RobertaModel, TFPreTrainedModel): ...  # type: ignore[misc]
class SamModel(_sam.SamModel, TFPreTrainedModel): ...  # type: ignore[misc]
class SamVisionModel(_sam.SamVisionModel, TFPreTrainedModel): ...  # type: ignore[misc]
class SegformerForImageClassification(_segformer.SegformerForImageClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class SegformerForSemanticSegmentation(_segformer.SegformerForSemanticSegmentation, TFPreTrainedModel): ...  # type: ignore[misc]
class SegformerModel(_segformer.SegformerModel, TFPreTrainedModel): ...  # type: ignore[misc]
class SiglipForImageClassification(_siglip.SiglipForImageClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class SiglipModel(_siglip.SiglipModel, TFPreTrainedModel): ...  # type: ignore[misc]
class SiglipTextModel(_siglip.SiglipTextModel, TFPreTrainedModel): ...  # type: ignore[misc]
class SiglipVisionModel(_siglip.SiglipVisionModel, TFPreTrainedModel): ...  # type: ignore[misc]
class SwinBackbone(_swin.SwinBackbone, TFPreTrainedModel): ...  # type: ignore[misc]
class SwinForImageClassification(_swin.SwinForImageClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class SwinForMaskedImageModeling(_swin.SwinForMaskedImageModeling, TFPreTrainedModel): ...  # type: ignore[misc]
class SwinModel(_swin.SwinModel, TFPreTrainedModel): ...  # type: ignore[misc]
class Swin2SRForImageSuperResolution(_swin2sr.Swin2SRForImageSuperResolution, TFPreTrainedModel): ...  # type: ignore[misc]
class Swin2SRModel(_swin2sr.Swin2SRModel, TFPreTrainedModel): ...  # type: ignore[misc]
class Swinv2Backbone(_swinv2.Swinv2Backbone, TFPreTrainedModel): ...  # type: ignore[misc]
class Swinv2ForImageClassification(_swinv2.Swinv2ForImageClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class Swinv2ForMaskedImageModeling(_swinv2.Swinv2ForMaskedImageModeling, TFPreTrainedModel): ...  # type: ignore[misc]
class Swinv2Model(_swinv2.Swinv2Model, TFPreTrainedModel): ...  # type: ignore[misc]
class T5EncoderModel(_t5.T5EncoderModel, TFPreTrainedModel): ...  # type: ignore[misc]
class T5ForConditionalGeneration(_t5.T5ForConditionalGeneration, TFPreTrainedModel): ...  # type: ignore[misc]
class T5ForQuestionAnswering(_t5.T5ForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class T5ForSequenceClassification(_t5.T5ForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class T5ForTokenClassification(_t5.T5ForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class T5Model(_t5.T5Model, TFPreTrainedModel): ...  # type: ignore[misc]
class TableTransformerForObjectDetection(_table_transformer.TableTransformerForObjectDetection, TFPreTrainedModel): ...  # type: ignore[misc]
class TableTransformerModel(_table_transformer.TableTransformerModel, TFPreTrainedModel): ...  # type: ignore[misc]
class ViTForImageClassification(_vit.ViTForImageClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class ViTForMaskedImageModeling(_vit.ViTForMaskedImageModeling, TFPreTrainedModel): ...  # type: ignore[misc]
class ViTModel(_vit.ViTModel, TFPreTrainedModel): ...  # type: ignore[misc]
class ViTMAEForPreTraining(_vit_mae.ViTMAEForPreTraining, TFPreTrainedModel): ...  # type: ignore[misc]
class ViTMAEModel(_vit_mae.ViTMAEModel, TFPreTrainedModel): ...  # type: ignore[misc]
class VideoMAEForPreTraining(_videomae.VideoMAEForPreTraining, TFPreTrainedModel): ...  # type: ignore[misc]
class VideoMAEForVideoClassification(_videomae.VideoMAEForVideoClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class VideoMAEModel(_videomae.VideoMAEModel, TFPreTrainedModel): ...  # type: ignore[misc]
class XLMRobertaForCausalLM(_xlm_roberta.XLMRobertaForCausalLM, TFPreTrainedModel): ...  # type: ignore[misc]
class XLMRobertaForMaskedLM(_xlm_roberta.XLMRobertaForMaskedLM, TFPreTrainedModel): ...  # type: ignore[misc]
class XLMRobertaForMultipleChoice(_xlm_roberta.XLMRobertaForMultipleChoice, TFPreTrainedModel): ...  # type: ignore[misc]
class XLMRobertaForQuestionAnswering(_xlm_roberta.XLMRobertaForQuestionAnswering, TFPreTrainedModel): ...  # type: ignore[misc]
class XLMRobertaForSequenceClassification(_xlm_roberta.XLMRobertaForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class XLMRobertaForTokenClassification(_xlm_roberta.XLMRobertaForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class XLMRobertaModel(_xlm_roberta.XLMRobertaModel, TFPreTrainedModel): ...  # type: ignore[misc]
class XLNetForMultipleChoice(_xlnet.XLNetForMultipleChoice, TFPreTrainedModel): ...  # type: ignore[misc]
class XLNetForQuestionAnsweringSimple(_xlnet.XLNetForQuestionAnsweringSimple, TFPreTrainedModel): ...  # type: ignore[misc]
class XLNetForSequenceClassification(_xlnet.XLNetForSequenceClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class XLNetForTokenClassification(_xlnet.XLNetForTokenClassification, TFPreTrainedModel): ...  # type: ignore[misc]
class XLNetLMHeadModel(_xlnet.XLNetLMHeadModel, TFPreTrainedModel): ...  # type: ignore[misc]
class XLNetModel(_xlnet.XLNetModel, TFPreTrainedModel): ...  # type: ignore[misc]
class YolosForObjectDetection(_yolos.YolosForObjectDetection, TFPreTrainedModel): ...  # type: ignore[misc]
class YolosModel(_yolos.YolosModel, TFPreTrainedModel): ...  # type: ignore[misc]
