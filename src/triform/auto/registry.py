"""The table: which architectures there are, which classes each has, and which task each class is for. Data; nothing is imported.

A class is called <prefix><head>, in the module of its architecture, on every backend: "Bert" + "ForMaskedLM". A task finds the head
"For<task>", unless the row says otherwise.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Any, NamedTuple

from triform.errors import UnknownArchitectureError, nearest


class Row(NamedTuple):
    """One architecture.

    Attributes:
        module: the file in configs/ and in models/.
        prefix: what its classes' names begin with; its config class is <prefix>Config.
        heads: how its classes' names end.
        tasks: task -> head, where "For<task>" is not the rule ("Model" is AutoModel's); "A|B": config.architectures chooses, else A;
            "-": none, though a head has the task's name.
    """

    module: str
    prefix: str
    heads: tuple[str, ...]
    tasks: dict[str, str] = {}


def _row(module: str, prefix: str, heads: str, **tasks: str) -> Row:
    return Row(module, prefix, tuple(heads.split()), tasks)


ENCODER_HEADS = "Model ForMaskedLM ForSequenceClassification ForMultipleChoice ForTokenClassification ForQuestionAnswering"
DECODER_HEADS = "Model ForCausalLM ForSequenceClassification ForTokenClassification ForQuestionAnswering"
BACKBONE_HEADS = "Model ForImageClassification Backbone"
SEQ2SEQ_HEADS = "Model ForConditionalGeneration ForCausalLM"

ARCHITECTURES: dict[str, Row] = {
    "albert": _row("albert", "Albert", ENCODER_HEADS + " ForPreTraining", TextEncoding="Model"),
    "bart": _row(
        "bart", "Bart", f"{SEQ2SEQ_HEADS} ForSequenceClassification ForQuestionAnswering",
        PreTraining="ForConditionalGeneration", MaskedLM="ForConditionalGeneration", Seq2SeqLM="ForConditionalGeneration",
    ),
    "beit": _row("beit", "Beit", BACKBONE_HEADS + " ForSemanticSegmentation"),
    "bert": _row(
        "bert", "Bert", "Model ForPreTraining ForMaskedLM LMHeadModel ForNextSentencePrediction ForSequenceClassification "
        "ForMultipleChoice ForTokenClassification ForQuestionAnswering", CausalLM="LMHeadModel", TextEncoding="Model",
    ),
    "bit": _row("bit", "Bit", BACKBONE_HEADS),
    "blenderbot": _row("blenderbot", "Blenderbot", SEQ2SEQ_HEADS, Seq2SeqLM="ForConditionalGeneration"),
    "blenderbot-small": _row("blenderbot_small", "BlenderbotSmall", SEQ2SEQ_HEADS, Seq2SeqLM="ForConditionalGeneration"),
    "blip": _row(
        "blip", "Blip", "Model ForConditionalGeneration ForQuestionAnswering ForImageTextRetrieval", ZeroShotImageClassification="Model",
        VisualQuestionAnswering="ForQuestionAnswering", ImageTextToText="ForConditionalGeneration", Vision2Seq="ForConditionalGeneration",
        QuestionAnswering="-",
    ),
    "blip_text_model": _row("blip_text", "BlipText", "Model LMHeadModel", CausalLM="LMHeadModel", TextEncoding="Model"),
    "blip_vision_model": _row("blip", "BlipVision", "Model"),
    "bloom": _row("bloom", "Bloom", DECODER_HEADS, PreTraining="ForCausalLM"),
    "camembert": _row("camembert", "Camembert", ENCODER_HEADS + " ForCausalLM", PreTraining="ForMaskedLM"),
    "clip": _row("clip", "CLIP", "Model ForImageClassification", ZeroShotImageClassification="Model"),
    "clip_text_model": _row("clip", "CLIPText", "Model ModelWithProjection", TextEncoding="Model"),
    "clip_vision_model": _row("clip", "CLIPVision", "Model ModelWithProjection"),
    "clipseg": _row("clipseg", "CLIPSeg", "Model ForImageSegmentation", ZeroShotImageClassification="Model", ImageSegmentation="-"),
    "clipseg_text_model": _row("clipseg", "CLIPSegText", "Model", TextEncoding="Model"),
    "clipseg_vision_model": _row("clipseg", "CLIPSegVision", "Model"),
    "conditional_detr": _row("conditional_detr", "ConditionalDetr", "Model ForObjectDetection"),
    "convnext": _row("convnext", "ConvNext", BACKBONE_HEADS),
    "convnextv2": _row("convnextv2", "ConvNextV2", BACKBONE_HEADS),
    "deberta-v2": _row("deberta_v2", "DebertaV2", ENCODER_HEADS, PreTraining="ForMaskedLM", TextEncoding="Model"),
    "deformable_detr": _row("deformable_detr", "DeformableDetr", "Model ForObjectDetection"),
    "deit": _row(
        "deit", "DeiT", "Model ForMaskedImageModeling ForImageClassification ForImageClassificationWithTeacher",
        ImageClassification="ForImageClassification|ForImageClassificationWithTeacher",
    ),
    "depth_anything": _row("depth_anything", "DepthAnything", "ForDepthEstimation"),
    "detr": _row(
        "detr", "Detr", "Model ForObjectDetection ForSegmentation",
        ImageSegmentation="ForSegmentation", UniversalSegmentation="ForSegmentation",
    ),
    "dinov2": _row("dinov2", "Dinov2", BACKBONE_HEADS),
    "dinov2_with_registers": _row("dinov2_with_registers", "Dinov2WithRegisters", BACKBONE_HEADS),
    "distilbert": _row("distilbert", "DistilBert", ENCODER_HEADS, PreTraining="ForMaskedLM", TextEncoding="Model"),
    "dpt": _row("dpt", "DPT", "Model ForDepthEstimation ForSemanticSegmentation"),
    "efficientnet": _row("efficientnet", "EfficientNet", "Model ForImageClassification"),
    "electra": _row("electra", "Electra", ENCODER_HEADS + " ForPreTraining ForCausalLM", TextEncoding="Model"),
    "encoder-decoder": _row("encoder_decoder", "EncoderDecoder", "Model", Seq2SeqLM="Model"),
    "falcon": _row("falcon", "Falcon", DECODER_HEADS),
    "gemma2": _row("gemma2", "Gemma2", "Model ForCausalLM ForSequenceClassification ForTokenClassification"),
    "gpt2": _row(
        "gpt2", "GPT2", "Model LMHeadModel ForSequenceClassification ForTokenClassification ForQuestionAnswering",
        PreTraining="LMHeadModel", CausalLM="LMHeadModel",
    ),
    "gpt_neo": _row("gpt_neo", "GPTNeo", DECODER_HEADS),
    "gpt_neox": _row("gpt_neox", "GPTNeoX", DECODER_HEADS),
    "gptj": _row("gptj", "GPTJ", "Model ForCausalLM ForSequenceClassification ForQuestionAnswering"),
    "levit": _row(
        "levit", "Levit", "Model ForImageClassification ForImageClassificationWithTeacher",
        ImageClassification="ForImageClassification|ForImageClassificationWithTeacher",
    ),
    "llama": _row("llama", "Llama", DECODER_HEADS),
    "longformer": _row("longformer", "Longformer", ENCODER_HEADS, PreTraining="ForMaskedLM", TextEncoding="Model"),
    "marian": _row("marian", "Marian", "Model MTModel ForCausalLM", Seq2SeqLM="MTModel"),
    "mask2former": _row("mask2former", "Mask2Former", "Model ForUniversalSegmentation"),
    "maskformer": _row(
        "maskformer", "MaskFormer", "Model ForInstanceSegmentation", UniversalSegmentation="ForInstanceSegmentation",
    ),
    "maskformer-swin": _row("maskformer_swin", "MaskFormerSwin", "Model Backbone"),
    "mbart": _row(
        "mbart", "MBart", f"{SEQ2SEQ_HEADS} ForSequenceClassification ForQuestionAnswering",
        MaskedLM="ForConditionalGeneration", Seq2SeqLM="ForConditionalGeneration",
    ),
    "mistral": _row("mistral", "Mistral", DECODER_HEADS),
    "mixtral": _row("mixtral", "Mixtral", DECODER_HEADS),
    "mobilenet_v1": _row("mobilenet_v1", "MobileNetV1", "Model ForImageClassification"),
    "mobilenet_v2": _row("mobilenet_v2", "MobileNetV2", "Model ForImageClassification ForSemanticSegmentation"),
    "modernbert": _row("modernbert", "ModernBert", ENCODER_HEADS),
    "mpnet": _row("mpnet", "MPNet", ENCODER_HEADS, PreTraining="ForMaskedLM"),
    "opt": _row("opt", "OPT", "Model ForCausalLM ForSequenceClassification ForQuestionAnswering"),
    "owlv2": _row("owlv2", "Owlv2", "Model ForObjectDetection", ZeroShotObjectDetection="ForObjectDetection", ObjectDetection="-"),
    "owlv2_text_model": _row("owlv2", "Owlv2Text", "Model", TextEncoding="Model"),
    "owlv2_vision_model": _row("owlv2", "Owlv2Vision", "Model"),
    "owlvit": _row("owlvit", "OwlViT", "Model ForObjectDetection", ZeroShotObjectDetection="ForObjectDetection", ObjectDetection="-"),
    "owlvit_text_model": _row("owlvit", "OwlViTText", "Model", TextEncoding="Model"),
    "owlvit_vision_model": _row("owlvit", "OwlViTVision", "Model"),
    "pegasus": _row("pegasus", "Pegasus", SEQ2SEQ_HEADS, Seq2SeqLM="ForConditionalGeneration"),
    "phi3": _row("phi3", "Phi3", "Model ForCausalLM ForSequenceClassification ForTokenClassification"),
    "plbart": _row("plbart", "PLBart", f"{SEQ2SEQ_HEADS} ForSequenceClassification", Seq2SeqLM="ForConditionalGeneration"),
    "poolformer": _row("poolformer", "PoolFormer", "Model ForImageClassification"),
    "pvt": _row("pvt", "Pvt", "Model ForImageClassification"),
    "qwen2": _row("qwen2", "Qwen2", DECODER_HEADS),
    "qwen3": _row("qwen3", "Qwen3", DECODER_HEADS),
    "regnet": _row("regnet", "RegNet", "Model ForImageClassification"),
    "resnet": _row("resnet", "ResNet", BACKBONE_HEADS),
    "roberta": _row("roberta", "Roberta", ENCODER_HEADS + " ForCausalLM", PreTraining="ForMaskedLM", TextEncoding="Model"),
    "sam": _row("sam", "Sam", "Model", MaskGeneration="Model"),
    "sam_vision_model": _row("sam", "SamVision", "Model"),
    "segformer": _row("segformer", "Segformer", "Model ForImageClassification ForSemanticSegmentation"),
    "siglip": _row("siglip", "Siglip", "Model ForImageClassification", ZeroShotImageClassification="Model"),
    "siglip_text_model": _row("siglip", "SiglipText", "Model", TextEncoding="Model"),
    "siglip_vision_model": _row("siglip", "SiglipVision", "Model"),
    "swin": _row("swin", "Swin", BACKBONE_HEADS + " ForMaskedImageModeling"),
    "swin2sr": _row("swin2sr", "Swin2SR", "Model ForImageSuperResolution", ImageToImage="ForImageSuperResolution"),
    "swinv2": _row("swinv2", "Swinv2", BACKBONE_HEADS + " ForMaskedImageModeling"),
    "t5": _row(
        "t5", "T5", "Model EncoderModel ForConditionalGeneration ForSequenceClassification ForTokenClassification ForQuestionAnswering",
        PreTraining="ForConditionalGeneration", Seq2SeqLM="ForConditionalGeneration", TextEncoding="EncoderModel",
    ),
    "table-transformer": _row("table_transformer", "TableTransformer", "Model ForObjectDetection"),
    "videomae": _row("videomae", "VideoMAE", "Model ForPreTraining ForVideoClassification"),
    "vit": _row("vit", "ViT", "Model ForMaskedImageModeling ForImageClassification"),
    "vit_mae": _row("vit_mae", "ViTMAE", "Model ForPreTraining"),
    "xlm-roberta": _row("xlm_roberta", "XLMRoberta", ENCODER_HEADS + " ForCausalLM", PreTraining="ForMaskedLM", TextEncoding="Model"),
    "xlnet": _row(
        "xlnet", "XLNet", "Model LMHeadModel ForSequenceClassification ForMultipleChoice ForTokenClassification ForQuestionAnsweringSimple",
        PreTraining="LMHeadModel", CausalLM="LMHeadModel", QuestionAnswering="ForQuestionAnsweringSimple",
    ),
    "yolos": _row("yolos", "Yolos", "Model ForObjectDetection"),
}  # fmt: skip

# Auto class -> what it is for, in the words of its documentation.
TASKS: dict[str, str] = {
    "AutoModel": "the base model, without a head",
    "AutoModelForPreTraining": "the heads that the model was pre-trained with",
    "AutoModelForCausalLM": "predicting the next token",
    "AutoModelForMaskedLM": "filling in masked tokens",
    "AutoModelForSeq2SeqLM": "turning one text into another",
    "AutoModelForSequenceClassification": "classifying texts",
    "AutoModelForMultipleChoice": "choosing one of several texts",
    "AutoModelForNextSentencePrediction": "telling whether one sentence follows another",
    "AutoModelForTokenClassification": "classifying each token",
    "AutoModelForQuestionAnswering": "marking the answer to a question in a text",
    "AutoModelForTextEncoding": "encoding texts",
    "AutoModelForTableQuestionAnswering": "answering questions about a table",
    "AutoModelForDocumentQuestionAnswering": "answering questions about a page",
    "AutoModelForVisualQuestionAnswering": "answering questions about an image",
    "AutoModelForImageTextToText": "answering texts with images in them",
    "AutoModelForVision2Seq": "describing images",
    "AutoModelForImageClassification": "classifying images",
    "AutoModelForZeroShotImageClassification": "classifying images by labels given as text",
    "AutoModelForImageSegmentation": "segmenting images",
    "AutoModelForSemanticSegmentation": "labelling each pixel",
    "AutoModelForInstanceSegmentation": "outlining each object",
    "AutoModelForUniversalSegmentation": "semantic, instance and panoptic segmentation",
    "AutoModelForMaskGeneration": "outlining what a prompt points to",
    "AutoModelForObjectDetection": "finding objects in images",
    "AutoModelForZeroShotObjectDetection": "finding objects named by text",
    "AutoModelForDepthEstimation": "estimating depth",
    "AutoModelForImageToImage": "turning one image into another",
    "AutoModelForMaskedImageModeling": "filling in masked patches of images",
    "AutoModelForKeypointDetection": "finding keypoints",
    "AutoModelForKeypointMatching": "matching the keypoints of two images",
    "AutoModelForVideoClassification": "classifying videos",
    "AutoModelForAudioClassification": "classifying sounds",
    "AutoModelForAudioFrameClassification": "classifying each frame of a sound",
    "AutoModelForAudioXVector": "telling speakers apart",
    "AutoModelForAudioTokenization": "turning sound into tokens",
    "AutoModelForCTC": "recognising speech, a letter per frame",
    "AutoModelForSpeechSeq2Seq": "turning speech into text",
    "AutoModelForTextToSpectrogram": "turning text into a spectrogram",
    "AutoModelForTextToWaveform": "turning text into sound",
    "AutoModelForTimeSeriesPrediction": "continuing time series",
    "AutoBackbone": "the feature maps of a vision model",
}
BACKENDS = {"torch": "", "tf": "TF", "flax": "Flax"}  # backend -> what the names of its classes begin with
PREPROCESSORS = ("AutoTokenizer", "AutoImageProcessor", "AutoFeatureExtractor", "AutoVideoProcessor", "AutoProcessor")

_OTHERS = {"AutoModel": "Model", "AutoBackbone": "Backbone"}


def row(model_type: str) -> Row:
    """The row of a model type. Raises UnknownArchitectureError, naming the nearest."""
    found = ARCHITECTURES.get(model_type)
    if found is None:
        raise UnknownArchitectureError(
            f"No architecture for model_type {model_type!r}.{nearest(model_type, ARCHITECTURES)} triform.list_models() has all."
        )
    return found


def head(architecture: Row, auto_class: str, written: Sequence[str] | None = None) -> str | None:
    """Which head of an architecture is for an Auto class; None if there is none.

    Args:
        written: config.architectures, the classes that wrote a checkpoint: they choose where a task has several heads.
    """
    task = auto_class.removeprefix("AutoModelFor")
    several = (architecture.tasks.get(task) or _OTHERS.get(auto_class) or f"For{task}").split("|")
    wanted = next((name for name in several if architecture.prefix + name in (written or ())), several[0])
    return wanted if wanted in architecture.heads else None


def auto_classes(architecture: Row) -> dict[str, str]:
    """Auto class -> class, for every task that an architecture has a class for."""
    return {name: architecture.prefix + found for name in TASKS if (found := head(architecture, name)) is not None}


def config_class(model_type: str) -> Any:
    """The config class of a model type."""
    found = row(model_type)
    return getattr(import_module(f"triform.configs.{found.module}"), f"{found.prefix}Config")


def model_class(backend: str, architecture: Row, head: str) -> Any:
    """A model class of a backend: what users hold, so on TensorFlow the keras.Model."""
    package = import_module(f"triform.{backend}")
    return package.architecture_class(architecture.module, architecture.prefix + head)


def locate_class(name: str) -> tuple[str, str] | None:
    """(module, "config" or "model") of a public class name without backend prefix; None if there is none."""
    for architecture in ARCHITECTURES.values():
        if name.startswith(architecture.prefix):
            rest = name[len(architecture.prefix) :]
            if rest == "Config":
                return architecture.module, "config"
            if rest in architecture.heads:
                return architecture.module, "model"
    return None


def public_classes() -> list[str]:
    """The names of all model classes, without backend prefix, in the table's order."""
    return [architecture.prefix + head for architecture in ARCHITECTURES.values() for head in architecture.heads]
