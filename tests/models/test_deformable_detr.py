"""Deformable DETR against the reference, with boxes that are corrected layer by layer, and with two stages."""

import copy
import functools
import tempfile
from pathlib import Path

import numpy as np
import pytest
from harness import Family, assert_close, auto, family_tests, flat, move_off_defaults, reference_case, run, tensors
from objects import objects

import triform
from triform.errors import ConfigError
from triform.resampling import nearest

SIZES = {
    "d_model": 32, "encoder_layers": 1, "decoder_layers": 2, "encoder_attention_heads": 4, "decoder_attention_heads": 2,
    "encoder_ffn_dim": 22, "decoder_ffn_dim": 30, "num_queries": 7, "num_labels": 4, "num_feature_levels": 3, "encoder_n_points": 2,
    "decoder_n_points": 3, "use_timm_backbone": False, "backbone": None, "use_pretrained_backbone": False, "backbone_config": {
        "model_type": "resnet", "embedding_size": 6, "hidden_sizes": [8, 12], "depths": [1, 1], "layer_type": "basic",
        "out_features": ["stage1", "stage2"],
    },
}  # fmt: skip


MASK = np.ones((3, 43, 58), np.int64)
MASK[1, 25:], MASK[2, :, 38:] = 0, 0
MAPS = ((11, 15), (6, 8), (3, 4))


def padded(auto_class, rng, config):
    """A batch with padding, and labels."""
    labels = {} if auto_class == "AutoModel" else {"labels": objects(rng, (3, 0, 2), config.num_labels)}
    return {"pixel_mask": MASK, **labels}


def real(name, shape):
    """Positions of padding are sines of millions, so what the encoder says there is another thing on every machine."""
    if not name.startswith("encoder_") or shape[1] != sum(height * width for height, width in MAPS):
        return None
    maps = [MASK[:, nearest(43, height)][:, :, nearest(58, width)].reshape(3, -1) for height, width in MAPS]
    return np.concatenate(maps, axis=1).reshape(*shape[:2], *[1] * (len(shape) - 2)) > 0


FAMILY = Family(
    "deformable_detr",
    sizes=SIZES,
    image=(3, 3, 43, 58),
    inputs=padded,
    variants={"learned positions, auxiliary loss, one map, other weights": {
        "position_embedding_type": "learned", "auxiliary_loss": True, "num_feature_levels": 1, "activation_function": "gelu",
        "backbone_config": SIZES["backbone_config"] | {"out_features": ["stage2"]}, "class_cost": 2, "bbox_cost": 3, "giou_cost": 4,
        "bbox_loss_coefficient": 3, "giou_loss_coefficient": 1, "focal_alpha": 0.4,
    }},
    variant_heads=("AutoModelForObjectDetection",),
    meaningful=real,
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForObjectDetection"))


@functools.cache
def corrected_case(**options):
    """The reference's model whose boxes are corrected, which it cannot save as safetensors: folder, inputs, outputs."""
    import torch
    import transformers

    torch.manual_seed(0)
    rng = np.random.default_rng(11)
    config = transformers.DeformableDetrConfig(**copy.deepcopy(SIZES), with_box_refine=True, auxiliary_loss=True, **options)
    theirs = transformers.DeformableDetrForObjectDetection(config).eval()
    move_off_defaults(theirs, rng)
    folder = Path(tempfile.mkdtemp(prefix="deformable_detr-"))
    theirs.save_pretrained(folder, safe_serialization=False)
    inputs = {"pixel_values": rng.standard_normal((3, 3, 43, 58)).astype(np.float32), **padded("", rng, config)}
    with torch.no_grad():
        return folder, inputs, dict(flat(theirs(**tensors("torch", inputs), output_hidden_states=True)))


@pytest.mark.xdist_group("deformable_detr")
@pytest.mark.parametrize("options", [{}, {"two_stage": True, "two_stage_num_proposals": 6}], ids=["corrected", "two stages"])
def test_boxes_that_are_corrected_equal_the_reference(backend, options, tmp_path):
    if not options and backend == "flax":
        pytest.skip("compiling takes long, and two stages correct boxes too")
    folder, inputs, want = corrected_case(**options)
    head = auto(backend, "AutoModelForObjectDetection")
    model, info = head.from_pretrained(folder, output_loading_info=True)
    assert not info["missing_keys"] and not info["unexpected_keys"]
    finite = lambda outputs: {name: np.where(np.isinf(x), 1e3, x) for name, x in outputs.items()}  # boxes of places without one
    got = run(backend, model, inputs, output_hidden_states=True)
    assert_close(finite(got), finite(want), FAMILY.tolerance, real)
    if backend == "torch":
        import transformers

        model.save_pretrained(tmp_path)
        again = run(backend, head.from_pretrained(tmp_path), inputs)
        assert_close(finite(again), {name: x for name, x in finite(got).items() if name in again}, 0, real)
        _, info = transformers.DeformableDetrForObjectDetection.from_pretrained(tmp_path, output_loading_info=True)
        assert not info["missing_keys"] and not info["unexpected_keys"]


def test_two_stages_need_the_heads(backend):
    model = auto(backend, "AutoModel").from_config(triform.DeformableDetrConfig(**SIZES, two_stage=True, with_box_refine=True))
    with pytest.raises(ConfigError, match="two_stage needs the heads"):
        model(**tensors(backend, {"pixel_values": np.zeros((1, 3, 43, 58), np.float32)}))
    with pytest.raises(
        ConfigError, match=r"two_stage is true and with_box_refine is not, expected both; d_model=36 is not a multiple of 32"
    ):
        triform.DeformableDetrConfig(**SIZES | {"d_model": 36}, two_stage=True)


@pytest.mark.xdist_group("deformable_detr")
def test_what_is_given_instead_of_an_image_s_states():
    """The reference takes all of these, and leaves all but encoder_outputs unused."""
    case = reference_case(FAMILY, "AutoModel")
    model = triform.AutoModel.from_pretrained(case.folder)
    states = lambda **more: run("torch", model, {**case.inputs, **more})["last_hidden_state"]
    plain, memory, rng = states(), case.outputs["encoder_last_hidden_state"], np.random.default_rng(0)
    assert_close({"": states(encoder_outputs=[memory])}, {"": plain}, FAMILY.tolerance)
    assert_close({"": states(decoder_attention_mask=np.ones(plain.shape[:2], np.int64))}, {"": plain}, FAMILY.tolerance)
    for name, like in (("inputs_embeds", memory), ("decoder_inputs_embeds", plain)):
        assert np.abs(states(**{name: rng.standard_normal(like.shape).astype(np.float32)}) - plain).max() > 0.1
