"""Pretrained models on Flax: genuine nnx.Modules, which also take the functional call that training loops are written in."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax.dtypes import canonicalize_dtype

from triform.calls import plain_values
from triform.errors import InputError
from triform.options import LoadOptions
from triform.outputs import ModelOutput, on_new_class
from triform.pretrained import Pretrained
from triform.weights.initial import seeded
from triform.weights.report import LoadingReport
from triform.weights.slots import Found, Slot
from triform.weights.tensor import STORAGE, LazyTensor

from .skeleton import Module, Unset, variables, walk


def _register(cls: type[ModelOutput]) -> None:
    """Makes an output class a tree that JAX walks, with its field names as keys."""
    jax.tree_util.register_pytree_with_keys(
        cls,
        lambda out: ([(jax.tree_util.DictKey(name), out[name]) for name in out], tuple(out)),
        lambda names, values: cls(**dict(zip(names, values))),
        lambda out: (out.to_tuple(), tuple(out)),
    )


on_new_class(_register)


class FlaxPreTrainedModel(Pretrained, Module):
    """The base of all models on Flax, and of users' own.

    `model(**inputs)` runs with the weights it holds. `model(**inputs, params=…, dropout_rng=…, train=True)` is a pure function of what it
    is given, for `jax.grad` and `jax.jit`. `model.params` is the nested dictionary of all weights; a tied one is in it once. Running
    statistics are `model.batch_stats`: a call in training that is given them, params={"params": …, "batch_stats": …}, returns the output
    and {"batch_stats": …} as they are afterwards; no other functional call moves any.
    """

    backend = "flax"

    compute_dtype: str | None = None  # where it is not what the weights are kept as

    def __init__(self, config: Any, *args: Any, **kwargs: Any) -> None:
        self.config = config

    # ---- calls

    def __call__(self, *args: Any, params: Any = None, dropout_rng: Any = None, train: bool | None = None, **kwargs: Any) -> Any:
        if params is None and dropout_rng is None and train is None and self.compute_dtype is None:
            return self.forward(*args, **_arrays(kwargs))
        twin, tracking = self.copy(), bool(train) and _has_statistics(params)
        if train is not None:
            twin.train() if train else twin.eval()
        if params is not None:
            twin._take(params)
        if dropout_rng is not None:
            twin.seed_dropout(dropout_rng)
        if self.compute_dtype is not None:
            twin.cast(self.compute_dtype)
        out = twin.forward(*args, **_arrays(kwargs))
        return (out, {"batch_stats": twin.batch_stats}) if tracking else out

    def copy(self) -> "FlaxPreTrainedModel":
        """Another model over the same arrays."""
        return nnx.clone(self)

    @property
    def params(self) -> dict[str, Any]:
        """All trainable arrays, as nested dictionaries keyed by the parts of their checkpoint names."""
        return _tree(slot for slot in self.slots() if slot.trainable)

    @property
    def batch_stats(self) -> dict[str, Any]:
        """The arrays that are not trained, running statistics among them, keyed as `params` are."""
        return _tree(slot for slot in self.slots() if not slot.trainable)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "params":  # nnx would keep it as an attribute, before any property is asked
            self._take(value)
        elif name == "generation_config":
            type(self).generation_config.fset(self, value)  # type: ignore[attr-defined]
        else:
            super().__setattr__(name, value)

    def cast(self, dtype: Any) -> None:
        """Makes every floating parameter of another dtype."""
        for slot in self.slots():
            if jnp.issubdtype(slot.value[...].dtype, jnp.floating):
                slot.value.set_value(slot.value[...].astype(dtype))

    def _take(self, tree: Mapping[str, Any]) -> None:
        if _has_statistics(tree):
            self._take_arrays(tree["batch_stats"], "batch_stats", trainable=False)
            tree = tree["params"]
        self._take_arrays(tree, "params", trainable=True)

    def _take_arrays(self, tree: Mapping[str, Any], what: str, trainable: bool) -> None:
        flat = {".".join(path): value for path, value in _leaves(tree)}
        slots = {slot.name: slot for slot in self.slots() if slot.trainable is trainable}
        if flat.keys() != slots.keys():
            missing, unknown = sorted(slots.keys() - flat.keys()), sorted(flat.keys() - slots.keys())
            raise InputError(f"{type(self).__name__}: {what} lacks {missing or 'nothing'} and has beside it {unknown or 'nothing'}.")
        for name, value in flat.items():
            slots[name].value.set_value(jnp.asarray(value))

    def jit(self) -> "Compiled":
        """This model, with the weights it has now, as one compiled function of its inputs. Equal models share the compiled code."""
        return Compiled(self)

    def train(self, **attributes: Any) -> None:
        """Turns dropout on."""
        if self.has_dropout() and not self._streams():
            self.seed_dropout(0)
        super().train(**attributes)

    def has_dropout(self) -> bool:
        """Whether anything in it is random in training."""
        return any(hasattr(module, "rngs") for _, module in walk(self))

    def seed_dropout(self, seed: Any) -> None:
        """Starts the random numbers of dropout anew, from an int or a key of jax.random."""
        stream = nnx.RngStream(jnp.asarray(seed) if not isinstance(seed, int) else seed, tag="dropout")
        for _, module in walk(self):
            if hasattr(module, "rngs"):
                module.rngs = stream

    def _streams(self) -> bool:
        return any(getattr(module, "rngs", None) is not None for _, module in walk(self))

    # ---- the arrays of a model

    def _places(self) -> Iterator[Found]:
        return places(self)

    def _submodels(self) -> Iterator[tuple[str, Any]]:
        return ((name, module) for name, module in walk(self) if isinstance(module, FlaxPreTrainedModel))

    def layers_by_name(self) -> Iterator[tuple[str, Any]]:
        return walk(self)

    def fill(self, slot: Slot, tensor: LazyTensor, dtype: str) -> None:
        slot.value.set_value(from_bits(tensor).astype(canonicalize_dtype(dtype)))

    def draw(self, slot: Slot, drawn: tuple[str, float], dtype: str, seed: int | None) -> None:
        kind, number = drawn
        if kind == "constant":
            value = jnp.full(slot.shape, number, canonicalize_dtype(dtype))
        elif isinstance(seed, nnx.Rngs):
            value = _drawn(seed.params(), kind, number, slot.shape).astype(dtype)
        else:
            value = jnp.asarray(seeded(drawn, slot.shape, seed or 0, slot.name)).astype(dtype)
        if slot.zero_row is not None:
            value = value.at[slot.zero_row].set(0)
        slot.value.set_value(value)

    def finish(self, dtype: str = "float32", seed: int | None = None, rngs: nnx.Rngs | None = None) -> None:
        super().finish(dtype, seed if rngs is None else rngs)  # type: ignore[arg-type]
        if self.has_dropout():
            self.seed_dropout((seed or 0) if rngs is None else rngs.dropout())
        self.train()

    def tensors(self) -> dict[str, LazyTensor]:
        return {slot.name: to_bits(slot.value[...], slot.value.get_metadata("stored", None)) for slot in self.slots()}

    def complete(self, report: LoadingReport, options: LoadOptions) -> None:
        self.loading_report = report
        if options.param_dtype is not None and options.dtype_name not in ("auto", report.dtype):
            self.compute_dtype = options.dtype_name
        self.eval()


def _arrays(inputs: dict[str, Any]) -> dict[str, Any]:
    """NumPy inputs as JAX arrays; anything else as it is."""
    return {name: jnp.asarray(x) if isinstance(x, np.ndarray) else x for name, x in inputs.items()}


def places(model: nnx.Module) -> Iterator[Found]:
    """Every place of a module that holds a parameter or a running statistic."""
    for name, owner, attribute, variable in variables(model):
        yield Found(name, owner, attribute, variable, _details(variable, owner))


def _details(variable: nnx.Variable, owner: Any) -> dict[str, Any]:
    value = variable.get_raw_value()
    return {
        "shape": tuple(value.shape),
        "dtype": str(value.dtype),
        "trainable": isinstance(variable, nnx.Param),
        "initial": value.initial if isinstance(value, Unset) else "normal",
        "zero_row": getattr(owner, "padding_idx", None),
        "filled": not isinstance(value, Unset),
    }


def _has_statistics(params: Any) -> bool:
    """Whether what a functional call was given has running statistics beside the weights."""
    return params is not None and set(params) == {"params", "batch_stats"}


def _tree(slots: Iterable[Slot]) -> dict[str, Any]:
    """Arrays as nested dictionaries, keyed by the parts of their names."""
    tree: dict[str, Any] = {}
    for slot in slots:
        node, *path = tree, *slot.name.split(".")
        for part in path[:-1]:
            node = node.setdefault(part, {})
        node[path[-1]] = slot.value[...]
    return tree


def _leaves(tree: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, str(name)))
        else:
            yield (*path, str(name)), value


def _drawn(key: jax.Array, kind: str, number: float, shape: tuple[int, ...]) -> jax.Array:
    match kind:
        case "normal":
            return number * jax.random.normal(key, shape)
        case "truncated_normal":
            return number * jax.random.truncated_normal(key, -2.0, 2.0, shape)
        case _:
            return jax.random.uniform(key, shape, minval=0.0 if kind == "uniform_from_0" else -number, maxval=number)


def from_bits(tensor: LazyTensor) -> jax.Array:
    """The bits of a file as an array."""
    bits = tensor.read()
    return jnp.asarray(bits if bits.dtype.name == tensor.dtype else bits.view(jnp.dtype(tensor.dtype)))


def to_bits(array: jax.Array, stored: str | None = None) -> LazyTensor:
    """An array as bits; `stored`: the integers that a file holds, where they are wider than JAX's."""
    name = stored or str(array.dtype)
    if stored is not None:
        return LazyTensor(name, tuple(array.shape), lambda: np.asarray(array, STORAGE[name]))
    return LazyTensor(name, tuple(array.shape), lambda: np.asarray(array).view(STORAGE[name]))


class Graph:
    """A model's structure, hashed once."""

    __slots__ = ("graph", "hashed")

    def __init__(self, graph: Any) -> None:
        self.graph, self.hashed = graph, hash(graph)

    def __hash__(self) -> int:
        return self.hashed

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Graph) and self.graph == other.graph


@partial(jax.jit, static_argnums=(0, 1))
def _run(graph: Graph, static: tuple[tuple[str, Any], ...], state: Any, arrays: dict[str, Any]) -> Any:
    return nnx.merge(graph.graph, state)(**arrays, **dict(static))


class Compiled:
    """What `model.jit()` gives: takes the model's inputs by name, and compiles once per set of shapes."""

    def __init__(self, model: FlaxPreTrainedModel) -> None:
        graph, state = nnx.split(model)
        self.graph = Graph(graph)
        self.state = jax.tree.map(jnp.asarray, state)  # a NumPy leaf would be copied at every call

    def __call__(self, **inputs: Any) -> Any:
        static = plain_values(inputs)
        return _run(self.graph, tuple(sorted(static.items())), self.state, {name: x for name, x in inputs.items() if name not in static})
