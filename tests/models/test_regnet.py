"""RegNet against the reference."""

import pytest
from harness import Family, family_tests

import triform
from triform.errors import ConfigError

FAMILY = Family(
    "regnet",
    sizes={"embedding_size": 8, "hidden_sizes": [12, 20], "depths": [2, 1], "groups_width": 4, "num_labels": 5},
    image=(3, 3, 37, 30),
    asked=("output_hidden_states",),
    variants={"not weighed, gelu, large first map": {"layer_type": "x", "hidden_act": "gelu", "downsample_in_first_stage": False}},
)
globals().update(family_tests(FAMILY, main="AutoModelForImageClassification"))


def test_groups_that_do_not_fit_are_refused():
    with pytest.raises(ConfigError, match="hidden_sizes=20 cannot be cut into groups of groups_width=6"):
        triform.AutoConfig.for_model("regnet", hidden_sizes=[12, 20], depths=[1, 1], groups_width=6)
