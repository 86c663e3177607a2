"""What a call of `generate` gives a model to read: checked, padded on the left, in arrays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from triform.errors import InputError, UnknownKeywordError, nearest

from .programs import Reader


@dataclass
class Prompt:
    """A batch of prompts, on the host.

    Attributes:
        ids: (B, T) what the decoder reads first, as given; None where embeddings are.
        tokens: the same, or embeddings (B, T, D), with all padding on the left.
        mask: (B, T) bool: which of `tokens` are real.
        source: what the encoder reads, or what else each call of a decoder is given; by name.
        cache: the Cache of an earlier call, which has read the beginning of `tokens`.
    """

    ids: np.ndarray | None
    tokens: np.ndarray
    mask: np.ndarray
    source: dict[str, Any]
    cache: Any = None

    @property
    def padded(self) -> bool:
        """Whether any token is padding."""
        return not self.mask.all()

    @property
    def positions(self) -> np.ndarray:
        """(B, T) each real token's place in its text."""
        return np.maximum(np.cumsum(self.mask, axis=1) - 1, 0)


def reader_of(model: Any, asked: tuple[str, ...]) -> Reader:
    """How a model's decoder is called."""
    names = model.argument_names()
    return Reader("decoder_input_ids" in names, "position_ids" in names, asked)


def read_prompt_of(model: Any, engine: Any, inputs: Any, given: dict[str, Any], settings: Any) -> Prompt:
    """The prompt of a call.

    Raises: UnknownKeywordError, naming what the model takes; InputError where there is nothing to read, or what cannot be read.
    """
    names, where = model.argument_names(), type(model).__name__
    seq2seq = "decoder_input_ids" in names
    unknown = [name for name in given if name not in names]
    if unknown:
        known = [*names, *type(settings).fields()]
        raise UnknownKeywordError(f"{where}.generate takes no {unknown[0]!r}.{nearest(unknown[0], known)}")
    given = {name: value for name, value in given.items() if value is not None}
    main = model.main_input_name
    if inputs is not None:
        if main in given:
            raise InputError(f"{where}.generate was given inputs twice: by position and as {main}=.")
        given[main] = inputs
    cache = given.pop("past_key_values", None)
    for dropped in ("use_cache", "logits_to_keep", "labels", "position_ids", "decoder_position_ids"):
        given.pop(dropped, None)
    _refuse_segments(model, engine, given)
    if seq2seq:
        return _of_seq2seq(model, engine, given, settings, cache)
    tokens, ids = given.pop("inputs_embeds", None), given.pop(main, None)
    if tokens is None and ids is None:
        if settings.bos_token_id is None:
            raise InputError(f"{where}.generate was given no {main}, and there is no bos_token_id to begin with.")
        ids = np.full((1, 1), settings.bos_token_id)
    ids = None if ids is None else _checked(model, engine, ids)
    read: Any = ids if tokens is None else engine.host(engine.array(tokens))
    if read.ndim < 2 or read.shape[1] == 0:
        raise InputError(f"{where}.generate was given an empty prompt (shape {read.shape}); it needs one token at least.")
    mask = _mask(engine, given.pop("attention_mask", None), read, ids, settings, where)
    read, mask = left_padded(read, mask)
    return Prompt(ids, read, mask, {name: engine.array(value) for name, value in given.items()}, cache)


def _of_seq2seq(model: Any, engine: Any, given: dict[str, Any], settings: Any, cache: Any) -> Prompt:
    where = type(model).__name__
    start, mask = given.pop("decoder_input_ids", None), given.pop("decoder_attention_mask", None)
    source = {name: _tensors(engine, value) for name, value in given.items()}
    if "encoder_outputs" in source:
        states = source["encoder_outputs"]
        source["encoder_outputs"] = (states[0] if isinstance(states, (tuple, list, dict)) else states,)
        source.pop(model.main_input_name, None)
        rows = source["encoder_outputs"][0].shape[0]
    else:
        read = source.get(model.main_input_name, source.get("inputs_embeds"))
        if read is None:
            raise InputError(f"{where}.generate was given nothing to read: give {model.main_input_name} or encoder_outputs.")
        if model.main_input_name == "input_ids" and "inputs_embeds" not in source:
            ids = _checked(model, engine, read)
            if ids.shape[1] == 0:
                raise InputError(f"{where}.generate was given an empty source (shape {ids.shape}); it needs one token at least.")
            if "attention_mask" not in source and _pads(ids, settings):
                source["attention_mask"] = engine.array((ids != settings.pad_token_id).astype(np.int32))
        rows = read.shape[0]
    if start is None:
        first = settings.decoder_start_token_id
        first = settings.bos_token_id if first is None else first
        if first is None:
            raise InputError(
                f"{where}.generate: neither decoder_start_token_id nor bos_token_id is set, so there is nothing to begin with."
            )
        column = np.asarray(first).reshape(-1, 1)
        if len(column) not in (1, rows):
            raise InputError(f"{where}.generate: decoder_start_token_id has {len(column)} entries for {rows} rows.")
        ids = np.ascontiguousarray(np.broadcast_to(column, (rows, 1)))
    else:
        ids = _checked(model, engine, start)
    read, mask = left_padded(ids, np.ones(ids.shape, bool) if mask is None else engine.host(engine.array(mask)) > 0)
    return Prompt(ids, read, mask, source, cache)


def _refuse_segments(model: Any, engine: Any, given: dict[str, Any]) -> None:
    """Takes out segments that are all the first one, which is what a model reckons with anyway. Raises InputError for others."""
    segments = given.pop("token_type_ids", None)
    if segments is not None and (not hasattr(model.config, "type_vocab_size") or engine.host(engine.array(segments)).any()):
        raise InputError(
            f"{type(model).__name__}.generate: token_type_ids say nothing of the tokens that are to come. Leave them out: "
            "tokenizer(..., return_token_type_ids=False)."
        )


def _tensors(engine: Any, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _tensors(engine, x) for name, x in value.items()}
    if isinstance(value, (tuple, list)) and any(hasattr(x, "shape") for x in value):
        return tuple(_tensors(engine, x) for x in value)
    return engine.array(value)


def _checked(model: Any, engine: Any, ids: Any) -> np.ndarray:
    """Ids that the model knows, (B, T)."""
    found = np.asarray(engine.host(engine.array(ids)))
    where = type(model).__name__
    if found.ndim != 2 or not np.issubdtype(found.dtype, np.integer):
        raise InputError(f"{where}.generate was given ids of shape {found.shape} and type {found.dtype}; it needs integers (B, T).")
    layer = model.get_input_embeddings()
    words = None if layer is None else layer.weight.shape[0]
    if words is not None and found.size and (found.max() >= words or found.min() < 0):
        bad = int(found.max() if found.max() >= words else found.min())
        raise InputError(
            f"{where}.generate: token id {bad} is none of the model's {words} words. The tokenizer does not belong to this model, "
            "or it has new tokens: model.resize_token_embeddings(len(tokenizer))."
        )
    return found


def _pads(ids: np.ndarray, settings: Any) -> bool:
    """Whether ids hold padding that can be told from the end of a text."""
    pad, ends = settings.pad_token_id, settings.eos_token_id
    ends = ends if isinstance(ends, (list, tuple)) else [ends]
    return pad is not None and pad not in ends and bool((ids == pad).any())


def _mask(engine: Any, mask: Any, read: np.ndarray, ids: np.ndarray | None, settings: Any, where: str) -> np.ndarray:
    if mask is None:
        return ids != settings.pad_token_id if ids is not None and _pads(ids, settings) else np.ones(read.shape[:2], bool)
    found = engine.host(engine.array(mask)) > 0
    if found.shape != read.shape[:2]:
        raise InputError(f"{where}.generate: attention_mask has shape {found.shape}, but the prompt has {read.shape[:2]}.")
    if not found.any(axis=1).all():
        raise InputError(f"{where}.generate: row {int(np.argmin(found.any(axis=1)))} of the prompt is all padding.")
    return found


def left_padded(tokens: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows with their padding moved to the left, where a decoder needs it: it goes on at the right."""
    if mask[:, -1].all():
        return tokens, mask
    order = np.argsort(mask, axis=1, kind="stable")
    return np.take_along_axis(tokens, order.reshape(*order.shape, *[1] * (tokens.ndim - 2)), axis=1), np.take_along_axis(
        mask, order, axis=1
    )
