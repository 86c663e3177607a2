"""YOLOS against the reference, and its auxiliary loss, which the reference cannot run, against itself."""

import numpy as np
import pytest
from harness import Family, assert_close, auto, family_tests, reference_case, run, tensors
from objects import objects

from triform.errors import InputError

SIZES = {
    "hidden_size": 24, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 37, "image_size": [20, 30], "patch_size": 5,
    "num_detection_tokens": 7, "num_labels": 4,
}  # fmt: skip


def labelled(auto_class, rng, config):
    return {"labels": objects(rng, (3, 0, 2), config.num_labels)} if auto_class.endswith("ObjectDetection") else {}


FAMILY = Family(
    "yolos",
    sizes=SIZES,
    image=(3, 3, 33, 25),
    inputs=labelled,
    variants={"no positions between, no bias, other weights": {
        "use_mid_position_embeddings": False, "qkv_bias": False, "hidden_act": "relu", "layer_norm_eps": 1e-3, "patch_size": 6,
        "class_cost": 2, "bbox_cost": 3, "giou_cost": 4, "bbox_loss_coefficient": 3, "giou_loss_coefficient": 1, "eos_coefficient": 0.3,
    }},
    variant_heads=("AutoModelForObjectDetection",),
)  # fmt: skip
globals().update(family_tests(FAMILY))


@pytest.mark.xdist_group("yolos")
def test_auxiliary_outputs_are_those_of_a_model_with_fewer_layers(backend):
    case = reference_case(FAMILY, "AutoModelForObjectDetection")
    head = auto(backend, "AutoModelForObjectDetection")
    plain = {"use_mid_position_embeddings": False}  # there are as many of those as layers
    whole = run(backend, head.from_pretrained(case.folder, auxiliary_loss=True, **plain), case.inputs)
    for depth in (1, 2):
        want = run(backend, head.from_pretrained(case.folder, num_hidden_layers=depth, **plain), case.inputs)
        i = depth - 1
        got = {name: whole[f"auxiliary_outputs.{i}.{name}"] for name in ("logits", "pred_boxes")}
        assert_close(got, {name: want[name] for name in got}, FAMILY.tolerance)
        terms = [name for name in want if name.startswith("loss_dict.")]
        assert_close({name: whole[f"{name}_{i}"] for name in terms}, {name: want[name] for name in terms}, FAMILY.tolerance)
    assert whole["loss"] > want["loss"]


@pytest.mark.parametrize(("labels", "said"), [
    ([{"class_labels": np.array([1])}], r"labels\[0\] lacks boxes; there are 1 labels for 2 images"),
    ([{"boxes": np.zeros((0, 4), np.float32)}, {}], r"labels\[0\] lacks class_labels; labels\[1\] lacks class_labels, boxes"),
])  # fmt: skip
def test_labels_that_say_too_little_are_refused(backend, labels, said):
    model = auto(backend, "AutoModelForObjectDetection").from_pretrained(reference_case(FAMILY, "AutoModelForObjectDetection").folder)
    with pytest.raises(InputError, match=said):
        model(**tensors(backend, {"pixel_values": np.zeros((2, 3, 20, 30), np.float32), "labels": labels}))
