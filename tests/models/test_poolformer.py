"""PoolFormer against the reference."""

import pytest
from harness import Family, family_tests

import triform
from triform.errors import ConfigError

FAMILY = Family(
    "poolformer",
    sizes={
        "hidden_sizes": [12, 20], "depths": [2, 1], "num_encoder_blocks": 2, "patch_sizes": [7, 3], "strides": [4, 2], "padding": [2, 1],
        "mlp_ratio": 1.5, "num_labels": 5, "layer_scale_init_value": 0.5,
    },
    image=(3, 3, 37, 30),
    asked=("output_hidden_states",),
    variants={"no scales, relu, large pools": {"use_layer_scale": False, "hidden_act": "relu", "pool_size": 5}},
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForImageClassification"))


def test_stages_that_do_not_agree_are_refused():
    with pytest.raises(ConfigError, match=r"padding=\[1\] should have an entry for each of num_encoder_blocks=4"):
        triform.AutoConfig.for_model("poolformer", padding=[1])
