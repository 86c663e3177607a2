"""AutoConfig: the right configuration for a name or a folder."""

from typing import Any

from triform.auto import custom
from triform.auto.registry import ARCHITECTURES, config_class
from triform.errors import ConfigError, RegistrationError, RemoteCodeError, UnknownArchitectureError, UsageError, nearest

TRUST = ("trust_remote_code", "code_revision")  # the keywords about code that a checkpoint brings along


class AutoConfig:
    """Finds the configuration class of a checkpoint and gives it back loaded. No framework is imported."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise UsageError(
            "AutoConfig is never made itself: use AutoConfig.from_pretrained(name_or_path) or AutoConfig.for_model(model_type)."
        )

    @classmethod
    def for_model(cls, model_type: str, **kwargs: Any) -> Any:
        """A fresh configuration of a model type. Raises UnknownArchitectureError, naming the nearest."""
        return class_for(model_type)(**kwargs)

    @classmethod
    def from_pretrained(cls, name_or_path: Any, **kwargs: Any) -> Any:
        """The configuration of a folder, of a config.json or a .gguf, or of a name on the Hub.

        Args:
            name_or_path: a folder, a JSON file, a .gguf, or a repository's name.
            gguf_file: what the metadata of this .gguf of the checkpoint say, and not what config.json says.
            return_unused_kwargs: return (config, unused keywords).
            trust_remote_code: True to run the config class that the checkpoint brings along, where triform has none for it; from the Hub
                only with `revision` (or `code_revision`, for code in another repository) naming a commit.
            **kwargs: the Hub's keywords (revision, subfolder, token, cache_dir, …); every other one overrides a field of the config.

        Raises: MissingFileError, ConfigError, UnknownArchitectureError, RemoteCodeError.
        """
        from triform import hub
        from triform.configs.base import PretrainedConfig

        trust = {key: kwargs.pop(key, None) for key in TRUST}
        where = {key: kwargs.pop(key) for key in list(kwargs) if key in hub.HUB_KEYWORDS}
        source = hub.locate(name_or_path, **where)
        data, unused = PretrainedConfig.get_config_dict(source, **kwargs)
        chosen = class_in(data, source.name, source, **trust)
        if "auto_map" in data and not source.is_local:
            from triform.remote.entries import qualified

            data["auto_map"] = qualified(data["auto_map"], str(source.name))
        return chosen.from_dict(data, **unused)

    @staticmethod
    def register(model_type: str, config: type, exist_ok: bool = False) -> None:
        """Makes AutoConfig give `config` for checkpoints of `model_type`. Raises RegistrationError where they disagree or it is taken."""
        custom.register_config(model_type, config, exist_ok)

    @staticmethod
    def unregister(model_type: str) -> None:
        """Takes a registered type away. Raises RegistrationError where none is."""
        if custom.CUSTOM.configs.pop(model_type, None) is None:
            raise RegistrationError(f"No config is registered for model_type {model_type!r}.{nearest(model_type, custom.CUSTOM.configs)}")


def class_for(model_type: str) -> Any:
    """The config class of a model type, a registered one first."""
    from triform.auto.plugins import load_plugins

    registered = custom.CUSTOM.configs.get(model_type)
    if registered is None and model_type not in ARCHITECTURES:
        load_plugins()
        registered = custom.CUSTOM.configs.get(model_type)
    return registered or config_class(model_type)


def class_in(data: dict[str, Any], label: Any, source: Any = None, **trust: Any) -> Any:
    """The config class that a parsed config.json asks for; one that a `source` brings along is considered too, by `trust` (see TRUST)."""
    import triform

    model_type = data.get("model_type")
    if model_type is None and "pretrained_cfg" in data:
        model_type = "timm_wrapper"
    if not isinstance(model_type, str):
        found = "no model_type" if model_type is None else f"model_type {model_type!r}, which is no text"
        raise ConfigError(f'{label}: config.json has {found}. Add the architecture\'s name, such as "model_type": "bert".')
    try:
        return class_for(model_type)
    except UnknownArchitectureError:
        known = [*ARCHITECTURES, *custom.CUSTOM.configs]
        about = [f"triform {triform.__version__}"]
        if data.get("architectures"):
            about.append(f"the checkpoint was made as {', '.join(map(str, data['architectures']))}")
        message = f"No architecture for model_type {model_type!r} ({label}; {'; '.join(about)}).{nearest(model_type, known)}"
        if source is not None and isinstance(data.get("auto_map"), dict) and "AutoConfig" in data["auto_map"]:
            from triform.remote.gate import remote_class

            try:
                return remote_class(data["auto_map"], "AutoConfig", source, **trust)
            except RemoteCodeError as error:
                raise RemoteCodeError(f"{message} {error}") from error.__cause__
        raise UnknownArchitectureError(f"{message} triform.list_models() has all; a class of your own: AutoConfig.register.") from None
