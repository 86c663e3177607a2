"""Post-processing against the reference, on random outputs."""

from types import SimpleNamespace

import numpy as np
import pytest
from pictures import both, differing, picture

from triform.errors import InputError

torch = pytest.importorskip("torch")
SIZES = [(30, 41), (110, 53)]
CLOSE = 1e-5  # the reference computes the places of its interpolations in float32, which a thousand pixels away is a few parts in a million


@pytest.fixture(scope="module")
def outputs():
    """As detection and segmentation models give them; the masks are blobs."""
    draw = torch.Generator().manual_seed(0)
    masks = torch.full((2, 6, 9, 11), -4.0)
    places = np.random.default_rng(0)
    for image in masks:
        for query in image:
            y, x = places.integers(0, 7, 2)
            query[y : y + 4, x : x + 4] = torch.rand(min(4, 9 - y), min(4, 11 - x), generator=draw) * 3 + 1
    labels = torch.randn(2, 6, 5, generator=draw) * 3
    return SimpleNamespace(
        detected=SimpleNamespace(
            logits=torch.randn(2, 40, 6, generator=draw) * 3, pred_boxes=torch.rand(2, 40, 4, generator=draw),
            target_pred_boxes=torch.rand(2, 40, 4, generator=draw),
        ),
        queries=SimpleNamespace(logits=labels, pred_masks=masks),
        mask_queries=SimpleNamespace(class_queries_logits=labels, masks_queries_logits=masks),
        places=SimpleNamespace(logits=torch.randn(2, 5, 7, 9, generator=draw)),
        depth=SimpleNamespace(predicted_depth=torch.rand(2, 17, 23, generator=draw)),
        mirrored=SimpleNamespace(predicted_depth=torch.rand(2, 17, 23, generator=draw)),
    )  # fmt: skip


def held(name, method, *arguments, tolerance=CLOSE, **options):
    got, want = (getattr(p, method)(*arguments, **options) for p in both(name))
    wrong = differing(got, want, f"{name}.{method} {options}", tolerance)
    assert not wrong, "\n".join(wrong[:5])


@pytest.mark.parametrize("name", ["Beit", "Segformer", "DPT", "MobileNetV2", "MobileViT"])
def test_maps_of_labels(name, outputs):
    held(f"{name}ImageProcessor", "post_process_semantic_segmentation", outputs.places)
    held(f"{name}ImageProcessor", "post_process_semantic_segmentation", outputs.places, SIZES)


def test_depth(outputs):
    for name in ("DPTImageProcessor", "GLPNImageProcessor"):
        held(name, "post_process_depth_estimation", outputs.depth)
        held(name, "post_process_depth_estimation", outputs.depth, SIZES)
    for options in (
        {}, {"target_sizes": [(70, 31), (21, 15)]}, {"outputs_flipped": outputs.mirrored}, {"do_remove_padding": False},
    ):  # fmt: skip
        held("ZoeDepthImageProcessor", "post_process_depth_estimation", outputs.depth, SIZES, **options)


@pytest.mark.parametrize("name", ["Detr", "Yolos", "ConditionalDetr", "DeformableDetr", "RTDetr", "GroundingDino", "OwlViT", "Owlv2"])
def test_boxes(name, outputs):
    for options in ({}, {"threshold": 0.7, "target_sizes": SIZES}, {"threshold": 0.0, "target_sizes": torch.tensor(SIZES)}):
        held(f"{name}ImageProcessor", "post_process_object_detection", outputs.detected, **options)
    if name in ("Detr", "Yolos", "DeformableDetr", "OwlViT"):
        held(f"{name}ImageProcessor", "post_process", outputs.detected, torch.tensor(SIZES))
    if name in ("DeformableDetr", "ConditionalDetr"):
        held(f"{name}ImageProcessor", "post_process_object_detection", outputs.detected, 0.3, SIZES, top_k=7)


def test_boxes_of_rt_detr_without_focal_loss(outputs):
    """As DETR's: the reference takes its softmax over the images of the batch here."""
    import triform

    got = triform.RTDetrImageProcessor().post_process_object_detection(outputs.detected, 0.3, SIZES, use_focal_loss=False)
    assert not differing(got, both("DetrImageProcessor")[1].post_process_object_detection(outputs.detected, 0.3, SIZES))


@pytest.mark.parametrize("name", ["OwlViT", "Owlv2"])
def test_what_is_like_the_image_shown(name, outputs):
    for options in ({}, {"threshold": 0.9, "target_sizes": torch.tensor(SIZES)}, {"nms_threshold": 1.0}, {"threshold": 0.999999}):
        held(f"{name}ImageProcessor", "post_process_image_guided_detection", outputs.detected, **options)


def test_suppression_leaves_the_best_of_each_label():
    """The reference's class of this family cannot run without torchvision: held against what must come out."""
    import triform

    boxes = torch.tensor([[[0.5, 0.5, 0.4, 0.4], [0.51, 0.5, 0.4, 0.4], [0.2, 0.2, 0.1, 0.1]]])
    logits = torch.tensor([[[3.0, -9.0], [2.0, 1.0], [0.5, -9.0]]])
    found = triform.DetaImageProcessor().post_process_object_detection(SimpleNamespace(logits=logits, pred_boxes=boxes), 0.4, [(100, 200)])[
        0
    ]
    assert found["labels"].tolist() == [0, 1, 0]
    assert np.allclose(found["scores"], 1 / (1 + np.exp(-np.array([3.0, 1.0, 0.5]))))
    assert np.allclose(found["boxes"], [[60, 30, 140, 70], [62, 30, 142, 70], [30, 15, 50, 25]], atol=1e-4)


@pytest.mark.parametrize("name", ["Detr", "ConditionalDetr", "MaskFormer", "Mask2Former"])
def test_segments(name, outputs):
    given = outputs.mask_queries if "Mask" in name else outputs.queries
    name = f"{name}ImageProcessor"
    for sizes in ({}, {"target_sizes": SIZES}):
        held(name, "post_process_semantic_segmentation", given, **sizes)
        for threshold in (0.1, 0.6):
            held(name, "post_process_panoptic_segmentation", given, threshold=threshold, label_ids_to_fuse=set(), **sizes)
            fused = {"label_ids_to_fuse": {1, 2, 3}, "overlap_mask_area_threshold": 0.1}
            held(name, "post_process_panoptic_segmentation", given, threshold=threshold, **fused, **sizes)
            if "Mask" not in name:
                held(name, "post_process_instance_segmentation", given, threshold=threshold, overlap_mask_area_threshold=0.3, **sizes)
                held(name, "post_process_instance_segmentation", given, threshold=threshold, return_coco_annotation=True, **sizes)


@pytest.mark.parametrize("name", ["MaskFormer", "Mask2Former"])
def test_instances_of_mask_queries(name, outputs):
    """The reference numbers them in no order; here the surest comes first."""
    for sizes in ({}, {"target_sizes": SIZES}):
        for threshold in (0.05, 0.5):
            options = {"threshold": threshold, "return_binary_maps": True, **sizes}
            ours, theirs = (p.post_process_instance_segmentation(outputs.mask_queries, **options) for p in both(f"{name}ImageProcessor"))
            for got, want in zip(ours, theirs):
                pairs = [
                    sorted((s["score"], s["label_id"], np.asarray(m).sum()) for s, m in zip(r["segments_info"], r["segmentation"]))
                    for r in (got, want)
                ]
                assert np.allclose(*pairs, atol=2e-6)
                assert [s["id"] for s in got["segments_info"]] == list(range(len(pairs[0])))
    with pytest.raises(InputError, match="choose one"):
        both(f"{name}ImageProcessor")[0].post_process_instance_segmentation(
            outputs.mask_queries, return_coco_annotation=True, return_binary_maps=True
        )


def test_no_segment_at_all(outputs):
    import triform

    ours = triform.DetrImageProcessor()
    found = ours.post_process_instance_segmentation(outputs.queries, threshold=0.9999, target_sizes=SIZES)[0]
    assert found["segments_info"] == [] and found["segmentation"].shape == (30, 41) and (found["segmentation"] == -1).all()


def test_numbers_stay_apart_after_fusing():
    """The reference gives the segment after a fused one a number that is taken."""
    import triform

    masks, logits = torch.full((1, 4, 8, 8), -6.0), torch.full((1, 4, 5), -6.0)
    for query, label in enumerate((1, 2, 1, 3)):
        rows, columns = slice(4 * (query // 2), 4 * (query // 2) + 4), slice(4 * (query % 2), 4 * (query % 2) + 4)
        masks[0, query, rows, columns] = 6
        logits[0, query, label] = 6
    given = SimpleNamespace(logits=logits, pred_masks=masks)
    found = triform.DetrImageProcessor().post_process_panoptic_segmentation(given, label_ids_to_fuse={1})[0]
    assert found["segmentation"][::4, ::4].tolist() == [[1, 2], [1, 3]]
    assert [(s["id"], s["label_id"], s["was_fused"]) for s in found["segments_info"]] == [
        (1, 1, True),
        (2, 2, False),
        (1, 1, True),
        (3, 3, False),
    ]


def test_masks_of_prompts():
    draw = torch.Generator().manual_seed(1)
    masks = torch.randn(2, 2, 3, 64, 64, generator=draw)
    originals, shown = [(33, 47), (61, 40)], [(180, 256), (256, 168)]
    for options in ({"binarize": False}, {"mask_threshold": 0.3}):
        canvas = {"height": 256, "width": 256}
        held("SamImageProcessor", "post_process_masks", masks, originals, shown, pad_size=canvas, **options)
        held(
            "SamImageProcessor", "post_process_masks", list(masks), torch.tensor(originals), torch.tensor(shown), pad_size=canvas, **options
        )


def test_everything_in_an_image_is_outlined():
    ours, theirs = both("SamImageProcessor")
    draw = np.random.default_rng(3)
    masks = torch.full((5, 3, 150, 160), -4.0)
    for query in masks:
        for mask in query:
            y, x = draw.integers(10, 90, 2)
            mask[y : y + 42, x : x + 34] = torch.rand(42, 34, generator=torch.Generator().manual_seed(int(y))) * 3 - 0.2
    scores = torch.rand(5, 3, generator=torch.Generator().manual_seed(2))
    for size, crop in (((333, 247), [20, 30, 180, 180]), ((150, 160), [0, 0, 160, 150])):
        options = {"pred_iou_thresh": 0.1, "stability_score_thresh": 0.1}
        got, want = (p.filter_masks(masks, scores, size, crop, **options) for p in (ours, theirs))
        assert not differing(got, want) and len(want[0]) > 5
    masks, kept, runs, boxes = ours.post_process_for_mask_generation(*got, 0.7)
    assert list(kept) == sorted(kept, reverse=True) and len(masks) == len(kept) == len(runs) == len(boxes) < len(got[1])
    for mask, run, box in zip(masks, runs, boxes):
        assert mask.shape == (150, 160) and mask.sum() == sum(run["counts"][1::2])
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        assert box.tolist() == [columns[0], rows[0], columns[-1], rows[-1]]


def test_crops_and_points():
    ours, theirs = both("SamImageProcessor")
    image = picture(133, 97)
    assert not differing(*(p.generate_crop_boxes(image, 1024, points_per_crop=6) for p in (ours, theirs)))
    got, want = (p.generate_crop_boxes(image, 1024, crop_n_layers=1, points_per_crop=4) for p in (ours, theirs))
    assert not differing((got[0], got[2]), (want[0], want[2]))
    assert got[1].shape == (5, 16, 1, 2) and got[3].shape == (5, 16, 1)
    for points, crop in zip(got[1], got[2]):  # in each crop, as it is resized: the reference has those of crops in nobody's pixels
        scale = 1024 / max(crop.shape[:2])
        assert np.allclose(points[0, 0], [int(crop.shape[1] * scale + 0.5) / 8, int(crop.shape[0] * scale + 0.5) / 8])
    finer = ours.generate_crop_boxes(image, 1024, crop_n_layers=2, points_per_crop=8, crop_n_points_downscale_factor=2)
    assert [len(points) for points in finer[1]] == [64] + [16] * 4 + [4] * 16


def test_keypoints():
    draw = torch.Generator().manual_seed(4)
    found = SimpleNamespace(
        mask=torch.tensor([[1, 1, 1, 0], [1, 1, 0, 0]]), keypoints=torch.rand(2, 4, 2, generator=draw),
        scores=torch.rand(2, 4, generator=draw), descriptors=torch.rand(2, 4, 6, generator=draw),
    )  # fmt: skip
    held("SuperPointImageProcessor", "post_process_keypoint_detection", found, SIZES)
    matched = SimpleNamespace(
        mask=torch.tensor([[[1, 1, 1, 0], [1, 1, 1, 1]]]), keypoints=torch.rand(1, 2, 4, 2, generator=draw),
        matches=torch.tensor([[[0, -1, 2, -1], [0, -1, 2, -1]]]), matching_scores=torch.rand(1, 2, 4, generator=draw),
    )  # fmt: skip
    for name in ("SuperGlue", "LightGlue", "EfficientLoFTR"):
        for threshold in (0.0, 0.5):
            held(f"{name}ImageProcessor", "post_process_keypoint_matching", matched, torch.tensor([SIZES]), threshold=threshold)


def test_outputs_of_every_framework(backend, outputs):
    """As dictionaries too."""
    import triform
    from triform.tensors import tensor

    kind = {"torch": "torch", "flax": "jax", "tf": "tensorflow"}[backend]
    given = {name: tensor(value.numpy(), kind) for name, value in vars(outputs.detected).items()}
    ours = triform.DetrImageProcessor()
    got, want = (ours.post_process_object_detection(o, 0.5, SIZES) for o in (given, outputs.detected))
    assert not differing(got, want, "", 0)


def test_wrong_sizes_and_outputs_are_named(outputs):
    import triform

    ours = triform.DetrImageProcessor()
    with pytest.raises(InputError, match=r"target_sizes has the shape \(1, 2\); expected \(height, width\) for each of the 2 images"):
        ours.post_process_object_detection(outputs.detected, target_sizes=SIZES[:1])
    with pytest.raises(InputError, match="no 'pred_boxes'"):
        ours.post_process_object_detection({"logits": outputs.detected.logits})
