"""Flax files against the reference library's own Flax classes, tensor by tensor: theirs are read, and ours are loaded by them."""

import pytest
from reference_frameworks import older_clip
from reference_models import build, stored_tensors
from weightfiles import Folder, same

from triform.weights.finding import find_weights
from triform.weights.foreign_names import to_pytorch
from triform.weights.foreign_saving import to_flax
from triform.weights.msgpack import write_msgpack
from triform.weights.shards import open_checkpoint

transformers = pytest.importorskip("transformers", "4.57", reason="the reference library with Flax classes")
pytest.importorskip("torch")
pytest.importorskip("flax")
if not hasattr(transformers, "FlaxBertModel"):
    pytest.skip("the reference library has no Flax classes", allow_module_level=True)

MODELS = ["BertForMaskedLM", "BertModel", "GPT2LMHeadModel", "T5ForConditionalGeneration", "BartForConditionalGeneration",
          "ViTForImageClassification", "ResNetForImageClassification"]  # fmt: skip
SAVED = {"whole": {}, "shards": {"max_shard_size": "4KB"}, "safe": {"safe_serialization": True}}


@pytest.mark.parametrize("name", MODELS)
def test_their_classes_load_our_files_and_we_read_theirs(tmp_path, name):
    model = build(name)
    wanted = stored_tensors(model)
    shapes = {key: tensor.shape for key, tensor in wanted.items()}
    model.config.save_pretrained(tmp_path)
    write_msgpack(tmp_path / "flax_model.msgpack", to_flax(wanted))
    with older_clip():
        flax, params = getattr(transformers, f"Flax{name}").from_pretrained(tmp_path, _do_init=False)  # nothing is compiled
    assert not flax._missing_keys

    unread = ("num_batches_tracked", "embed_tokens.weight", "decoder.bias")  # counters, and second names of one tensor
    counted = {key: tensor for key, tensor in wanted.items() if not key.endswith(unread)}
    for folder, options in SAVED.items():
        flax.save_pretrained(tmp_path / folder, params=params, **options)
        path = find_weights(Folder(tmp_path / folder), prefer=("msgpack",))
        checkpoint = open_checkpoint(path)
        assert checkpoint.format == "flax"
        read = to_pytorch(checkpoint, shapes)
        assert same({key: tensor for key, tensor in read.items() if not key.endswith(unread)}, counted), folder
