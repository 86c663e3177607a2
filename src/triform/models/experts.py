"""Mixtures of experts: which experts a token passes, and the loss that keeps them all at work.

Paper   Fedus et al., 2021, https://arxiv.org/abs/2101.03961, eq. 4 to 6
"""

from typing import Any

from .. import ops


def choose(logits: Any, count: int) -> tuple[Any, Any]:
    """(N, experts) -> the places (N, K) of each token's best experts, and their shares (N, K), which add up to 1."""
    best, places = ops.top_k(logits, count)
    return places, ops.softmax(best, axis=-1)


def imbalance(router_logits: list[Any], count: int, attention_mask: Any) -> Any:
    """How unevenly the experts are chosen: `count` where all are chosen alike, more where not. Over all layers; padding does not count.

    Args:
        router_logits: of each layer, (B * T, experts).
        count: how many experts a token passes.
        attention_mask: (B, T), or (B, everything so far), or None.
    """
    logits = ops.cast(ops.stack(router_logits, axis=0), "float32")  # (L, N, experts)
    layers, tokens, experts = ops.shape(logits)
    _, places = ops.top_k(logits, count)
    chosen = ops.sum(ops.one_hot(places, experts, like=logits), axis=2)
    shares = ops.softmax(logits, axis=-1)
    if attention_mask is None:
        weights = ops.full((1, tokens, 1), 1.0, like=logits)
    else:
        now = tokens // ops.shape(attention_mask)[0]
        weights = ops.cast(ops.reshape(attention_mask[:, -now:], (1, tokens, 1)), "float32")
    whole = ops.sum(weights) * layers
    each = lambda x: ops.sum(x * weights, axis=(0, 1)) / whole
    return ops.sum(each(chosen) * each(shares)) * experts
