"""Tokenizers of decoders whose texts begin with a token: Llama's and Gemma's."""

from typing import Any

from triform.text.pieces import frame
from triform.text.tokenizer import PreTrainedTokenizer


class BeginningTokenizer(PreTrainedTokenizer):
    """A tokenizer with `add_bos_token` and `add_eos_token`, which may be changed at any time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._frame()

    def _frame(self) -> None:
        """Makes the engine add what the two settings say."""
        begin, end = ("bos" if self.add_bos_token else ""), ("eos" if self.add_eos_token else "")
        single = f"{begin} $A {end}"
        pair = f"{single} {begin and 'bos:1'} $B:1 {end and 'eos:1'}"
        frame(self.backend_tokenizer, self.special_tokens_map, single, pair)

    @property
    def add_bos_token(self) -> bool:
        """Whether a text begins with bos_token."""
        return bool(self.settings.get("add_bos_token", True))

    @add_bos_token.setter
    def add_bos_token(self, value: bool) -> None:
        self.settings["add_bos_token"] = bool(value)
        self._frame()

    @property
    def add_eos_token(self) -> bool:
        """Whether a text ends with eos_token."""
        return bool(self.settings.get("add_eos_token", False))

    @add_eos_token.setter
    def add_eos_token(self, value: bool) -> None:
        self.settings["add_eos_token"] = bool(value)
        self._frame()
