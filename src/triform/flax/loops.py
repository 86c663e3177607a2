"""The functions of `triform.loops` on JAX: decoding is compiled."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def loop(going, body, state, model=None, most=0):
    flat, tree = jax.tree.flatten(state)
    # Keys and values (1, H, S, D) pass as (H, S, D), as XLA multiplies them: else each step copies all of them.
    merged = lambda x: x[0] if x.ndim == 4 and x.shape[0] == 1 else x
    packed = lambda values: jax.tree.unflatten(tree, [value.reshape(x.shape) for value, x in zip(values, flat)])
    unpacked = lambda state: [merged(x) for x in jax.tree.leaves(state)]
    found = lax.while_loop(lambda values: going(packed(values)), lambda values: unpacked(body(packed(values))), unpacked(state))
    return packed(found)


def counter(n):
    return jnp.int32(n)


def number(n):
    return jnp.asarray(n).astype(jnp.float32)


def both(first, second):
    return first & second()


def any(x):
    return jnp.any(x)


def column(x, place):
    return lax.dynamic_index_in_dim(x, place, x.ndim - 1, keepdims=False)


def present(tokens, real, vocabulary):
    rows = jnp.arange(tokens.shape[0])[:, None]
    return jnp.zeros((tokens.shape[0], vocabulary), bool).at[rows, jnp.where(real, tokens, vocabulary)].set(True, mode="drop")


def key(seed, *, like):
    return jax.random.key(np.random.randint(2**31) if seed is None else seed)


def gumbel(key, sizes, *, like):
    key, now = jax.random.split(key)
    return jax.random.gumbel(now, tuple(sizes), jnp.float32), key
