"""What the heads of left-to-right models share."""

from typing import Any

from triform.errors import InputError

from .. import ops


def at_last_token(model: Any, scores: Any, input_ids: Any) -> Any:
    """(B, T, C) -> (B, C): each row's scores at its last token that is not padding.

    Without input_ids (embeddings were given) that is the last place. Raises InputError where a batch has no token of padding to tell.
    """
    pad = model.config.pad_token_id
    if input_ids is None:
        return scores[:, -1]
    b, t, c = ops.shape(scores)
    if pad is None:
        if isinstance(b, int) and b > 1:
            raise InputError(f"{type(model).__name__}: a batch of {b} texts needs config.pad_token_id, to tell where each one ends.")
        return scores[:, -1]
    places = ops.arange(t, like=scores)[None] * ops.cast(input_ids != pad, "int")
    last = ops.max(places, axis=1)
    return ops.take_along(scores, ops.broadcast_to(last[:, None, None], (b, 1, c)), axis=1)[:, 0]
