"""NumPy arrays as a framework's tensors, and back. A framework is imported where somebody asks for it, never to look at what is given."""

from typing import Any

from triform.errors import InputError, MissingDependencyError

KINDS = {"np": "numpy", "numpy": "numpy", "pt": "torch", "torch": "torch", "tf": "tensorflow", "jax": "jax", "flax": "jax"}
EXTRAS = {"torch": "torch", "jax": "flax", "tensorflow": "tf"}


def kind_of(wanted: Any) -> str:
    """The framework that `return_tensors` names. Raises InputError for another value."""
    name = str(getattr(wanted, "value", wanted))
    if name not in KINDS:
        raise InputError(f"return_tensors={wanted!r} is none of: {', '.join(KINDS)}.")
    return KINDS[name]


def tensor(array: Any, kind: str) -> Any:
    """A NumPy array as a tensor of `kind`. Raises MissingDependencyError."""
    if kind == "numpy":
        return array
    try:
        if kind == "torch":
            import torch

            return torch.from_numpy(array if array.flags.writeable else array.copy())
        if kind == "jax":
            import jax.numpy as jnp

            return jnp.asarray(array)
        import tensorflow as tf
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            f"Tensors of {kind} need {error.name}, which is not installed: pip install 'triform[{EXTRAS[kind]}]'."
        ) from None
    return tf.constant(array.astype("int32") if array.dtype == "int64" else array)  # TensorFlow's own default for whole numbers


def array(value: Any) -> Any:
    """Any framework's tensor, a number or lists of numbers as a NumPy array; bfloat16 as float32."""
    import numpy as np

    if hasattr(value, "detach"):
        value = value.detach().cpu()
        if str(value.dtype) == "torch.bfloat16":
            value = value.float()
    found = np.asarray(value)
    return found.astype(np.float32) if found.dtype.name == "bfloat16" else found
