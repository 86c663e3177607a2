"""Users' own classes: what `register` adds to the table, and `unregister` takes away. Matched by identity, never by name."""

from dataclasses import dataclass, field
from typing import Any

from triform.auto.registry import ARCHITECTURES
from triform.errors import RegistrationError


@dataclass
class Custom:
    """Everything registered in this process.

    Attributes:
        configs: model type -> config class.
        models: (Auto class, config class) -> model class.
        preprocessors: (Auto class, config class) -> class.
    """

    configs: dict[str, type] = field(default_factory=dict)
    models: dict[tuple[str, type], type] = field(default_factory=dict)
    preprocessors: dict[tuple[str, type], type] = field(default_factory=dict)


CUSTOM = Custom()


def register_config(model_type: str, config: Any, exist_ok: bool = False) -> None:
    """Adds a config class.

    Raises: RegistrationError where `config` is no class, its `model_type` is another, or the type is taken.
    """
    if not isinstance(config, type):
        raise RegistrationError(f"AutoConfig.register({model_type!r}, …) needs a config class, but was given {config!r}.")
    own = getattr(config, "model_type", None)
    if own != model_type:
        raise RegistrationError(
            f"{config.__name__}.model_type is {own!r}, but it is to be registered as {model_type!r}. Make the two agree."
        )
    taken = model_type in ARCHITECTURES or (model_type in CUSTOM.configs and CUSTOM.configs[model_type] is not config)
    if taken and not exist_ok:
        whose = "triform's own" if model_type in ARCHITECTURES else CUSTOM.configs[model_type].__qualname__
        raise RegistrationError(f"model_type {model_type!r} is taken ({whose}). Choose another, or pass exist_ok=True.")
    CUSTOM.configs[model_type] = config


def register_class(kind: str, auto_class: str, config: Any, cls: Any, builtin: bool, exist_ok: bool = False) -> None:
    """Adds a model or preprocessor class for a config class.

    Args:
        kind: "models" or "preprocessors".
        builtin: the config has such a class of triform's own.
    Raises: RegistrationError where one of both is no class, the class is for another config, or the place is taken.
    """
    for what, given in (("config", config), ("class", cls)):
        if not isinstance(given, type):
            raise RegistrationError(f"{auto_class}.register needs a {what} class, but was given {given!r}.")
    declared = getattr(cls, "config_class", None)
    if declared is not None and declared is not config:
        raise RegistrationError(
            f"{auto_class}.register: {cls.__qualname__}.config_class is {declared.__qualname__}, not "
            f"{config.__qualname__}. Make the two agree."
        )
    table = getattr(CUSTOM, kind)
    before = table.get((auto_class, config))
    if not exist_ok and (builtin or (before is not None and before is not cls)):
        whose = "triform's own" if before is None else before.__qualname__
        raise RegistrationError(
            f"{auto_class} already has a class for {config.__qualname__} ({whose}). "
            "Pass exist_ok=True to replace it, or unregister it first."
        )
    table[auto_class, config] = cls


def one_of(auto_class: str, given: Any, named: dict[str, Any]) -> Any:
    """The class that `register` was given, by position or by one of the reference's names. Raises RegistrationError."""
    wrong = [name for name in named if not name.endswith("_class")]
    if wrong:
        raise RegistrationError(f"{auto_class}.register takes no {wrong[0]!r}. It takes: config_class, preprocessor_class, exist_ok.")
    chosen = [cls for cls in (given, *named.values()) if cls is not None]
    if not chosen:
        raise RegistrationError(f"{auto_class}.register needs a class, and was given none.")
    return chosen[-1]


def find_class(kind: str, auto_class: str, config: Any) -> Any:
    """The class registered for a config object's own class; None if there is none."""
    return getattr(CUSTOM, kind).get((auto_class, type(config)))


def unregister(kind: str, auto_class: str, config: type) -> None:
    """Takes a class away. Raises RegistrationError where none was registered."""
    if getattr(CUSTOM, kind).pop((auto_class, config), None) is None:
        raise RegistrationError(f"Nothing is registered with {auto_class} for {getattr(config, '__qualname__', config)!r}.")
