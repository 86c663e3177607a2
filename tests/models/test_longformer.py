"""Longformer against the reference: windows, global tokens, and texts of lengths that are no whole windows."""

import numpy as np
import pytest
from harness import Family, assert_close, auto, check_head, family_tests, flat, reference_case, run, tensors

SIZES = {
    "vocab_size": 99, "hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 37,
    "max_position_embeddings": 60, "type_vocab_size": 3, "num_labels": 5, "attention_window": 6, "sep_token_id": 2,
}  # fmt: skip


def separated(auto_class, rng, config):
    """A question, two separators, a text, a separator, padding: what the heads with global tokens of their own look for."""
    given = {"next_sentence_label": None}
    if auto_class in ("AutoModelForQuestionAnswering", "AutoModelForMultipleChoice"):
        choices = (4,) if auto_class.endswith("Choice") else ()
        ids = rng.integers(3, 99, (3, *choices, 23))
        mask = np.ones_like(ids)
        for row, (first, last) in enumerate([(4, 22), (2, 17), (7, 20)]):
            ids[row, ..., [first, first + 1, last]] = 2
            ids[row, ..., last + 1 :], mask[row, ..., last + 1 :] = 1, 0
        given |= {"input_ids": ids, "attention_mask": mask}
    return given


FAMILY = Family(
    "longformer",
    sizes=SIZES,
    variants={
        "window longer than the text": {"attention_window": 30},
        "windows of several sizes": {"attention_window": [4, 8, 12]},
        "relu, wide norm": {"hidden_act": "relu", "layer_norm_eps": 1e-3},
        "another padding token": {"pad_token_id": 5},
        "untied": {"tie_word_embeddings": False},
    },
    variant_heads=("AutoModel", "AutoModelForMaskedLM", "AutoModelForSequenceClassification"),
    segments=True,
    inputs=separated,
    shape=(3, 23),
    jitted=False,
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForMaskedLM"))


def chosen(auto_class, rng, config):
    """Global tokens: several, in some texts more than in others, one of them padding."""
    mask = np.zeros((3, 23), np.int64)
    mask[0, [0, 3, 11]] = mask[1, 0] = mask[2, [5, 22]] = 1
    return separated(auto_class, rng, config) | {"global_attention_mask": mask}


GLOBAL = Family("longformer", sizes=SIZES, segments=True, inputs=chosen, shape=(3, 23), jitted=False)


@pytest.mark.xdist_group("longformer")
@pytest.mark.parametrize("auto_class", ["AutoModel", "AutoModelForMaskedLM", "AutoModelForTokenClassification"])
def test_global_tokens_equal_reference(auto_class, backend):
    check_head(GLOBAL, auto_class, backend)


@pytest.mark.xdist_group("longformer")
@pytest.mark.parametrize("most", [None, 3], ids=["all may be global", "three at most"])
def test_global_tokens_compiled(backend, most):
    """A traced program cannot count the global tokens: it reckons with all of them, or with as many as it is told."""
    case = reference_case(GLOBAL, "AutoModelForMaskedLM")
    model = auto(backend, "AutoModelForMaskedLM").from_pretrained(case.folder)
    given = tensors(backend, case.inputs)
    if backend == "torch":
        import torch

        torch._dynamo.reset()
        with torch.no_grad():
            got = torch.compile(model, fullgraph=True, backend="aot_eager")(**given, num_global_tokens=most)
    elif backend == "flax":
        got = model.jit()(**given, num_global_tokens=most)
    else:
        import tensorflow as tf

        got = tf.function(lambda x: model(x, num_global_tokens=most), autograph=False)(given)
    assert_close({"logits": dict(flat(got))["logits"]}, {"logits": case.outputs["logits"]}, 1e-5)


@pytest.mark.xdist_group("longformer")
def test_global_tokens_beyond_the_most_are_as_others(backend):
    case = reference_case(GLOBAL, "AutoModel")
    model = auto(backend, "AutoModel").from_pretrained(case.folder)
    first = np.zeros_like(case.inputs["global_attention_mask"])
    first[[0, 1, 2], [0, 0, 5]] = 1
    want = run(backend, model, case.inputs | {"global_attention_mask": first}, jitted=False)
    got = run(backend, model, case.inputs, jitted=False, num_global_tokens=1)
    assert_close(got, want, 1e-6)
    none = run(backend, model, case.inputs | {"global_attention_mask": 0 * first}, jitted=False, output_attentions=True)
    assert "global_attentions.0" not in none
    assert none["attentions.0"].shape == (3, 4, 23, 7)
