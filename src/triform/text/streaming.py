"""Text as ids come, never half a character."""

from collections.abc import Callable
from typing import Any

from triform.text.decoding import plain_ids

REPLACEMENT = "\ufffd"


class TextStream:
    """Decodes ids that come one by one, or a few at a time.

        stream = tokenizer.stream(skip_special_tokens=True)
        for token in tokens:
            print(stream.put(token), end="")
        print(stream.end())

    All pieces together are what `decode` gives for all ids, without `clean_up_tokenization_spaces`, which would take back what was said.
    A piece of a character is held back until its last byte has come, or `end` is called.
    """

    def __init__(self, decode: Callable[[list[int]], str]) -> None:
        self._decode = decode
        self._ids: list[int] = []  # the window: what was said last, and what was not said yet
        self._said = 0  # ids of the window whose text was given
        self._finished = False

    def put(self, ids: Any) -> str:
        """Takes an id, a list or a tensor of them; gives the text that is certain now, often ''."""
        numbers = plain_ids(ids)
        while isinstance(numbers, list) and numbers and isinstance(numbers[0], list):
            numbers = numbers[0] if len(numbers) == 1 else [number for row in numbers for number in row]
        return "".join(map(self._take, [numbers] if isinstance(numbers, int) else numbers))

    def end(self) -> str:
        """Gives what was held back; the stream can then be used anew."""
        rest = self._fresh()
        self._ids, self._said = [], 0
        return rest

    def _take(self, number: int) -> str:
        self._ids.append(number)
        fresh = self._fresh()
        if not fresh or fresh.endswith(REPLACEMENT):
            return ""
        self._ids, self._said = self._ids[self._said :], len(self._ids) - self._said
        return fresh

    def _fresh(self) -> str:
        """The window's text beyond what was given: the ids that were said stand before it, since a decoder looks at its neighbours."""
        return self._text(self._ids)[len(self._text(self._ids[: self._said])) :]

    def _text(self, ids: list[int]) -> str:
        return self._decode(ids) if ids else ""
