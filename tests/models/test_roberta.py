"""RoBERTa and its kin against the reference: padding-aware positions, and decoders with a cache and cross attention."""

import numpy as np
import pytest
from harness import (
    Family,
    array,
    assert_close,
    auto,
    check_checkpoint,
    check_golden,
    check_head,
    check_steps,
    family_tests,
    flat,
    reference_case,
    run,
    tensors,
)

from triform import AutoConfig
from triform.errors import ConfigError, InputError

SIZES = {
    "vocab_size": 99, "hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 37,
    "max_position_embeddings": 40, "type_vocab_size": 3, "num_labels": 5,
}  # fmt: skip


def labelled(auto_class, rng, config):
    """Pre-training is filling in words: no sentence follows another. Labels of a classifier are as config.problem_type says."""
    labels = {}
    if auto_class == "AutoModelForSequenceClassification" and config.problem_type == "multi_label_classification":
        labels = {"labels": rng.integers(0, 2, (3, 5)).astype(np.float32)}
    elif auto_class == "AutoModelForSequenceClassification" and config.problem_type == "regression":
        labels = {"labels": rng.standard_normal((3, 5)).astype(np.float32)}
    return {"next_sentence_label": None, **labels}


FAMILY = Family(
    "roberta",
    sizes=SIZES,
    variants={
        "relative_key": {"position_embedding_type": "relative_key"},
        "relative_key_query": {"position_embedding_type": "relative_key_query"},
        "relu, wide norm": {"hidden_act": "relu", "layer_norm_eps": 1e-3},
        "another padding token": {"pad_token_id": 5},
        "decoder": {"is_decoder": True},
        "relative decoder": {"is_decoder": True, "position_embedding_type": "relative_key_query", "use_cache": False},
        "untied": {"tie_word_embeddings": False},
        "several classes at once": {"problem_type": "multi_label_classification"},
        "regression": {"problem_type": "regression"},
    },
    variant_heads=("AutoModel", "AutoModelForMaskedLM", "AutoModelForCausalLM", "AutoModelForSequenceClassification"),
    segments=True,
    inputs=labelled,
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForMaskedLM"))

# With a cache, the reference gives all tokens of a call the relative position of the last one: its decoders are compared without.


def states(auto_class, rng, config):
    """What cross attention looks at: another number of states than there are tokens, some of them padding."""
    mask = np.ones((3, 7), np.int64)
    mask[1, 5:] = 0
    return {"encoder_hidden_states": rng.standard_normal((3, 7, 48)).astype(np.float32), "encoder_attention_mask": mask}


DECODER = Family("roberta", sizes=SIZES | {"is_decoder": True}, decoder=True)
RELATIVE = Family(
    "roberta", sizes=SIZES | {"is_decoder": True, "position_embedding_type": "relative_key_query", "use_cache": False}, decoder=True
)
CROSSING = Family("roberta", sizes=SIZES | {"is_decoder": True, "add_cross_attention": True}, decoder=True, inputs=states)


@pytest.mark.xdist_group("roberta")
@pytest.mark.parametrize("auto_class", ["AutoModel", "AutoModelForMaskedLM", "AutoModelForCausalLM"])
def test_cross_attention_equals_reference(auto_class, backend):
    check_head(CROSSING, auto_class, backend)


@pytest.mark.xdist_group("roberta")
def test_padding_on_the_left_equals_reference(backend):
    check_head(DECODER, "AutoModelForCausalLM", backend, left=True)


@pytest.mark.xdist_group("roberta")
@pytest.mark.parametrize(("capacity", "left"), [(True, True), (16, False)])
@pytest.mark.parametrize("family", [DECODER, RELATIVE], ids=["absolute", "relative"])
def test_steps_equal_one_pass(family, backend, capacity, left):
    check_steps(family, "AutoModelForCausalLM", backend, capacity, left)


@pytest.mark.xdist_group("roberta")
@pytest.mark.parametrize("capacity", [True, 16])
def test_steps_with_cross_attention_equal_one_pass(backend, capacity):
    """The states are handed over once: their keys and values are in the cache."""
    case = reference_case(CROSSING, "AutoModelForCausalLM")
    model = auto(backend, "AutoModelForCausalLM").from_pretrained(case.folder)
    given = tensors(backend, {name: value for name, value in case.inputs.items() if name != "labels"})
    whole = dict(flat(model(**given)))["logits"]
    ids, mask = given.pop("input_ids"), given.pop("attention_mask")
    out = model(input_ids=ids[:, :4], attention_mask=mask[:, :4], **given, use_cache=capacity)
    parts = [dict(flat(out))["logits"]]
    for i in range(4, ids.shape[1]):
        out = model(input_ids=ids[:, i : i + 1], attention_mask=mask[:, : i + 1], past_key_values=out.past_key_values, **given)
        parts.append(dict(flat(out))["logits"])
    assert_close({"logits": np.concatenate(parts, 1)}, {"logits": whole}, 1e-5, case.real)


def test_without_ids_every_place_counts_as_a_token(backend):
    case = reference_case(FAMILY, "AutoModel")
    model = auto(backend, "AutoModel").from_pretrained(case.folder)
    ids = np.arange(10, 28).reshape(2, 9)
    table = next(array(getattr(slot.value, "value", slot.value)) for slot in model.slots() if "word_embeddings" in slot.name)
    assert_close(run(backend, model, {"inputs_embeds": table[ids]}), run(backend, model, {"input_ids": ids}), 1e-5)


def test_too_long_a_text_is_refused(backend):
    model = auto(backend, "AutoModel").from_config(AutoConfig.for_model("roberta", **SIZES), seed=0)
    with pytest.raises(InputError, match=r"39 tokens, but config.max_position_embeddings - 2 is 38"):
        model(**tensors(backend, {"input_ids": np.full((1, 39), 7)}))


def test_a_config_without_padding_is_refused():
    with pytest.raises(ConfigError, match="positions are counted on from it"):
        AutoConfig.for_model("roberta", pad_token_id=None)


def test_other_people_s_files(checkpoints, backend):
    check_checkpoint(checkpoints / "na-roberta", "AutoModel", backend)
    check_golden(checkpoints / "na-roberta", "AutoModel", backend, {"hidden": "last_hidden_state"})
