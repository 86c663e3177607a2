"""Another vocabulary for a model that is loaded."""

from typing import Any

import numpy as np

from triform.errors import InputError
from triform.weights.slots import Slot
from triform.weights.tensor import LazyTensor


def resize_embeddings(model: Any, rows: int) -> None:
    """Gives the token embeddings, and what projects onto the vocabulary, `rows` rows.

    Rows that are new are the mean of the old ones (Hewitt, 2021, https://nlp.stanford.edu/~johnhew/vocab-expansion.html), so that the
    scores of the old tokens hardly change; a bias gets zeros. Ties are kept.
    """
    if rows < 1:
        raise InputError(f"{type(model).__name__}: a vocabulary of {rows} tokens cannot be.")
    config = model.config.get_text_config()
    layers = [layer for layer in (model.get_input_embeddings(), model.get_output_embeddings()) if layer is not None]
    held = {id(layer) for layer in layers}
    tensors = model.tensors()
    for slot in model.slots():
        if slot.name == model.output_bias and slot.shape[-1] == config.vocab_size:
            _resize(model, slot, tensors[slot.name], rows, axis=-1)
        elif any(id(owner) in held for owner, _ in slot.owners) and slot.shape[0] == config.vocab_size:
            _resize(model, slot, tensors[slot.name], rows)
            for owner, _ in slot.owners:
                for count in ("num_embeddings", "out_features"):
                    if hasattr(owner, count):
                        setattr(owner, count, rows)
    config.vocab_size = rows


def _resize(model: Any, slot: Slot, tensor: LazyTensor, rows: int, axis: int = 0) -> None:
    old = np.moveaxis(as_float(tensor), axis, 0)
    kept = old[:rows]
    fresh = rows - len(kept)
    mean = old.mean(0, keepdims=True) if old.ndim > 1 and axis == 0 else np.zeros((1, *old.shape[1:]), old.dtype)
    new = np.ascontiguousarray(np.moveaxis(np.concatenate([kept, np.repeat(mean, fresh, axis=0)]), 0, axis))
    slot.shape = new.shape
    model.fill(slot, LazyTensor(new.dtype.name, new.shape, lambda: new), slot.dtype)


def as_float(tensor: LazyTensor) -> np.ndarray:
    """A floating tensor as float32, or float64 if it is that."""
    bits = tensor.read()
    if tensor.dtype == "bfloat16":  # the upper half of a float32
        return (bits.astype(np.uint32) << 16).view(np.float32)
    return bits if tensor.dtype == "float64" else bits.astype(np.float32)
