"""What `model.jit()` gives: a model as traced functions of its inputs, for inference."""

from typing import Any

import numpy as np
import tensorflow as tf

from triform.calls import plain_values
from triform.errors import InputError

from . import modes
from .nn import Linear


class Compiled:
    """Takes a model's inputs by name. Settings are traced apart; after the second size of an input, sizes stay open.

    TensorFlow's own kernels run it, not XLA's: on a CPU those call oneDNN, and they take any size. They multiply a quarter faster by
    weights (n_in, n_out) than by a checkpoint's (n_out, n_in): those of linear layers are kept a second time, turned, as they are now.
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        self.functions: dict[Any, Any] = {}
        weights = [layer.weight for _, layer in model.tree.walk() if isinstance(layer, Linear)]
        self.turned = {id(weight): tf.transpose(weight.value) for weight in weights}

    def __call__(self, **inputs: Any) -> Any:
        static = plain_values(inputs)
        if static.get("training"):
            raise InputError(f"{type(self.model).__name__}.jit() is for inference: training=True has no place in it. Use model.fit.")
        key = tuple(sorted(static.items()))
        if key not in self.functions:

            def traced(given: dict[str, Any]) -> Any:
                with modes.turned(self.turned):
                    return self.model({**given, **static})

            function = tf.function(traced, autograph=False, reduce_retracing=True)
            function._omit_frequent_tracing_warning = True  # TensorFlow counts those of all models as one
            self.functions[key] = function
        return self.functions[key]({name: _tensor(x) for name, x in inputs.items() if name not in static})


def _tensor(x: Any) -> Any:
    """Arrays as tensors, whose integers are int32, so that equal inputs of two kinds are traced once."""
    if not isinstance(x, (np.ndarray, list, tuple)):
        return x
    tensor = tf.convert_to_tensor(x)
    return tf.cast(tensor, tf.int32) if tensor.dtype == tf.int64 else tensor
