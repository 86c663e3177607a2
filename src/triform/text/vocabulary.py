"""Tokens and ids, special and added ones: the half of a tokenizer that knows no text."""

import threading
from collections.abc import Sequence
from typing import Any, ClassVar

from triform.errors import TokenizerError, nearest
from triform.text.added import SPECIAL_NAMES, add_special, content
from triform.text.engines import Engine

UNLIMITED = int(1e30)
SIDES = ("left", "right")


class Vocabulary:
    """An engine, its special tokens by name, and the settings of tokenizer_config.json."""

    family_name: ClassVar[str] = "PreTrainedTokenizer"
    is_fast: ClassVar[bool] = True

    def __init__(
        self,
        tokenizer_object: Any,
        special: dict[str, Any] | None = None,
        model_input_names: Sequence[str] | None = None,
        settings: dict[str, Any] | None = None,
        vocabulary_files: dict[str, Any] | None = None,
    ) -> None:
        self._engine: Engine = tokenizer_object
        self._lock = threading.RLock()
        self._special: dict[str, str] = {}
        self._additional: list[str] = []
        self._extra: dict[str, str] = {}
        self._warned: set[str] = set()  # what has been said once
        self.settings = dict(settings or {})
        self.model_input_names = list(model_input_names or ("input_ids", "token_type_ids", "attention_mask"))
        self.model_max_length = int(min(self.settings.get("model_max_length") or UNLIMITED, UNLIMITED))
        self.padding_side = checked_side("padding_side", self.settings.get("padding_side", "right"))
        self.truncation_side = checked_side("truncation_side", self.settings.get("truncation_side", "right"))
        self.clean_up_tokenization_spaces = bool(self.settings.get("clean_up_tokenization_spaces", False))
        self.split_special_tokens = bool(self.settings.get("split_special_tokens", False))
        self.name_or_path = ""
        self.resolution = ""  # which file and key decided the class
        self._vocabulary_files = dict(vocabulary_files or {})
        given = {**(special or {})}
        self._name(given)
        add_special(self._engine, self._flagged(given))

    def _name(self, given: dict[str, Any]) -> None:
        """Sets special tokens by name; None takes one away."""
        for name, value in given.items():
            if name == "additional_special_tokens":
                self._additional = [str(content(token)) for token in value or ()]
            elif value is None:
                self._special.pop(name, None)
                self._extra.pop(name, None)
            else:
                (self._special if name in SPECIAL_NAMES else self._extra)[name] = str(content(value))

    @staticmethod
    def _flagged(given: dict[str, Any]) -> list[Any]:
        """The tokens of a mapping, in the order in which they get ids where they have none."""
        named = [given[name] for name in SPECIAL_NAMES if given.get(name) is not None]
        extra = [given[name] for name in given if name not in SPECIAL_NAMES and name != "additional_special_tokens"]
        return [*named, *(given.get("additional_special_tokens") or ()), *(token for token in extra if token is not None)]

    @property
    def backend_tokenizer(self) -> Any:
        """The engine."""
        return self._engine

    @property
    def init_kwargs(self) -> dict[str, Any]:
        """The settings it was made with."""
        return self.settings

    # ---- special tokens

    def add_tokens(self, new_tokens: Any, special_tokens: bool = False) -> int:
        """Adds tokens that are then never split; returns how many are new. Resize the model afterwards.

        Args:
            new_tokens: a token or a list of them: texts, or `tokenizers.AddedToken`s with flags (single_word, lstrip, rstrip, normalized).
            special_tokens: decoding may leave them out, and they are found before the text is normalised.
        """
        tokens = [new_tokens] if isinstance(new_tokens, str) or hasattr(new_tokens, "content") else list(new_tokens)
        tokens = [token for token in tokens if content(token)]
        with self._lock:
            return self._engine.add_special_tokens(tokens) if special_tokens else self._engine.add_tokens(tokens)

    def add_special_tokens(self, special_tokens_dict: dict[str, Any], replace_additional_special_tokens: bool = True) -> int:
        """Sets special tokens by name; returns how many are new. Resize the model afterwards.

        Args:
            special_tokens_dict: such as {"pad_token": "[PAD]", "additional_special_tokens": ["<x>"]}; "extra_special_tokens" takes a
                mapping of further names, such as {"image_token": "<image>"}.
            replace_additional_special_tokens: whether additional_special_tokens replaces the earlier ones or joins them.
        """
        given = dict(special_tokens_dict)
        given |= given.pop("extra_special_tokens", None) or {}
        for name in given:
            if name not in SPECIAL_NAMES and name != "additional_special_tokens" and not name.endswith("_token"):
                known = (*SPECIAL_NAMES, "additional_special_tokens")
                raise TokenizerError(f"{name!r} is no special token.{nearest(name, known)} There are: {', '.join(known)}, or any *_token.")
        added = self._flagged(given)
        if "additional_special_tokens" in given and not replace_additional_special_tokens:
            fresh = [token for token in given["additional_special_tokens"] if str(content(token)) not in self._additional]
            given["additional_special_tokens"] = [*self._additional, *fresh]
        with self._lock:
            before = len(self)
            self._name(given)
            add_special(self._engine, added)
            return len(self) - before

    @property
    def special_tokens_map(self) -> dict[str, Any]:
        """Special tokens by name."""
        named: dict[str, Any] = {name: self._special[name] for name in SPECIAL_NAMES if name in self._special}
        return named | ({"additional_special_tokens": list(self._additional)} if self._additional else {}) | self._extra

    @property
    def special_tokens_map_extended(self) -> dict[str, Any]:
        """Special tokens by name, with their flags."""
        known = {token.content: token for token in self._engine.get_added_tokens_decoder().values()}
        flagged = lambda token: known.get(token, token)
        return {
            name: [flagged(token) for token in value] if isinstance(value, list) else flagged(value)
            for name, value in self.special_tokens_map.items()
        }

    @property
    def all_special_tokens(self) -> list[str]:
        """All special tokens, each once."""
        named = [self._special[name] for name in SPECIAL_NAMES if name in self._special]
        return list(dict.fromkeys([*named, *self._additional, *self._extra.values()]))

    @property
    def all_special_ids(self) -> list[int]:
        """The ids of all special tokens."""
        return [i for i in map(self._engine.token_to_id, self.all_special_tokens) if i is not None]

    @property
    def additional_special_tokens(self) -> list[str]:
        """Special tokens that have no name of their own."""
        return list(self._additional)

    @property
    def additional_special_tokens_ids(self) -> list[int]:
        """Their ids."""
        return self.convert_tokens_to_ids(self._additional)

    @property
    def extra_special_tokens(self) -> dict[str, str]:
        """Special tokens by further names, such as image_token."""
        return dict(self._extra)

    @property
    def pad_token_type_id(self) -> int:
        """The segment of padding."""
        return int(self.settings.get("pad_token_type_id", 0))

    def __getattr__(self, name: str) -> Any:
        found = self.__dict__
        bare = name.removesuffix("_id")
        if "_special" in found and (bare in SPECIAL_NAMES or bare in found["_extra"]):
            token = found["_special"].get(bare) or found["_extra"].get(bare)
            return token if bare == name or token is None else self.convert_tokens_to_ids(token)
        raise AttributeError(f"{type(self).__name__} has no {name!r}.{nearest(name, dir(type(self)))}")

    def __setattr__(self, name: str, value: Any) -> None:
        bare = name.removesuffix("_id")
        if bare in SPECIAL_NAMES or bare in self.__dict__.get("_extra", ()):
            token = value if bare == name or value is None else self._engine.id_to_token(value)
            if token is None and value is not None:
                raise TokenizerError(f"{name}={value!r}: no token of this vocabulary has that id; it has {len(self)}.")
            self._name({bare: token})
            if token is not None:
                add_special(self._engine, [token])
        elif name == "additional_special_tokens":
            self.add_special_tokens({name: value})
        elif name in ("padding_side", "truncation_side"):
            object.__setattr__(self, name, checked_side(name, value))
        else:
            object.__setattr__(self, name, value)

    # ---- the vocabulary

    @property
    def vocab_size(self) -> int:
        """Tokens of the vocabulary, without added ones; `len(tokenizer)` has all."""
        return self._engine.get_vocab_size(with_added_tokens=False)

    def __len__(self) -> int:
        return self._engine.get_vocab_size(with_added_tokens=True)

    def __bool__(self) -> bool:
        return True

    def get_vocab(self) -> dict[str, int]:
        """Token -> id, added ones too."""
        return self._engine.get_vocab(with_added_tokens=True)

    vocab = property(get_vocab)

    def get_added_vocab(self) -> dict[str, int]:
        """Added token -> id."""
        return {token.content: i for i, token in sorted(self._engine.get_added_tokens_decoder().items())}

    added_tokens_encoder = property(get_added_vocab)

    @property
    def added_tokens_decoder(self) -> dict[int, Any]:
        """Id -> added token, with its flags."""
        return dict(sorted(self._engine.get_added_tokens_decoder().items()))

    def convert_tokens_to_ids(self, tokens: Any) -> Any:
        """The id of a token, or of each of a list; that of the unknown token for one that is not there."""
        if tokens is None:
            return None
        unknown = self._special.get("unk_token")
        unknown_id = None if unknown is None else self._engine.token_to_id(unknown)
        one = lambda token: unknown_id if (found := self._engine.token_to_id(token)) is None else found
        return one(tokens) if isinstance(tokens, str) else [one(token) for token in tokens]

    def convert_ids_to_tokens(self, ids: Any, skip_special_tokens: bool = False) -> Any:
        """The token of an id, or of each of a list; None for an id that no token has."""
        from triform.text.decoding import plain_ids

        numbers = plain_ids(ids)
        if isinstance(numbers, int):
            return self._engine.id_to_token(numbers)
        skipped = set(self.all_special_ids) if skip_special_tokens else set()
        return [self._engine.id_to_token(i) for i in numbers if i not in skipped]

    def num_special_tokens_to_add(self, pair: bool = False) -> int:
        """How many special tokens a call adds."""
        return self._engine.num_special_tokens_to_add(pair)

    @property
    def max_len_single_sentence(self) -> int:
        """How many tokens a text may have beside special ones."""
        return self.model_max_length - self.num_special_tokens_to_add(False)

    @property
    def max_len_sentences_pair(self) -> int:
        """How many tokens both texts of a pair may have beside special ones."""
        return self.model_max_length - self.num_special_tokens_to_add(True)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.__dict__["_lock"] = threading.RLock()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name_or_path={self.name_or_path!r}, tokens={len(self)}, special_tokens={self.special_tokens_map})"


def checked_side(name: str, value: Any) -> str:
    """A side. Raises TokenizerError for anything but left and right."""
    if value not in SIDES:
        raise TokenizerError(f"{name}={value!r} is none of: left, right.")
    return value
