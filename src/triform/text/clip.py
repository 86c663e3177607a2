"""CLIP's tokenizer: as others, but for the mark at a word's end, which is a space in text."""

from typing import Any

from triform.text.bytelevel import CLIP_END
from triform.text.tokenizer import PreTrainedTokenizer


class CLIPTokenizer(PreTrainedTokenizer):
    """Decoding turns the mark of a word's end into a space."""

    def _decoded(self, rows: list[list[int]], skip_special_tokens: bool, tidy: bool | None, **options: Any) -> list[Any]:
        return [text.replace(CLIP_END, " ").strip() for text in super()._decoded(rows, skip_special_tokens, tidy, **options)]
