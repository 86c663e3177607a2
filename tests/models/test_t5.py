"""T5 against the reference: versions 1.0 and 1.1."""

import pytest
from harness import Family, auto, ends_of_text, family_tests

FAMILY = Family(
    "t5",
    sizes={
        "vocab_size": 99, "d_model": 48, "d_kv": 10, "d_ff": 37, "num_layers": 3, "num_decoder_layers": 2, "num_heads": 4, "num_labels": 5,
        "relative_attention_num_buckets": 12, "relative_attention_max_distance": 9, "decoder_start_token_id": 0,
    },
    variants={
        "version 1.1": {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False},
        "gated relu, wide norm": {"feed_forward_proj": "gated-relu", "layer_norm_epsilon": 1e-3},
        "usual buckets": {"relative_attention_num_buckets": 32, "relative_attention_max_distance": 128},
    },
    variant_heads=("AutoModelForSeq2SeqLM",),
    seq2seq=True,
    inputs=ends_of_text,
)  # fmt: skip

globals().update(family_tests(FAMILY, main="AutoModelForSeq2SeqLM"))


def test_other_people_s_files(checkpoints):
    import torch
    import transformers

    for name in ("t5-caikit", "t5-chronos", "na-t5v10", "na-flan_t5"):
        ours = auto("torch", "AutoModelForSeq2SeqLM").from_pretrained(checkpoints / name, dtype="float32")
        theirs = transformers.AutoModelForSeq2SeqLM.from_pretrained(checkpoints / name).float().eval()
        ids = torch.arange(2, 12)[None] % theirs.config.vocab_size
        with torch.no_grad():
            want, got = (m(input_ids=ids, decoder_input_ids=ids[:, :5]).logits for m in (theirs, ours))
        assert (got - want).abs().max() <= 1e-5 * want.abs().max(), name


def test_chronos_weights_are_no_t5(checkpoints):
    with pytest.raises(ValueError, match="keys missing"):
        auto("torch", "AutoModel").from_pretrained(checkpoints / "chronos2-dummy")
