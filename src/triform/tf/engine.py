"""Runs the steps of decoding on TensorFlow: each is an XLA program, compiled once for the shapes of its arrays."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import tensorflow as tf

from . import modes, turning


class Engine:
    """Runs functions of (model, *arrays, **settings). The programs live as long as the model's tree."""

    compiles = True

    def __init__(self, model: Any) -> None:
        self.model = getattr(model, "tree", model)
        self.programs, self.shapes = self.model.__dict__.setdefault("_programs", ({}, {}))
        self.names: tuple[int, ...] = ()
        self.turned: list[tf.Tensor] = []

    def run(self, program: Any, *arrays: Any, consume: bool = False, **settings: Any) -> Any:
        """What a function gives."""
        key = (program, self.names, *sorted(settings.items()))
        if key not in self.programs:
            self.programs[key] = self._compiled(program, settings)
        return self.programs[key](self.turned, *arrays)

    def _compiled(self, program: Any, settings: dict[str, Any]) -> Any:
        names = self.names

        def traced(turned: list[tf.Tensor], *arrays: Any) -> Any:
            with modes.compiling(), modes.turned(dict(zip(names, turned))):
                return program(self.model, *arrays, **settings)

        compiled = tf.function(traced, jit_compile=True, autograph=False)
        compiled._omit_frequent_tracing_warning = True  # each is traced once; TensorFlow counts them all as one function
        return compiled

    @contextmanager
    def writing(self, rows: int) -> Iterator[None]:
        """Weights lie as so many rows are multiplied fastest. Dropout is off in any case: Keras turns it on by the call."""
        turned = turning.turned(self.model, rows)
        self.names, self.turned = tuple(turned), list(turned.values())
        yield

    def count(self, n: int) -> tf.Tensor:
        """A counter."""
        return tf.constant(n, tf.int32)

    def zeros(self, program: Any, *arrays: Any, **settings: Any) -> Any:
        """Zeros of the shapes that a function would give."""
        key = ("zeros", program, *sorted(settings.items()), *((tuple(x.shape), x.dtype) for x in tf.nest.flatten(arrays)))
        if key not in self.shapes:
            traced = self._compiled(program, settings).get_concrete_function(self.turned, *arrays).structured_outputs
            self.shapes[key] = tf.nest.map_structure(lambda x: tf.TensorSpec(x.shape, x.dtype), traced)
        return tf.nest.map_structure(lambda x: tf.zeros(x.shape, x.dtype), self.shapes[key])

    def array(self, values: Any) -> tf.Tensor:
        """Values as a tensor: int32, bool or floating."""
        tensor = tf.convert_to_tensor(values)
        return tf.cast(tensor, tf.int32) if tensor.dtype.is_integer else tensor

    def host(self, tensor: Any) -> np.ndarray:
        """A tensor as a NumPy array."""
        return tf.cast(tensor, tf.float32).numpy() if tensor.dtype == tf.bfloat16 else tensor.numpy()

    def given(self, tensor: Any) -> tf.Tensor:
        """A tensor for the user."""
        return tensor
