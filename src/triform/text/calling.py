"""One call of a tokenizer: options are checked, the engine encodes the batch, the parts asked for are put together."""

import logging
from dataclasses import dataclass, fields
from typing import Any

from triform.errors import TokenizerError, TriformError, UnknownKeywordError, nearest
from triform.text.encoding import BatchEncoding
from triform.text.vocabulary import UNLIMITED, checked_side

log = logging.getLogger("triform")
PADDING = {True: "longest", "longest": "longest", "max_length": "max_length", False: None, "do_not_pad": None, None: None}
TRUNCATION = {
    True: "longest_first", "longest_first": "longest_first", "only_first": "only_first", "only_second": "only_second",
    False: None, "do_not_truncate": None, None: None,
}  # fmt: skip


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
    split_special_tokens: bool | None = None
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


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _are_texts(values: Any) -> bool:
    """Whether every entry is a text; decided by the types alone where they are plain, which is quick for a large batch."""
    return isinstance(values, (list, tuple)) and (set(map(type, values)) <= {str} or all(map(_is_text, values)))


def _are_pairs(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and bool(value) and all(_are_texts(entry) and len(entry) == 2 for entry in value)


def _inputs(text: Any, pair: Any, words: bool) -> tuple[bool, list[Any]]:
    """(whether it is a batch, what the engine is given)."""
    one = _are_texts if words else _is_text
    many = (lambda value: isinstance(value, (list, tuple)) and all(map(_are_texts, value))) if words else _are_texts
    if pair is None and not words and _are_pairs(text):
        return True, [tuple(entry) for entry in text]
    for what, value in (("text", text), ("text_pair", pair)):
        if not (one(value) or many(value) or (value is None and what == "text_pair")):
            expected = "a list of words, or a list of such lists" if words else "a str or a list of str"
            raise TokenizerError(f"{what} is {_shown(value)}; expected {expected}.")
    if one(text):
        if pair is not None and not one(pair):
            raise TokenizerError(f"text is one text and text_pair is {_shown(pair)}; one text has one pair.")
        return False, [text if pair is None else (text, pair)]
    if pair is None:
        return True, list(text)
    if (one(pair) and not (words and many(pair))) or len(pair) != len(text):
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
    padding, truncation, longest = _lengths(tokenizer, options)
    pairs = bool(inputs) and isinstance(inputs[0], tuple)
    split = tokenizer.split_special_tokens if options.split_special_tokens is None else options.split_special_tokens
    with tokenizer._lock:  # the engine keeps these settings
        _set_truncation(engine, tokenizer, truncation, longest, options, pairs)
        _set_padding(engine, tokenizer, padding, longest, options)
        if getattr(engine, "encode_special_tokens", split) != split:
            engine.encode_special_tokens = split
        try:
            made = engine.encode_batch(inputs, add_special_tokens=options.add_special_tokens, is_pretokenized=options.is_split_into_words)
        except BaseException as error:  # the engine panics with an exception that is no Exception
            if isinstance(error, (KeyboardInterrupt, SystemExit, TriformError)):
                raise
            raise TokenizerError(f"{type(tokenizer).__name__} could not encode this: {error}{_advice(error, truncation)}") from None
    if options.max_length is None and options.verbose and made:
        _warn_of_length(tokenizer, max(map(len, made)))
    if not options.return_overflowing_tokens:
        return made, list(range(len(made)))
    encodings, owners = [], []
    for i, encoding in enumerate(made):
        rows = [encoding, *encoding.overflowing]
        encodings += rows
        owners += [i] * len(rows)
    return encodings, owners


def _advice(error: BaseException, truncation: str | None) -> str:
    if "stride" in str(error):
        return " Give a smaller stride, or a larger max_length."
    if "too short" in str(error):
        return f". The text that truncation={truncation!r} shortens is too short for that: give truncation='longest_first'."
    return ""


def _lengths(tokenizer: Any, options: Options) -> tuple[str | None, str | None, int | None]:
    """(how to pad, how to truncate, the length to do it to); a length that is nowhere stated leaves both undone, with one warning."""
    padding, truncation = mode("padding", options.padding, PADDING), mode("truncation", options.truncation, TRUNCATION)
    longest = options.max_length
    if longest is not None and padding is None and options.truncation is None:
        truncation = "longest_first"
        _warn_once(tokenizer, "max_length", options, "max_length without truncation=: texts are truncated to it, longest first.")
    if longest is None and (truncation is not None or padding == "max_length"):
        longest = limit(tokenizer)
        if longest is None:
            doing = "padding='max_length'" if padding == "max_length" else f"truncation={options.truncation!r}"
            _warn_once(tokenizer, "unlimited", options, f"{doing} without max_length, and the tokenizer has no model_max_length: not done.")
            return (None if padding == "max_length" else padding), None, None
    return padding, truncation, longest


def limit(tokenizer: Any) -> int | None:
    """The tokenizer's model_max_length, if it has one."""
    return tokenizer.model_max_length if tokenizer.model_max_length < UNLIMITED else None


def _warn_once(tokenizer: Any, key: str, options: Options, message: str) -> None:
    if options.verbose and key not in tokenizer._warned:
        tokenizer._warned.add(key)
        log.warning("%s: %s", type(tokenizer).__name__, message)


def _warn_of_length(tokenizer: Any, length: int) -> None:
    if length > tokenizer.model_max_length and "length" not in tokenizer._warned:
        tokenizer._warned.add("length")
        log.warning(
            "%s: a text has %d tokens, and the model takes %d. Truncate: truncation=True.", type(tokenizer).__name__, length,
            tokenizer.model_max_length,
        )  # fmt: skip


def mode(name: str, value: Any, table: dict[Any, str | None]) -> str | None:
    """What a value of `padding` or `truncation` means. Raises TokenizerError for one that means nothing."""
    value = getattr(value, "value", value)
    if not isinstance(value, (str, bool, type(None))) or value not in table:
        raise TokenizerError(f"{name}={value!r} is none of: {', '.join(map(repr, table))}.{nearest(str(value), map(str, table))}")
    return table[value]


def _set_truncation(engine: Any, tokenizer: Any, strategy: str | None, longest: int | None, options: Options, pairs: bool) -> None:
    if strategy is None or longest is None:
        engine.no_truncation()
        return
    room = longest - (engine.num_special_tokens_to_add(pairs) if options.add_special_tokens else 0)
    if room < 0:
        raise TokenizerError(f"max_length={longest} is less than the {longest - room} special tokens that are put around a text.")
    if options.stride and options.stride >= room:
        raise TokenizerError(
            f"stride={options.stride} leaves no room to advance: max_length={longest} has {room} places beside special tokens."
        )
    engine.enable_truncation(longest, stride=options.stride, strategy=strategy, direction=tokenizer.truncation_side)


def _set_padding(engine: Any, tokenizer: Any, padding: str | None, longest: int | None, options: Options) -> None:
    if padding is None:
        engine.no_padding()
        return
    require_pad_token(tokenizer)
    side = tokenizer.padding_side if options.padding_side is None else checked_side("padding_side", options.padding_side)
    engine.enable_padding(
        direction=side,
        pad_id=tokenizer.pad_token_id,
        pad_type_id=tokenizer.pad_token_type_id,
        pad_token=tokenizer.pad_token,
        length=longest if padding == "max_length" else None,
        pad_to_multiple_of=options.pad_to_multiple_of,
    )


def require_pad_token(tokenizer: Any) -> None:
    """Raises TokenizerError where there is no token to pad with."""
    if tokenizer.pad_token is None or tokenizer.pad_token_id is None:
        raise TokenizerError(
            f"{type(tokenizer).__name__} has no token to pad with. Give it one: tokenizer.pad_token = tokenizer.eos_token, or "
            "tokenizer.add_special_tokens({'pad_token': '[PAD]'}) and model.resize_token_embeddings(len(tokenizer))."
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
