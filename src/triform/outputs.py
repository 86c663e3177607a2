"""What models return: ordered mappings from field to tensor, of which fields that are None are no part.

`out.logits`, `out["logits"]` and `out[0]` are the same thing; `out.loss` is None where there is no loss, and then `out[0]` is the logits.
No framework is imported here: each backend registers the classes with its own tree functions, through `on_new_class`.
"""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, dataclass_transform

Tensor = Any  # torch.Tensor, tf.Tensor or jax.Array
Tensors = tuple[Tensor, ...]

_classes: "list[type[ModelOutput]]" = []
_listeners: "list[Callable[[type[ModelOutput]], None]]" = []


def on_new_class(listener: "Callable[[type[ModelOutput]], None]") -> None:
    """Calls `listener` with every output class there is, and with every one that is made later."""
    _listeners.append(listener)
    for cls in _classes:
        listener(cls)


@dataclass_transform(kw_only_default=False)
class ModelOutput(dict):
    """The base of all outputs. A subclass lists its fields, in order, as annotations; all of them may be None.

    Behaves as the reference's `ModelOutput` (keys, positions, attributes, `to_tuple`), except that nothing may be unpacked by
    accident: iterating gives keys, as with any mapping.
    """

    _fields: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = tuple(name for name in vars(cls).get("__annotations__", ()) if not name.startswith("_"))
        cls._fields = tuple(dict.fromkeys((*cls._fields, *own)))
        for name in own:
            if name in vars(cls):
                delattr(cls, name)  # a default of None would hide the key
        _classes.append(cls)
        for listener in _listeners:
            listener(cls)

    def __init__(self, *values: Any, **named: Any) -> None:
        super().__init__()
        if len(values) == 1 and not named and _is_pairs(values[0], self._fields):
            named, values = dict(values[0]), ()
        if len(values) > len(self._fields):
            raise TypeError(f"{type(self).__name__} has {len(self._fields)} fields, but was given {len(values)} values.")
        given = dict(zip(self._fields, values))
        for name, value in named.items():
            if name not in self._fields:
                raise TypeError(f"{type(self).__name__} has no field {name!r}. It has: {', '.join(self._fields)}.")
            given[name] = value
        for name in self._fields:
            if given.get(name) is not None:
                dict.__setitem__(self, name, given[name])

    def __getattr__(self, name: str) -> Any:
        if name in type(self)._fields:
            return dict.get(self, name)
        raise AttributeError(f"{type(self).__name__} has no field {name!r}. It has: {', '.join(type(self)._fields)}.")

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __setitem__(self, name: str, value: Any) -> None:
        if name not in self._fields:
            raise KeyError(f"{type(self).__name__} has no field {name!r}. It has: {', '.join(self._fields)}.")
        if value is None:
            dict.pop(self, name, None)
            return
        dict.__setitem__(self, name, value)
        if name != next(reversed(self)):  # keep the order of the fields
            return
        ordered = {key: dict.__getitem__(self, key) for key in self._fields if key in self}
        dict.clear(self)
        dict.update(self, ordered)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return dict.__getitem__(self, key)
        return self.to_tuple()[key]

    def to_tuple(self) -> tuple[Any, ...]:
        """The values that are not None, in order."""
        return tuple(dict.values(self))

    def replace(self, **changes: Any) -> "ModelOutput":
        """A copy with some fields changed."""
        return type(self)(**{**self, **changes})

    def _refuse(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(f"A {type(self).__name__} keeps its fields: assign to one, or use dict(output) for a mapping to take apart.")

    __delitem__ = pop = popitem = update = setdefault = clear = _refuse  # type: ignore[assignment]

    def __reduce__(self) -> Any:
        return _rebuild, (type(self), tuple(dict.keys(self)), self.to_tuple())

    def __copy__(self) -> "ModelOutput":
        return type(self)(**self)

    def __dir__(self) -> Iterable[str]:
        return [*super().__dir__(), *self._fields]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in dict.items(self))})"


def _is_pairs(value: Any, fields: tuple[str, ...]) -> bool:
    """Whether a lone argument is the (name, value) pairs or the mapping that tree functions rebuild an output from."""
    if isinstance(value, dict):
        return all(key in fields for key in value)
    if isinstance(value, (list, tuple)):
        return bool(value) and all(isinstance(v, tuple) and len(v) == 2 and isinstance(v[0], str) and v[0] in fields for v in value)
    return hasattr(value, "__next__")


def _rebuild(cls: type[ModelOutput], names: tuple[str, ...], values: tuple[Any, ...]) -> ModelOutput:
    return cls(**dict(zip(names, values)))


class BaseModelOutput(ModelOutput):
    """last_hidden_state (B, T, D); hidden_states and attentions: one per layer, where asked for."""

    last_hidden_state: Tensor = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class EncoderOutput(ModelOutput):
    """last_hidden_state (B, T, D), pooler_output (B, D)."""

    last_hidden_state: Tensor = None
    pooler_output: Tensor | None = None
    past_key_values: Any = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None
    cross_attentions: Tensors | None = None


class DecoderOutput(ModelOutput):
    """last_hidden_state (B, T, D); past_key_values: a Cache, where one was asked for."""

    last_hidden_state: Tensor = None
    past_key_values: Any = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None
    cross_attentions: Tensors | None = None


class LogitsOutput(ModelOutput):
    """logits: (B, C) for classification, (B, choices) for multiple choice, (B, T, C) for token classification and masked words."""

    loss: Tensor | None = None
    logits: Tensor = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class CausalLMOutput(ModelOutput):
    """logits (B, T, V); the prediction at t is of token t + 1."""

    loss: Tensor | None = None
    logits: Tensor = None
    past_key_values: Any = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None
    cross_attentions: Tensors | None = None


class MixtureDecoderOutput(ModelOutput):
    """last_hidden_state (B, T, D); router_logits: each layer's scores of its experts (B * T, experts), where asked for."""

    last_hidden_state: Tensor = None
    past_key_values: Any = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None
    router_logits: Tensors | None = None


class MixtureCausalLMOutput(ModelOutput):
    """logits (B, T, V); router_logits (B * T, experts) of each layer and aux_loss, how unevenly they choose, where asked for."""

    loss: Tensor | None = None
    aux_loss: Tensor | None = None
    logits: Tensor = None
    past_key_values: Any = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None
    router_logits: Tensors | None = None


class Seq2SeqModelOutput(ModelOutput):
    """last_hidden_state (B, T, D) of the decoder, encoder_last_hidden_state (B, S, D)."""

    last_hidden_state: Tensor = None
    past_key_values: Any = None
    decoder_hidden_states: Tensors | None = None
    decoder_attentions: Tensors | None = None
    cross_attentions: Tensors | None = None
    encoder_last_hidden_state: Tensor | None = None
    encoder_hidden_states: Tensors | None = None
    encoder_attentions: Tensors | None = None


class Seq2SeqLMOutput(ModelOutput):
    """logits: (B, T, V) of the next tokens, or (B, C) of a classifier."""

    loss: Tensor | None = None
    logits: Tensor = None
    past_key_values: Any = None
    decoder_hidden_states: Tensors | None = None
    decoder_attentions: Tensors | None = None
    cross_attentions: Tensors | None = None
    encoder_last_hidden_state: Tensor | None = None
    encoder_hidden_states: Tensors | None = None
    encoder_attentions: Tensors | None = None


class Seq2SeqQuestionAnsweringOutput(ModelOutput):
    """start_logits and end_logits (B, T)."""

    loss: Tensor | None = None
    start_logits: Tensor = None
    end_logits: Tensor = None
    past_key_values: Any = None
    decoder_hidden_states: Tensors | None = None
    decoder_attentions: Tensors | None = None
    cross_attentions: Tensors | None = None
    encoder_last_hidden_state: Tensor | None = None
    encoder_hidden_states: Tensors | None = None
    encoder_attentions: Tensors | None = None


class QuestionAnsweringOutput(ModelOutput):
    """start_logits and end_logits (B, T): how well an answer starts, and ends, at each token."""

    loss: Tensor | None = None
    start_logits: Tensor = None
    end_logits: Tensor = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class PreTrainingOutput(ModelOutput):
    """prediction_logits (B, T, V) of masked words, seq_relationship_logits (B, 2): 0 where the second sentence follows the first."""

    loss: Tensor | None = None
    prediction_logits: Tensor = None
    seq_relationship_logits: Tensor = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class GenerateDecoderOnlyOutput(ModelOutput):
    """sequences (B · n, T + N) with the prompts; scores and logits: (R, V) per new token; hidden_states, attentions: per layer."""

    sequences: Tensor = None
    scores: Tensors | None = None
    logits: Tensors | None = None
    attentions: Any = None
    hidden_states: Any = None
    past_key_values: Any = None


class GenerateBeamDecoderOnlyOutput(ModelOutput):
    """As without beams; sequences_scores (B · n,), and beam_indices (B · n, N): the row that chose each token, -1 where there is none."""

    sequences: Tensor = None
    sequences_scores: Tensor | None = None
    scores: Tensors | None = None
    logits: Tensors | None = None
    beam_indices: Tensor | None = None
    attentions: Any = None
    hidden_states: Any = None
    past_key_values: Any = None


class GenerateEncoderDecoderOutput(ModelOutput):
    """sequences (B · n, N + 1), which begin with the decoder's start token; the rest as of a decoder."""

    sequences: Tensor = None
    scores: Tensors | None = None
    logits: Tensors | None = None
    encoder_attentions: Tensors | None = None
    encoder_hidden_states: Tensors | None = None
    decoder_attentions: Any = None
    cross_attentions: Any = None
    decoder_hidden_states: Any = None
    past_key_values: Any = None


class GenerateBeamEncoderDecoderOutput(ModelOutput):
    """As without beams; sequences_scores and beam_indices as of a decoder."""

    sequences: Tensor = None
    sequences_scores: Tensor | None = None
    scores: Tensors | None = None
    logits: Tensors | None = None
    beam_indices: Tensor | None = None
    encoder_attentions: Tensors | None = None
    encoder_hidden_states: Tensors | None = None
    decoder_attentions: Any = None
    cross_attentions: Any = None
    decoder_hidden_states: Any = None
    past_key_values: Any = None


class SentenceOrderOutput(ModelOutput):
    """prediction_logits (B, T, V) of masked words, sop_logits (B, 2): 0 where two parts of a text are in their order."""

    loss: Tensor | None = None
    prediction_logits: Tensor = None
    sop_logits: Tensor = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class GlobalEncoderOutput(EncoderOutput):
    """EncoderOutput, with global_attentions: those of the G tokens of a text that see all, each (B, H, T, G)."""

    global_attentions: Tensors | None = None


class GlobalLogitsOutput(LogitsOutput):
    """LogitsOutput, with global_attentions, each (B, H, T, G)."""

    global_attentions: Tensors | None = None


class GlobalQuestionAnsweringOutput(QuestionAnsweringOutput):
    """QuestionAnsweringOutput, with global_attentions, each (B, H, T, G)."""

    global_attentions: Tensors | None = None


class MemoryOutput(ModelOutput):
    """last_hidden_state (B, T, D); mems: what the next call of a model with memory is to see, one (M, B, D) for each layer."""

    last_hidden_state: Tensor = None
    mems: Tensors | None = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class MemoryLogitsOutput(ModelOutput):
    """logits as in LogitsOutput, and mems."""

    loss: Tensor | None = None
    logits: Tensor = None
    mems: Tensors | None = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None


class MemoryQuestionAnsweringOutput(ModelOutput):
    """start_logits and end_logits (B, T), and mems."""

    loss: Tensor | None = None
    start_logits: Tensor = None
    end_logits: Tensor = None
    mems: Tensors | None = None
    hidden_states: Tensors | None = None
    attentions: Tensors | None = None
