"""What a module holds, past torch's lookup of attributes, which is a Python function of 0.7 µs."""

import torch


def own(layer: torch.nn.Module) -> tuple[torch.Tensor, torch.Tensor | None]:
    """A layer's weight and bias; by torch's lookup, where a tool (pruning, parametrisation) took them elsewhere."""
    held = layer._parameters
    try:
        return held["weight"], held["bias"]  # type: ignore[return-value]
    except KeyError:
        return layer.weight, layer.bias  # type: ignore[return-value]


def hooked(module: torch.nn.Module) -> bool:
    """Whether something else than the module's own forward runs when it is called."""
    own = module.__dict__
    return bool(own["_forward_pre_hooks"] or own["_forward_hooks"] or "forward" in own)
