""".gguf: header and tensors against the gguf package, names against its table, values against the reference library."""

import os
import re
import struct

import numpy as np
import pytest
from weightfiles import held

import triform
from triform.errors import CorruptFileError
from triform.weights.checkpoint import Checkpoint
from triform.weights.foreign_names import to_pytorch
from triform.weights.gguf import Header, open_gguf
from triform.weights.gguf_names import ARCHITECTURES

gguf = pytest.importorskip("gguf")


def write(path, tensors, architecture="llama", metadata=None, quantised=()):
    """A .gguf file by the gguf package; `quantised`: names of tensors -> GGMLQuantizationType."""
    writer = gguf.GGUFWriter(path, architecture)
    for add, value in (metadata or {}).items():
        getattr(writer, add)(*value) if isinstance(value, tuple) else getattr(writer, add)(value)
    kinds = dict(quantised)
    for name, value in tensors.items():
        if name in kinds:
            writer.add_tensor(name, gguf.quants.quantize(value, kinds[name]), raw_dtype=kinds[name])
        else:
            writer.add_tensor(name, value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_plain_tensors_and_metadata(tmp_path):
    random = np.random.default_rng(0)
    tensors = {"a.weight": random.random((3, 5), np.float32), "b.bias": np.arange(4, dtype=np.float16), "c": np.arange(3, dtype=np.int32)}
    metadata = {
        "add_block_count": 2, "add_rope_freq_base": 0.5, "add_token_list": ["a", "é", ""], "add_token_types": [1, 1, 3],
        "add_add_bos_token": True, "add_custom_alignment": 64,
    }  # fmt: skip
    path = write(tmp_path / "m.gguf", tensors, metadata=metadata)
    checkpoint = open_gguf(path)
    assert checkpoint.format == "gguf"
    assert checkpoint.keys() == tensors.keys()
    assert all(np.array_equal(checkpoint[name].read(), value) for name, value in tensors.items())
    assert checkpoint.metadata["general.architecture"] == "llama"
    assert checkpoint.metadata["llama.block_count"] == "2"
    found = Header(path).metadata
    assert found["tokenizer.ggml.tokens"] == ["a", "é", ""]
    assert found["tokenizer.ggml.token_type"] == [1, 1, 3]
    assert found["llama.rope.freq_base"] == 0.5
    assert found["tokenizer.ggml.add_bos_token"] is True


@pytest.mark.parametrize("kind", ["BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"])
def test_quantised_tensors(tmp_path, kind):
    quantisation = gguf.GGMLQuantizationType[kind]
    value = np.random.default_rng(0).standard_normal((2, 4, 64)).astype(np.float32)
    path = write(tmp_path / "m.gguf", {"a": value}, quantised={"a": quantisation})
    tensor = open_gguf(path)["a"]
    assert tensor.shape == value.shape
    if kind == "BF16":
        assert tensor.dtype == "bfloat16"
        assert np.array_equal(tensor.read(), value.view(np.uint32).astype(np.uint64) + 0x7FFF + ((value.view(np.uint32) >> 16) & 1) >> 16)
        return
    expected = gguf.quants.dequantize(gguf.quants.quantize(value, quantisation), quantisation)
    assert tensor.dtype == "float32"
    assert np.array_equal(tensor.read(), expected)
    assert np.abs(tensor.read() - value).max() < 0.5


def test_k_quantised_tensors(tmp_path):
    """The package cannot make these blocks, so random bytes stand for them."""
    quantisation = gguf.GGMLQuantizationType.Q4_K
    blocks = np.random.default_rng(0).integers(0, 60, (3, 2 * 144), dtype=np.uint8)
    writer = gguf.GGUFWriter(tmp_path / "m.gguf", "llama")
    writer.add_tensor("a", blocks, raw_dtype=quantisation)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    tensor = open_gguf(tmp_path / "m.gguf")["a"]
    assert tensor.shape == (3, 512)
    assert np.array_equal(tensor.read(), gguf.quants.dequantize(blocks, quantisation))


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_names_agree_with_the_gguf_packages_table(name):
    architecture = next(key for key, value in gguf.MODEL_ARCH_NAMES.items() if value == name)
    table = gguf.get_tensor_name_map(architecture, 3)
    for theirs, ours in ARCHITECTURES[name].names.items():
        stored = table.get_name(ours.format(2).removesuffix("."))
        if stored is not None:
            assert stored == theirs.replace("blk.", "blk.2."), ours
        else:
            assert theirs in ("blk.attn_q_norm", "blk.attn_k_norm", "output", "blk.attn_q", "blk.attn_k", "blk.attn_v", "blk.ffn_gate")


def test_unknown_names_are_refused_together():
    tensor = held(np.zeros((2, 2), np.float32))
    tensors = {"blk.0.ffn_up_exps.weight": tensor, "what": tensor, "rope_freqs.weight": tensor}
    with pytest.raises(CorruptFileError, match=r"ffn_up_exps\.weight, what\. Experts"):
        to_pytorch(Checkpoint(tensors, format="gguf", metadata={"general.architecture": "llama"}))
    with pytest.raises(CorruptFileError, match="architecture 'mamba'"):
        to_pytorch(Checkpoint({}, format="gguf", metadata={"general.architecture": "mamba"}))


@pytest.mark.parametrize("heads", ["", "0", "many", "3", "-1", "1" * 50])
def test_impossible_counts_of_heads_are_refused(heads):
    metadata = {"general.architecture": "llama", "llama.attention.head_count": heads}
    checkpoint = Checkpoint({"blk.0.attn_q.weight": held(np.zeros((2, 2), np.float32))}, format="gguf", metadata=metadata)
    with pytest.raises(CorruptFileError, match="heads"):
        to_pytorch(checkpoint)["model.layers.0.self_attn.q_proj.weight"].read()


SMALL = {
    "vocab_size": 64, "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
    "intermediate_size": 96, "max_position_embeddings": 64, "head_dim": 16, "tie_word_embeddings": False, "pad_token_id": 0,
}  # fmt: skip
TIED = ("gpt2", "gemma2")  # no file has their lm_head


def held_by(model):
    """name -> array, of a model of any backend."""
    value = {"torch": lambda slot: slot.value.detach(), "flax": lambda slot: slot.value[...], "tf": lambda slot: slot.value.value}
    return {slot.name: np.asarray(value[model.backend](slot)) for slot in model.slots()}


def random_tensors(cls, config, name, spread=1.0):
    """(name -> shape of a reference model's tensors, random ones under llama.cpp's names)."""
    import torch

    with torch.device("meta"):
        shapes = {key: tuple(value.shape) for key, value in cls(config).state_dict().items() if key != "lm_head.weight" or name not in TIED}
    how, random, stored = ARCHITECTURES[name], np.random.default_rng(0), {}
    back = {ours: theirs for theirs, ours in how.names.items()}
    for key, shape in shapes.items():
        path, _, last = key.rpartition(".")
        number = re.search(r"\.(\d+)\.", path)
        theirs = back[re.sub(r"\.\d+\.", ".{}.", path)].replace("blk.", f"blk.{number[1]}." if number else "")
        shape = shape[::-1] if name == "gpt2" and ".h." in key else shape
        stored[f"{theirs}.{last}"] = random.standard_normal(shape).astype(np.float32) * np.float32(spread)
    return shapes, stored


@pytest.mark.parametrize(
    ("name", "prefix", "options"),
    [("llama", "Llama", SMALL), ("qwen2", "Qwen2", SMALL), ("qwen3", "Qwen3", SMALL), ("phi3", "Phi3", SMALL), ("gemma2", "Gemma2", SMALL),
     ("starcoder2", "Starcoder2", SMALL), ("gpt2", "GPT2", {"vocab_size": 64, "n_embd": 64, "n_layer": 2, "n_head": 4, "n_positions": 64})],
)  # fmt: skip
def test_values_agree_with_the_reference_library(tmp_path, name, prefix, options):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("accelerate")
    config = getattr(transformers, f"{prefix}Config")(**options)
    cls = getattr(transformers, f"{prefix}LMHeadModel" if name == "gpt2" else f"{prefix}ForCausalLM")
    shapes, stored = random_tensors(cls, config, name)
    metadata = {
        "add_context_length": 64, "add_embedding_length": 64, "add_block_count": 2, "add_feed_forward_length": 96, "add_head_count": 4,
        "add_head_count_kv": 4 if name == "gpt2" else 2, "add_layer_norm_rms_eps": 1e-5, "add_layer_norm_eps": 1e-5, "add_vocab_size": 64,
        "add_tokenizer_model": "gpt2", "add_token_list": [f"t{i}" for i in range(64)], "add_token_merges": ["a b"],
        "add_token_types": [1] * 64,
    }  # fmt: skip
    path = write(tmp_path / "m.gguf", stored, name, metadata)
    checkpoint = to_pytorch(open_gguf(path), shapes)
    model = cls.from_pretrained(tmp_path, gguf_file="m.gguf", config=config, dtype=torch.float32)
    state = model.state_dict()
    assert checkpoint.keys() == shapes.keys()
    for key in shapes:
        assert np.allclose(checkpoint[key].read(), state[key].numpy(), rtol=0, atol=1e-6), key
    if name == "starcoder2":  # an architecture that triform lacks
        return
    config.save_pretrained(tmp_path)
    for backend, mark in (("torch", ""), ("flax", "Flax"), ("tf", "TF")):
        if backend in os.environ.get("TRIFORM_BACKENDS", "torch,flax,tf"):
            auto = getattr(triform, f"{mark}AutoModelForCausalLM")
            for loaded in (auto.from_pretrained(tmp_path, gguf_file="m.gguf"), auto.from_pretrained(path, config=tmp_path)):
                values = held_by(loaded)
                assert all(np.allclose(values[key], checkpoint[key].read(), rtol=0, atol=1e-6) for key in shapes)


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def head(tensors: int = 0, entries: int = 0, version: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, tensors, entries)


def info(name: str, sizes: tuple[int, ...], kind: int = 0, offset: int = 0) -> bytes:
    return text(name) + struct.pack(f"<I{len(sizes)}QIQ", len(sizes), *sizes, kind, offset)


UNSOUND = {
    "only magic": b"GGUF",
    "version 1": head(version=1) + bytes(16),
    "version of a big-endian machine": head(version=3 << 24),
    "2^60 tensors": head(tensors=2**60),
    "2^60 entries": head(entries=2**60),
    "text of 2^60 bytes": head(entries=1) + struct.pack("<Q", 2**60),
    "array of 2^60 numbers": head(entries=1) + text("a") + struct.pack("<IIQ", 9, 0, 2**60),
    "array of 2^60 texts": head(entries=1) + text("a") + struct.pack("<IIQ", 9, 8, 2**60) + bytes(100),
    "array of arrays": head(entries=1) + text("a") + struct.pack("<IIQ", 9, 9, 1) + bytes(100),
    "unknown type": head(entries=1) + text("a") + struct.pack("<I", 99) + bytes(100),
    "key twice": head(entries=2) + (text("a") + struct.pack("<IB", 0, 1)) * 2,
    "alignment 0": head(entries=1) + text("general.alignment") + struct.pack("<II", 4, 0),
    "alignment is text": head(entries=1) + text("general.alignment") + struct.pack("<I", 8) + text("32"),
    "9 dimensions": head(tensors=1) + info("a", (1,) * 9) + bytes(100),
    "beyond the end": head(tensors=1) + info("a", (1000,)),
    "offset of 2^63": head(tensors=1) + info("a", (1,), offset=2**63) + bytes(100),
    "impossible shape": head(tensors=1) + info("a", (2**62, 2**62)) + bytes(100),
    "unknown quantisation": head(tensors=1) + info("a", (32,), kind=999) + bytes(100),
    "half a block": head(tensors=1) + info("a", (33,), kind=2) + bytes(100),
    "quantised scalar": head(tensors=1) + info("a", (), kind=2) + bytes(100),
    "name twice": head(tensors=2) + info("a", (1,)) * 2 + bytes(100),
}


@pytest.mark.parametrize("what", UNSOUND)
def test_unsound_files_are_refused(tmp_path, what):
    path = tmp_path / "m.gguf"
    path.write_bytes(UNSOUND[what])
    with pytest.raises(CorruptFileError, match=r"m\.gguf"):
        open_gguf(path)


def test_files_cut_short(tmp_path):
    path = write(tmp_path / "m.gguf", {"a": np.ones((2, 3), np.float32)}, metadata={"add_token_list": ["a", "b"]})
    whole = path.read_bytes()
    needed = len(whole.rstrip(b"\0"))
    for length in range(0, needed, 3):
        path.write_bytes(whole[:length])
        with pytest.raises(CorruptFileError):
            open_gguf(path)
