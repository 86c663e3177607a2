"""What encoder–decoders share."""

from typing import Any

from triform.errors import InputError

from .. import nn, ops


def shift_right(model: Any, ids: Any) -> Any:
    """(B, T) -> (B, T): what a decoder reads to predict `ids`: the start token first, the last left out; -100 becomes padding.

    Raises: InputError where the config names no start token.
    """
    config = model.config
    start, pad = config.decoder_start_token_id, config.pad_token_id
    if start is None:
        raise InputError(f"{type(model).__name__}: config.decoder_start_token_id is not set, so labels cannot become decoder_input_ids.")
    first = ops.full((ops.shape(ids)[0], 1), start, like=ids)
    shifted = ops.concat([first, ids[:, :-1]], axis=1)
    return shifted if pad is None else ops.where(shifted == -100, pad, shifted)


def wrap_right(model: Any, ids: Any) -> Any:
    """(B, T) -> (B, T): `ids` shifted to the right, of which the last that is no padding, a code of the language, comes first.

    Raises: InputError where the config names no padding token.
    """
    pad = model.config.pad_token_id
    if pad is None:
        raise InputError(f"{type(model).__name__}: config.pad_token_id is not set, so labels cannot become decoder_input_ids.")
    ids = ops.where(ids == -100, pad, ids)
    last = ops.sum(ops.cast(ids != pad, "int"), axis=1, keepdims=True) - 1
    return ops.concat([ops.take_along(ids, last, axis=1), ids[:, :-1]], axis=1)


def at_last_end(model: Any, x: Any, input_ids: Any) -> Any:
    """(B, T, D) -> (B, D): each row's state at its last end-of-text token."""
    b, t, d = ops.shape(x)
    places = ops.arange(t, like=x)[None] * ops.cast(input_ids == model.config.eos_token_id, "int")
    last = ops.max(places, axis=1)
    return ops.take_along(x, ops.broadcast_to(last[:, None, None], (b, 1, d)), axis=1)[:, 0]


class ClassificationHead(nn.Module):
    """Two layers, from the state of a whole text to its class."""

    def __init__(self, config: Any):
        super().__init__()
        self.dense = nn.Linear(config.d_model, config.d_model)
        self.dropout = nn.Dropout(config.classifier_dropout)
        self.out_proj = nn.Linear(config.d_model, config.num_labels)

    def forward(self, x):  # (B, D) -> (B, C)
        return self.out_proj(self.dropout(ops.tanh(self.dense(self.dropout(x)))))


def memory_of(encoder_outputs: Any) -> Any:
    """The encoder's last states (B, S, D), from an output, a tuple, or themselves."""
    return encoder_outputs[0] if isinstance(encoder_outputs, (tuple, list, dict)) else encoder_outputs
