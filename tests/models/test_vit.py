"""ViT against the reference."""

import numpy as np
import pytest
from harness import Family, array, assert_close, auto, check_golden_image, family_tests, reference_case, run, tensors

from triform.errors import InputError

SIZES = {
    "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 37, "image_size": 24, "patch_size": 6,
    "encoder_stride": 6, "num_labels": 5,
}  # fmt: skip


def masked(auto_class, rng, config):
    return {"bool_masked_pos": rng.integers(0, 2, (3, 16)).astype(bool)} if auto_class.endswith("MaskedImageModeling") else {}


FAMILY = Family(
    "vit",
    sizes=SIZES,
    image=(3, 3, 24, 24),
    inputs=masked,
    variants={"no bias, relu, wide norm, another pooler": {
        "qkv_bias": False, "hidden_act": "relu", "layer_norm_eps": 1e-3, "pooler_output_size": 17, "pooler_act": "sigmoid",
    }},
    variant_heads=("AutoModel", "AutoModelForImageClassification"),
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForImageClassification"))

OBLONG = Family(
    "vit", sizes=SIZES | {"image_size": [18, 30], "patch_size": [6, 5], "num_channels": 2}, image=(2, 2, 18, 30)
)  # fmt: skip
LARGER = Family("vit", sizes=SIZES, image=(2, 3, 42, 31), inputs=lambda *_: {"interpolate_pos_encoding": True})


@pytest.mark.xdist_group("vit")
@pytest.mark.parametrize("family", [OBLONG, LARGER], ids=["oblong", "interpolated positions"])
def test_other_shapes_equal_the_reference(family, backend):
    case = reference_case(family, "AutoModel")
    model = auto(backend, "AutoModel").from_pretrained(case.folder)
    got = run(backend, model, case.inputs, **dict.fromkeys(family.asked, True))
    assert_close(got, case.outputs, family.tolerance)


@pytest.mark.parametrize("shape", [(1, 3, 24, 30), (1, 4, 24, 24), (3, 24, 24)])
def test_images_that_do_not_fit_are_refused(backend, shape):
    model = auto(backend, "AutoModel").from_pretrained(reference_case(FAMILY, "AutoModel").folder)
    with pytest.raises(InputError, match=r"config.image_size is 24 x 24|config.num_channels is 3"):
        model(**tensors(backend, {"pixel_values": np.zeros(shape, np.float32)}))


def test_other_people_s_files(checkpoints, backend):
    """Whose names are those of newer files."""
    check_golden_image(checkpoints / "na-vit", "AutoModelForImageClassification", backend, "logits")


def test_the_first_input_may_go_by_its_place(backend):
    case = reference_case(FAMILY, "AutoModel")
    model = auto(backend, "AutoModel").from_pretrained(case.folder)
    assert model.main_input_name == "pixel_values"
    pixels = tensors(backend, case.inputs)["pixel_values"]
    assert np.array_equal(array(model(pixels).last_hidden_state), array(model(pixel_values=pixels).last_hidden_state))
