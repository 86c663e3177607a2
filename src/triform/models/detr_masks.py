"""How DETR outlines objects: where each query looks, enlarged along the maps of the backbone.

Paper    Carion et al., 2020, https://arxiv.org/abs/2005.12872, section 4.4
Shapes   B batch, Q queries, D width, S = H · W places of the last map, N heads
"""

from itertools import pairwise
from typing import Any

from .. import nn, ops


class AttentionMaps(nn.Module):
    """How much each query looks at each place, head by head; the shares of all heads sum to 1."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads, self.scale = heads, (width / heads) ** -0.5
        self.q_linear = nn.Linear(width, width)
        self.k_linear = nn.Linear(width, width)

    def forward(self, x, memory, mask, size):  # (B, Q, D), (B, S, D), (B, S) -> (B, Q, N, H, W)
        q, k = ops.split_heads(self.q_linear(x), self.heads), ops.split_heads(self.k_linear(memory), self.heads)
        scores = ops.einsum("bnqd,bnsd->bqns", q * self.scale, k)
        b, queries, heads, places = ops.shape(scores)
        scores = ops.where(mask[:, None, None], scores, -1e30)
        shares = ops.softmax(ops.reshape(scores, (b, queries, heads * places)), axis=2)
        return ops.reshape(shares, (b, queries, heads, *size))


class MaskHead(nn.Module):
    """The last map and the shares of each query, enlarged three times over the maps before it: (B, Q, H, W)."""

    def __init__(self, n_in: int, channels: Any, width: int):
        super().__init__()
        sizes = [n_in, n_in, width // 2, width // 4, width // 8, width // 16]
        for i, (before, after) in enumerate(pairwise(sizes), 1):
            setattr(self, f"lay{i}", nn.Conv2d(before, after, 3, padding=1))
            setattr(self, f"gn{i}", nn.GroupNorm(min(8, after), after))
        self.out_lay = nn.Conv2d(sizes[-1], 1, 3, padding=1)
        for i, n in enumerate(channels, 1):
            setattr(self, f"adapter{i}", nn.Conv2d(n, sizes[i + 1], 1))
        self.act = ops.activation("relu")

    def forward(self, x, shares, maps):  # (B, D, H, W), (B, Q, N, H, W), larger and larger maps
        b, queries = ops.shape(shares)[:2]
        x = ops.concat([ops.repeat(x, queries, axis=0), ops.reshape(shares, (b * queries, *ops.shape(shares)[2:]))], axis=1)
        x = self.step(2, self.step(1, x))
        for i, each in enumerate(maps, 1):
            each = ops.repeat(getattr(self, f"adapter{i}")(each), queries, axis=0)
            x = self.step(i + 2, each + ops.resize_nearest(x, ops.shape(each)[2:]))
        x = self.out_lay(x)
        return ops.reshape(x, (b, queries, *ops.shape(x)[2:]))

    def step(self, i, x):
        """A convolution, its norm, ReLU."""
        return self.act(getattr(self, f"gn{i}")(getattr(self, f"lay{i}")(x)))
