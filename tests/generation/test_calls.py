"""What a call of `generate` takes and gives: outputs, guests, caches, errors."""

import threading

import numpy as np
import pytest
from writers import IDS, ids_of, loaded, written

import triform
from triform.errors import ConfigError, InputError, UnknownKeywordError

pytestmark = pytest.mark.xdist_group("gpt2")


@pytest.fixture
def model(backend):
    return loaded("gpt2", backend)


@pytest.fixture
def prompt(backend):
    return ids_of(backend, written("gpt2").ids[:1])


def test_everything_that_a_step_shows_equals_the_reference_s(backend, model):
    case = written("gpt2")
    asked = {"return_dict_in_generate": True, "output_scores": True, "output_logits": True, "output_attentions": True}
    asked |= {"output_hidden_states": True, "max_new_tokens": 4, "suppress_tokens": [5, 6]}
    want = case.model.generate(ids_of("torch", case.ids[:1]), do_sample=False, **asked)
    got = model.generate(ids_of(backend, case.ids[:1]), **asked)
    assert np.array_equal(np.asarray(got.sequences), want.sequences.numpy())
    for name in ("scores", "logits"):
        assert len(got[name]) == 4
        for a, b in zip(got[name], want[name]):
            finite = np.isfinite(b.numpy())
            assert np.abs(np.asarray(a)[finite] - b.numpy()[finite]).max() <= 1e-5 * np.abs(b.numpy()[finite]).max()
    for name in ("attentions", "hidden_states"):
        assert [len(step) for step in got[name]] == [len(step) for step in want[name]]
        last, theirs = np.asarray(got[name][-1][-1]), want[name][-1][-1].numpy()
        last = last[..., -theirs.shape[-1] :] if backend == "torch" or name == "hidden_states" else last
        if last.shape == theirs.shape:
            assert np.abs(last - theirs).max() <= 1e-5 * np.abs(theirs).max()


def test_beams_say_how_well_and_from_where(backend, model):
    case = written("gpt2")
    asked = {"return_dict_in_generate": True, "output_scores": True, "num_beams": 3, "num_return_sequences": 3, "max_new_tokens": 6}
    want = case.reference(**asked)
    got = model.generate(ids_of(backend, case.ids), attention_mask=ids_of(backend, case.mask), **asked)
    assert np.abs(np.asarray(got.sequences_scores) - want.sequences_scores.numpy()).max() <= 1e-5
    assert np.array_equal(np.asarray(got.beam_indices), want.beam_indices.numpy())


def test_an_encoder_s_text_is_read_once(backend):
    case, model = written("t5"), loaded("t5", backend)
    ids, mask = ids_of(backend, case.ids), ids_of(backend, case.mask)
    out = model.generate(ids, attention_mask=mask, max_new_tokens=5, return_dict_in_generate=True, output_hidden_states=True)
    assert len(out.encoder_hidden_states) == 4 and len(out.decoder_hidden_states) == 5
    states = np.asarray(out.encoder_hidden_states[-1])[:, : case.ids.shape[1]]
    again = model.generate(encoder_outputs=(states,), attention_mask=mask, max_new_tokens=5)
    assert np.array_equal(np.asarray(again), np.asarray(out.sequences))


def test_a_text_goes_on_from_its_cache(backend, model, prompt):
    first = model.generate(prompt, max_new_tokens=5, return_dict_in_generate=True)
    longer = ids_of(backend, np.concatenate([np.asarray(first.sequences), [[5, 6, 7]]], axis=1))
    want = np.asarray(model.generate(longer, max_new_tokens=6))
    got = np.asarray(model.generate(longer, max_new_tokens=6, past_key_values=first.past_key_values))
    assert np.array_equal(got, want)


def test_embeddings_as_a_prompt(backend, model, prompt):
    weight = model.get_input_embeddings().weight
    table = weight.detach().numpy() if backend == "torch" else np.asarray(weight[...])
    states = table[written("gpt2").ids[:1]]
    got = np.asarray(model.generate(inputs_embeds=states, max_new_tokens=5))
    assert np.array_equal(got, np.asarray(model.generate(prompt, max_new_tokens=5))[:, 9:])


def test_training_mode_does_not_matter(backend, prompt):
    import copy

    model = copy.deepcopy(loaded("gpt2", backend)) if backend != "tf" else loaded("gpt2", backend)
    want = np.asarray(model.generate(prompt, max_new_tokens=5))
    if backend != "tf":
        model.train()
    assert np.array_equal(np.asarray(model.generate(prompt, max_new_tokens=5)), want)
    if backend == "torch":
        assert model.training


# ---- guests


def test_a_streamer_is_told_each_token(backend, model, prompt):
    class Listener:
        def __init__(self):
            self.heard, self.over = [], False

        def put(self, value):
            self.heard += np.asarray(value).reshape(-1).tolist()

        def end(self):
            self.over = True

    listener = Listener()
    out = np.asarray(model.generate(prompt, max_new_tokens=5, streamer=listener))
    assert listener.heard == out[0].tolist() and listener.over


class Letters:
    """A tokenizer of single letters."""

    def decode(self, ids, **_):
        return "".join(chr(97 + i % 26) for i in ids)


def test_a_stop_string_ends_its_row(backend, model):
    case = written("gpt2")
    ids, mask = ids_of(backend, case.ids), ids_of(backend, case.mask)
    plain = np.asarray(model.generate(ids, attention_mask=mask, max_new_tokens=12))[:, 9:]
    stop = Letters().decode(plain[1, 3:5])
    got = np.asarray(model.generate(ids, attention_mask=mask, max_new_tokens=12, stop_strings=[stop], tokenizer=Letters()))[:, 9:]
    for row, want in zip(got, plain):
        text = Letters().decode(want)
        end = text.find(stop) + len(stop) if stop in text else len(row)
        assert row[:end].tolist() == want[:end].tolist() and (row[end:] == 1).all()


def test_processors_and_criteria_of_the_user_s_own(backend, model, prompt):
    seen = []

    def never_the_best(tokens, scores):
        seen.append(np.asarray(tokens).shape)
        scores = np.array(scores)
        scores[np.arange(len(scores)), scores.argmax(-1)] = -np.inf
        return ids_of("torch", scores) if backend == "torch" else scores

    other = np.asarray(model.generate(prompt, max_new_tokens=4, logits_processor=[never_the_best]))
    assert seen == [(1, 9), (1, 10), (1, 11), (1, 12)]
    assert other[0, 9] != np.asarray(model.generate(prompt, max_new_tokens=1))[0, 9]
    short = model.generate(prompt, max_new_tokens=9, stopping_criteria=[lambda tokens, scores: tokens.shape[1] >= 12])
    assert np.asarray(short).shape == (1, 12)


def test_only_allowed_words_come(backend, model, prompt):
    out = np.asarray(model.generate(prompt, max_new_tokens=6, prefix_allowed_tokens_fn=lambda row, text: [40, 41, 42]))
    assert np.isin(out[0, 9:], [40, 41, 42]).all()
    with pytest.raises(InputError, match="allows no token at all"):
        model.generate(prompt, max_new_tokens=6, prefix_allowed_tokens_fn=lambda row, text: [])


def test_time_is_up(backend, model, prompt):
    assert np.asarray(model.generate(prompt, max_new_tokens=100, max_time=1e-9, eos_token_id=None)).shape[1] < 9 + 20


def test_text_comes_piece_by_piece():
    class Bytes:
        def decode(self, ids, **_):
            return bytes(ids).decode("utf-8", errors="replace")

    said, text = [], "naïve — 日本語\nline 🙂"
    streamer = triform.CallbackStreamer(Bytes(), said.append, skip_prompt=True)
    streamer.put(np.array([[72, 105]]))
    for byte in text.encode():
        streamer.put(np.array([byte]))
    streamer.end()
    assert "".join(said) == text and "\ufffd" not in "".join(said) and len(said) == len(text)


def test_pieces_in_another_thread(model, prompt, backend):
    streamer = triform.TextIteratorStreamer(Letters(), skip_prompt=True, timeout=60)
    thread = threading.Thread(
        target=model.generate, args=(prompt,), kwargs={"max_new_tokens": 6, "streamer": streamer, "eos_token_id": None}
    )
    thread.start()
    assert len("".join(streamer)) == 6
    thread.join()


def test_segments(backend, model, prompt):
    """Those of BERT-like tokenizers are left out where they say nothing; GPT-2 would add them to every token."""
    from harness import auto

    import triform

    config = triform.BertConfig(**IDS, hidden_size=12, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8, is_decoder=True)
    bert = auto(backend, "AutoModelForCausalLM").from_config(config, seed=0)
    zeros = ids_of(backend, np.zeros((1, 9), int))
    got = np.asarray(bert.generate(prompt, token_type_ids=zeros, max_new_tokens=3, eos_token_id=None))
    assert np.array_equal(got, np.asarray(bert.generate(prompt, max_new_tokens=3, eos_token_id=None)))
    for writer, segments in ((bert, np.ones((1, 9), int)), (model, np.zeros((1, 9), int))):
        with pytest.raises(InputError, match="return_token_type_ids=False"):
            writer.generate(prompt, token_type_ids=ids_of(backend, segments), max_new_tokens=3)


# ---- bad input

BAD = {
    "empty prompt": ({"inputs": [[]]}, InputError, "empty prompt"),
    "no such word": ({"inputs": [[3, 97]]}, InputError, "token id 97 is none of the model's 97 words"),
    "typing slip": ({"max_new_token": 3}, UnknownKeywordError, "Did you mean 'max_new_tokens'"),
    "more answers than there are": ({"num_return_sequences": 2}, ConfigError, "raise num_beams, or set do_sample=True"),
    "longer than the model places": ({"max_new_tokens": 200}, InputError, "At most max_new_tokens=119 fits"),
    "prompt longer than that": ({"inputs": np.ones((1, 130), int)}, InputError, "the prompt has 130 tokens, but the model can place 128"),
    "several at once": ({"do_sample": True, "temperature": -1.0, "top_p": 3.0}, ConfigError, "temperature is -1.0.*top_p is 3.0"),
    "no room": ({"max_length": 5}, InputError, "leaves no room under max_length=5"),
    "stop string without tokenizer": ({"stop_strings": "x"}, InputError, "need tokenizer="),
    "streamed beams": ({"num_beams": 2, "streamer": object()}, InputError, "a streamer needs num_beams=1"),
    "all padding": ({"attention_mask": [[0] * 9]}, InputError, "row 0 of the prompt is all padding"),
    "mask of another shape": ({"attention_mask": [[1] * 8]}, InputError, "attention_mask has shape"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input(name, backend, model, prompt):
    given, error, message = BAD[name]
    given = {"inputs": prompt, **given}
    for key in ("inputs", "attention_mask"):
        if isinstance(given.get(key), (list, np.ndarray)):
            given[key] = ids_of(backend, np.asarray(given[key], int))
    with pytest.raises(error, match=message):
        model.generate(**given)


def test_what_has_no_head_cannot_write(backend):
    from harness import auto

    base = auto(backend, "AutoModel").from_pretrained(written("gpt2").folder)
    assert not base.can_generate()
    with pytest.raises(InputError, match="AutoModelForCausalLM"):
        base.generate(ids_of(backend, [[3]]))
    config = triform.AutoConfig.for_model("xlnet", d_model=8, n_layer=1, n_head=2, d_inner=8, vocab_size=9)
    with pytest.raises(InputError, match="keeps no past_key_values"):
        auto(backend, "AutoModelForCausalLM").from_config(config).generate(ids_of(backend, [[3]]))


def test_contradictions_are_said(caplog):
    loaded("gpt2", "torch").generate(ids_of("torch", [[3, 4]]), max_new_tokens=1, temperature=0.5, length_penalty=2.0)
    assert "without do_sample=True" in caplog.text and "there are no beams" in caplog.text


def test_ids_of_the_model_fill_in_a_config_of_the_user_s(model, prompt):
    config = triform.GenerationConfig(max_new_tokens=5)
    assert np.array_equal(
        np.asarray(model.generate(prompt, generation_config=config)), np.asarray(model.generate(prompt, max_new_tokens=5))
    )
    assert model.generation_config.eos_token_id == IDS["eos_token_id"]
