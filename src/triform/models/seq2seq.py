"""What encoder–decoders share."""

from typing import Any

from triform.errors import InputError

from .. import ops


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


def memory_of(encoder_outputs: Any) -> Any:
    """The encoder's last states (B, S, D), from an output, a tuple, or themselves."""
    return encoder_outputs[0] if isinstance(encoder_outputs, (tuple, list, dict)) else encoder_outputs
