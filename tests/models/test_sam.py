"""SAM against the reference."""

import json
from dataclasses import replace

import numpy as np
import pytest
from harness import Family, array, assert_close, auto, check_head, check_names, family_tests, reference_case, run, tensors
from pairs import called, check_part

from triform.errors import ConfigError, InputError

VISION = {
    "hidden_size": 24, "output_channels": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "image_size": 40, "patch_size": 8,
    "window_size": 3, "global_attn_indexes": [1], "mlp_dim": 37, "num_pos_feats": 8,
}  # fmt: skip
PROMPTS = {"hidden_size": 16, "image_size": 40, "patch_size": 8, "mask_input_channels": 12}
MASKS = {"hidden_size": 16, "mlp_dim": 21, "num_attention_heads": 2, "iou_head_hidden_dim": 19}
SIZES = {"vision_config": VISION, "prompt_encoder_config": PROMPTS, "mask_decoder_config": MASKS}


def inputs(auto_class, rng, config):
    """Points of every kind for three prompts; or boxes and a rough mask, and one outline of each."""
    place = lambda *shape: (rng.random(shape) * 40).astype(np.float32)
    if auto_class == "AutoModel":
        labels = np.array([[[1, 0], [1, -1], [-10, 0]], [[0, 1], [1, 1], [-1, -10]]])
        return {"input_points": place(2, 3, 2, 2), "input_labels": labels}
    masks = rng.standard_normal((2, 1, 20, 20)).astype(np.float32)
    return {"input_boxes": place(2, 3, 4), "input_masks": masks, "multimask_output": False}


FAMILY = Family(
    "sam",
    sizes=SIZES,
    image=(2, 3, 40, 40),
    inputs=inputs,
    variants={"no positions, no bias, deep heads": {
        "vision_config": VISION | {
            "use_abs_pos": False, "use_rel_pos": False, "qkv_bias": False, "hidden_act": "relu", "layer_norm_eps": 1e-2, "mlp_dim": None,
            "mlp_ratio": 1.5,
        },
        "prompt_encoder_config": PROMPTS | {"hidden_act": "relu", "layer_norm_eps": 1e-2},
        "mask_decoder_config": MASKS | {
            "hidden_act": "gelu", "layer_norm_eps": 1e-2, "num_multimask_outputs": 2, "iou_head_depth": 4, "attention_downsample_rate": 4,
        },
    }},
    variant_heads=("AutoModel", "AutoModelForMaskGeneration"),
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModel"))
IMAGES = Family("sam_vision_model", sizes=VISION, image=(2, 3, 40, 40))
group = pytest.mark.xdist_group("sam")


def guided(auto_class, rng, config):
    given = inputs("AutoModel", rng, config) | {"input_labels": None, "input_boxes": np.ones((2, 3, 4), np.float32)}
    similarity = rng.standard_normal((6, 1, 9, 25)).astype(np.float32)
    return given | {"attention_similarity": similarity, "target_embedding": rng.standard_normal((2, 3, 1, 16)).astype(np.float32)}


@group
@pytest.mark.parametrize("given", [guided, lambda *_: {}], ids=["points, boxes and a target", "no prompt"])
def test_other_prompts_equal_the_reference(given, backend):
    check_head(replace(FAMILY, inputs=given), "AutoModel", backend)


@group
def test_the_image_model_equals_the_reference(backend, tmp_path):
    check_head(IMAGES, "AutoModel", backend)
    check_part(FAMILY, "SamVisionModel", backend, ("pixel_values",))
    if backend == "torch":
        check_names(IMAGES, "AutoModel", tmp_path)


@group
def test_embeddings_equal_the_reference(backend):
    """Of images, which stand in for them in a call; of prompts; of places."""
    import torch
    import transformers

    case = reference_case(FAMILY, "AutoModel")
    theirs = transformers.AutoModel.from_pretrained(case.folder).eval()
    model = auto(backend, "AutoModel").from_pretrained(case.folder)
    given = dict(case.inputs)
    pixels = {"pixel_values": given.pop("pixel_values")}
    with torch.no_grad():
        want = {"image": theirs.get_image_embeddings(**tensors("torch", pixels)), "place": theirs.get_image_wide_positional_embeddings()}
        want["tokens"], want["masks"] = theirs.get_prompt_embeddings(**tensors("torch", given))
        image = called(backend, model.get_image_embeddings, pixels)
        got = {"image": image, "place": model.get_image_wide_positional_embeddings()}
        got["tokens"], got["masks"] = called(backend, model.get_prompt_embeddings, given)
    plain = lambda held: {name: array(x) for name, x in held.items()}
    assert_close(plain(got), plain(want), 1e-4)  # sines of angles up to 200 are rounded so
    seen = run(backend, model, {"image_embeddings": array(image), **given}, output_attentions=True)
    pick = ("iou_scores", "pred_masks", "mask_decoder_attentions.0", "mask_decoder_attentions.1")
    assert_close(seen, {name: case.outputs[name] for name in pick}, FAMILY.tolerance)


@group
def test_other_people_s_checkpoint(backend, checkpoints):
    folder = checkpoints / "na-sam"
    read = lambda name: json.loads((folder / f"golden_{name}.json").read_text())
    model = auto(backend, "AutoModel").from_pretrained(folder)
    stored, two, one = read("embed"), read("mask_v2"), read("mask")
    pixels = np.array(stored["pixels"], np.float32)[None]
    image = array(called(backend, model.get_image_embeddings, {"pixel_values": pixels}))
    assert_close({"embed": image[0]}, {"embed": np.array(stored["embed"]).transpose(2, 0, 1)}, 1e-5)
    points = lambda found: np.array(found, np.float32).reshape(1, 1, -1, 2)
    labels = lambda found: np.array(found).reshape(1, 1, -1)
    prompts = [
        ({"input_points": points(one["point"]), "input_labels": labels(one["label"])}, one),
        ({"input_points": points(two["multipoint"]["points"]), "input_labels": labels(two["multipoint"]["labels"])}, two["multipoint"]),
        ({"input_boxes": points(two["box"]["box"]).reshape(1, 1, 4)}, two["box"]),
        ({"input_points": points(two["multimask"]["point"]), "input_labels": labels(two["multimask"]["label"])}, two["multimask"]),
    ]
    for given, wanted in prompts if backend == "torch" else prompts[1:3]:
        masks = run(backend, model, {"image_embeddings": image, **given, "multimask_output": "num_masks" in wanted})["pred_masks"]
        want = np.array(wanted["mask_logits"])
        assert_close({"masks": masks.reshape(want.shape)}, {"masks": want}, 1e-5)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "Give exactly one of pixel_values and image_embeddings"),
        ({"pixel_values": (1, 3, 48, 40)}, "config.image_size is 40 x 40"),
        ({"pixel_values": (1, 4, 40, 40)}, "config.num_channels is 3"),
        ({"pixel_values": (2, 3, 40, 40), "input_points": (2, 2, 2), "input_boxes": (2, 4)}, r"input_points has .*; input_boxes has "),
        ({"pixel_values": (2, 3, 40, 40), "input_points": (1, 3, 2, 2)}, "input_points is of 1 images, of which there are 2"),
        ({"pixel_values": (2, 3, 40, 40), "input_points": (2, 3, 2, 2), "input_boxes": (2, 2, 4)}, r"\(2, 3\) .* input_boxes of \(2, 2\)"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(backend, given, message):
    model = auto(backend, "AutoModel").from_pretrained(reference_case(FAMILY, "AutoModel").folder)
    with pytest.raises(InputError, match=message):
        model(**tensors(backend, {name: np.zeros(shape, np.float32) for name, shape in given.items()}))


def test_widths_that_do_not_fit_are_refused():
    import triform

    with pytest.raises(ConfigError, match=r"num_pos_feats=9.*are not the same"):
        triform.SamConfig(**{**SIZES, "vision_config": VISION | {"num_pos_feats": 9}})
    with pytest.raises(ConfigError, match="there are 2 layers"):
        triform.SamVisionConfig(**VISION | {"global_attn_indexes": [3]})
