"""ConvNeXT and its second version against the reference."""

import pytest
from harness import Family, auto, check_golden_image, check_head, check_names, family_tests

import triform
from triform.errors import ConfigError

SIZES = {"hidden_sizes": [12, 20], "depths": [2, 1], "num_stages": 2, "num_labels": 5}
FAMILY = Family(
    "convnext",
    sizes=SIZES,
    image=(3, 3, 26, 37),
    asked=("output_hidden_states",),
    variants={
        "no scales, relu, wide norm, large patches, equal widths": {
            "layer_scale_init_value": 0.0, "hidden_act": "relu", "layer_norm_eps": 0.1, "patch_size": 5, "hidden_sizes": [12, 12],
            "out_features": ["stem", "stage2"],
        },
    },
    variant_heads=("AutoModel", "AutoBackbone"),
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForImageClassification"))

SECOND = Family("convnextv2", sizes=SIZES | {"out_indices": [0, 2]}, image=(3, 3, 26, 37), asked=("output_hidden_states",))


@pytest.mark.parametrize("auto_class", ["AutoModelForImageClassification", "AutoBackbone"])
def test_the_second_version_equals_the_reference(auto_class, backend):
    check_head(SECOND, auto_class, backend)


@pytest.mark.parametrize("auto_class", ["AutoModelForImageClassification", "AutoBackbone"])
def test_names_of_the_second_version(auto_class, tmp_path):
    check_names(SECOND, auto_class, tmp_path)


def test_stages_that_do_not_agree_are_refused():
    with pytest.raises(ConfigError, match=r"num_stages=4 and depths=\[3, 3\] do not agree"):
        triform.AutoConfig.for_model("convnext", depths=[3, 3], hidden_sizes=[8, 16])


def test_stochastic_depth_leaves_out_whole_branches():
    """In training, a layer either adds its branch, divided by the share that is kept, or nothing; evaluation is untouched."""
    import torch

    config = triform.AutoConfig.for_model("convnext", **SIZES | {"drop_path_rate": 0.5})
    model = auto("torch", "AutoModel").from_config(config, seed=0)
    layer, x = model.encoder.stages[1].layers[0], torch.randn(64, 20, 3, 4)
    torch.nn.init.ones_(layer.layer_scale_parameter)
    added = layer(x) - x
    kept = added.abs().sum((1, 2, 3)) > 0
    assert 10 < int(kept.sum()) < 54
    want = layer.eval()(x) - x
    assert torch.allclose(added[kept], 2 * want[kept], atol=1e-5)


def test_other_people_s_files(checkpoints, backend):
    check_golden_image(checkpoints / "na-convnext", "AutoModelForImageClassification", backend, "logits")
