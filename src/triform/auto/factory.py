"""The Auto classes of models: one for each task and backend, all of them made here."""

import os
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, ClassVar

from triform.auto import custom
from triform.auto.config import TRUST, AutoConfig
from triform.auto.registry import ARCHITECTURES, BACKENDS, TASKS, Row, auto_classes, head, model_class
from triform.building import without_collection
from triform.configs.reading import gguf_alone
from triform.errors import ConfigError, MissingDependencyError, UnsupportedTaskError, UsageError

NEEDS = {"torch": ("torch",), "tf": ("tensorflow", "keras"), "flax": ("jax", "flax")}


class AutoModelBase:
    """What the Auto classes of models have in common. They are never made themselves: they give back the class that a checkpoint needs."""

    auto_class: ClassVar[str]
    backend: ClassVar[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        name = type(self).__name__
        raise UsageError(f"{name} is never made itself: use {name}.from_pretrained(name_or_path) or {name}.from_config(config).")

    @classmethod
    @without_collection()
    def from_pretrained(cls, name_or_path: Any, *args: Any, **kwargs: Any) -> Any:
        """The model of a folder or of a name on the Hub, loaded, in evaluation mode.

        Args:
            name_or_path: a folder, a repository's name, or None with `config` and `state_dict`.
            config: a config object, or where to find one. Default: the checkpoint's own.
            gguf_file: read this .gguf of the checkpoint; where there is no config.json, its metadata make the config.
            dtype: "auto" (default: what the checkpoint holds), a name such as "bfloat16", or a framework's dtype.
            trust_remote_code: True to run the class that the checkpoint brings along, where triform has none; from the Hub only with
                `revision` (`code_revision`, for code in another repository) naming a commit.
            **kwargs: see `triform.options.LoadOptions`; the Hub's keywords; fields of the config, which override the file's.

        Returns: a genuine model of the backend; with output_loading_info=True, the model and a dictionary.
        Raises: MissingFileError, CorruptFileError, ConfigError, UnknownArchitectureError, UnsupportedTaskError, WeightsMismatchError,
            UnknownKeywordError, MissingDependencyError, RemoteCodeError.
        """
        from triform.auto.loading import split_keywords

        source, where, config, overrides, rest = split_keywords(name_or_path, kwargs)
        trust = {key: rest[key] for key in TRUST if key in rest}
        if config is None or isinstance(config, (str, os.PathLike)):
            place: Any = source if config is None else config
            gguf = gguf_alone(source, rest.get("gguf_file")) if config is None else None
            config = AutoConfig.from_pretrained(place, gguf_file=gguf, **where, **trust, **overrides(rest))
        chosen = cls.class_for(config, source, **trust)
        rest.pop("code_revision", None)
        if is_foreign(chosen):
            return chosen.from_pretrained(name_or_path, *args, config=config, **where, **rest)
        return load_with(cls.backend, chosen)(source, *args, config=config, **rest)

    @classmethod
    @without_collection()
    def from_config(cls, config: Any, **kwargs: Any) -> Any:
        """A model with initial values, in training mode.

        Args:
            config: a config object.
            seed: the same seed gives the same values on every backend. Default: the framework's own generator.
            dtype: default: config.dtype, else float32.
            attn_implementation: "sdpa" or "eager".
            trust_remote_code, revision: as of from_pretrained; the code is that of the checkpoint which the config came from.
        """
        from triform import hub

        trust = {key: kwargs.pop(key) for key in TRUST if key in kwargs}
        revision = kwargs.pop("revision", trust.get("code_revision"))
        place = getattr(config, "name_or_path", None) if hasattr(config, "auto_map") else None
        chosen = cls.class_for(config, hub.locate(place, revision=revision) if place else None, **trust)
        return build_with(cls.backend, chosen)(config, **kwargs)

    @classmethod
    def class_for(cls, config: Any, source: Any = None, **trust: Any) -> Any:
        """The class that this Auto class has for a config object: one that was registered, triform's own, the checkpoint's own.

        Args:
            source: where the checkpoint lies, whose own code is considered by `trust` (see `auto.config.TRUST`).

        Raises: UnsupportedTaskError naming the Auto classes that take this config; MissingDependencyError; RemoteCodeError.
        """
        if not hasattr(config, "model_type"):
            raise ConfigError(
                f"{cls.__name__} needs a config object, but was given a {type(config).__name__}. Load one with "
                "AutoConfig.from_pretrained(name_or_path), or make one: AutoConfig.for_model(model_type, …)."
            )
        registered = custom.find_class("models", cls.__name__, config)
        if registered is not None:
            return registered
        require_backend(cls.backend, cls.__name__)
        architecture = architecture_of(config)
        found = None if architecture is None else head(architecture, cls.auto_class, config.architectures)
        if found is not None:
            return model_class(cls.backend, architecture, found)  # type: ignore[arg-type]
        brought = None
        if source is not None and getattr(config, "auto_map", None):
            from triform.remote.gate import remote_class

            brought = remote_class(config.auto_map, cls.__name__, source, **trust)
        if brought is None:
            raise UnsupportedTaskError(cls._unsupported(config, architecture))
        return brought

    @classmethod
    def _unsupported(cls, config: Any, architecture: Row | None) -> str:
        import triform

        what = type(config).__name__
        mark = BACKENDS[cls.backend]
        others = [name for (name, config_class) in custom.CUSTOM.models if config_class is type(config)]
        if architecture is None and not others:
            return f"{cls.__name__} knows no model for {what}. Register one: {cls.__name__}.register({what}, YourModel)."
        if architecture is not None and not any(head(row, cls.auto_class) for row in ARCHITECTURES.values()):
            return (
                f"{cls.__name__}: no architecture has a model for {TASKS[cls.auto_class]} in triform {triform.__version__} yet. "
                "The CHANGELOG of each release lists what it adds."
            )
        takes = [] if architecture is None else [f"{mark}{name} ({found})" for name, found in auto_classes(architecture).items()]
        return f"{what} has no class for {cls.__name__}. It has: {', '.join([*takes, *others])}."

    @classmethod
    def register(cls, config_class: type, model_class: type, exist_ok: bool = False) -> None:
        """Makes this Auto class give `model_class` for configs of `config_class`. Raises RegistrationError; see `custom.register_class`."""
        architecture = _own_row(config_class)
        builtin = architecture is not None and head(architecture, cls.auto_class) is not None
        custom.register_class("models", cls.__name__, config_class, model_class, builtin, exist_ok)

    @classmethod
    def unregister(cls, config_class: type) -> None:
        """Takes a registered class away."""
        custom.unregister("models", cls.__name__, config_class)


def part_class(backend: str, config: Any, auto_class: str) -> Any:
    """The class of the shared source that a composite model builds its part from.

    Raises: UnsupportedTaskError naming the Auto classes that take this config.
    """
    architecture = architecture_of(config)
    found = None if architecture is None else head(architecture, auto_class)
    if architecture is None or found is None:
        raise UnsupportedTaskError(auto_model(backend, auto_class)._unsupported(config, architecture))
    return getattr(import_module(f"triform.{backend}.models.{architecture.module}"), architecture.prefix + found)


def architecture_of(config: Any) -> Row | None:
    """The row of a config object of triform's own classes; a user's class has none."""
    for ancestor in type(config).__mro__:
        found = _own_row(ancestor)
        if found is not None:
            return found
    return None


@cache
def _own_row(config_class: type) -> Row | None:
    architecture = ARCHITECTURES.get(getattr(config_class, "model_type", ""))
    if architecture is None or config_class.__module__ != f"triform.configs.{architecture.module}":
        return None
    return architecture


def require_backend(backend: str, what: str) -> None:
    """Raises MissingDependencyError, with the command that helps, where a backend's packages are not installed."""
    absent = [name for name in NEEDS[backend] if find_spec(name) is None]
    if not absent:
        return
    there = [b for b in NEEDS if b != backend and all(find_spec(name) is not None for name in NEEDS[b])]
    hint = f" Installed here: {', '.join(f'{BACKENDS[b]}AutoModel… ({b})' for b in there)}." if there else ""
    raise MissingDependencyError(f'{what} needs {" and ".join(absent)}, not installed here: pip install "triform[{backend}]".{hint}')


def is_foreign(cls: Any) -> bool:
    """Whether a class loads itself by rules of its own: one made for the reference library."""
    return hasattr(cls, "from_pretrained") and not hasattr(cls, "adopt_checkpoint") and not hasattr(cls, "tree_class")


def load_with(backend: str, cls: Any) -> Any:
    """What loads a class: its own from_pretrained, or, for a plain module of the framework, the same rules applied to it."""
    if hasattr(cls, "from_pretrained"):
        return cls.from_pretrained
    return _plain(backend, cls).from_pretrained


def build_with(backend: str, cls: Any) -> Any:
    """What builds a class from a config, likewise."""
    if hasattr(cls, "from_pretrained"):
        return cls.from_config if hasattr(cls, "from_config") else cls
    return _plain(backend, cls).from_config


def _plain(backend: str, cls: Any) -> Any:
    from triform.plain import plain_class

    return plain_class(backend, cls)


@cache
def auto_model(backend: str, auto_class: str) -> type[AutoModelBase]:
    """The Auto class of a task on a backend: auto_model("tf", "AutoModelForMaskedLM") is TFAutoModelForMaskedLM."""
    name = BACKENDS[backend] + auto_class
    framework = {"torch": "PyTorch", "tf": "TensorFlow", "flax": "Flax"}[backend]
    body = {
        "auto_class": auto_class,
        "backend": backend,
        "__module__": "triform",
        "__doc__": f"Models for {TASKS[auto_class]}, on {framework}: `{name}.from_pretrained(name_or_path)`.",
    }
    return type(name, (AutoModelBase,), body)
