"""Tokenizers on SentencePiece itself: special tokens are no pieces, and stand in the text as they are."""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any, ClassVar

from triform.text.cutting import Cut, CutTokenizer
from triform.text.encoding import BatchEncoding
from triform.text.exact import Pieces
from triform.text.languages import LanguageLastTokenizer, LanguageTokenizer
from triform.text.pieces import SPACE
from triform.text.sentencepiece import PieceModel

CODE = re.compile(">>.+<<")


class PieceTokenizer(CutTokenizer):
    """Between special tokens, pieces are joined as SentencePiece joins them."""

    after_special: ClassVar[str] = ""
    after_special_before_text: ClassVar[str] = ""

    def convert_tokens_to_string(self, tokens: list[str]) -> str:
        special = set(self.all_special_tokens)
        out = ""
        for is_special, run in groupby(tokens, special.__contains__):
            if is_special:
                out += "".join(token + self.after_special for token in run)
            else:
                out += (self.after_special_before_text if out else "") + self._joined(list(run))
        return out.strip()

    def _joined(self, pieces: list[str]) -> str:
        return self.backend_tokenizer.cutter.join(pieces)  # type: ignore[attr-defined]


class SpeechT5Tokenizer(PieceTokenizer):
    """SpeechT5: a space between a special token and text."""

    after_special_before_text = " "


class MarkedTokenizer(CutTokenizer):
    """Pieces are put together, special tokens too, and the marks become spaces."""

    def convert_tokens_to_string(self, tokens: list[str]) -> str:
        return "".join(tokens).replace(SPACE, " ").strip()


class PLBartTokenizer(LanguageLastTokenizer, MarkedTokenizer):
    """PLBart: programming languages by their plain names, too."""

    def _token_of(self, code: str | None) -> str | None:
        marked = f"__{code}__"
        return marked if marked in self.additional_special_tokens else code


class M2M100Tokenizer(LanguageTokenizer, PieceTokenizer):
    """M2M100: `en` is the language, `__en__` its token."""

    def _token_of(self, code: str | None) -> str | None:
        return None if code is None else f"__{code}__"

    def _apart(self) -> set[str]:
        return super()._apart() | set(self.additional_special_tokens)

    def get_lang_token(self, lang: str) -> str:
        """The token of a language. Raises TokenizerError for one that the vocabulary lacks."""
        return self.language_token(lang)

    def get_lang_id(self, lang: str) -> int:
        """The id of a language. Raises TokenizerError for one that the vocabulary lacks."""
        return self.convert_tokens_to_ids(self.language_token(lang))


class LoweredPieces(Pieces):
    """Pieces of text that is put into lower case, or text that is put into upper case when it is joined."""

    def __init__(self, model: PieceModel, lower: bool, upper: bool) -> None:
        super().__init__(model)
        self._lower, self._upper = lower, upper

    def cut(self, text: str) -> list[Cut]:
        if not self._lower:
            return super().cut(text)
        lowered = [character.lower() for character in text]
        places = [i for i, part in enumerate(lowered) for _ in part] + [len(text)]
        return [(piece, places[begin], places[end]) for piece, begin, end in super().cut("".join(lowered))]

    def join(self, pieces: Sequence[str]) -> str:
        text = super().join(pieces)
        return text.upper() if self._upper else text


class Speech2TextTokenizer(PieceTokenizer):
    """Speech2Text: a space after special tokens."""

    after_special = " "


class MarianPieces(Pieces):
    """Marian's: a code such as `>>fr<<` before the text is one token."""

    def cut(self, text: str) -> list[Cut]:
        code = CODE.match(text)
        if code is None:
            return super().cut(text)
        end = code.end()
        return [(code.group(), 0, end), *((piece, begin + end, stop + end) for piece, begin, stop in super().cut(text[end:]))]

    def join(self, pieces: Sequence[str]) -> str:
        return super().join(pieces).replace(SPACE, " ")


class MarianTokenizer(PieceTokenizer):
    """Marian: one model of pieces for the source, one for the target; text is that of the target."""

    after_special = " "

    @property
    def supported_language_codes(self) -> list[str]:
        """The codes that may stand before the text of a model for several languages."""
        return [token for token in self.get_vocab() if token.startswith(">>") and token.endswith("<<")]

    def __call__(self, *texts: Any, **options: Any) -> BatchEncoding:
        """As of every tokenizer; the mask has special tokens that were in the text already, too."""
        made = super().__call__(*texts, **options)
        if "special_tokens_mask" in made:
            special = set(self.all_special_ids) - {self.unk_token_id}
            ids, single = (
                made["input_ids"],
                isinstance(made["input_ids"], list) and made["input_ids"] and isinstance(made["input_ids"][0], int),
            )
            rows = [ids] if single else ids
            masks = [[int(int(i) in special) for i in row] for row in rows]
            made["special_tokens_mask"] = masks[0] if single else masks
        return made

    def _encode_target(self, text: Any, pair: Any, options: dict[str, Any]) -> BatchEncoding:
        engine: Any = self.backend_tokenizer
        with self._lock:
            source, engine.cutter = engine.cutter, engine.target
            try:
                return super()._encode_target(text, pair, options)
            finally:
                engine.cutter = source

    def _joined(self, pieces: list[str]) -> str:
        return self.backend_tokenizer.target.join(pieces)  # type: ignore[attr-defined]
