"""T5 against the reference: versions 1.0 and 1.1."""

import numpy as np
import pytest
from harness import Family, assert_close, auto, family_tests, flat, reference_case, tensors


def with_ends(auto_class, rng, config):
    """A classifier of sequences looks at the last end-of-text token: one in each row, before the padding."""
    if auto_class != "AutoModelForSequenceClassification":
        return {}
    ids = rng.integers(3, config.vocab_size, (3, 11))
    ids[:, 6] = config.eos_token_id
    mask = np.ones((3, 11), np.int64)
    mask[1, 8:] = 0
    return {"input_ids": ids, "attention_mask": mask, "decoder_input_ids": None}


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
    inputs=with_ends,
)  # fmt: skip

globals().update(family_tests(FAMILY, main="AutoModelForSeq2SeqLM"))


@pytest.mark.xdist_group("t5")
@pytest.mark.parametrize("capacity", [True, 16])
def test_steps_with_a_cache_equal_one_pass(backend, capacity):
    """The cross attention's keys and values are computed once; the encoder's output is handed on."""
    case = reference_case(FAMILY, "AutoModel")
    model = auto(backend, "AutoModelForSeq2SeqLM").from_pretrained(case.folder, ignore_missing=True)
    given = tensors(backend, case.inputs)
    whole = model(**given, use_cache=False)
    ids = given.pop("decoder_input_ids")
    out = model(**given, decoder_input_ids=ids[:, :4], use_cache=capacity)
    parts = [np.asarray(dict(flat(out))["logits"])]
    for i in range(4, ids.shape[1]):
        out = model(
            encoder_outputs=(out.encoder_last_hidden_state,), attention_mask=given["attention_mask"], decoder_input_ids=ids[:, i : i + 1],
            past_key_values=out.past_key_values,
        )  # fmt: skip
        parts.append(dict(flat(out))["logits"])
    assert_close({"logits": np.concatenate(parts, 1)}, {"logits": dict(flat(whole))["logits"]}, 1e-5)


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
