"""VideoMAE against the reference."""

import json

import numpy as np
import pytest
from harness import Family, assert_close, auto, check_head, check_names, family_tests, flat, reference_case, run, tensors

from triform.errors import InputError

SIZES = {
    "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 37, "image_size": [12, 18], "patch_size": 6,
    "num_frames": 4, "decoder_hidden_size": 20, "decoder_num_hidden_layers": 1, "decoder_num_attention_heads": 2,
    "decoder_intermediate_size": 17, "num_labels": 5,
}  # fmt: skip


def masked(auto_class, rng, config):
    """As many patches of each video, others of each."""
    if auto_class not in ("AutoModelForPreTraining", "AutoModel"):
        return {}
    return {"bool_masked_pos": rng.permuted(np.tile(np.arange(12) < 7, (3, 1)), axis=1)}


FAMILY = Family(
    "videomae",
    sizes=SIZES,
    image=(3, 4, 3, 12, 18),
    skip={"AutoModelForPreTraining": "its shapes depend on values: tested below"},
    variants={"first patch, no bias, wide norm, thick patches": {
        "use_mean_pooling": False, "qkv_bias": False, "layer_norm_eps": 1e-3, "tubelet_size": 4, "hidden_act": "relu",
    }},
    variant_heads=("AutoModelForVideoClassification",),
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForVideoClassification"))

MASKED = Family(
    "videomae", sizes=SIZES | {"num_hidden_layers": 1, "use_mean_pooling": False}, image=(3, 4, 3, 12, 18), inputs=masked, jitted=False,
    variants={"pixels": {"norm_pix_loss": False}},
)  # fmt: skip


@pytest.mark.xdist_group("videomae")
@pytest.mark.parametrize(
    ("auto_class", "variant"), [("AutoModel", None), ("AutoModelForPreTraining", None), ("AutoModelForPreTraining", "pixels")]
)
def test_masked_patches_equal_the_reference(auto_class, variant, backend):
    check_head(MASKED, auto_class, backend, variant)


@pytest.mark.xdist_group("videomae")
def test_names_in_pre_training(tmp_path):
    check_names(MASKED, "AutoModelForPreTraining", tmp_path)


@pytest.mark.xdist_group("videomae")
def test_compiled_pre_training_has_the_same_loss(backend):
    """The number of masked patches is not known then: logits are those of all patches, zeros where nothing is masked."""
    case = reference_case(MASKED, "AutoModelForPreTraining")
    model = auto(backend, "AutoModelForPreTraining").from_pretrained(case.folder)
    given = tensors(backend, case.inputs)
    if backend == "torch":
        import torch

        torch._dynamo.reset()
        with torch.no_grad():
            got = dict(flat(torch.compile(model, fullgraph=True, backend="aot_eager")(**given)))
    elif backend == "flax":
        got = dict(flat(model.jit()(**given)))
    else:
        import tensorflow as tf

        got = dict(flat(tf.function(lambda inputs: model(inputs), autograph=False)(given)))
    mask = case.inputs["bool_masked_pos"]
    assert not got["logits"][~mask].any()
    found = {"loss": got["loss"], "logits": got["logits"][mask].reshape(3, 7, -1)}
    assert_close(found, {name: case.outputs[name] for name in found}, MASKED.tolerance)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"pixel_values": np.zeros((2, 3, 3, 12, 18), np.float32)}, r"\(2, 3, 3, 12, 18\), expected \(batch, 4, 3, 12, 18\)"),
        ({"bool_masked_pos": np.arange(24).reshape(2, 12) < 9}, "marks 3 patches of one item and 12 of another"),
    ],
    ids=["frames", "masks"],
)
def test_videos_that_do_not_fit_are_refused(backend, changed, message):
    model = auto(backend, "AutoModel").from_pretrained(reference_case(MASKED, "AutoModel").folder)
    with pytest.raises(InputError, match=message):
        model(**tensors(backend, {"pixel_values": np.zeros((2, 4, 3, 12, 18), np.float32), **changed}))


def test_other_people_s_files(checkpoints, backend):
    """Whose names are those of newer files; their videos lie as (H, W, F, C)."""
    folder = checkpoints / "na-videomae"
    model = auto(backend, "AutoModelForVideoClassification").from_pretrained(folder, dtype="float32")
    for case in json.loads((folder / "golden_io.json").read_text(encoding="utf-8"))["cases"]:
        pixels = np.array(case["input"], np.float32).reshape(8, 8, 4, 3).transpose(2, 3, 0, 1)[None]
        want = np.array(case["output"], np.float32)[None]
        assert_close({"logits": run(backend, model, {"pixel_values": pixels})["logits"]}, {"logits": want}, 1e-5)
