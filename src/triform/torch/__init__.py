"""triform on PyTorch: every architecture as a genuine torch.nn.Module, under its usual name (`triform.torch.BertModel`)."""

from typing import Any

from triform.auto.factory import require_backend

require_backend("torch", "triform.torch")


def architecture_class(module: str, name: str) -> Any:
    """A class of an architecture's file."""
    from importlib import import_module

    return getattr(import_module(f"triform.torch.models.{module}"), name)


def __getattr__(name: str) -> Any:
    if name == "PreTrainedModel":
        from triform.torch.pretrained import PreTrainedModel

        return PreTrainedModel
    from triform.auto.names import backend_class

    return backend_class("torch", name)


def __dir__() -> list[str]:
    from triform.auto.registry import public_classes

    return ["PreTrainedModel", *public_classes()]
