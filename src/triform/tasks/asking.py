"""A model asked once, on whichever backend."""

from collections.abc import Mapping
from typing import Any

TENSORS = {"torch": "pt", "flax": "np", "tf": "tf"}  # backend -> what its tensors are called by tokenizers and processors


def asked(model: Any, backend: str, inputs: Mapping[str, Any]) -> Any:
    """The output of a model for those of some inputs that it takes; no gradients are kept."""
    taken = model.argument_names()
    given = {name: value for name, value in inputs.items() if name in taken}
    if backend != "torch":
        return model(**given)
    import torch

    with torch.inference_mode():
        return model(**given)
