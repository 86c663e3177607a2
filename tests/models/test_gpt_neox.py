"""GPT-NeoX against the reference."""

from harness import Family, family_tests

FAMILY = Family(
    "gpt_neox",
    sizes={
        "vocab_size": 99, "hidden_size": 96, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 37,
        "max_position_embeddings": 40, "num_labels": 5, "pad_token_id": 2,
    },
    variants={
        "one after the other": {"use_parallel_residual": False, "layer_norm_eps": 1e-3},
        "whole heads": {"rotary_pct": 1.0, "rotary_emb_base": 500},
        "no biases": {"attention_bias": False, "hidden_act": "relu"},
        "linear": {"rope_scaling": {"rope_type": "linear", "factor": 2.5}},
        "dynamic": {"rope_scaling": {"rope_type": "dynamic", "factor": 2.0}, "max_position_embeddings": 7},
        "tied": {"tie_word_embeddings": True},
    },
    variant_heads=("AutoModelForCausalLM",),
    decoder=True,
)  # fmt: skip

globals().update(family_tests(FAMILY, main="AutoModelForCausalLM"))
