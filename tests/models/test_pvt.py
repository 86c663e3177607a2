"""PVT against the reference."""

import numpy as np
import pytest
from harness import Family, auto, family_tests, reference_case, run

import triform
from triform.errors import ConfigError

FAMILY = Family(
    "pvt",
    sizes={
        "image_size": 32, "hidden_sizes": [12, 20], "depths": [2, 1], "num_encoder_blocks": 2, "patch_sizes": [4, 2], "strides": [4, 2],
        "sequence_reduction_ratios": [2, 1], "mlp_ratios": [2, 3], "num_attention_heads": [2, 4],
    },
    image=(2, 3, 32, 32),
    variants={"no bias, relu, wide norm": {"qkv_bias": False, "hidden_act": "relu", "layer_norm_eps": 1e-3}},
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForImageClassification"))


def test_images_of_other_sizes(backend):
    """The reference cannot: positions are resized, whatever the shape."""
    model = auto(backend, "AutoModel").from_pretrained(reference_case(FAMILY, "AutoModel").folder)
    got = run(backend, model, {"pixel_values": np.zeros((1, 3, 48, 40), np.float32)})
    assert got["last_hidden_state"].shape == (1, 31, 20) and np.isfinite(got["last_hidden_state"]).all()


def test_a_thousand_labels_are_the_default(tmp_path):
    """Files keep another number; the reference reads a thousand whatever they say."""
    assert triform.AutoConfig.for_model("pvt").num_labels == 1000
    for config in (
        triform.AutoConfig.for_model("pvt", num_labels=2),
        triform.AutoConfig.for_model("pvt", id2label={0: "a", 1: "b", 2: "c"}),
    ):
        config.save_pretrained(tmp_path)
        assert triform.AutoConfig.from_pretrained(tmp_path).id2label == config.id2label


def test_stages_that_do_not_agree_are_refused():
    with pytest.raises(ConfigError, match=r"depths=\[1\] should have an entry.*sequence_reduction_ratios=\[8, 4, 2, 2\] should end with 1"):
        triform.AutoConfig.for_model("pvt", depths=[1], sequence_reduction_ratios=[8, 4, 2, 2])
