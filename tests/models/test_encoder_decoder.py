"""Composites of an encoder and a decoder against the reference."""

import numpy as np
import pytest
import safetensors.numpy
from harness import Family, assert_close, auto, family_tests, run

ENCODER = {
    "model_type": "bert", "vocab_size": 99, "hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 37,
    "max_position_embeddings": 40,
}  # fmt: skip
LOOKS = {"is_decoder": True, "add_cross_attention": True}
BERT = {**ENCODER, **LOOKS, "vocab_size": 77, "hidden_size": 36, "num_hidden_layers": 3, "num_attention_heads": 6}
GPT2 = {**LOOKS, "model_type": "gpt2", "vocab_size": 77, "n_embd": 48, "n_layer": 3, "n_head": 6, "n_positions": 40}
BART = {  # the reference makes a cache for as many layers as the encoder would have
    **LOOKS, "model_type": "bart", "vocab_size": 77, "d_model": 36, "decoder_layers": 3, "decoder_attention_heads": 6,
    "decoder_ffn_dim": 31, "encoder_layers": 3, "encoder_attention_heads": 2, "encoder_ffn_dim": 30, "max_position_embeddings": 40,
}  # fmt: skip

FAMILY = Family(
    "encoder-decoder",
    sizes={"encoder": ENCODER, "decoder": BERT, "decoder_start_token_id": 2, "pad_token_id": 0},
    variants={
        "GPT-2, of the same width": {"decoder": GPT2},
        "the decoder of BART": {"decoder": BART},
        "no padding token": {"decoder": BERT, "pad_token_id": 1},
    },
    variant_heads=("AutoModelForSeq2SeqLM",),
    skip={"AutoModel": "the reference has none"},
    seq2seq=True,
)

globals().update(family_tests(FAMILY, main="AutoModelForSeq2SeqLM"))


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """The files of an encoder and of a decoder that has no cross attention yet."""
    import torch
    import transformers

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("parts")
    transformers.BertModel(transformers.BertConfig(**ENCODER)).save_pretrained(folder / "encoder")
    plain = {name: value for name, value in GPT2.items() if name not in LOOKS}
    transformers.GPT2LMHeadModel(transformers.GPT2Config(**{**plain, "n_embd": 36})).save_pretrained(folder / "decoder")
    return folder


def joined(backend, parts, **options):
    return auto(backend, "AutoModelForSeq2SeqLM").class_for(for_model()).from_encoder_decoder_pretrained(
        parts / "encoder", parts / "decoder", decoder_start_token_id=2, pad_token_id=0, **options
    )  # fmt: skip


def for_model():
    import triform

    return triform.AutoConfig.for_model("encoder-decoder", encoder=ENCODER, decoder=GPT2)


def test_two_checkpoints_become_one_model(backend, parts, tmp_path, caplog):
    """What the checkpoints hold is loaded, cross attention and the projection start anew, and the reference reads what is saved."""
    import torch
    import transformers

    model = joined(backend, parts, decoder_attn_pdrop=0.3)
    new = set(model.loading_report.missing)
    assert {"enc_to_dec_proj.weight", "enc_to_dec_proj.bias"} < new
    assert all("crossattention" in name or "ln_cross_attn" in name or "enc_to_dec" in name for name in new)
    assert model.config.decoder.is_decoder and model.config.decoder.add_cross_attention
    assert model.config.decoder.attn_pdrop == 0.3
    assert (model.config.decoder_start_token_id, model.config.pad_token_id) == (2, 0)
    model.save_pretrained(tmp_path)
    saved = safetensors.numpy.load_file(tmp_path / "model.safetensors")
    for part in ("encoder", "decoder"):
        for name, value in safetensors.numpy.load_file(parts / part / "model.safetensors").items():
            assert np.array_equal(saved[f"{part}.{name}"], value), name
    theirs, info = transformers.AutoModelForSeq2SeqLM.from_pretrained(tmp_path, output_loading_info=True)
    assert not info["missing_keys"] and not info["unexpected_keys"]
    inputs = {"input_ids": np.array([[5, 98, 7, 9]]), "labels": np.array([[2, 44, 9]])}
    with torch.no_grad():
        out = theirs.eval()(**{name: torch.tensor(ids) for name, ids in inputs.items()})
    again = auto(backend, "AutoModelForSeq2SeqLM").from_pretrained(tmp_path)
    want = {"loss": out.loss.numpy(), "logits": out.logits.numpy()}
    for one in (model, again):
        got = run(backend, one, inputs)
        assert_close({name: got[name] for name in want}, want, FAMILY.tolerance)


def test_loaded_models_become_one(backend, parts):
    """Models in place of checkpoints; their weights are copied, and their configs stay what they were."""
    decoder = auto(backend, "AutoModelForCausalLM").from_pretrained(parts / "decoder")
    cls = auto(backend, "AutoModelForSeq2SeqLM").class_for(for_model())
    model = cls.from_encoder_decoder_pretrained(parts / "encoder", decoder_model=decoder)
    assert not decoder.config.add_cross_attention
    inputs = {"input_ids": np.array([[5, 8, 7, 9]])}
    alone = run(backend, decoder, inputs)["logits"]
    within = run(backend, model.decoder, inputs)["logits"]
    assert_close({"logits": within}, {"logits": alone}, FAMILY.tolerance)


def test_what_cannot_be_joined(backend, parts):
    import triform

    cls = auto(backend, "AutoModelForSeq2SeqLM").class_for(for_model())
    with pytest.raises(ValueError, match=r"decoder has neither a checkpoint nor a model.*decoder_model="):
        cls.from_encoder_decoder_pretrained(parts / "encoder")
    with pytest.raises((TypeError, ValueError), match=r"decoder_atn_pdrop|atn_pdrop.*attn_pdrop"):
        joined(backend, parts, decoder_atn_pdrop=0.3)
    with pytest.raises((TypeError, ValueError), match=r"pad_token_di.*pad_token_id"):
        joined(backend, parts, pad_token_di=3)
    with pytest.raises(ValueError, match="EncoderDecoderConfig: encoder and decoder must be given"):
        triform.AutoConfig.for_model("encoder-decoder")
    with pytest.raises(ValueError, match=r"decoder.add_cross_attention is not set"):
        triform.AutoConfig.for_model("encoder-decoder", encoder=ENCODER, decoder={**GPT2, "add_cross_attention": False})
    llama = {"model_type": "llama", **LOOKS, "vocab_size": 77, "hidden_size": 48, "num_attention_heads": 4, "num_hidden_layers": 1}
    with pytest.raises(ValueError, match="LlamaForCausalLM has no cross attention"):
        auto(backend, "AutoModelForSeq2SeqLM").from_config(triform.AutoConfig.for_model("encoder-decoder", encoder=ENCODER, decoder=llama))
    t5 = {"model_type": "t5", **LOOKS}
    with pytest.raises(ValueError, match=r"T5Config has no class for .*AutoModelForCausalLM.*AutoModelForSeq2SeqLM"):
        auto(backend, "AutoModelForSeq2SeqLM").from_config(triform.AutoConfig.for_model("encoder-decoder", encoder=ENCODER, decoder=t5))
    model = joined(backend, parts)
    assert model.get_input_embeddings().weight.shape[0] == 99
    assert model.get_output_embeddings().weight.shape[0] == 77
    with pytest.raises(ValueError, match="two vocabularies"):
        model.resize_token_embeddings(120)
