"""Modules whose arrays are not there yet."""

from collections.abc import Iterator
from typing import Any

from flax import nnx


class Unset:
    """The place of an array: its shape, its dtype by name, and what it starts as."""

    __slots__ = ("dtype", "initial", "shape")

    def __init__(self, shape: tuple[int, ...], dtype: str, initial: Any) -> None:
        self.shape, self.dtype, self.initial = tuple(shape), dtype, initial

    def __repr__(self) -> str:
        return f"Unset({self.shape}, {self.dtype})"


def buffer(sizes: tuple[int, ...], dtype: str, initial: Any) -> nnx.BatchStat:
    """The place of a running statistic, or of another array that is not trained; `stored` is what files hold it as: JAX has no int64."""
    return nnx.BatchStat(Unset(sizes, dtype, initial), stored=dtype if dtype == "int64" else None)


class Module(nnx.Module):
    """A layer: authors write `forward`."""

    def __init__(self) -> None: ...

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.forward(*args, **kwargs)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError


def walk(module: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every module, with its path, the outermost first; one that is shared comes under each of its paths."""
    yield path, module
    dot = f"{path}." if path else ""
    children = enumerate(module) if isinstance(module, nnx.List) else vars(module).items()
    for name, child in children:
        if isinstance(child, (nnx.Module, nnx.List)):
            yield from walk(child, f"{dot}{name}")


def variables(module: Any) -> Iterator[tuple[str, Any, str, nnx.Variable]]:
    """(full name, owner, attribute, variable) of everything that is saved; random streams are not."""
    for path, owner in walk(module):
        if isinstance(owner, nnx.List):
            continue
        dot = f"{path}." if path else ""
        for name, value in vars(owner).items():
            if isinstance(value, (nnx.Param, nnx.BatchStat)):
                yield f"{dot}{name}", owner, name, value
