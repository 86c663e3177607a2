"""Swin V2 against the reference."""

import pytest
from harness import Family, check_head, family_tests

import triform
from triform.errors import ConfigError

SIZES = {
    "embed_dim": 12, "depths": [2, 2], "num_heads": [2, 3], "window_size": 4, "image_size": 24, "patch_size": 2, "mlp_ratio": 2.5,
    "encoder_stride": 4, "num_labels": 5, "pretrained_window_sizes": [6, 0],
}  # fmt: skip


def masked(auto_class, rng, config):
    return {"bool_masked_pos": rng.integers(0, 2, (2, 144)).astype(bool)} if auto_class.endswith("MaskedImageModeling") else {}


FAMILY = Family(
    "swinv2",
    sizes=SIZES,
    image=(2, 3, 24, 24),
    inputs=masked,
    variants={"no bias, relu, wide norm, windows larger than the last map, all maps": {
        "qkv_bias": False, "hidden_act": "relu", "layer_norm_eps": 1e-3, "window_size": 7, "out_features": ["stem", "stage1", "stage2"],
        "pretrained_window_sizes": [0, 0],
    }},
    variant_heads=("AutoModel", "AutoBackbone"),
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForImageClassification"))

OBLONG = Family("swinv2", sizes=SIZES, image=(2, 3, 29, 18))  # neither patches nor windows divide it


@pytest.mark.xdist_group("swinv2")
@pytest.mark.parametrize("auto_class", ["AutoModel", "AutoBackbone"])
def test_padded_windows_equal_the_reference(auto_class, backend):
    check_head(OBLONG, auto_class, backend)


def test_stages_that_do_not_agree_are_refused():
    with pytest.raises(ConfigError, match=r"pretrained_window_sizes=\[0\] should have an entry.*leaves nothing for 4 stages"):
        triform.AutoConfig.for_model("swinv2", pretrained_window_sizes=[0], image_size=16)
