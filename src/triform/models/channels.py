"""Images whose channels come last, for layers that work on channels alone. B batch, C channels, H height, W width."""

from typing import Any

from .. import nn, ops


def channels_last(x: Any) -> Any:
    """(B, C, H, W) -> (B, H, W, C)."""
    return ops.transpose(x, (0, 2, 3, 1))


def channels_first(x: Any) -> Any:
    """(B, H, W, C) -> (B, C, H, W)."""
    return ops.transpose(x, (0, 3, 1, 2))


class ChannelNorm(nn.LayerNorm):
    """LayerNorm over the channels of each place of (B, C, H, W)."""

    def forward(self, x):
        return channels_first(super().forward(channels_last(x)))
