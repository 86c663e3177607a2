"""Runs the steps of decoding on PyTorch: without gradients, and compiled nowhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from .fast import lay
from .held import hooked


@contextmanager
def at_hand(model: torch.nn.Module) -> Iterator[None]:
    """Lays parts and parameters at hand meanwhile; not those of modules that something hooks into, since hooks may exchange parameters."""
    laid = lay([module for module in model.modules() if not hooked(module)], "_modules", "_parameters")
    try:
        yield
    finally:
        for attributes, parts in laid:
            for name in parts:
                attributes.pop(name, None)


class Engine:
    """Runs functions of (model, *arrays, **settings). Nothing is compiled, so nothing is padded to sizes that come again."""

    compiles = False

    def __init__(self, model: Any) -> None:
        self.model = model

    @torch.inference_mode()
    def run(self, program: Any, *arrays: Any, consume: bool = False, **settings: Any) -> Any:
        """What a function gives."""
        return program(self.model, *arrays, **settings)

    @contextmanager
    def writing(self, rows: int) -> Iterator[None]:
        """Turns dropout off meanwhile, where it is on."""
        learning = [module for module in self.model.modules() if module.training]
        if learning:
            self.model.eval()
        try:
            with at_hand(self.model):
                yield
        finally:
            for module in learning:
                module.training = True

    def count(self, n: int) -> int:
        """A counter."""
        return n

    def array(self, values: Any) -> torch.Tensor:
        """Values as a tensor beside the model: int64, bool or floating."""
        tensor = values if isinstance(values, torch.Tensor) else torch.from_numpy(np.array(values))
        tensor = tensor.to(self.model.device)
        return tensor if tensor.is_floating_point() or tensor.dtype == torch.bool else tensor.long()

    def host(self, tensor: Any) -> np.ndarray:
        """A tensor as a NumPy array."""
        return tensor.detach().float().cpu().numpy() if tensor.dtype == torch.bfloat16 else tensor.detach().cpu().numpy()

    def given(self, tensor: Any) -> torch.Tensor:
        """A tensor for the user, who may go on to train with it."""
        return tensor.clone() if tensor.is_inference() else tensor
