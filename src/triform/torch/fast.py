"""Faster linear layers on CPUs: float32 products by oneDNN's kernels, over weights that are laid out column by column.

torch sends float32 products to the library that it was built with, which on some processors runs at a third of what oneDNN reaches. The
operator that torch.compile uses for oneDNN takes any weight; laid out as (n_in, n_out) in memory, with the shape (n_out, n_in) that
checkpoints have, it needs no packed copy. So there is one weight, the parameter itself: whatever changes it (an optimiser, a merged
adapter) is seen at once.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

import torch
import torch.nn.functional as F

ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256)  # sizes that are tried; one between two is served as the smaller
GAIN = 0.97  # a kernel is taken where it needs less than this part of the time
TRIES = 5


def available() -> bool:
    """Whether this build of torch has oneDNN and the operator."""
    return torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")


def product(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    """x @ weightᵀ + bias by oneDNN."""
    return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")


def applies(fast: tuple[bool, ...], x: torch.Tensor, weight: torch.Tensor) -> bool:
    """Whether a product of this size is one that oneDNN was found faster at, and nothing else asks for torch's own."""
    if torch.is_grad_enabled() or torch.compiler.is_compiling() or x.dtype != torch.float32 or weight.dtype != torch.float32:
        return False
    if x.device.type != "cpu" or torch.is_autocast_enabled("cpu"):
        return False
    rows = x.numel() // x.shape[-1]
    return rows > 0 and fast[min(rows.bit_length() - 1, len(fast) - 1)]


@torch.inference_mode()
def measured(n_in: int, n_out: int, plain: Callable[..., Any]) -> tuple[bool, ...]:
    """For each size of ROWS, whether oneDNN is faster than `plain(x, weight, bias)` at a weight of this shape, on this machine."""
    weight = torch.empty(n_in, n_out).uniform_(-0.1, 0.1).t()
    contiguous, bias = weight.contiguous(), torch.zeros(n_out)
    found = []
    for rows in ROWS:
        x = torch.rand(rows, n_in)
        ours, theirs = _shortest((product, x, weight, bias), (plain, x, contiguous, bias))
        found.append(ours < GAIN * theirs)
    return tuple(found)


def _shortest(*calls: tuple[Any, ...]) -> list[float]:
    """The shortest time of each call, of several in turn."""
    best = [float("inf")] * len(calls)
    for _ in range(TRIES + 1):
        for i, (function, *arguments) in enumerate(calls):
            began = time.perf_counter()
            function(*arguments)
            best[i] = min(best[i], time.perf_counter() - began)
    return best


def optimize(model: torch.nn.Module, on: bool) -> int:
    """Turns the faster products of a model on or off; returns how many layers have them."""
    from .nn import Linear, TransposedLinear

    layers = [m for m in model.modules() if isinstance(m, (Linear, TransposedLinear))]
    if not on or not available():
        for layer in layers:
            layer.fast = ()
        _laid_out((layer for layer in layers if isinstance(layer, Linear)), columns=False)
        return 0
    chosen: dict[tuple[int, int], tuple[bool, ...]] = {}
    for layer in layers:
        n_in, n_out = layer.sizes()
        if (n_in, n_out) not in chosen:
            chosen[n_in, n_out] = measured(n_in, n_out, F.linear)
        layer.fast = chosen[n_in, n_out] if any(chosen[n_in, n_out]) else ()
    _laid_out((layer for layer in layers if isinstance(layer, Linear) and layer.fast), columns=True)
    return sum(bool(layer.fast) for layer in layers)


def _laid_out(layers: Iterable[torch.nn.Linear], columns: bool) -> None:
    """Lays weights out by columns, or by rows as torch does; a weight that several layers share is moved once. Shapes stay."""
    for weight in {id(layer.weight): layer.weight for layer in layers}.values():
        if weight.device.type == "cpu" and weight.dtype == torch.float32:
            weight.data = weight.data.t().contiguous().t() if columns else weight.data.contiguous()
