"""RoFormer's tokenizer (Su et al., 2021): Chinese words of the vocabulary are found by jieba, other Chinese is cut into characters."""

from typing import Any

from triform.errors import MissingDependencyError
from triform.text.cutting import PythonEngine
from triform.text.tokenizer import PreTrainedTokenizer


class JiebaEngine(PythonEngine):
    """An engine whose text is split by jieba first; its tokenizer.json says BERT's splitter, as the reference's."""

    def __init__(self, rust: Any) -> None:
        self._words: set[str] | None = None
        self._jieba: Any = None
        super().__init__(rust)

    def _attach(self) -> None:
        from tokenizers import normalizers, pre_tokenizers

        self._apart = normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=True, strip_accents=False, lowercase=False)
        self._rust.pre_tokenizer = pre_tokenizers.PreTokenizer.custom(self)

    def _detach(self) -> None:
        from tokenizers import pre_tokenizers

        self._rust.pre_tokenizer = pre_tokenizers.BertPreTokenizer()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__getstate__().items() if name not in ("_apart", "_jieba")} | {"_jieba": None}

    def to_str(self, pretty: bool = False) -> str:
        """The tokenizer.json."""
        return self._plain(pretty)

    def encode_batch(self, input: Any, is_pretokenized: bool = False, add_special_tokens: bool = True) -> Any:
        """The engine's encodings. Raises MissingDependencyError where jieba is not there."""
        if self._jieba is None:
            try:
                import rjieba
            except ModuleNotFoundError:
                raise MissingDependencyError("RoFormer cuts words by jieba, in the package `rjieba`: pip install rjieba.") from None
            self._jieba = rjieba
        if self._words is None:
            self._words = set(self._rust.get_vocab(with_added_tokens=False))
        return self._rust.encode_batch(input, is_pretokenized=is_pretokenized, add_special_tokens=add_special_tokens)

    def pre_tokenize(self, parts: Any) -> None:
        """The engine's call: splits each of its parts."""
        parts.split(lambda _, text: self._split(text))

    def _split(self, text: Any) -> list[Any]:
        """Words of the vocabulary; of others, each Chinese character and what stands between."""
        out = []
        for word, begin, end in self._jieba.tokenize(str(text), hmm=False):
            if word in (self._words or ()):
                out.append(text[begin:end])
            else:
                for part in self._apart.normalize_str(word).split():
                    out.append(text[begin : begin + len(part)])
                    begin += len(part)
        return out


class RoFormerTokenizer(PreTrainedTokenizer):
    """A tokenizer on a JiebaEngine."""

    def __init__(self, tokenizer_object: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(JiebaEngine(tokenizer_object), *args, **kwargs)
