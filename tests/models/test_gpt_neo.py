"""GPT-Neo against the reference."""

from harness import Family, check_checkpoint, check_golden, family_tests

FAMILY = Family(
    "gpt_neo",
    sizes={
        "vocab_size": 99, "hidden_size": 48, "num_layers": 3, "num_heads": 4, "intermediate_size": 37, "max_position_embeddings": 40,
        "attention_types": [[["global", "local"], 1], [["local"], 1]], "window_size": 5, "num_labels": 5, "pad_token_id": 2,
    },
    variants={
        "wide window": {"window_size": 30, "intermediate_size": None},
        "all global": {"attention_types": [[["global"], 3]], "activation_function": "relu"},
        "untied": {"tie_word_embeddings": False},
    },
    variant_heads=("AutoModelForCausalLM",),
    decoder=True,
)  # fmt: skip

globals().update(family_tests(FAMILY, main="AutoModelForCausalLM"))


def test_other_people_s_files(checkpoints, backend):
    check_checkpoint(checkpoints / "na-gptneo", "AutoModelForCausalLM", backend)
    check_golden(checkpoints / "na-gptneo", "AutoModelForCausalLM", backend)
