"""Runs the steps of decoding on JAX: each is compiled once for the shapes of its arrays. Equal models share the programs."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from . import turning
from .pretrained import Graph
from .skeleton import walk


class Engine:
    """Runs functions of (model, *arrays, **settings)."""

    compiles = True

    def __init__(self, model: Any) -> None:
        if any(not getattr(module, "deterministic", True) for _, module in walk(model)):
            model = model.copy()
            model.eval()
        self.model = model
        self.turned: dict[str, jax.Array] = {}
        graph, state = nnx.split(model)
        leaves, tree = jax.tree.flatten(state)
        self.graph, self.tree = Graph(graph), tree
        self.leaves = [x if isinstance(x, jax.Array) else jnp.asarray(x) for x in leaves]  # a NumPy leaf would be copied at every call

    def run(self, program: Any, *arrays: Any, consume: bool = False, **settings: Any) -> Any:
        """What a function gives. With `consume`, its first array is used up: a cache is written where it lies."""
        run = _run_consuming if consume else _run
        return run(self.graph, self.tree, program, tuple(sorted(settings.items())), (self.leaves, self.turned), arrays[0], arrays[1:])

    @contextmanager
    def writing(self, rows: int) -> Iterator[None]:
        """Weights lie as so many rows are multiplied fastest. Dropout is off."""
        self.turned = turning.turned(self.model, rows)
        yield

    def count(self, n: int) -> np.int32:
        """A counter."""
        return np.int32(n)

    def zeros(self, program: Any, *arrays: Any, **settings: Any) -> Any:
        """Zeros of the shapes that a function would give."""
        shapes = _shapes(self.graph, self.tree, program, tuple(sorted(settings.items())), arrays, (self.leaves, self.turned))
        leaves, tree = jax.tree.flatten(shapes)
        return jax.tree.unflatten(tree, _zeros(tuple((x.shape, x.dtype) for x in leaves)))

    def array(self, values: Any) -> jax.Array:
        """Values as an array: int32, bool or floating."""
        array = values if isinstance(values, jax.Array) else jax.device_put(np.asarray(values))  # jnp.asarray would compile
        return array.astype(jnp.int32) if jnp.issubdtype(array.dtype, jnp.integer) else array

    def host(self, array: Any) -> np.ndarray:
        """An array as one of NumPy."""
        return np.asarray(array, np.float32) if array.dtype == jnp.bfloat16 else np.asarray(array)

    def given(self, array: Any) -> jax.Array:
        """An array for the user."""
        return array


def _call(graph: Graph, tree: Any, program: Any, settings: Any, weights: Any, arrays: Any) -> Any:
    leaves, turned = weights
    model = nnx.merge(graph.graph, jax.tree.unflatten(tree, leaves))
    turning.give(model, turned)
    return program(model, *arrays, **dict(settings))


def _all(graph: Graph, tree: Any, program: Any, settings: Any, weights: Any, first: Any, rest: Any) -> Any:
    return _call(graph, tree, program, settings, weights, (first, *rest))


_run = jax.jit(_all, static_argnums=(0, 1, 2, 3))
_run_consuming = jax.jit(_all, static_argnums=(0, 1, 2, 3), donate_argnums=(5,))


@partial(jax.jit, static_argnums=0)
def _zeros(shapes: tuple[tuple[tuple[int, ...], Any], ...]) -> list[jax.Array]:
    """All by one program: jnp.zeros by itself compiles one for each shape."""
    return [jnp.zeros(shape, dtype) for shape, dtype in shapes]


def _shapes(graph: Graph, tree: Any, program: Any, settings: Any, arrays: Any, weights: Any) -> Any:
    key = (graph, program, settings, tuple((x.shape, str(x.dtype)) for x in jax.tree.leaves(arrays)))
    if key not in _known:
        _known[key] = jax.eval_shape(partial(_call, graph, tree, program, settings), weights, arrays)
    return _known[key]


_known: dict[Any, Any] = {}
