"""MaskFormer and its Swin against the reference."""

import numpy as np
import pytest
from harness import Family, assert_close, auto, check_head, check_names, family_tests, reference_case, run, tensors
from objects import objects

import triform
from triform.errors import ConfigError, InputError

RESNET = {
    "model_type": "resnet", "embedding_size": 6, "hidden_sizes": [8, 24], "depths": [1, 1], "layer_type": "basic",
    "out_features": ["stage1", "stage2"],
}  # fmt: skip
SWIN = {
    "model_type": "swin", "image_size": 32, "patch_size": 2, "embed_dim": 8, "depths": [1, 2, 1, 1], "num_heads": [1, 2, 2, 4],
    "window_size": 4,
}  # fmt: skip
DECODER = {
    "model_type": "detr", "d_model": 24, "encoder_layers": 1, "decoder_layers": 2, "encoder_attention_heads": 3,
    "decoder_attention_heads": 4, "decoder_ffn_dim": 30, "num_queries": 7,
}  # fmt: skip
SIZES = {
    "fpn_feature_size": 32, "mask_feature_size": 20, "num_labels": 4, "backbone_config": RESNET, "decoder_config": DECODER,
    "use_auxiliary_loss": True,
}  # fmt: skip


def labelled(auto_class, rng, config):
    """Masks of several sizes, and their classes."""
    if auto_class == "AutoModel":
        return {}
    labels = objects(rng, (3, 1, 2), config.num_labels, ((20, 30), (31, 25), (18, 27)))
    return {
        "mask_labels": [each["masks"] for each in labels], "class_labels": [each["class_labels"] for each in labels],
        "output_auxiliary_logits": True,
    }  # fmt: skip


FAMILY = Family("maskformer", sizes=SIZES, image=(3, 3, 43, 58), inputs=labelled)
globals().update(family_tests(FAMILY, main="AutoModelForInstanceSegmentation"))
OVER_SWIN = Family(
    "maskformer",
    sizes=SIZES | {
        "use_auxiliary_loss": False, "backbone_config": SWIN, "mask_weight": 3.0, "dice_weight": 2.0, "cross_entropy_weight": 4.0,
        "no_object_weight": 0.3,
    },
    image=(3, 3, 43, 57),
    inputs=labelled,
)  # fmt: skip
HEAD = "AutoModelForUniversalSegmentation"


@pytest.mark.xdist_group("maskformer")
def test_over_swin_it_equals_the_reference(backend):
    check_head(OVER_SWIN, HEAD, backend)


@pytest.mark.xdist_group("maskformer")
def test_names_over_swin_are_the_reference_s(tmp_path):
    check_names(OVER_SWIN, HEAD, tmp_path)


@pytest.mark.xdist_group("maskformer")
def test_auxiliary_losses_need_no_hidden_states(backend):
    """The reference has them only where hidden states are asked for. An image without masks is none the worse for it, either."""
    case = reference_case(FAMILY, HEAD)
    model = auto(backend, HEAD).from_pretrained(case.folder)
    assert_close({"loss": run(backend, model, case.inputs)["loss"]}, {"loss": case.outputs["loss"]}, FAMILY.tolerance)
    empty = {"mask_labels": np.zeros((0, 20, 30), np.float32), "class_labels": np.zeros((0,), np.int64)}
    given = case.inputs | {name: [value, *case.inputs[name][1:]] for name, value in empty.items()}
    assert np.isfinite(run(backend, model, given)["loss"])


@pytest.mark.parametrize(("changes", "said"), [
    ({"class_labels": 2}, "mask_labels are of 3 images, class_labels of 2, of 3 images"),
    ({"mask_labels": 2, "class_labels": 2}, "mask_labels are of 2 images, class_labels of 2, of 3 images"),
])  # fmt: skip
def test_labels_that_do_not_fit_are_refused(changes, said):
    case = reference_case(FAMILY, HEAD)
    model = triform.AutoModelForUniversalSegmentation.from_pretrained(case.folder)
    given = case.inputs | {name: case.inputs[name][:count] for name, count in changes.items()}
    with pytest.raises(InputError, match=said):
        model(**tensors("torch", given))


def test_configs_that_cannot_be_are_refused():
    with pytest.raises(ConfigError, match="decoder_config is of model_type 'bert', expected 'detr'; fpn_feature_size=30 is not a multiple"):
        triform.MaskFormerConfig(**SIZES | {"fpn_feature_size": 30, "decoder_config": {"model_type": "bert"}})
    with pytest.raises(ConfigError, match="backbone is 'resnet50' and use_timm_backbone True, expected a backbone_config"):
        triform.MaskFormerConfig(backbone="resnet50", use_timm_backbone=True)
    with pytest.raises(ConfigError, match="the stem, which gives no map here"):
        triform.MaskFormerSwinConfig(out_features=["stem", "stage1"])


def test_defaults_are_the_reference_s():
    import transformers

    ignored = {"transformers_version", "stage_names", "hidden_size", "num_layers", "out_features", "out_indices"}
    for name in ("MaskFormerConfig", "MaskFormerSwinConfig"):
        theirs, ours = getattr(transformers, name)().to_diff_dict(), getattr(triform, name)().to_dict()
        inner = {key: (theirs.pop(key), ours.pop(key)) for key in ("backbone_config", "decoder_config") if key in theirs}
        for want, got in [(theirs, ours), *inner.values()]:
            assert {key: got.get(key) for key in want if key not in ignored} == {key: want[key] for key in want if key not in ignored}
