"""SigLIP against the reference."""

from dataclasses import replace

import numpy as np
import pytest
from harness import Family, auto, check_head, check_names, family_tests, reference_case, run
from pairs import check_features, check_golden_pair, check_part, images_and_texts, texts

import triform

TEXT = {
    "vocab_size": 53, "hidden_size": 24, "intermediate_size": 37, "num_hidden_layers": 2, "num_attention_heads": 4,
    "max_position_embeddings": 11, "projection_size": 20,
}  # fmt: skip
VISION = {
    "hidden_size": 20, "intermediate_size": 41, "num_hidden_layers": 2, "num_attention_heads": 5, "image_size": 24, "patch_size": 6,
}  # fmt: skip
FAMILY = Family(
    "siglip",
    sizes={"text_config": TEXT, "vision_config": VISION, "num_labels": 5},
    image=(3, 3, 24, 24),
    inputs=images_and_texts(53),
    asked=(),  # the reference's model of both loses the insides of its parts
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForZeroShotImageClassification"))

SHOWN = replace(FAMILY, asked=("output_hidden_states", "output_attentions"))
LARGER = replace(FAMILY, image=(2, 3, 42, 31), inputs=images_and_texts(53, interpolate_pos_encoding=True))
TEXTS = Family("siglip_text_model", sizes=TEXT, inputs=lambda auto_class, rng, config: texts(rng, 3, 9, 53))
IMAGES = Family(
    "siglip_vision_model", sizes=VISION | {"vision_use_head": False, "hidden_act": "relu", "layer_norm_eps": 1e-2, "num_channels": 2},
    image=(3, 2, 24, 24),
)  # fmt: skip
group = pytest.mark.xdist_group("siglip")


@group
def test_interpolated_positions_equal_the_reference(backend):
    check_head(LARGER, "AutoModel", backend)


@group
def test_insides_equal_the_reference(backend):
    check_head(SHOWN, "AutoModelForImageClassification", backend)
    check_part(SHOWN, "SiglipTextModel", backend, ("input_ids", "attention_mask"))
    check_part(SHOWN, "SiglipVisionModel", backend, ("pixel_values",))
    case = reference_case(FAMILY, "AutoModel")
    out = run(backend, auto(backend, "AutoModel").from_pretrained(case.folder), case.inputs, output_hidden_states=True)
    assert {f"{part}_model_output.hidden_states.{i}" for part in ("text", "vision") for i in range(3)} <= set(out)


@group
def test_an_image_model_without_pooling(backend, tmp_path):
    check_head(IMAGES, "AutoModel", backend)
    if backend == "torch":
        check_names(IMAGES, "AutoModel", tmp_path)


@group
def test_a_text_model_alone(backend):
    """The reference's Auto classes do not know it."""
    model = auto(backend, "AutoModel").from_config(triform.SiglipTextConfig(**TEXT), seed=1)
    assert type(model).__name__ == "SiglipTextModel"
    assert run(backend, model, texts(np.random.default_rng(0), 3, 9, 53))["pooler_output"].shape == (3, 20)


@group
def test_features_equal_the_reference(backend):
    check_features(FAMILY, backend)


@group
def test_other_people_s_checkpoint(backend, checkpoints):
    check_golden_pair(checkpoints / "na-siglip", backend)


@group
def test_another_vocabulary(backend):
    model = auto(backend, "AutoModel").from_pretrained(reference_case(FAMILY, "AutoModel").folder)
    model.resize_token_embeddings(60)
    assert model.config.text_config.vocab_size == 60 and model.get_input_embeddings().weight.shape[0] == 60
