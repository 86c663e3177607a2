"""One call of a tokenizer: options are checked, the engine encodes the batch, the parts asked for are put together."""

from dataclasses import dataclass, fields
from typing import Any

from triform.errors import TokenizerError, UnknownKeywordError, nearest
from triform.text.encoding import BatchEncoding
from triform.text.tokenizer import PADDING, TRUNCATION, UNLIMITED


@dataclass(frozen=True)
class Options:
    """The keywords of a call; see `PreTrainedTokenizer.__call__`."""

    add_special_tokens: bool = True
    padding: Any = False
    truncation: Any = None
    max_length: int | None = None
    stride: int = 0
    is_split_into_words: bool = False
    pad_to_multiple_of: int | None = None
    padding_side: str | None = None
    return_tensors: Any = None
    return_token_type_ids: bool | None = None
    return_attention_mask: bool | None = None
    return_overflowing_tokens: bool = False
    return_special_tokens_mask: bool = False
    return_offsets_mapping: bool = False
    return_length: bool = False
    verbose: bool = True


KNOWN = frozenset(f.name for f in fields(Options))


def encode(tokenizer: Any, text: Any, pair: Any, given: dict[str, Any]) -> BatchEncoding:
    """Encodes a text or a batch."""
    wrong = [name for name in given if name not in KNOWN]
    if wrong:
        raise UnknownKeywordError(
            f"{type(tokenizer).__name__} takes no {wrong[0]!r}.{nearest(wrong[0], KNOWN)} It takes: {', '.join(sorted(KNOWN))}."
        )
    options = Options(**given)
    batched, inputs = _inputs(text, pair, options.is_split_into_words)
    encodings, owners = _encoded(tokenizer, inputs, options)
    data = _parts(tokenizer, encodings, owners, options)
    keep = batched or options.return_overflowing_tokens or options.return_tensors is not None
    if not keep:
        data = {name: value[0] if isinstance(value[0], list) else value for name, value in data.items()}
    return BatchEncoding(data, encodings, tensor_type=options.return_tensors)


def _inputs(text: Any, pair: Any, words: bool) -> tuple[bool, list[Any]]:
    """(whether it is a batch, what the engine is given)."""
    is_text = lambda x: isinstance(x, str)
    is_words = lambda x: isinstance(x, (list, tuple)) and all(map(is_text, x))
    one = is_words if words else is_text
    for what, value in (("text", text), ("text_pair", pair)):
        if value is None and what == "text_pair":
            continue
        if not (one(value) or (isinstance(value, (list, tuple)) and all(map(one, value)))):
            expected = "a list of words, or a list of such lists" if words else "a str or a list of str"
            raise TokenizerError(f"{what} is {_shown(value)}; expected {expected}.")
    batched = not one(text) or (words and isinstance(text, (list, tuple)) and bool(text) and not isinstance(text[0], str))
    if not batched:
        return False, [text if pair is None else (text, pair)]
    if pair is None:
        return True, list(text)
    if one(pair) or len(pair) != len(text):
        count = "one" if one(pair) else len(pair)
        raise TokenizerError(f"text has {len(text)} entries and text_pair has {count}; each text needs its pair.")
    return True, list(zip(text, pair))


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        inner = sorted({type(v).__name__ for v in value})
        return f"a {type(value).__name__} of {' and '.join(inner)}"
    return f"a {type(value).__name__}"


def _encoded(tokenizer: Any, inputs: list[Any], options: Options) -> tuple[list[Any], list[int]]:
    """(the engine's encodings, overflow included; for each, the number of its text)."""
    engine = tokenizer.backend_tokenizer
    padding, truncation = _mode("padding", options.padding, PADDING), _mode("truncation", options.truncation, TRUNCATION)
    longest = options.max_length
    if longest is None and (truncation is not None or padding == "max_length"):
        longest = tokenizer.model_max_length if tokenizer.model_max_length < UNLIMITED else None
    if padding == "max_length" and longest is None:
        padding = "longest" if options.max_length is not None else None
    with tokenizer._lock:  # the engine keeps these settings
        _set_truncation(engine, tokenizer, truncation if longest is not None else None, longest, options)
        _set_padding(engine, tokenizer, padding, longest, options)
        try:
            made = engine.encode_batch(inputs, add_special_tokens=options.add_special_tokens, is_pretokenized=options.is_split_into_words)
        except BaseException as error:  # the engine panics with an exception that is no Exception
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            raise TokenizerError(f"{type(tokenizer).__name__} could not encode this: {error}") from None
    encodings, owners = [], []
    for i, encoding in enumerate(made):
        rows = [encoding, *encoding.overflowing] if options.return_overflowing_tokens else [encoding]
        encodings += rows
        owners += [i] * len(rows)
    return encodings, owners


def _mode(name: str, value: Any, table: dict[Any, str | None]) -> str | None:
    value = getattr(value, "value", value)
    if value not in table:
        raise TokenizerError(f"{name}={value!r} is none of: {', '.join(map(repr, table))}.{nearest(str(value), map(str, table))}")
    return table[value]


def _set_truncation(engine: Any, tokenizer: Any, strategy: str | None, longest: int | None, options: Options) -> None:
    if strategy is None or longest is None:
        engine.no_truncation()
        return
    room = longest - (engine.num_special_tokens_to_add(False) if options.add_special_tokens else 0)
    if options.stride and options.stride >= room:
        raise TokenizerError(
            f"stride={options.stride} leaves no room to advance: max_length={longest} has {room} places beside special tokens."
        )
    engine.enable_truncation(longest, stride=options.stride, strategy=strategy, direction=tokenizer.truncation_side)


def _set_padding(engine: Any, tokenizer: Any, padding: str | None, longest: int | None, options: Options) -> None:
    if padding is None:
        engine.no_padding()
        return
    if tokenizer.pad_token is None:
        raise TokenizerError(
            f"{type(tokenizer).__name__} has no token to pad with. Give it one: tokenizer.pad_token = tokenizer.eos_token, or "
            "tokenizer.add_special_tokens({'pad_token': '[PAD]'}) and model.resize_token_embeddings(len(tokenizer))."
        )
    engine.enable_padding(
        direction=options.padding_side or tokenizer.padding_side,
        pad_id=tokenizer.pad_token_id,
        pad_type_id=int(tokenizer.settings.get("pad_token_type_id", 0)),
        pad_token=tokenizer.pad_token,
        length=longest if padding == "max_length" else None,
        pad_to_multiple_of=options.pad_to_multiple_of,
    )


def _parts(tokenizer: Any, encodings: list[Any], owners: list[int], options: Options) -> dict[str, list[Any]]:
    names = tokenizer.model_input_names
    wanted = lambda flag, name: name in names if flag is None else flag
    data: dict[str, list[Any]] = {"input_ids": [e.ids for e in encodings]}
    if wanted(options.return_token_type_ids, "token_type_ids"):
        data["token_type_ids"] = [e.type_ids for e in encodings]
    if wanted(options.return_attention_mask, "attention_mask"):
        data["attention_mask"] = [e.attention_mask for e in encodings]
    if options.return_special_tokens_mask:
        data["special_tokens_mask"] = [e.special_tokens_mask for e in encodings]
    if options.return_offsets_mapping:
        data["offset_mapping"] = [e.offsets for e in encodings]
    if options.return_length:
        data["length"] = [len(e.ids) for e in encodings]
    if options.return_overflowing_tokens:
        data["overflow_to_sample_mapping"] = owners
    return data


def pad(
    tokenizer: Any, rows: Any, padding: Any = True, max_length: int | None = None, pad_to_multiple_of: int | None = None,
    padding_side: str | None = None, return_attention_mask: bool | None = None, return_tensors: Any = None, verbose: bool = True,
) -> BatchEncoding:  # fmt: skip
    """Pads rows of ids to one length.

    Args:
        rows: one encoding, a list of encodings, or an encoding of lists.
        padding: True or "longest", "max_length", False.
    """
    if isinstance(rows, (list, tuple)):
        rows = {name: [row[name] for row in rows] for name in rows[0]}
    data = {name: [_listed(row) for row in value] if len(value) and _rows(value) else [_listed(value)] for name, value in rows.items()}
    single = not _rows(next(iter(rows.values())))
    mode = _mode("padding", padding, PADDING)
    lengths = [len(row) for row in data["input_ids"]]
    width = max_length if mode == "max_length" and max_length is not None else max(lengths, default=0)
    if pad_to_multiple_of:
        width = -(-width // pad_to_multiple_of) * pad_to_multiple_of
    if return_attention_mask is not False and "attention_mask" not in data:
        data["attention_mask"] = [[1] * length for length in lengths]
    if mode is not None:
        fill = {"input_ids": tokenizer.pad_token_id, "special_tokens_mask": 1, "token_type_ids": 0, "attention_mask": 0}
        left = (padding_side or tokenizer.padding_side) == "left"
        for name in fill.keys() & data.keys():
            rests = [[fill[name]] * (width - len(row)) for row in data[name]]
            data[name] = [rest + row if left else row + rest for row, rest in zip(data[name], rests)]
    out: dict[str, Any] = {name: value[0] for name, value in data.items()} if single and return_tensors is None else dict(data)
    return BatchEncoding(out, tensor_type=return_tensors)


def _rows(value: Any) -> bool:
    return hasattr(value[0], "__len__") if len(value) else True


def _listed(row: Any) -> Any:
    return row.tolist() if hasattr(row, "tolist") else list(row) if isinstance(row, (list, tuple)) else row
