"""Turned weights on TensorFlow. A variable changes, but no tensor does: a variable that lies where a kept tensor lies has not changed."""

from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from triform.turning import columns, layers_to_turn, worth_it

from .nn import Linear, TransposedLinear


class Kept(NamedTuple):
    """A weight as it was, and turned."""

    was: tf.Tensor
    turned: tf.Tensor


def turned(model: Any, rows: int) -> dict[int, tf.Tensor]:
    """{identity of a weight: it the other way round} of the layers that multiply so many rows faster so."""
    if not tf.executing_eagerly():
        return {}
    kept: dict[int, Kept] = model.__dict__.setdefault("_turned", {})
    layers = layers_to_turn(model, TransposedLinear, Linear, rows).values()
    now = {id(layer.weight): layer.weight.value.read_value() for layer in layers if _suits(layer.weight)}
    fresh = {key: tensor for key, tensor in now.items() if key not in kept or _place(kept[key].was) != _place(tensor)}
    if fresh and not worth_it(tuple(tensor.shape) for tensor in fresh.values()):
        return {}
    for key, tensor in fresh.items():
        n_out = tensor.shape[0]
        kept[key] = Kept(tensor, tf.pad(tf.transpose(tensor), ((0, 0), (0, columns(n_out, rows) - n_out))))
    return {key: kept[key].turned for key in now}


def _suits(weight: Any) -> bool:
    """Whether it is float32 on a CPU."""
    return weight.dtype == "float32" and "CPU" in weight.value.device


def _place(tensor: tf.Tensor) -> int:
    """Where its numbers lie in memory."""
    return np.asarray(memoryview(tensor)).ctypes.data
