"""ViT-MAE against the reference."""

import numpy as np
import pytest
from harness import Family, array, auto, check_head, family_tests, run

import triform
from triform.errors import ConfigError

SIZES = {
    "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 37, "image_size": 24, "patch_size": 6,
    "decoder_hidden_size": 20, "decoder_num_hidden_layers": 1, "decoder_num_attention_heads": 2, "decoder_intermediate_size": 17,
    "mask_ratio": 0.6,
}  # fmt: skip
FAMILY = Family(
    "vit_mae",
    sizes=SIZES,
    image=(3, 3, 24, 24),
    inputs=lambda auto_class, rng, config: {"noise": rng.random((3, 16), np.float32)},
    variants={"normalised, no bias, relu, wide norm, little hidden": {
        "norm_pix_loss": True, "qkv_bias": False, "hidden_act": "relu", "layer_norm_eps": 1e-3, "mask_ratio": 0.3,
    }},
    variant_heads=("AutoModelForPreTraining",),
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForPreTraining"))

LARGER = Family(
    "vit_mae", sizes=SIZES, image=(2, 3, 30, 42),
    inputs=lambda auto_class, rng, config: {"noise": rng.random((2, 35), np.float32), "interpolate_pos_encoding": True},
)  # fmt: skip


@pytest.mark.xdist_group("vit_mae")
def test_interpolated_positions_equal_the_reference(backend):
    check_head(LARGER, "AutoModel", backend)


def test_positions_start_as_the_reference_s():
    """Those of the decoder too, which the reference leaves at zero."""
    import transformers

    theirs = transformers.ViTMAEModel(transformers.ViTMAEConfig(**SIZES))
    ours = auto("torch", "AutoModelForPreTraining").from_config(triform.AutoConfig.for_model("vit_mae", **SIZES), seed=0)
    want = array(theirs.embeddings.position_embeddings)
    assert np.abs(array(ours.vit.embeddings.position_embeddings) - want).max() < 1e-6
    assert array(ours.decoder.decoder_pos_embed)[:, 1:].any()


def test_without_noise_patches_are_hidden_at_random(backend):
    """As many of each image; others each time while training."""
    config = triform.AutoConfig.for_model("vit_mae", **SIZES)
    model = auto(backend, "AutoModel").from_config(config, seed=0)
    pixels = {"pixel_values": np.zeros((8, 3, 24, 24), np.float32)}
    masks = [run(backend, model, pixels, jitted=False, **({"training": True} if backend == "tf" else {}))["mask"] for _ in range(2)]
    assert all((mask.sum(1) == 10).all() for mask in masks) and (masks[0] != masks[1]).any()
    assert np.abs(masks[0] - masks[0][:1]).any()


def test_what_cannot_be_is_refused_all_at_once():
    with pytest.raises(ConfigError, match=r"decoder_hidden_size=30 is not a multiple of .*=16.*multiple of 4.*mask_ratio is 1"):
        triform.AutoConfig.for_model("vit_mae", decoder_hidden_size=30, mask_ratio=1)
