"""Phi-3 against the reference."""

from harness import Family, check_golden, family_tests

LONG = {"type": "longrope", "short_factor": [1.0, 1.1, 1.2, 1.3, 1.4, 1.5], "long_factor": [2.0, 2.1, 2.2, 2.5, 3.0, 4.0]}
LONG_PART = {"type": "longrope", "short_factor": [1.0, 1.1, 1.2], "long_factor": [2.0, 2.5, 4.0]}

FAMILY = Family(
    "phi3",
    sizes={
        "vocab_size": 99, "hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2,
        "intermediate_size": 37, "max_position_embeddings": 40, "original_max_position_embeddings": 40, "num_labels": 5,
        "pad_token_id": 2,
    },
    variants={
        "part of a head": {"partial_rotary_factor": 0.5},
        "narrow window": {"sliding_window": 5},
        "wide window": {"sliding_window": 30, "num_key_value_heads": None},
        "longrope, short": {"rope_scaling": LONG, "original_max_position_embeddings": 20},
        "longrope, long": {"rope_scaling": LONG, "original_max_position_embeddings": 8},
        "longrope of a part": {"rope_scaling": LONG_PART, "original_max_position_embeddings": 8, "partial_rotary_factor": 0.5},
        "tied": {"tie_word_embeddings": True, "hidden_act": "gelu"},
    },
    variant_heads=("AutoModelForCausalLM",),
    decoder=True,
)  # fmt: skip

globals().update(family_tests(FAMILY, main="AutoModelForCausalLM"))


def test_stored_numbers(checkpoints, backend):
    check_golden(checkpoints / "na-phi3_longrope", "AutoModelForCausalLM", backend)
