"""DPT against the reference."""

from dataclasses import replace

import pytest
from harness import Family, assert_close, auto, check_head, check_names, family_tests, reference_case, run

import triform
from triform.errors import ConfigError

SIZES = {
    "hidden_size": 24, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 37, "image_size": 32, "patch_size": 8,
    "backbone_out_indices": [0, 1, 2], "neck_hidden_sizes": [8, 12, 16], "reassemble_factors": [4, 1, 0.5], "fusion_hidden_size": 10,
    "num_labels": 5,
}  # fmt: skip
FAMILY = Family(
    "dpt",
    sizes=SIZES,
    image=(2, 3, 32, 32),
    variants={
        "the class token added, batch norm": {
            "readout_type": "add", "use_batch_norm_in_fusion_residual": True, "pooler_act": "sigmoid",
            "pooler_output_size": 17, "qkv_bias": False, "hidden_act": "relu", "layer_norm_eps": 1e-2,
        },
        "the class token ignored, no bias, a coarser map": {
            "readout_type": "ignore", "use_bias_in_fusion_residual": False, "head_in_index": 1,
            "auxiliary_loss_weight": 0.7,
        },
    },
    variant_heads=("AutoModel", "AutoModelForDepthEstimation", "AutoModelForSemanticSegmentation"),
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForSemanticSegmentation"))

BACKBONE = {
    "model_type": "dinov2", "hidden_size": 24, "num_hidden_layers": 3, "num_attention_heads": 4, "image_size": 24, "patch_size": 8,
    "out_indices": [1, 2, 3], "reshape_hidden_states": False, "apply_layernorm": False,
}  # fmt: skip
NECK = {name: SIZES[name] for name in ("neck_hidden_sizes", "reassemble_factors", "fusion_hidden_size")}
OTHER = Family("dpt", sizes={"backbone_config": BACKBONE, **NECK}, image=(2, 3, 32, 48))
BIT = {
    "model_type": "bit", "embedding_size": 8, "hidden_sizes": [16, 24, 40, 48], "depths": [1, 1, 1], "num_groups": 4,
    "global_padding": "SAME", "layer_type": "bottleneck", "embedding_dynamic_padding": True, "out_features": ["stage1", "stage2", "stage3"],
}  # fmt: skip
HYBRID = Family(
    "dpt",
    sizes=SIZES | {
        "is_hybrid": True, "backbone_config": BIT, "backbone_featmap_shape": [1, 40, 4, 4], "image_size": 64, "patch_size": 16,
        "backbone_out_indices": [0, 1, 0, 2], "neck_hidden_sizes": [16, 24, 12, 20], "reassemble_factors": [4, 2, 1, 0.5],
    },
    image=(2, 3, 64, 64),
)  # fmt: skip
LARGER = [
    (replace(FAMILY, image=(2, 3, 48, 40)), "AutoModel"),
    (replace(FAMILY, image=(2, 3, 56, 56)), "AutoModelForDepthEstimation"),  # the reference's own has square images alone
]
group = pytest.mark.xdist_group("dpt")


@group
def test_images_of_other_sizes_equal_the_reference(backend):
    for family, auto_class in LARGER:
        check_head(family, auto_class, backend)


@group
def test_another_backbone_equals_the_reference(backend, tmp_path):
    check_head(OTHER, "AutoModelForDepthEstimation", backend)
    if backend == "torch":
        check_names(OTHER, "AutoModelForDepthEstimation", tmp_path)


@group
def test_a_hybrid_equals_the_reference(backend, tmp_path):
    for auto_class in ("AutoModel", "AutoModelForDepthEstimation"):
        check_head(HYBRID, auto_class, backend)
        if backend == "torch":
            check_names(HYBRID, auto_class, tmp_path / auto_class)


@group
def test_one_more_convolution_equals_the_reference(backend):
    """It has 256 channels, whatever the neck has."""
    if backend == "torch":
        wide = Family("dpt", sizes=SIZES | {"add_projection": True, "fusion_hidden_size": 256}, image=(1, 3, 32, 32))
        check_head(wide, "AutoModelForDepthEstimation", backend)


@group
def test_a_segmenter_without_its_second_head_learns_from_the_first_alone(backend):
    """The reference has no loss then."""
    case = reference_case(FAMILY, "AutoModelForSemanticSegmentation")
    load = lambda **changes: auto(backend, "AutoModelForSemanticSegmentation").from_pretrained(case.folder, **changes)
    alone, unweighted = load(use_auxiliary_head=False), load(auxiliary_loss_weight=0.0)
    loss = run(backend, alone, case.inputs)["loss"]
    assert_close({"loss": loss}, {"loss": run(backend, unweighted, case.inputs)["loss"]}, FAMILY.tolerance)
    assert loss < case.outputs["loss"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"readout_type": "mean"}, "readout_type is 'mean'"),
        ({"readout_type": "add", "is_hybrid": True}, "expected 'project' with is_hybrid"),
        ({"backbone_out_indices": [0, 1]}, "are not of the same number of stages"),
        ({"backbone": "resnet50", "use_timm_backbone": True}, "expected a backbone_config in their place"),
    ],
)
def test_configs_that_cannot_be_are_refused(changes, message):
    with pytest.raises(ConfigError, match=message):
        triform.DPTConfig(**SIZES | changes)
