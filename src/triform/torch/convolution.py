"""Convolutions and the norms that go with them, on PyTorch: torch.nn's own classes, which allocate nothing when they are made."""

from typing import Any

import torch

from triform.weights.initial import COUNTER

from .held import own
from .layout import turned


def _starting(layer: Any) -> None:
    if layer.bias is not None:
        layer.bias.initial = "zeros"


class Conv1d(torch.nn.Conv1d):
    def __init__(self, n_in, n_out, size, stride=1, padding=0, dilation=1, groups=1, bias=True) -> None:
        super().__init__(n_in, n_out, size, stride, padding, dilation, groups, bias, device="meta")
        _starting(self)

    def reset_parameters(self) -> None:
        """Values come later."""


class Conv2d(torch.nn.Conv2d):
    turns_from = 0  # so many images it lays place by place; 0: none

    def __init__(self, n_in, n_out, size, stride=1, padding=0, dilation=1, groups=1, bias=True) -> None:
        super().__init__(n_in, n_out, size, stride, padding, dilation, groups, bias, device="meta")
        _starting(self)

    def reset_parameters(self) -> None:
        """Values come later."""

    def kernel(self) -> torch.Tensor:
        return own(self)[0]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.turns_from:
            x = turned(x, self.turns_from)
        return self._conv_forward(x, self.kernel(), own(self)[1])


class Conv3d(torch.nn.Conv3d):
    def __init__(self, n_in, n_out, size, stride=1, padding=0, dilation=1, groups=1, bias=True) -> None:
        super().__init__(n_in, n_out, size, stride, padding, dilation, groups, bias, device="meta")
        _starting(self)

    def reset_parameters(self) -> None:
        """Values come later."""


class ConvTranspose2d(torch.nn.ConvTranspose2d):
    def __init__(self, n_in, n_out, size, stride=1, padding=0, bias=True) -> None:
        super().__init__(n_in, n_out, size, stride, padding, bias=bias, device="meta")
        _starting(self)

    def reset_parameters(self) -> None:
        """Values come later."""


class BatchNorm(torch.nn.BatchNorm2d):
    def __init__(self, width, eps=1e-5, momentum=0.1) -> None:
        super().__init__(width, eps, momentum, device="meta")
        self.weight.initial, self.bias.initial = "ones", "zeros"  # type: ignore[attr-defined]
        self.running_var.initial = "ones"  # type: ignore[union-attr]
        self.running_mean.initial, self.num_batches_tracked.initial = "zeros", COUNTER  # type: ignore[union-attr]

    def reset_parameters(self) -> None:
        """Values come later."""

    def _check_input_dim(self, input: Any) -> None:
        """Channels are axis 1, whatever follows."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mean, variance = self._buffers["running_mean"], self._buffers["running_var"]
        if self.training or mean is None:
            return super().forward(x)
        weight, bias = own(self)
        return torch.batch_norm(x, weight, bias, mean, variance, False, 0.0, self.eps, torch.backends.cudnn.enabled)


class GroupNorm(torch.nn.GroupNorm):
    def __init__(self, groups, width, eps=1e-5) -> None:
        super().__init__(groups, width, eps, device="meta")
        self.weight.initial, self.bias.initial = "ones", "zeros"  # type: ignore[attr-defined]

    def reset_parameters(self) -> None:
        """Values come later."""
