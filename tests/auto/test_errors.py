"""What goes wrong for users: each with a clear error, and nothing written."""

import json
import struct

import numpy as np
import pytest

import triform
from triform import AutoConfig, AutoModel, AutoModelForMaskedLM
from triform.errors import ConfigError, CorruptFileError, MissingFileError, TriformError, UnknownKeywordError, WeightsMismatchError

torch = pytest.importorskip("torch")


@pytest.fixture()
def config():
    return triform.BertConfig(vocab_size=30, hidden_size=12, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8, num_labels=3)


@pytest.fixture()
def folder(config, tmp_path):
    path = tmp_path / "model"
    AutoModelForMaskedLM.from_config(config, seed=0).save_pretrained(path)
    return path


def contents(path):
    return {p.relative_to(path): p.read_bytes() for p in path.rglob("*") if p.is_file()}


def refused(error, match, path, load=AutoModel.from_pretrained, **kwargs):
    before = contents(path) if path.exists() else None
    with pytest.raises(error, match=match):
        load(path, **kwargs)
    assert (contents(path) if path.exists() else None) == before


def edit(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_empty_folder(tmp_path):
    (tmp_path / "empty").mkdir()
    refused(MissingFileError, r"config\.json", tmp_path / "empty")


def test_config_is_missing(folder):
    (folder / "config.json").unlink()
    refused(MissingFileError, r"config\.json.*model\.safetensors", folder)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (b"{", "not valid JSON"),
        (b"\xff\xfe{}", "UTF-8"),
        (b"[1]", "holds a list"),
        (b"{}", "no model_type"),
        (b'{"model_type": 3}', "model_type 3"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "git-lfs pointer"),
        (b"[" * 100_000, "cannot be read|not valid"),
    ],
)
def test_config_is_damaged(folder, text, match):
    (folder / "config.json").write_bytes(text)
    refused(TriformError, match, folder)


def test_unknown_model_type_names_the_nearest(folder):
    edit(folder, model_type="bertt")
    refused(ValueError, r"No architecture for model_type 'bertt' .*Did you mean 'bert'", folder)
    edit(folder, model_type="zzz", auto_map={"AutoConfig": "code.Config"})
    refused(ValueError, r"Config in code.py, code that the checkpoint brings along. It was not run.*trust_remote_code=True", folder)


def test_wrong_types_in_the_config(folder):
    edit(folder, hidden_size="12", intermediate_size=[8])
    refused(ConfigError, r"hidden_size is '12' \(str\), expected int; intermediate_size is \[8\]", folder)


def test_weights_are_missing(folder):
    (folder / "model.safetensors").unlink()
    refused(MissingFileError, "model.safetensors", folder)


def test_weights_are_truncated(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    refused(CorruptFileError, "model.safetensors", folder)


def test_a_header_that_lies(folder):
    path = folder / "model.safetensors"
    path.write_bytes(struct.pack("<Q", 2**63) + path.read_bytes()[8:])
    refused(CorruptFileError, "model.safetensors", folder)


def test_a_git_lfs_pointer(folder):
    (folder / "model.safetensors").write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
    refused(CorruptFileError, "git.lfs", folder)


def shard(folder):
    model = AutoModelForMaskedLM.from_pretrained(folder)
    model.save_pretrained(folder, max_shard_size=2000)
    assert not (folder / "model.safetensors").exists()
    return folder / "model.safetensors.index.json"


def test_shards_load_again(folder):
    want = AutoModelForMaskedLM.from_pretrained(folder)
    assert shard(folder).exists()
    got = AutoModelForMaskedLM.from_pretrained(folder)
    for (name, a), (_, b) in zip(want.named_parameters(), got.named_parameters()):
        assert torch.equal(a, b), name
    got.save_pretrained(folder)
    assert sorted(p.name for p in folder.iterdir()) == ["config.json", "model.safetensors"]


def test_an_index_names_a_missing_shard(folder):
    index = shard(folder)
    missing = sorted(set(json.loads(index.read_text())["weight_map"].values()))[0]
    (folder / missing).unlink()
    refused(MissingFileError, missing, folder)


def test_an_index_climbs_out_of_the_folder(folder):
    index = shard(folder)
    data = json.loads(index.read_text())
    data["weight_map"] = {name: "../../" + shard for name, shard in data["weight_map"].items()}
    index.write_text(json.dumps(data))
    refused(CorruptFileError, r"\.\./", folder)


def test_slips_in_keywords(folder):
    refused(UnknownKeywordError, "'reviison'.*Did you mean 'revision'", folder, reviison="main")
    refused(UnknownKeywordError, "'hiden_size'.*'hidden_size'", folder, hiden_size=12)
    model = AutoModel.from_pretrained(folder)
    with pytest.raises(UnknownKeywordError, match="Did you mean 'attention_mask'"):
        model(torch.tensor([[1, 2]]), atention_mask=None)


def test_a_head_that_the_architecture_lacks(folder):
    refused(ValueError, "DepthEstimation", folder, triform.AutoModelForDepthEstimation.from_pretrained)


def test_base_weights_that_are_missing_are_an_error_with_all_names(folder):
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    for name in ("bert.encoder.layer.0.output.dense.weight", "bert.encoder.layer.0.output.dense.bias"):
        weights.pop(name)
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    refused(
        WeightsMismatchError, r"2 keys missing: bert\.encoder.*weight, bert\.encoder.*bias", folder, AutoModelForMaskedLM.from_pretrained
    )
    model = AutoModelForMaskedLM.from_pretrained(folder, ignore_missing=True)
    assert len(model.loading_report.missing) == 2 and not any(p.is_meta for p in model.parameters())


def test_a_wrong_prefix_is_an_error(folder):
    from safetensors.torch import load_file, save_file

    weights = {f"other.{name}": value for name, value in load_file(folder / "model.safetensors").items()}
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    refused(WeightsMismatchError, "fit nowhere", folder)


def test_shapes_that_differ_are_shown_with_the_cause(folder):
    classifier = triform.AutoModelForSequenceClassification.from_pretrained(folder)
    classifier.save_pretrained(folder)
    refused(
        WeightsMismatchError,
        r"(?s)classifier.weight is \(3, 12\) in the file, \(5, 12\) by the config; classifier.bias is \(3,\) in the file, "
        r"\(5,\).*num_labels is 5 here and was 3 there",
        folder, triform.AutoModelForSequenceClassification.from_pretrained, num_labels=5,
    )  # fmt: skip
    model, info = triform.AutoModelForSequenceClassification.from_pretrained(
        folder, num_labels=5, ignore_mismatched_sizes=True, output_loading_info=True
    )
    assert model.classifier.weight.shape == (5, 12) and ("classifier.bias", (3,), (5,)) in info["mismatched_keys"]


def test_too_long_an_input(folder):
    model = AutoModel.from_pretrained(folder, max_position_embeddings=512)
    with pytest.raises(ValueError, match=r"600 tokens, but config\.max_position_embeddings is 512"):
        model(torch.zeros(1, 600, dtype=torch.long))
    with pytest.raises(ValueError, match="neither"):
        model()


def test_saving_onto_a_file(folder, tmp_path):
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(ValueError, match="is a file"):
        AutoModel.from_pretrained(folder).save_pretrained(tmp_path / "taken")
    assert (tmp_path / "taken").read_text() == "mine"


def test_what_is_no_config():
    for wrong in ({"model_type": "bert"}, "bert", None):
        with pytest.raises(ConfigError, match="needs a config object"):
            AutoModel.from_config(wrong)


def test_dtypes_that_weights_cannot_have(folder):
    for wrong in ("int8", "floaty", torch.int32):
        with pytest.raises(ValueError, match="Choose from: auto"):
            AutoModel.from_pretrained(folder, dtype=wrong)


def test_a_state_dict_instead_of_files(folder, config):
    model = AutoModelForMaskedLM.from_pretrained(folder)
    again = AutoModelForMaskedLM.from_pretrained(None, config=config, state_dict=model.state_dict())
    assert torch.equal(again.bert.embeddings.word_embeddings.weight, model.bert.embeddings.word_embeddings.weight)
    flax = triform.FlaxAutoModelForMaskedLM.from_pretrained(
        None, config=config, state_dict={name: x.detach().numpy() for name, x in model.state_dict().items()}
    )
    assert np.array_equal(flax.bert.pooler if flax.bert.pooler else 0, 0)
    with pytest.raises(ValueError, match="both a name and a state_dict"):
        AutoModelForMaskedLM.from_pretrained(folder, state_dict=model.state_dict())
    with pytest.raises(ValueError, match="needs state_dict"):
        AutoModel.from_pretrained(None, config=config)


def test_the_config_that_was_given_is_not_changed(folder, config):
    before = config.copy()
    model = AutoModel.from_config(config, dtype="float16")
    model.config.hidden_dropout_prob = 0.9
    model.save_pretrained(folder)
    assert config == before and config.dtype is None


def test_a_missing_head_is_one_warning(folder, caplog):
    with caplog.at_level("WARNING", logger="triform"):
        triform.AutoModelForQuestionAnswering.from_pretrained(folder)
    assert len(caplog.records) == 1 and "qa_outputs.weight, qa_outputs.bias" in caplog.text


def test_prefix_rules(folder, tmp_path):
    """Masked-word file -> base -> every head."""
    base = AutoModel.from_pretrained(folder)
    assert sorted(base.loading_report.missing) == ["pooler.dense.bias", "pooler.dense.weight"]
    assert all(name.startswith("cls.") for name in base.loading_report.unexpected)
    base.save_pretrained(tmp_path / "base")
    from triform.auto.registry import ARCHITECTURES, auto_classes

    for auto in auto_classes(ARCHITECTURES["bert"]):
        model = getattr(triform, auto).from_pretrained(tmp_path / "base")
        weight = model.base_model.embeddings.word_embeddings.weight
        assert torch.equal(weight, base.embeddings.word_embeddings.weight), auto


def test_autoconfig_keeps_the_error(folder):
    edit(folder, model_type="bertt")
    refused(ValueError, "Did you mean 'bert'", folder, AutoConfig.from_pretrained)


def test_an_interrupted_save_leaves_the_old_files(folder, monkeypatch):
    """A source of weights that fails in the middle: nothing is changed, nothing is left beside."""
    model = AutoModelForMaskedLM.from_pretrained(folder)
    before = contents(folder)
    tensors = model.tensors()

    def fail():
        raise OSError(28, "No space left on device")

    from triform.weights.tensor import LazyTensor

    name = "cls.predictions.bias"
    tensors[name] = LazyTensor(tensors[name].dtype, tensors[name].shape, fail)
    monkeypatch.setattr(type(model), "tensors", lambda self: tensors)
    for size in ("5GB", 2000):
        with pytest.raises(OSError, match="No space left"):
            model.save_pretrained(folder, max_shard_size=size)
        assert contents(folder) == before


def test_a_variant_leaves_other_files_alone(folder):
    model = AutoModelForMaskedLM.from_pretrained(folder)
    model.save_pretrained(folder, variant="fp16", max_shard_size=2000)
    names = {path.name for path in folder.iterdir()}
    assert "model.safetensors" in names and "model.safetensors.index.fp16.json" in names
    again = AutoModelForMaskedLM.from_pretrained(folder, variant="fp16")
    assert torch.equal(again.bert.embeddings.LayerNorm.weight, model.bert.embeddings.LayerNorm.weight)
    model.save_pretrained(folder)
    assert names <= {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("library", ["TF", "Flax"])
def test_files_of_the_reference_s_other_frameworks_load(config, tmp_path, library, backend):
    """tf_model.h5 and flax_model.msgpack, into every backend."""
    transformers = pytest.importorskip("transformers")
    import numpy as np

    theirs = getattr(transformers, f"{library}BertForMaskedLM")(transformers.BertConfig(**{k: getattr(config, k) for k in (
        "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size")}))  # fmt: skip
    ids = np.array([[1, 2, 3]])
    want = np.asarray((theirs(ids, training=False) if library == "TF" else theirs(ids)).logits)
    theirs.save_pretrained(tmp_path)
    mark = {"torch": "", "flax": "Flax", "tf": "TF"}[backend]
    ours = getattr(triform, f"{mark}AutoModelForMaskedLM").from_pretrained(tmp_path)
    got = ours(torch.tensor(ids) if backend == "torch" else ids).logits
    got = got.detach().numpy() if backend == "torch" else np.asarray(got)
    assert np.abs(got - want).max() <= 1e-5 * np.abs(want).max() + 1e-6
