"""SegFormer against the reference."""

import json

import numpy as np
import pytest
from harness import Family, assert_close, auto, check_head, family_tests, run

import triform
from triform.errors import ConfigError

SIZES = {
    "depths": [1, 2], "num_encoder_blocks": 2, "hidden_sizes": [12, 20], "num_attention_heads": [2, 4], "sr_ratios": [2, 1],
    "patch_sizes": [7, 3], "strides": [4, 2], "mlp_ratios": [2, 3], "decoder_hidden_size": 14, "num_labels": 5,
}  # fmt: skip
FAMILY = Family(
    "segformer",
    sizes=SIZES,
    image=(2, 3, 38, 29),
    variants={"last map as a row, relu, another norm": {"reshape_last_stage": False, "hidden_act": "relu", "layer_norm_eps": 0.1}},
    variant_heads=("AutoModel", "AutoModelForImageClassification"),
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForSemanticSegmentation"))

BINARY = Family(
    "segformer", sizes=SIZES | {"num_labels": 1, "semantic_loss_ignore_index": 7}, image=(2, 3, 38, 29),
    inputs=lambda auto_class, rng, config: {"labels": rng.choice([0, 1, 7, -1], (2, 38, 29))},
)  # fmt: skip


@pytest.mark.xdist_group("segformer")
def test_one_label_equals_the_reference(backend):
    check_head(BINARY, "AutoModelForSemanticSegmentation", backend)


def test_stages_that_do_not_agree_are_refused():
    with pytest.raises(
        ConfigError, match=r"depths=\[1\] should have an entry for each of num_encoder_blocks=4.*hidden_sizes=32 cannot have"
    ):
        triform.AutoConfig.for_model("segformer", depths=[1], num_attention_heads=[3, 2, 5, 8])


def test_other_people_s_files(checkpoints, backend):
    """Whose names are those of newer files; their images lie as (H, W, C)."""
    folder = checkpoints / "na-segformer"
    model, info = auto(backend, "AutoModelForSemanticSegmentation").from_pretrained(folder, dtype="float32", output_loading_info=True)
    assert info["missing_keys"] == []
    for case in json.loads((folder / "golden_io.json").read_text(encoding="utf-8"))["cases"]:
        pixels = np.array(case["input"], np.float32).reshape(64, 64, 3).transpose(2, 0, 1)[None]
        want = np.array(case["output"], np.float32).reshape(16, 16, 5).transpose(2, 0, 1)[None]
        assert_close({"logits": run(backend, model, {"pixel_values": pixels})["logits"]}, {"logits": want}, 1e-5)
