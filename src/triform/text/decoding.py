"""Ids back into text, from whatever holds ids."""

from typing import Any

from triform.errors import TokenizerError

TIDY = (
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" 's", "'s"), (" 've", "'ve"),
    (" 're", "'re"),
)  # fmt: skip
MOST = 2**32


def plain_ids(ids: Any) -> Any:
    """An id, a list of them, or a list of lists, from Python's numbers or any framework's tensor.

    Raises: TokenizerError for anything that is no id.
    """
    if isinstance(ids, int) and not isinstance(ids, bool):
        return _checked(ids)
    if hasattr(ids, "numpy") and not hasattr(ids, "tolist"):
        ids = ids.numpy()  # TensorFlow
    if hasattr(ids, "tolist"):
        return plain_ids(ids.tolist())
    if isinstance(ids, str) or not hasattr(ids, "__iter__"):
        raise TokenizerError(f"{ids!r} is no id; expected a whole number, a list of them, or a tensor.")
    listed = list(ids)
    if set(map(type, listed)) <= {int}:
        for extreme in (min, max) if listed else ():
            _checked(extreme(listed))
        return listed
    return [plain_ids(row) for row in listed]


def _checked(number: int) -> int:
    if not 0 <= number < MOST:
        advice = " Labels that are left out of the loss are no tokens: put pad_token_id in their places." if number == -100 else ""
        raise TokenizerError(f"{number} is no id of a token.{advice}")
    return number


def plain_rows(sequences: Any) -> list[list[int]]:
    """Rows of ids, or single ids as rows. Lists of lists are taken as they are: what is no id in them is found when they are decoded."""
    if type(sequences) is list and set(map(type, sequences)) == {list}:
        return sequences
    return [[row] if isinstance(row, int) else row for row in plain_ids(sequences)]


def is_batch(ids: Any) -> bool:
    """Whether plain ids are rows."""
    return isinstance(ids, list) and bool(ids) and isinstance(ids[0], list)


def tidied(text: str) -> str:
    """English spacing: no space before punctuation and contractions."""
    for spaced, joined in TIDY:
        text = text.replace(spaced, joined)
    return text
