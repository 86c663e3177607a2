"""Words as the Moses scripts cut them (Koehn et al., 2007), for XLM, FlauBERT, FSMT and BioGPT; needs the package `sacremoses`."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any

from triform.errors import MissingDependencyError
from triform.text.cutting import Cut
from triform.text.merging import LAST, Merger

# replace-unicode-punctuation.perl of Moses
PUNCTUATION = {
    "，": ",", "、": ",", "”": '"', "“": '"', "∶": ":", "：": ":", "？": "?", "《": '"', "》": '"', "）": ")", "！": "!", "（": "(",
    "；": ";", "」": '"', "「": '"', "～": "~", "’": "'", "…": "...", "━": "-", "〈": "<", "〉": ">", "【": "[", "】": "]", "％": "%",
    "０": "0", "１": "1", "２": "2", "３": "3", "４": "4", "５": "5", "６": "6", "７": "7", "８": "8", "９": "9",
}  # fmt: skip
PLAIN = {ord(character): plain for character, plain in PUNCTUATION.items()}
FULL_STOPS = re.compile(r"[。．]\s*")
OTHERS = {"zh": "jieba", "ja": "KyTea", "th": "pythainlp"}  # languages that Moses does not cut


@cache
def moses(kind: str, language: str) -> Any:
    """A class of sacremoses for a language. Raises MissingDependencyError where the package is not there."""
    try:
        import sacremoses
    except ModuleNotFoundError:
        raise MissingDependencyError(
            "This tokenizer cuts words as Moses does, which needs the package `sacremoses`: pip install sacremoses."
        ) from None
    return getattr(sacremoses, kind)(lang=language)


def plain_punctuation(text: str, language: str) -> str:
    """Punctuation of other scripts made ASCII, Moses's normalisation, and nothing that cannot be printed."""
    text = FULL_STOPS.sub(". ", text.translate(PLAIN))
    text = moses("MosesPunctNormalizer", language).normalize(text)
    return "".join(character for character in text if not unicodedata.category(character).startswith("C"))


def without_accents(words: list[str]) -> list[str]:
    """Words in lower case, without combining marks."""
    text = unicodedata.normalize("NFD", " ".join(words))
    return "".join(c for c in text if unicodedata.category(c) != "Mn").lower().split(" ")


class MosesWords:
    """XLM's way to cut, and that of its kin.

    Args:
        merger: of words.
        language: whose words; zh, ja and th need programs of their own and are refused.
        clean: whether punctuation is made plain first. lower: "", "text", or "letters" (without accents, too).
        escape: whether Moses writes & < > ' as XML does. dashes: whether dashes within words are cut off.
        french: FlauBERT's further cleaning.
    """

    def __init__(
        self,
        merger: Merger,
        language: str,
        *,
        clean: bool = True,
        lower: str = "",
        escape: bool = False,
        dashes: bool = False,
        french: bool = False,
    ) -> None:
        if language in OTHERS:
            raise MissingDependencyError(f"Words of the language {language!r} are cut by {OTHERS[language]}, which is not supported.")
        self._merger, self.language = merger, language
        self._clean, self._lower, self._french = clean, lower, french
        self._options = {"return_str": False, "escape": escape, **({"aggressive_dash_splits": True} if dashes else {})}

    def require(self) -> None:
        """Raises MissingDependencyError where sacremoses is not there."""
        moses("MosesTokenizer", self.language)

    def cut(self, text: str) -> list[Cut]:
        given = text
        if self._french:
            text = unicodedata.normalize("NFC", text.replace("``", '"').replace("''", '"'))
        if self._lower:
            text = text.lower()
        if self._clean:
            text = plain_punctuation(text, self.language)
        words = moses("MosesTokenizer", self.language).tokenize(text, **self._options)
        if self._lower == "letters":
            words = without_accents(words)
        out: list[Cut] = []
        at = 0
        for word in filter(None, words):
            found = given.find(word, at)
            begin, end = (found, found + len(word)) if found >= 0 else (at, at)  # a word that was changed has no place
            at = end
            exact = found >= 0
            out += [(piece, begin + a if exact else begin, begin + b if exact else end) for piece, a, b in self._merger.pieces(word)]
        return out

    def join(self, tokens: Sequence[str]) -> str:
        return "".join(tokens).replace(LAST, " ").strip()


class SpokenWords(MosesWords):
    """FSMT's and BioGPT's: text is put together by Moses, too. `into`: the language it is in."""

    into = "en"

    def join(self, tokens: Sequence[str]) -> str:
        words = "".join(token.replace(" ", "").replace(LAST, " ") for token in tokens).split()
        return moses("MosesDetokenizer", self.into).detokenize(words)
