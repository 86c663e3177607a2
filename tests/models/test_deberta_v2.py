"""DeBERTa-v2 against the reference: every kind of disentangled attention, the convolution, both masked-word heads."""

import numpy as np
import pytest
from harness import Family, assert_close, auto, check_checkpoint, check_golden, family_tests, run

from triform import AutoConfig
from triform.errors import ConfigError

NO_DROPOUT = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
RELATIVE = {"relative_attention": True, "pos_att_type": ["p2c", "c2p"]}

FAMILY = Family(
    "deberta-v2",
    sizes={
        "vocab_size": 99, "hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 37,
        "max_position_embeddings": 40, "num_labels": 5, "position_buckets": 6, "norm_rel_ebd": "layer_norm", "share_att_key": True,
        "position_biased_input": False, **RELATIVE,
    },
    variants={
        "no positions in attention": {"relative_attention": False, "position_biased_input": True},
        "contents to distances": {"pos_att_type": ["c2p"], "share_att_key": False},
        "distances to contents": {"pos_att_type": "p2c", "share_att_key": False},
        "own projections": {"share_att_key": False, "norm_rel_ebd": "none"},
        "no kind": {"pos_att_type": []},
        "few distances, no buckets": {"position_buckets": -1, "max_relative_positions": 4},
        "usual buckets": {"position_buckets": 256, "max_position_embeddings": 512},
        "distances beyond the largest": {"position_buckets": 4, "max_relative_positions": 6},
        "convolution": {"conv_kernel_size": 3},
        "wide convolution in groups": {"conv_kernel_size": 5, "conv_groups": 3, "conv_act": "gelu"},
        "segments": {"type_vocab_size": 3, "position_biased_input": True},
        "narrow embeddings": {"embedding_size": 20},
        "relu, wide norm": {"hidden_act": "relu", "layer_norm_eps": 1e-3, "pooler_hidden_act": "tanh"},
        "newer head": {"legacy": False, "tie_word_embeddings": False},
        "untied": {"tie_word_embeddings": False},
        "no padding token": {"pad_token_id": None},
    },
    variant_heads=("AutoModel", "AutoModelForMaskedLM", "AutoModelForSequenceClassification"),
    segments=True,
    inputs=lambda auto_class, rng, config: {"next_sentence_label": None},
    shape=(3, 13),
)  # fmt: skip

globals().update(family_tests(FAMILY, main="AutoModelForMaskedLM"))


def test_the_newer_head_needs_wide_embeddings(backend):
    config = AutoConfig.for_model("deberta-v2", **FAMILY.sizes, legacy=False, embedding_size=20)
    with pytest.raises(ConfigError, match="embedding_size is 20"):
        auto(backend, "AutoModelForMaskedLM").from_config(config)


@pytest.mark.parametrize("legacy", [True, False])
def test_another_vocabulary(legacy, backend):
    config = AutoConfig.for_model("deberta-v2", **FAMILY.sizes, legacy=legacy, tie_word_embeddings=legacy, **NO_DROPOUT)
    model = auto(backend, "AutoModelForMaskedLM").from_config(config, seed=0)
    ids = np.arange(3, 12)[None]
    before = run(backend, model, {"input_ids": ids})["logits"]
    model.resize_token_embeddings(120)
    after = run(backend, model, {"input_ids": ids})["logits"]
    assert after.shape == (1, 9, 120)
    assert_close({"logits": after[..., :99]}, {"logits": before}, 1e-5)


def test_an_unknown_kind_is_refused():
    with pytest.raises(ConfigError, match="pos_att_type has 'p2p'"):
        AutoConfig.for_model("deberta-v2", pos_att_type="c2p|p2p")


def test_other_people_s_files(checkpoints, backend):
    check_checkpoint(checkpoints / "na-debertav2", "AutoModel", backend)
    check_golden(checkpoints / "na-debertav2", "AutoModel", backend, {"hidden": "last_hidden_state"})
