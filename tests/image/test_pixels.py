"""Every family's arrays are the reference's: exactly before numbers are made of samples, and to 1e-6 afterwards."""

import numpy as np
import pytest
from pictures import both, differing, in_all_modes, picture, pictures

RAW = {"do_rescale": False, "do_normalize": False}
BOUNDS = {"shortest_edge": 60, "longest_edge": 133}
HIGH_AND_WIDE = {"height": 51, "width": 72}
SMALL = {"size": {"height": 30, "width": 37}}
EDGE = {"size": {"shortest_edge": 29}}
DETR_LIKE = [
    ({"size": BOUNDS}, [{}, RAW, {"size": HIGH_AND_WIDE}, {"size": {"max_height": 90, "max_width": 80}}]),
    ({"size": BOUNDS, "resample": 3, "pad_size": {"height": 300, "width": 150}}, [{"do_pad": True}]),
]  # fmt: skip
CROPPED = [(EDGE, [{}, {"crop_size": 17}, {"do_center_crop": False}, {"crop_size": {"height": 60, "width": 21}}])]
VIDEO = [({**EDGE, "crop_size": 23}, [{}, RAW, {"do_center_crop": False, "resample": 0}])]
PAIR = [({}, [{"size": {"height": 30, "width": 41}}, {"do_grayscale": False, **SMALL}, {"do_resize": False, "do_grayscale": False}])]

# class -> [(settings, [options of calls])]: beside the defaults, what is odd about the family.
CASES: dict[str, list] = {
    "BeitImageProcessor": [({**SMALL, "crop_size": {"height": 20, "width": 41}}, [{}, {"do_resize": False}])],
    "BitImageProcessor": CROPPED,
    "BlipImageProcessor": [(SMALL, [{}, {"resample": 1}])],
    "BridgeTowerImageProcessor": [({"size": {"shortest_edge": 70}, "size_divisor": 7}, [{}, {"do_center_crop": False}, {"do_pad": False}])],
    "CLIPImageProcessor": CROPPED,
    "ChameleonImageProcessor": CROPPED,
    "ChineseCLIPImageProcessor": [({"size": {"height": 30, "width": 37}, "crop_size": 20}, [{}])],
    "ConditionalDetrImageProcessor": DETR_LIKE,
    "ConvNextImageProcessor": [(EDGE, [{}, {"crop_pct": 0.6}, {"size": {"shortest_edge": 390}}])],
    "DPTImageProcessor": [
        ({**SMALL, "ensure_multiple_of": 7, "keep_aspect_ratio": True}, [{}, {"keep_aspect_ratio": False}]),
        ({**SMALL, "do_pad": True, "size_divisor": 16}, [{}]),
    ],
    "DeepseekVLImageProcessor": [({"size": {"height": 50, "width": 50}}, [{}, {"background_color": (9, 200, 30)}, {"do_pad": False}])],
    "DeformableDetrImageProcessor": DETR_LIKE,
    "DeiTImageProcessor": [({**SMALL, "crop_size": 20}, [{}, {"do_center_crop": False, "resample": 4}])],
    "DetaImageProcessor": DETR_LIKE,
    "DetrImageProcessor": DETR_LIKE,
    "DonutImageProcessor": [({"size": {"height": 70, "width": 50}}, [
        {}, {"do_align_long_axis": True}, {"do_thumbnail": False, "do_pad": False},
    ])],
    "EfficientFormerImageProcessor": [({**SMALL, "crop_size": 20}, [{}])],
    "EfficientLoFTRImageProcessor": PAIR,
    "EfficientNetImageProcessor": [
        ({**SMALL, "rescale_offset": True}, [{}, {"include_top": False, "do_center_crop": True, "crop_size": 20}]),
    ],
    "FlavaImageProcessor": [
        ({**SMALL, "crop_size": 20}, [{"return_codebook_pixels": True}]),
        (SMALL, [{"return_codebook_pixels": True, "codebook_size": 25, "codebook_crop_size": 20, "codebook_do_map_pixels": False}]),
    ],
    "GLPNImageProcessor": [({"size_divisor": 1}, [{}, {"do_rescale": False}])],
    "GroundingDinoImageProcessor": DETR_LIKE,
    "ImageGPTImageProcessor": [
        ({"size": {"height": 9, "width": 11}, "clusters": [[-0.5, 0.1, 0.2], [0.3, 0.3, -0.2], [0.9, -0.9, 0.0]]}, [
            {}, {"do_color_quantize": False},
        ]),
    ],
    "InstructBlipVideoImageProcessor": [(SMALL, [{}])],
    "JanusImageProcessor": [({"size": {"height": 50, "width": 50}}, [{}])],
    "LayoutLMv2ImageProcessor": [({**SMALL, "apply_ocr": False}, [{}])],
    "LayoutLMv3ImageProcessor": [({**SMALL, "apply_ocr": False}, [{}, {"do_normalize": False}])],
    "LevitImageProcessor": CROPPED,
    "LightGlueImageProcessor": PAIR,
    "LlavaImageProcessor": [({**EDGE, "do_pad": True}, [{}, {"crop_size": 17}])],
    "Mask2FormerImageProcessor": [
        ({"size": BOUNDS}, [{}, {"size_divisor": 0}, {"size": HIGH_AND_WIDE, "pad_size": {"height": 200, "width": 150}}]),
    ],
    "MaskFormerImageProcessor": [({"size": BOUNDS}, [{}, {"size_divisor": 0}, {"size": HIGH_AND_WIDE}])],
    "MobileNetV1ImageProcessor": CROPPED,
    "MobileNetV2ImageProcessor": CROPPED,
    "MobileViTImageProcessor": [(EDGE, [{}, {"do_flip_channel_order": False, "crop_size": 20}])],
    "NougatImageProcessor": [({"size": {"height": 70, "width": 50}}, [{}, {"do_crop_margin": False, "do_align_long_axis": True}])],
    "OwlViTImageProcessor": [({**SMALL, "do_center_crop": True, "crop_size": 20}, [{}])],
    "Owlv2ImageProcessor": [(SMALL, [{}, {"do_pad": False}, {"do_normalize": False}, {"do_resize": False}])],
    "PerceiverImageProcessor": [({**SMALL, "crop_size": {"height": 41, "width": 52}}, [{}, {"do_center_crop": False}])],
    "PoolFormerImageProcessor": [(EDGE, [{}, {"crop_pct": 0.5, "size": {"height": 30, "width": 41}, "crop_size": 20}])],
    "PvtImageProcessor": [(SMALL, [{}])],
    "RTDetrImageProcessor": [
        ({"size": HIGH_AND_WIDE}, [{}, {"do_normalize": True}, {"do_pad": True, "pad_size": {"height": 90, "width": 101}}]),
    ],
    "SamImageProcessor": [({"size": {"longest_edge": 50}, "pad_size": {"height": 60, "width": 71}}, [{}, RAW])],
    "SegformerImageProcessor": [(SMALL, [{}])],
    "Siglip2ImageProcessor": [({"patch_size": 8, "max_num_patches": 41}, [{}, {"max_num_patches": 7}])],
    "SiglipImageProcessor": [(SMALL, [{}, {"do_convert_rgb": True}])],
    "SuperGlueImageProcessor": PAIR,
    "SuperPointImageProcessor": [({"size": {"height": 30, "width": 41}}, [{}, {"do_grayscale": True}])],
    "Swin2SRImageProcessor": [({"size_divisor": 16}, [{}, {"do_rescale": False}, {"do_pad": False}])],
    "TextNetImageProcessor": [({**EDGE, "size_divisor": 9}, [{}, {"do_center_crop": True, "crop_size": 20}, {"size": HIGH_AND_WIDE}])],
    "TvpImageProcessor": [
        ({"size": {"longest_edge": 40}, "crop_size": {"height": 45, "width": 45}, "pad_size": {"height": 60, "width": 71}}, [
            {}, {"do_center_crop": False, "constant_values": 2}, {"pad_mode": "reflect", "do_center_crop": False},
            {"do_flip_channel_order": False},
        ]),
    ],
    "ViTHybridImageProcessor": CROPPED,
    "ViTImageProcessor": [(SMALL, [{}, RAW, *({"resample": filter} for filter in range(6)), {"image_mean": 0.3, "image_std": 0.7}])],
    "VideoMAEImageProcessor": VIDEO,
    "ViltImageProcessor": [({"size": {"shortest_edge": 70}, "size_divisor": 7}, [{}, {"do_pad": False}])],
    "VitMatteImageProcessor": [],  # beside images it takes trimaps: see test_labels.py
    "VivitImageProcessor": [({**EDGE, "crop_size": 23}, [{}, {"offset": False}])],
    "YolosImageProcessor": [({"size": BOUNDS}, [{}, {"size": HIGH_AND_WIDE}, {"size": {"max_height": 90, "max_width": 80}}])],
    "ZoeDepthImageProcessor": [
        (SMALL, [
            {}, {"do_pad": False, "keep_aspect_ratio": False}, {"resample": 3, "ensure_multiple_of": 5}, {"do_normalize": False},
        ]),
    ],
}  # fmt: skip


def inputs(name: str) -> list:
    """What the class is called with: images of all sizes, or videos, or pairs of them."""
    every = list(pictures())
    if "Video" in name or name.startswith(("Vivit", "Tvp")):
        return [[image] * 2 for image in every] + [[[every[0]] * 3, [every[0]] * 3]]
    if name.startswith(("SuperGlue", "LightGlue", "EfficientLoFTR")):
        return [every[:1] * 2, [every[2:3] * 2, every[2:3] * 2]]
    if name.startswith("Owlv2"):  # on the way the reference takes an image of one row for channels_first, whatever it is told
        every = [image for image in every if min(image.size) > 1]
    return [*every, every[:2]]


def held(name: str, settings: dict, options: dict, values: list) -> list[str]:
    """How ours differs from the reference on these inputs; where the reference fails, so may ours."""
    ours, theirs = both(name, **settings)
    wrong, taken = [], 0
    for i, value in enumerate(values):
        try:
            # said, since it takes images of one row of pixels for channels_first otherwise
            want = theirs(value, return_tensors="np", **{"input_data_format": "channels_last", **options})
        except (ValueError, KeyError, TypeError, RuntimeError, ZeroDivisionError, IndexError):  # of a side of 1, nothing may be left
            continue
        taken += 1
        # PyTorch, which does this one's resizing, computes the weights of bicubic filters in float32
        rough = name == "ZoeDepthImageProcessor" and options.get("resample") == 3
        got = ours(value, return_tensors="np", **options)
        wrong += differing(got, want, f"{name} {settings} {options} image {i}", 1e-5 if rough else 1e-6)
    assert taken, f"{name}: the reference takes none of these with {settings} {options}"
    return wrong


def test_every_family_has_its_cases():
    from triform.image.families import families

    assert sorted(families()) == sorted(CASES)


@pytest.mark.parametrize("name", CASES)
def test_arrays_are_the_reference_s(name):
    wrong = [d for settings, calls in CASES[name] for options in calls for d in held(name, settings, options, inputs(name))]
    assert not wrong, "\n".join(wrong[:10])


FAILING = ("ChineseCLIP", "VitMatte", "ImageGPT")  # the reference, as it comes


@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith(FAILING)])
def test_defaults_are_the_reference_s(name):
    """One image through the settings that the class has by itself, and those settings."""
    fixed = {"apply_ocr": False} if name.startswith("LayoutLM") else {}
    image = picture(97, 89)
    value = [image, image] if name.startswith(("SuperGlue", "LightGlue", "EfficientLoFTR")) else image
    wrong = held(name, fixed, {}, [value])
    ours, theirs = both(name)
    stated = {key: list(v) if isinstance(v, tuple) else v for key, v in theirs.to_dict().items() if not key.startswith("_")}
    assert not wrong and ours.to_dict() == stated and ours.model_input_names == theirs.model_input_names


def test_modes_are_converted_as_the_reference_does():
    """Where the reference converts; the samples are exactly equal."""
    ours, theirs = both("CLIPImageProcessor", size=25, crop_size=20)
    for image in in_all_modes():
        for options in (RAW, {"do_normalize": False, "do_resize": False, "do_center_crop": False}):
            got, want = (p(image, return_tensors="np", **options)["pixel_values"] for p in (ours, theirs))
            assert got.dtype == want.dtype and np.array_equal(got, want), image.mode


@pytest.mark.parametrize("name", ["ViTImageProcessor", "ConvNextImageProcessor", "DetrImageProcessor"])
def test_modes_that_the_reference_refuses_are_converted_too(name):
    ours, theirs = both(name)
    for image in in_all_modes()[::2]:
        got, want = ours(image, return_tensors="np"), theirs(image.convert("RGB"), return_tensors="np")
        assert not differing(got, want), image.mode


@pytest.mark.parametrize("mode", ["LA", "PA", "RGBA"])
def test_what_shines_through_is_white_for_chameleon(mode):
    ours, theirs = both("ChameleonImageProcessor", size=25, crop_size=20)
    image = picture(33, 47, mode)
    assert not differing(ours(image, return_tensors="np"), theirs(image, return_tensors="np"))


@pytest.mark.parametrize("layout", ["channels_last", "channels_first", "floats", "fractions", "whole numbers", "grey"])
def test_arrays_are_taken_as_the_reference_does(layout):
    ours, theirs = both("ViTImageProcessor", size=23)
    samples = np.asarray(picture(40, 33))
    made = {
        "channels_last": samples, "channels_first": samples.transpose(2, 0, 1), "floats": samples.astype(np.float32),
        "fractions": samples.astype(np.float32) / 255, "whole numbers": samples.astype(np.int64), "grey": samples[:, :, :1],
    }[layout]  # fmt: skip
    few = {"image_mean": [0.4], "image_std": [0.3]} if layout == "grey" else {}
    for options in ({}, {"do_resize": False}, RAW, {"do_rescale": False}):
        got, want = (p(made, return_tensors="np", **options, **few) for p in (ours, theirs))
        assert not differing(got, want, str(options))


def test_layouts_of_results():
    ours, theirs = both("ViTImageProcessor", size=23)
    image = picture(40, 33)
    for options in ({"data_format": "channels_last"}, {"data_format": "channels_first"}):
        assert not differing(ours(image, return_tensors="np", **options), theirs(image, return_tensors="np", **options))
    mixed = ours(np.asarray(image), data_format="none", input_data_format="channels_last", return_tensors="np")
    assert mixed["pixel_values"].shape == (1, 23, 23, 3)
