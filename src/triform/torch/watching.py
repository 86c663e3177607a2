"""One step of a loop, and what torch was asked for in it."""

import functools
from collections.abc import Iterator
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from .growing import Growing, Horizon

# What depends on values, and not on shapes alone, may be another shape at the next step.
_BY_VALUE = ("nonzero", "masked_select", "unique", "unique_consecutive", "argwhere", "bincount")
_FACTS = (
    "shape", "dtype", "device", "ndim", "layout", "requires_grad", "is_cpu", "is_cuda", "is_meta", "is_mps", "is_xpu", "is_sparse",
    "is_quantized", "is_nested", "itemsize", "nbytes", "grad_fn", "is_leaf",
)  # fmt: skip
_QUESTIONS = (
    "size", "dim", "numel", "is_floating_point", "is_complex", "is_contiguous", "is_inference", "stride", "element_size", "__len__",
)  # fmt: skip
METADATA = {*(getattr(torch.Tensor, name).__get__ for name in _FACTS), *(getattr(torch.Tensor, name) for name in _QUESTIONS)}
METADATA |= {torch.is_floating_point, torch.is_complex, torch.numel}


@functools.lru_cache(maxsize=1024)
def _kind(function: Any) -> str:
    """What is to be looked at where torch is asked for a function."""
    name = getattr(function, "__name__", "")
    if function in METADATA:
        return "metadata"
    if name in _BY_VALUE:
        return "by value"
    if name in ("chunk", "split", "tensor_split", "unfold", "interpolate") or "conv" in name or "pool" in name:
        return "uneven"
    return name if name in ("__getitem__", "where", "repeat_interleave") else ""


def _by_value(kind: str, args: Any, kwargs: Any) -> bool:
    """Whether the shape of what comes out depends on values."""
    tensors = [x for x in leaves((args[1:], list(kwargs.values()))) if isinstance(x, torch.Tensor)]
    if kind == "__getitem__":
        return any(x.dtype == torch.bool for x in tensors)
    return kind == "by value" or (kind == "repeat_interleave" and bool(tensors)) or (kind == "where" and len(args) + len(kwargs) < 3)


def _uneven(kind: str, args: Any) -> bool:
    """Whether sizes that grow evenly may make others that do not."""
    return kind == "uneven" or (kind == "__getitem__" and any(isinstance(x, slice) and x.step not in (None, 1) for x in leaves(args[1:])))


class Watched(TorchFunctionMode):
    """A step, and what torch was asked for in it."""

    def __init__(self, body: Any, state: Any, earlier: "Watched | None") -> None:
        super().__init__()
        self.horizon, self.earlier = Horizon(), earlier
        self.events: list[tuple[Any, Any, Any, Any]] = []
        self.before: Any = state
        if earlier is not None and len(list(leaves(earlier.before))) == len(list(leaves(state))):
            self.before = rebuilt(state, map(self._grown, leaves(earlier.before), leaves(state)))
        with self:
            self.left = body(self.before)
        self.after = rebuilt(self.left, (x.plain() if isinstance(x, Growing) else x for x in leaves(self.left)))

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        out = function(*args, **kwargs)
        self.events.append((function, args, kwargs, out))
        kind = _kind(function)
        if kind == "metadata":
            return out if self.earlier is None else self._sizes(out)
        if type(out) is not torch.Tensor and not all(x is None or isinstance(x, torch.Tensor) for x in leaves(out)):
            self.horizon.unknown = True
        elif not kind:
            return out
        elif _by_value(kind, args, kwargs):
            self.horizon.unknown = True
        elif self.earlier is not None and _uneven(kind, args):
            sizes = [[x.shape for x in leaves(given) if isinstance(x, torch.Tensor)] for given in (args, self._earlier()[1])]
            self.horizon.unknown = self.horizon.unknown or sizes[0] != sizes[1]
        return out

    def _earlier(self) -> tuple[Any, Any, Any, Any]:
        """What the earlier step did at this place."""
        place, events = len(self.events) - 1, self.earlier.events if self.earlier is not None else []
        if place < len(events) and events[place][0] == self.events[place][0]:
            return events[place]
        self.horizon.unknown = True
        return self.events[place]

    @property
    def unknown(self) -> bool:
        """Whether something was asked that may be answered otherwise at the next step, nobody knows when."""
        return self.horizon.unknown

    def _grown(self, old: Any, new: Any) -> Any:
        return Growing(new, new - old, self.horizon) if type(old) is type(new) is int and new != old else new

    def _sizes(self, new: Any) -> Any:
        """What a tensor says of itself, in which what grew is growing."""
        old = self._earlier()[3]
        if old == new:
            return new
        if type(old) is type(new) is torch.Size and len(old) == len(new):
            return tuple(map(self._grown, old, new))
        if type(old) is type(new) is int:
            return self._grown(old, new)
        self.horizon.unknown = True
        return new


def leaves(tree: Any) -> Iterator[Any]:
    """What tuples and lists hold, from left to right."""
    if isinstance(tree, (tuple, list)):
        for branch in tree:
            yield from leaves(branch)
    else:
        yield tree


def rebuilt(tree: Any, values: Iterator[Any]) -> Any:
    """Tuples and lists like those of `tree`, with other leaves."""
    if isinstance(tree, (tuple, list)):
        branches = [rebuilt(branch, values) for branch in tree]
        return type(tree)(*branches) if hasattr(tree, "_fields") else type(tree)(branches)
    return next(values)
