"""VITS (Kim et al., 2021): text in the letters or phonemes that the model speaks, with blanks between."""

import logging
import re
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from triform.errors import MissingDependencyError
from triform.text.cutting import Cut, CutEngine

log = logging.getLogger("triform")


class Spoken:
    """Leaves of a text what the model can speak.

    Args:
        ids: the vocabulary.
        settings: normalize, phonemize, is_uroman.
    """

    def __init__(self, ids: dict[str, int], settings: dict[str, Any]) -> None:
        self._ids = ids
        self._normalizes = bool(settings.get("normalize", True))
        self._phonemizes, self._romanizes = bool(settings.get("phonemize", True)), bool(settings.get("is_uroman"))
        self._warned = False
        self._longer = sorted((token for token in ids if len(token) > 1), key=lambda token: ids[token])

    def require(self) -> None:
        """Raises MissingDependencyError where the checkpoint speaks phonemes and the package for them is not there."""
        if self._phonemizes and find_spec("phonemizer") is None:
            raise MissingDependencyError(
                "This VITS checkpoint speaks phonemes, which need the package `phonemizer` (and espeak-ng): pip install phonemizer."
            )

    def normalize(self, text: Any) -> None:
        """The engine's call: changes its text in place, so that it knows where each letter came from. What it is given must never raise."""
        given = text.normalized
        if self._romanizes and not given.isascii() and not self._warned:
            self._warned = True
            log.warning(
                "This VITS checkpoint speaks text in Roman letters; letters of other scripts are left out. `uroman` romanises text."
            )
        kept = self._lowered(given) if self._normalizes else list(given)
        if self._phonemizes:
            text.replace(given, self._phonemes("".join(kept)))
            return
        if not self._normalizes:
            return
        lowered = iter(kept)
        text.map(lambda character: next(lowered, character))
        flags = iter([character in self._ids for character in kept])
        text.filter(lambda character: next(flags, False))
        text.strip()

    def _lowered(self, text: str) -> list[str]:
        """Letters that the vocabulary lacks in their small form; one character for each."""
        out: list[str] = []
        at = 0
        while at < len(text):
            longer = next((token for token in self._longer if text.startswith(token, at)), None)
            if longer is not None:
                out += longer
                at += len(longer)
                continue
            character = text[at]
            out.append(character if character in self._ids else character.lower()[0])  # one capital alone, İ, has a longer small form
            at += 1
        return out

    def _phonemes(self, letters: str) -> str:
        import phonemizer

        options = {"language": "en-us", "backend": "espeak", "strip": True, "preserve_punctuation": True, "with_stress": True}
        return " ".join(phonemizer.phonemize(letters, **options).split())


class SpokenEngine(CutEngine):
    """Special tokens are looked for in what is left of the text, by the cutter."""

    def _attach(self) -> None:
        super()._attach()
        self._rust.encode_special_tokens = True

    def _require(self) -> None:
        self._normalizer.require()

    @property
    def encode_special_tokens(self) -> bool:
        """Whether special tokens are cut like text: the engine's setting, which has no effect here."""
        return False

    @encode_special_tokens.setter
    def encode_special_tokens(self, value: bool) -> None:
        pass


class Blanks:
    """Characters, with a blank before, between and after.

    Args:
        blank: the token of blanks; None has no blanks.
        special: tokens that are never split, around which blanks begin anew.
    """

    def __init__(self, blank: str | None, special: Sequence[str]) -> None:
        self._blank = blank
        self._special = re.compile("(" + "|".join(map(re.escape, sorted(special, key=len, reverse=True))) + ")")

    def cut(self, text: str) -> list[Cut]:
        out: list[Cut] = []
        at = 0
        for i, part in enumerate(self._special.split(text)):
            if i % 2:
                out.append((part, at, at + len(part)))
            elif part:
                out += self._spaced(part, at)
            at += len(part)
        return out

    def _spaced(self, text: str, at: int) -> list[Cut]:
        if self._blank is None:
            return [(character, i, i + 1) for i, character in enumerate(text, at)]
        out: list[Cut] = [(self._blank, 0, 0)]
        for i, character in enumerate(text, at):
            out += [(character, i, i + 1), (self._blank, 0, 0)]
        return out

    def join(self, tokens: Sequence[str]) -> str:
        return "".join(tokens[1::2] if self._blank is not None and len(tokens) > 1 else tokens)
