"""DINOv2, and DINOv2 with registers, against the reference."""

import pytest
from harness import Family, check_golden_image, check_head, check_names, family_tests

SIZES = {
    "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4, "image_size": 24, "patch_size": 6, "mlp_ratio": 3, "num_labels": 5,
}  # fmt: skip


def masked(auto_class, rng, config):
    return {"bool_masked_pos": rng.integers(0, 2, (3, 20)).astype(bool)} if auto_class == "AutoModel" else {}


FAMILY = Family(
    "dinov2",
    sizes=SIZES,
    image=(3, 3, 31, 26),
    inputs=masked,
    variants={
        "gated, no bias, no mask token, wide norm, plain maps": {
            "use_swiglu_ffn": True, "qkv_bias": False, "use_mask_token": False, "layer_norm_eps": 1e-3, "out_features": ["stem", "stage2"],
            "apply_layernorm": False, "reshape_hidden_states": False,
        },
    },
    variant_heads=("AutoModel", "AutoBackbone"),
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForImageClassification"))

REGISTERS = Family("dinov2_with_registers", sizes=SIZES | {"num_register_tokens": 3, "out_indices": [0, 2]}, image=(3, 3, 19, 37))


@pytest.mark.xdist_group("dinov2")
@pytest.mark.parametrize("auto_class", ["AutoModel", "AutoModelForImageClassification", "AutoBackbone"])
def test_registers_equal_the_reference(auto_class, backend):
    check_head(REGISTERS, auto_class, backend)


@pytest.mark.xdist_group("dinov2")
@pytest.mark.parametrize("auto_class", ["AutoModelForImageClassification", "AutoBackbone"])
def test_names_with_registers(auto_class, tmp_path):
    check_names(REGISTERS, auto_class, tmp_path)


def test_other_people_s_files(checkpoints, backend):
    check_golden_image(checkpoints / "na-dinov2", "AutoModel", backend, "last_hidden_state")
