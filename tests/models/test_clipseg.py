"""CLIPSeg against the reference."""

from dataclasses import replace

import numpy as np
import pytest
from harness import MARK, Family, array, assert_close, check_head, family_tests, flat, gradients, run, tensors
from pairs import called, check_features, check_part, images_and_texts, texts

import triform
from triform.errors import ConfigError, InputError

TEXT = {
    "vocab_size": 53, "hidden_size": 24, "intermediate_size": 37, "num_hidden_layers": 1, "num_attention_heads": 4,
    "max_position_embeddings": 11, "eos_token_id": 52,
}  # fmt: skip
VISION = {
    "hidden_size": 20, "intermediate_size": 41, "num_hidden_layers": 3, "num_attention_heads": 5, "image_size": 24, "patch_size": 8,
}  # fmt: skip
SIZES = {
    "text_config": TEXT, "vision_config": VISION, "projection_dim": 13, "reduce_dim": 12, "extract_layers": [0, 2],
    "decoder_num_attention_heads": 3, "decoder_intermediate_size": 17,
}  # fmt: skip
FAMILY = Family("clipseg", sizes=SIZES, image=(3, 3, 24, 24), inputs=images_and_texts(53, end=52))
globals().update(family_tests(FAMILY, main="AutoModelForZeroShotImageClassification"))
group = pytest.mark.xdist_group("clipseg")


@pytest.fixture(scope="module", params=[{}, {"use_complex_transposed_convolution": True, "conditional_layer": 1}], ids=["one", "three"])
def marked(request, tmp_path_factory):
    """The reference's segmenter, which no Auto class knows, where it lies, and what it was given."""
    import torch
    import transformers
    from harness import move_off_defaults

    torch.manual_seed(0)
    rng = np.random.default_rng(7)
    config = transformers.CLIPSegConfig(**{**SIZES, "text_config": dict(TEXT), "vision_config": dict(VISION), **request.param})
    theirs = transformers.CLIPSegForImageSegmentation._from_config(config, attn_implementation="eager").eval()
    move_off_defaults(theirs, rng)
    folder = tmp_path_factory.mktemp("clipseg")
    theirs.save_pretrained(folder)
    image = rng.standard_normal((3, 3, 32, 32)).astype(np.float32)  # its own square images alone
    labels = rng.random((3, 32, 32) if not request.param else (3, 16, 16)).astype(np.float32)
    return theirs, folder, {**texts(rng, 3, 9, 53, 52), "pixel_values": image, "labels": labels}


def ours(backend, folder):
    return getattr(triform, f"{MARK[backend]}CLIPSegForImageSegmentation").from_pretrained(folder)


@group
def test_marks_equal_the_reference(marked, backend):
    import torch

    theirs, folder, given = marked
    asked = {"output_hidden_states": True, "output_attentions": True}
    with torch.no_grad():
        want = dict(flat(theirs(**tensors("torch", given), **asked)))
    assert_close(run(backend, ours(backend, folder), given, **asked), want, FAMILY.tolerance)


@group
def test_what_another_image_shows_is_marked_as_in_the_reference(marked, backend):
    import torch

    theirs, folder, given = marked
    shown = {"conditional_pixel_values": given["pixel_values"][::-1].copy(), "pixel_values": given["pixel_values"]}
    with torch.no_grad():
        want = dict(flat(theirs(**tensors("torch", shown))))
    model = ours(backend, folder)
    got = run(backend, model, shown)
    assert_close(got, want, FAMILY.tolerance)
    with torch.no_grad():
        found = called(backend, model.get_conditional_embeddings, {name: shown[name] for name in ("conditional_pixel_values",)})
    again = run(backend, model, {"conditional_embeddings": array(found), "pixel_values": shown["pixel_values"]})
    assert_close(again, want, FAMILY.tolerance)


@group
def test_the_decoder_learns_and_the_images_do_not(marked):
    theirs, folder, given = marked
    theirs.zero_grad()
    theirs(**tensors("torch", given)).loss.backward()
    want = {name: np.zeros(x.shape, np.float32) if x.grad is None else array(x.grad) for name, x in theirs.named_parameters()}
    largest = max(float(np.abs(x).max()) for x in want.values())
    for backend in MARK:
        got = gradients(backend, ours(backend, folder), given)
        wrong = [name for name, x in want.items() if np.abs(got[name] - x).max() > 1e-4 * largest]
        assert not wrong, (backend, wrong)


@group
def test_images_that_are_not_square(marked, backend):
    """The reference takes none."""
    _, folder, given = marked
    model = ours(backend, folder)
    got = run(backend, model, {**texts(np.random.default_rng(1), 3, 9, 53, 52), "pixel_values": given["pixel_values"][:, :, :16]})
    side = given["labels"].shape[-1]
    assert got["logits"].shape == (3, side // 2, side)


@group
def test_parts_equal_the_reference(backend):
    check_features(FAMILY, backend)
    check_part(FAMILY, "CLIPSegTextModel", backend, ("input_ids", "attention_mask"))
    check_part(FAMILY, "CLIPSegVisionModel", backend, ("pixel_values",))
    check_head(replace(FAMILY, image=(3, 3, 42, 31)), "AutoModel", backend)
    assert {"clipseg_text_model", "clipseg_vision_model"} <= set(triform.list_models())


def test_what_does_not_fit_is_refused(marked, backend):
    _, folder, given = marked
    model = ours(backend, folder)
    image = given["pixel_values"]
    with pytest.raises(InputError, match="Give exactly one of input_ids and conditional_pixel_values"):
        model(**tensors(backend, {"pixel_values": image}))
    with pytest.raises(InputError, match="2 things to look for, expected 3"):
        model(**tensors(backend, {"pixel_values": image, "conditional_pixel_values": image[:2]}))
    with pytest.raises(InputError, match=r"config.image_size is 24 x 24"):
        model(**tensors(backend, {"pixel_values": image, "input_ids": given["input_ids"]}), interpolate_pos_encoding=False)
    with pytest.raises(ConfigError, match=r"extract_layers has \[3\].*is not a multiple"):
        triform.CLIPSegConfig(**SIZES | {"extract_layers": [1, 3], "reduce_dim": 13})
