"""Tokenizers without a vocabulary file: bytes (ByT5, Perceiver) and code points (CANINE); and plain characters."""

import re
from collections.abc import Sequence
from typing import Any

from triform.text.cutting import Cut, CutEngine

CODE_POINTS = 0x110000


class Bytes:
    """Text as the bytes of its UTF-8, each written as the character of that number.

    Args:
        errors: what happens to bytes that are no text: "ignore" or "replace" them.
    """

    def __init__(self, errors: str) -> None:
        self._errors = errors

    def cut(self, text: str) -> list[Cut]:
        return [(chr(byte), i, i + 1) for i, character in enumerate(text) for byte in character.encode("utf-8", "replace")]

    def join(self, tokens: Sequence[str]) -> str:
        parts = (bytes([ord(token)]) if len(token) == 1 and ord(token) < 256 else token.encode("utf-8") for token in tokens)
        return b"".join(parts).decode("utf-8", self._errors)


class Characters:
    """Text as its characters."""

    def __init__(self, between: str = "") -> None:
        self._between = between

    def cut(self, text: str) -> list[Cut]:
        return [(character, i, i + 1) for i, character in enumerate(text)]

    def join(self, tokens: Sequence[str]) -> str:
        return self._between.join(tokens)


class ByteEngine(CutEngine):
    """An engine of bytes, which follow the special tokens among the ids."""

    def _tokens(self, text: str) -> list[Any]:
        from tokenizers import Token

        first = self._ids["\x00"]
        return [Token(first + byte, chr(byte), (i, i + 1)) for i, byte in enumerate(text.encode("utf-8"))]


class EndedEngine(ByteEngine):
    """Adds no end to a text that says its end itself, as ByT5's in the reference."""

    def __init__(self, *args: Any, end: str) -> None:
        super().__init__(*args)
        self._end = re.compile(re.escape(end) + r"\s*\Z")

    def encode_batch(self, input: Sequence[Any], is_pretokenized: bool = False, add_special_tokens: bool = True) -> Any:
        """The engine's encodings."""
        if add_special_tokens:
            input = [self._ended(one) for one in input]
        return super().encode_batch(input, is_pretokenized, add_special_tokens)

    def _ended(self, one: Any) -> Any:
        """A text, a pair, or words without an end at the end."""
        if isinstance(one, str):
            return self._end.sub("", one)
        if isinstance(one, tuple):
            return tuple(map(self._ended, one))
        return [*one[:-1], self._end.sub("", one[-1])] if one else one


class CodePointEngine(CutEngine):
    """Every code point of Unicode is a token, and its number the id."""

    def _number(self, token: str) -> int:
        return ord(token)

    def token_to_id(self, token: str) -> int | None:
        """The code point of a character."""
        return ord(token) if len(token) == 1 else self._rust.token_to_id(token)

    def id_to_token(self, number: int) -> str | None:
        """The character of a code point."""
        return self._rust.id_to_token(number) or (chr(number) if number < CODE_POINTS else None)

    def get_vocab_size(self, with_added_tokens: bool = True) -> int:
        """All code points."""
        return CODE_POINTS

    def get_vocab(self, with_added_tokens: bool = True) -> dict[str, int]:
        """Every character and its code point: more than a million."""
        return {chr(i): i for i in range(CODE_POINTS)}


class Upper:
    """Characters of upper case, with a token for spaces: what speech is written in.

    Args:
        space: the token for a space.
        upper: whether letters are raised.
    """

    def __init__(self, space: str, upper: bool) -> None:
        self._space, self._upper = space, upper

    def cut(self, text: str) -> list[Cut]:
        raised = (character.lower().upper() if self._upper else character for character in text)
        return [(one, i, i + 1) for i, part in enumerate(raised) for one in part.replace(" ", self._space)]

    def join(self, tokens: Sequence[str]) -> str:
        return "".join(tokens).replace(self._space, " ")


class Found:
    """The tokens of a list, wherever they stand, the longest first; between them, words at spaces."""

    def __init__(self, tokens: list[str]) -> None:
        self._pattern = re.compile("|".join(map(re.escape, sorted(filter(None, tokens), key=len, reverse=True))) + r"|(\S)")

    def cut(self, text: str) -> list[Cut]:
        out: list[Cut] = []
        joins = False
        for found in self._pattern.finditer(text):
            begin, end = found.span()
            unknown = found.group(1) is not None
            if unknown and joins and out[-1][2] == begin:
                out[-1] = (out[-1][0] + found.group(), out[-1][1], end)
            else:
                out.append((found.group(), begin, end))
            joins = unknown
        return out

    def join(self, tokens: Sequence[str]) -> str:
        return " ".join(tokens)
