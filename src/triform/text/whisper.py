"""Whisper's tokenizer: the tokens before a transcript say its language and task, and tokens within it say when (Radford et al., 2022)."""

import re
import unicodedata
from itertools import pairwise
from typing import Any

from triform.errors import TokenizerError, nearest
from triform.text.framing import follow_prefix, set_template
from triform.text.tokenizer import PreTrainedTokenizer
from triform.text.whisper_languages import LANGUAGES

START, PREVIOUS, UNTIMED, FIRST_TIME = "<|startoftranscript|>", "<|startofprev|>", "<|notimestamps|>", "<|0.00|>"
TASKS = ("transcribe", "translate")
TIMES = 1501  # of a window, every 0.02 seconds from 0 to 30
LETTERS = {
    "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "ß": "ss", "ẞ": "SS", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th",
    "Þ": "th", "ł": "l", "Ł": "L",
}  # fmt: skip


def language_code(name: str) -> str:
    """The code of a language: "German" or "de" -> "de". Raises TokenizerError for one that Whisper does not know."""
    wanted = name.lower()
    if wanted in LANGUAGES.values():
        return wanted
    if wanted not in LANGUAGES:
        raise TokenizerError(f"Whisper knows no language {name!r}.{nearest(wanted, LANGUAGES)} It knows: {', '.join(sorted(LANGUAGES))}.")
    return LANGUAGES[wanted]


def prefix(engine: Any, settings: dict[str, Any]) -> list[tuple[str, int]]:
    """The tokens before a transcript. Raises TokenizerError for a language or task that there is not."""
    language, task = settings.get("language"), settings.get("task")
    if task is not None and task not in TASKS:
        raise TokenizerError(f"Whisper has no task {task!r}. It has: {', '.join(TASKS)}.")
    asked = [f"<|{language_code(language)}|>"] if language else []
    asked += [f"<|{task}|>"] if task else []
    found = []
    for token in (START, *asked, *([] if settings.get("predict_timestamps") else [UNTIMED])):
        number = engine.token_to_id(token)
        if number is not None:
            found.append((token, number))
        elif token in asked:
            raise TokenizerError(f"This vocabulary has no {token}: the model is for English alone.")
    return found


def frame(engine: Any, settings: dict[str, Any], special: dict[str, Any]) -> None:
    """PREFIX A EOS; PREFIX A B EOS for a pair."""
    before = prefix(engine, settings)
    eos = special.get("eos_token")
    end = [(eos, engine.token_to_id(eos))] if eos is not None else []
    starts, ends = [f"{token}:0" for token, _ in before], [token for token, _ in end]
    set_template(engine, [*starts, "$A:0", *(f"{t}:0" for t in ends)], [*starts, "$A:0", "$B:1", *(f"{t}:1" for t in ends)], before + end)


def follow(engine: Any, settings: dict[str, Any], special: dict[str, Any]) -> None:
    """The space before the text; and the prefix, where the settings say anything of it."""
    follow_prefix(engine, settings, special)
    if settings.get("language") or settings.get("task") or settings.get("predict_timestamps"):
        frame(engine, settings, special)


class WhisperTokenizer(PreTrainedTokenizer):
    """Encodes transcripts with the prefix of a language and a task; decodes with or without times."""

    # ---- the prefix

    def set_prefix_tokens(self, language: str | None = None, task: str | None = None, predict_timestamps: bool | None = None) -> None:
        """Sets what calls put before a transcript; None keeps what there is.

        Args:
            language: its English name, or code. task: "transcribe", or "translate" into English.
            predict_timestamps: leave out the token that says that there are no times.

        Raises: TokenizerError, and nothing is changed then.
        """
        given = {"language": language, "task": task, "predict_timestamps": predict_timestamps}
        settings = {**self.settings, **{name: value for name, value in given.items() if value is not None}}
        with self._lock:
            frame(self._engine, settings, self.special_tokens_map)
            self.settings = settings

    @property
    def prefix_tokens(self) -> list[int]:
        """The ids before a transcript."""
        return [number for _, number in prefix(self._engine, self.settings)]

    def get_decoder_prompt_ids(
        self, task: str | None = None, language: str | None = None, no_timestamps: bool = True
    ) -> list[tuple[int, int]]:
        """(place, id) of the tokens that generation is made to begin with. Calls put them before transcripts from then on."""
        self.set_prefix_tokens(language, task, not no_timestamps)
        return list(enumerate(self.prefix_tokens))[1:]

    def get_prompt_ids(self, text: str, return_tensors: Any = "np") -> Any:
        """The ids of a text that counts as spoken before, for generation's `prompt_ids`. Raises TokenizerError for special tokens."""
        made = self(f" {text.strip()}", add_special_tokens=False)
        special = set(self.all_special_ids)
        found = [token for token, i in zip(made.tokens(), made["input_ids"]) if i in special or self._is_time(i)]
        if found:
            raise TokenizerError(f"The prompt holds the special token {found[0]!r}; give it as plain text.")
        from triform.text.encoding import BatchEncoding

        ids = [self.convert_tokens_to_ids(PREVIOUS), *made["input_ids"]]
        return BatchEncoding({"input_ids": ids}).convert_to_tensors(return_tensors)["input_ids"]

    # ---- times

    def timestamp_ids(self) -> list[int]:
        """The ids that say when."""
        first = self._engine.token_to_id(FIRST_TIME)
        return [] if first is None else list(range(first, first + TIMES))

    def _is_time(self, number: int) -> bool:
        first = self._engine.token_to_id(FIRST_TIME)
        return first is not None and number >= first

    def _times(self, ids: list[int], precision: float) -> dict[int, float]:
        """Place -> seconds of each time in a transcript of several windows.

        Times start anew with each window. A window that ended in two times went up to the second; one that ended in one was full.
        """
        first = self._engine.token_to_id(FIRST_TIME)
        if first is None:
            return {}
        begun, latest, found = 0.0, 0.0, {}
        for place, number in enumerate(ids):
            if number < first:
                continue
            seconds = (number - first) * precision
            if seconds < latest:
                doubled = place >= 2 and ids[place - 1] >= first and ids[place - 2] >= first
                begun += latest if doubled else (TIMES - 1) * precision
            latest = seconds
            found[place] = seconds + begun
        return found

    # ---- decoding

    def _decoded(
        self, rows: list[list[int]], skip_special_tokens: bool, tidy: bool | None, output_offsets: bool = False,
        time_precision: float = 0.02, decode_with_timestamps: bool = False, normalize: bool = False, basic_normalize: bool = False,
        remove_diacritics: bool = False,
    ) -> list[Any]:  # fmt: skip
        """The text of each row.

        Args:
            output_offsets: give {"text", "offsets"}, the latter a list of {"text", "timestamp": (start, end)} in seconds.
            decode_with_timestamps: write the times into the text, as <|1.00|>.
            time_precision: seconds between two times.
            basic_normalize: lower case without punctuation and remarks in brackets; remove_diacritics: without accents too.
        """
        if normalize:
            raise TokenizerError("normalize=True, the normaliser of English spelling and numbers, is not there; basic_normalize=True is.")
        kept = [self._without_prompt(row) if skip_special_tokens else row for row in rows]
        if decode_with_timestamps:
            texts = [self._timed(row, skip_special_tokens, tidy, time_precision) for row in kept]
        else:
            texts = super()._decoded([[i for i in row if not self._is_time(i)] for row in kept], skip_special_tokens, tidy)
        if basic_normalize:
            texts = [self.basic_normalize(text, remove_diacritics) for text in texts]
        if output_offsets:
            return [{"text": text, "offsets": self._offsets(row, tidy, time_precision)} for text, row in zip(texts, rows)]
        return texts

    def _without_prompt(self, ids: list[int]) -> list[int]:
        """Without what was spoken before, which <|startofprev|> begins and <|startoftranscript|> ends."""
        if not ids or ids[0] != self._engine.token_to_id(PREVIOUS):
            return ids
        start = self._engine.token_to_id(START)
        return ids[ids.index(start) :] if start in ids else []

    def _timed(self, ids: list[int], skip_special_tokens: bool, tidy: bool | None, precision: float) -> str:
        """The text with the times in it; of three times in a row, the second, where a window ended, is left out."""
        times = self._times(ids, precision)
        times = {place: t for place, t in times.items() if not (place + 1 in times and place - 1 in times and ids[place + 1] < ids[place])}
        ids = [i for place, i in enumerate(ids) if place in times or not self._is_time(i)]
        times = dict(zip((place for place, i in enumerate(ids) if self._is_time(i)), times.values()))
        bounds = [-1, *times, len(ids)]
        parts = [ids[start + 1 : end] for start, end in pairwise(bounds)]
        texts = super()._decoded(parts, skip_special_tokens, tidy)
        marks = [f"<|{seconds:.2f}|>" for seconds in times.values()]
        return texts[0] + "".join(mark + text for mark, text in zip(marks, texts[1:]))

    def _offsets(self, ids: list[int], tidy: bool | None, precision: float) -> list[dict[str, Any]]:
        """The pieces between times: one ends where two times meet, the last one with the last time."""
        times = self._times(ids, precision)
        places = list(times)
        if not places:
            return []
        ends = [place for place, following in pairwise(places) if following == place + 1]
        pieces, start = [], places[0]
        for end in dict.fromkeys([*ends, places[-1]]):
            if end > start:
                pieces.append((start, end))
            start = end + 1
        texts = super()._decoded([[i for i in ids[start:end] if not self._is_time(i)] for start, end in pieces], False, tidy)
        return [{"text": text, "timestamp": (times[start], times[end])} for text, (start, end) in zip(texts, pieces)]

    @staticmethod
    def basic_normalize(text: str, remove_diacritics: bool = False) -> str:
        """Lower case, without remarks in brackets, punctuation and symbols, single spaces."""
        text = re.sub(r"[<\[][^>\]]*[>\]]", "", text.lower())
        text = re.sub(r"\([^)]+?\)", "", text)
        return re.sub(r"\s+", " ", _spaced(text, remove_diacritics).lower())


def _spaced(text: str, remove_diacritics: bool) -> str:
    """Marks, symbols and punctuation as spaces; with remove_diacritics, accents go and letters that have one built in become plain."""
    if not remove_diacritics:
        return "".join(" " if unicodedata.category(c)[0] in "MSP" else c for c in unicodedata.normalize("NFKC", text))
    plain = []
    for c in unicodedata.normalize("NFKD", text):
        kind = unicodedata.category(c)
        plain.append(LETTERS[c] if c in LETTERS else "" if kind == "Mn" else " " if kind[0] in "MSP" else c)
    return "".join(plain)
