"""Weights of every dtype that files have, on every backend: kept as they are, or as what is asked for, value by value."""

import numpy as np
import pytest

import triform

torch = pytest.importorskip("torch")
MARKS = {"torch": "", "tf": "TF", "flax": "Flax"}
SIZES = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8, "vocab_size": 30}
KEPT = ["float32", "float16", "bfloat16"]
WIDENED = ["float8_e4m3fn", "float8_e5m2", "int8", "int32", "int64", "uint8", "float64"]  # by dtype="float32"


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """dtype -> a folder whose weights have it; all hold the same numbers, which every dtype can."""
    from safetensors.torch import save_file

    place = tmp_path_factory.mktemp("dtypes")
    model = triform.AutoModel.from_config(triform.BertConfig(**SIZES), seed=1)
    torch.manual_seed(0)
    state = {name: torch.randint(0, 3, value.shape).float() for name, value in model.state_dict().items()}
    for dtype in (*KEPT, *WIDENED):
        model.config.save_pretrained(place / dtype)
        cast = {name: value.to(getattr(torch, dtype)) for name, value in state.items()}
        if dtype in ("bfloat16", "int8"):
            torch.save(cast, place / dtype / "pytorch_model.bin")
        else:
            save_file(cast, place / dtype / "model.safetensors", {"format": "pt"})
    return place, {name: value.numpy() for name, value in state.items()}


def values(model) -> dict[str, tuple[str, np.ndarray]]:
    """name -> (dtype, numbers) of a model of any backend."""
    if model.backend == "torch":
        return {name: (str(value.dtype).removeprefix("torch."), value.float().numpy()) for name, value in model.state_dict().items()}
    read = (lambda slot: slot.value[...]) if model.backend == "flax" else (lambda slot: np.asarray(slot.value))
    found = {slot.name: np.asarray(read(slot)) for slot in model.slots()}
    return {name: (value.dtype.name, value.astype(np.float32)) for name, value in found.items()}


@pytest.mark.parametrize("dtype", KEPT)
def test_what_is_kept(folders, backend, dtype):
    place, wanted = folders
    found = values(getattr(triform, f"{MARKS[backend]}AutoModel").from_pretrained(place / dtype))
    assert {kind for kind, _ in found.values()} == {dtype}
    assert found.keys() == wanted.keys() and all(np.array_equal(found[name][1], wanted[name]) for name in wanted)


@pytest.mark.parametrize("dtype", KEPT + WIDENED)
def test_what_is_asked_for(folders, backend, dtype):
    place, wanted = folders
    found = values(getattr(triform, f"{MARKS[backend]}AutoModel").from_pretrained(place / dtype, dtype="float32"))
    assert {kind for kind, _ in found.values()} == {"float32"}
    assert found.keys() == wanted.keys() and all(np.array_equal(found[name][1], wanted[name]) for name in wanted)


@pytest.mark.parametrize("dtype", WIDENED)
def test_what_no_model_computes_in(folders, backend, dtype):
    """8 bits become bfloat16, which holds them exactly; whole numbers become float32; the model computes in the one or the other."""
    place, wanted = folders
    model = getattr(triform, f"{MARKS[backend]}AutoModel").from_pretrained(place / dtype)
    found = values(model)
    becomes = {"float8_e4m3fn": "bfloat16", "float8_e5m2": "bfloat16", "float64": "float32" if backend == "flax" else "float64"}
    assert {kind for kind, _ in found.values()} == {becomes.get(dtype, "float32")}
    assert all(np.array_equal(found[name][1], wanted[name]) for name in wanted)
    ids = np.array([[1, 2, 3]])
    assert model(torch.from_numpy(ids) if backend == "torch" else ids)[0].shape == (1, 3, 8)
