"""LeViT against the reference."""

import numpy as np
import pytest
from harness import Family, auto, check_head, check_names, family_tests, reference_case, tensors

from triform.errors import InputError

SIZES = {
    "image_size": 48, "hidden_sizes": [16, 24, 32], "depths": [1, 1, 1], "num_attention_heads": [2, 3, 4], "key_dim": [4, 5, 6],
    "num_labels": 5, "architectures": ["LevitForImageClassification"],
}  # fmt: skip
FAMILY = Family(
    "levit",
    sizes=SIZES,
    image=(3, 3, 48, 48),
    asked=("output_hidden_states",),
    variants={"no feed-forward networks, wide values": {"mlp_ratio": [0, 3, 0], "attention_ratio": [3, 1, 2]}},
)
globals().update(family_tests(FAMILY, main="AutoModelForImageClassification"))

TEACHER = Family(
    "levit", sizes=SIZES | {"architectures": ["LevitForImageClassificationWithTeacher"]}, image=(3, 3, 48, 48),
    asked=("output_hidden_states",), inputs=lambda *_: {"labels": None},
)  # fmt: skip


@pytest.mark.xdist_group("levit")
def test_with_a_teacher(backend):
    check_head(TEACHER, "AutoModelForImageClassification", backend)


@pytest.mark.xdist_group("levit")
def test_names_with_a_teacher(tmp_path):
    check_names(TEACHER, "AutoModelForImageClassification", tmp_path)


def test_images_of_another_size_are_refused(backend):
    model = auto(backend, "AutoModel").from_pretrained(reference_case(FAMILY, "AutoModel").folder)
    with pytest.raises(InputError, match=r"32 x 48 pixels, but config.image_size is 48 x 48. Resize them \(AutoImageProcessor does\)\."):
        model(**tensors(backend, {"pixel_values": np.zeros((1, 3, 32, 48), np.float32)}))
