"""Weights in several files: sizes, plans, and every way in which an index can be wrong."""

import json

import numpy as np
import pytest
from weightfiles import held, same

from triform.errors import CorruptFileError, InputError, MissingFileError
from triform.weights.safetensors import write_safetensors
from triform.weights.shards import confined, is_index, open_checkpoint, parse_size, plan_shards, weights_name

INDEX = "model.safetensors.index.json"


@pytest.fixture
def sharded(tmp_path):
    """A folder with two shards, and a function that writes their index."""
    tensors = {name: held(np.full(2, number, np.float32)) for number, name in enumerate("abc")}
    write_safetensors(tmp_path / "one.safetensors", {name: tensors[name] for name in "ab"}, {"format": "pt"})
    write_safetensors(tmp_path / "two.safetensors", {"c": tensors["c"]}, {"format": "pt"})

    def index(weight_map=None, **more):
        content = {"weight_map": weight_map or {"a": "one.safetensors", "b": "one.safetensors", "c": "two.safetensors"}} | more
        (tmp_path / INDEX).write_text(json.dumps(content))
        return tmp_path / INDEX

    return tensors, index


def test_an_index_joins_its_shards(sharded, tmp_path):
    tensors, index = sharded
    checkpoint = open_checkpoint(index(metadata={"total_size": 24}))
    assert same(checkpoint, tensors)
    assert checkpoint.metadata == {"format": "pt", "total_size": "24"}
    assert checkpoint.files == [tmp_path / "one.safetensors", tmp_path / "two.safetensors"]
    assert same(open_checkpoint(index()), tensors)  # metadata may be absent
    assert same(open_checkpoint([tmp_path / "one.safetensors", tmp_path / "two.safetensors"]), tensors)


def test_shards_come_from_where_the_caller_finds_them(sharded, tmp_path):
    tensors, index = sharded
    path = index()
    (tmp_path / "blobs").mkdir()
    for name in ("one", "two"):
        (tmp_path / f"{name}.safetensors").rename(tmp_path / "blobs" / name)
    assert same(open_checkpoint(path, lambda name: tmp_path / "blobs" / name.removesuffix(".safetensors")), tensors)


def test_where_shards_overlap_the_index_decides(sharded, tmp_path):
    tensors, index = sharded
    write_safetensors(tmp_path / "two.safetensors", {"c": tensors["c"], "a": held(np.zeros(9, np.float32))})
    assert same(open_checkpoint(index()), tensors)
    with pytest.raises(CorruptFileError, match="several files hold a"):
        open_checkpoint([tmp_path / "one.safetensors", tmp_path / "two.safetensors"])


@pytest.mark.parametrize("name", ["../one.safetensors", "/etc/passwd", "a/../../x", "C:\\x", "a\\b", "", "a\0b", "..", "a//b", 7, None])
def test_shards_outside_of_the_folder_are_refused(sharded, name):
    _, index = sharded
    with pytest.raises(CorruptFileError, match="cannot be shards"):
        open_checkpoint(index({"a": name}), lambda _: pytest.fail("the file was looked for"))


def test_names_that_stay_inside():
    assert confined("sub/model-00001.safetensors")
    assert confined("..model")
    assert not confined("sub/../../model")


def test_all_missing_shards_are_named_at_once(sharded):
    _, index = sharded
    with pytest.raises(MissingFileError, match=r"2 file\(s\).*no1, no2"):
        open_checkpoint(index({"a": "one.safetensors", "b": "no1", "c": "no2"}))


def test_all_problems_of_shards_are_named_at_once(sharded, tmp_path):
    _, index = sharded
    (tmp_path / "bad.safetensors").write_bytes(b"nothing of use")
    with pytest.raises(CorruptFileError) as caught:
        open_checkpoint(index({"a": "one.safetensors", "z": "one.safetensors", "y": "two.safetensors", "b": "bad.safetensors"}))
    message = str(caught.value)
    assert "3 problem(s)" in message
    assert "lacks z" in message
    assert "lacks y" in message
    assert "bad.safetensors" in message


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"weight_map": {}}', '{"weight_map": []}', '{"weight_map": {"a": "x"}, "metadata": []}',
     '{"weight_map": {"a": "x"}, "weight_map": {"a": "y"}}', "[" * 100_000, "[]," * 200_000, "\xff"],
)  # fmt: skip
def test_malformed_indexes(tmp_path, text):
    (tmp_path / INDEX).write_bytes(text.encode("latin-1"))
    with pytest.raises(CorruptFileError, match="index"):
        open_checkpoint(tmp_path / INDEX)


def test_shards_of_two_formats_do_not_mix(sharded, tmp_path):
    tensors, index = sharded
    write_safetensors(tmp_path / "two.safetensors", {"c": tensors["c"]}, {"format": "flax"})
    with pytest.raises(CorruptFileError, match="flax, pt"):
        open_checkpoint(index())


def test_sizes():
    assert parse_size("5GB") == 5 * 10**9
    assert parse_size("200MiB") == 200 * 2**20
    assert parse_size(" 1.5 kb ") == 1500
    assert parse_size("12") == parse_size(12) == parse_size("12B") == 12
    for wrong in ("", "GB", "-1GB", "5 bananas", "1e9", 0, -3, True, None, "9" * 400):
        with pytest.raises(InputError, match="max_shard_size"):
            parse_size(wrong)


def test_plans():
    assert plan_shards({"a": 5, "b": 5}, 10) == [("model.safetensors", ["a", "b"])]
    assert plan_shards({}, 10) == [("model.safetensors", [])]
    plan = plan_shards({"a": 6, "b": 20, "c": 4, "d": 1}, 10, variant="fp16")
    assert plan == [
        ("model.fp16-00001-of-00003.safetensors", ["b"]),
        ("model.fp16-00002-of-00003.safetensors", ["a", "c"]),
        ("model.fp16-00003-of-00003.safetensors", ["d"]),
    ]
    assert plan_shards({"a": 6, "b": 6}, 10, filename="tf_model.h5")[1][0] == "tf_model-00002-of-00002.h5"


def test_plans_agree_with_the_hub_library():
    hub = pytest.importorskip("huggingface_hub")
    random = np.random.default_rng(0)
    for _ in range(50):
        sizes = {f"t{number}": int(size) for number, size in enumerate(random.integers(1, 40, 30))}
        theirs = hub.split_state_dict_into_shards_factory(
            sizes, get_storage_size=lambda size: size, filename_pattern="model{suffix}.safetensors", max_shard_size=60
        )
        assert dict(plan_shards(sizes, 60)) == theirs.filename_to_tensors


def test_names():
    assert weights_name("file") == "model.safetensors"
    assert weights_name("index", "fp16") == "model.safetensors.index.fp16.json"
    assert weights_name("file", "fp16", "pytorch_model.bin") == "pytorch_model.fp16.bin"
    assert is_index("a/model.safetensors.index.fp16.json")
    assert not is_index("config.json")


def test_other_peoples_shards(checkpoints):
    torch_files = pytest.importorskip("safetensors.torch")  # NumPy has no bfloat16
    for path in checkpoints.glob("*/*.index.json"):
        checkpoint = open_checkpoint(path)
        for name, tensor in ((name, t) for file in checkpoint.files for name, t in torch_files.load_file(file).items()):
            assert checkpoint[name].read().tobytes() == tensor.contiguous().flatten().view(torch_files.torch.uint8).numpy().tobytes()
