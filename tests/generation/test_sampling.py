"""Drawn tokens follow the distribution that the scores say, and the seed."""

import numpy as np
import pytest
from writers import ids_of, loaded, written

SETTINGS = {"do_sample": True, "temperature": 0.8, "top_k": 12, "top_p": 0.9}
DRAWS = 1000


def expected():
    """The distribution of the first new token by the reference: its scores after its own warpers."""
    import torch

    case = written("llama")
    out = case.model.generate(
        torch.tensor(case.ids[:1]), max_new_tokens=1, return_dict_in_generate=True, output_scores=True, **SETTINGS
    )  # fmt: skip
    return torch.softmax(out.scores[0][0], -1).numpy()


@pytest.mark.xdist_group("llama")
def test_first_tokens_follow_the_distribution(backend):
    shares = expected()
    prompt = ids_of(backend, written("llama").ids[:1])
    out = loaded("llama", backend).generate(prompt, max_new_tokens=1, num_return_sequences=DRAWS, seed=3, **SETTINGS)
    counts = np.bincount(np.asarray(out)[:, -1], minlength=len(shares))
    assert counts[shares == 0].sum() == 0, "what top_k and top_p leave out never comes"
    kept = shares > 0
    assert kept.sum() > 3
    statistic = ((counts[kept] - DRAWS * shares[kept]) ** 2 / (DRAWS * shares[kept])).sum()
    degrees = kept.sum() - 1
    assert statistic < degrees + 4 * np.sqrt(2 * degrees), "chi-square beyond four standard deviations"


@pytest.mark.xdist_group("llama")
def test_a_seed_repeats(backend):
    model, prompt = loaded("llama", backend), ids_of(backend, written("llama").ids[:1])
    draw = lambda seed: np.asarray(model.generate(prompt, max_new_tokens=8, num_return_sequences=3, do_sample=True, seed=seed))
    first = draw(7)
    assert np.array_equal(first, draw(7)) and not np.array_equal(first, draw(8))
    assert len({tuple(row) for row in first.tolist()}) > 1, "each of several answers is a draw of its own"


def test_without_a_seed_the_framework_s_own_decides():
    import torch

    model, prompt = loaded("llama", "torch"), ids_of("torch", written("llama").ids[:1])
    draws = []
    for _ in range(2):
        torch.manual_seed(5)
        draws.append(model.generate(prompt, max_new_tokens=8, do_sample=True).tolist())
    assert draws[0] == draws[1] != model.generate(prompt, max_new_tokens=8, do_sample=True).tolist()


@pytest.mark.xdist_group("llama")
def test_beams_that_draw(backend):
    """Drawn beams differ by seed, are sorted by score, and hold no word that is left out."""
    model, prompt = loaded("llama", backend), ids_of(backend, written("llama").ids[:1])
    options = {"max_new_tokens": 6, "num_beams": 3, "num_return_sequences": 3, "do_sample": True, "suppress_tokens": [5, 6, 7]}
    found = [
        model.generate(prompt, seed=seed, return_dict_in_generate=True, output_scores=True, **options) for seed in (1, 1, 2)
    ]  # fmt: skip
    first, again, other = (np.asarray(out.sequences) for out in found)
    assert np.array_equal(first, again) and (first.shape != other.shape or not np.array_equal(first, other))
    scores = np.asarray(found[0].sequences_scores)
    assert (np.diff(scores) <= 0).all() and not np.isin(first[:, 9:], [5, 6, 7]).any()
