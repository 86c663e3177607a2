"""XLM-RoBERTa against the reference."""

from harness import Family, family_tests

FAMILY = Family(
    "xlm-roberta",
    sizes={
        "vocab_size": 99, "hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 37,
        "max_position_embeddings": 40, "num_labels": 5, "is_decoder": True,
    },
    variants={"encoder": {"is_decoder": False}},
    variant_heads=("AutoModel", "AutoModelForMaskedLM"),
    decoder=True,
)  # fmt: skip

globals().update(family_tests(FAMILY, main="AutoModelForCausalLM"))
