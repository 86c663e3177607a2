"""Tokenizers of decoders whose texts begin with a token: Llama's, Gemma's, and Code Llama's, which fills in what is missing."""

from typing import Any

from triform.errors import TokenizerError
from triform.text.encoding import BatchEncoding
from triform.text.pieces import SPACE, frame
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


class CodeLlamaTokenizer(BeginningTokenizer):
    """Code Llama: the place of `fill_token` in a text, or between a text and its pair, is what the model shall write."""

    def __getattr__(self, name: str) -> Any:
        role, _, what = name.rpartition("_")
        if role in ("prefix", "middle", "suffix", "eot", "fill") and what in ("token", "id"):
            token = self.settings.get(f"{role}_token")
            return token if what == "token" or token is None else self.backend_tokenizer.token_to_id(token)
        return super().__getattr__(name)

    def __call__(
        self, text: Any = None, text_pair: Any = None, *targets: Any, suffix_first: bool | None = None, **options: Any
    ) -> BatchEncoding:
        """As of every tokenizer; `suffix_first`: whether what comes after the missing part is given first."""
        fill = self.settings.get("fill_token")
        if isinstance(text, str) and text_pair is None and fill and fill in text:
            if text.count(fill) > 1:
                raise TokenizerError(f"The text has {fill!r} {text.count(fill)} times; one part can be filled in.")
            text, text_pair = text.split(fill)
        if not isinstance(text, str) or not text_pair:
            return super().__call__(text, text_pair or None, *targets, **options)
        engine: Any = self.backend_tokenizer
        first = self.settings.get("suffix_first") if suffix_first is None else suffix_first
        with self._lock:  # spaces before a text and the frame are settings of the engine
            normalizer = engine.normalizer
            self._fill(bool(first))
            try:
                return super().__call__(f" {text}", text_pair, *targets, **options)
            finally:
                engine.normalizer = normalizer
                self._frame()

    def _fill(self, suffix_first: bool) -> None:
        from tokenizers import normalizers

        if not self.settings.get("prefix_token"):
            raise TokenizerError("prefix_token is not set: this tokenizer cannot fill in.")
        names = {name: self.settings.get(name) for name in ("prefix_token", "middle_token", "suffix_token")}
        self.backend_tokenizer.normalizer = normalizers.Replace(" ", SPACE)  # type: ignore[attr-defined]
        begin, end = ("bos" if self.add_bos_token else ""), ("eos" if self.add_eos_token else "")
        pair = "prefix suffix $B middle $A" if suffix_first else "prefix $A suffix $B middle"
        frame(self.backend_tokenizer, {**self.special_tokens_map, **names}, f"{begin} $A {end}", f"{begin} {pair} {end}")
