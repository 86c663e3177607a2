"""Faster linear layers on CPUs: float32 products by oneDNN's kernels, over the weight as it is or laid out column by column.

torch sends float32 products to the library that it was built with, which on some processors runs at half of what oneDNN reaches. The
operator that torch.compile uses for oneDNN takes any weight, by rows or by columns in memory, and needs no packed copy. So there is one
weight, the parameter itself: whatever changes it (an optimiser, a merged adapter) is seen at once.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F

from . import layout
from .memory import keep
from .timing import shortest

ROWS = (1, 4, 16, 64, 256)  # sizes that are tried; one between two is served as the smaller
DECODING, ENCODING = 1, 16  # how many rows a layout is chosen for: of a model that generates, and of others
GAIN = 0.97  # a kernel is taken where it needs less than this part of the time
COLD = 48 * 2**20  # bytes of weights that are gone through, since those of a model are not in the processor's cache either
_NOTHING: list[Any] = []
MOST = 24  # weights that are gone through: small ones are in the cache in a model, too


def available() -> bool:
    """Whether this build of torch has oneDNN and the operator."""
    return torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")


operator = torch.ops.mkldnn._linear_pointwise.default if available() else None


def product(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    """x @ weightᵀ + bias by oneDNN."""
    return operator(x, weight, bias, "none", _NOTHING, "")  # type: ignore[misc]


def applies(fast: tuple[bool, ...], x: torch.Tensor, weight: torch.Tensor) -> bool:
    """Whether a product of this size is one that oneDNN was found faster at, and nothing else asks for torch's own."""
    if torch.is_grad_enabled() or torch.compiler.is_compiling() or not x.is_cpu or torch.is_autocast_enabled("cpu"):
        return False
    if x.dtype != torch.float32 or weight.dtype != torch.float32:
        return False
    rows = x.numel() // x.shape[-1]
    return rows > 0 and fast[min((rows.bit_length() - 1) // 2, len(fast) - 1)]


class Choice(NamedTuple):
    """How the layers of one shape are best computed on this machine.

    Attributes:
        columns: whether the weight is best laid out by columns. rows: for each size of ROWS, whether oneDNN is faster.
    """

    columns: bool
    rows: tuple[bool, ...]


@torch.inference_mode()
def measured(n_in: int, n_out: int, typical: int) -> Choice:
    """The choice for weights of a shape; the layout is that which is faster at `typical` rows."""
    by_rows = [torch.empty(n_out, n_in).uniform_(-0.1, 0.1) for _ in range(min(MOST, 1 + COLD // (4 * n_in * n_out)))]
    by_columns = [weight.t().contiguous().t() for weight in by_rows]
    times = {}
    for rows in ROWS:
        x, bias = torch.rand(rows, n_in), torch.zeros(n_out)
        times[rows] = shortest(
            partial(_each, F.linear, x, by_rows, bias),
            partial(_each, product, x, by_rows, bias),
            partial(_each, product, x, by_columns, bias),
        )
    columns = times[typical][2] < times[typical][1]
    return Choice(columns, tuple(found[1 + columns] < GAIN * found[0] for found in times.values()))


def _each(function: Any, x: torch.Tensor, weights: list[torch.Tensor], bias: torch.Tensor) -> None:
    for weight in weights:
        function(x, weight, bias)


def optimize(model: Any, on: bool) -> int:
    """Turns the faster products of a model on or off; returns how many layers have them."""
    from .nn import Linear, TransposedLinear

    keep(model, on)
    layout.choose(model, on)
    if on:
        lay(model.modules(), "_modules")  # not the parameters, which torch.func.functional_call swaps
    else:
        for module in model.modules():
            for name in module._modules:
                module.__dict__.pop(name, None)
    layers = [m for m in model.modules() if isinstance(m, (Linear, TransposedLinear))]
    if not on or not available():
        for layer in layers:
            layer.fast = ()
        _laid_out(layers, columns=None)
        return 0
    typical = DECODING if model.can_generate() else ENCODING
    chosen = {sizes: measured(*sizes, typical) for sizes in dict.fromkeys(layer.sizes() for layer in layers)}
    for layer in layers:
        layer.fast = chosen[layer.sizes()].rows if any(chosen[layer.sizes()].rows) else ()
    for columns in (False, True):
        _laid_out([layer for layer in layers if layer.fast and chosen[layer.sizes()].columns is columns], columns)
    return sum(bool(layer.fast) for layer in layers)


def lay(modules: Iterable[torch.nn.Module], *kinds: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Lays what modules hold where Python finds an attribute at once: torch's own lookup is a fifth of a small model's time.

    A part that another takes the place of afterwards by `setattr`, as with adapters, is found as before.
    Args:
        kinds: "_modules", "_parameters".

    Returns: of each module its attributes, and those that were laid there.
    """
    laid = []
    for module in modules:
        attributes = module.__dict__
        parts = {name: part for kind in kinds for name, part in attributes[kind].items() if name not in attributes}
        attributes.update(parts)
        laid.append((attributes, parts))
    return laid


def _laid_out(layers: Iterable[Any], columns: bool | None) -> None:
    """Lays weights (n_out, n_in) out by columns or by rows, or as torch does (None); one that several layers share is moved once."""
    for layer in {id(layer.weight): layer for layer in layers}.values():
        weight = layer.weight
        if weight.device.type == "cpu" and weight.dtype == torch.float32:
            turned = columns is not None and columns is not layer.transposed
            weight.data = weight.data.t().contiguous().t() if turned else weight.data.contiguous()
