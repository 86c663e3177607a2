"""XLNet against the reference: one stream and two, memory, segments, and every way of seeing."""

import numpy as np
import pytest
from harness import Family, assert_close, auto, check_head, family_tests, reference_case, run

from triform.errors import InputError

SIZES = {"vocab_size": 99, "d_model": 48, "n_layer": 3, "n_head": 4, "d_inner": 37, "num_labels": 5}


def usual(auto_class, rng, config):
    return {"next_sentence_label": None}


FAMILY = Family(
    "xlnet",
    sizes=SIZES,
    variants={
        "clamped distances": {"clamp_len": 4},
        "short memory": {"mem_len": 5, "reuse_len": 4},
        "no memory": {"use_mems_eval": False},
        "relu, wide norm": {"ff_activation": "relu", "layer_norm_eps": 1e-3},
        "first token, no projection": {"summary_type": "first", "summary_use_proj": False},
        "mean, no activation": {"summary_type": "mean", "summary_activation": None},
        "untied": {"tie_word_embeddings": False},
    },
    variant_heads=("AutoModel", "AutoModelForCausalLM", "AutoModelForSequenceClassification"),
    segments=True,
    inputs=usual,
)  # fmt: skip
globals().update(family_tests(FAMILY, main="AutoModelForCausalLM"))


def permuted(auto_class, rng, config):
    """A random order of the words, and four places to be predicted; states of an earlier text."""
    order = rng.random((4, 11))
    places = np.stack([rng.permutation(11)[:4] for _ in range(4)])
    given = {
        "input_ids": rng.integers(6, 99, (4, 11)), "attention_mask": None, "token_type_ids": rng.integers(0, 2, (4, 11)),
        "perm_mask": (order[:, :, None] <= order[:, None, :]).astype(np.float32),
        "target_mapping": np.eye(11, dtype=np.float32)[places], "next_sentence_label": None,
    }  # fmt: skip
    if auto_class == "AutoModelForCausalLM":
        given["labels"] = rng.integers(6, 99, (4, 4))
    return given


TWO_STREAMS = Family("xlnet", sizes=SIZES, variants={"both ways": {"bi_data": True}}, inputs=permuted, shape=(4, 11))

# Left to right, the reference takes a mask for a single text alone, and none for several.
UNI = SIZES | {"attn_type": "uni"}
LEFT_TO_RIGHT = Family(
    "xlnet",
    sizes=UNI,
    variants={"as far for each": {"same_length": True}, "clamped distances": {"clamp_len": 4}},
    inputs=lambda auto_class, rng, config: {"attention_mask": None},
)
ONE_TEXT = Family(
    "xlnet", sizes=UNI, inputs=lambda *about: {name: None if value is None else value[:1] for name, value in permuted(*about).items()}
)


@pytest.mark.xdist_group("xlnet")
@pytest.mark.parametrize("auto_class", ["AutoModel", "AutoModelForCausalLM"])
@pytest.mark.parametrize(
    ("family", "variant"), [(TWO_STREAMS, None), (TWO_STREAMS, "both ways"), (ONE_TEXT, None), (LEFT_TO_RIGHT, None),
                            (LEFT_TO_RIGHT, "as far for each"), (LEFT_TO_RIGHT, "clamped distances")],
)  # fmt: skip
def test_streams_equal_reference(auto_class, family, variant, backend):
    check_head(family, auto_class, backend, variant)


def reference_outputs(case, auto_class, inputs):
    """All outputs of the reference, with the memories: as they are."""
    import torch
    import transformers

    model = getattr(transformers, auto_class).from_pretrained(case.folder).eval()
    to_torch = lambda x: tuple(map(torch.tensor, x)) if isinstance(x, tuple) else torch.tensor(x)
    with torch.no_grad():
        out = model(**{name: to_torch(value) for name, value in inputs.items()})
    return out.last_hidden_state.numpy(), tuple(memory.numpy() for memory in out.mems)


@pytest.mark.xdist_group("xlnet")
@pytest.mark.parametrize(
    ("family", "variant"),
    [(FAMILY, None), (FAMILY, "short memory"), (FAMILY, "clamped distances"), (TWO_STREAMS, None), (LEFT_TO_RIGHT, None),
     (LEFT_TO_RIGHT, "as far for each")],
)  # fmt: skip
def test_memory_equals_reference(family, variant, backend):
    """Three texts, each of which sees the states of those before."""
    case = reference_case(family, "AutoModel", variant)
    model = auto(backend, "AutoModel").from_pretrained(case.folder)
    theirs = ours = None
    for _ in range(3):
        want, theirs = reference_outputs(case, "AutoModel", case.inputs | ({} if theirs is None else {"mems": theirs}))
        got = run_with_memory(backend, model, case.inputs, ours)
        ours = tuple(np.asarray(memory) for memory in got.mems)
        assert_close({"x": np.asarray(got.last_hidden_state)}, {"x": want}, 1e-5)
        assert_close(dict(enumerate(ours)), dict(enumerate(theirs)), 1e-5)


def run_with_memory(backend, model, inputs, mems):
    from harness import tensors

    given = tensors(backend, inputs)
    if mems is not None:
        given["mems"] = tuple(tensors(backend, {str(i): memory for i, memory in enumerate(mems)}).values())
    if backend == "torch":
        import torch

        with torch.no_grad():
            return model(**given)
    return model.jit()(**given) if backend == "flax" else model(**given)


def test_two_masks_are_refused(backend):
    case = reference_case(FAMILY, "AutoModel")
    model = auto(backend, "AutoModel").from_pretrained(case.folder)
    padding = 1 - case.inputs["attention_mask"]
    with pytest.raises(InputError, match="both input_mask and attention_mask"):
        run(backend, model, case.inputs | {"input_mask": padding})
    inputs = {name: value for name, value in case.inputs.items() if name != "attention_mask"}
    assert_close(run(backend, model, inputs | {"input_mask": padding}), run(backend, model, case.inputs), 1e-6)
