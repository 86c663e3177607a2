"""The layers of `triform.nn` on PyTorch: torch.nn's own classes, so that every tool finds what it looks for.

They are thin subclasses in two respects: a constructor allocates nothing (parameters lie on the meta device until they are loaded or
initialised), and a wrong shape gives an error that names the layer.
"""

import sys
from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch.nn import Module
from torch.utils.checkpoint import checkpoint

from triform.auto.factory import part_class
from triform.calls import ShapeError, current, record, recorded_apart, recorded_as, resumed
from triform.spreading import spread

from . import fast
from .convolution import BatchNorm, Conv1d, Conv2d, Conv3d, ConvTranspose2d, GroupNorm
from .generation.context import Context
from .held import own
from .pretrained import PreTrainedModel as Model


def part(config: Any, auto_class: str, **options: Any) -> Any:
    return part_class("torch", config, auto_class)(config, **options)


def Parameter(sizes: tuple[int, ...], init: Any = "normal") -> torch.nn.Parameter:
    parameter = torch.nn.Parameter(torch.empty(sizes, device="meta"))
    parameter.initial = init  # type: ignore[attr-defined]
    return parameter


def Buffer(sizes: tuple[int, ...], dtype: str = "float32", init: Any = "zeros") -> torch.nn.Buffer:
    buffer = torch.nn.Buffer(torch.empty(sizes, dtype=getattr(torch, dtype), device="meta"))
    buffer.initial = init  # type: ignore[attr-defined]
    return buffer


def refuse_width(layer: Module, x: torch.Tensor, width: int) -> None:
    raise ShapeError(layer, f"{layer} was given {tuple(x.shape)}, whose last size should be {width}.")


def freeze(module: Module) -> None:
    module.requires_grad_(False)


class List(torch.nn.ModuleList):
    """Layers; while gradient checkpointing is on, one that is iterated over keeps its input alone and runs again in the backward pass."""

    gradient_checkpointing = False

    def __iter__(self) -> Iterator[Any]:
        layers = super().__iter__()
        if self.gradient_checkpointing and self.training and torch.is_grad_enabled():
            return (partial(_checkpointed, layer, current()) for layer in layers)
        return layers


def _checkpointed(layer: Module, frame: Any, *args: Any, **kwargs: Any) -> Any:
    def run(*args: Any, **kwargs: Any) -> Any:
        with resumed(frame):
            return layer(*args, **kwargs)

    return checkpoint(run, *args, use_reentrant=False, **kwargs)


class Linear(torch.nn.Linear):
    fast: tuple[bool, ...] = ()  # see `fast.Choice`; empty until model.optimize()
    transposed = False

    def __init__(self, n_in: int, n_out: int, bias: bool = True) -> None:
        super().__init__(n_in, n_out, bias, device="meta")
        if bias:
            self.bias.initial = "zeros"  # type: ignore[attr-defined]

    def reset_parameters(self) -> None:
        """Values come later."""

    def sizes(self) -> tuple[int, int]:
        """(n_in, n_out)."""
        return self.in_features, self.out_features

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.shape[-1] != self.in_features:
            refuse_width(self, x, self.in_features)
        weight, bias = own(self)
        if self.fast and fast.applies(self.fast, x, weight):
            return fast.product(x, weight, bias)
        return F.linear(x, weight, bias)


class TransposedLinear(Module):
    """PEFT takes such a layer only where `isinstance` says that it is the reference's; so `__class__` says so, once that is imported."""

    fast: tuple[bool, ...] = ()
    transposed = True

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # type: ignore[override]
        reference = sys.modules.get("transformers.pytorch_utils")
        return getattr(reference, "Conv1D", TransposedLinear)

    @__class__.setter
    def __class__(self, cls: type) -> None:
        object.__dict__["__class__"].__set__(self, cls)  # parametrisations put a class of their own before it

    def _get_name(self) -> str:
        return "TransposedLinear"

    def __reduce_ex__(self, protocol: Any) -> Any:
        return _made, (TransposedLinear,), self.__dict__  # pickle itself would ask `__class__`

    def __init__(self, n_in: int, n_out: int, bias: bool = True) -> None:
        super().__init__()
        self.weight = Parameter((n_in, n_out))
        self.register_parameter("bias", Parameter((n_out,), "zeros") if bias else None)
        self.nf, self.nx = n_out, n_in  # the names by which PEFT knows the sizes of such a layer

    def sizes(self) -> tuple[int, int]:
        """(n_in, n_out)."""
        return self.nx, self.nf

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.shape[-1] != self.nx:
            refuse_width(self, x, self.nx)
        weight, bias = own(self)
        if self.fast and fast.applies(self.fast, x, weight):
            return fast.product(x, weight.t(), bias)
        return F.linear(x, weight.t(), bias)

    def extra_repr(self) -> str:
        return f"nf={self.nf}, nx={self.nx}"


def _made(cls: Any) -> Any:
    return cls.__new__(cls)


class Embedding(torch.nn.Embedding):
    def __init__(self, n: int, width: int, padding: int | None = None) -> None:
        super().__init__(n, width, padding, device="meta")

    def reset_parameters(self) -> None:
        """Values come later."""


class LayerNorm(torch.nn.LayerNorm):
    def __init__(self, width: int, eps: float = 1e-5, bias: bool = True) -> None:
        super().__init__(width, eps, bias=bias, device="meta")
        self.weight.initial = "ones"  # type: ignore[attr-defined]
        if bias:
            self.bias.initial = "zeros"  # type: ignore[attr-defined]

    def reset_parameters(self) -> None:
        """Values come later."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.shape[-1] != self.normalized_shape[0]:
            refuse_width(self, x, self.normalized_shape[0])
        weight, bias = own(self)
        return torch.layer_norm(x, self.normalized_shape, weight, bias, self.eps)


class Dropout(torch.nn.Dropout):
    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """As every module, but for what would do nothing: a model passes through dozens of them."""
        return super().__call__(x) if self.training or self._forward_hooks or self._forward_pre_hooks else x

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.dropout(x, self.p, True, self.inplace) if self.training else x


class RMSNorm(Module):
    def __init__(self, width: int, eps: float = 1e-6, offset: float = 0.0) -> None:
        super().__init__()
        self.weight = Parameter((width,), "zeros" if offset else "ones")
        self.eps, self.offset = eps, offset

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.shape[-1] != self.weight.shape[0]:
            refuse_width(self, x, self.weight.shape[0])
        if x.dtype == torch.float32 and not self.offset:
            return torch.rms_norm(x, (x.shape[-1],), self.weight, self.eps)
        wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
        wide = wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + self.eps)
        if self.offset:
            return (wide * (self.offset + self.weight.to(wide.dtype))).to(x.dtype)
        return self.weight * wide.to(x.dtype)


class Noise(Module):
    def __init__(self) -> None:
        super().__init__()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.rand(x.shape, device=x.device)


class Points(Module):
    def __init__(self, d: int) -> None:
        super().__init__()
        self.d = d

    def forward(self, n: int, m: int, *, like: torch.Tensor) -> torch.Tensor:
        if self.training:
            return torch.rand(n, m, self.d, device=like.device)
        axes = spread(torch.arange(1, m + 1, device=like.device), m, self.d)
        return torch.stack([each.float() / scale for each, scale in axes], -1).expand(n, m, self.d)


__all__ = [
    "BatchNorm", "Buffer", "Context", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose2d", "Dropout", "Embedding", "GroupNorm", "LayerNorm",
    "Linear", "List", "Model", "Module", "Noise", "Parameter", "Points", "RMSNorm", "TransposedLinear", "freeze", "part", "record",
    "recorded_apart", "recorded_as",
]  # fmt: skip
