"""GPT-2 against the reference."""

import pytest
from harness import Family, check_checkpoint, family_tests

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


@pytest.mark.parametrize(
    ("name", "auto_class"),
    [("gpt2-cicd", "AutoModelForCausalLM"), ("gpt2-cicd-small", "AutoModelForCausalLM"), ("gpt2-lmbuddy", "AutoModel")],
)  # fmt: skip
def test_other_people_s_files(checkpoints, name, auto_class, backend):
    check_checkpoint(checkpoints / name, auto_class, backend)
