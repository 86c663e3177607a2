"""Each change of the scores equals the reference's on the same scores."""

import numpy as np
import pytest

ROWS, TOKENS, VOCABULARY = 3, 8, 23
RNG = np.random.default_rng(11)
SCORES = (3 * RNG.standard_normal((ROWS, VOCABULARY))).astype(np.float32)
TEXT = RNG.integers(1, 7, (ROWS, TOKENS))  # few words, so that they come again
SOURCE = RNG.integers(1, 7, (ROWS, 7))


def reference(name, *args, prompt=0, **kwargs):
    """The scores after a processor of the reference."""
    import torch
    import transformers

    process = getattr(transformers, name)(*args, **kwargs)
    return process(torch.tensor(TEXT), torch.tensor(SCORES)).numpy()


def ours(decoding, processor, *, step=3, limit=9, capacity=13):
    """The scores after a processor of ours; slots after the text are not in use."""
    history = np.full((ROWS, capacity), 5)
    history[:, :TOKENS] = TEXT
    real = np.ones((ROWS, 7), bool)
    state = decoding.state(history, slot=TOKENS, step=step, limit=limit, source=(SOURCE, real))
    return np.asarray(processor(decoding.engine.array(SCORES), state))


def same(got, want):
    hidden = np.isneginf(want)
    assert np.array_equal(np.isneginf(got), hidden)
    assert np.abs(got[~hidden] - want[~hidden]).max(initial=0) <= 1e-6 * np.abs(want[~hidden]).max(initial=1)


CASES = {
    "repetition": (lambda p, w: p.RepetitionPenalty(1.7), ("RepetitionPenaltyLogitsProcessor", (1.7,))),
    "no repeated trigram": (lambda p, w: p.NoRepeatNgram(3), ("NoRepeatNGramLogitsProcessor", (3,))),
    "no repeated bigram": (lambda p, w: p.NoRepeatNgram(2), ("NoRepeatNGramLogitsProcessor", (2,))),
    "no repeated word": (lambda p, w: p.NoRepeatNgram(1), ("NoRepeatNGramLogitsProcessor", (1,))),
    "bias": (
        lambda p, w: p.SequenceBias((((3,), 2.0), ((int(TEXT[0, -1]), 9), -4.0), ((int(TEXT[1, -2]), int(TEXT[1, -1]), 2), 5.0))),
        ("SequenceBiasLogitsProcessor", ([[[3], 2.0], [[int(TEXT[0, -1]), 9], -4.0], [[int(TEXT[1, -2]), int(TEXT[1, -1]), 2], 5.0]],)),
    ),
    "temperature": (lambda p, w: w.Temperature(0.6), ("TemperatureLogitsWarper", (0.6,))),
    "top k": (lambda p, w: w.TopK(5), ("TopKLogitsWarper", (5,))),
    "top k of more than all": (lambda p, w: w.TopK(50), ("TopKLogitsWarper", (50,))),
    "top p": (lambda p, w: w.TopP(0.8), ("TopPLogitsWarper", (0.8,))),
    "top p, two at least": (lambda p, w: w.TopP(0.01, 2), ("TopPLogitsWarper", (0.01,), {"min_tokens_to_keep": 2})),
    "min p": (lambda p, w: w.MinP(0.1), ("MinPLogitsWarper", (0.1,))),
    "typical": (lambda p, w: w.Typical(0.7), ("TypicalLogitsWarper", (0.7,))),
    "typical, narrow": (lambda p, w: w.Typical(0.1, 3), ("TypicalLogitsWarper", (0.1,), {"min_tokens_to_keep": 3})),
    "epsilon": (lambda p, w: w.Epsilon(0.03), ("EpsilonLogitsWarper", (0.03,))),
    "eta": (lambda p, w: w.Eta(0.05), ("EtaLogitsWarper", (0.05,))),
    "suppress": (lambda p, w: p.Suppress((2, 7)), ("SuppressTokensLogitsProcessor", ([2, 7],))),
    "invalid": (lambda p, w: p.RemoveInvalid(), ("InfNanRemoveLogitsProcessor", ())),
    "normalise": (lambda p, w: p.Normalise(), ("LogitNormalization", ())),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_equals_reference(decoding, name):
    build, (theirs, args, *kwargs) = CASES[name]
    want = reference(theirs, *args, **(kwargs[0] if kwargs else {}))
    assert not np.array_equal(want, SCORES) or name in ("invalid", "top k of more than all")
    same(ours(decoding, build(decoding.processors, decoding.warpers)), want)


def test_of_the_source(decoding):
    import torch

    source = torch.tensor(SOURCE)
    same(
        ours(decoding, decoding.processors.SourceRepetitionPenalty(1.6)),
        reference("EncoderRepetitionPenaltyLogitsProcessor", penalty=1.6, encoder_input_ids=source),
    )
    same(ours(decoding, decoding.processors.NoSourceNgram(2)), reference("EncoderNoRepeatNGramLogitsProcessor", 2, source))


def test_bad_words(decoding):
    words = [[4], [int(TEXT[2, -1]), 11], [int(TEXT[0, -2]), int(TEXT[0, -1]), 6]]
    pairs = tuple((tuple(word), decoding.processors.NEVER) for word in words)
    same(ours(decoding, decoding.processors.SequenceBias(pairs)), reference("NoBadWordsLogitsProcessor", words, eos_token_id=2))


@pytest.mark.parametrize("step", [0, 2, 3, 8])
def test_by_the_place_in_the_text(decoding, step):
    """What depends on how many tokens are new: the prompt was TOKENS - step long."""
    p, prompt = decoding.processors, TOKENS - step
    same(ours(decoding, p.MinNewTokens(3, (2, 5)), step=step), reference("MinNewTokensLengthLogitsProcessor", prompt, 3, [2, 5]))
    same(ours(decoding, p.Suppress((1, 4), 2), step=step), reference("SuppressTokensAtBeginLogitsProcessor", [1, 4], prompt + 2))
    same(ours(decoding, p.ForcedLast((2,)), step=step, limit=9), reference("ForcedEOSTokenLogitsProcessor", prompt + 9, [2]))
    decay = reference("ExponentialDecayLengthPenalty", (1, 1.3), [2], prompt)
    same(ours(decoding, p.LengthDecay(1, 1.3, (2,)), step=step), decay)


def test_the_first_token(decoding):
    forced = ours(decoding, decoding.processors.ForcedFirst(6), step=0)
    assert (forced[:, 6] == 0).all() and np.isneginf(np.delete(forced, 6, axis=1)).all()
    assert np.array_equal(ours(decoding, decoding.processors.ForcedFirst(6), step=1), SCORES)


def test_invalid_scores_become_numbers(decoding):
    scores = SCORES.copy()
    scores[0, 1], scores[1, 2], scores[2, 3] = np.nan, np.inf, -np.inf
    state = decoding.state(TEXT)
    got = np.asarray(decoding.processors.RemoveInvalid()(decoding.engine.array(scores), state))
    largest = np.finfo(np.float32).max
    assert got[0, 1] == 0 and got[1, 2] == largest and got[2, 3] == -largest


def test_padding_is_no_text(decoding):
    """The reference counts the padding of a prompt as if it had been said; here it never is."""
    real = np.ones(TEXT.shape, bool)
    real[:, :4] = False
    state = decoding.state(TEXT, real=real)
    got = np.asarray(decoding.processors.RepetitionPenalty(2.0)(decoding.engine.array(SCORES), state))
    for row in range(ROWS):
        said = set(TEXT[row, 4:].tolist())
        assert {v for v in range(VOCABULARY) if got[row, v] != SCORES[row, v]} == said


def test_guidance(decoding):
    import torch

    both = np.concatenate([SCORES, SCORES[::-1]])
    with_prompt, without = (torch.log_softmax(torch.tensor(x.copy()), -1) for x in (SCORES, SCORES[::-1]))
    want = (without + 1.5 * (with_prompt - without)).numpy()
    got = np.asarray(decoding.search.guided(decoding.engine.array(both), 1.5))
    assert np.abs(got - want).max() <= 1e-5
