"""Whether the call that runs is one of training, and where its random numbers come from; whether it is traced, and for what."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any


class _Local(threading.local):
    seeds: Any = None
    compiling: bool = False
    turned: Mapping[int, Any] = MappingProxyType({})


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
def turned(weights: Mapping[int, Any]) -> Iterator[None]:
    """Linear layers inside multiply by these weights, which lie the other way round, by the identity of their own."""
    before, _local.turned = _local.turned, weights
    try:
        yield
    finally:
        _local.turned = before


def turned_of(weight: Any) -> Any:
    """What stands for a weight here, the other way round; None where nothing does."""
    return _local.turned.get(id(weight))
