"""One face for the three backends, so that each test of the vocabulary is written once, in NumPy's terms."""

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np

from triform import calls
from triform.configs.base import PretrainedConfig

TOLERANCE = 1e-6  # float32: of the largest number of each result


class Framework:
    """A backend's `nn` and `ops`, and the way between its tensors and NumPy's arrays."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.nn = importlib.import_module(f"triform.{name}.nn")
        self.ops = importlib.import_module(f"triform.{name}.ops")
        self.index = "int64" if name == "torch" else "int32"

    def tensor(self, array: Any, dtype: str | None = None) -> Any:
        """A tensor; integers become the index dtype and floating numbers float32, unless `dtype` says otherwise."""
        array = np.asarray(array)
        kind = {"i": self.index, "f": "float32", "b": "bool"}[array.dtype.kind]
        array = np.array(array.astype(kind))
        if self.name == "torch":
            import torch

            return torch.from_numpy(array).to(getattr(torch, dtype or kind))
        if self.name == "flax":
            import jax.numpy as jnp

            return jnp.asarray(array).astype(dtype or kind)
        import tensorflow as tf

        return tf.cast(tf.constant(array), dtype or kind)

    def numpy(self, x: Any) -> np.ndarray:
        """The values of a tensor, of one in 16 bit as float32."""
        if self.name == "torch":
            x = x.detach().float() if x.is_floating_point() else x.detach()
        array = np.asarray(x)
        return array if array.dtype.kind in "ib" else array.astype(np.float32)

    def dtype(self, x: Any) -> str:
        return x.dtype.name if self.name == "tf" else str(x.dtype).removeprefix("torch.")

    def is_tensor(self, x: Any) -> bool:
        return type(x).__module__.split(".")[0] in ("torch", "jaxlib", "jax", "tensorflow")

    def unset(self, parameter: Any) -> bool:
        """Whether a parameter has a shape and no memory."""
        if self.name == "torch":
            return parameter.is_meta
        value = parameter.get_raw_value() if self.name == "flax" else parameter
        return type(value).__name__ == "Unset"

    def filled(self, cls: type, arrays: Mapping[str, np.ndarray], dtype: str = "float32", config: Any = None) -> Any:
        """A model in evaluation mode with these weights, and no others: the loader is strict. On TensorFlow, the tree inside."""
        model = cls.from_pretrained(None, config=config or PretrainedConfig(), state_dict=dict(arrays), dtype=dtype)  # type: ignore[attr-defined]
        return model.tree if self.name == "tf" else model

    def training(self, cls: type) -> Any:
        """A model in training mode: a function of its inputs, by name."""
        model = cls.from_config(PretrainedConfig(), seed=0)  # type: ignore[attr-defined]
        return (lambda **inputs: model(**inputs, training=True)) if self.name == "tf" else model

    def holder(self, build: Any) -> type:
        """The class of a model whose only layer, `layer`, is what `build()` makes."""

        class Holder(self.nn.Model):
            config_class = PretrainedConfig

            def __init__(self, config):
                super().__init__(config)
                self.layer = build()

            def forward(self, x):
                return self.layer(x)

        return Holder


@cache
def framework(name: str) -> Framework:
    return Framework(name)


@contextmanager
def frame(*kinds: str, attention: str = "sdpa") -> Iterator[dict[str, list[Any]]]:
    """What an outermost model opens around its call: the tape of what is recorded."""
    before, tape = calls._local.frame, {kind: [] for kind in kinds}
    calls._local.frame = calls.Frame(None, attention, tape)
    try:
        yield tape
    finally:
        calls._local.frame = before


def distance(actual: np.ndarray, expected: np.ndarray) -> float:
    """The largest difference, relative to the largest expected number; infinite where shapes differ or a number is none."""
    if actual.shape != expected.shape or not np.isfinite(actual).all():
        return float("inf")
    if not expected.size:
        return 0.0
    return float(np.abs(actual - expected).max() / (np.abs(expected).max() or 1.0))


def assert_near(actual: np.ndarray, expected: Any, tolerance: float = TOLERANCE) -> None:
    expected = np.asarray(expected)
    assert actual.shape == expected.shape
    assert distance(actual, expected) <= tolerance
