"""What both versions of MobileNet are made of: a convolution that is padded as TensorFlow's are, with its norm and activation."""

from typing import Any

from .. import nn, ops


def same_padding(x: Any, size: int, stride: int, dilation: int) -> Any:
    """(B, C, H, W) with as many zeros as a convolution needs to give ceil(H / stride) places; the odd one below and on the right."""
    widths = []
    for n in ops.shape(x)[2:]:
        both = max(size - (n % stride or stride), 0)
        widths.append((both // 2 * dilation, (both - both // 2) * dilation))
    return ops.pad(x, ((0, 0), (0, 0), *widths)) if any(map(any, widths)) else x


class MobileNetConvLayer(nn.Module):
    """A convolution, a norm and an activation.

    Args:
        momentum: how far running statistics move in training: checkpoints' own, which is nearly all the way.
        activation: default: config.hidden_act; "linear" for none.
    """

    def __init__(
        self, config: Any, n_in: int, n_out: int, size: int, momentum: float, stride: int = 1, dilation: int = 1, depthwise: bool = False,
        activation: str | None = None, eps: float | None = None,
    ):  # fmt: skip
        super().__init__()
        self.same = (size, stride, dilation) if config.tf_padding else None
        padding = 0 if config.tf_padding else (size - 1) // 2 * dilation
        groups = n_in if depthwise else 1
        self.convolution = nn.Conv2d(
            n_in, n_out, size, stride=stride, padding=padding, dilation=dilation, groups=groups, bias=False
        )  # fmt: skip
        self.normalization = nn.BatchNorm(n_out, eps=config.layer_norm_eps if eps is None else eps, momentum=momentum)
        self.act = ops.activation(config.hidden_act if activation is None else activation)

    def forward(self, x):
        x = x if self.same is None else same_padding(x, *self.same)
        return self.act(self.normalization(self.convolution(x)))
