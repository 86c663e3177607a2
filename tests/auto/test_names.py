"""The public names: all of the documentation page, on every backend, with and without a framework installed."""

import subprocess
import sys

import pytest

import triform
from triform.auto.registry import BACKENDS, TASKS

PAGE_TORCH = [
    "AutoModel",
    "AutoModelForPreTraining",
    "AutoModelForCausalLM",
    "AutoModelForMaskedLM",
    "AutoModelForMaskGeneration",
    "AutoModelForSeq2SeqLM",
    "AutoModelForSequenceClassification",
    "AutoModelForMultipleChoice",
    "AutoModelForNextSentencePrediction",
    "AutoModelForTokenClassification",
    "AutoModelForQuestionAnswering",
    "AutoModelForTextEncoding",
    "AutoModelForDepthEstimation",
    "AutoModelForImageClassification",
    "AutoModelForVideoClassification",
    "AutoModelForMaskedImageModeling",
    "AutoModelForObjectDetection",
    "AutoModelForImageSegmentation",
    "AutoModelForImageToImage",
    "AutoModelForSemanticSegmentation",
    "AutoModelForInstanceSegmentation",
    "AutoModelForUniversalSegmentation",
    "AutoModelForZeroShotImageClassification",
    "AutoModelForZeroShotObjectDetection",
    "AutoModelForAudioClassification",
    "AutoModelForAudioFrameClassification",
    "AutoModelForCTC",
    "AutoModelForSpeechSeq2Seq",
    "AutoModelForAudioXVector",
    "AutoModelForTextToSpectrogram",
    "AutoModelForTextToWaveform",
    "AutoModelForTableQuestionAnswering",
    "AutoModelForDocumentQuestionAnswering",
    "AutoModelForVisualQuestionAnswering",
    "AutoModelForVision2Seq",
]
PAGE_TF = [
    "TFAutoModel",
    "TFAutoModelForPreTraining",
    "TFAutoModelForCausalLM",
    "TFAutoModelForMaskedLM",
    "TFAutoModelForMaskGeneration",
    "TFAutoModelForSeq2SeqLM",
    "TFAutoModelForSequenceClassification",
    "TFAutoModelForMultipleChoice",
    "TFAutoModelForNextSentencePrediction",
    "TFAutoModelForTokenClassification",
    "TFAutoModelForQuestionAnswering",
    "TFAutoModelForTextEncoding",
    "TFAutoModelForImageClassification",
    "TFAutoModelForMaskedImageModeling",
    "TFAutoModelForSemanticSegmentation",
    "TFAutoModelForZeroShotImageClassification",
    "TFAutoModelForAudioClassification",
    "TFAutoModelForSpeechSeq2Seq",
    "TFAutoModelForTableQuestionAnswering",
    "TFAutoModelForDocumentQuestionAnswering",
    "TFAutoModelForVision2Seq",
    "TFAutoModelForAudioFrameClassification",
]
PAGE_FLAX = [
    "FlaxAutoModel",
    "FlaxAutoModelForPreTraining",
    "FlaxAutoModelForCausalLM",
    "FlaxAutoModelForMaskedLM",
    "FlaxAutoModelForSeq2SeqLM",
    "FlaxAutoModelForSequenceClassification",
    "FlaxAutoModelForQuestionAnswering",
    "FlaxAutoModelForTokenClassification",
    "FlaxAutoModelForMultipleChoice",
    "FlaxAutoModelForNextSentencePrediction",
    "FlaxAutoModelForImageClassification",
    "FlaxAutoModelForSpeechSeq2Seq",
    "FlaxAutoModelForVision2Seq",
]
LATER = [
    "AutoBackbone",
    "AutoModelForImageTextToText",
    "AutoModelForKeypointDetection",
    "AutoModelForKeypointMatching",
    "AutoModelForTimeSeriesPrediction",
    "AutoModelForAudioTokenization",
]
FREE = ["AutoConfig", "AutoTokenizer", "AutoFeatureExtractor", "AutoImageProcessor", "AutoProcessor", "AutoVideoProcessor"]
BASES = ["PretrainedConfig", "PreTrainedModel", "TFPreTrainedModel", "FlaxPreTrainedModel"]


def test_the_page_is_complete():
    assert len(PAGE_TORCH) == 35 and len(PAGE_TF) == 22 and len(PAGE_FLAX) == 13


@pytest.mark.parametrize("name", PAGE_TORCH + PAGE_TF + PAGE_FLAX + LATER)
def test_auto_classes_of_models(name):
    cls = getattr(triform, name)
    assert cls.__name__ == name and cls.__module__ == "triform" and cls.__doc__
    with pytest.raises(OSError, match=rf"{name}.from_pretrained.*{name}.from_config"):
        cls()


@pytest.mark.parametrize("name", FREE + BASES)
def test_other_names(name):
    assert getattr(triform, name).__name__ == name


@pytest.mark.parametrize("name", FREE)
def test_framework_free_classes_are_never_made(name):
    with pytest.raises(OSError, match=f"{name}.from_pretrained"):
        getattr(triform, name)()


def test_every_task_is_on_every_backend():
    for mark in BACKENDS.values():
        for task in TASKS:
            assert getattr(triform, mark + task).auto_class == task


def test_a_slip_names_the_nearest():
    with pytest.raises(AttributeError, match="Did you mean 'AutoModelForMaskedLM'"):
        _ = triform.AutoModelForMaskdLM
    with pytest.raises(AttributeError, match="BertForMaskedLM"):
        _ = triform.torch.BertForMaskLM


def test_dir_lists_everything():
    listed = dir(triform)
    for name in (*PAGE_TORCH, *PAGE_TF, *PAGE_FLAX, *FREE, *BASES, "BertModel", "TFBertModel", "FlaxBertModel", "BertConfig"):
        assert name in listed


ABSENT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {absent!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name.split(".")[0] in {absent!r} else find(name, package)
import triform
"""


@pytest.mark.parametrize(
    ("framework", "absent", "command"),
    [("torch", ["torch"], "triform[torch]"), ("tf", ["tensorflow", "keras"], "triform[tf]"), ("flax", ["jax", "flax"], "triform[flax]")],
)
def test_without_a_framework(framework, absent, command):
    """All names are there, and using one says what to install."""
    mark = BACKENDS[framework]
    code = (
        ABSENT.format(absent=absent)
        + f"""
for name in {PAGE_TORCH + PAGE_TF + PAGE_FLAX + FREE[:1] + BASES!r}: getattr(triform, name)
config = triform.AutoConfig.for_model("bert")
def says(f):
    try: f()
    except ImportError as error: print({command!r} in str(error), type(error).__name__)
says(lambda: triform.{mark}AutoModel.from_config(config))
says(lambda: triform.{mark}PreTrainedModel(config))
says(lambda: triform.{mark}BertModel)
says(lambda: __import__("triform.{framework}"))
"""
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["True", "MissingDependencyError"] * 4, done.stdout + done.stderr


def test_list_models():
    assert "bert" in triform.list_models()
    assert "bert" in triform.list_models(task="masked-lm", backend="flax")
    assert triform.list_models(task="DepthEstimation") == [
        t for t in triform.list_models() if t in triform.list_models("AutoModelForDepthEstimation")
    ]
    with pytest.raises(ValueError, match="Did you mean 'MaskedLM'"):
        triform.list_models(task="MaskdLM")
    with pytest.raises(ValueError, match="torch, tf, flax"):
        triform.list_models(backend="mxnet")
