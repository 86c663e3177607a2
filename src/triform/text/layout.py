"""Tokenizers of documents: words come with their boxes on the page, and each token gets the box of its word."""

from typing import Any

from triform.errors import TokenizerError
from triform.text.calling import encode
from triform.text.encoding import BatchEncoding
from triform.text.tokenizer import PreTrainedTokenizer


class LayoutTokenizer(PreTrainedTokenizer):
    """LayoutLMv2's and LayoutLMv3's tokenizer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        settings = self.settings
        self.cls_token_box, self.sep_token_box = list(settings["cls_token_box"]), list(settings["sep_token_box"])
        self.pad_token_box, self.pad_token_label = list(settings["pad_token_box"]), int(settings["pad_token_label"])
        self.only_label_first_subword = bool(settings["only_label_first_subword"])

    def __call__(  # type: ignore[override]
        self, text: Any, text_pair: Any = None, boxes: Any = None, word_labels: Any = None, **options: Any
    ) -> BatchEncoding:
        """Encodes a page, a question about a page, or a batch of either.

        Args:
            text: a list of words, or a list of such lists; with text_pair, a question or a list of them.
            text_pair: the words of the page, or of each page.
            boxes: for each word its box on the page, [left, top, right, bottom] from 0 to 1000.
            word_labels: for each word its class; makes `labels`.
            **options: as of other tokenizers' calls.

        Returns: what other tokenizers return, and `bbox`, (T, 4) for each row.
        Raises: TokenizerError.
        """
        asked = text_pair is not None
        pages = text_pair if asked else text
        batched = isinstance(text, (list, tuple)) and (asked or not text or not isinstance(text[0], str))
        split = lambda question: question.split() if isinstance(question, str) else question
        first = ([split(q) for q in text] if batched else split(text)) if asked else text
        tensors = options.pop("return_tensors", None)
        made = encode(self, first, text_pair, {**options, "is_split_into_words": True})
        many = lambda value: value if batched or value is None else [value]
        self._check(many(pages), many(boxes), many(word_labels))
        encodings = made.encodings or []
        owners = made.get("overflow_to_sample_mapping") or list(range(len(encodings)))
        nested = batched or "overflow_to_sample_mapping" in made
        rows = self._placed(encodings, owners, many(boxes), int(asked), self.cls_token_box, self.sep_token_box, self.pad_token_box)
        made["bbox"] = rows if nested else rows[0]
        if word_labels is not None:
            labelled = self._labelled(encodings, owners, many(word_labels), int(asked))
            made["labels"] = labelled if nested else labelled[0]
        return made.convert_to_tensors(tensors, prepend_batch_axis=not nested)

    def tokenize(self, text: str, pair: str | None = None, add_special_tokens: bool = False, **options: Any) -> list[str]:
        """The tokens of a text that lies on no page."""
        return encode(self, text, pair, {**options, "add_special_tokens": add_special_tokens}).tokens()

    def _check(self, pages: Any, boxes: Any, labels: Any) -> None:
        """Raises TokenizerError where not every word has a box, and a label where labels are given."""
        if boxes is None:
            raise TokenizerError(f"{type(self).__name__} needs boxes=, one [left, top, right, bottom] for each word.")
        for name, given in (("boxes", boxes), ("word_labels", labels)):
            counts = None if given is None else list(map(len, given))
            if counts is not None and counts != list(map(len, pages)):
                raise TokenizerError(f"{name} has {counts} entries for pages of {list(map(len, pages))} words; each word needs one.")

    def _placed(
        self, encodings: Any, owners: list[int], boxes: Any, page: int, first: list[int], between: list[int], padding: list[int]
    ) -> list[list[Any]]:  # fmt: skip
        """The box of each token: that of its word, or of its kind."""
        special = {self.sep_token_id: between, self.pad_token_id: padding, self.cls_token_id: first}
        return [
            [
                boxes[owner][word] if sequence == page and word is not None else special.get(i, padding) if sequence is None else padding
                for i, word, sequence in zip(encoding.ids, encoding.word_ids, encoding.sequence_ids)
            ]
            for encoding, owner in zip(encodings, owners)
        ]

    def _labelled(self, encodings: Any, owners: list[int], labels: Any, page: int) -> list[list[int]]:
        """The label of each token: that of its word, on the word's first token alone where only_label_first_subword says so."""
        begins: dict[tuple[int, int], int] = {}  # (text, word) -> where the word's first token begins, in whichever window that lies
        for encoding, owner in zip(encodings, owners):
            for word, sequence, (start, _) in zip(encoding.word_ids, encoding.sequence_ids, encoding.offsets):
                if sequence == page and word is not None:
                    begins[owner, word] = min(start, begins.get((owner, word), start))
        rows = []
        for encoding, owner in zip(encodings, owners):
            row, previous = [], None
            for word, sequence, (start, _) in zip(encoding.word_ids, encoding.sequence_ids, encoding.offsets):
                inside = sequence == page and word is not None
                opens = inside and word != previous and start == begins[owner, word]
                row.append(labels[owner][word] if opens or (inside and not self.only_label_first_subword) else self.pad_token_label)
                previous = word if inside else None
            rows.append(row)
        return rows

    def _padding_values(self) -> dict[str, Any]:
        return {"bbox": self.pad_token_box, "labels": self.pad_token_label}
