"""Falcon against the reference."""

import numpy as np
import pytest
from harness import Family, array, assert_close, auto, family_tests, move_off_defaults, run, tensors

FAMILY = Family(
    "falcon",
    sizes={
        "vocab_size": 99, "hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4, "ffn_hidden_size": 37,
        "max_position_embeddings": 40, "num_labels": 5, "pad_token_id": 2,
    },
    variants={
        "a key for each head": {"multi_query": False, "bias": True},
        "in turn": {"parallel_attn": False, "ffn_hidden_size": None},
        "newer": {"new_decoder_architecture": True, "num_kv_heads": 2},
        "newer, one norm": {"new_decoder_architecture": True, "num_kv_heads": 2, "num_ln_in_parallel_attn": 1, "activation": "relu"},
        "linear": {"rope_scaling": {"rope_type": "linear", "factor": 2.5}, "rope_theta": 500.0},
        "untied": {"tie_word_embeddings": False},
    },
    variant_heads=("AutoModelForCausalLM",),
    decoder=True,
)  # fmt: skip

globals().update(family_tests(FAMILY, main="AutoModelForCausalLM"))


@pytest.mark.xdist_group("falcon")
@pytest.mark.parametrize("options", [{}, {"parallel_attn": False, "multi_query": False}], ids=["", "in turn"])
def test_alibi(backend, options, tmp_path):
    """In one pass and in steps. The reference's eager attention adds the bias twice, so its fused one is what counts here.

    It also rounds the rates and distances to 8 bits: those of 4 heads and a short text are exact.
    """
    import torch
    import transformers

    torch.manual_seed(0)
    config = transformers.FalconConfig(**FAMILY.sizes, **options, alibi=True)
    theirs = transformers.FalconForCausalLM._from_config(config, attn_implementation="sdpa").eval()
    rng = np.random.default_rng(0)
    move_off_defaults(theirs, rng)
    theirs.save_pretrained(tmp_path)
    ids, mask = rng.integers(3, 99, (3, 11)), np.ones((3, 11), np.int64)
    mask[1, :4], mask[2, :1] = 0, 0
    inputs = {"input_ids": ids, "attention_mask": mask}
    with torch.no_grad():
        want = {"logits": theirs(**{name: torch.tensor(x) for name, x in inputs.items()}).logits.numpy()}
    model = auto(backend, "AutoModelForCausalLM").from_pretrained(tmp_path)
    assert_close({"logits": run(backend, model, inputs)["logits"]}, want, FAMILY.tolerance, mask)
    given = tensors(backend, inputs)
    begun = model(**{name: x[:, :8] for name, x in given.items()}, use_cache=16)
    ended = model(input_ids=given["input_ids"][:, 8:], past_key_values=begun.past_key_values)
    assert_close({"logits": np.concatenate([array(begun.logits), array(ended.logits)], axis=1)}, want, FAMILY.tolerance, mask)
