"""Models that are nobody's subclass: a torch.nn.Module, keras.Model or nnx.Module with `config_class` and `__init__(config)`.

They are built, loaded and saved by the rules of all others; what the user gets is the module itself.
"""

import os
import sys
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any, ClassVar

from triform.errors import InputError
from triform.pretrained import Pretrained


class PlainModel(Pretrained):
    """A frame around a user's module, for as long as it is being built, loaded or saved."""

    wraps: ClassVar[Any] = None

    def __init__(self, config: Any, *args: Any, module: Any = None, **kwargs: Any) -> None:
        self.config = config
        self.module = type(self).make(config, *args, **kwargs) if module is None else module
        if getattr(self.module, "config", None) is None:
            self.module.config = config

    @classmethod
    def make(cls, config: Any, *args: Any, **kwargs: Any) -> Any:
        """The user's module."""
        return cls.wraps(config, *args, **kwargs)

    @classmethod
    def _build(cls, config: Any, extra: Mapping[str, Any], args: tuple[Any, ...] = ()) -> Any:
        return cls(config, *args, **extra)

    @classmethod
    def _handed(cls, model: Any) -> Any:
        return model.module

    def __getattr__(self, name: str) -> Any:
        if name == "module":
            raise AttributeError(name)
        return getattr(self.module, name)


@cache
def plain_class(backend: str, cls: Any) -> Any:
    """The frame for a user's class, of the same name."""
    base = import_module(f"triform.{backend}.plain").Plain
    prefix = getattr(cls, "base_model_prefix", "") or getattr(cls, "prefix", "")
    body = {"wraps": cls, "config_class": getattr(cls, "config_class", None), "prefix": prefix if isinstance(prefix, str) else ""}
    return type(cls.__name__, (base,), {**body, "__module__": cls.__module__})


def save_pretrained(model: Any, folder: str | os.PathLike[str], **kwargs: Any) -> None:
    """Saves any model: one of triform's, or a plain module that an Auto class built; `from_pretrained` of that Auto class reads it.

    Args:
        model: a torch.nn.Module, keras.Model or nnx.Module; a plain one needs an attribute `config`.
        **kwargs: see `Pretrained.save_pretrained`.
    Raises: InputError where the model has no config, or is none of these.
    """
    if hasattr(model, "save_pretrained"):
        model.save_pretrained(folder, **kwargs)
        return
    config = getattr(model, "config", None)
    if config is None or not hasattr(config, "to_json_string"):
        raise InputError(
            f"{type(model).__name__} has no `config`, without which it could not be loaded again. Set it to its PretrainedConfig."
        )
    kind: Any = type(model)
    frame = plain_class(backend_of(model), kind)
    frame(config, module=model).save_pretrained(folder, **kwargs)


def backend_of(model: Any) -> str:
    """Which framework a module is of. Only frameworks that are imported already are asked."""
    for backend, module, name in (("torch", "torch.nn", "Module"), ("flax", "flax.nnx", "Module"), ("tf", "keras", "Model")):
        loaded = sys.modules.get(module)
        if loaded is not None and isinstance(model, getattr(loaded, name)):
            return backend
    raise InputError(f"{type(model).__name__} is no torch.nn.Module, keras.Model or nnx.Module.")
