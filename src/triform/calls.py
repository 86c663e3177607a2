"""What one call of a model was asked for: which attention runs, and which of its insides are kept.

A layer says `record("hidden_states", x)` and knows nothing more. The outermost model that is called opens a frame; a model that is part of
it writes into the same frame, unless it is asked for its own insides, and then keeps them to itself. The frame lies in a
`threading.local`: a ContextVar would break torch.compile(fullgraph=True) even while nothing is recorded.
"""

import functools
import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from triform.errors import InputError, TriformError, UnknownKeywordError, nearest
from triform.outputs import ModelOutput

KINDS = {
    "output_hidden_states": (
        "hidden_states", "encoder_hidden_states", "decoder_hidden_states", "reshaped_hidden_states", "pixel_decoder_hidden_states",
        "transformer_decoder_hidden_states", "transformer_decoder_intermediate_states",
    ),
    "output_attentions": (
        "attentions", "encoder_attentions", "decoder_attentions", "cross_attentions", "global_attentions", "mask_decoder_attentions",
    ),
}  # fmt: skip
ASKING = ("output_attentions", "output_hidden_states", "return_dict")


class Frame:
    """One call of a model."""

    __slots__ = ("attention", "kind", "model", "tape")

    def __init__(self, model: Any, attention: str, tape: dict[str, list[Any]]) -> None:
        self.model = model
        self.attention = attention
        self.tape = tape
        self.kind = ""  # what the part that runs is to the whole: "encoder_", "decoder_"

    def named(self, kind: str) -> str:
        """The name under which what the running part calls `kind` is kept."""
        return self.kind + kind.removeprefix("encoder_").removeprefix("decoder_") if self.kind and kind != "cross_attentions" else kind


def exactly_one(module: Any, **given: Any) -> Any:
    """The one argument that is not None; see `triform.ops.exactly_one`."""
    there = [name for name, value in given.items() if value is not None]
    if len(there) != 1:
        what = f"both {' and '.join(there)}" if there else "neither"
        raise InputError(f"{type(module).__name__} was given {what}. Give exactly one of {' and '.join(given)}.")
    return given[there[0]]


class _Local(threading.local):
    def __init__(self) -> None:
        self.frame: Frame | None = None  # in each thread from the start: torch.compile guards on whether it is there


_local = _Local()


class ShapeError(InputError):
    """An input whose shape a layer cannot take. `layer` is that layer: the model that was called adds its name."""

    def __init__(self, layer: Any, message: str) -> None:
        super().__init__(message)
        self.layer = layer


def current() -> Frame | None:
    """The frame of the call that runs."""
    return _local.frame


@contextmanager
def resumed(frame: Frame | None) -> Iterator[None]:
    """Runs a part of a call again, as if it were still open."""
    before, _local.frame = _local.frame, frame
    try:
        yield
    finally:
        _local.frame = before


def record(kind: str, x: Any) -> None:
    """Keeps x under `kind`, where the caller of the model asked for that."""
    frame = _local.frame
    if frame is not None and frame.tape and (name := frame.named(kind)) in frame.tape:
        frame.tape[name].append(x)


def recorded_as(kind: str, part: Any, *args: Any, **kwargs: Any) -> Any:
    """Calls a part of the model that runs; see `triform.nn.recorded_as`."""
    frame = _local.frame
    if frame is None or not frame.tape:
        return part(*args, **kwargs)
    before, frame.kind = frame.kind, kind
    try:
        return part(*args, **kwargs)
    finally:
        frame.kind = before


def recorded_apart(part: Any, *args: Any, **kwargs: Any) -> Any:
    """Calls a part of the model that runs; see `triform.nn.recorded_apart`."""
    frame = _local.frame
    if frame is None or not frame.tape:
        return part(*args, **kwargs)
    whole, frame.tape = frame.tape, {kind: [] for kind in frame.tape}
    try:
        out = part(*args, **kwargs)
        _fill(out, frame.tape)
    finally:
        frame.tape = whole
    return out


def stepwise_attention(kind: str) -> bool:
    """Whether attention is computed step by step: somebody asked for what it keeps as `kind`, or for that way."""
    frame = _local.frame
    return frame is not None and (frame.attention == "eager" or (bool(frame.tape) and frame.named(kind) in frame.tape))


def answering(forward: Callable[..., Any]) -> Callable[..., Any]:
    """A model's `forward`, which then also takes output_hidden_states, output_attentions and return_dict, and refuses typing slips."""
    signature = inspect.signature(forward)
    names = [name for name in signature.parameters if name != "self"]
    known = frozenset((*names, *ASKING))
    takes_any = any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values())

    @functools.wraps(forward)
    def answer(
        self: Any,
        *args: Any,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **kwargs: Any,
    ) -> Any:
        if not takes_any:
            for name in kwargs:
                if name not in known:
                    raise _unknown_keyword(type(self).__name__, name, names)
        outer = _local.frame
        inside = outer is not None and (self.is_part or outer.model is self)  # a part, or the forward of its own base class
        if inside and not output_attentions and not output_hidden_states:
            out = forward(self, *args, **kwargs)
            return out.to_tuple() if return_dict is False else out
        config = self.config
        tape: dict[str, list[Any]] = {}
        if _static(self, "output_hidden_states", output_hidden_states, config.output_hidden_states):
            tape.update((kind, []) for kind in KINDS["output_hidden_states"])
        if _static(self, "output_attentions", output_attentions, config.output_attentions):
            tape.update((kind, []) for kind in KINDS["output_attentions"])
        _local.frame = Frame(self, config._attn_implementation or "sdpa", tape)
        try:
            out = forward(self, *args, **kwargs)
        except ShapeError as error:
            raise _located(self, error) from None
        finally:
            _local.frame = outer
        if tape:
            _fill(out, tape)
        return out.to_tuple() if (config.return_dict if return_dict is None else return_dict) is False else out

    extra = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None) for name in ASKING]
    given = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    answer.__signature__ = signature.replace(parameters=[*given, *extra])  # type: ignore[attr-defined]
    answer.argument_names = names  # type: ignore[attr-defined]
    return answer


def plain_values(inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs of a compiled call that are no arrays: what is computed depends on them, so each set of them is compiled apart."""
    return {name: x for name, x in inputs.items() if x is None or isinstance(x, (bool, int, str))}


def _static(model: Any, name: str, given: Any, default: Any) -> bool:
    value = default if given is None else given
    if isinstance(value, (bool, int)):
        return bool(value)
    raise InputError(
        f"{type(model).__name__}: {name} is {type(value).__name__}, but it decides what is computed, so it must be a Python bool. "
        f"Under jax.jit mark it static (static_argnames={name!r}); under tf.function pass True or False itself."
    )


def _fill(out: ModelOutput, tape: dict[str, list[Any]]) -> None:
    """Puts what was recorded into the fields of an output, of which a plain one drops the prefix encoder_ or decoder_."""
    for kind, values in tape.items():
        if not values:
            continue
        for field in (kind, kind.removeprefix("encoder_").removeprefix("decoder_")):
            if field in out._fields:
                if field not in out:
                    out[field] = tuple(values)
                break


def _unknown_keyword(where: str, name: str, names: list[str]) -> TriformError:
    return UnknownKeywordError(f"{where} takes no {name!r}.{nearest(name, (*names, *ASKING))} It takes: {', '.join((*names, *ASKING))}.")


def _located(model: Any, error: ShapeError) -> InputError:
    for name, layer in model.layers_by_name():
        if layer is error.layer:
            return InputError(f"{type(model).__name__}, {name}: {error}")
    return InputError(f"{type(model).__name__}: {error}")
