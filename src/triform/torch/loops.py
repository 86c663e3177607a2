"""The functions of `triform.loops` on PyTorch: decoding runs as plain Python, and where it can as a recording of that."""

import torch

from . import replaying


def loop(going, body, state, model=None, most=0):
    if model is not None and most >= replaying.PAYS and replaying.repeatable(model):
        return replaying.loop(going, body, state, most)
    while going(state):
        state = body(state)
    return state


def counter(n):
    return n


def number(n):
    return torch.full((), n, dtype=torch.float32)


def both(first, second):
    return bool(first) and bool(second())


def any(x):
    return x.any()


def column(x, place):
    return x[..., place]


def present(tokens, real, vocabulary):
    found = torch.zeros(tokens.shape[0], vocabulary + 1, dtype=torch.bool, device=tokens.device)
    return found.scatter_(1, torch.where(real, tokens, vocabulary), True)[:, :vocabulary]


def key(seed, *, like):
    return None if seed is None else torch.Generator(like.device).manual_seed(seed)


def gumbel(key, sizes, *, like):
    waiting = torch.empty(tuple(sizes), dtype=torch.float32, device=like.device).exponential_(generator=key)
    return -waiting.log(), key
