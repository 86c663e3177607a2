"""Assisted decoding: tokens are guessed, and the model checks several of them in one call. What it gives is what it would give without.

Papers  Leviathan et al., 2022, https://arxiv.org/abs/2211.17192; guesses from the text itself: Saxena, 2023, "prompt lookup decoding"
"""

from typing import Any

import numpy as np

from triform.errors import InputError

from . import programs
from .answers import answer
from .state import State

WINDOW = 3  # tokens that the text must repeat for a guess to be made, where it is not said


def assisted(run: Any, assistant: Any, seed: int | None) -> Any:
    """A call of `generate` with guesses: of an assistant, or from the text so far."""
    from . import generate as g

    _check(run, assistant)
    guess: Any = _Assistant(run, assistant, seed) if assistant is not None else _Lookup(run)
    chance = np.random.default_rng(seed)
    logits, cache = g.read(run)
    state = g._state(run, seed)
    run.guests.show_prompt(run)
    state, more = g.one_choice(run, state, run.engine.run(programs.last, logits))
    while more:
        done = int(state.step)
        tokens, shares = guess(run, state, min(run.limit - done - 1, guess.most))
        state, cache, more, kept = _check_guesses(run, state, cache, tokens, shares, chance)
        guess.learned(len(tokens), kept)
    run.guests.end()
    return answer(run, cache, state)


def _check(run: Any, assistant: Any) -> None:
    where = type(run.model).__name__
    if run.search.beams > 1 or run.search.guidance is not None or run.copies > 1 or run.prompt.mask.shape[0] != 1:
        raise InputError(
            f"{where}.generate: guesses are checked for one prompt at a time, without beams, guidance or several answers "
            f"(here: {run.prompt.mask.shape[0]} prompts, num_beams={run.settings.num_beams}, num_return_sequences={run.copies})."
        )
    if run.reader.asked:
        raise InputError(f"{where}.generate: with guesses, output_attentions and output_hidden_states have no one step to belong to.")
    if run.window is not None and not run.engine.compiles and run.prompt.tokens.shape[1] + run.limit > run.window:
        raise InputError(
            f"{where}.generate: guesses need the whole text in the cache, but this model forgets what is {run.window} tokens back."
        )
    if assistant is not None:
        if not assistant.can_generate():
            raise InputError(f"{where}.generate: assistant_model is a {type(assistant).__name__}, which cannot generate.")
        words = [m.config.get_text_config(decoder=True).vocab_size for m in (run.model, assistant)]
        if words[0] != words[1]:
            raise InputError(f"{where}.generate: the assistant has {words[1]} words, the model {words[0]}: they need the same tokenizer.")


def _check_guesses(run: Any, state: State, cache: Any, tokens: list[int], shares: Any, chance: Any) -> Any:
    """One call over the last token and all guesses; then choices, one by one, for as long as they agree: (state, cache, more, agreed)."""
    engine = run.engine
    last = engine.host(state.last).reshape(1, 1)
    read = np.concatenate([last, np.array([tokens], np.int64).reshape(1, -1)], axis=1)
    width = read.shape[1]
    if engine.compiles:  # one size of call
        read = np.pad(read, ((0, 0), (0, max(0, run.guesses + 1 - width))))
    before = int(cache.start)
    count = None if cache.count is None else engine.host(engine.array(cache.count))
    out = engine.run(programs.read_guesses, cache, engine.array(read), run.source, reader=run.reader, consume=True)
    agreed, more = 0, True
    for i in range(width):
        logits = out.logits[:, i]
        if i < len(tokens) and shares is not None:
            state, more, same = _drawn(run, state, logits, tokens[i], shares[i], chance)
        else:
            from .generate import one_choice

            state, more = one_choice(run, state, logits)
            same = i < len(tokens) and int(engine.host(state.last)[0]) == tokens[i]
        if not same or not more:
            break
        agreed += 1
    cache = out.past_key_values._replace(start=engine.count(before + agreed + 1))  # what was guessed wrong is written over
    if count is not None:
        cache = cache._replace(count=engine.array(count + agreed + 1))
    return state, cache, more, agreed


def _drawn(run: Any, state: State, logits: Any, token: int, shares: np.ndarray, chance: Any) -> tuple[State, bool, bool]:
    """Keeps a guess with probability p / q, and else draws from what p has more than q: together a draw from p. (state, more, kept)."""
    scores = run.engine.host(run.engine.run(programs.score, state, logits, search=run.search))
    p = _shares(scores[0])
    kept = chance.random() < min(1.0, p[token] / max(shares[token], 1e-30))
    if not kept:
        rest = np.maximum(p - shares, 0)
        token = int(chance.choice(len(p), p=rest / rest.sum() if rest.sum() > 0 else p / p.sum()))
    forced = np.full(scores.shape, -np.inf, np.float32)
    forced[0, token] = 0.0
    state, more = run.engine.run(programs.choose, state, run.engine.array(forced), search=run.search)
    state, more = run.guests.looked(run, state, run.engine.array(scores), bool(more))
    return state, more, kept


def _shares(scores: np.ndarray) -> np.ndarray:
    wide = scores.astype(np.float64)
    e = np.exp(wide - wide.max())
    return e / e.sum()


def _text(run: Any, state: State) -> np.ndarray:
    """All tokens so far that the decoder has read or will read."""
    step = int(state.step)
    new = run.engine.host(state.tokens)[0, run.width : run.width + step]
    return np.concatenate([run.prompt.tokens[0][run.prompt.mask[0]], new])


class _Lookup:
    """Guesses that the text goes on as it did after its last tokens the time before."""

    def __init__(self, run: Any) -> None:
        self.most = run.settings.prompt_lookup_num_tokens
        self.widest = run.settings.max_matching_ngram_size or WINDOW

    def __call__(self, run: Any, state: State, most: int) -> tuple[list[int], Any]:
        text = _text(run, state)
        for n in range(min(self.widest, len(text) - 1), 0, -1):
            starts = np.lib.stride_tricks.sliding_window_view(text[:-1], n)
            hits = np.flatnonzero((starts == text[-n:]).all(axis=1))
            if len(hits):
                found = text[hits[0] + n : hits[0] + n + max(most, 0)].tolist()
                ends = [i for i, token in enumerate(found) if token in run.search.ends]
                return found[: ends[0]] if ends else found, None
        return [], None

    def learned(self, guessed: int, kept: int) -> None:
        """A lookup does not learn."""


class _Assistant:
    """A smaller model, which writes on by itself; the next time more if all of it was kept, and less if not."""

    def __init__(self, run: Any, model: Any, seed: int | None) -> None:
        self.model, self.most, self.seed = model, run.settings.num_assistant_tokens, seed
        self.wanted = float(self.most)

    def __call__(self, run: Any, state: State, most: int) -> tuple[list[int], Any]:
        most = min(most, max(1, int(self.wanted)))
        if most < 1:
            return [], None
        settings = run.settings.changed(
            max_new_tokens=most, max_length=None, min_length=0, min_new_tokens=None, max_time=None, stop_strings=None,
            prompt_lookup_num_tokens=None, return_dict_in_generate=True, output_scores=run.search.draws, output_logits=None,
        )  # fmt: skip
        self.seed = None if self.seed is None else self.seed + 1
        text = run.engine.given(run.engine.array(_text(run, state)[None]))
        source = {name: x for name, x in run.prompt.source.items() if name in self.model.argument_names()}
        name = "decoder_input_ids" if run.reader.seq2seq else self.model.main_input_name
        out = self.model.generate(generation_config=settings, seed=self.seed, **{name: text}, **source)
        tokens = run.engine.host(out.sequences)[0, text.shape[1] :].tolist()
        return tokens, [_shares(run.engine.host(x)[0]) for x in out.scores] if run.search.draws else None

    def learned(self, guessed: int, kept: int) -> None:
        """More guesses where all were kept, fewer where not."""
        self.wanted = min(self.wanted + 2, self.most) if kept == guessed else max(1.0, self.wanted - 1)
