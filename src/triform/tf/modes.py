"""Whether the call that runs is one of training, and where its random numbers come from; whether it is traced, and for what."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any


class _Local(threading.local):
    seeds: Any = None
    compiling: bool = False
    kernels: Mapping[int, Any] = MappingProxyType({})


_local = _Local()


@contextmanager
def training(seeds: Any) -> Iterator[None]:
    """Dropout inside draws from this keras.random.SeedGenerator; None: no dropout."""
    before, _local.seeds = _local.seeds, seeds
    try:
        yield
    finally:
        _local.seeds = before


def current_seeds() -> Any:
    """The generator of the training call that runs; None in evaluation."""
    return _local.seeds


@contextmanager
def compiling() -> Iterator[None]:
    """What is traced inside becomes an XLA program: ops that exist nowhere else may be used."""
    before, _local.compiling = _local.compiling, True
    try:
        yield
    finally:
        _local.compiling = before


def is_compiling() -> bool:
    """Whether the call that runs is traced for XLA."""
    return _local.compiling


@contextmanager
def turned(kernels: Mapping[int, Any]) -> Iterator[None]:
    """Linear layers inside multiply by these kernels (n_in, n_out), by the identity of their weight."""
    before, _local.kernels = _local.kernels, kernels
    try:
        yield
    finally:
        _local.kernels = before


def kernel_of(weight: Any) -> Any:
    """The kernel that stands for a weight here; None where there is none."""
    return _local.kernels.get(id(weight))
