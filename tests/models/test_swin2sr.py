"""Swin2SR against the reference."""

import numpy as np
import pytest
from harness import MARK, Family, auto, family_tests, gradients, reference_case, run

import triform
from triform.errors import ConfigError

FAMILY = Family(
    "swin2sr",
    sizes={"embed_dim": 12, "depths": [2, 1], "num_heads": [2, 3], "window_size": 4, "image_size": 16, "img_range": 2.0},
    image=(2, 3, 12, 20),
    variants={
        "aux, threefold": {"upsampler": "pixelshuffle_aux", "upscale": 3},
        "direct, fourfold, no bias, wide norm": {
            "upsampler": "pixelshuffledirect", "upscale": 4, "qkv_bias": False, "layer_norm_eps": 1e-3, "mlp_ratio": 1.5,
        },
        "nearest, three convolutions, window as large as the image": {
            "upsampler": "nearest+conv", "upscale": 4, "resi_connection": "3conv", "image_size": 4,
        },
        "as large as it was, two channels": {"upsampler": "", "num_channels": 2, "num_channels_out": 2},
    },
    inputs=lambda auto_class, rng, config: {"pixel_values": rng.random((2, config.num_channels, 12, 20), np.float32)},
    variant_heads=("AutoModelForImageToImage",),
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForImageToImage"))
TASK = "AutoModelForImageToImage"


@pytest.mark.xdist_group("swin2sr")
def test_gradients_agree():
    """Of the mean absolute difference; the reference does not train."""
    case = reference_case(FAMILY, TASK)
    labels = np.random.default_rng(0).random((2, 3, 24, 40), np.float32)
    want: dict = {}
    for backend in MARK:
        model = auto(backend, TASK).from_pretrained(case.folder)
        got = gradients(backend, model, {**case.inputs, "labels": labels})
        want = want or got
        largest = max(float(np.abs(value).max()) for value in want.values())
        assert all(np.abs(got[name] - value).max() <= 1e-4 * largest for name, value in want.items())
        loss = run(backend, model, {**case.inputs, "labels": labels})["loss"]
        assert abs(loss - np.abs(case.outputs["reconstruction"] - labels).mean()) < 1e-5


@pytest.mark.xdist_group("swin2sr")
def test_images_that_windows_do_not_divide(backend):
    """The reference cannot: the mirror image below and on the right makes up for it, and is cut off again."""
    model = auto(backend, TASK).from_pretrained(reference_case(FAMILY, TASK).folder)
    pixels = np.random.default_rng(0).random((1, 3, 9, 14), np.float32)
    got = run(backend, model, {"pixel_values": pixels})["reconstruction"]
    whole = np.pad(pixels, ((0, 0), (0, 0), (0, 3), (0, 2)), mode="reflect")
    assert got.shape == (1, 3, 18, 28)
    assert np.abs(got - run(backend, model, {"pixel_values": whole})["reconstruction"][:, :, :18, :28]).max() < 1e-6


def test_what_cannot_be_is_refused_all_at_once():
    with pytest.raises(ConfigError, match=r"patch_size is 2.*upsampler='nearest\+conv'.*upscale is 2.*resi_connection is 'none'"):
        triform.AutoConfig.for_model("swin2sr", patch_size=2, upsampler="nearest+conv", resi_connection="none")
