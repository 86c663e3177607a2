"""OPT against the reference."""

import numpy as np
import pytest
from harness import Family, array, assert_close, auto, check_checkpoint, check_golden, family_tests, reference_case, run, tensors

FAMILY = Family(
    "opt",
    sizes={
        "vocab_size": 99, "hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4, "ffn_dim": 37, "word_embed_proj_dim": 48,
        "max_position_embeddings": 40, "num_labels": 5,
    },
    variants={
        "narrow embeddings": {"word_embed_proj_dim": 20},
        "norms after": {"do_layer_norm_before": False, "activation_function": "gelu"},
        "narrow, norms after": {"word_embed_proj_dim": 20, "do_layer_norm_before": False, "tie_word_embeddings": False},
        "no biases": {"enable_bias": False},
        "no last norm": {"_remove_final_layer_norm": True},
    },
    variant_heads=("AutoModelForCausalLM", "AutoModelForSequenceClassification", "AutoModelForQuestionAnswering"),
    decoder=True,
)  # fmt: skip

globals().update(family_tests(FAMILY, main="AutoModelForCausalLM"))


@pytest.mark.xdist_group("opt")
def test_positions_that_are_given(backend):
    """They are counted on from, as generation needs it."""
    import torch
    import transformers

    case = reference_case(FAMILY, "AutoModelForCausalLM")
    theirs = transformers.AutoModelForCausalLM.from_pretrained(case.folder, attn_implementation="eager").eval()
    ids, places = case.inputs["input_ids"], np.arange(11)[None] + np.array([[5], [0], [2]])
    with torch.no_grad():
        want = {"logits": theirs(input_ids=torch.tensor(ids), position_ids=torch.tensor(places)).logits.numpy()}
    model = auto(backend, "AutoModelForCausalLM").from_pretrained(case.folder)
    assert_close({"logits": run(backend, model, {"input_ids": ids, "position_ids": places})["logits"]}, want, FAMILY.tolerance)
    begun = model(**tensors(backend, {"input_ids": ids[:, :8], "position_ids": places[:, :8]}), use_cache=16)
    ended = model(**tensors(backend, {"input_ids": ids[:, 8:]}), past_key_values=begun.past_key_values)
    assert_close({"logits": np.concatenate([array(begun.logits), array(ended.logits)], axis=1)}, want, FAMILY.tolerance)


def test_norms_without_weights(backend, tmp_path):
    """The reference cannot initialise them, so its model is made with whatever the memory holds, and filled here."""
    import torch
    import transformers
    from transformers.modeling_utils import no_init_weights

    with no_init_weights():
        theirs = transformers.OPTForCausalLM(transformers.OPTConfig(**FAMILY.sizes, layer_norm_elementwise_affine=False)).eval()
    rng = np.random.default_rng(0)
    for parameter in theirs.parameters():
        parameter.data = torch.tensor(0.1 * rng.standard_normal(tuple(parameter.shape)), dtype=torch.float32)
    theirs.tie_weights()
    theirs.save_pretrained(tmp_path)
    ids = rng.integers(3, 99, (2, 9))
    with torch.no_grad():
        want = theirs(torch.tensor(ids)).logits.numpy()
    model = auto(backend, "AutoModelForCausalLM").from_pretrained(tmp_path)
    assert_close({"logits": run(backend, model, {"input_ids": ids})["logits"]}, {"logits": want}, FAMILY.tolerance)


def test_other_people_s_files(checkpoints, backend):
    check_checkpoint(checkpoints / "na-opt", "AutoModelForCausalLM", backend)
    check_golden(checkpoints / "na-opt", "AutoModelForCausalLM", backend)
