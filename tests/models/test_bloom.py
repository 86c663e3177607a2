"""BLOOM against the reference."""

import numpy as np
import pytest
from harness import Family, array, assert_close, auto, check_checkpoint, check_golden, family_tests, reference_case, run, tensors

FAMILY = Family(
    "bloom",
    sizes={"vocab_size": 99, "hidden_size": 48, "n_layer": 3, "n_head": 4, "num_labels": 5, "pad_token_id": 2},
    variants={
        "residual after the norm": {"apply_residual_connection_post_layernorm": True},
        "six heads": {"n_head": 6, "layer_norm_epsilon": 1e-3},
        "untied": {"tie_word_embeddings": False},
        "no padding token": {"pad_token_id": None},
    },
    variant_heads=("AutoModelForCausalLM",),
    decoder=True,
)

globals().update(family_tests(FAMILY, main="AutoModelForCausalLM"))


@pytest.mark.xdist_group("bloom")
def test_padding_in_the_middle_is_no_distance(backend):
    """A text goes on after padding on its right, in one call and in two."""
    import torch
    import transformers

    case = reference_case(FAMILY, "AutoModelForCausalLM")
    theirs = transformers.AutoModelForCausalLM.from_pretrained(case.folder, attn_implementation="eager").eval()
    ids, mask = case.inputs["input_ids"], np.ones((3, 11), np.int64)
    mask[1, 3:7], mask[2, 4] = 0, 0
    with torch.no_grad():
        want = theirs(input_ids=torch.tensor(ids), attention_mask=torch.tensor(mask)).logits.numpy()
    model = auto(backend, "AutoModelForCausalLM").from_pretrained(case.folder)
    got = run(backend, model, {"input_ids": ids, "attention_mask": mask})["logits"]
    assert_close({"logits": got}, {"logits": want}, FAMILY.tolerance, mask)
    begun = model(**tensors(backend, {"input_ids": ids[:, :8], "attention_mask": mask[:, :8]}), use_cache=16)
    ended = model(**tensors(backend, {"input_ids": ids[:, 8:]}), past_key_values=begun.past_key_values)
    got = np.concatenate([array(begun.logits), array(ended.logits)], axis=1)
    assert_close({"logits": got}, {"logits": want}, FAMILY.tolerance, mask)


@pytest.mark.parametrize("name", ["na-bloom", "bloom-caikit"])
def test_other_people_s_files(checkpoints, name, backend):
    check_checkpoint(checkpoints / name, "AutoModelForCausalLM", backend)


def test_stored_numbers(checkpoints, backend):
    check_golden(checkpoints / "na-bloom", "AutoModelForCausalLM", backend)
