"""DistilBERT against the reference."""

from harness import Family, check_checkpoint, check_golden, family_tests

FAMILY = Family(
    "distilbert",
    sizes={
        "vocab_size": 99, "dim": 48, "n_layers": 3, "n_heads": 4, "hidden_dim": 37, "max_position_embeddings": 40, "num_labels": 5,
    },
    variants={
        "relu": {"activation": "relu"},
        "positions of sines": {"sinusoidal_pos_embds": True},
        "untied": {"tie_word_embeddings": False},
        "no padding token": {"pad_token_id": None},
    },
    variant_heads=("AutoModel", "AutoModelForMaskedLM", "AutoModelForSequenceClassification"),
)  # fmt: skip

globals().update(family_tests(FAMILY, main="AutoModelForMaskedLM"))


def test_other_people_s_files(checkpoints, backend):
    folder = checkpoints / "na-distilbert_qa"
    check_checkpoint(folder, "AutoModelForQuestionAnswering", backend)
    outputs = {"start_logits": "start_logits", "end_logits": "end_logits"}
    check_golden(folder, "AutoModelForQuestionAnswering", backend, outputs)
