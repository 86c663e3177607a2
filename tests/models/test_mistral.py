"""Mistral against the reference."""

import pytest
from harness import Family, check_checkpoint, family_tests

FAMILY = Family(
    "mistral",
    sizes={
        "vocab_size": 99, "hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2,
        "intermediate_size": 37, "max_position_embeddings": 40, "num_labels": 5, "pad_token_id": 2,
    },
    variants={
        "narrow window": {"sliding_window": 5},
        "no window": {"sliding_window": None},
        "wide heads": {"head_dim": 10},
    },
    variant_heads=("AutoModelForCausalLM",),
    decoder=True,
)  # fmt: skip

globals().update(family_tests(FAMILY, main="AutoModelForCausalLM"))


@pytest.mark.parametrize("name", ["na-mistral", "mistral-mlxd"])
def test_other_people_s_files(checkpoints, name, backend):
    check_checkpoint(checkpoints / name, "AutoModelForCausalLM", backend)
