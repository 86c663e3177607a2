"""Greedy and beam search write what the reference writes, token for token: three prompts of unequal length, 40 new tokens."""

import importlib

import numpy as np
import pytest
from harness import auto, move_off_defaults
from writers import SEQ2SEQ, SIZES, generated, ids_of, loaded, written

SEARCHES = {
    "greedy": {},
    "beams": {"num_beams": 4, "num_return_sequences": 2, "length_penalty": 0.6},
}
OPTIONS = {
    "early": {"num_beams": 3, "early_stopping": True},
    "never": {"num_beams": 3, "early_stopping": "never", "length_penalty": 2.0},
    "short": {"num_beams": 3, "length_penalty": -1.0},
    "guided": {"guidance_scale": 1.5},  # with beams, the reference forgets to reorder the cache of the text without the prompt
    "several ends": {"num_beams": 3, "eos_token_id": [2, 5, 9]},
    "forced end": {"forced_eos_token_id": 2, "max_new_tokens": 7},
    "least": {"min_new_tokens": 6, "eos_token_id": [2, 5, 9, 17]},
}


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("kind", [pytest.param(kind, marks=pytest.mark.xdist_group(kind)) for kind in SIZES])
def test_equals_reference(kind, search, backend):
    want = written(kind).reference(max_new_tokens=40, **SEARCHES[search]).numpy()
    got = generated(kind, backend, max_new_tokens=40, **SEARCHES[search])
    assert got.shape == want.shape and np.array_equal(got, want)


@pytest.mark.xdist_group("gpt2")
@pytest.mark.parametrize("option", OPTIONS)
def test_options(option, backend):
    if backend != "torch" and option not in ("never", "guided", "several ends"):
        pytest.skip("the same functions as on PyTorch; three searches are compiled too")
    settings = {"max_new_tokens": 20, **OPTIONS[option]}
    want = written("gpt2").reference(**settings).numpy()
    got = generated("gpt2", backend, **settings)
    assert got.shape == want.shape and np.array_equal(got, want)


@pytest.mark.xdist_group("gpt2")
def test_processors_in_a_search(backend):
    """Prompts without padding, which the reference would count as text."""
    settings = {
        "max_new_tokens": 20, "repetition_penalty": 1.3, "no_repeat_ngram_size": 2, "bad_words_ids": [[5], [7, 8]], "num_beams": 2,
        "suppress_tokens": [11], "begin_suppress_tokens": [13], "exponential_decay_length_penalty": (5, 1.2),
    }  # fmt: skip
    import torch

    case = written("gpt2")
    prompt = np.maximum(case.ids, 3)
    want = case.model.generate(torch.tensor(prompt), attention_mask=torch.ones(3, 9), do_sample=False, **settings).numpy()
    got = np.asarray(loaded("gpt2", backend).generate(ids_of(backend, prompt), **settings))
    assert got.shape == want.shape and np.array_equal(got, want)


@pytest.mark.parametrize("kind", [pytest.param("mistral", marks=pytest.mark.xdist_group("mistral"))])
def test_a_window_that_slides(kind, backend):
    """The cache forgets what no token sees any more, and the text stays the reference's."""
    case = written(kind)
    want = case.reference(max_new_tokens=150).numpy()
    out = loaded(kind, backend).generate(
        ids_of(backend, case.ids), attention_mask=ids_of(backend, case.mask), max_new_tokens=150, return_dict_in_generate=True
    )
    got = np.asarray(out.sequences)
    assert got.shape == want.shape and np.array_equal(got, want)
    assert out.past_key_values.keys[0].shape[2] <= 128 < 159, "the cache never held the whole text"


@pytest.mark.xdist_group("gpt2")
def test_padding_on_the_right_is_moved(backend):
    model, ids = loaded("gpt2", backend), np.random.default_rng(3).integers(3, 97, (2, 8))
    mask = np.ones_like(ids)
    mask[0, 5:] = 0
    got = np.asarray(model.generate(ids_of(backend, ids), attention_mask=ids_of(backend, mask), max_new_tokens=6))
    alone = np.asarray(model.generate(ids_of(backend, ids[:1, :5]), max_new_tokens=6))
    assert np.array_equal(got[:, :8], ids) and np.array_equal(got[0, 8:], alone[0, 5:])


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=pytest.mark.xdist_group(kind)) for kind in ("gpt2", *SEQ2SEQ[:1])])
def test_another_length_compiles_nothing(kind, backend):
    """Prompts are read in pieces of one size, sources are padded to lengths that come again."""
    if backend == "torch":
        pytest.skip("PyTorch compiles nothing")
    model, rng = loaded(kind, backend), np.random.default_rng(5)
    texts = [ids_of(backend, rng.integers(3, 97, (2, n))) for n in (5, 11, 27)]
    model.generate(texts[0], max_new_tokens=9)
    before = compiled(model, backend)
    for text, n in zip(texts[1:], (9, 14)):
        model.generate(text, max_new_tokens=n)
    assert compiled(model, backend) == before


@pytest.mark.xdist_group("t5")
def test_a_decoder_stands_in_one_program(backend, monkeypatch):
    """The loop reads the one token of a decoder's prompt by itself; where rows share a text, its logits are needed first."""
    if backend == "torch":
        pytest.skip("PyTorch compiles nothing")
    engine, ran = importlib.import_module(f"triform.{backend}.engine").Engine, []
    run = engine.run

    def noted(self, program, *arrays, **more):
        ran.append(program.__name__)
        return run(self, program, *arrays, **more)

    monkeypatch.setattr(engine, "run", noted)
    model, text = loaded("t5", backend), ids_of(backend, np.random.default_rng(6).integers(3, 97, (2, 7)))
    one = model.generate(text, max_new_tokens=6)
    assert ran == ["read_source", "decode"]
    ran.clear()
    two = model.generate(text, max_new_tokens=6, do_sample=True, top_k=1, num_return_sequences=2)
    assert ran[0] == "read_prompt"
    assert (np.asarray(two)[::2] == np.asarray(one)).all()


def compiled(model, backend):
    """How many programs there are."""
    if backend == "flax":
        from triform.flax import engine

        return engine._run._cache_size() + engine._run_consuming._cache_size()
    return sum(program.experimental_get_tracing_count() for program in model.tree._programs[0].values())


@pytest.mark.xdist_group("roberta")
@pytest.mark.parametrize("kind", ["bert", "roberta"])
def test_an_encoder_that_writes(kind, backend):
    """Each token is the likeliest of a full pass over what is there; the reference numbers RoBERTa's padded texts from 0 here."""
    import triform

    sizes = {"hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 37, "max_position_embeddings": 40}
    ids = {"vocab_size": 97, "pad_token_id": 1, "eos_token_id": None, "bos_token_id": 0}
    config = triform.AutoConfig.for_model(kind, is_decoder=True, initializer_range=0.5, **sizes, **ids)
    plain = triform.AutoModelForCausalLM.from_config(config, seed=2).eval()
    model = auto(backend, "AutoModelForCausalLM").from_config(config, seed=2)
    prompts = np.random.default_rng(1).integers(3, 97, (2, 7))
    mask = np.ones_like(prompts)
    mask[0, :3] = 0
    got = np.asarray(
        model.generate(ids_of(backend, np.where(mask == 1, prompts, 1)), attention_mask=ids_of(backend, mask), max_new_tokens=8)
    )
    for row, real in zip(got, mask):
        text = row[:7][real == 1][None]
        for token in row[7:]:
            assert plain(ids_of("torch", text)).logits[0, -1].argmax() == token
            text = np.concatenate([text, [[token]]], axis=1)


@pytest.mark.xdist_group("bart")
def test_the_decoder_of_an_encoder_decoder_writes_by_itself(backend, tmp_path):
    import torch
    import transformers

    case = written("bart")
    torch.manual_seed(3)
    # the reference's cache counts the layers of the encoder that is not there
    changes = {"is_decoder": True, "encoder_layers": 3, "num_hidden_layers": 3}
    model = transformers.BartForCausalLM(transformers.BartConfig(**{**case.model.config.to_dict(), **changes})).eval()
    move_off_defaults(model, np.random.default_rng(8))
    model.save_pretrained(tmp_path)
    prompts = np.maximum(case.ids, 3)
    settings = {"max_new_tokens": 9, "do_sample": False, "forced_eos_token_id": None}
    want = model.generate(torch.tensor(prompts), attention_mask=torch.ones(3, 9), **settings).numpy()
    got = np.asarray(auto(backend, "AutoModelForCausalLM").from_pretrained(tmp_path).generate(ids_of(backend, prompts), **settings))
    assert got.shape == want.shape and np.array_equal(got, want)
