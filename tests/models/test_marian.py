"""Marian against the reference."""

import numpy as np
import pytest
import safetensors.numpy
from harness import Family, assert_close, auto, check_golden, decoder_alone_tests, family_tests, reference_case, run

FAMILY = Family(
    "marian",
    sizes={
        "vocab_size": 99, "d_model": 48, "encoder_layers": 3, "decoder_layers": 2, "encoder_attention_heads": 4,
        "decoder_attention_heads": 6, "encoder_ffn_dim": 37, "decoder_ffn_dim": 31, "max_position_embeddings": 40, "pad_token_id": 2,
        "decoder_start_token_id": 2, "activation_function": "swish", "scale_embedding": True,
    },
    variants={
        "plain embeddings": {"scale_embedding": False, "activation_function": "gelu"},
        "two vocabularies": {"share_encoder_decoder_embeddings": False, "decoder_vocab_size": 99},
        "untied": {"tie_word_embeddings": False},
        "two vocabularies, untied": {"share_encoder_decoder_embeddings": False, "tie_word_embeddings": False, "decoder_vocab_size": 99},
    },
    variant_heads=("AutoModelForSeq2SeqLM",),
    seq2seq=True,
    unused=(r"embed_positions\.weight$",),  # the reference keeps them in files of the bare model only
)  # fmt: skip

globals().update(family_tests(FAMILY, main="AutoModelForSeq2SeqLM"))
globals().update(decoder_alone_tests(FAMILY))


def test_what_follows_from_the_config_may_be_absent(backend, tmp_path):
    """Files without the sines and the bias of the scores are complete; those that hold others are believed."""
    import transformers

    case = reference_case(FAMILY, "AutoModelForSeq2SeqLM")
    held = safetensors.numpy.load_file(case.folder / "model.safetensors")
    assert "model.encoder.embed_positions.weight" not in held
    del held["final_logits_bias"]
    safetensors.numpy.save_file(held, tmp_path / "model.safetensors", metadata={"format": "pt"})
    (tmp_path / "config.json").write_bytes((case.folder / "config.json").read_bytes())
    model, info = auto(backend, "AutoModelForSeq2SeqLM").from_pretrained(tmp_path, output_loading_info=True)
    assert not info["missing_keys"]
    model.save_pretrained(tmp_path)
    ours = safetensors.numpy.load_file(tmp_path / "model.safetensors")
    theirs = transformers.MarianMTModel(transformers.MarianConfig(**FAMILY.sizes)).state_dict()
    for name in ("model.encoder.embed_positions.weight", "model.decoder.embed_positions.weight", "final_logits_bias"):
        assert np.abs(ours[name] - theirs[name].numpy()).max() <= 1e-6, name
    before = run(backend, model, case.inputs)["logits"]
    ours["model.encoder.embed_positions.weight"] += 1
    ours["final_logits_bias"] += 3
    safetensors.numpy.save_file(ours, tmp_path / "model.safetensors", metadata={"format": "pt"})
    after = run(backend, auto(backend, "AutoModelForSeq2SeqLM").from_pretrained(tmp_path), case.inputs)["logits"]
    assert 2 < (after - before).mean() < 4


def test_two_vocabularies_of_different_sizes(backend, tmp_path):
    """The reference makes the decoder's table with as many rows as the encoder's; here it is given the rows that it should have."""
    import torch
    import transformers

    options = {"share_encoder_decoder_embeddings": False, "tie_word_embeddings": False, "decoder_vocab_size": 103}
    theirs = transformers.MarianMTModel(transformers.MarianConfig(**FAMILY.sizes, **options)).eval()
    theirs.model.decoder.embed_tokens = torch.nn.Embedding(103, 48, 2)
    theirs.save_pretrained(tmp_path)
    inputs = {"input_ids": np.array([[5, 98, 7, 0]]), "decoder_input_ids": np.array([[2, 102, 99]])}
    with torch.no_grad():
        want = theirs(**{name: torch.tensor(ids) for name, ids in inputs.items()}).logits.numpy()
    model = auto(backend, "AutoModelForSeq2SeqLM").from_pretrained(tmp_path)
    assert_close({"logits": run(backend, model, inputs)["logits"]}, {"logits": want}, FAMILY.tolerance)


def test_another_vocabulary(backend, tmp_path):
    """The one that both languages share is resized, and what is saved loads again; two are not."""
    case = reference_case(FAMILY, "AutoModelForSeq2SeqLM")
    model = auto(backend, "AutoModelForSeq2SeqLM").from_pretrained(case.folder)
    model.resize_token_embeddings(107)
    model.save_pretrained(tmp_path)
    again = auto(backend, "AutoModelForSeq2SeqLM").from_pretrained(tmp_path)
    assert again.config.decoder_vocab_size == again.config.vocab_size == 107
    got = run(backend, again, case.inputs)["logits"]
    assert got.shape[-1] == 107
    assert_close({"logits": got[..., :99]}, {"logits": case.outputs["logits"]}, FAMILY.tolerance)
    case = reference_case(FAMILY, "AutoModelForSeq2SeqLM", "two vocabularies")
    model = auto(backend, "AutoModelForSeq2SeqLM").from_pretrained(case.folder)
    with pytest.raises(ValueError, match="a vocabulary for each language"):
        model.resize_token_embeddings(107)


def test_stored_numbers(checkpoints, backend):
    check_golden(checkpoints / "na-marian", "AutoModelForSeq2SeqLM", backend)
