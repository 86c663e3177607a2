"""Japanese BERT's tokenizer: words by MeCab, Sudachi or Juman++, then pieces, characters or SentencePiece's pieces of each."""

import threading
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from triform.errors import MissingDependencyError, MissingFileError, TokenizerError, nearest
from triform.text.basic import basic_words
from triform.text.cutting import Cut, CutEngine
from triform.text.pieces import frame, know

Words = Callable[[str], Iterable[str]]
WORD_KINDS = ("basic", "mecab", "sudachi", "jumanpp")
SUBWORD_KINDS = ("wordpiece", "character", "sentencepiece")
DICTIONARIES = ("ipadic", "unidic_lite", "unidic")


def _imported(name: str, package: str, what: str) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except ModuleNotFoundError:
        raise MissingDependencyError(f"{what} needs the package `{package}`, which is not installed: pip install {package}.") from None


def basic(settings: dict[str, Any], **options: Any) -> Words:
    """Words as BERT's: at spaces and punctuation."""
    lower = bool(settings.get("do_lower_case"))
    return lambda text: basic_words(text, lower, chinese=False)


def mecab(
    settings: dict[str, Any], normalize_text: bool = True, mecab_dic: str | None = "unidic_lite", mecab_option: str | None = None
) -> Words:
    """Words by MeCab (Kudo, 2005), through fugashi."""
    fugashi = _imported("fugashi", "fugashi", "Words by MeCab")
    option = mecab_option or ""
    if mecab_dic is not None:
        if mecab_dic not in DICTIONARIES:
            raise TokenizerError(f"mecab_dic is {mecab_dic!r}.{nearest(mecab_dic, DICTIONARIES)} It is one of: {', '.join(DICTIONARIES)}.")
        package = _imported(mecab_dic, mecab_dic.replace("_", "-"), f"MeCab with the dictionary {mecab_dic}")
        folder = package.DICDIR
        if not Path(folder).is_dir():
            raise MissingFileError(f"The dictionary of {mecab_dic} is not there ({folder}). Fetch it: python -m {mecab_dic} download.")
        option = f'-d "{folder}" -r "{Path(folder) / "mecabrc"}" {option}'
    tagger = fugashi.GenericTagger(option)
    return lambda text: [word.surface for word in tagger(_plain(text, normalize_text))]


def sudachi(
    settings: dict[str, Any], normalize_text: bool = True, trim_whitespace: bool = False, sudachi_split_mode: str = "A",
    sudachi_config_path: str | None = None, sudachi_resource_dir: str | None = None, sudachi_dict_type: str = "core",
    sudachi_projection: str | None = None,
) -> Words:  # fmt: skip
    """Words by Sudachi (Takaoka et al., 2018)."""
    package = _imported("sudachipy", "sudachipy", "Words by Sudachi")
    modes = {name: getattr(package.SplitMode, name) for name in "ABC"}
    if sudachi_split_mode not in modes:
        raise TokenizerError(f"sudachi_split_mode is {sudachi_split_mode!r}; it is A, B or C.")
    places = {"config": sudachi_config_path, "resource_dir": sudachi_resource_dir, "dict": sudachi_dict_type}
    projection = {"projection": sudachi_projection} if sudachi_projection else {}
    dictionary = package.Dictionary(**{name: value for name, value in places.items() if value})
    make = getattr(dictionary, "tokenizer", None) or dictionary.create  # its name before version 0.7
    tagger = make(mode=modes[sudachi_split_mode], **projection)

    def words(text: str) -> list[str]:
        found = (word.surface() for word in tagger.tokenize(_plain(text, normalize_text)))
        return [word for word in found if word.strip()] if trim_whitespace else list(found)

    return words


def jumanpp(settings: dict[str, Any], normalize_text: bool = True, trim_whitespace: bool = False) -> Words:
    """Words by Juman++ (Tolmachev et al., 2018), through rhoknp; the program itself must be there, too."""
    tagger = _imported("rhoknp", "rhoknp", "Words by Juman++").Jumanpp()

    def words(text: str) -> list[str]:
        given = _plain(text, normalize_text).strip()
        found = [word.text for word in tagger.apply_to_sentence(given).morphemes] if given else []
        return [word for word in found if word.strip()] if trim_whitespace else found

    return words


def _plain(text: str, normalize: bool) -> str:
    return unicodedata.normalize("NFKC", text) if normalize else text


class JapaneseWords:
    """Words, and then parts of them.

    Args:
        recipe: settings, the kind of splitter, and its own options.
        parts: cuts a word, and makes text of parts.
    """

    def __init__(self, recipe: tuple[dict[str, Any], str, dict[str, Any]], parts: Any) -> None:
        self._recipe, self._parts = recipe, parts
        self._begin()

    def _begin(self) -> None:
        settings, kind, options = self._recipe
        kinds: dict[str, Callable[..., Words]] = {"basic": basic, "mecab": mecab, "sudachi": sudachi, "jumanpp": jumanpp}
        self._words = kinds[kind](settings, **options)
        self._lower = bool(settings.get("do_lower_case"))
        self._lock = threading.Lock()  # splitters take one text at a time, and the engine cuts several

    def cut(self, text: str) -> list[Cut]:
        given = "".join([character.lower() for character in text]) if self._lower else text
        with self._lock:
            words = list(self._words(given))
        out: list[Cut] = []
        at = 0
        for word in words:
            found = given.find(word, at) if len(given) == len(text) else -1
            begin, end = (found, found + len(word)) if found >= 0 else (0, 0)  # a word that was changed has no place
            at = end or at
            out += [(part, begin, end) for part in self._parts.cut_word(word.lower() if self._lower else word)]
        return out

    def join(self, tokens: Sequence[str]) -> str:
        return self._parts.join(tokens)

    def __getstate__(self) -> dict[str, Any]:
        return {"_recipe": self._recipe, "_parts": self._parts}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._begin()


class WholeWords:
    """Words as they are."""

    def cut_word(self, word: str) -> list[str]:
        return [word]

    def join(self, tokens: Sequence[str]) -> str:
        return " ".join(tokens).replace(" ##", "").strip()


class WordPieces(WholeWords):
    """WordPiece's parts of words."""

    def __init__(self, ids: dict[str, int], unknown: str) -> None:
        from tokenizers.models import WordPiece

        self._model = WordPiece(ids, unk_token=unknown, max_input_chars_per_word=100)

    def cut_word(self, word: str) -> list[str]:
        return [token.value for part in word.split() for token in self._model.tokenize(part)]


class Letters(WholeWords):
    """The characters of words."""

    def __init__(self, ids: dict[str, int], unknown: str) -> None:
        self._ids, self._unknown = ids, unknown

    def cut_word(self, word: str) -> list[str]:
        return [character if character in self._ids else self._unknown for character in unicodedata.normalize("NFKC", word)]


class PiecesOfWords(WholeWords):
    """SentencePiece's pieces of words, in lower case where the settings say so."""

    def __init__(self, path: Path, lower: bool) -> None:
        from triform.text.exact import Pieces
        from triform.text.sentencepiece import read_model

        self._pieces, self._lower = Pieces(read_model(path)), lower
        self.ids = {text: i for i, (text, _, _) in reversed(list(enumerate(self._pieces.model.pieces)))}

    def cut_word(self, word: str) -> list[str]:
        text = " ".join(word.split()).replace("``", '"').replace("''", '"')
        return [piece for piece, _, _ in self._pieces.cut(text.lower() if self._lower else text)]

    def join(self, tokens: Sequence[str]) -> str:
        return self._pieces.join(tokens)


def build_japanese(files: dict[str, Path], settings: dict[str, Any], special: dict[str, Any]) -> Any:
    """The engine. Raises MissingDependencyError where a splitter of words is not there, TokenizerError for a kind that nothing is."""
    from triform.text.wordpiece import read_vocabulary

    kind, subwords = settings.get("word_tokenizer_type", "basic"), settings.get("subword_tokenizer_type", "wordpiece")
    for name, value, known in (("word_tokenizer_type", kind, WORD_KINDS), ("subword_tokenizer_type", subwords, SUBWORD_KINDS)):
        if value not in known:
            raise TokenizerError(f"{name} is {value!r}.{nearest(str(value), known)} It is one of: {', '.join(known)}.")
    path, unknown = files["vocab_file"], special["unk_token"]
    if subwords == "sentencepiece":
        parts: Any = PiecesOfWords(path, bool(settings.get("do_lower_case")))
        ids = parts.ids
    else:
        ids = read_vocabulary(path)
        parts = (Letters if subwords == "character" else WordPieces)(ids, unknown)
    if not settings.get("do_subword_tokenize", True):
        parts = WholeWords()
    options = dict(settings.get(f"{kind}_kwargs") or {})
    engine = CutEngine(ids, unknown, JapaneseWords(({"do_lower_case": settings.get("do_lower_case")}, kind, options), parts))
    know(engine, {}, settings, special, {})
    frame(engine, special, "cls $A sep", "cls $A sep $B:1 sep:1")
    return engine
