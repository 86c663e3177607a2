"""The tree of modules inside a Keras model: plain Python objects, whose arrays become keras.Variables when they get a value."""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import keras
import numpy as np
import tensorflow as tf

from triform.options import LoadOptions
from triform.pretrained import Pretrained
from triform.weights.initial import seeded
from triform.weights.report import LoadingReport
from triform.weights.slots import Found, Slot
from triform.weights.tensor import STORAGE, LazyTensor


class Unset:
    """The place of a variable: its shape, its dtype by name, what it starts as, and whether it is trained."""

    __slots__ = ("dtype", "initial", "shape", "trainable")

    def __init__(self, shape: tuple[int, ...], dtype: str, initial: Any, trainable: bool) -> None:
        self.shape, self.dtype, self.initial, self.trainable = tuple(shape), dtype, initial, trainable


class Module:
    """A layer: authors write `forward`."""

    def __init__(self) -> None: ...

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.forward(*args, **kwargs)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    def children(self) -> Iterator[tuple[str, "Module"]]:
        """Names and modules directly inside."""
        return ((name, child) for name, child in vars(self).items() if isinstance(child, Module))

    def walk(self, path: str = "") -> Iterator[tuple[str, "Module"]]:
        """Every module inside, with its path, this one first; one that is shared comes under each of its paths."""
        yield path, self
        for name, child in self.children():
            yield from child.walk(f"{path}.{name}" if path else name)

    @property
    def variables(self) -> list[keras.Variable]:
        """All variables inside, each once."""
        found = [v for _, module in self.walk() for v in vars(module).values() if isinstance(v, keras.Variable)]
        return list({id(v): v for v in found}.values())

    @property
    def trainable(self) -> bool:
        """Whether anything inside is trained. Setting it freezes, or thaws, every parameter inside."""
        return any(v.trainable for v in self.variables)

    @trainable.setter
    def trainable(self, value: bool) -> None:
        for variable in self.variables:
            if not getattr(variable, "is_buffer", False):
                variable.trainable = bool(value)


class List(Module):
    def __init__(self, modules: Iterable[Module]) -> None:
        self.items = list(modules)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> Any:
        return self.items[index]

    def children(self) -> Iterator[tuple[str, Module]]:
        return ((str(i), child) for i, child in enumerate(self.items))


class PretrainedTree(Pretrained, Module):
    """A model of the shared source. Users hold the keras.Model around it; this is what `model.tree` is."""

    backend = "tf"
    face: ClassVar[Any] = None  # the Keras class of a user's subclass
    policy: str | None = None  # Keras's name of how it computes; None: the global policy

    def __init__(self, config: Any, *args: Any, **kwargs: Any) -> None:
        self.config = config

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_programs"}  # what is compiled is not copied

    @classmethod
    def _handed(cls, tree: Any) -> Any:
        from .pretrained import face_of

        return (vars(cls).get("face") or face_of(cls))(tree=tree, dtype=tree.policy)  # type: ignore[arg-type]

    def _places(self) -> Iterator[Found]:
        for path, owner in self.walk():
            dot = f"{path}." if path else ""
            for name, value in vars(owner).items():
                if isinstance(value, (Unset, keras.Variable)):
                    yield Found(dot + name, owner, name, value, details(value, owner))

    def _submodels(self) -> Iterator[tuple[str, Any]]:
        return ((name, module) for name, module in self.walk() if isinstance(module, PretrainedTree))

    def layers_by_name(self) -> Iterator[tuple[str, Any]]:
        return self.walk()

    def fill(self, slot: Slot, tensor: LazyTensor, dtype: str) -> None:
        adopt(slot, from_bits(tensor), dtype)

    def draw(self, slot: Slot, drawn: tuple[str, float], dtype: str, seed: int | None) -> None:
        kind, number = drawn
        value: Any
        if kind == "constant":
            value = np.full(slot.shape, number, np.float32)
        elif seed is not None:
            value = seeded(drawn, slot.shape, seed, slot.name)
        else:
            value = np.array(_random(kind, number, slot.shape))
        if slot.zero_row is not None:
            value[slot.zero_row] = 0
        adopt(slot, value, dtype)

    def tensors(self) -> dict[str, LazyTensor]:
        return {slot.name: to_bits(slot.value) for slot in self.slots()}

    def finish(self, dtype: str = "float32", seed: int | None = None) -> None:
        super().finish(dtype, seed)
        if dtype != "float32":
            self.policy = dtype

    def complete(self, report: LoadingReport, options: LoadOptions) -> None:
        self.loading_report = report
        computed = options.dtype_name
        if options.param_dtype is not None and computed not in ("auto", report.dtype):
            self.policy = f"mixed_{computed}"
        elif report.dtype != "float32":
            self.policy = report.dtype


def details(value: Any, owner: Any) -> dict[str, Any]:
    """What a slot says of a variable, or of the place of one."""
    unset = isinstance(value, Unset)
    return {
        "shape": tuple(value.shape),
        "dtype": value.dtype,
        "trainable": value.trainable if unset else not getattr(value, "is_buffer", False),
        "initial": value.initial if unset else "normal",
        "zero_row": getattr(owner, "padding_idx", None),
        "filled": not unset,
    }


def adopt(slot: Slot, value: Any, dtype: str) -> None:
    """Makes the variable of a slot from its value, or assigns to the one there is."""
    if isinstance(slot.value, keras.Variable) and slot.value.dtype == dtype and tuple(slot.value.shape) == np.shape(value):
        slot.value.assign(value)
        return
    variable = keras.Variable(value, dtype=dtype, trainable=slot.trainable, name=slot.name)
    variable.is_buffer = not slot.trainable
    slot.put(variable)


def _random(kind: str, number: float, shape: tuple[int, ...]) -> Any:
    match kind:
        case "normal":
            return keras.random.normal(shape, 0.0, number)
        case "truncated_normal":
            return keras.random.truncated_normal(shape, 0.0, number)
        case _:
            return keras.random.uniform(shape, 0.0 if kind == "uniform_from_0" else -number, number)


def from_bits(tensor: LazyTensor) -> Any:
    """The bits of a file as a NumPy array of the dtype that they mean."""
    bits = tensor.read()
    return bits if bits.dtype.name == tensor.dtype else bits.view(tf.as_dtype(tensor.dtype).as_numpy_dtype)


def to_bits(variable: keras.Variable) -> LazyTensor:
    """A variable as bits."""
    return LazyTensor(variable.dtype, tuple(variable.shape), lambda: variable.value.numpy().view(STORAGE[variable.dtype]))
