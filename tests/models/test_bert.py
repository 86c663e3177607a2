"""BERT against the reference."""

import pytest
from harness import Family, check_checkpoint, family_tests

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


@pytest.mark.parametrize(
    ("name", "auto_class"),
    [("bert-caikit", "AutoModelForSequenceClassification"), ("bert-xsmall-allennlp", "AutoModel"), ("na-bert", "AutoModel"),
     ("bert-rxnfp-bert_ft_10k_25s", "AutoModel")],
)  # fmt: skip
def test_other_people_s_files(checkpoints, name, auto_class, backend):
    check_checkpoint(checkpoints / name, auto_class, backend)
