"""Guessed tokens change nothing but the time."""

import numpy as np
import pytest
from harness import auto
from writers import ids_of, loaded, written

import triform
from triform.errors import InputError

pytestmark = pytest.mark.xdist_group("gpt2")


@pytest.fixture
def assistant(backend):
    config = triform.AutoConfig.from_pretrained(written("gpt2").folder, n_layer=1)
    return auto(backend, "AutoModelForCausalLM").from_config(config, seed=3)


def test_guesses_of_an_assistant(backend, assistant):
    model, prompt = loaded("gpt2", backend), ids_of(backend, written("gpt2").ids[:1])
    want = np.asarray(model.generate(prompt, max_new_tokens=25, eos_token_id=None))
    for helper in (assistant, model):
        got = model.generate(prompt, max_new_tokens=25, eos_token_id=None, assistant_model=helper, num_assistant_tokens=4)
        assert np.array_equal(np.asarray(got), want)


@pytest.mark.parametrize("kind", ["gpt2", "t5"])
def test_guesses_from_the_text_itself(backend, kind):
    model, prompt = loaded(kind, backend), ids_of(backend, written(kind).ids[:1])
    want = np.asarray(model.generate(prompt, max_new_tokens=25))
    assert np.array_equal(np.asarray(model.generate(prompt, max_new_tokens=25, prompt_lookup_num_tokens=4)), want)


def test_drawn_guesses_follow_the_model_s_own_distribution():
    """Of many short texts that are drawn with an assistant, the first two tokens are distributed as without."""
    model, prompt = loaded("gpt2", "torch"), ids_of("torch", written("gpt2").ids[:1])
    config = triform.AutoConfig.from_pretrained(written("gpt2").folder, n_layer=1)
    helper = auto("torch", "AutoModelForCausalLM").from_config(config, seed=3)
    options = {"max_new_tokens": 2, "do_sample": True, "top_k": 4, "eos_token_id": None}
    plain = np.asarray(model.generate(prompt, num_return_sequences=600, seed=1, **options))[:, 9:]
    helped = np.concatenate([np.asarray(model.generate(prompt, assistant_model=helper, seed=i, **options))[:, 9:] for i in range(600)])
    for place in (0, 1):
        a, b = (np.bincount(x[:, place], minlength=97) / 600 for x in (plain, helped))
        assert np.abs(a - b).max() < 0.1, "four standard deviations of a share are 0.08"


def test_what_guesses_cannot_do(backend, assistant):
    model, case = loaded("gpt2", backend), written("gpt2")
    with pytest.raises(InputError, match="one prompt at a time"):
        model.generate(ids_of(backend, case.ids), assistant_model=assistant)
    with pytest.raises(InputError, match="one prompt at a time"):
        model.generate(ids_of(backend, case.ids[:1]), num_beams=2, prompt_lookup_num_tokens=3)
    with pytest.raises(InputError, match="the same tokenizer"):
        model.generate(ids_of(backend, case.ids[:1]), assistant_model=_other(backend))


def _other(backend):
    config = triform.GPT2Config(vocab_size=31, n_embd=12, n_layer=1, n_head=2)
    return auto(backend, "AutoModelForCausalLM").from_config(config, seed=0)
