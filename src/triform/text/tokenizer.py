"""PreTrainedTokenizer: the reference's call signature over an engine, which encodes a whole batch in one call."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from triform.errors import TokenizerError
from triform.text.encoding import BatchEncoding
from triform.text.vocabulary import Vocabulary


class PreTrainedTokenizer(Vocabulary):
    """A tokenizer. Made by `from_pretrained`, from an engine of the library `tokenizers`, or from files:

        PreTrainedTokenizerFast(tokenizer_object=engine, unk_token="[UNK]", pad_token="[PAD]")
        PreTrainedTokenizerFast(tokenizer_file="tokenizer.json"), BertTokenizer("vocab.txt"), GPT2Tokenizer("vocab.json", "merges.txt")

    Args:
        tokenizer_object: a tokenizers.Tokenizer, or anything with the methods of `triform.text.engines.Engine`, which becomes this
            tokenizer's own; or the path of the vocabulary file.
        special: special tokens by name, such as {"pad_token": "[PAD]"}; additional_special_tokens is a list. Or the merges file's path.
        model_input_names: the names of what a call returns.
        settings: everything else of tokenizer_config.json, saved again as it is.
        vocabulary_files: the files it was made from, by role; saved again where the engine cannot write them.
        **named: special tokens, settings, and files (tokenizer_file, vocab_file, merges_file) by name.
    """

    def __init__(
        self, tokenizer_object: Any = None, special: Any = None, model_input_names: Any = None, settings: dict[str, Any] | None = None,
        vocabulary_files: dict[str, Any] | None = None, **named: Any,
    ) -> None:  # fmt: skip
        if named or isinstance(tokenizer_object, (str, os.PathLike, type(None))):
            from triform.text.reading import given_parts

            super().__init__(**given_parts(type(self), tokenizer_object, special, named))
        else:
            super().__init__(tokenizer_object, special, model_input_names, settings, vocabulary_files)
        self.chat_template = self.settings.get("chat_template")
        self._writes_targets = False

    @classmethod
    def from_pretrained(cls, name_or_path: str | os.PathLike[str], **kwargs: Any) -> "PreTrainedTokenizer":
        """The tokenizer of a folder or of a name on the Hub, read as this class. Raises MissingFileError, TokenizerError, …"""
        from triform.text.reading import load_tokenizer

        if cls is PreTrainedTokenizer:
            return load_tokenizer(name_or_path, **kwargs)
        return load_tokenizer(name_or_path, class_name=cls.family_name, cls=cls, **kwargs)

    # ---- encoding

    def __call__(
        self, text: Any = None, text_pair: Any = None, text_target: Any = None, text_pair_target: Any = None, **options: Any
    ) -> BatchEncoding:
        """Encodes a text, a pair, or a batch of either.

        Args:
            text: str or list of str; with is_split_into_words, a list of words or a list of such lists; or a list of (text, pair).
            text_pair: likewise, the second text of each pair.
            text_target: encoded too, as `labels`.
            **options: add_special_tokens=True; padding=False | True | "longest" | "max_length"; truncation=False | True | "longest_first" |
                "only_first" | "only_second"; max_length; stride=0; is_split_into_words=False; pad_to_multiple_of; padding_side;
                return_tensors="np" | "pt" | "tf" | "jax"; return_token_type_ids, return_attention_mask, return_overflowing_tokens,
                return_special_tokens_mask, return_offsets_mapping, return_length; split_special_tokens; verbose.

        Raises: TokenizerError; UnknownKeywordError for a typing slip.
        """
        from triform.text.calling import encode

        if text is None and text_target is None:
            raise TokenizerError(f"{type(self).__name__} was given neither text nor text_target.")
        if text is None or self._writes_targets:
            targets = (text_target, text_pair_target) if text is None else (text, text_pair)
            return self._encode_target(*targets, options)
        made = encode(self, text, text_pair, options)
        if text_target is not None:
            made["labels"] = self._encode_target(text_target, text_pair_target, options)["input_ids"]
        return made

    def _encode_target(self, text: Any, pair: Any, options: dict[str, Any]) -> BatchEncoding:
        """Encodes what a model shall write; families with other tokens there change them for the call."""
        from triform.text.calling import encode

        return encode(self, text, pair, options)

    @contextmanager
    def as_target_tokenizer(self) -> Iterator["PreTrainedTokenizer"]:
        """Inside, calls encode targets: the reference's older form of `text_target`."""
        self._writes_targets = True
        try:
            yield self
        finally:
            self._writes_targets = False

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
        return self(text, pair, add_special_tokens=add_special_tokens, **{"padding": False, **options}).tokens()

    def pad(self, encoded_inputs: Any, **options: Any) -> BatchEncoding:
        """Pads rows that were encoded one by one to one length; see `triform.text.padding.pad`."""
        from triform.text.padding import pad

        return pad(self, encoded_inputs, **options)

    def _padding_values(self) -> dict[str, Any]:
        """What else `pad` fills up, by name."""
        return {}

    # ---- from ids

    def prepare_for_model(self, ids: Any, pair_ids: Any = None, **options: Any) -> BatchEncoding:
        """Ids without special tokens made what a call returns; see `triform.text.assembling.prepare_for_model`."""
        from triform.text.assembling import prepare_for_model

        return prepare_for_model(self, ids, pair_ids, **options)

    def truncate_sequences(self, ids: Any, pair_ids: Any = None, **options: Any) -> tuple[list[int], list[int] | None, list[int]]:
        """(ids, pair, what overflowed) with tokens taken away; see `triform.text.assembling.truncate_sequences`."""
        from triform.text.assembling import truncate_sequences

        return truncate_sequences(ids, pair_ids, side=self.truncation_side, **options)

    def build_inputs_with_special_tokens(self, token_ids_0: list[int], token_ids_1: list[int] | None = None) -> list[int]:
        """The ids of a text or a pair with the special tokens around them."""
        from triform.text.assembling import around

        return around(self, token_ids_1 is not None).ids(token_ids_0, token_ids_1)

    def create_token_type_ids_from_sequences(self, token_ids_0: list[int], token_ids_1: list[int] | None = None) -> list[int]:
        """The segments of a text or a pair, special tokens included."""
        from triform.text.assembling import around

        return around(self, token_ids_1 is not None).types(token_ids_0, token_ids_1)

    def get_special_tokens_mask(
        self, token_ids_0: list[int], token_ids_1: list[int] | None = None, already_has_special_tokens: bool = False
    ) -> list[int]:
        """1 for special tokens, 0 for others, of ids with the special tokens or before they are added."""
        from triform.text.assembling import around

        if already_has_special_tokens:
            special = set(self.all_special_ids)
            return [int(i in special) for i in [*token_ids_0, *(token_ids_1 or ())]]
        return around(self, token_ids_1 is not None).mask(token_ids_0, token_ids_1)

    # ---- decoding

    def decode(
        self, token_ids: Any, skip_special_tokens: bool = False, clean_up_tokenization_spaces: bool | None = None, **options: Any
    ) -> Any:
        """The text of ids; of rows of ids, a list of texts.

        Args:
            token_ids: an id, a list, a list of lists, or a tensor of any framework.
            skip_special_tokens: leave special tokens out.
            clean_up_tokenization_spaces: English spacing before punctuation; default: as tokenizer_config.json says.
        """
        from triform.text.decoding import is_batch, plain_ids

        ids = plain_ids(token_ids)
        rows = ids if is_batch(ids) else [[ids] if isinstance(ids, int) else ids]
        texts = self._decoded(rows, skip_special_tokens, clean_up_tokenization_spaces, **options)
        return texts if is_batch(ids) else texts[0]

    def batch_decode(
        self, sequences: Any, skip_special_tokens: bool = False, clean_up_tokenization_spaces: bool | None = None, **options: Any
    ) -> list[str]:
        """The text of each row of ids, or of each id; arguments as for `decode`."""
        from triform.text.decoding import plain_rows

        return self._decoded(plain_rows(sequences), skip_special_tokens, clean_up_tokenization_spaces, **options)

    def _decoded(self, rows: list[list[int]], skip_special_tokens: bool, tidy: bool | None) -> list[Any]:
        """The text of each row."""
        try:
            texts = self._engine.decode_batch(rows, skip_special_tokens=skip_special_tokens)
        except (TypeError, OverflowError):
            from triform.text.decoding import plain_ids

            texts = self._engine.decode_batch(plain_ids(rows), skip_special_tokens=skip_special_tokens)  # or our error
        if self.clean_up_tokenization_spaces if tidy is None else tidy:
            return [self.clean_up_tokenization(text) for text in texts]
        return texts

    @staticmethod
    def clean_up_tokenization(text: str) -> str:
        """English spacing: no space before punctuation and contractions."""
        from triform.text.decoding import tidied

        return tidied(text)

    def convert_tokens_to_string(self, tokens: list[str]) -> str:
        """Tokens joined into text."""
        decoder = getattr(self._engine, "decoder", None)
        return decoder.decode(tokens) if decoder is not None else " ".join(tokens)

    def stream(self, skip_special_tokens: bool = False) -> Any:
        """A decoder to which ids are given as they come, and which gives text as soon as it is certain."""
        from triform.text.streaming import TextStream

        return TextStream(lambda ids: self._decoded([ids], skip_special_tokens, False)[0])

    # ---- conversations

    def apply_chat_template(self, conversation: Any, tools: Any = None, documents: Any = None, **options: Any) -> Any:
        """A conversation as the text or the ids that the model was trained on; see `triform.text.chat.apply`."""
        from triform.text.chat import apply

        return apply(self, conversation, tools, documents, **options)

    def get_chat_template(self, chat_template: str | None = None, tools: Any = None) -> str:
        """The template that a call would use: that of a name, a text itself, or the default one. Raises TokenizerError."""
        from triform.text.chat import chosen_template

        return chosen_template(self, chat_template, tools)

    # ---- making and saving

    def train_new_from_iterator(
        self, text_iterator: Iterator[Any] | Iterable[Any], vocab_size: int, **options: Any
    ) -> "PreTrainedTokenizer":
        """A tokenizer like this one, with a vocabulary of its own; see `triform.text.training.train_new`."""
        from triform.text.training import train_new

        return train_new(self, text_iterator, vocab_size, **options)

    def save_pretrained(self, folder: str | os.PathLike[str], **options: Any) -> tuple[str, ...]:
        """Writes tokenizer.json, the configuration, the vocabulary files and the chat templates; returns their paths.

        Args:
            legacy_format: True leaves out tokenizer.json, False the vocabulary files; default: both.
            filename_prefix: put before each file's name, with a hyphen.
            push_to_hub, repo_id, token, private, revision, commit_message, create_pr: uploads the folder afterwards.
        """
        from triform.text.saving import save_tokenizer

        return save_tokenizer(self, folder, **options)

    def save_vocabulary(self, save_directory: str | os.PathLike[str], filename_prefix: str | None = None) -> tuple[str, ...]:
        """Writes the vocabulary files alone; returns their paths."""
        from triform.text.saving import save_vocabulary

        return save_vocabulary(self, save_directory, filename_prefix)

    def push_to_hub(self, repo_id: str, **options: Any) -> str:
        """Saves and uploads; returns the address of the commit. Arguments as of `triform.hub.push_to_hub`."""
        from tempfile import TemporaryDirectory

        from triform import hub

        with TemporaryDirectory() as folder:
            self.save_pretrained(folder)
            return hub.push_to_hub(folder, repo_id, **options)


PreTrainedTokenizerFast = PreTrainedTokenizerBase = PreTrainedTokenizer
