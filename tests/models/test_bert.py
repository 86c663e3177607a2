"""BERT against the reference."""

from harness import Family, family_tests

FAMILY = Family(
    "bert",
    sizes={
        "vocab_size": 99, "hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 37,
        "max_position_embeddings": 40, "type_vocab_size": 2, "num_labels": 5,
    },
    variants={
        "relative_key": {"position_embedding_type": "relative_key"},
        "relative_key_query": {"position_embedding_type": "relative_key_query"},
        "relu, wide norm": {"hidden_act": "relu", "layer_norm_eps": 1e-3},
        "decoder": {"is_decoder": True},
        "untied": {"tie_word_embeddings": False},
    },
    variant_heads=("AutoModel", "AutoModelForCausalLM"),
    segments=True,
)  # fmt: skip

globals().update(family_tests(FAMILY, main="AutoModelForPreTraining"))
