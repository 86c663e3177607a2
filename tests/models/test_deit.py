"""DeiT against the reference."""

import pytest
from harness import Family, auto, check_head, check_names, family_tests, reference_case

SIZES = {
    "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 37, "image_size": 24, "patch_size": 6,
    "encoder_stride": 6, "num_labels": 5, "architectures": ["DeiTForImageClassification"],
}  # fmt: skip


def masked(auto_class, rng, config):
    return {"bool_masked_pos": rng.integers(0, 2, (3, 16)).astype(bool)} if auto_class.endswith("MaskedImageModeling") else {}


FAMILY = Family(
    "deit",
    sizes=SIZES,
    image=(3, 3, 24, 24),
    inputs=masked,
    variants={"no bias, relu, wide norm, another pooler": {
        "qkv_bias": False, "hidden_act": "relu", "layer_norm_eps": 1e-3, "pooler_output_size": 17, "pooler_act": "sigmoid",
    }},
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForImageClassification"))

TEACHER = Family(
    "deit", sizes=SIZES | {"architectures": ["DeiTForImageClassificationWithTeacher"]}, image=(2, 3, 42, 31),
    inputs=lambda *_: {"interpolate_pos_encoding": True, "labels": None},
)  # fmt: skip


@pytest.mark.xdist_group("deit")
def test_with_a_teacher_on_images_of_another_size(backend):
    """config.architectures chooses the class."""
    check_head(TEACHER, "AutoModelForImageClassification", backend)
    model = auto(backend, "AutoModelForImageClassification").from_pretrained(
        reference_case(TEACHER, "AutoModelForImageClassification").folder
    )
    assert type(model).__name__.endswith("DeiTForImageClassificationWithTeacher")


@pytest.mark.xdist_group("deit")
def test_names_with_a_teacher(tmp_path):
    check_names(TEACHER, "AutoModelForImageClassification", tmp_path)
