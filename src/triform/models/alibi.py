"""ALiBi: instead of position embeddings, scores that fall with the distance between two tokens, at each head's own rate.

Paper   Press et al., 2022, https://arxiv.org/abs/2108.12409
"""

import math
from typing import Any

import numpy as np

from .. import ops


def slopes(heads: int) -> np.ndarray:
    """(H,) the rates: powers of 2 ** (-8 / H); where H is no power of two, those of the next lower one, then every second of the next."""
    lower = 2 ** math.floor(math.log2(heads))
    first = 2.0 ** (-8.0 / lower * np.arange(1, lower + 1))
    rest = 2.0 ** (-4.0 / lower * np.arange(1, 2 * (heads - lower), 2))
    return np.concatenate([first, rest], dtype=np.float32)


def distance_bias(context: Any, heads: int, like: Any) -> Any:
    """(B or 1, H, T, S), what is added to the scores; padding is no distance."""
    queries, slots = context.real_slots()
    ahead = ops.cast(slots[:, None, None, :] - queries[:, None, :, None], "float32")
    rates = ops.constant(slopes(heads)[:, None, None], like=ahead)
    return ops.cast(ahead * rates, like.dtype)
