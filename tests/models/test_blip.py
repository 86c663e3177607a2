"""BLIP against the reference."""

import json
from dataclasses import replace

import numpy as np
import pytest
from harness import MARK, Family, array, assert_close, auto, check_head, family_tests, flat, reference_case, run, tensors
from pairs import called, check_features, texts

import triform
from triform.errors import InputError

TEXT = {
    "vocab_size": 53, "hidden_size": 20, "intermediate_size": 37, "num_hidden_layers": 2, "num_attention_heads": 4,
    "max_position_embeddings": 19, "bos_token_id": 52, "sep_token_id": 51, "pad_token_id": 1, "label_smoothing": 0.1,
}  # fmt: skip
VISION = {
    "hidden_size": 20, "intermediate_size": 41, "num_hidden_layers": 2, "num_attention_heads": 5, "image_size": 24, "patch_size": 6,
}  # fmt: skip


def inputs(auto_class, rng, config):
    """A text for each image, and what is to be learnt of it."""
    given = texts(rng, 3, 9, 51)
    if auto_class in ("AutoModel", "AutoModelForZeroShotImageClassification"):
        return given | {"return_loss": True}
    words = np.where(given["attention_mask"] == 1, given["input_ids"], -100)
    if auto_class == "AutoModelForVisualQuestionAnswering":
        answer = rng.integers(3, 51, (3, 6))
        return given | {"labels": np.where(np.arange(6) < 4, answer, -100), "decoder_input_ids": answer}
    return given | {"labels": words}


FAMILY = Family(
    "blip",
    sizes={"text_config": TEXT, "vision_config": VISION, "projection_dim": 13, "image_text_hidden_size": 11},
    image=(3, 3, 24, 24),
    inputs=inputs,
    variants={"relu, wide norm": {
        "text_config": TEXT | {"hidden_act": "relu", "layer_norm_eps": 1e-2, "label_smoothing": 0.0},
        "vision_config": VISION | {"hidden_act": "relu", "layer_norm_eps": 1e-2},
    }},
    variant_heads=("AutoModelForVisualQuestionAnswering",),
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForVisualQuestionAnswering"))

LARGER = replace(FAMILY, image=(3, 3, 42, 31), inputs=lambda *args: {**inputs(*args), "interpolate_pos_encoding": True})
CAPTIONS, ANSWERS = "AutoModelForVision2Seq", "AutoModelForVisualQuestionAnswering"
group = pytest.mark.xdist_group("blip")


@group
def test_interpolated_positions_equal_the_reference(backend):
    check_head(LARGER, CAPTIONS, backend)


@group
@pytest.mark.parametrize("looks", [True, False], ids=["each text at its image", "all texts, all images"])
def test_matches_equal_the_reference(looks, backend):
    import torch
    import transformers

    case = reference_case(FAMILY, "AutoModel")
    torch.manual_seed(0)
    config = transformers.BlipConfig.from_pretrained(case.folder)
    theirs = transformers.BlipForImageTextRetrieval._from_config(config, attn_implementation="eager").eval()
    folder = case.folder / "matches"
    theirs.save_pretrained(folder)
    model = getattr(triform, f"{MARK[backend]}BlipForImageTextRetrieval").from_pretrained(folder)
    given = {name: case.inputs[name] for name in ("input_ids", "pixel_values", "attention_mask")} | {"use_itm_head": looks}
    asked = {"output_hidden_states": True, "output_attentions": True}
    with torch.no_grad():
        want = dict(flat(theirs(**tensors("torch", given), **asked)))
    assert_close(run(backend, model, given, **asked), want, FAMILY.tolerance)


@group
def test_features_equal_the_reference(backend):
    import torch
    import transformers

    check_features(FAMILY, backend)
    case = reference_case(FAMILY, "AutoModel")
    given = {name: case.inputs[name] for name in ("input_ids", "pixel_values", "attention_mask")}
    theirs = transformers.AutoModel.from_pretrained(case.folder).eval()
    model = auto(backend, "AutoModel").from_pretrained(case.folder)
    with torch.no_grad():
        want = array(theirs.get_multimodal_features(**tensors("torch", given)))
        got = array(called(backend, model.get_multimodal_features, given))
    assert_close({"both": got}, {"both": want}, FAMILY.tolerance)


@group
@pytest.mark.parametrize(
    ("auto_class", "options"),
    [(CAPTIONS, {"num_beams": 3, "max_new_tokens": 7}), (CAPTIONS, {}), (ANSWERS, {"max_new_tokens": 7})],
    ids=["a caption that goes on, with beams", "a caption", "an answer"],
)
def test_what_it_writes_equals_the_reference(auto_class, options, backend):
    import transformers

    if backend != "torch" and not options:
        pytest.skip("what it adds to the others is the start, which is made alike")
    case = reference_case(FAMILY, auto_class)
    theirs = getattr(transformers, auto_class).from_pretrained(case.folder).eval()
    model = auto(backend, auto_class).from_pretrained(case.folder)
    names = ("input_ids", "pixel_values", "attention_mask") if auto_class == ANSWERS else ("pixel_values",)
    given = {name: case.inputs[name] for name in names}
    if "num_beams" in options:
        given["input_ids"] = case.inputs["input_ids"][:, :4]
    want = theirs.generate(**tensors("torch", given), **options).numpy()
    assert np.array_equal(array(model.generate(**tensors(backend, given), **options)), want)


@group
def test_other_people_s_checkpoint(backend, checkpoints):
    folder = checkpoints / "na-blip"
    model = auto(backend, CAPTIONS).from_pretrained(folder)
    for case in json.loads((folder / "golden_io.json").read_text())["cases"]:
        pixels = np.array(case["input"], np.float32).reshape(16, 16, 3).transpose(2, 0, 1)[None]
        got = run(backend, model, {"pixel_values": pixels, "input_ids": np.array([case["prefix"]])})["logits"]
        assert_close({"logits": got}, {"logits": np.array(case["logits"]).reshape(1, 4, 40)}, 1e-5)


@group
def test_answers_that_are_not_given_are_refused(backend):
    case = reference_case(FAMILY, ANSWERS)
    model = auto(backend, ANSWERS).from_pretrained(case.folder)
    given = {name: case.inputs[name] for name in ("input_ids", "pixel_values")}
    with pytest.raises(InputError, match="Give exactly one of input_ids and inputs_embeds"):
        model(**tensors(backend, given))
    own = run(backend, model, given | {"labels": case.inputs["labels"]})["loss"]  # of padding nothing is to be predicted
    assert np.isfinite(own)


def test_the_parts_of_the_registry():
    assert triform.BlipConfig().text_config.encoder_hidden_size == 768
    assert triform.BlipConfig(vision_config={"hidden_size": 24, "num_attention_heads": 4}).text_config.encoder_hidden_size == 24
    assert {"blip_text_model", "blip_vision_model"} <= set(triform.list_models())
