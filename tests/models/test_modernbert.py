"""ModernBERT against the reference: windows shorter and longer than the text, both ways of pooling."""

from harness import Family, check_checkpoint, check_golden, family_tests

FAMILY = Family(
    "modernbert",
    sizes={
        "vocab_size": 99, "hidden_size": 48, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 37,
        "max_position_embeddings": 40, "num_labels": 5, "pad_token_id": 2, "local_attention": 4, "global_rope_theta": 700.0,
        "local_rope_theta": 30.0,
    },
    variants={
        "window longer than the text": {"local_attention": 40},
        "odd window": {"local_attention": 5},
        "every layer global": {"global_attn_every_n_layers": 1},
        "one angle for all": {"local_rope_theta": None},
        "biases": {"norm_bias": True, "attention_bias": True, "mlp_bias": True, "classifier_bias": True, "decoder_bias": False},
        "mean": {"classifier_pooling": "mean"},
        "relu, wide norm": {"hidden_activation": "relu", "classifier_activation": "tanh", "norm_eps": 1e-3},
        "untied": {"tie_word_embeddings": False},
        "no padding token": {"pad_token_id": None},
    },
    variant_heads=("AutoModel", "AutoModelForMaskedLM", "AutoModelForSequenceClassification"),
    only_real=True,
)  # fmt: skip

globals().update(family_tests(FAMILY, main="AutoModelForMaskedLM"))


def test_other_people_s_files(checkpoints, backend):
    check_checkpoint(checkpoints / "na-modernbert", "AutoModel", backend)
    check_golden(checkpoints / "na-modernbert", "AutoModel", backend, {"logits": "last_hidden_state"})
    check_checkpoint(checkpoints / "modernbert-jammi", "AutoModel", backend)
