"""ResNet against the reference."""

import numpy as np
import pytest
from harness import Family, array, assert_close, auto, family_tests, reference_case, tensors

import triform
from triform.errors import ConfigError, InputError

FAMILY = Family(
    "resnet",
    sizes={"embedding_size": 8, "hidden_sizes": [12, 20], "depths": [2, 1], "num_labels": 5},
    image=(3, 3, 37, 30),
    asked=("output_hidden_states",),
    variants={
        "basic, strides everywhere": {
            "layer_type": "basic", "downsample_in_first_stage": True, "hidden_act": "gelu", "num_channels": 2,
            "out_features": ["stem", "stage2"],
        },
        "bottlenecks, strides first": {"downsample_in_bottleneck": True, "out_indices": [1, 2]},
    },
    inputs=lambda auto_class, rng, config: {"pixel_values": rng.standard_normal((3, config.num_channels, 37, 30)).astype(np.float32)},
    variant_heads=("AutoModel", "AutoBackbone"),
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForImageClassification"))


def test_a_training_step_moves_the_running_statistics(backend):
    """As far as the reference's do; on Flax the functional call returns them, and leaves the model's own alone."""
    import transformers

    case = reference_case(FAMILY, "AutoModelForImageClassification")
    theirs = transformers.AutoModelForImageClassification.from_pretrained(case.folder).train()
    theirs(**tensors("torch", case.inputs)).loss.backward()
    want = {name: array(buffer) for name, buffer in theirs.named_buffers()}
    model = auto(backend, "AutoModelForImageClassification").from_pretrained(case.folder)
    held = lambda: {s.name: array(s.value.value if backend == "tf" else s.value[...]).copy() for s in model.slots() if not s.trainable}
    before, given = held(), tensors(backend, case.inputs)
    if backend == "torch":
        model.train()(**given).loss.backward()
    elif backend == "tf":
        model(given, training=True)
    else:
        import jax

        def loss(params):
            out, state = model(**given, params={"params": params, "batch_stats": model.batch_stats}, train=True)
            return out.loss, state

        _, state = jax.jit(jax.grad(loss, has_aux=True))(model.params)
        assert_close(held(), before, 0)
        model.params = {"params": model.params, **state}
    assert_close(held(), want, FAMILY.tolerance)
    assert not [name for name, value in before.items() if np.array_equal(value, want[name])]


def test_images_of_other_channels_are_refused(backend):
    model = auto(backend, "AutoModel").from_pretrained(reference_case(FAMILY, "AutoModel").folder)
    with pytest.raises(InputError, match=r"\(1, 4, 24, 24\), but config.num_channels is 3"):
        model(**tensors(backend, {"pixel_values": np.zeros((1, 4, 24, 24), np.float32)}))


def test_a_config_whose_stages_do_not_fit_is_refused():
    with pytest.raises(ConfigError, match=r"hidden_sizes=\[8\] and depths=\[2, 2\].*'stage9'.* are not there"):
        triform.AutoConfig.for_model("resnet", hidden_sizes=[8], depths=[2, 2], out_features=["stage9"])
