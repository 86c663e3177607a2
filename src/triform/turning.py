"""Which weights are kept a second time, the other way round, while a model writes on a CPU by XLA.

XLA multiplies one row by a weight (n_out, n_in) faster than by one (n_in, n_out), and several rows the other way round: by a tenth to a
half. The columns of (n_in, n_out) it takes in blocks, and what is left over as slowly as several.
"""

from collections.abc import Iterable
from typing import Any

from .spare import spare_memory

BLOCK = 64  # columns
LEAST = 16 * 2**20  # bytes: smaller models' weights stay in the processor's cache
SHARE = 0.25  # of the memory that is free, at most


def layers_to_turn(model: Any, inward: type, outward: type, rows: int) -> dict[str, Any]:
    """{path: layer} of those that multiply so many rows faster by their weight the other way round.

    Args:
        inward, outward: the classes of layers whose weights lie (n_in, n_out), and (n_out, n_in).
    """
    layers = dict(model.layers_by_name())
    encoder = getattr(model.base_model, "encoder", None) if "decoder_input_ids" in model.argument_names() else None
    read_once = tuple(f"{path}." for path, layer in layers.items() if layer is encoder)
    kind = inward if rows == 1 else outward
    return {path: layer for path, layer in layers.items() if type(layer) is kind and not path.startswith(read_once)}


def columns(n_out: int, rows: int) -> int:
    """Columns of a turned weight: whole blocks for several rows."""
    return n_out if rows == 1 else -(-n_out // BLOCK) * BLOCK


def worth_it(shapes: Iterable[tuple[int, ...]]) -> bool:
    """Whether float32 weights are large enough to gain, and small enough for the memory that is free."""
    size = sum(4 * n * m for n, m in shapes)
    return LEAST <= size <= SHARE * spare_memory()
