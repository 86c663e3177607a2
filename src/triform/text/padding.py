"""Rows that were encoded one by one, brought to one length."""

from collections.abc import Mapping
from typing import Any

from triform.errors import TokenizerError
from triform.text.calling import PADDING, limit, mode, require_pad_token
from triform.text.encoding import BatchEncoding
from triform.text.vocabulary import checked_side


def pad(
    tokenizer: Any, encoded_inputs: Any, padding: Any = True, max_length: int | None = None, pad_to_multiple_of: int | None = None,
    padding_side: str | None = None, return_attention_mask: bool | None = None, return_tensors: Any = None, verbose: bool = True,
) -> BatchEncoding:  # fmt: skip
    """Pads ids, masks and segments; everything else stays as it is.

    Args:
        encoded_inputs: one encoding, a list of encodings, or an encoding of lists: of numbers or tensors.
        padding: True or "longest", "max_length", False.
        max_length: for "max_length"; default: the tokenizer's model_max_length.
        pad_to_multiple_of: the length is rounded up to a multiple of this.

    Raises: TokenizerError where there is nothing to pad, or nothing to pad with.
    """
    data, single = _rows(tokenizer, encoded_inputs)
    main = tokenizer.model_input_names[0]
    how = mode("padding", padding, PADDING)
    lengths = [len(row) for row in data[main]]
    if "attention_mask" not in data and (
        "attention_mask" in tokenizer.model_input_names if return_attention_mask is None else return_attention_mask
    ):
        data["attention_mask"] = [[1] * length for length in lengths]
    width = max(lengths, default=0)
    if how == "max_length":
        width = max_length if max_length is not None else limit(tokenizer) or width
    if pad_to_multiple_of:
        width = -(-width // pad_to_multiple_of) * pad_to_multiple_of
    if how is not None and any(length < width for length in lengths):
        require_pad_token(tokenizer)
        left = (tokenizer.padding_side if padding_side is None else checked_side("padding_side", padding_side)) == "left"
        fill = {main: tokenizer.pad_token_id, "special_tokens_mask": 1, "token_type_ids": tokenizer.pad_token_type_id, "attention_mask": 0}
        fill |= tokenizer._padding_values()
        for name in fill.keys() & data.keys():
            rests = [[fill[name]] * (width - length) for length in lengths]
            data[name] = [rest + row if left else row + rest for row, rest in zip(data[name], rests)]
    out = {name: value[0] for name, value in data.items()} if single and return_tensors is None else data
    return BatchEncoding(out, tensor_type=return_tensors)


def _rows(tokenizer: Any, given: Any) -> tuple[dict[str, list[Any]], bool]:
    """(lists of rows by name, whether it was one encoding)."""
    if isinstance(given, (list, tuple)) and given and isinstance(given[0], Mapping):
        uneven = {name for row in given for name in row} - set(given[0])
        if uneven or any(len(row) != len(given[0]) for row in given):
            raise TokenizerError(f"The encodings to pad differ in what they have: not all have {', '.join(sorted(uneven)) or 'the same'}.")
        given = {name: [row[name] for row in given] for name in given[0]}
    main = tokenizer.model_input_names[0]
    if not isinstance(given, Mapping) or main not in given:
        found = ", ".join(map(str, given)) if isinstance(given, Mapping) else f"a {type(given).__name__}"
        raise TokenizerError(f"To pad, an encoding, a list of them, or a mapping with {main!r} is needed; found: {found}.")
    data = {name: _plain(value) for name, value in given.items()}
    single = bool(data[main]) and not isinstance(data[main][0], list)
    return ({name: [value] for name, value in data.items()} if single else data), single


def _plain(value: Any) -> Any:
    """Lists of Python's numbers, from tensors too."""
    if hasattr(value, "numpy") and not hasattr(value, "tolist"):
        value = value.numpy()
    if hasattr(value, "tolist"):
        return value.tolist()
    return [_plain(entry) for entry in value] if isinstance(value, (list, tuple)) else value
