"""The call: what it takes beside images, what it gives, and which slips it names."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
from pictures import both, differing, picture

import triform
from triform.errors import InputError, UnknownKeywordError

IMAGE = picture(33, 47)


def test_arrays_and_tensors_of_every_kind(backend):
    ours = triform.DetrImageProcessor(size={"shortest_edge": 30, "longest_edge": 60})
    kind = {"torch": "pt", "flax": "jax", "tf": "tf"}[backend]
    want = ours([IMAGE, picture(61, 40)], return_tensors="np")
    got = ours([IMAGE, picture(61, 40)], return_tensors=kind)
    assert type(got["pixel_values"]).__module__.split(".")[0] in ("torch", "jaxlib", "jax", "tensorflow")
    assert got["pixel_values"].shape == want["pixel_values"].shape
    assert not differing({name: np.asarray(value).astype(want[name].dtype) for name, value in got.items()}, want, "", 0)


def test_without_tensors_of_different_sizes_a_list():
    ours = triform.DetrImageProcessor(size={"shortest_edge": 30, "longest_edge": 60}, do_pad=False)
    parts = ours([IMAGE, picture(61, 40)])["pixel_values"]
    assert [part.shape for part in parts] == [(3, 30, 42), (3, 45, 30)]
    with pytest.raises(InputError, match=r"pixel_values: the parts have the shapes \(3, 30, 42\), \(3, 45, 30\).*do_pad"):
        ours([IMAGE, picture(61, 40)], return_tensors="np")


def test_features():
    torch = pytest.importorskip("torch")
    boxes = {"image_id": 1, "annotations": [{"bbox": [1, 2, 3, 4], "category_id": 1}]}
    found = triform.DetrImageProcessor(size={"height": 20, "width": 30})(IMAGE, boxes, return_tensors="pt")
    assert found.pixel_values is found["pixel_values"] and list(found) == ["pixel_values", "pixel_mask", "labels"]
    assert list(pickle.loads(pickle.dumps(found))["labels"][0]) == list(found["labels"][0])
    moved = found.to("cpu", torch.float16)
    assert moved is found and found.pixel_values.dtype == torch.float16 and found.pixel_mask.dtype == torch.int64
    assert found["labels"][0].boxes.dtype == torch.float16 and found["labels"][0]["class_labels"].dtype == torch.int64
    with pytest.raises(AttributeError, match="They have: pixel_values, pixel_mask, labels"):
        _ = found.pixels
    with pytest.raises(KeyError, match="by name"):
        _ = found[0]


@pytest.mark.parametrize("slip", [{"resmaple": 2}, {"do_resise": False}, {"return_tensor": "np"}, {"segmentation_map": 1}])
def test_slips_are_named(slip):
    ours = triform.BeitImageProcessor()
    with pytest.raises(UnknownKeywordError, match="Did you mean"):
        ours(IMAGE, **slip)
    if "return_tensor" not in slip and "segmentation_map" not in slip:
        with pytest.raises(UnknownKeywordError, match="Did you mean"):
            triform.BeitImageProcessor(**slip)


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(InputError, match=r"size is \(1, 2, 3\).*resample is 7.*image_mean is 'x'.*do_resize is 3"):
        triform.ViTImageProcessor(size=(1, 2, 3), resample=7, image_mean="x", do_resize=3)
    with pytest.raises(InputError, match="size has the keys heigth"):
        triform.ViTImageProcessor()(IMAGE, size={"heigth": 3})
    ours = triform.ViTImageProcessor()
    for options, words in (
        ({"return_tensors": "xx"}, "return_tensors='xx'"), ({"data_format": "first"}, "data_format='first'"), ({"size": 0}, "size has 0"),
        ({"image_mean": [0.1, 0.2]}, "image_mean has 2 numbers, and the image has 3 channels"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=words):
            ours(IMAGE, **options)
    for arguments, options, words in (((), {}, "no images"), ((IMAGE, 1), {}, "2 arguments"), ((IMAGE,), {"images": IMAGE}, "twice")):
        with pytest.raises(InputError, match=words):
            ours(*arguments, **options)


def test_settings_may_be_changed_and_are_checked():
    ours = triform.CLIPImageProcessor()
    ours.size, ours.crop_size = 30, (20, 25)
    assert ours.size == {"shortest_edge": 30} and ours.crop_size == {"height": 20, "width": 25}
    assert ours(IMAGE, return_tensors="np")["pixel_values"].shape == (1, 3, 20, 25)
    with pytest.raises(InputError, match="resample is 'soft'"):
        ours.resample = "soft"
    assert ours == triform.CLIPImageProcessor(size=30, crop_size=(20, 25)) and ours != triform.CLIPImageProcessor()


@pytest.mark.parametrize(
    "size",
    [30, (20, 31), [20, 31], {"shortest_edge": 30}, {"height": 20, "width": 31}, {"longest_edge": 40}, {"max_height": 40, "max_width": 30}],
)
@pytest.mark.parametrize("name", ["ViT", "CLIP", "Detr"])
def test_every_form_of_size(name, size):
    """Those that the reference refuses for a family are read too."""
    name = f"{name}ImageProcessor"
    ours, theirs = both(name)
    fixed = {"do_center_crop": False} if name.startswith("CLIP") else {}
    try:
        want = theirs(IMAGE, size=size, return_tensors="np", **fixed)
    except (ValueError, KeyError):
        want = None
    got = ours(IMAGE, size=size, return_tensors="np", **fixed)["pixel_values"]
    assert want is None or not differing(got, want["pixel_values"])
    expected = {"longest_edge": (28, 40), "max_height": (21, 30)}.get(next(iter(size)) if isinstance(size, dict) else "")
    assert expected is None or got.shape[2:] == expected


def test_pixels_that_were_rescaled_are_warned_of(caplog):
    triform.ViTImageProcessor(size=20)(np.asarray(IMAGE).astype(np.float32) / 255)
    assert "do_rescale=False" in caplog.text


def test_a_batch_is_allocated_once_and_images_stay_as_they_are():
    ours = triform.ViTImageProcessor(size=20)
    samples = np.asarray(IMAGE).copy()
    before = samples.copy()
    found = ours([samples, samples])
    assert found["pixel_values"].shape == (2, 3, 20, 20) and found["pixel_values"].flags.c_contiguous
    assert np.array_equal(samples, before)


def test_no_framework_is_imported():
    code = (
        "import sys, triform, numpy as np; p = triform.AutoImageProcessor; q = triform.DetrImageProcessor(size={'height': 9, 'width': 9});"
        "r = q(np.zeros((5, 6, 3), np.uint8), return_tensors='np');"
        "o = q.post_process_object_detection({'logits': np.zeros((1, 2, 3)), 'pred_boxes': np.zeros((1, 2, 4))});"
        "print([m for m in ('torch', 'tensorflow', 'keras', 'jax', 'flax', 'huggingface_hub', 'scipy') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
