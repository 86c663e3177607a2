"""BART against the reference."""

from harness import Family, assert_close, auto, check_golden, decoder_alone_tests, ends_of_text, family_tests, reference_case, run

FAMILY = Family(
    "bart",
    sizes={
        "vocab_size": 99, "d_model": 48, "encoder_layers": 3, "decoder_layers": 2, "encoder_attention_heads": 4,
        "decoder_attention_heads": 6, "encoder_ffn_dim": 37, "decoder_ffn_dim": 31, "max_position_embeddings": 40, "num_labels": 5,
    },
    variants={
        "scaled embeddings": {"scale_embedding": True, "activation_function": "relu"},
        "untied": {"tie_word_embeddings": False, "decoder_start_token_id": 0},
    },
    variant_heads=("AutoModelForSeq2SeqLM", "AutoModelForCausalLM"),
    seq2seq=True,
    inputs=ends_of_text,
)  # fmt: skip

globals().update(family_tests(FAMILY, main="AutoModelForSeq2SeqLM"))
globals().update(decoder_alone_tests(FAMILY))


def test_stored_numbers(checkpoints, backend):
    check_golden(checkpoints / "na-bart", "AutoModelForSeq2SeqLM", backend)


def test_another_vocabulary(backend):
    """The bias of the scores grows with the embedding that both stacks and the head share."""
    case = reference_case(FAMILY, "AutoModelForSeq2SeqLM")
    model = auto(backend, "AutoModelForSeq2SeqLM").from_pretrained(case.folder)
    model.resize_token_embeddings(107)
    got = run(backend, model, case.inputs)["logits"]
    assert_close({"logits": got[..., :99]}, {"logits": case.outputs["logits"]}, FAMILY.tolerance)
    shapes = {slot.name: slot.shape for slot in model.slots() if 107 in slot.shape}
    assert shapes == {"final_logits_bias": (1, 107), "model.shared.weight": (107, 48)}
