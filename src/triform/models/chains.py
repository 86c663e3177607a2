"""Layers in a row, numbered as checkpoints number them: those without parameters have numbers too."""

from collections.abc import Iterable
from typing import Any

from .. import nn, ops


def chained(layers: Iterable[Any], x: Any) -> Any:
    """x, passed through one layer after the other."""
    for layer in layers:
        x = layer(x)
    return x


def through(layers: Iterable[Any], x: Any, *inputs: Any) -> Any:
    """What the last of some layers gives; what comes in, and what each gives, is recorded."""
    nn.record("hidden_states", x)
    for layer in layers:
        x = layer(x, *inputs)
        nn.record("hidden_states", x)
    return x


def states(layers: Iterable[Any], x: Any, *inputs: Any) -> list[Any]:
    """As `through`, but all of them: what comes in, and what each layer gives."""
    found = [x]
    nn.record("hidden_states", x)
    for layer in layers:
        found.append(layer(found[-1], *inputs))
        nn.record("hidden_states", found[-1])
    return found


class Activation(nn.Module):
    """An activation function as a layer."""

    def __init__(self, name: str):
        super().__init__()
        self.act = ops.activation(name)

    def forward(self, x):
        return self.act(x)


class Flatten(nn.Module):
    """(B, C, 1, 1) -> (B, C)."""

    def forward(self, x):
        return ops.reshape(x, ops.shape(x)[:2])
