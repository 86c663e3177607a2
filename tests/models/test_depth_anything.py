"""Depth Anything against the reference."""

import json
from dataclasses import replace

import numpy as np
import pytest
from harness import Family, assert_close, auto, check_head, family_tests, run

import triform

BACKBONE = {
    "model_type": "dinov2", "hidden_size": 24, "num_hidden_layers": 3, "num_attention_heads": 4, "image_size": 32, "patch_size": 8,
    "out_indices": [1, 2, 3], "reshape_hidden_states": False, "apply_layernorm": True,
}  # fmt: skip
FAMILY = Family(
    "depth_anything",
    sizes={
        "backbone_config": BACKBONE, "patch_size": 8, "reassemble_hidden_size": 24, "neck_hidden_sizes": [8, 12, 16],
        "reassemble_factors": [4, 1, 0.5], "fusion_hidden_size": 10, "head_hidden_size": 7,
    },
    image=(2, 3, 43, 35),
    variants={"metric, a coarser map": {"depth_estimation_type": "metric", "max_depth": 20, "head_in_index": 1}},
    variant_heads=("AutoModelForDepthEstimation",),
)  # fmt: skip
tests = family_tests(FAMILY, main="AutoModelForDepthEstimation")
tests.pop("test_gradients_agree")  # it has no loss
globals().update(tests)
group = pytest.mark.xdist_group("depth_anything")


@group
def test_images_of_the_backbone_s_size_equal_the_reference(backend):
    check_head(replace(FAMILY, image=(2, 3, 32, 32)), "AutoModelForDepthEstimation", backend)


@group
def test_other_people_s_checkpoint(backend, checkpoints):
    """Its backbone says nothing of how it gives its maps: as images, not as tokens."""
    folder = checkpoints / "na-depth_anything_v2"
    model = auto(backend, "AutoModelForDepthEstimation").from_pretrained(folder, ignore_missing=True)
    for case in json.loads((folder / "golden_io.json").read_text())["cases"]:
        pixels = np.array(case["input"], np.float32).reshape(12, 12, 3).transpose(2, 0, 1)[None]
        got = run(backend, model, {"pixel_values": pixels})["predicted_depth"]
        want = np.array(next(value for name, value in case.items() if name != "input" and isinstance(value, list)))
        assert_close({"depth": got.reshape(want.shape)}, {"depth": want}, 1e-5)


def test_the_default_is_a_small_dinov2():
    config = triform.DepthAnythingConfig(max_depth=None)
    assert (config.backbone_config.hidden_size, config.backbone_config.out_indices, config.max_depth) == (384, [9, 10, 11, 12], 1)
    assert triform.DepthAnythingConfig.from_dict(config.to_dict()) == config
