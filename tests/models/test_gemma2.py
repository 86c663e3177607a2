"""Gemma 2 against the reference."""

import pytest
from harness import Family, check_checkpoint, check_golden, family_tests

FAMILY = Family(
    "gemma2",
    sizes={
        "vocab_size": 99, "hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 10,
        "intermediate_size": 37, "max_position_embeddings": 40, "num_labels": 5, "pad_token_id": 2, "sliding_window": 5,
        "query_pre_attn_scalar": 14, "attn_logit_softcapping": 1.5, "final_logit_softcapping": 2.5,
    },
    variants={
        "wide window": {"sliding_window": 30},
        "no caps": {"attn_logit_softcapping": None, "final_logit_softcapping": None},
        "windows as listed": {"layer_types": ["full_attention", "full_attention", "sliding_attention"]},
        "biases": {"attention_bias": True, "hidden_activation": "silu"},
        "untied": {"tie_word_embeddings": False, "num_key_value_heads": 4},
    },
    variant_heads=("AutoModelForCausalLM",),
    decoder=True,
)  # fmt: skip

globals().update(family_tests(FAMILY, main="AutoModelForCausalLM"))


@pytest.mark.parametrize("name", ["na-gemma2"])
def test_other_people_s_files(checkpoints, name, backend):
    check_checkpoint(checkpoints / name, "AutoModelForCausalLM", backend)
    check_golden(checkpoints / name, "AutoModelForCausalLM", backend)
