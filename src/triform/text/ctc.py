"""Tokenizers of speech models that are trained with CTC (Graves et al., 2006): one id per frame becomes text, and when it was said."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from triform.errors import TokenizerError, UnknownKeywordError, nearest
from triform.outputs import ModelOutput
from triform.text.cutting import CutTokenizer

OPTIONS = ("group_tokens", "spaces_between_special_tokens", "output_char_offsets", "output_word_offsets")
Offset = dict[str, Any]  # "char" or "word", "start_offset", "end_offset": frames


class Wav2Vec2CTCTokenizerOutput(ModelOutput):
    """Text, and where each character and word was said; lists of these for a batch."""

    text: Any = None
    char_offsets: Any = None
    word_offsets: Any = None


class Wav2Vec2CTCTokenizer(CutTokenizer):
    """Frames that repeat a token are one token, and the padding between is nothing.

    `decode` and `batch_decode` take further: output_char_offsets, output_word_offsets (in frames; the result is then a
    Wav2Vec2CTCTokenizerOutput), group_tokens=True, spaces_between_special_tokens=False.
    """

    @property
    def word_delimiter_token(self) -> str:
        """The token between words."""
        return str(self.settings["word_delimiter_token"])

    @property
    def word_delimiter_token_id(self) -> int:
        """The id of the token between words."""
        return self.convert_tokens_to_ids(self.word_delimiter_token)

    @property
    def replace_word_delimiter_char(self) -> str:
        """What stands between words in text."""
        return str(self.settings["replace_word_delimiter_char"])

    def _decoded(self, rows: list[list[int]], skip_special_tokens: bool, tidy: bool | None, **options: Any) -> list[Any]:
        wrong = [name for name in options if name not in OPTIONS]
        if wrong:
            raise UnknownKeywordError(f"decode takes no {wrong[0]!r}.{nearest(wrong[0], OPTIONS)}")
        with_offsets = bool(options.get("output_char_offsets") or options.get("output_word_offsets"))
        out: list[Any] = []
        for row in rows:
            found = self.convert_tokens_to_string(self.convert_ids_to_tokens(row, skip_special_tokens), **options)
            if self._tidies(tidy):
                found["text"] = self.clean_up_tokenization(found["text"])
            out.append(Wav2Vec2CTCTokenizerOutput(**found) if with_offsets else found["text"])
        return out

    def batch_decode(self, sequences: Any, *args: Any, **options: Any) -> Any:
        """The text of each row of ids; with offsets, one Wav2Vec2CTCTokenizerOutput of lists."""
        rows = super().batch_decode(sequences, *args, **options)
        if not rows or isinstance(rows[0], str):
            return rows
        return Wav2Vec2CTCTokenizerOutput(**{name: [row[name] for row in rows] for name in rows[0]})

    def convert_tokens_to_string(  # type: ignore[override]
        self, tokens: Sequence[str], group_tokens: bool = True, spaces_between_special_tokens: bool = False,
        output_char_offsets: bool = False, output_word_offsets: bool = False,
    ) -> dict[str, Any]:  # fmt: skip
        """Text, char_offsets and word_offsets of tokens, of which there is one per frame; offsets are None where not asked for."""
        if not tokens:
            return {"text": "", "char_offsets": [], "word_offsets": []}
        characters = _said(tokens, group_tokens, self.pad_token)
        for one in characters:
            if one["char"] == self.word_delimiter_token:
                one["char"] = self.replace_word_delimiter_char
        text = (" " if spaces_between_special_tokens else "").join(one["char"] for one in characters).strip()
        if self.settings.get("do_lower_case"):
            text = text.lower()
        words = _words(characters, self.replace_word_delimiter_char) if output_word_offsets else None
        return {"text": text, "char_offsets": characters if output_char_offsets else None, "word_offsets": words}

    def set_target_lang(self, target_lang: str) -> None:
        """Changes the vocabulary to that of a language, of a checkpoint for several. Raises TokenizerError for one that is not there."""
        from triform.text.speech_vocabularies import ids_of

        engine: Any = self.backend_tokenizer
        nested = engine.languages
        if nested is None:
            raise TokenizerError("vocab.json has one vocabulary alone, of no language; there is nothing to set.")
        if target_lang not in nested:
            raise TokenizerError(f"vocab.json has no language {target_lang!r}.{nearest(target_lang, nested)} It has: {', '.join(nested)}.")
        self.settings["target_lang"] = target_lang
        self._engine = ids_of(nested, self.settings, {**self.special_tokens_map})


def _said(tokens: Sequence[str], group: bool, pad: str | None) -> list[Offset]:
    """Each token with the frames it was said in."""
    runs = ((token, len(list(same))) for token, same in groupby(tokens)) if group else ((token, 1) for token in tokens)
    out, at = [], 0
    for token, length in runs:
        if token != pad:
            out.append({"char": token, "start_offset": at, "end_offset": at + length})
        at += length
    return out


def _words(characters: list[Offset], between: str) -> list[Offset]:
    """Words of characters, and the frames they were said in."""
    out = []
    for is_space, run in groupby(characters, lambda one: one["char"] == between):
        if not is_space:
            said = list(run)
            word = "".join(one["char"] for one in said)
            out.append({"word": word, "start_offset": said[0]["start_offset"], "end_offset": said[-1]["end_offset"]})
    return out
