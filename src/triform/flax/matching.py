"""The matching of rows and columns on JAX: a call of the host, from compiled programs too."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from triform.matching import assignment


def assign(costs):
    pairs = jax.ShapeDtypeStruct((min(costs.shape),), jnp.int32)
    on_host = lambda costs: tuple(places.astype(np.int32) for places in assignment(costs))
    return tuple(jax.pure_callback(on_host, (pairs, pairs), lax.stop_gradient(costs), vmap_method="sequential"))
