"""Mixtral against the reference."""

import pytest
from harness import Family, check_checkpoint, check_golden, family_tests

FAMILY = Family(
    "mixtral",
    sizes={
        "vocab_size": 99, "hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2,
        "intermediate_size": 37, "max_position_embeddings": 40, "num_labels": 5, "pad_token_id": 2, "num_local_experts": 5,
    },
    variants={
        "router": {"output_router_logits": True, "router_aux_loss_coef": 0.3},
        "one expert": {"num_experts_per_tok": 1, "sliding_window": 5},
        "all experts": {"num_experts_per_tok": 3, "num_local_experts": 3, "output_router_logits": True, "head_dim": 10},
        "tied": {"tie_word_embeddings": True, "hidden_act": "gelu"},
    },
    variant_heads=("AutoModel", "AutoModelForCausalLM"),
    decoder=True,
)  # fmt: skip

globals().update(family_tests(FAMILY, main="AutoModelForCausalLM"))


@pytest.mark.parametrize("name", ["na-mixtral"])
def test_other_people_s_files(checkpoints, name, backend):
    check_checkpoint(checkpoints / name, "AutoModelForCausalLM", backend)
    check_golden(checkpoints / name, "AutoModelForCausalLM", backend)
