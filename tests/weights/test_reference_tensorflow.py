"""TensorFlow files against the reference library's own classes, tensor by tensor: theirs are read, and ours are loaded by them."""

import os

import pytest
from reference_models import build, stored_tensors
from weightfiles import Folder, same

from triform.weights.finding import find_weights
from triform.weights.foreign_names import to_pytorch
from triform.weights.foreign_saving import to_tensorflow
from triform.weights.hdf5 import write_hdf5
from triform.weights.shards import open_checkpoint

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
transformers = pytest.importorskip("transformers", "4.57", reason="the reference library with TensorFlow classes")
pytest.importorskip("torch")
pytest.importorskip("tensorflow")
pytest.importorskip("tf_keras")
pytest.importorskip("h5py")
if not hasattr(transformers, "TFBertModel"):
    pytest.skip("the reference library has no TensorFlow classes", allow_module_level=True)

MODELS = ["BertForMaskedLM", "BertModel", "GPT2LMHeadModel", "T5ForConditionalGeneration", "BartForConditionalGeneration",
          "ResNetForImageClassification", "ViTForImageClassification", "ConvNextForImageClassification"]  # fmt: skip
SAVED = {"whole": {}, "shards": {"max_shard_size": "4KB"}, "safe": {"safe_serialization": True}}


@pytest.mark.parametrize("name", MODELS)
def test_their_classes_load_our_files_and_we_read_theirs(tmp_path, name):
    model = build(name)
    wanted = stored_tensors(model)
    shapes = {key: tensor.shape for key, tensor in wanted.items()}
    model.config.save_pretrained(tmp_path)
    layers = to_tensorflow(wanted, model_type=model.config.model_type, model_class=name, prefix=model.base_model_prefix)
    write_hdf5(tmp_path / "tf_model.h5", layers)
    keras, report = getattr(transformers, f"TF{name}").from_pretrained(tmp_path, output_loading_info=True)
    weightless = {"flatten", "dropout"}  # the reference library reports such layers of its own models, too
    assert not [key for key in report["missing_keys"] if key.split("_")[0] not in weightless]
    assert not report["mismatched_keys"]
    unread = ("num_batches_tracked", "embed_tokens.weight", "decoder.bias")  # counters, and second names of one tensor
    counted = {key: tensor for key, tensor in wanted.items() if not key.endswith(unread)}
    for folder, options in SAVED.items():
        keras.save_pretrained(tmp_path / folder, **options)
        path = find_weights(Folder(tmp_path / folder), prefer=("hdf5",))
        checkpoint = open_checkpoint(path)
        assert checkpoint.format == "tf"
        read = to_pytorch(checkpoint, shapes)
        assert same({key: tensor for key, tensor in read.items() if not key.endswith(unread)}, counted), folder
