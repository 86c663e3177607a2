"""ALBERT against the reference: layers that share weights, in one group, in several, and in groups of several layers."""

from harness import Family, check_checkpoint, family_tests


def ordered(auto_class, rng, config):
    """Labels of pre-training: whether two parts of a text are in their order."""
    if auto_class == "AutoModelForPreTraining":
        return {"next_sentence_label": None, "sentence_order_label": rng.integers(0, 2, 3)}
    return {}


FAMILY = Family(
    "albert",
    sizes={
        "vocab_size": 99, "embedding_size": 20, "hidden_size": 48, "num_hidden_layers": 5, "num_attention_heads": 4,
        "intermediate_size": 37, "max_position_embeddings": 40, "type_vocab_size": 3, "num_labels": 2,
    },
    variants={
        "five classes": {"num_labels": 5},
        "groups of two places": {"num_hidden_layers": 4, "num_hidden_groups": 2},
        "groups of unequal length": {"num_hidden_groups": 3},
        "two layers in each place": {"num_hidden_layers": 4, "num_hidden_groups": 2, "inner_group_num": 2},
        "relative_key": {"position_embedding_type": "relative_key"},
        "relative_key_query": {"position_embedding_type": "relative_key_query"},
        "relu, wide norm": {"hidden_act": "relu", "layer_norm_eps": 1e-3},
        "untied": {"tie_word_embeddings": False},
        "no padding token": {"pad_token_id": None},
    },
    variant_heads=("AutoModel", "AutoModelForMaskedLM", "AutoModelForSequenceClassification", "AutoModelForTokenClassification"),
    segments=True,
    inputs=ordered,
)  # fmt: skip

globals().update(family_tests(FAMILY, main="AutoModelForPreTraining"))


def test_other_people_s_files(checkpoints, backend):
    check_checkpoint(checkpoints / "albert-rxnmapper", "AutoModelForMaskedLM", backend)
