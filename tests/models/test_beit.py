"""BEiT against the reference."""

import numpy as np
import pytest
from harness import Family, auto, check_golden_image, check_head, family_tests, reference_case, run

import triform
from triform.errors import ConfigError

SIZES = {
    "vocab_size": 50, "hidden_size": 24, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 37, "image_size": 24,
    "patch_size": 6, "num_labels": 5, "out_indices": [1, 2, 3, 4], "use_relative_position_bias": True, "auxiliary_channels": 9,
    "pool_scales": [1, 2, 3],
}  # fmt: skip


def masked(auto_class, rng, config):
    return {"bool_masked_pos": rng.integers(0, 2, (2, 16)).astype(bool)} if auto_class == "AutoModel" else {}


FAMILY = Family(
    "beit",
    sizes=SIZES | {"use_mask_token": True},
    image=(2, 3, 24, 24),
    inputs=masked,
    variants={
        "shared biases, positions, no scales, first token, maps in four sizes": {
            "use_relative_position_bias": False, "use_shared_relative_position_bias": True, "use_absolute_position_embeddings": True,
            "layer_scale_init_value": 0, "use_mean_pooling": False, "layer_norm_eps": 1e-3, "add_fpn": True, "batch_norm_eps": 1e-2,
            "auxiliary_num_convs": 2, "auxiliary_concat_input": True, "auxiliary_loss_weight": 0.7,
        },
    },
    variant_heads=("AutoModel", "AutoBackbone", "AutoModelForSemanticSegmentation"),
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForSemanticSegmentation"))

LARGER = Family(
    "beit", sizes=SIZES | {"use_shared_relative_position_bias": True, "use_absolute_position_embeddings": True}, image=(2, 3, 33, 20)
)  # fmt: skip


@pytest.mark.xdist_group("beit")
@pytest.mark.parametrize("auto_class", ["AutoModel", "AutoModelForImageClassification"])
def test_images_of_other_sizes_equal_the_reference(auto_class, backend):
    check_head(LARGER, auto_class, backend)


def test_segmenters_take_oblong_images(backend):
    """The reference cannot: a map for each image, of its shape, whichever side is the longer."""
    model = auto(backend, "AutoModelForSemanticSegmentation").from_pretrained(
        reference_case(FAMILY, "AutoModelForSemanticSegmentation").folder
    )
    pixels = np.random.default_rng(0).standard_normal((1, 3, 36, 24)).astype(np.float32)
    got = run(backend, model, {"pixel_values": pixels, "labels": np.zeros((1, 36, 24), np.int64)})
    assert got["logits"].shape == (1, 5, 24, 16) and np.isfinite(got["loss"])


def test_a_segmenter_without_four_stages_is_refused():
    config = triform.AutoConfig.for_model("beit", **SIZES | {"out_indices": [1, 2]})
    with pytest.raises(ConfigError, match=r"needs four stages, but config.out_indices is \[1, 2\]"):
        auto("torch", "AutoModelForSemanticSegmentation").from_config(config)


def test_other_people_s_files(checkpoints, backend):
    check_golden_image(checkpoints / "na-beit", "AutoModel", backend, "last_hidden_state")
