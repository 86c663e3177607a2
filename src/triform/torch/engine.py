"""Runs the steps of decoding on PyTorch: as they are, without gradients."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch


@contextmanager
def at_hand(model: torch.nn.Module) -> Iterator[None]:
    """Lays parts and parameters where Python finds an attribute at once, meanwhile: torch's own lookup is a fifth of a small step's time.

    Left out are modules that something hooks into, since hooks may put other parameters in their place.
    """
    laid: list[tuple[dict[str, Any], list[str]]] = []
    try:
        for module in model.modules():
            own = module.__dict__
            if own["_forward_pre_hooks"] or own["_forward_hooks"] or "forward" in own:
                continue
            parts = {name: x for kind in ("_modules", "_parameters") for name, x in own[kind].items() if name not in own}
            own.update(parts)
            laid.append((own, list(parts)))
        yield
    finally:
        for own, names in laid:
            for name in names:
                own.pop(name, None)


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
    def evaluating(self) -> Iterator[None]:
        """Turns dropout off meanwhile."""
        training = self.model.training
        self.model.eval()
        try:
            with at_hand(self.model):
                yield
        finally:
            self.model.train(training)

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
