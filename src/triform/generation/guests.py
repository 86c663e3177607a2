"""What a user brings along: processors and criteria of their own, a streamer, texts and a time at which to stop. They run on the host."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from triform.errors import InputError

from . import programs


@dataclass
class Guests:
    """What takes part in a search between its steps.

    Attributes:
        processors: (tokens (R, T), scores (R, V)) -> scores, in the framework's tensors.
        criteria: (tokens, scores) -> whether to stop: one answer, or one per row.
        allowed: (prompt, tokens) -> the ids that may come next.
        streamer: put(values) is given the prompt, then what was chosen; end().
        texts: texts that end a row, by `tokenizer`.
        seconds: how long it may take.
    """

    processors: tuple[Any, ...] = ()
    criteria: tuple[Any, ...] = ()
    allowed: Callable[[int, Any], Sequence[int]] | None = None
    streamer: Any = None
    texts: tuple[str, ...] = ()
    tokenizer: Any = None
    seconds: float | None = None

    @classmethod
    def of(cls, processors: Any, criteria: Any, allowed: Any, streamer: Any, tokenizer: Any, settings: Any) -> "Guests":
        """The guests of a call. Raises InputError where texts shall end rows, and no tokenizer says what the rows mean."""
        texts = settings.stop_strings or ()
        texts = (texts,) if isinstance(texts, str) else tuple(texts)
        if texts and tokenizer is None:
            raise InputError(f"generate: stop_strings={settings.stop_strings!r} need tokenizer=, which says what the tokens mean.")
        if "" in texts:
            raise InputError("generate: an empty stop string would end every text at once.")
        listed = lambda guests: () if guests is None else tuple(guests) if isinstance(guests, (list, tuple)) else (guests,)
        return cls(listed(processors), listed(criteria), allowed, streamer, texts, tokenizer, settings.max_time)

    def check(self, search: Any, where: str) -> None:
        """Raises InputError where what a guest does has no meaning in a search."""
        if search.beams > 1 and self.streamer is not None:
            raise InputError(f"{where}.generate: a streamer needs num_beams=1, since beams may still change what they said.")
        if search.beams > 1 and self.texts:
            raise InputError(f"{where}.generate: stop_strings need num_beams=1.")

    @property
    def stepwise(self) -> bool:
        """Whether somebody looks at every token."""
        return bool(self.processors or self.criteria or self.allowed or self.streamer is not None or self.texts)

    def late(self, run: Any) -> bool:
        """Whether the time is up."""
        return self.seconds is not None and time.monotonic() - run.began > self.seconds

    def until(self, room: int) -> int:
        """How many tokens a loop may choose before the host looks at the clock."""
        return max(1, room if self.seconds is None else min(room, 8))

    # ---- between the steps

    def said(self, run: Any, state: Any) -> Any:
        """All tokens so far (R, T), as the user knows them: the prompt as given, then what was chosen."""
        step, width = int(state.step), run.width
        prompt = run.prompt.ids if run.prompt.ids is not None else np.zeros((state.last.shape[0] // run.copies, 0), np.int64)
        new = run.engine.host(state.tokens)[:, width : width + step]
        return np.concatenate([np.repeat(prompt, run.copies, 0), new], axis=1)

    def scored(self, run: Any, state: Any, scores: Any) -> Any:
        """Scores after the guests' own processors."""
        if not self.processors and self.allowed is None:
            return scores
        said = self.said(run, state)
        if self.allowed is not None:
            scores = self._narrowed(run, said, scores)
        for process in self.processors:
            scores = process(run.engine.given(run.engine.array(said)), scores)
        return scores

    def _narrowed(self, run: Any, said: np.ndarray, scores: Any) -> Any:
        mask = np.full(tuple(scores.shape), -np.inf, np.float32)
        for row, text in enumerate(said):
            prompt = row // run.copies
            ids = list(self.allowed(prompt, run.engine.given(run.engine.array(text))))  # type: ignore[misc]
            if not ids:
                raise InputError(f"generate: prefix_allowed_tokens_fn allows no token at all after row {row}, {text.tolist()}.")
            mask[row, ids] = 0
        return scores + run.engine.array(mask)

    def show_prompt(self, run: Any) -> None:
        """Gives the streamer the prompt."""
        if self.streamer is not None and run.prompt.ids is not None:
            self.streamer.put(run.prompt.ids)

    def looked(self, run: Any, state: Any, scores: Any, more: bool) -> tuple[Any, bool]:
        """After a choice: the streamer is told, and who wants to stop does."""
        if self.streamer is not None:
            self.streamer.put(run.engine.host(state.last))
        if self.texts:
            state, more = self._ended(run, state, more)
        if self.criteria:
            said = run.engine.given(run.engine.array(self.said(run, state)))
            stop = np.zeros(state.last.shape[0], bool)
            for criterion in self.criteria:
                stop |= np.asarray(run.engine.host(run.engine.array(criterion(said, scores)))).astype(bool).reshape(-1)
            state, more = self._stopped(run, state, stop, more)
        return self.between(run, state, more)

    def between(self, run: Any, state: Any, more: bool) -> tuple[Any, bool]:
        """When the time is up, the next token is the last."""
        if more and self.late(run):
            last = int(state.step) + 1
            state = state._replace(limit=run.engine.count(min(last, run.limit)))
        return state, more

    def _ended(self, run: Any, state: Any, more: bool) -> tuple[Any, bool]:
        """Ends the rows whose text has come to a stop string. As few tokens are decoded as can hold one."""
        step = int(state.step)
        reach = min(step, 2 * max(map(len, self.texts)) + 8)
        new = run.engine.host(state.tokens)[:, run.width + step - reach : run.width + step]
        stop = np.array([any(text in self.tokenizer.decode(row.tolist()) for text in self.texts) for row in new])
        return self._stopped(run, state, stop, more)

    def _stopped(self, run: Any, state: Any, stop: np.ndarray, more: bool) -> tuple[Any, bool]:
        if not stop.any():
            return state, more
        if run.search.beams > 1:  # texts of a prompt end together: the next token is the last
            if stop.all():
                state = state._replace(limit=run.engine.count(int(state.step) + 1))
            return state, more
        state = state._replace(done=run.engine.array(run.engine.host(state.done) | stop))
        return state, bool(run.engine.run(programs.going, state, search=run.search))

    def end(self) -> None:
        """Tells the streamer that this was all."""
        if self.streamer is not None:
            self.streamer.end()
