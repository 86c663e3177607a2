"""GPT-J against the reference."""

from harness import Family, family_tests

FAMILY = Family(
    "gptj",
    sizes={
        "vocab_size": 99, "n_embd": 48, "n_layer": 3, "n_head": 4, "rotary_dim": 6, "n_inner": 37, "n_positions": 40, "num_labels": 5,
        "pad_token_id": 2,
    },
    variants={
        "whole heads": {"rotary_dim": 12, "n_inner": None},
        "another activation": {"activation_function": "relu", "layer_norm_epsilon": 1e-3},
        "tied": {"tie_word_embeddings": True},
    },
    variant_heads=("AutoModelForCausalLM",),
    decoder=True,
)  # fmt: skip

globals().update(family_tests(FAMILY, main="AutoModelForCausalLM"))
