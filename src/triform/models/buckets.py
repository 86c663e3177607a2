"""Relative positions in buckets: each small distance has one of its own, larger ones share logarithmically growing ones.

Paper   Raffel et al., 2020, https://arxiv.org/abs/1910.10683, section 2.1
"""

import math
from typing import Any

import numpy as np

from .. import ops


def bucket_table(buckets: int, farthest: int, both_sides: bool) -> tuple[int, ...]:
    """Distance -> bucket, up to the distance from which on all share one. With both sides, half the buckets are for what comes later."""
    buckets //= 2 if both_sides else 1
    exact = buckets // 2
    distances = np.arange(farthest + 1, dtype=np.float32)
    growth = np.log(np.maximum(distances, 1) / np.float32(exact)) / np.float32(math.log(farthest / exact)) * np.float32(buckets - exact)
    far = np.minimum(exact + np.asarray(growth, np.int64), buckets - 1)
    return tuple(map(int, np.where(distances < exact, np.asarray(distances, np.int64), far)))


def buckets_between(places: tuple[Any, Any], table: tuple[int, ...], later: int) -> Any:  # (T,), (S,) -> (T, S)
    """The bucket of each query and slot. `later` is the first bucket for slots behind the query; 0 where a query sees none of those."""
    queries, slots = places
    ahead = slots[None, :] - queries[:, None]
    distance = ops.absolute(ahead) if later else ops.maximum(-ahead, 0)
    buckets = ops.take(ops.constant(np.array(table), like=queries), ops.minimum(distance, len(table) - 1), axis=0)
    return buckets + ops.where(ahead > 0, later, ops.zeros_like(ahead)) if later else buckets
