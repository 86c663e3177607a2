"""Turned weights on JAX. An array never changes: what was turned belongs to it, and goes with it."""

import weakref
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from triform.turning import columns, layers_to_turn, worth_it

from .nn import Linear, TransposedLinear
from .skeleton import walk

_kept: dict[int, tuple[Any, jax.Array]] = {}


def turned(model: Any, rows: int) -> dict[str, jax.Array]:
    """{path of a layer: its weight the other way round} of those that multiply so many rows faster so."""
    weights = {path: layer.weight.get_raw_value() for path, layer in layers_to_turn(model, TransposedLinear, Linear, rows).items()}
    weights = {path: weight for path, weight in weights.items() if _suits(weight)}
    fresh = {id(weight): weight for weight in weights.values() if id(weight) not in _kept}
    if fresh and not worth_it(weight.shape for weight in fresh.values()):
        return {}
    for key, weight in fresh.items():
        _kept[key] = weakref.ref(weight, partial(_forget, key)), _turn(weight, columns(weight.shape[0], rows))
    return {path: _kept[id(weight)][1] for path, weight in weights.items()}


def give(model: Any, turned: dict[str, jax.Array]) -> None:
    """Lays turned weights where the layers of a model, which is used once, look for them."""
    layers = dict(walk(model)) if turned else {}
    for path, weight in turned.items():
        vars(layers[path])["turned"] = weight


def _suits(weight: Any) -> bool:
    """Whether it is an array of float32 on one CPU, and no stand-in for one."""
    if not isinstance(weight, jax.Array) or isinstance(weight, jax.core.Tracer) or weight.dtype != jnp.float32:
        return False
    return [device.platform for device in weight.devices()] == ["cpu"]


def _forget(key: int, _: Any) -> None:
    del _kept[key]


@partial(jax.jit, static_argnums=1)
def _turn(weight: jax.Array, width: int) -> jax.Array:
    return jnp.pad(weight.T, ((0, 0), (0, width - weight.shape[0])))
