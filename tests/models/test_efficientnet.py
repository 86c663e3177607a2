"""EfficientNet against the reference."""

import pytest
from harness import Family, family_tests

import triform
from triform.errors import ConfigError

FAMILY = Family(
    "efficientnet",
    sizes={
        "width_coefficient": 0.05, "depth_coefficient": 0.6, "depth_divisor": 4, "hidden_dim": 64, "kernel_sizes": [3, 5, 3],
        "in_channels": [64, 80, 160], "out_channels": [80, 160, 240], "strides": [1, 2, 2], "num_block_repeats": [1, 3, 1],
        "expand_ratios": [1, 3, 2], "num_labels": 5,
    },
    image=(3, 3, 37, 30),
    asked=("output_hidden_states",),
    variants={"padded evenly, the largest, relu, wide norm": {
        "depthwise_padding": [1, 3], "pooling_type": "max", "hidden_act": "relu", "batch_norm_eps": 0.1, "squeeze_expansion_ratio": 0.5,
    }},
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForImageClassification"))


def test_sizes_that_do_not_agree_are_refused():
    with pytest.raises(ConfigError, match=r"strides=\[1\] should have an entry.*hidden_dim is 1280, but width_coefficient=2.0 makes 2560"):
        triform.AutoConfig.for_model("efficientnet", strides=[1], hidden_dim=1280)
