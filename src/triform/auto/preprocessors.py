"""AutoImageProcessor, AutoFeatureExtractor, AutoVideoProcessor and AutoProcessor."""

import json
import os
from typing import Any, ClassVar

from triform.auto import custom
from triform.errors import MissingFileError, UnsupportedTaskError, UsageError


class AutoPreprocessor:
    """What these Auto classes have in common: a class that was registered for the checkpoint's config is found and loaded."""

    files: ClassVar[tuple[str, ...]] = ("preprocessor_config.json", "processor_config.json")
    key: ClassVar[str] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        name = type(self).__name__
        raise UsageError(f"{name} is never made itself: use {name}.from_pretrained(name_or_path).")

    @classmethod
    def from_pretrained(cls, name_or_path: str | os.PathLike[str], **kwargs: Any) -> Any:
        """The preprocessor of a folder or of a name on the Hub.

        Raises: MissingFileError; UnsupportedTaskError where triform has no such class for this checkpoint.
        """
        from triform import hub
        from triform.auto.config import AutoConfig

        where = {key: kwargs[key] for key in kwargs if key in hub.HUB_KEYWORDS}
        source = hub.locate(name_or_path, **where)
        wanted = cls._named(source)
        config = kwargs.pop("config", None)
        if config is None and source.find("config.json") is not None:
            config = AutoConfig.from_pretrained(source)
        registered = None if config is None else custom.find_class("preprocessors", cls.__name__, config)
        if registered is None and wanted is not None:
            registered = next(
                (c for (auto, _), c in custom.CUSTOM.preprocessors.items() if auto == cls.__name__ and c.__name__ == wanted), None
            )
        if registered is not None:
            return registered.from_pretrained(name_or_path, **kwargs)
        if wanted is None and not any(source.find(name) for name in cls.files):
            raise MissingFileError(f"{source.name} has none of {', '.join(cls.files)}, which {cls.__name__} reads.")
        import triform

        raise UnsupportedTaskError(
            f"{cls.__name__}: {source.name} asks for {wanted or 'a class that it does not name'}, which triform {triform.__version__} "
            "does not have yet. The CHANGELOG of each release lists what it adds; a class of your own: "
            f"{cls.__name__}.register(ConfigClass, YourClass)."
        )

    @classmethod
    def _named(cls, source: Any) -> str | None:
        """The class that the checkpoint's files name."""
        for filename in cls.files:
            path = source.find(filename)
            if path is not None:
                try:
                    data = json.loads(path.read_text(encoding="utf-8"))
                except (ValueError, OSError):
                    continue
                if isinstance(data, dict) and isinstance(data.get(cls.key), str):
                    return data[cls.key]
        return None

    @classmethod
    def register(cls, config_class: type, preprocessor_class: type, exist_ok: bool = False) -> None:
        """Makes this Auto class give `preprocessor_class` for configs of `config_class`. Raises RegistrationError where it is taken."""
        custom.register_class("preprocessors", cls.__name__, config_class, preprocessor_class, False, exist_ok)

    @classmethod
    def unregister(cls, config_class: type) -> None:
        """Takes a registered class away."""
        custom.unregister("preprocessors", cls.__name__, config_class)


class AutoImageProcessor(AutoPreprocessor):
    """Prepares images: `AutoImageProcessor.from_pretrained(name_or_path)`."""

    key = "image_processor_type"


class AutoFeatureExtractor(AutoPreprocessor):
    """Prepares sound: `AutoFeatureExtractor.from_pretrained(name_or_path)`."""

    key = "feature_extractor_type"


class AutoVideoProcessor(AutoPreprocessor):
    """Prepares videos: `AutoVideoProcessor.from_pretrained(name_or_path)`."""

    files = ("video_preprocessor_config.json", "preprocessor_config.json")
    key = "video_processor_type"


class AutoProcessor(AutoPreprocessor):
    """Prepares what a model of several kinds of input takes: `AutoProcessor.from_pretrained(name_or_path)`."""

    files = ("processor_config.json", "preprocessor_config.json", "video_preprocessor_config.json", "tokenizer_config.json")
    key = "processor_class"
