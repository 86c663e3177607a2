"""Attention that looks at a few places of each of several maps, which the query itself chooses.

Paper    Deformable DETR: Zhu et al., 2020, https://arxiv.org/abs/2010.04159, section 4.1
Shapes   B batch, T queries, L maps, S places of all maps, N heads, P places that a head looks at in each map, D width
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import nn, ops
from .feed_forward import FeedForward

Sizes = Sequence[tuple[int, int]]  # height and width of each map


class DeformableAttention(nn.Module):
    """Values from P places a head and map, near where each query stands."""

    def __init__(self, width: int, heads: int, maps: int, points: int):
        super().__init__()
        self.heads, self.maps, self.points = heads, maps, points
        self.sampling_offsets = nn.Linear(width, heads * maps * points * 2)
        self.attention_weights = nn.Linear(width, heads * maps * points)
        self.value_proj = nn.Linear(width, width)
        self.output_proj = nn.Linear(width, width)

    def forward(self, x, memory, mask, where, sizes, kind="attentions"):
        """(B, T, D), (B, S, D), (B, S) or None, (B, T, L, 2 or 4): (x, y), or boxes, as shares of each map -> (B, T, D)."""
        b, t, width = ops.shape(x)
        values = self.value_proj(memory)
        if mask is not None:
            values = ops.where(mask[:, :, None], values, 0.0)
        offsets = ops.reshape(self.sampling_offsets(x), (b, t, self.heads, self.maps, self.points, 2))
        places = self.places(where[:, :, None, :, None], offsets, sizes)
        shares = ops.reshape(self.attention_weights(x), (b, t, self.heads, self.maps * self.points))
        shares = ops.softmax(shares, axis=3)
        nn.record(kind, ops.reshape(shares, (b, t, self.heads, self.maps, self.points)))
        values = ops.reshape(ops.transpose(values, (0, 2, 1)), (b * self.heads, width // self.heads, -1))
        places = ops.reshape(ops.transpose(places, (0, 2, 3, 1, 4, 5)), (b * self.heads, self.maps, t, self.points, 2))
        parts = ops.split(values, [height * width for height, width in sizes], axis=2)
        seen = [
            ops.sample(ops.reshape(each, (b * self.heads, width // self.heads, *size)), 2 * places[:, i] - 1)
            for i, (each, size) in enumerate(zip(parts, sizes))
        ]
        shares = ops.reshape(ops.transpose(shares, (0, 2, 1, 3)), (b * self.heads, 1, t, self.maps * self.points))
        out = ops.sum(ops.concat(seen, axis=3) * shares, axis=3)  # (B N, D / N, T)
        return self.output_proj(ops.transpose(ops.reshape(out, (b, width, t)), (0, 2, 1)))

    def places(self, where, offsets, sizes):
        """Where each head looks: offsets count in places of each map, or, from a box, in shares of half its sides."""
        if where.shape[-1] == 4:
            return where[..., :2] + offsets / self.points * where[..., 2:] * 0.5
        sides = np.array([(width, height) for height, width in sizes], np.float32)
        return where + offsets / ops.constant(sides, like=offsets)[:, None]


class DeformableEncoderLayer(FeedForward):
    """Deformable attention of the maps to themselves, residual, norm; feed-forward, residual, norm."""

    def __init__(
        self, width: int, heads: int, maps: int, points: int, inner: int, activation: str, dropout: float, activation_dropout: float
    ):  # fmt: skip
        super().__init__(width, inner, activation, dropout, activation_dropout)
        self.self_attn = DeformableAttention(width, heads, maps, points)
        self.self_attn_layer_norm = nn.LayerNorm(width)

    def forward(self, x, positions, mask, where, sizes):  # (B, S, D) -> the same
        seen = self.self_attn(x + positions, x, mask, where, sizes, "encoder_attentions")
        x = self.self_attn_layer_norm(x + self.dropout(seen))
        return self.final_layer_norm(x + self.feed_forward(x))


def centres(sizes: Sizes, shares: Any) -> Any:
    """Where the places of all maps are: (B, L, 2), how much of each map's width and height is real -> (B, S, L, 2)."""
    spots = []
    for i, (height, width) in enumerate(sizes):
        y, x = np.meshgrid(np.arange(height) + 0.5, np.arange(width) + 0.5, indexing="ij")
        spot = np.stack([x.ravel() / width, y.ravel() / height], axis=1)
        spots.append(ops.constant(spot, like=shares)[None] / shares[:, i, None])
    return ops.concat(spots, axis=1)[:, :, None] * shares[:, None]


def real_shares(masks: Sequence[Any]) -> Any:
    """How much of each map's width and height is not padding: masks (B, H, W) -> (B, L, 2)."""
    shares = []
    for mask in masks:
        real, (height, width) = ops.cast(mask, "float32"), ops.shape(mask)[1:]
        shares.append(ops.stack([ops.sum(real[:, 0], axis=1) / width, ops.sum(real[:, :, 0], axis=1) / height], axis=1))
    return ops.stack(shares, axis=1)


def first_offsets(heads: int, maps: int, points: int) -> np.ndarray:
    """What the bias of `sampling_offsets` starts as: each head looks in a direction of its own, its points further and further away."""
    angles = np.arange(heads) * (2.0 * math.pi / heads)
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    directions = directions / np.abs(directions).max(axis=1, keepdims=True)
    steps = directions[:, None, None] * np.arange(1, points + 1)[:, None]
    return np.ravel(np.broadcast_to(steps, (heads, maps, points, 2)))
