"""CodeGen's tokenizer, which can cut generated code off where it stops being the answer."""

import re
from typing import Any

from triform.text.tokenizer import PreTrainedTokenizer


class CodeGenTokenizer(PreTrainedTokenizer):
    """`decode` takes `truncate_before_pattern`, a list of regular expressions."""

    def _decoded(
        self, rows: list[list[int]], skip_special_tokens: bool, tidy: bool | None, truncate_before_pattern: list[str] | None = None,
        **options: Any,
    ) -> list[Any]:  # fmt: skip
        texts = super()._decoded(rows, skip_special_tokens, tidy, **options)
        return [_cut(text, truncate_before_pattern) for text in texts] if truncate_before_pattern else texts


def _cut(text: str, patterns: list[str]) -> str:
    """The text up to the second top-level print, the second top-level definition, and the first match of any pattern."""
    for repeated in ("^print", "^def"):
        places = [match.start() for match in re.finditer(repeated, text, re.MULTILINE)]
        if len(places) > 1:
            text = text[: places[1]]
    found = [match.start() for pattern in patterns if (match := re.compile(pattern, re.MULTILINE).search(text))]
    return text[: min(found)] if found else text
