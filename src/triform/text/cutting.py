"""Engines whose text is cut by Python, for what the Rust engine has no rule for; ids, masks, padding and windows stay with it."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, ClassVar, Protocol

from triform.text.tokenizer import PreTrainedTokenizer

Cut = tuple[str, int, int]  # a token, and the span of the text that it stands for


class Cutter(Protocol):
    """A way to cut text and to join it again."""

    def cut(self, text: str) -> list[Cut]: ...
    def join(self, tokens: Sequence[str]) -> str: ...


def byte_starts(text: str) -> Sequence[int]:
    """Where each character begins in UTF-8, and where the text ends."""
    if text.isascii():
        return range(len(text) + 1)
    return [0, *accumulate(len(character.encode("utf-8", "surrogatepass")) for character in text)]


class PythonEngine:
    """An engine of Rust of which a step is Python's. It can be pickled, which the engine alone then cannot."""

    hidden: ClassVar[tuple[str, ...]] = ()  # what the engine has and this one has not

    def __init__(self, rust: Any) -> None:
        self._rust = rust
        self._attach()

    def _attach(self) -> None:
        """Puts Python's steps into the engine."""
        raise NotImplementedError

    def _detach(self) -> None:
        """Puts plain steps in their places."""
        raise NotImplementedError

    @property
    def post_processor(self) -> Any:
        """What a call adds around text."""
        return self._rust.post_processor

    @post_processor.setter
    def post_processor(self, value: Any) -> None:
        self._rust.post_processor = value

    @property
    def encode_special_tokens(self) -> bool:
        """Whether special tokens are cut like text."""
        return self._rust.encode_special_tokens

    @encode_special_tokens.setter
    def encode_special_tokens(self, value: bool) -> None:
        self._rust.encode_special_tokens = value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "_rust" or name in type(self).hidden:
            raise AttributeError(f"{type(self).__name__} has no {name!r}.")
        return getattr(self._rust, name)

    def _plain(self, pretty: bool = False) -> str:
        """The engine's tokenizer.json, without what is Python's."""
        self._detach()
        try:
            return self._rust.to_str(pretty)
        finally:
            self._attach()

    def __getstate__(self) -> dict[str, Any]:
        return {**{name: value for name, value in self.__dict__.items() if name != "_rust"}, "engine": self._plain()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        from tokenizers import Tokenizer

        self._rust = Tokenizer.from_str(state["engine"])
        self.__dict__.update({name: value for name, value in state.items() if name != "engine"})
        self._attach()


class CutEngine(PythonEngine):
    """An engine that a cutter cuts text for, one call for each part between the tokens that are never split. It has no tokenizer.json.

    Args:
        ids: token -> id.
        unknown: the token that stands for those that `ids` lacks.
        cutter: a Cutter.
        normalizer: changes text before tokens that are never split are looked for; an object whose `normalize` changes the engine's text.
    """

    hidden = ("to_str", "model", "decoder", "save")

    def __init__(self, ids: dict[str, int], unknown: str, cutter: Any, normalizer: Any = None) -> None:
        from tokenizers import Tokenizer
        from tokenizers.models import WordLevel

        self.cutter, self._normalizer, self._ids, self._unknown = cutter, normalizer, ids, ids.get(unknown, 0)
        super().__init__(Tokenizer(WordLevel(ids, unk_token=unknown)))

    def _attach(self) -> None:
        from tokenizers import normalizers, pre_tokenizers

        self._rust.pre_tokenizer = pre_tokenizers.PreTokenizer.custom(self)
        if self._normalizer is not None:
            self._rust.normalizer = normalizers.Normalizer.custom(self._normalizer)

    def _detach(self) -> None:
        from tokenizers import normalizers, pre_tokenizers

        self._rust.pre_tokenizer = pre_tokenizers.Whitespace()
        if self._normalizer is not None:
            self._rust.normalizer = normalizers.NFC()

    def encode_batch(self, input: Sequence[Any], is_pretokenized: bool = False, add_special_tokens: bool = True) -> Any:
        """The engine's encodings. What a cutter needs is checked here: errors inside of the engine's call lose their kind."""
        self._require()
        return self._rust.encode_batch(input, is_pretokenized=is_pretokenized, add_special_tokens=add_special_tokens)

    def _require(self) -> None:
        require = getattr(self.cutter, "require", None)
        if require is not None:
            require()

    def pre_tokenize(self, parts: Any) -> None:
        """The engine's call: cuts each of its parts."""
        parts.tokenize(self._tokens)

    def _tokens(self, text: str) -> list[Any]:
        return self._placed(text, self.cutter.cut(text))

    def _placed(self, text: str, cut: list[Cut]) -> list[Any]:
        from tokenizers import Token

        starts, number = byte_starts(text), self._number
        return [  # the engine cannot place what has no length
            Token(number(token), token, (starts[begin], starts[end]) if begin < end else (0, 0)) for token, begin, end in cut
        ]

    def _number(self, token: str) -> int:
        return self._ids.get(token, self._unknown)

    def decode(self, ids: Sequence[int], skip_special_tokens: bool = True) -> str:
        """The text of ids, of which the special ones may be left out."""
        added = self._rust.get_added_tokens_decoder()
        kept = (i for i in ids if not (skip_special_tokens and i in added and added[i].special))
        return self.cutter.join([token for token in map(self.id_to_token, kept) if token is not None])

    def decode_batch(self, sequences: Sequence[Sequence[int]], skip_special_tokens: bool = True) -> list[str]:
        """The text of each row of ids."""
        return [self.decode(row, skip_special_tokens) for row in sequences]


class CutTokenizer(PreTrainedTokenizer):
    """A tokenizer on a CutEngine. In its text, tokens that a user has added stand between spaces, as in the reference."""

    def _decoded(self, rows: list[list[int]], skip_special_tokens: bool, tidy: bool | None, **options: Any) -> list[Any]:
        texts = [self._text(row, skip_special_tokens, **options) for row in rows]
        return [self.clean_up_tokenization(text) for text in texts] if self._tidies(tidy) else texts

    def _tidies(self, tidy: bool | None) -> bool:
        return self.clean_up_tokenization_spaces if tidy is None else tidy

    def _text(self, row: list[int], skip_special_tokens: bool, spaces_between_special_tokens: bool = True) -> str:
        special, apart = set(self.all_special_tokens), self._apart()
        parts: list[str] = []
        held: list[str] = []
        for token in filter(None, self.convert_ids_to_tokens(row)):
            if skip_special_tokens and token in special:
                continue
            if token not in apart:
                held.append(token)
                continue
            if held:
                parts.append(self.convert_tokens_to_string(held))
            parts.append(token)
            held = []
        if held:
            parts.append(self.convert_tokens_to_string(held))
        return (" " if spaces_between_special_tokens else "").join(parts)

    def _apart(self) -> set[str]:
        """The tokens that stand between spaces: users' own, and special ones without a name that came after the vocabulary."""
        engine = self.backend_tokenizer
        added = {token.content for token in engine.get_added_tokens_decoder().values()} - set(self.all_special_tokens)
        size = self.vocab_size
        return added | {token for token in self.additional_special_tokens if (engine.token_to_id(token) or 0) >= size}

    def convert_tokens_to_string(self, tokens: list[str]) -> str:
        """Tokens joined into text."""
        return self.backend_tokenizer.cutter.join(tokens)  # type: ignore[attr-defined]
