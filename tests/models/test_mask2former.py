"""Mask2Former against the reference, whose random points are made ours, which in evaluation are always the same."""

import numpy as np
import pytest
from harness import Family, assert_close, auto, check_head, family_tests, reference_case, run, tensors
from objects import objects

import triform
from triform.errors import ConfigError
from triform.spreading import spread

STAGES = ["stage1", "stage2", "stage3"]
RESNET = {
    "model_type": "resnet", "embedding_size": 6, "hidden_sizes": [8, 12, 16], "depths": [1, 1, 1], "layer_type": "basic",
    "out_features": STAGES,
}  # fmt: skip
SWIN = {
    "model_type": "swin", "image_size": 32, "patch_size": 2, "embed_dim": 8, "depths": [1, 1, 1, 1], "num_heads": [1, 2, 2, 4],
    "window_size": 4, "out_features": [*STAGES, "stage4"],
}  # fmt: skip
SIZES = {
    "feature_size": 32, "mask_feature_size": 20, "hidden_dim": 32, "encoder_feedforward_dim": 22, "dim_feedforward": 34,
    "encoder_layers": 1, "decoder_layers": 2, "num_attention_heads": 4, "num_queries": 7, "num_labels": 4, "train_num_points": 50,
    "feature_strides": [4, 8, 16], "common_stride": 4, "backbone_config": RESNET,
}  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def equal_points():
    """The reference draws its points with torch.rand: here it gets those that a model has in evaluation."""
    import torch

    drawn = torch.rand

    def even(*sizes, **options):
        if len(sizes) == 3 and sizes[2] == 2:
            axes = spread(torch.arange(1, sizes[1] + 1), sizes[1], 2)
            return torch.stack([each / scale for each, scale in axes], -1).expand(*sizes).contiguous()
        return drawn(*sizes, **options)

    torch.rand = even
    yield drawn
    torch.rand = drawn


def labelled(auto_class, rng, config):
    """Masks of several sizes, and their classes."""
    if auto_class == "AutoModel":
        return {}
    labels = objects(rng, (3, 1, 2), config.num_labels, ((20, 30), (31, 25), (18, 27)))
    return {
        "mask_labels": [each["masks"] for each in labels], "class_labels": [each["class_labels"] for each in labels],
        "output_auxiliary_logits": True,
    }  # fmt: skip


FAMILY = Family("mask2former", sizes=SIZES, image=(3, 3, 43, 58), inputs=labelled)
globals().update(family_tests(FAMILY, main="AutoModelForUniversalSegmentation"))

OVER_SWIN = Family(
    "mask2former",
    sizes=SIZES | {
        "backbone_config": SWIN, "feature_strides": [2, 4, 8, 16], "common_stride": 2, "decoder_layers": 5, "pre_norm": True,
        "activation_function": "gelu", "class_weight": 3.0, "mask_weight": 2.0, "dice_weight": 4.0, "no_object_weight": 0.3,
        "importance_sample_ratio": 1.0, "oversample_ratio": 2.5,
    },
    image=(3, 3, 43, 57),
    inputs=labelled,
)  # fmt: skip
HEAD = "AutoModelForUniversalSegmentation"


@pytest.mark.xdist_group("mask2former")
def test_over_swin_it_equals_the_reference(backend):
    check_head(OVER_SWIN, HEAD, backend)


@pytest.mark.xdist_group("mask2former")
def test_losses_without_auxiliary_ones(backend):
    """The reference cannot compute them. An image without masks is none the worse for it, either; nor are losses in training."""
    case = reference_case(FAMILY, HEAD)
    empty = {"mask_labels": np.zeros((0, 20, 30), np.float32), "class_labels": np.zeros((0,), np.int64)}
    given = case.inputs | {name: [value, *case.inputs[name][1:]] for name, value in empty.items()}
    model = auto(backend, HEAD).from_pretrained(case.folder, use_auxiliary_loss=False)
    whole, part = (run(backend, model, inputs)["loss"] for inputs in (case.inputs, given))
    assert np.isfinite(part) and whole < 0.8 * case.outputs["loss"]


def test_points_in_training_are_random(equal_points, monkeypatch):
    monkeypatch.setattr("torch.rand", equal_points)
    case = reference_case(FAMILY, HEAD)
    model = triform.AutoModelForUniversalSegmentation.from_pretrained(case.folder).train()
    first, second = (model(**tensors("torch", case.inputs)).loss for _ in range(2))
    assert first != second and abs(first - second) < 0.2 * first


@pytest.mark.xdist_group("mask2former")
def test_maps_of_another_width_are_projected(tmp_path):
    """By layers that are saved; the reference draws them anew each time."""
    model = triform.AutoModel.from_config(triform.Mask2FormerConfig(**SIZES | {"feature_size": 64}), seed=0)
    model.save_pretrained(tmp_path)
    again, info = triform.AutoModel.from_pretrained(tmp_path, output_loading_info=True)
    assert not info["missing_keys"] and not info["unexpected_keys"]
    pixels = {"pixel_values": np.zeros((1, 3, 43, 58), np.float32)}
    got, want = (run("torch", each.eval(), pixels) for each in (again, model))
    assert_close(got, want, 0)


def test_what_cannot_be_is_refused(backend):
    with pytest.raises(
        ConfigError, match=r"feature_size=40 is not a multiple of 32.*hidden_dim=30 is not a multiple of num_attention_heads=4"
    ):
        triform.Mask2FormerConfig(**SIZES | {"feature_size": 40, "hidden_dim": 30})
    with pytest.raises(ConfigError, match=r"the backbone gives 3 maps, feature_strides is \[4, 8, 16, 32\]"):
        auto(backend, "AutoModel").from_config(triform.Mask2FormerConfig(**SIZES | {"feature_strides": [4, 8, 16, 32]}))


def test_defaults_are_the_reference_s():
    import transformers

    ignored = {"transformers_version", "stage_names", "hidden_size", "num_layers", "out_indices"}
    theirs, ours = transformers.Mask2FormerConfig().to_diff_dict(), triform.Mask2FormerConfig().to_dict()
    for want, got in ((theirs.pop("backbone_config"), ours.pop("backbone_config")), (theirs, ours)):
        assert {key: got.get(key) for key in want if key not in ignored} == {key: want[key] for key in want if key not in ignored}
