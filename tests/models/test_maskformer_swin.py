"""MaskFormer's Swin against the reference: what that shows of its insides is nested, and its attentions are none, so ours are Swin's."""

import numpy as np
import pytest
from harness import Family, auto, family_tests, reference_case, run

SIZES = {
    "image_size": [20, 36], "patch_size": 2, "embed_dim": 8, "depths": [2, 1], "num_heads": [1, 2], "window_size": 4,
    "out_features": ["stage1", "stage2"],
}  # fmt: skip

FAMILY = Family(
    "maskformer-swin",
    sizes=SIZES,
    image=(2, 3, 21, 39),
    asked=(),
    variants={"no bias, wide norm, narrow layers": {
        "qkv_bias": False, "layer_norm_eps": 1e-3, "hidden_act": "relu", "mlp_ratio": 2.5, "depths": [1, 2],
    }},
    variant_heads=("AutoModel", "AutoBackbone"),
)  # fmt: skip
globals().update(family_tests(FAMILY))


@pytest.mark.xdist_group("maskformer-swin")
def test_what_is_kept_of_each_stage(backend):
    model = auto(backend, "AutoModel").from_pretrained(reference_case(FAMILY, "AutoModel").folder)
    pixels = np.zeros((2, 3, 21, 39), np.float32)
    out = run(backend, model, {"pixel_values": pixels}, output_hidden_states=True, output_attentions=True)
    assert [out[f"hidden_states.{i}"].shape for i in range(3)] == [(2, 220, 8), (2, 60, 16), (2, 60, 16)]
    assert [tuple(out[f"hidden_states_spatial_dimensions.{i}"]) for i in range(3)] == [(11, 20), (6, 10), (6, 10)]
    assert [out[f"attentions.{i}"].shape for i in range(2)] == [(2 * 15, 1, 16, 16), (2 * 6, 2, 16, 16)]
