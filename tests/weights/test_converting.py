"""Checkpoints converted between formats tensor by tensor, and what models save in other formats than safetensors."""

import gc
import re
import sys
from pathlib import Path

import numpy as np
import pytest

import triform
from triform.errors import InputError, WeightsMismatchError
from triform.weights.converting import convert_checkpoint
from triform.weights.formats import open_file
from triform.weights.lazy import FLOAT8, converted, widened
from triform.weights.tensor import STORAGE, LazyTensor

torch = pytest.importorskip("torch")
KINDS = {
    "bert": ("AutoModelForMaskedLM", {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 12,
                                      "vocab_size": 30}),
    "gpt2": ("AutoModelForCausalLM", {"n_embd": 8, "n_layer": 1, "n_head": 2, "vocab_size": 30, "n_positions": 16}),
    "t5": ("AutoModelForSeq2SeqLM", {"d_model": 8, "d_kv": 4, "d_ff": 12, "num_layers": 1, "num_heads": 2, "vocab_size": 30}),
    "bart": ("AutoModelForSeq2SeqLM", {"d_model": 8, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2,
                                       "decoder_attention_heads": 2, "encoder_ffn_dim": 12, "decoder_ffn_dim": 12, "vocab_size": 30}),
    "vit": ("AutoModelForImageClassification", {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 12,
                                                "image_size": 8, "patch_size": 4}),
    "resnet": ("AutoModelForImageClassification", {"embedding_size": 4, "hidden_sizes": [4, 8], "depths": [1, 1]}),
}  # fmt: skip


@pytest.fixture(params=KINDS)
def saved(request, tmp_path):
    """(folder of a checkpoint as triform saves it, its Auto class)."""
    auto, sizes = KINDS[request.param]
    model = getattr(triform, auto).from_config(triform.AutoConfig.for_model(request.param, **sizes), seed=3)
    model.save_pretrained(tmp_path / "first")
    return tmp_path / "first", auto


@pytest.mark.parametrize("format", ["h5", "msgpack"])
def test_there_and_back(saved, tmp_path, format):
    """safetensors -> the other format -> safetensors gives the same file, byte for byte; models save the same other format."""
    first, auto = saved
    convert_checkpoint(first, tmp_path / "other", format=format)
    convert_checkpoint(tmp_path / "other", tmp_path / "back")
    assert (tmp_path / "back" / "model.safetensors").read_bytes() == (first / "model.safetensors").read_bytes()
    getattr(triform, auto).from_pretrained(first).save_pretrained(tmp_path / "direct", format=format)
    name = {"h5": "tf_model.h5", "msgpack": "flax_model.msgpack"}[format]
    ours, theirs = open_file(tmp_path / "direct" / name), open_file(tmp_path / "other" / name)
    assert ours.keys() == theirs.keys()
    assert all(np.array_equal(ours[key].read(), theirs[key].read()) for key in ours)


@pytest.mark.parametrize("format", ["h5", "msgpack"])
def test_other_formats_in_shards(saved, tmp_path, format):
    """There and back; a save in one piece takes the place of the shards, and the reverse."""
    first, _auto = saved
    place, name = tmp_path / "other", {"h5": "tf_model.h5", "msgpack": "flax_model.msgpack"}[format]
    convert_checkpoint(first, place, format=format, max_shard_size="1KB")
    shards = len(list(place.glob(f"*.{format}")))
    assert shards > 1 and (place / f"{name}.index.json").is_file()
    convert_checkpoint(place, tmp_path / "back")
    assert (tmp_path / "back" / "model.safetensors").read_bytes() == (first / "model.safetensors").read_bytes()
    convert_checkpoint(first, place, format=format, force=True)
    assert [path.name for path in place.iterdir() if path.suffix == f".{format}" or "index" in path.name] == [name]
    convert_checkpoint(first, place, format=format, max_shard_size="1KB", force=True)
    assert len(list(place.glob(f"*.{format}"))) == shards


def test_another_dtype_in_shards(saved, tmp_path):
    """The same numbers as torch's, and bars that end where they should."""
    first, auto = saved
    seen = []
    watch = lambda name, done, total: seen.append((name, done, total))
    written = convert_checkpoint(first, tmp_path / "half", dtype="bfloat16", max_shard_size="1KB", watch=watch)
    assert len([path for path in written if path.suffix == ".safetensors"]) > 1
    assert seen[-1][1] == seen[-1][2] and len(seen) == len(open_file(first / "model.safetensors"))
    got = getattr(triform, auto).from_pretrained(tmp_path / "half").state_dict()
    for name, value in getattr(triform, auto).from_pretrained(first, dtype="bfloat16").state_dict().items():
        assert got[name].dtype == value.dtype and torch.equal(got[name], value), name


def test_the_target_is_not_overwritten_and_a_format_may_stand_beside_another(saved, tmp_path):
    first, auto = saved
    with pytest.raises(InputError, match=r"holds model.safetensors already"):
        convert_checkpoint(first, first)
    convert_checkpoint(first, first, format="msgpack")
    assert (first / "model.safetensors").is_file() and (first / "flax_model.msgpack").is_file()
    with pytest.raises(InputError, match=r"holds flax_model.msgpack already"):
        convert_checkpoint(first, first, format="msgpack")
    model = getattr(triform, auto).from_pretrained(first)
    with pytest.raises(InputError, match="Did you mean 'msgpack'"):
        model.save_pretrained(tmp_path / "x", format="msgpac")
    with pytest.raises(InputError, match="has a variant"):
        model.save_pretrained(tmp_path / "x", format="msgpack", variant="fp16")
    assert not (tmp_path / "x").exists()


def test_a_checkpoint_that_lacks_a_part_is_not_converted(tmp_path):
    model = triform.AutoModel.from_config(triform.BertConfig(**KINDS["bert"][1]))
    state = {name: value for name, value in model.state_dict().items() if "query" not in name}
    model.save_pretrained(tmp_path / "holes", state_dict=state)
    with pytest.raises(WeightsMismatchError, match="query"):
        convert_checkpoint(tmp_path / "holes", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("dtype", FLOAT8)
def test_float8_means_what_torch_says(dtype):
    bits = np.arange(256, dtype=np.uint8)
    wanted = torch.from_numpy(bits).view(getattr(torch, dtype)).float().numpy()
    assert np.array_equal(widened(LazyTensor(dtype, (256,), lambda: bits)).read(), wanted, equal_nan=True)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float64"])
def test_rounding_is_torch_s(dtype):
    values = np.concatenate([np.random.default_rng(0).standard_normal(999), [np.inf, -np.inf, np.nan, 0.0, -0.0, 1 + 2**-9, 1e-40, 3e38]])
    values = values.astype(np.float32)
    got = converted(LazyTensor("float32", values.shape, lambda: values), dtype).read()
    wanted = torch.from_numpy(values).to(getattr(torch, dtype))
    bits = wanted.view(torch.uint16).numpy() if dtype == "bfloat16" else wanted.numpy()
    nan = np.isnan(values)
    assert got.dtype == np.dtype(STORAGE[dtype]) and np.array_equal(got[~nan], bits[~nan])


def test_a_file_of_weights_by_its_own_name(tmp_path):
    model = triform.AutoModel.from_config(triform.BertConfig(**KINDS["bert"][1]), seed=1)
    model.save_pretrained(tmp_path)
    (tmp_path / "model.safetensors").rename(tmp_path / "mine.safetensors")
    again = triform.AutoModel.from_pretrained(tmp_path / "mine.safetensors")
    assert all(torch.equal(a, b) for a, b in zip(model.state_dict().values(), again.state_dict().values()))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says how much memory is a process's own")
def test_no_more_than_a_tensor_or_two_is_held(tmp_path):
    """76 MiB, the largest tensor of which has 1 MiB, through all formats, in the memory of a few."""
    sizes = {"hidden_size": 256, "num_hidden_layers": 24, "num_attention_heads": 4, "intermediate_size": 1024, "vocab_size": 100}
    model = triform.AutoModel.from_config(triform.BertConfig(**sizes), seed=1)
    model.save_pretrained(tmp_path / "first", max_shard_size="20MB")
    (tmp_path / "pickled").mkdir()
    model.config.save_pretrained(tmp_path / "pickled")
    torch.save(model.state_dict(), tmp_path / "pickled" / "pytorch_model.bin")
    total = sum(value.nbytes for value in model.state_dict().values())
    del model
    for source, target, options in (
        ("first", "h5", {"format": "h5"}), ("h5", "msgpack", {"format": "msgpack", "max_shard_size": "20MB"}),
        ("msgpack", "safetensors", {"dtype": "bfloat16"}), ("pickled", "shards", {"max_shard_size": "20MB"}),
        ("first", "half", {"format": "h5", "dtype": "float16", "max_shard_size": "20MB"}),
    ):  # fmt: skip
        gc.collect()
        before, most = own_memory(), 0

        def watch(name, done, total):
            nonlocal most
            most = max(most, own_memory())

        convert_checkpoint(tmp_path / source, tmp_path / target, watch=watch, **options)
        assert most - before < total / 4, (source, target, f"{(most - before) / 2**20:.0f} MiB of {total / 2**20:.0f}")


def own_memory() -> int:
    """Bytes in memory that are no file's."""
    return int(re.search(r"RssAnon:\s+(\d+)", Path("/proc/self/status").read_text())[1]) * 1024
