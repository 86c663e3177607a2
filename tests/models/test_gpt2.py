"""GPT-2 against the reference."""

from harness import Family, family_tests

FAMILY = Family(
    "gpt2",
    sizes={"vocab_size": 99, "n_embd": 48, "n_layer": 3, "n_head": 4, "n_inner": 37, "n_positions": 40, "num_labels": 5, "pad_token_id": 2},
    variants={
        "scales": {"scale_attn_by_inverse_layer_idx": True, "activation_function": "relu"},
        "no scale": {"scale_attn_weights": False, "n_inner": None},
        "untied": {"tie_word_embeddings": False},
    },
    variant_heads=("AutoModelForCausalLM",),
    decoder=True,
)

globals().update(family_tests(FAMILY, main="AutoModelForCausalLM"))
