"""Pegasus against the reference."""

from harness import Family, decoder_alone_tests, family_tests

FAMILY = Family(
    "pegasus",
    sizes={
        "vocab_size": 99, "d_model": 48, "encoder_layers": 3, "decoder_layers": 2, "encoder_attention_heads": 4,
        "decoder_attention_heads": 6, "encoder_ffn_dim": 37, "decoder_ffn_dim": 31, "max_position_embeddings": 40, "num_labels": 5,
    },
    variants={
        "scaled embeddings": {"scale_embedding": True, "activation_function": "relu"},
        "untied": {"tie_word_embeddings": False},
    },
    variant_heads=("AutoModelForSeq2SeqLM", "AutoModelForCausalLM"),
    seq2seq=True,
)  # fmt: skip

globals().update(family_tests(FAMILY, main="AutoModelForSeq2SeqLM"))
globals().update(decoder_alone_tests(FAMILY))
