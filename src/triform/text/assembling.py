"""From ids without special tokens to what a call returns: the frame, truncation and padding done on ids."""

from dataclasses import dataclass
from typing import Any

from triform.errors import TokenizerError
from triform.text.calling import PADDING, TRUNCATION, limit, mode
from triform.text.decoding import plain_ids
from triform.text.encoding import BatchEncoding


@dataclass(frozen=True)
class Around:
    """What the engine puts before, between and after texts: (id, segment) of each special token, and the segment of each text."""

    before: tuple[tuple[int, int], ...] = ()
    between: tuple[tuple[int, int], ...] = ()
    after: tuple[tuple[int, int], ...] = ()
    first_type: int = 0
    second_type: int = 0

    def _parts(self, first: list[int], second: list[int] | None) -> list[tuple[int, int, int]]:
        """(id, segment, whether special) of the whole."""
        special = lambda part: [(i, segment, 1) for i, segment in part]
        rows = [*special(self.before), *((i, self.first_type, 0) for i in first), *special(self.between)]
        return [*rows, *((i, self.second_type, 0) for i in second or ()), *special(self.after)]

    def ids(self, first: list[int], second: list[int] | None = None) -> list[int]:
        """The ids, special tokens included."""
        return [i for i, _, _ in self._parts(first, second)]

    def types(self, first: list[int], second: list[int] | None = None) -> list[int]:
        """The segments."""
        return [segment for _, segment, _ in self._parts(first, second)]

    def mask(self, first: list[int], second: list[int] | None = None) -> list[int]:
        """1 for special tokens."""
        return [special for _, _, special in self._parts(first, second)]


def around(tokenizer: Any, pair: bool) -> Around:
    """What is put around a text or a pair, read off the engine: a word is encoded, and what is no word of it was put there.

    Raises: TokenizerError where no word can be found that the engine gives a token for.
    """
    engine = tokenizer.backend_tokenizer
    with tokenizer._lock:
        engine.no_padding()
        engine.no_truncation()
        for word in ("a", "1", ".", *sorted(engine.get_vocab(with_added_tokens=False), key=len)[:50]):
            made = engine.encode_batch([(word, word) if pair else word], add_special_tokens=True)[0]
            places = [i for i, sequence in enumerate(made.sequence_ids) if sequence is not None]
            if places and (not pair or made.sequence_ids[places[-1]] == 1):
                break
        else:
            raise TokenizerError(f"{type(tokenizer).__name__} gives no token for any word, so what it puts around texts is not known.")
    tokens = list(zip(made.ids, made.type_ids))
    owners = made.sequence_ids
    last_of_first = max(i for i in places if owners[i] == 0)
    first_of_second = min((i for i in places if owners[i] == 1), default=len(tokens))
    return Around(
        tuple(tokens[: places[0]]),
        tuple(tokens[last_of_first + 1 : first_of_second]),
        tuple(tokens[places[-1] + 1 :]) if pair else (),
        made.type_ids[last_of_first],
        made.type_ids[first_of_second] if pair else 0,
    )


def truncate_sequences(
    ids: Any, pair_ids: Any = None, num_tokens_to_remove: int = 0, truncation_strategy: Any = "longest_first", stride: int = 0,
    side: str = "right",
) -> tuple[list[int], list[int] | None, list[int]]:  # fmt: skip
    """(ids, pair, what overflowed) with `num_tokens_to_remove` tokens taken away.

    Args:
        truncation_strategy: "longest_first" takes one at a time from the longer text, and reports no overflow of a pair; "only_first",
            "only_second", "do_not_truncate".
        stride: how many of the kept tokens the overflow repeats.
        side: from which end tokens are taken.

    Raises: TokenizerError where the text that shall be shortened has too few tokens.
    """
    first, second = plain_ids(ids), None if pair_ids is None else plain_ids(pair_ids)
    how = mode("truncation_strategy", truncation_strategy, TRUNCATION)
    if num_tokens_to_remove <= 0 or how is None:
        return first, second, []
    if how == "longest_first" and second is not None:
        if num_tokens_to_remove > len(first) + len(second):
            raise TokenizerError(f"{num_tokens_to_remove} tokens shall go, and both texts have {len(first) + len(second)}.")
        one, two = len(first), len(second)
        for _ in range(num_tokens_to_remove):
            one, two = (one - 1, two) if one > two else (one, two - 1)
        return _kept(first, one, side), _kept(second, two, side), []
    shortened = second if how == "only_second" else first
    if shortened is None or len(shortened) < num_tokens_to_remove:
        count = "is none" if shortened is None else f"has {len(shortened)}"
        raise TokenizerError(f"{num_tokens_to_remove} tokens shall go from the text that truncation {how!r} shortens, and it {count}.")
    window = min(len(shortened), stride + num_tokens_to_remove)
    overflow = shortened[:window] if side == "left" else shortened[len(shortened) - window :]
    kept = _kept(shortened, len(shortened) - num_tokens_to_remove, side)
    return (first, kept, overflow) if how == "only_second" else (kept, second, overflow)


def _kept(ids: list[int], count: int, side: str) -> list[int]:
    return ids[len(ids) - count :] if side == "left" else ids[:count]


def prepare_for_model(
    tokenizer: Any, ids: Any, pair_ids: Any = None, add_special_tokens: bool = True, padding: Any = False, truncation: Any = None,
    max_length: int | None = None, stride: int = 0, pad_to_multiple_of: int | None = None, padding_side: str | None = None,
    return_tensors: Any = None, return_token_type_ids: bool | None = None, return_attention_mask: bool | None = None,
    return_overflowing_tokens: bool = False, return_special_tokens_mask: bool = False, return_length: bool = False,
    prepend_batch_axis: bool = False, verbose: bool = True,
) -> BatchEncoding:  # fmt: skip
    """Ids of one text or of a pair, without special tokens, made what a call returns; keywords as of a call.

    Args:
        prepend_batch_axis: the result is a batch of one.

    Raises: TokenizerError.
    """
    first, second = plain_ids(ids), None if pair_ids is None else plain_ids(pair_ids)
    frame = around(tokenizer, second is not None) if add_special_tokens else Around(second_type=1)
    how = mode("truncation", truncation, TRUNCATION)
    if max_length is not None and truncation is None and mode("padding", padding, PADDING) is None:
        how = "longest_first"
    longest = limit(tokenizer) if max_length is None else max_length
    data: dict[str, Any] = {}
    if how is not None and longest is not None:
        extra = len(frame.ids(first, second)) - longest
        if return_overflowing_tokens and second is not None and how == "longest_first":
            raise TokenizerError("A pair that is truncated longest first has no overflow. Give truncation='only_first' or 'only_second'.")
        first, second, overflow = truncate_sequences(first, second, extra, how, stride, tokenizer.truncation_side)
        if return_overflowing_tokens:
            data |= {"overflowing_tokens": overflow, "num_truncated_tokens": extra}
    names = tokenizer.model_input_names
    data["input_ids"] = frame.ids(first, second)
    if "token_type_ids" in names if return_token_type_ids is None else return_token_type_ids:
        data["token_type_ids"] = frame.types(first, second)
    if return_special_tokens_mask:
        data["special_tokens_mask"] = frame.mask(first, second)
    data = dict(
        tokenizer.pad(
            data, padding=padding, max_length=max_length, pad_to_multiple_of=pad_to_multiple_of, padding_side=padding_side,
            return_attention_mask=return_attention_mask,
        )
    )  # fmt: skip
    if return_length:
        data["length"] = len(data["input_ids"])
    made = BatchEncoding(data)
    if prepend_batch_axis and return_tensors is None:
        return BatchEncoding({name: [value] for name, value in data.items()})
    return made.convert_to_tensors(return_tensors, prepend_batch_axis=prepend_batch_axis)
