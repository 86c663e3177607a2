"""DETR against the reference, over either kind of backbone, and what the reference takes and leaves unused."""

import functools
import json
import re

import numpy as np
import pytest
from harness import (
    Family,
    array,
    assert_close,
    auto,
    check_head,
    check_names,
    family_tests,
    move_off_defaults,
    reference_case,
    run,
    tensors,
)
from objects import objects

import triform
from triform.errors import ConfigError

RESNET = {"model_type": "resnet", "embedding_size": 6, "hidden_sizes": [8, 12], "depths": [1, 1], "layer_type": "basic"}
OWN_BACKBONE = {"use_timm_backbone": False, "backbone": None, "use_pretrained_backbone": False}
SIZES = {
    "d_model": 24, "encoder_layers": 1, "decoder_layers": 2, "encoder_attention_heads": 3, "decoder_attention_heads": 4,
    "encoder_ffn_dim": 22, "decoder_ffn_dim": 30, "num_queries": 7, "num_labels": 4, "auxiliary_loss": True, "backbone_config": RESNET,
    **OWN_BACKBONE,
}  # fmt: skip
SEGMENTING = ("AutoModelForImageSegmentation", "AutoModelForUniversalSegmentation")


def padded(auto_class, rng, config):
    """A batch with padding, and labels."""
    segments = auto_class.endswith("Segmentation")
    mask = np.ones((3, 75, 102) if segments else (3, 43, 58), np.int64)
    mask[1, 25:], mask[2, :, 38:] = 0, 0
    inputs = {"pixel_mask": mask}
    if auto_class != "AutoModel":
        masks = ((20, 30), (31, 25), (18, 27)) if segments else ()
        inputs["labels"] = objects(rng, (3, 0, 2), config.num_labels, masks)
    return inputs


FAMILY = Family(
    "detr",
    sizes=SIZES,
    image=(3, 3, 43, 58),
    inputs=padded,
    variants={"learned positions, no auxiliary loss, another activation, another backbone, other weights": {
        "position_embedding_type": "learned", "activation_function": "gelu", "auxiliary_loss": False, "backbone_config": {
            **RESNET, "layer_type": "bottleneck", "downsample_in_bottleneck": True, "out_features": ["stage1"],
        }, "class_cost": 2, "bbox_cost": 3, "giou_cost": 4, "bbox_loss_coefficient": 3, "giou_loss_coefficient": 1, "eos_coefficient": 0.3,
    }},
    variant_heads=("AutoModelForObjectDetection",),
    skip=dict.fromkeys(SEGMENTING, "in a family of its own, since it has to be wider"),
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForObjectDetection"))

STAGES = [f"stage{i}" for i in (1, 2, 3, 4)]
SEGMENTER = Family(
    "detr",
    sizes=SIZES | {
        "d_model": 64, "encoder_attention_heads": 8, "decoder_layers": 1, "backbone_config": {
            **RESNET, "hidden_sizes": [8, 12, 16, 20], "depths": [1, 1, 1, 1], "out_features": STAGES,
        }, "mask_loss_coefficient": 2, "dice_loss_coefficient": 3,
    },
    image=(3, 3, 75, 102),
    inputs=padded,
)  # fmt: skip


@pytest.mark.xdist_group("detr")
def test_segmentation_equals_the_reference(backend):
    check_head(SEGMENTER, SEGMENTING[0], backend)


@pytest.mark.xdist_group("detr")
def test_names_of_segmentation_are_the_reference_s(tmp_path):
    check_names(SEGMENTER, SEGMENTING[0], tmp_path)


@pytest.mark.xdist_group("detr")
def test_a_detector_s_file_makes_a_segmenter(backend, tmp_path):
    """All but the heads of masks comes from it."""
    auto(backend, "AutoModelForObjectDetection").from_config(triform.DetrConfig(**SEGMENTER.sizes), seed=0).save_pretrained(tmp_path)
    _, info = auto(backend, SEGMENTING[1]).from_pretrained(tmp_path, output_loading_info=True)
    assert info["missing_keys"] and all(name.startswith(("mask_head.", "bbox_attention.")) for name in info["missing_keys"])


TIMM = (
    (r"^embedder\.embedder\.", ""),
    (r"^encoder\.stages\.(\d)\.layers\.", lambda found: f"layer{int(found[1]) + 1}."),
    (r"layer\.(\d)\.convolution", lambda found: f"conv{int(found[1]) + 1}"),
    (r"layer\.(\d)\.normalization", lambda found: f"bn{int(found[1]) + 1}"),
    (r"shortcut\.convolution", "downsample.0"),
    (r"shortcut\.normalization", "downsample.1"),
    (r"^convolution", "conv1"),
    (r"^normalization", "bn1"),
)


def timm_name(name: str) -> str:
    """The reference's name of a part of a ResNet, as timm has it."""
    for pattern, to in TIMM:
        name = re.sub(pattern, to, name)
    return name


@functools.cache
def resnet_case(**sizes):
    """The reference's ResNet under timm's names: its arrays, an image, the maps of its stages."""
    import torch
    import transformers

    sizes = {name: value if isinstance(value, str) else list(value) for name, value in sizes.items()}
    config = transformers.ResNetConfig(**sizes, embedding_size=64, out_features=STAGES[: len(sizes["depths"])])
    theirs, rng = transformers.ResNetBackbone(config).eval(), np.random.default_rng(5)
    move_off_defaults(theirs, rng)
    arrays = {timm_name(name): array(x) for name, x in theirs.state_dict().items() if not name.endswith("tracked")}
    pixels = rng.standard_normal((2, 3, 50, 71)).astype(np.float32)
    with torch.no_grad():
        return arrays, pixels, [array(x) for x in theirs(torch.tensor(pixels)).feature_maps]


def timm_backbone(backend, arrays, **options):
    """The backbone of a DETR that has these arrays in it."""
    sizes = {name: value for name, value in SIZES.items() if name not in (*OWN_BACKBONE, "backbone_config")}
    config = triform.DetrConfig(**sizes, **options)
    made = auto("torch", "AutoModel").from_config(config, seed=0)
    arrays = {name: array(x) for name, x in made.state_dict().items() if ".conv_encoder." not in name} | {
        f"backbone.conv_encoder.model.{name}": x for name, x in arrays.items()
    }
    model = auto(backend, "AutoModel").from_pretrained(None, config=config, state_dict=arrays)
    return lambda pixels: [array(x) for x in model.backbone.conv_encoder.model(tensors(backend, {"x": pixels})["x"])]


@pytest.mark.xdist_group("detr")
@pytest.mark.parametrize(("name", "sizes"), [
    ("resnet18.a1_in1k", {"layer_type": "basic", "hidden_sizes": (64, 128, 256), "depths": (2, 2, 2)}),
    ("resnet50", {"layer_type": "bottleneck", "hidden_sizes": (256, 512), "depths": (3, 4)}),
])  # fmt: skip
def test_a_backbone_under_timm_s_names_equals_the_reference_s_resnet(backend, name, sizes):
    """The same weights under the other names give the same maps; the reference itself would need timm for those names."""
    arrays, pixels, want = resnet_case(**sizes)
    chosen = list(range(1, len(sizes["depths"]) + 1))
    got = timm_backbone(backend, arrays, backbone=name, backbone_kwargs={"out_indices": chosen})(pixels)
    assert_close(*({str(i): x for i, x in enumerate(maps)} for maps in (got, want)), FAMILY.tolerance)
    dilated = timm_backbone(backend, arrays, backbone=name, backbone_kwargs={"out_indices": chosen[-1:], "output_stride": 4})(pixels)
    step = 2 ** (len(chosen) - 1)  # a stage that dilates computes what one that halves does, and the places between
    assert_close({"dilated": dilated[0][:, :, ::step, ::step]}, {"dilated": want[-1]}, FAMILY.tolerance)


def test_what_a_detector_does_not_train(backend):
    """The norms of its backbone, and a ResNet's stem and first stage, under either kind of names."""
    sizes = {name: value for name, value in SIZES.items() if name not in (*OWN_BACKBONE, "backbone_config")}
    timm = triform.DetrConfig(**sizes, backbone="resnet18", backbone_kwargs={"out_indices": [1, 2]})
    for config in (triform.DetrConfig(**SIZES), timm):
        model = auto(backend, "AutoModel").from_config(config, seed=0)
        trained = {slot.name for slot in model.slots() if slot.trainable and getattr(slot.value, "requires_grad", True)}
        inside = {name.removeprefix("backbone.conv_encoder.model.") for name in trained if name.startswith("backbone.")}
        assert inside and all(re.search(r"^layer[2-4]\.|^encoder\.stages\.[1-3]\.", name) for name in inside)
        assert not any(re.search(r"norm|bn\d|downsample\.1", name) for name in inside)
        assert "input_projection.weight" in trained


@pytest.mark.xdist_group("detr")
def test_what_is_given_instead_of_an_image_s_states():
    """The reference takes all of these, and leaves all but encoder_outputs unused."""
    case = reference_case(FAMILY, "AutoModel")
    model = triform.AutoModel.from_pretrained(case.folder)
    states = lambda **more: run("torch", model, {**case.inputs, **more})["last_hidden_state"]
    plain, memory, rng = states(), case.outputs["encoder_last_hidden_state"], np.random.default_rng(0)
    close = lambda got, want: assert_close({"states": got}, {"states": want}, FAMILY.tolerance)
    close(states(encoder_outputs=[memory]), plain)
    close(states(decoder_inputs_embeds=np.zeros_like(plain), decoder_attention_mask=np.ones(plain.shape[:2], np.int64)), plain)
    projected = rng.standard_normal(memory.shape).astype(np.float32)
    assert np.abs(states(inputs_embeds=projected) - plain).max() > 0.1
    hidden = np.ones(plain.shape[:2], np.int64)
    hidden[:, 5:] = 0
    queries = rng.standard_normal((2, *plain.shape)).astype(np.float32)
    queries[1, :, :5] = queries[0, :, :5]
    a, b = (states(decoder_inputs_embeds=x, decoder_attention_mask=hidden) for x in queries)
    close(a[:, :5], b[:, :5])
    assert np.abs(a[:, 5:] - b[:, 5:]).max() > 0.1


def test_files_of_a_later_reference_load_and_agree(backend, checkpoints):
    """Parts under other names, no `use_timm_backbone`; the outputs were computed by their authors."""
    folder = checkpoints / "na-detr"
    model, info = auto(backend, "AutoModelForObjectDetection").from_pretrained(folder, output_loading_info=True)
    assert not info["missing_keys"] and not info["unexpected_keys"] and not model.config.use_timm_backbone
    for case in json.loads((folder / "golden_io.json").read_text(encoding="utf-8"))["cases"]:
        pixels = np.array(case["input"], np.float32).reshape(1, 32, 32, 3).transpose(0, 3, 1, 2).copy()
        got = run(backend, model, {"pixel_values": pixels})
        want = {"logits": np.reshape(case["logits"], (1, 5, 5)), "pred_boxes": np.reshape(case["boxes"], (1, 5, 4))}
        assert_close({name: got[name] for name in want}, want, FAMILY.tolerance)


@pytest.mark.parametrize(("fields", "said"), [
    ({"use_timm_backbone": True, "backbone": "resnet50"}, "use_timm_backbone is true and backbone_config is given"),
    ({"backbone": "resnet50"}, "backbone is 'resnet50' beside backbone_config"),
    ({"d_model": 26}, r"d_model=26 is not a multiple of encoder_attention_heads=3.*not a multiple of 4"),
])  # fmt: skip
def test_configs_that_cannot_be_are_refused(fields, said):
    with pytest.raises(ConfigError, match=said):
        triform.DetrConfig(**SIZES | fields)


def test_models_that_cannot_be_are_refused(backend):
    with pytest.raises(ConfigError, match="expected 4 maps, d_model a multiple of 64"):
        auto(backend, SEGMENTING[0]).from_config(triform.DetrConfig(**SIZES))
    with pytest.raises(ConfigError, match="backbone is 'vgg16': of timm's models there are resnet18"):
        auto(backend, "AutoModel").from_config(triform.DetrConfig(backbone="vgg16"))
