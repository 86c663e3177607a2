"""CLIP against the reference."""

from dataclasses import replace

import numpy as np
import pytest
from harness import Family, assert_close, auto, check_head, check_names, family_tests, reference_case, run, tensors
from pairs import check_features, check_golden_pair, check_part, images_and_texts, texts

import triform
from triform.errors import InputError

TEXT = {
    "vocab_size": 53, "hidden_size": 24, "intermediate_size": 37, "num_hidden_layers": 2, "num_attention_heads": 4,
    "max_position_embeddings": 11, "projection_dim": 13, "eos_token_id": 52,
}  # fmt: skip
VISION = {
    "hidden_size": 20, "intermediate_size": 41, "num_hidden_layers": 2, "num_attention_heads": 5, "image_size": 24, "patch_size": 6,
    "projection_dim": 13,
}  # fmt: skip
SIZES = {"text_config": TEXT, "vision_config": VISION, "projection_dim": 13, "num_labels": 5}
FAMILY = Family(
    "clip",
    sizes=SIZES,
    image=(3, 3, 24, 24),
    inputs=images_and_texts(53, end=52),
    variants={"the largest id ends a text, gelu, wide norm": {
        "text_config": TEXT | {"eos_token_id": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-3},
        "vision_config": VISION | {"num_channels": 3, "hidden_act": "gelu", "layer_norm_eps": 1e-2},
    }},
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForZeroShotImageClassification"))

LARGER = replace(FAMILY, image=(2, 3, 42, 31), inputs=images_and_texts(53, end=52, interpolate_pos_encoding=True))
TEXTS = Family("clip_text_model", sizes=TEXT, inputs=lambda auto_class, rng, config: texts(rng, 3, 9, 53, 52))
IMAGES = Family("clip_vision_model", sizes=VISION, image=(3, 3, 24, 24))
group = pytest.mark.xdist_group("clip")


@group
def test_interpolated_positions_equal_the_reference(backend):
    check_head(LARGER, "AutoModel", backend)


@group
@pytest.mark.parametrize(
    ("family", "auto_class"), [(TEXTS, "AutoModel"), (TEXTS, "AutoModelForTextEncoding"), (IMAGES, "AutoModel")], ids=lambda x: str(x)[:20]
)
def test_parts_equal_the_reference(family, auto_class, backend, tmp_path):
    check_head(family, auto_class, backend)
    if backend == "torch":
        check_names(family, auto_class, tmp_path)


@group
@pytest.mark.parametrize("kind", ["Model", "ModelWithProjection"])
def test_parts_are_read_from_the_whole_s_file(kind, backend):
    check_part(FAMILY, f"CLIPText{kind}", backend, ("input_ids", "attention_mask"))
    check_part(FAMILY, f"CLIPVision{kind}", backend, ("pixel_values",))


@group
def test_features_equal_the_reference(backend):
    check_features(FAMILY, backend)


@group
def test_other_people_s_checkpoint(backend, checkpoints):
    check_golden_pair(checkpoints / "na-clip", backend)


def test_positions_that_are_given(backend):
    case = reference_case(TEXTS, "AutoModel")
    model = auto(backend, "AutoModel").from_pretrained(case.folder)
    places = np.broadcast_to(np.arange(9), (3, 9))
    assert_close(run(backend, model, case.inputs), run(backend, model, {**case.inputs, "position_ids": places}), FAMILY.tolerance)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"input_ids": np.ones((2, 5), np.int64)}, "not given pixel_values"),
        ({"pixel_values": np.zeros((1, 3, 24, 30), np.float32), "input_ids": np.ones((2, 5), np.int64)}, "config.image_size is 24 x 24"),
        ({"pixel_values": np.zeros((1, 3, 24, 24), np.float32), "input_ids": np.ones((2, 12), np.int64)}, "max_position_embeddings is 11"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(backend, inputs, message):
    model = auto(backend, "AutoModel").from_pretrained(reference_case(FAMILY, "AutoModel").folder)
    with pytest.raises(InputError, match=message):
        model(**tensors(backend, inputs))


def test_configs_of_both_parts():
    text, vision = triform.CLIPTextConfig(**TEXT), triform.CLIPVisionConfig(**VISION)
    joined = triform.CLIPConfig.from_text_vision_configs(text, vision, projection_dim=13, num_labels=5)
    assert joined == triform.CLIPConfig(**SIZES)
    assert joined.text_config is not text and joined.get_text_config() is joined.text_config
    older = triform.CLIPConfig(text_config={"hidden_size": 32, "hidden_act": "gelu"}, text_config_dict={"hidden_size": 64})
    assert (older.text_config.hidden_size, older.text_config.hidden_act) == (64, "quick_gelu")
    assert triform.CLIPConfig().vision_config == triform.CLIPVisionConfig()
