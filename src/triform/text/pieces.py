"""SentencePiece models as engines: the vocabulary as a family lays it out, its cleaning of text, its special tokens.

A `Recipe` says where a family differs; all of them are in `families_pieces.py`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from triform.errors import CorruptFileError, TokenizerError
from triform.text.added import FLAGS, SPECIAL_NAMES
from triform.text.framing import numbered, set_template
from triform.text.sentencepiece import BPE, BYTE, CHAR, CONTROL, UNIGRAM, UNKNOWN, USER_DEFINED, PieceModel, read_model

MOST_WORK = 2**30  # letters looked at; Gemma's 256,000 pieces need 2**24
SPACE = "\u2581"  # stands for a space inside of pieces
Vocabulary = list[tuple[str, float]]
Layout = Callable[[PieceModel, dict[str, Any], dict[str, Any]], tuple[Vocabulary, int]]
Clean = Callable[[PieceModel, dict[str, Any]], list[Any]]
Cut = Callable[[dict[str, Any]], tuple[Any, Any]]


# ---- the vocabulary


def as_it_is(model: PieceModel, settings: dict[str, Any], special: dict[str, Any]) -> tuple[Vocabulary, int]:
    """The model's own pieces, by its own ids; the id of the unknown one."""
    return [(text, score) for text, score, _ in model.pieces], model.unk_id


# ---- what is done to text before it is cut


def with_charsmap(model: PieceModel) -> list[Any]:
    """The model's own replacement of characters. Raises CorruptFileError for a table that the engine cannot read."""
    from tokenizers import normalizers

    if not model.charsmap:
        return []
    try:
        return [normalizers.Precompiled(model.charsmap)]
    except BaseException as error:  # the engine panics with an exception that is no Exception
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        raise CorruptFileError(f"The model's table of characters cannot be read: {error}.") from None


def spaced(model: PieceModel, settings: dict[str, Any]) -> list[Any]:
    """Characters replaced, spaces at the end dropped, runs of spaces made one."""
    from tokenizers import Regex, normalizers

    return [*with_charsmap(model), normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), SPACE)]


# ---- where text may be cut, and how pieces become text again


def prefix_scheme(settings: dict[str, Any]) -> str:
    """Where a space is put before text: "always" before every part, "first" before the text alone, "never"."""
    if not settings.get("add_prefix_space", True):
        return "never"
    return "always" if settings.get("legacy", True) else "first"


def at_spaces(settings: dict[str, Any]) -> tuple[Any, Any]:
    """(the splitter, the decoder) of most families."""
    from tokenizers import decoders, pre_tokenizers

    return pre_tokenizers.Metaspace(SPACE, "always"), decoders.Metaspace(SPACE, "always")


@dataclass(frozen=True)
class Recipe:
    """How a family makes an engine of a SentencePiece model.

    Attributes:
        frame: what a call adds to a text and to a pair, as names: ("cls $A sep", "cls $A sep $B:1 sep:1").
        layout: the vocabulary and the id of the unknown piece.
        clean: what is done to text first.
        cut: the splitter and the decoder.
        flags: of special tokens that have any: "l" takes the spaces before it, "n" is looked for in cleaned text.
        after: special tokens that come after the vocabulary.
        marks: pieces that the model calls the user's own and that are special here.
    """

    frame: tuple[str, str] | None = None
    layout: Layout = as_it_is
    clean: Clean = spaced
    cut: Cut = at_spaces
    flags: dict[str, str] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()

    def build(self, files: dict[str, Path], settings: dict[str, Any], special: dict[str, Any]) -> Any:
        """The engine."""
        path = files["vocab_file"]
        model = read_model(path)
        try:
            return self.engine(model, settings, special)
        except CorruptFileError as error:
            raise CorruptFileError(f"{path}: {error}") from None

    def engine(self, model: PieceModel, settings: dict[str, Any], special: dict[str, Any]) -> Any:
        """The engine of a model that is read already."""
        from tokenizers import Tokenizer, normalizers

        vocabulary, unknown = self.layout(model, settings, special)
        engine = Tokenizer(engine_model(model, vocabulary, unknown))
        steps = self.clean(model, settings)
        if steps:
            engine.normalizer = steps[0] if len(steps) == 1 else normalizers.Sequence(steps)
        pre_tokenizer, decoder = self.cut(settings)
        if pre_tokenizer is not None:
            engine.pre_tokenizer = pre_tokenizer
        engine.decoder = decoder
        own = {text: {"special": text in self.marks} for text in model.of_kind(USER_DEFINED)}
        own |= {text: {"special": True} for text in model.of_kind(CONTROL)}
        know(engine, own, settings, special, self.flags, self.after)
        if self.frame is not None:
            frame(engine, special, *self.frame)
        return engine


def engine_model(model: PieceModel, vocabulary: Vocabulary, unknown: int) -> Any:
    """The engine's own model of pieces: a unigram or a BPE. Raises CorruptFileError, TokenizerError."""
    from tokenizers import models

    if not 0 <= unknown < len(vocabulary):
        raise CorruptFileError(f"the unknown piece has id {unknown}, but there are {len(vocabulary)} pieces.")
    if model.algorithm in (UNIGRAM, CHAR):  # pieces of one character are cut in one way only
        return models.Unigram(vocabulary, unknown, model.byte_fallback)
    if model.algorithm == BPE:
        ids = {text: i for i, (text, _) in enumerate(vocabulary)}
        scores = {text: score for text, score, kind in model.pieces if kind not in (UNKNOWN, CONTROL, BYTE) and text in ids}
        merges = merges_of(ids, scores)
        try:
            return models.BPE(ids, merges, unk_token=vocabulary[unknown][0], fuse_unk=True, byte_fallback=model.byte_fallback)
        except Exception as error:  # the engine's own, of no narrower kind
            raise CorruptFileError(f"the engine refuses it: {error}.") from None
    raise TokenizerError("The SentencePiece model knows whole words alone; no family of tokenizers is made of such.")


def check_lengths(pieces: Iterable[str | bytes]) -> None:
    """Raises CorruptFileError for pieces so long that to halve them in every way would take minutes."""
    work = sum(len(piece) ** 2 for piece in pieces)
    if work > MOST_WORK:
        raise CorruptFileError("its pieces are far longer than those of any tokenizer.")


def merges_of(ids: dict[str, int], scores: dict[str, float]) -> list[tuple[str, str]]:
    """The merges that a BPE of pieces with scores stands for: every way to halve a piece into pieces, best score first.

    Raises: CorruptFileError where looking at all of them would take too long.
    """
    check_lengths(scores)
    found: list[tuple[float, str, str]] = []
    for text, score in scores.items():
        halves = [(text[:i], text[i:]) for i in range(1, len(text)) if text[:i] in ids and text[i:] in ids]
        found += [(score, *half) for half in sorted(halves, key=lambda half: (ids[half[0]], ids[half[1]]))]
    found.sort(key=lambda entry: (entry[0], len(entry[1]), len(entry[2])), reverse=True)
    return [(left, right) for _, left, right in found]


# ---- special tokens


def know(
    engine: Any, own: dict[str, dict[str, Any]], settings: dict[str, Any], special: dict[str, Any], flags: dict[str, str],
    after: tuple[str, ...] = (),
) -> None:  # fmt: skip
    """Adds the tokens that are never split, each once, because the engine keeps to the flags that it saw first.

    Args:
        own: the vocabulary's own, with their flags; where the files list tokens, those flags count.
    """
    from tokenizers import AddedToken

    listed = settings.get("added_tokens_decoder") or {}
    listed = dict(sorted((int(i), token) for i, token in listed.items() if isinstance(token, dict)))
    wanted = {text: made for text, made in own.items() if engine.token_to_id(text) is not None}
    stated = {token["content"]: {name: token[name] for name in FLAGS if name in token} for token in listed.values()}
    named = {special[name]: flags.get(name, "") for name in SPECIAL_NAMES if special.get(name)}
    named |= dict.fromkeys(after, "") | {text: "" for text in special.get("additional_special_tokens", ()) if text not in wanted}
    for text, kind in named.items():  # a piece of the vocabulary is looked for in the text as it was given
        wanted[text] = {"special": True, "lstrip": "l" in kind, "rstrip": "r" in kind, "normalized": "n" in kind and text not in own}
    wanted = stated | {text: made for text, made in wanted.items() if text not in stated}
    there = {text: engine.token_to_id(text) for text in wanted}
    for text in sorted((text for text in wanted if there[text] is not None), key=lambda text: there[text]):
        _add(engine, AddedToken(text, **{"normalized": False, **wanted[text]}))
    for text in (text for text in wanted if there[text] is None):
        _add(engine, AddedToken(text, **{"normalized": False, **wanted[text]}))


def _add(engine: Any, token: Any) -> None:
    engine.add_special_tokens([token]) if token.special else engine.add_tokens([token])


def frame(engine: Any, special: dict[str, Any], single: str, pair: str) -> None:
    """Sets what a call adds around a text and a pair.

    Args:
        special: name -> token.
        single, pair: such as "cls $A sep" and "cls $A sep $B:1 sep:1"; `:1` is the second segment.
    """
    used: dict[str, tuple[str, int]] = {}

    def item(part: str) -> str:
        name, _, segment = part.partition(":")
        if not name.startswith("$"):
            used[name] = numbered(engine, special, f"{name}_token")
            name = used[name][0]
        return f"{name}:{segment or 0}"

    rows = [[item(part) for part in text.split()] for text in (single, pair)]
    set_template(engine, rows[0], rows[1], list(used.values()))
