"""Choosing among patches: what models share that see some of an image's patches alone. B batch, N patches, D width."""

from typing import Any

from triform.errors import InputError

from .. import ops


def count_of(chosen: Any, what: str) -> int | None:
    """How many of (B, N) hold in each row; None while a program is being traced, when values are not known yet.

    Raises: InputError where rows differ.
    """
    counts = ops.sum(ops.cast(chosen, "int"), 1)
    most, least = ops.known(ops.max(counts, 0)), ops.known(-ops.max(-counts, 0))
    if most != least:
        raise InputError(f"{what} marks {least} patches of one item and {most} of another. Mark as many of each.")
    return most


def places_of(chosen: Any, count: int) -> Any:
    """(B, count): where (B, N) holds, in order."""
    n = ops.shape(chosen)[1]
    place = ops.arange(n, like=chosen)[None]
    return ops.top_k(ops.where(chosen, n - place, -place), count)[1]


def taken(x: Any, places: Any) -> Any:
    """(B, N, D) at places (B, K) -> (B, K, D)."""
    return ops.take_along(x, ops.broadcast_to(places[:, :, None], (*ops.shape(places), ops.shape(x)[2])), 1)
