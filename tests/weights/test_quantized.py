"""Quantised checkpoints: packed here as their libraries pack them, read back as the numbers that they stand for."""

import json

import numpy as np
import pytest
from weightfiles import held

import triform
from triform.errors import CorruptFileError, UnsupportedTaskError
from triform.weights.quantized import dequantized
from triform.weights.tensor import LazyTensor

RNG = np.random.default_rng(0)
N_IN, N_OUT, GROUP = 64, 48, 16


def packed_words(numbers, bits, order=None):
    """Rows of small numbers -> int32 words along the last axis, the first number in the lowest bits, or where `order` says."""
    n = 32 // bits
    several = numbers.reshape(*numbers.shape[:-1], -1, n).astype(np.uint64)
    words = np.zeros(several.shape[:-1], np.uint64)
    for slot in range(n):
        words |= several[..., slot if order is None else order[slot]] << np.uint64(slot * bits)
    return words.astype(np.uint32).view(np.int32)


def gptq(bits, version):
    """(tensors, settings, the weight): each input has a group of its own choice, as with act-order."""
    levels = 2**bits
    q, zero = RNG.integers(0, levels, (N_IN, N_OUT)), RNG.integers(1, levels, (N_IN // GROUP, N_OUT))
    scale, group = RNG.uniform(0.01, 0.1, zero.shape).astype(np.float16), RNG.permutation(np.arange(N_IN) // GROUP).astype(np.int32)
    weight = ((q - zero[group]) * scale.astype(np.float32)[group]).T
    stored = {
        "l.qweight": packed_words(q.T, bits).T.copy(), "l.qzeros": packed_words(zero - (version == 1), bits), "l.scales": scale,
        "l.g_idx": group, "l.bias": np.ones(N_OUT, np.float16),
    }  # fmt: skip
    return stored, {"quant_method": "gptq", "bits": bits, "checkpoint_format": "gptq" if version == 1 else "gptq_v2"}, weight


def awq():
    q, zero = RNG.integers(0, 16, (N_IN, N_OUT)), RNG.integers(0, 16, (N_IN // GROUP, N_OUT))
    scale = RNG.uniform(0.01, 0.1, zero.shape).astype(np.float16)
    weight = ((q - np.repeat(zero, GROUP, 0)) * np.repeat(scale.astype(np.float32), GROUP, 0)).T
    order = (0, 2, 4, 6, 1, 3, 5, 7)  # of the columns, from the lowest bits up
    return (
        {"l.qweight": packed_words(q, 4, order), "l.qzeros": packed_words(zero, 4, order), "l.scales": scale},
        {"quant_method": "awq"},
        weight,
    )


def eight_bits():
    q, scale = RNG.integers(-127, 128, (N_OUT, N_IN)).astype(np.int8), RNG.uniform(0.1, 1, N_OUT).astype(np.float32)
    stored = {"l.weight": q, "l.SCB": scale, "l.weight_format": np.zeros((), np.uint8)}
    return stored, {"quant_method": "bitsandbytes", "load_in_8bit": True}, q * (scale / 127)[:, None]


def four_bits(nested):
    q, levels = RNG.integers(0, 16, N_OUT * N_IN), np.sort(RNG.uniform(-1, 1, 16)).astype(np.float32)
    blocks = q.size // 64
    state = {"quant_type": "nf4", "blocksize": 64, "shape": [N_OUT, N_IN], "dtype": "float16"}
    stored = {"l.weight": (q[::2] << 4 | q[1::2]).astype(np.uint8)[:, None], "l.weight.quant_map": levels}
    if nested:
        code, outer = RNG.integers(0, 256, blocks).astype(np.uint8), RNG.uniform(0.5, 1, 256).astype(np.float32)
        wide = RNG.uniform(0.1, 1, -(-blocks // 16)).astype(np.float32)
        state |= {"nested_blocksize": 16, "nested_offset": 0.25}
        stored |= {"l.weight.absmax": code, "l.weight.nested_absmax": wide, "l.weight.nested_quant_map": outer}
        largest = outer[code] * np.repeat(wide, 16)[:blocks] + np.float32(0.25)
    else:
        largest = stored["l.weight.absmax"] = RNG.uniform(0.1, 1, blocks).astype(np.float32)
    stored["l.weight.quant_state.bitsandbytes__nf4"] = np.frombuffer(json.dumps(state).encode(), np.uint8)
    return stored, {"quant_method": "bitsandbytes"}, (levels[q] * np.repeat(largest, 64)).reshape(N_OUT, N_IN)


def fp8():
    bits = RNG.integers(0, 0x7F, (N_OUT, N_IN)).astype(np.uint8)
    exponent, mantissa = bits >> 3, bits & 7
    value = np.where(exponent > 0, (1 + mantissa / 8) * 2.0 ** (exponent.astype(int) - 7), mantissa / 8 * 2.0**-6).astype(np.float32)
    scale = RNG.uniform(0.1, 1, (5, 4)).astype(np.float32)  # blocks of 10 x 20 do not divide 48 x 64
    weight = value * np.repeat(np.repeat(scale, 10, 0)[:N_OUT], 20, 1)[:, :N_IN]
    stored = {"l.weight": LazyTensor("float8_e4m3fn", bits.shape, lambda: bits), "l.weight_scale_inv": scale}
    return stored, {"quant_method": "fp8", "weight_block_size": [10, 20]}, weight


CASES = {
    "gptq 4": lambda: gptq(4, 1), "gptq 8, version 2": lambda: gptq(8, 2), "gptq 2": lambda: gptq(2, 1), "awq": awq,
    "8 bits": eight_bits, "4 bits": lambda: four_bits(False), "4 bits, scales of 8": lambda: four_bits(True), "fp8": fp8,
}  # fmt: skip


def lazy(stored):
    return {name: value if isinstance(value, LazyTensor) else held(value) for name, value in stored.items()}


@pytest.mark.parametrize("case", CASES)
def test_the_numbers(case):
    stored, settings, weight = CASES[case]()
    made = dequantized({**lazy(stored), "other.weight": held(np.ones(3, np.float32))}, settings, "x")
    assert sorted(made) == sorted(["l.weight", "other.weight", *(["l.bias"] if "l.bias" in stored else [])])
    assert made["l.weight"].shape == (N_OUT, N_IN)
    assert np.allclose(made["l.weight"].read(), weight, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("case", CASES)
def test_what_is_missing_or_does_not_fit_is_refused(case):
    stored, settings, _ = CASES[case]()
    for name in stored:
        if name in ("l.weight", "l.qweight", "l.bias", "l.weight_format") or "quant_state" in name:
            continue
        with pytest.raises(CorruptFileError, match=f"has no {name}"):
            dequantized(lazy({key: value for key, value in stored.items() if key != name}), settings, "x")
        with pytest.raises(CorruptFileError, match=f"{name} has the shape|groups"):
            dequantized(lazy({**stored, name: np.zeros((5, 7), np.float32)}), settings, "x")
        with pytest.raises(CorruptFileError, match=f"{name} is complex64"):
            dequantized(lazy({**stored, name: lazy(stored)[name].read().astype(np.complex64)}), settings, "x")


@pytest.mark.parametrize("settings", [{"quant_method": "hqq"}, {"quant_method": "gptq", "bits": 3}, {}, [], "x", {"quant_method": 7}])
def test_other_methods_are_named(settings):
    with pytest.raises(UnsupportedTaskError, match="quantised"):
        dequantized({}, settings, "x")


def test_a_model_is_loaded_and_saved_whole(tmp_path, backend):
    """On every backend, and without a trace of the quantisation in what is saved."""
    auto = getattr(triform, {"torch": "", "tf": "TF", "flax": "Flax"}[backend] + "AutoModel")
    config = triform.BertConfig(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=24, vocab_size=30)
    model = auto.from_config(config, seed=1)
    model.save_pretrained(tmp_path)
    from triform.weights.formats import open_file
    from triform.weights.safetensors import write_safetensors

    stored = {name: (tensor.dtype, np.array(tensor.read())) for name, tensor in open_file(tmp_path / "model.safetensors").items()}
    name = "encoder.layer.0.attention.self.query.weight"
    q = RNG.integers(-127, 128, (16, 16)).astype(np.int8)
    stored[name] = ("int8", q)
    stored[name.replace("weight", "SCB")] = ("float32", np.full(16, 12.7, np.float32))
    write_safetensors(tmp_path / "model.safetensors", stored, {"format": "pt"})
    data = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(
        json.dumps({**data, "quantization_config": {"quant_method": "bitsandbytes", "load_in_8bit": True}})
    )
    auto.from_pretrained(tmp_path).save_pretrained(tmp_path / "whole")
    again = open_file(tmp_path / "whole" / "model.safetensors")
    assert (
        np.allclose(again[name].read(), q * 0.1, rtol=1e-6)
        and "quantization_config" not in (tmp_path / "whole" / "config.json").read_text()
    )
