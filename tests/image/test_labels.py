"""What goes with images: maps of labels, COCO's annotations, segments, trimaps, words; against the reference."""

import copy
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from pictures import both, differing, labels, picture
from PIL import Image

from triform.errors import CorruptFileError, InputError, MissingDependencyError

IMAGES = [picture(33, 47), picture(61, 40)]
MAPS = [labels(33, 47, seed=1), labels(61, 40, seed=2)]
BOUNDS = {"shortest_edge": 60, "longest_edge": 133}
DETR_LIKE = ("Detr", "ConditionalDetr", "DeformableDetr", "Deta", "Yolos", "RTDetr", "GroundingDino")
OBJECTS = [
    {"bbox": [3, 4, 10, 12], "category_id": 2, "area": 120.0, "iscrowd": 0, "keypoints": [1, 2, 1, 3, 4, 2]},
    {"bbox": [1, 4, 0, 12], "category_id": 3, "area": 12.5, "iscrowd": 0, "keypoints": [0, 0, 0, 0, 0, 0]},
    {"bbox": [1, 4, 9, 12], "category_id": 3, "area": 12.5, "iscrowd": 1, "keypoints": [0, 0, 0, 0, 0, 0]},
    {"bbox": [30, 20, 100, 12], "category_id": 1, "area": 1200.0, "iscrowd": 0, "keypoints": [5, 6, 1, 7, 8, 2]},
]  # fmt: skip
ANNOTATIONS = [{"image_id": 7, "annotations": OBJECTS}, {"image_id": 8, "annotations": []}]


@pytest.mark.parametrize("name", ["Segformer", "MobileNetV2", "MobileViT", "Beit", "DPT"])
def test_maps_of_labels(name):
    """Beit and DPT of the reference resize labels by the filter of the images, which makes labels that nobody gave."""
    size = {"shortest_edge": 25} if name.startswith("Mobile") else {"height": 25, "width": 31}
    ours, theirs = both(f"{name}ImageProcessor", size=size)
    options = {"resample": 0} if name in ("Beit", "DPT") else {}
    for maps, images in ((MAPS, IMAGES), (MAPS[0], IMAGES[0]), (Image.fromarray(MAPS[0]), IMAGES[0])):
        for reduce in (False, True):
            before = copy.deepcopy(maps)
            want = theirs(images, segmentation_maps=copy.deepcopy(maps), return_tensors="np", do_reduce_labels=reduce, **options)
            got = ours(images, maps, return_tensors="np", do_reduce_labels=reduce, **options)
            assert not differing(got, want)
            assert not differing(maps, before), "what the user gave was changed, as the reference does"
    nearest = ours(IMAGES, MAPS, return_tensors="np")["labels"]
    assert set(np.unique(nearest)) <= {0, 1, 2, 3, 4}


def test_maps_of_many_labels_and_of_files(tmp_path):
    """The reference takes none above 255."""
    import triform

    ours = triform.SegformerImageProcessor(size={"height": 25, "width": 31})
    many = MAPS[0].astype(np.int32) * 1000
    assert np.array_equal(ours(IMAGES[0], many)["labels"], ours(IMAGES[0], MAPS[0])["labels"] * 1000)
    palette = Image.fromarray(MAPS[0]).convert("P")
    palette.save(tmp_path / "map.png")
    assert np.array_equal(ours(IMAGES[0], tmp_path / "map.png")["labels"], ours(IMAGES[0], MAPS[0])["labels"])


def test_reducing_twice_would_be_wrong_for_what_is_ignored():
    from triform.image.labels import reduced

    assert reduced(np.array([0, 1, 150, 255], np.uint8), 255).tolist() == [255, 0, 149, 255]


@pytest.mark.parametrize("name", DETR_LIKE)
@pytest.mark.parametrize("tensors", [None, "pt"])
def test_boxes(name, tensors):
    ours, theirs = both(f"{name}ImageProcessor", size={"height": 60, "width": 71} if name == "RTDetr" else BOUNDS)
    padded = {"do_pad": True, "pad_size": {"height": 300, "width": 200}}
    for options in ({}, {"do_convert_annotations": False}, padded):
        got, want = (p(IMAGES, annotations=ANNOTATIONS, return_tensors=tensors, **options) for p in (ours, theirs))
        assert not differing(got, want)
        assert type(got["labels"]) is list and (tensors is None or type(got["labels"][0]["boxes"]) is type(want["labels"][0]["boxes"]))


@pytest.mark.parametrize("name", [name for name in DETR_LIKE if name not in ("RTDetr", "Deta")])
def test_panoptic_segments(name, tmp_path):
    colours = np.zeros((33, 47, 3), np.uint8)
    colours[3:20, 5:30], colours[20:, 30:] = [7, 1, 0], [9, 0, 2]
    Image.fromarray(colours).save(tmp_path / "a.png")
    segments = [
        {"id": 7 + 256, "category_id": 4, "iscrowd": 0, "area": 425}, {"id": 9 + 2 * 65536, "category_id": 5, "iscrowd": 1, "area": 221},
    ]  # fmt: skip
    given = [{"image_id": 7, "file_name": "a.png", "segments_info": segments}]
    ours, theirs = both(f"{name}ImageProcessor", size=BOUNDS, format="coco_panoptic")
    for options in ({}, {"pad_size": {"height": 300, "width": 200}}, {"return_segmentation_masks": False}):
        got, want = (p(IMAGES[:1], annotations=given, masks_path=tmp_path, return_tensors="np", **options) for p in (ours, theirs))
        assert not differing(*({key: p["labels"][0][key] for key in sorted(p["labels"][0])} for p in (got, want)))


def test_faults_of_annotations_are_named_together():
    import triform

    ours = triform.DetrImageProcessor(size=BOUNDS)
    wrong = {"annotations": [{"bbox": [1, 2, 3], "category_id": 1}, {"bbox": [1, 2, 3, 4]}]}
    with pytest.raises(InputError, match=r"no 'image_id'.*\[0\] has the bbox \[1, 2, 3\].*\[1\] has no 'category_id'"):
        ours(IMAGES[0], annotations=wrong)
    with pytest.raises(InputError, match="2 images and 1 annotations"):
        ours(IMAGES, annotations=ANNOTATIONS[:1])
    with pytest.raises(InputError, match="masks_path"):
        ours(IMAGES[0], annotations={"image_id": 1, "segments_info": [], "file_name": "a"}, format="coco_panoptic")
    with pytest.raises(InputError, match="coco_detection"):
        ours(IMAGES[0], annotations=ANNOTATIONS[0], format="voc")
    polygon = {"image_id": 1, "annotations": [{"bbox": [1, 2, 9, 9], "category_id": 1, "segmentation": [[1, 2, 8, 2, 8, 9]]}]}
    if "pycocotools" not in sys.modules:
        with pytest.raises(MissingDependencyError, match="pycocotools"):
            ours(IMAGES[0], annotations=polygon, return_segmentation_masks=True)


def test_drawn_masks_are_resized_and_padded(monkeypatch):
    """With a stand-in for pycocotools, which only has to draw."""
    import triform

    drawn = np.zeros((33, 47), np.uint8)
    drawn[5:20, 10:30] = 1
    coco = SimpleNamespace(frPyObjects=lambda one, height, width: one, decode=lambda one: drawn[:, :, None])
    monkeypatch.setitem(sys.modules, "pycocotools", SimpleNamespace(mask=coco))
    monkeypatch.setitem(sys.modules, "pycocotools.mask", coco)
    given = {"image_id": 1, "annotations": [{"bbox": [10, 5, 20, 15], "category_id": 1, "segmentation": [[1.0]]}]}
    ours = triform.DetrImageProcessor(size={"height": 66, "width": 94}, pad_size={"height": 70, "width": 100})
    masks = ours(IMAGES[0], annotations=given, return_segmentation_masks=True, return_tensors="np")["labels"][0]["masks"]
    want = np.zeros((1, 70, 100), bool)
    want[0, 10:40, 20:60] = True
    assert np.array_equal(masks, want)


@pytest.mark.parametrize("name", ["MaskFormer", "Mask2Former"])
@pytest.mark.parametrize("reduce", [False, True])
def test_segments(name, reduce):
    """With an ignore_index of 0: of other ones the reference fills the padding of its masks with that number."""
    ours, theirs = both(f"{name}ImageProcessor", size=BOUNDS, ignore_index=0, do_reduce_labels=reduce)
    per_image = [{0: 7, 1: 8, 2: 7, 3: 9, 4: 5, 5: 6}, {0: 1, 1: 3, 2: 3, 3: 4, 4: 4, 5: 2}]
    for names in (None, per_image[0], per_image):
        got, want = (p(IMAGES, segmentation_maps=MAPS, instance_id_to_semantic_id=names, return_tensors="pt") for p in (ours, theirs))
        assert not differing(got, want)
    padded = ours(IMAGES, MAPS, ignore_index=255, return_tensors="np")
    assert all(set(np.unique(mask)) <= {0, 1} for mask in padded["mask_labels"])
    with pytest.raises(InputError, match="no class for the numbers"):
        ours(IMAGES, MAPS, {1: 1})


def test_small_maps_of_sam():
    ours, theirs = both("SamImageProcessor", size=64, pad_size={"height": 64, "width": 70})
    for options in ({}, {"mask_size": {"longest_edge": 50}, "mask_pad_size": {"height": 60, "width": 71}}):
        assert not differing(*(p(IMAGES, segmentation_maps=MAPS, return_tensors="np", **options) for p in (ours, theirs)))


def test_trimaps():
    ours, theirs = both("VitMatteImageProcessor", size_divisor=16)
    trimaps = [(m * 60).astype(np.uint8) for m in MAPS]
    for options in ({}, {"do_pad": False}, {"do_normalize": False}):
        for image, trimap in zip(IMAGES, trimaps):
            got, want = (p([image], trimaps=[Image.fromarray(trimap)], return_tensors="np", **options) for p in (ours, theirs))
            assert not differing(got, want)
    with pytest.raises(InputError, match="trimaps is missing"):
        ours(IMAGES)


def test_words_of_pages(monkeypatch):
    """With a stand-in for Tesseract."""
    found = {"text": ["Hello", " ", "world"], "left": [4, 0, 23], "top": [3, 0, 11], "width": [10, 5, 12], "height": [6, 5, 7]}
    module = SimpleNamespace(image_to_data=lambda image, lang, output_type, config: found)
    monkeypatch.setitem(sys.modules, "pytesseract", module)
    import triform

    for name in ("LayoutLMv2ImageProcessor", "LayoutLMv3ImageProcessor"):
        got = getattr(triform, name)()(IMAGES, return_tensors="np")
        assert got["words"] == [["Hello", "world"]] * 2
        assert got["boxes"][0] == [[int(1000 * 4 / 47), int(1000 * 3 / 33), int(1000 * 14 / 47), int(1000 * 9 / 33)], [489, 333, 744, 545]]
        assert got["pixel_values"].shape == (2, 3, 224, 224)
    monkeypatch.setitem(sys.modules, "pytesseract", None)
    with pytest.raises(MissingDependencyError, match="apply_ocr=False"):
        triform.LayoutLMv2ImageProcessor()(IMAGES[0])


def test_patches_to_fill_in_are_blocks_and_enough():
    import triform

    np.random.seed(0)
    masks = triform.FlavaImageProcessor(size=20, crop_size=16)([IMAGES[0]] * 4, return_image_mask=True, return_tensors="np")[
        "bool_masked_pos"
    ]
    assert masks.shape == (4, 14, 14) and masks.dtype == np.int64
    assert all(60 <= mask.sum() <= 75 for mask in masks) and len({mask.tobytes() for mask in masks}) == 4


def test_wrong_maps_are_named(tmp_path):
    import triform

    ours = triform.SegformerImageProcessor(size=20)
    with pytest.raises(InputError, match=r"segmentation_maps has the shape \(33, 47, 3\)"):
        ours(IMAGES[0], np.asarray(IMAGES[0]))
    with pytest.raises(InputError, match="2 images and 1 segmentation_maps"):
        ours(IMAGES, MAPS[:1])
    (tmp_path / "map.png").write_bytes(b"no image")
    with pytest.raises(CorruptFileError, match=r"map\.png is no image"):
        ours(IMAGES[0], tmp_path / "map.png")
