"""What a tokenizer returns."""

from collections import UserDict
from collections.abc import Mapping, Sequence
from typing import Any

from triform.errors import TokenizerError
from triform.tensors import KINDS, tensor


class BatchEncoding(UserDict):
    """Token ids and what belongs to them, by name; beside them, the engine's own encodings, which know where each token came from.

    `encoding["input_ids"]`, `encoding.input_ids`; `encoding[0]` is the engine's encoding of the first text,
    `encoding[0:2]` a dictionary of slices.
    """

    def __init__(
        self, data: Mapping[str, Any] | None = None, encodings: Sequence[Any] | None = None, *, tensor_type: str | None = None
    ) -> None:
        super().__init__(data or {})
        self._encodings = None if encodings is None else list(encodings)
        if tensor_type is not None:
            self.convert_to_tensors(tensor_type)

    @property
    def encodings(self) -> list[Any] | None:
        """The engine's encodings, one per row."""
        return self._encodings

    @property
    def is_fast(self) -> bool:
        """Whether it knows where each token came from."""
        return self._encodings is not None

    @property
    def n_sequences(self) -> int | None:
        """1, or 2 for pairs."""
        return self._encodings[0].n_sequences if self._encodings else None

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return self.data[key]
        if isinstance(key, slice):
            return {name: value[key] for name, value in self.data.items()}
        return self._row(key)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "data":
            raise AttributeError(name)
        if name in self.data:
            return self.data[name]
        raise AttributeError(f"This encoding has no {name!r}. It has: {', '.join(self.data)}.")

    def __getstate__(self) -> dict[str, Any]:
        return {"data": self.data, "_encodings": self._encodings}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def _row(self, row: int) -> Any:
        if self._encodings is None:
            raise TokenizerError("This encoding does not know where its tokens came from: it was not made by a tokenizer's call.")
        try:
            return self._encodings[row]
        except IndexError:
            raise IndexError(f"This encoding has {len(self._encodings)} rows; there is no row {row}.") from None

    # ---- where tokens came from

    def tokens(self, batch_index: int = 0) -> list[str]:
        """The tokens of a row, as text."""
        return self._row(batch_index).tokens

    def word_ids(self, batch_index: int = 0) -> list[int | None]:
        """For each token of a row, the number of its word; None for special tokens."""
        return self._row(batch_index).word_ids

    words = word_ids

    def sequence_ids(self, batch_index: int = 0) -> list[int | None]:
        """For each token of a row, 0 or 1: the text or its pair; None for special tokens."""
        return self._row(batch_index).sequence_ids

    def _place(self, first: int, second: int | None) -> tuple[int, int]:
        """(row, number within it); a negative token counts from the end of the row."""
        row, number = (0, first) if second is None else (first, second)
        return row, number + len(self._row(row)) if number < 0 else number

    def token_to_word(self, batch_or_token_index: int, token_index: int | None = None) -> int | None:
        """The word of a token."""
        row, token = self._place(batch_or_token_index, token_index)
        return self._row(row).token_to_word(token)

    def token_to_sequence(self, batch_or_token_index: int, token_index: int | None = None) -> int | None:
        """0 or 1: which text a token is of."""
        row, token = self._place(batch_or_token_index, token_index)
        return self._row(row).token_to_sequence(token)

    def token_to_chars(self, batch_or_token_index: int, token_index: int | None = None) -> tuple[int, int] | None:
        """The span of characters (start, end) that a token stands for."""
        row, token = self._place(batch_or_token_index, token_index)
        found = self._row(row).token_to_chars(token)
        return None if found is None else tuple(found)

    def char_to_token(self, batch_or_char_index: int, char_index: int | None = None, sequence_index: int = 0) -> int | None:
        """The token that a character went into."""
        row, char = self._place(batch_or_char_index, char_index)
        return self._row(row).char_to_token(char, sequence_index)

    def char_to_word(self, batch_or_char_index: int, char_index: int | None = None, sequence_index: int = 0) -> int | None:
        """The word that a character belongs to."""
        row, char = self._place(batch_or_char_index, char_index)
        return self._row(row).char_to_word(char, sequence_index)

    def word_to_tokens(self, batch_or_word_index: int, word_index: int | None = None, sequence_index: int = 0) -> tuple[int, int] | None:
        """The span of tokens (start, end) of a word."""
        row, word = self._place(batch_or_word_index, word_index)
        return self._row(row).word_to_tokens(word, sequence_index)

    def word_to_chars(self, batch_or_word_index: int, word_index: int | None = None, sequence_index: int = 0) -> tuple[int, int] | None:
        """The span of characters (start, end) of a word."""
        row, word = self._place(batch_or_word_index, word_index)
        return self._row(row).word_to_chars(word, sequence_index)

    # ---- tensors

    def convert_to_tensors(self, tensor_type: str | None = None, prepend_batch_axis: bool = False) -> "BatchEncoding":
        """Makes every entry a tensor of "np", "pt", "tf" or "jax", in place. Raises TokenizerError where rows differ in length."""
        if tensor_type is None:
            return self
        kind = str(getattr(tensor_type, "value", tensor_type))
        if kind not in KINDS:
            raise TokenizerError(f"return_tensors={tensor_type!r} is none of: {', '.join(KINDS)}.")
        import numpy as np

        for name, value in self.data.items():
            if hasattr(value, "shape") and not prepend_batch_axis:
                value = np.asarray(value)
            rows = [value] if prepend_batch_axis else value
            try:
                array = np.asarray(rows)
            except ValueError:
                array = np.asarray(None)
            if array.dtype == object:
                raise TokenizerError(
                    f"{name}: the rows differ in length, so they make no tensor. Pad and truncate them: padding=True, truncation=True."
                )
            self.data[name] = tensor(array if array.size else array.astype(np.int64), KINDS[kind])
        return self

    def to(self, device: Any, *, non_blocking: bool = False) -> "BatchEncoding":
        """Moves PyTorch tensors to a device, in place; everything else stays."""
        self.data = {
            name: value.to(device, non_blocking=non_blocking) if hasattr(value, "to") else value for name, value in self.data.items()
        }
        return self
