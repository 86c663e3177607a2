"""Both versions of MobileNet against the reference."""

import pytest
from harness import Family, array, auto, check_head, check_names, family_tests, reference_case, tensors

import triform
from triform.errors import ConfigError

FAMILY = Family(
    "mobilenet_v2",
    sizes={"depth_multiplier": 0.1, "depth_divisible_by": 2, "min_depth": 4, "output_stride": 8, "num_labels": 5, "expand_ratio": 3.0},
    image=(3, 3, 37, 30),
    asked=("output_hidden_states",),
    variants={
        "padded evenly, another stem, fewer channels at the end": {
            "tf_padding": False, "first_layer_is_expansion": False, "finegrained_output": False, "output_stride": 16, "hidden_act": "relu",
            "layer_norm_eps": 0.1,
        },
    },
    variant_heads=("AutoModel", "AutoModelForSemanticSegmentation"),
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForSemanticSegmentation"))

FIRST = Family(
    "mobilenet_v1", sizes={"depth_multiplier": 0.07, "min_depth": 3, "num_labels": 5}, image=(3, 3, 37, 30), asked=("output_hidden_states",)
)  # fmt: skip


@pytest.mark.xdist_group("mobilenet_v2")
def test_the_first_version_equals_the_reference(backend):
    check_head(FIRST, "AutoModelForImageClassification", backend)


@pytest.mark.xdist_group("mobilenet_v2")
def test_names_of_the_first_version(tmp_path):
    check_names(FIRST, "AutoModelForImageClassification", tmp_path)


def test_a_training_step_moves_statistics_as_the_reference_s():
    import transformers

    case = reference_case(FAMILY, "AutoModel")
    theirs = transformers.AutoModel.from_pretrained(case.folder).train()
    ours = auto("torch", "AutoModel").from_pretrained(case.folder).train()
    given = tensors("torch", case.inputs)
    theirs(**given), ours(**given)
    want, got = dict(theirs.named_buffers()), dict(ours.named_buffers())
    assert want.keys() == got.keys()
    for name, value in want.items():
        assert abs(array(got[name]) - array(value)).max() <= 1e-5 * max(abs(array(value)).max(), 1), name


def test_no_channels_at_all_are_refused():
    with pytest.raises(ConfigError, match="depth_multiplier is 0, expected a number above 0"):
        triform.AutoConfig.for_model("mobilenet_v2", depth_multiplier=0)
