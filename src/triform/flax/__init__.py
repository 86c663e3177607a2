"""triform on Flax: every architecture as a genuine nnx.Module, under its usual name (`triform.flax.BertModel`)."""

from typing import Any

from triform.auto.factory import require_backend

require_backend("flax", "triform.flax")


def architecture_class(module: str, name: str) -> Any:
    """A class of an architecture's file."""
    from importlib import import_module

    return getattr(import_module(f"triform.flax.models.{module}"), name)


def __getattr__(name: str) -> Any:
    if name == "FlaxPreTrainedModel":
        from triform.flax.pretrained import FlaxPreTrainedModel

        return FlaxPreTrainedModel
    from triform.auto.names import backend_class

    return backend_class("flax", name)


def __dir__() -> list[str]:
    from triform.auto.registry import public_classes

    return ["FlaxPreTrainedModel", *public_classes()]
