"""Llama against the reference."""

import pytest
from harness import Family, check_checkpoint, family_tests

LONG = {
    "rope_type": "longrope",
    "short_factor": [1.0, 1.1, 1.2, 1.3, 1.4, 1.5],
    "long_factor": [2.0, 2.1, 2.2, 2.5, 3.0, 4.0],
    "factor": 4.0,
}
LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 16}

FAMILY = Family(
    "llama",
    sizes={
        "vocab_size": 99, "hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2,
        "intermediate_size": 37, "max_position_embeddings": 40, "num_labels": 5, "pad_token_id": 2,
    },
    variants={
        "linear": {"rope_scaling": {"rope_type": "linear", "factor": 2.5}},
        "dynamic": {"rope_scaling": {"rope_type": "dynamic", "factor": 2.0}, "max_position_embeddings": 7},
        "yarn": {"rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 10}},
        "longrope, short": {"rope_scaling": LONG, "original_max_position_embeddings": 20},
        "longrope, long": {"rope_scaling": LONG, "original_max_position_embeddings": 8},
        "llama3": {"rope_scaling": LLAMA3, "rope_theta": 500.0},
        "biases": {"attention_bias": True, "mlp_bias": True, "hidden_act": "gelu_pytorch_tanh"},
        "wide heads": {"head_dim": 10, "num_key_value_heads": 4},
        "tied": {"tie_word_embeddings": True},
    },
    variant_heads=("AutoModelForCausalLM",),
    decoder=True,
)  # fmt: skip

globals().update(family_tests(FAMILY, main="AutoModelForCausalLM"))


@pytest.mark.parametrize("name", ["na-llama", "llama3-mlxd", "llama-basaran"])
def test_other_people_s_files(checkpoints, name, backend):
    check_checkpoint(checkpoints / name, "AutoModelForCausalLM", backend)
