"""Swin against the reference."""

import numpy as np
import pytest
from harness import Family, array, auto, check_golden_image, check_head, family_tests, reference_case, run

import triform
from triform.errors import ConfigError

SIZES = {
    "embed_dim": 12, "depths": [2, 1], "num_heads": [2, 3], "window_size": 4, "image_size": 24, "patch_size": 2, "mlp_ratio": 2.5,
    "encoder_stride": 4, "num_labels": 5,
}  # fmt: skip


def masked(auto_class, rng, config):
    return {"bool_masked_pos": rng.integers(0, 2, (2, 144)).astype(bool)} if auto_class.endswith("MaskedImageModeling") else {}


FAMILY = Family(
    "swin",
    sizes=SIZES,
    image=(2, 3, 24, 24),
    inputs=masked,
    variants={"no bias, relu, wide norm, odd windows, all maps": {
        "qkv_bias": False, "hidden_act": "relu", "layer_norm_eps": 1e-3, "window_size": 3, "out_features": ["stem", "stage1", "stage2"],
    }},
    variant_heads=("AutoModel", "AutoBackbone"),
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForImageClassification"))

OBLONG = Family("swin", sizes=SIZES, image=(2, 3, 29, 18))  # neither patches nor windows divide it


@pytest.mark.xdist_group("swin")
@pytest.mark.parametrize("auto_class", ["AutoModelForImageClassification", "AutoBackbone"])
def test_padded_windows_equal_the_reference(auto_class, backend):
    check_head(OBLONG, auto_class, backend)


def test_maps_smaller_than_a_window(backend):
    """The reference cannot: what is beyond the map counts as zeros."""
    model = auto(backend, "AutoModel").from_pretrained(reference_case(FAMILY, "AutoModel").folder)
    pixels = np.random.default_rng(0).standard_normal((1, 3, 5, 9)).astype(np.float32)
    got = run(backend, model, {"pixel_values": pixels})["last_hidden_state"]
    wider = run(backend, model, {"pixel_values": np.pad(pixels, ((0, 0), (0, 0), (0, 0), (0, 1)))})["last_hidden_state"]
    assert got.shape == (1, 6, 24) and np.array_equal(got, wider)


def test_positions_are_added(backend):
    """The reference fails on such configs; its files have a row before those of the patches."""
    config = triform.AutoConfig.for_model("swin", **SIZES | {"use_absolute_embeddings": True})
    model = auto(backend, "AutoModel").from_config(config, seed=0)
    slot = next(s for s in model.slots() if s.name == "embeddings.position_embeddings")
    assert slot.shape == (1, 145, 12)
    pixels = np.zeros((1, 3, 30, 26), np.float32)
    before = run(backend, model, {"pixel_values": pixels})["last_hidden_state"]
    table = np.random.default_rng(0).standard_normal(slot.shape).astype(np.float32)
    if backend == "torch":
        import torch

        slot.value.data = torch.tensor(table)
    elif backend == "tf":
        slot.value.assign(table)
    else:
        slot.value.set_value(table)
    assert np.abs(run(backend, model, {"pixel_values": pixels})["last_hidden_state"] - before).max() > 0.1


def test_the_index_of_distances_follows_from_the_config(backend, tmp_path):
    """Files without it load, and say nothing."""
    import safetensors.numpy

    case = reference_case(FAMILY, "AutoModel")
    held = safetensors.numpy.load_file(case.folder / "model.safetensors")
    kept = {name: x for name, x in held.items() if not name.endswith("relative_position_index")}
    assert len(kept) == len(held) - 3
    safetensors.numpy.save_file(kept, tmp_path / "model.safetensors", metadata={"format": "pt"})
    (tmp_path / "config.json").write_bytes((case.folder / "config.json").read_bytes())
    model, info = auto(backend, "AutoModel").from_pretrained(tmp_path, output_loading_info=True)
    assert not info["missing_keys"]
    for slot in model.slots():
        if slot.name.endswith("relative_position_index"):
            assert np.array_equal(array(slot.value.value if backend == "tf" else slot.value[...]), held[slot.name])


def test_heads_that_do_not_fit_are_refused():
    with pytest.raises(ConfigError, match=r"a stage of 24 channels \(embed_dim=12\) cannot have 5 heads"):
        triform.AutoConfig.for_model("swin", **SIZES | {"num_heads": [2, 5]})


def test_other_people_s_files(checkpoints, backend):
    """Whose names are those of newer files."""
    check_golden_image(checkpoints / "na-swin", "AutoModelForImageClassification", backend, "logits")
