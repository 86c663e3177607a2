"""MPNet against the reference."""

import pytest
from harness import Family, family_tests

from triform import AutoConfig
from triform.errors import ConfigError

FAMILY = Family(
    "mpnet",
    sizes={
        "vocab_size": 99, "hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 37,
        "max_position_embeddings": 60, "num_labels": 5,
    },
    variants={
        "relu, wide norm": {"hidden_act": "relu", "layer_norm_eps": 1e-3},
        "another padding token": {"pad_token_id": 5},
        "more biases than buckets": {"relative_attention_num_buckets": 40},
        "untied": {"tie_word_embeddings": False},
    },
    variant_heads=("AutoModel", "AutoModelForMaskedLM", "AutoModelForSequenceClassification"),
    shape=(3, 41),
)  # fmt: skip

globals().update(family_tests(FAMILY, main="AutoModelForMaskedLM"))


def test_too_few_buckets_are_refused():
    with pytest.raises(ConfigError, match="relative_attention_num_buckets is 12, expected at least 32"):
        AutoConfig.for_model("mpnet", relative_attention_num_buckets=12)
