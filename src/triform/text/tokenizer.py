"""PreTrainedTokenizer: the reference's call signature over the Rust engine, which encodes a whole batch in one call."""

import os
import threading
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from triform.errors import TokenizerError
from triform.text.encoding import BatchEncoding
from triform.text.families import Family

SPECIAL_NAMES = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
UNLIMITED = int(1e30)
PADDING = {True: "longest", "longest": "longest", "max_length": "max_length", False: None, "do_not_pad": None, None: None}
TRUNCATION = {
    True: "longest_first", "longest_first": "longest_first", "only_first": "only_first", "only_second": "only_second",
    False: None, "do_not_truncate": None, None: None,
}  # fmt: skip


class PreTrainedTokenizer:
    """A tokenizer. Made by `from_pretrained`, or from an engine of the library `tokenizers`.

    Args:
        tokenizer_object: a tokenizers.Tokenizer.
        special: special tokens by name, such as {"pad_token": "[PAD]"}; additional_special_tokens is a list.
        model_input_names: the names of what a call returns.
        settings: everything else of tokenizer_config.json, saved again as it is.
    """

    family_name: ClassVar[str] = "PreTrainedTokenizer"
    family: ClassVar[Family] = Family()
    is_fast: ClassVar[bool] = True

    def __init__(
        self,
        tokenizer_object: Any,
        special: dict[str, Any] | None = None,
        model_input_names: Sequence[str] = ("input_ids", "attention_mask"),
        settings: dict[str, Any] | None = None,
        vocabulary_files: dict[str, Any] | None = None,
    ) -> None:
        self._engine = tokenizer_object
        self._special = dict(special or {})
        self._lock = threading.Lock()
        self.settings = dict(settings or {})
        self.model_input_names = list(model_input_names)
        self.model_max_length = int(min(self.settings.get("model_max_length") or UNLIMITED, UNLIMITED))
        self.padding_side = self.settings.get("padding_side", "right")
        self.truncation_side = self.settings.get("truncation_side", "right")
        self.chat_template = self.settings.get("chat_template")
        self.name_or_path = ""
        self.resolution = ""  # which file and key decided the class
        self._vocabulary_files = dict(vocabulary_files or {})
        engine_tokens = [token for name, token in self._special.items() if name != "additional_special_tokens" and token is not None]
        self.add_special_tokens_to_engine([*engine_tokens, *self._special.get("additional_special_tokens", ())])

    @classmethod
    def from_pretrained(cls, name_or_path: str | os.PathLike[str], **kwargs: Any) -> "PreTrainedTokenizer":
        """The tokenizer of a folder or of a name on the Hub, read as this class. Raises MissingFileError, TokenizerError, …"""
        from triform.text.reading import load_tokenizer

        return load_tokenizer(name_or_path, class_name=None if cls is PreTrainedTokenizer else cls.family_name, **kwargs)

    # ---- tokens

    @property
    def backend_tokenizer(self) -> Any:
        """The engine."""
        return self._engine

    def add_special_tokens_to_engine(self, tokens: Iterable[Any]) -> int:
        """Makes the engine know special tokens, so that it never splits them."""
        from tokenizers import AddedToken

        known = {str(token.content) for token in self._engine.get_added_tokens_decoder().values() if token.special}
        fresh = [token for token in dict.fromkeys(map(str, tokens)) if token not in known]
        return self._engine.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in fresh]) if fresh else 0

    def add_tokens(self, new_tokens: Any, special_tokens: bool = False) -> int:
        """Adds tokens that are then never split; returns how many are new. Resize the model afterwards."""
        tokens = [new_tokens] if isinstance(new_tokens, str) or hasattr(new_tokens, "content") else list(new_tokens)
        return self._engine.add_special_tokens(tokens) if special_tokens else self._engine.add_tokens(tokens)

    def add_special_tokens(self, special_tokens_dict: dict[str, Any], replace_additional_special_tokens: bool = True) -> int:
        """Sets special tokens by name; returns how many are new."""
        before = len(self)
        for name, value in special_tokens_dict.items():
            if name == "additional_special_tokens":
                kept = [] if replace_additional_special_tokens else self._special.get(name, [])
                self._special[name] = [*kept, *map(str, value)]
                self.add_special_tokens_to_engine(value)
            elif name in SPECIAL_NAMES:
                self._special[name] = str(value)
                self.add_special_tokens_to_engine([value])
            else:
                raise TokenizerError(f"{name!r} is no special token. There are: {', '.join(SPECIAL_NAMES)}, additional_special_tokens.")
        return len(self) - before

    @property
    def special_tokens_map(self) -> dict[str, Any]:
        """Special tokens by name."""
        return {name: token for name, token in self._special.items() if token}

    @property
    def all_special_tokens(self) -> list[str]:
        """All special tokens, each once."""
        named = [self._special[name] for name in SPECIAL_NAMES if self._special.get(name)]
        return list(dict.fromkeys([*named, *self._special.get("additional_special_tokens", ())]))

    @property
    def all_special_ids(self) -> list[int]:
        """The ids of all special tokens."""
        return [i for i in map(self._engine.token_to_id, self.all_special_tokens) if i is not None]

    @property
    def additional_special_tokens(self) -> list[str]:
        """Special tokens that have no name of their own."""
        return list(self._special.get("additional_special_tokens", ()))

    def __getattr__(self, name: str) -> Any:
        bare = name.removesuffix("_id")
        if bare in SPECIAL_NAMES and "_special" in self.__dict__:
            token = self._special.get(bare)
            return token if bare == name or token is None else self._engine.token_to_id(token)
        raise AttributeError(f"{type(self).__name__} has no {name!r}.")

    def __setattr__(self, name: str, value: Any) -> None:
        bare = name.removesuffix("_id")
        if bare in SPECIAL_NAMES:
            token = value if bare == name else self._engine.id_to_token(value)
            self._special[bare] = None if token is None else str(token)
            if token is not None:
                self.add_special_tokens_to_engine([token])
        else:
            object.__setattr__(self, name, value)

    @property
    def vocab_size(self) -> int:
        """Tokens of the vocabulary, without added ones; `len(tokenizer)` has all."""
        return self._engine.get_vocab_size(with_added_tokens=False)

    def __len__(self) -> int:
        return self._engine.get_vocab_size(with_added_tokens=True)

    def get_vocab(self) -> dict[str, int]:
        """Token -> id, added ones too."""
        return self._engine.get_vocab(with_added_tokens=True)

    vocab = property(get_vocab)

    def get_added_vocab(self) -> dict[str, int]:
        """Added token -> id."""
        return {token.content: i for i, token in sorted(self._engine.get_added_tokens_decoder().items())}

    @property
    def added_tokens_decoder(self) -> dict[int, Any]:
        """Id -> added token."""
        return self._engine.get_added_tokens_decoder()

    def convert_tokens_to_ids(self, tokens: Any) -> Any:
        """The id of a token, or of each of a list; that of the unknown token for one that is not there."""
        if tokens is None:
            return None
        if isinstance(tokens, str):
            found = self._engine.token_to_id(tokens)
            return self.unk_token_id if found is None else found
        return [self.convert_tokens_to_ids(token) for token in tokens]

    def convert_ids_to_tokens(self, ids: Any, skip_special_tokens: bool = False) -> Any:
        """The token of an id, or of each of a list."""
        if isinstance(ids, int):
            return self._engine.id_to_token(ids)
        skipped = set(self.all_special_ids) if skip_special_tokens else set()
        return [self._engine.id_to_token(int(i)) for i in ids if int(i) not in skipped]

    def convert_tokens_to_string(self, tokens: list[str]) -> str:
        """Tokens joined into text."""
        return self._engine.decoder.decode(tokens) if self._engine.decoder is not None else " ".join(tokens)

    def num_special_tokens_to_add(self, pair: bool = False) -> int:
        """How many special tokens a call adds."""
        return self._engine.num_special_tokens_to_add(pair)

    # ---- encoding

    def __call__(
        self, text: Any = None, text_pair: Any = None, text_target: Any = None, text_pair_target: Any = None, **options: Any
    ) -> BatchEncoding:
        """Encodes a text, a pair, or a batch of either.

        Args:
            text: str or list of str; with is_split_into_words, a list of words or a list of such lists.
            text_pair: likewise, the second text of each pair.
            text_target: encoded too, as `labels`.
            **options: add_special_tokens=True; padding=False | True | "longest" | "max_length"; truncation=False | True | "longest_first" |
                "only_first" | "only_second"; max_length; stride=0; is_split_into_words=False; pad_to_multiple_of; padding_side;
                return_tensors="np" | "pt" | "tf" | "jax"; return_token_type_ids, return_attention_mask, return_overflowing_tokens,
                return_special_tokens_mask, return_offsets_mapping, return_length; verbose.

        Raises: TokenizerError; UnknownKeywordError for a typing slip.
        """
        from triform.text.calling import encode

        if text is None and text_target is None:
            raise TokenizerError(f"{type(self).__name__} was given neither text nor text_target.")
        if text is None:
            return encode(self, text_target, text_pair_target, options)
        made = encode(self, text, text_pair, options)
        if text_target is not None:
            made["labels"] = encode(self, text_target, text_pair_target, options)["input_ids"]
        return made

    def encode(self, text: Any, text_pair: Any = None, **options: Any) -> Any:
        """The ids of a text, or of a pair."""
        return self(text, text_pair, **options)["input_ids"]

    def encode_plus(self, text: Any, text_pair: Any = None, **options: Any) -> BatchEncoding:
        """The reference's older name of a call."""
        return self(text, text_pair, **options)

    def batch_encode_plus(self, batch_text_or_text_pairs: Any, **options: Any) -> BatchEncoding:
        """A batch of texts, or of (text, pair) tuples."""
        from triform.text.calling import encode

        pairs = batch_text_or_text_pairs
        if pairs and isinstance(pairs[0], tuple):
            return encode(self, [a for a, _ in pairs], [b for _, b in pairs], options)
        return encode(self, list(pairs), None, options)

    def tokenize(self, text: str, pair: str | None = None, add_special_tokens: bool = False, **options: Any) -> list[str]:
        """The tokens of a text."""
        return self(text, pair, add_special_tokens=add_special_tokens, **options).tokens()

    def pad(self, encoded_inputs: Any, **options: Any) -> BatchEncoding:
        """Pads rows that were encoded one by one to one length; see `triform.text.calling.pad`."""
        from triform.text.calling import pad

        return pad(self, encoded_inputs, **options)

    # ---- decoding

    def decode(self, token_ids: Any, skip_special_tokens: bool = False, clean_up_tokenization_spaces: bool | None = None) -> str:
        """The text of ids."""
        ids = [token_ids] if isinstance(token_ids, int) else [int(i) for i in token_ids]
        text = self._engine.decode(ids, skip_special_tokens=skip_special_tokens)
        tidy = (
            self.settings.get("clean_up_tokenization_spaces", False)
            if clean_up_tokenization_spaces is None
            else clean_up_tokenization_spaces
        )
        return _tidied(text) if tidy else text

    def batch_decode(
        self, sequences: Any, skip_special_tokens: bool = False, clean_up_tokenization_spaces: bool | None = None
    ) -> list[str]:
        """The text of each row of ids."""
        return [self.decode(row, skip_special_tokens, clean_up_tokenization_spaces) for row in sequences]

    # ---- saving

    def save_pretrained(self, folder: str | os.PathLike[str], **kwargs: Any) -> tuple[str, ...]:
        """Writes tokenizer.json, tokenizer_config.json, special_tokens_map.json and the vocabulary files; returns their paths."""
        from triform.text.reading import save_tokenizer

        return save_tokenizer(self, folder)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.__dict__["_lock"] = threading.Lock()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name_or_path={self.name_or_path!r}, tokens={len(self)}, special_tokens={self.special_tokens_map})"


PreTrainedTokenizerFast = PreTrainedTokenizerBase = PreTrainedTokenizer

TIDY = (
    (" .", "."),
    (" ?", "?"),
    (" !", "!"),
    (" ,", ","),
    (" ' ", "'"),
    (" n't", "n't"),
    (" 'm", "'m"),
    (" 's", "'s"),
    (" 've", "'ve"),
    (" 're", "'re"),
)


def _tidied(text: str) -> str:
    """English spacing: no space before punctuation and contractions."""
    for spaced, joined in TIDY:
        text = text.replace(spaced, joined)
    return text
