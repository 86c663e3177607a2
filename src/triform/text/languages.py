"""Tokenizers of translation models: a call marks the text with the code of its language."""

from typing import Any, ClassVar

from triform.errors import TokenizerError, nearest
from triform.text.encoding import BatchEncoding
from triform.text.pieces import frame
from triform.text.tokenizer import PreTrainedTokenizer


class LanguageTokenizer(PreTrainedTokenizer):
    """A tokenizer with `src_lang` and `tgt_lang`: the first marks `text`, the second `text_target`."""

    frames: ClassVar[tuple[str, str]] = ("lang $A eos", "lang $A $B eos")  # around a text, and a pair
    target_frames: ClassVar[tuple[str, str] | None] = None  # where those of a target differ

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._src_lang, self._tgt_lang = self.settings.get("src_lang"), self.settings.get("tgt_lang")
        self._frame(self._src_lang)

    @property
    def src_lang(self) -> str | None:
        """The code of the language that `text` is in."""
        return self._src_lang

    @src_lang.setter
    def src_lang(self, code: str) -> None:
        self._frame(code)
        self._src_lang = self.settings["src_lang"] = self._stored(code)

    @property
    def tgt_lang(self) -> str | None:
        """The code of the language that `text_target` is in."""
        return self._tgt_lang

    @tgt_lang.setter
    def tgt_lang(self, code: str | None) -> None:
        if code is not None:
            self.language_token(code)
        self._tgt_lang = self.settings["tgt_lang"] = self._stored(code)

    def _stored(self, code: Any) -> Any:
        return code

    @property
    def lang_code_to_id(self) -> dict[str, int]:
        """Language code -> id."""
        ids = ((code, self.backend_tokenizer.token_to_id(code)) for code in self.additional_special_tokens)
        return {code: i for code, i in ids if i is not None}

    def language_token(self, code: str | None) -> str:
        """The token of a language. Raises TokenizerError for a code that the vocabulary lacks."""
        token = self._token_of(code)
        if token is None or self.backend_tokenizer.token_to_id(token) is None:
            near = nearest(str(code), self.additional_special_tokens)
            raise TokenizerError(f"{type(self).__name__}: the vocabulary has no language {code!r}.{near}")
        return token

    def _token_of(self, code: str | None) -> str | None:
        return code

    def _frames(self, target: bool) -> tuple[str, str]:
        return self.target_frames or self.frames if target else self.frames

    def _frame(self, code: str | None, target: bool = False) -> None:
        special = {**self.special_tokens_map, "lang_token": self.language_token(code)}
        frame(self.backend_tokenizer, special, *self._frames(target))

    def _encode_target(self, text: Any, pair: Any, options: dict[str, Any]) -> BatchEncoding:
        if self._tgt_lang is None:
            raise TokenizerError(f"{type(self).__name__}: text_target needs a language. Say which: tokenizer.tgt_lang = ...")
        with self._lock:  # the frame is a setting of the engine
            self._frame(self._tgt_lang, target=True)
            try:
                return super()._encode_target(text, pair, options)
            finally:
                self._frame(self._src_lang)


class LanguageLastTokenizer(LanguageTokenizer):
    """mBART and PLBart: the code comes after the text."""

    frames = ("$A eos lang", "$A $B eos lang")


class NllbTokenizer(LanguageTokenizer):
    """NLLB: the code comes first; last in the older way (`legacy_behaviour`)."""

    def _frames(self, target: bool) -> tuple[str, str]:
        return LanguageLastTokenizer.frames if self.settings.get("legacy_behaviour") else self.frames


class SeamlessM4TTokenizer(LanguageTokenizer):
    """SeamlessM4T: `eng` is the language, `__eng__` its token; rows are padded to an even length unless told otherwise."""

    frames = ("lang $A eos", "lang $A $B eos")
    target_frames = ("eos lang $A eos", "eos lang $A $B eos")

    def _token_of(self, code: str | None) -> str | None:
        return code if code is None or code.startswith("__") else f"__{code}__"

    def _stored(self, code: Any) -> Any:
        return self._token_of(code)

    def __call__(self, *texts: Any, src_lang: str | None = None, tgt_lang: str | None = None, **options: Any) -> BatchEncoding:
        """As of every tokenizer; `src_lang` and `tgt_lang` change the languages first."""
        if src_lang is not None:
            self.src_lang = src_lang
        if tgt_lang is not None:
            self.tgt_lang = tgt_lang
        return super().__call__(*texts, **{"padding": True, "pad_to_multiple_of": 2, **options})
