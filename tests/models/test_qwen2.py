"""Qwen 2 against the reference."""

import pytest
from harness import Family, check_checkpoint, family_tests

FAMILY = Family(
    "qwen2",
    sizes={
        "vocab_size": 99, "hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2,
        "intermediate_size": 37, "max_position_embeddings": 40, "num_labels": 5, "pad_token_id": 2,
    },
    variants={
        "windows": {"use_sliding_window": True, "sliding_window": 5, "max_window_layers": 1},
        "tied": {"tie_word_embeddings": True},
    },
    variant_heads=("AutoModelForCausalLM",),
    decoder=True,
)  # fmt: skip

globals().update(family_tests(FAMILY, main="AutoModelForCausalLM"))


@pytest.mark.parametrize("name", ["na-qwen2"])
def test_other_people_s_files(checkpoints, name, backend):
    check_checkpoint(checkpoints / name, "AutoModelForCausalLM", backend)
