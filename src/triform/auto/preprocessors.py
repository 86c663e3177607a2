"""AutoImageProcessor, AutoFeatureExtractor, AutoVideoProcessor and AutoProcessor."""

import os
from typing import Any, ClassVar

from triform.auto import custom
from triform.auto.choosing import Choice, image_choice, read_object
from triform.auto.config import TRUST
from triform.auto.tokenizer import AutoTokenizer
from triform.errors import MissingFileError, TriformError, UnsupportedTaskError, UsageError
from triform.processor_table import MODEL_PROCESSORS

VIDEO_FILES = ("video_preprocessor_config.json", "preprocessor_config.json")
PROCESSOR_FILES = ("processor_config.json", "preprocessor_config.json", "video_preprocessor_config.json", "tokenizer_config.json")


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

        Args:
            config: a config object, instead of the checkpoint's config.json.
            use_fast, backend: accepted; there is one kind of each.
            trust_remote_code: True to run the class that the checkpoint brings along, where triform has none; from the Hub only with
                `revision` (`code_revision`, for code in another repository) naming a commit.
            return_unused_kwargs: return (preprocessor, unused keywords).
            **kwargs: the Hub's keywords; every other one overrides a setting.

        Raises: MissingFileError; UnsupportedTaskError where triform has no such class for this checkpoint; RemoteCodeError.
        """
        from triform import hub

        where = {key: kwargs[key] for key in kwargs if key in hub.HUB_KEYWORDS}
        source = hub.locate(name_or_path, **where)
        config = kwargs.pop("config", None)
        trust = {key: kwargs.pop(key, None) for key in TRUST}
        registered = _registered(cls.__name__, source, config, cls._named(source))
        if registered is not None:
            return registered.from_pretrained(name_or_path, **kwargs)
        try:
            return cls._load(source, config, {key: value for key, value in kwargs.items() if key not in where})
        except UnsupportedTaskError:
            from triform.remote.gate import class_in_files

            brought = class_in_files(cls.__name__, source, cls.files, **trust)
            if brought is None:
                raise
            return brought.from_pretrained(name_or_path, **kwargs)

    @classmethod
    def _load(cls, source: Any, config: Any, kwargs: dict[str, Any]) -> Any:
        """What triform itself has for a source."""
        if not any(source.find(name) for name in cls.files):
            raise MissingFileError(f"{source.name} has none of {', '.join(cls.files)}, which {cls.__name__} reads.")
        raise cls._lacking(source, cls._named(source))

    @classmethod
    def _lacking(cls, source: Any, wanted: str | None) -> UnsupportedTaskError:
        import triform

        return UnsupportedTaskError(
            f"{cls.__name__}: {source.name} asks for {wanted or 'a class that it does not name'}, which triform {triform.__version__} "
            "does not have yet. The CHANGELOG of each release lists what it adds; a class of your own: "
            f"{cls.__name__}.register(ConfigClass, YourClass)."
        )

    @classmethod
    def _named(cls, source: Any) -> str | None:
        """The class that the checkpoint's files name."""
        for filename in cls.files:
            found = read_object(source, filename).get(cls.key)
            if isinstance(found, str):
                return found
        return None

    @classmethod
    def register(cls, config_class: type, preprocessor_class: type | None = None, exist_ok: bool = False, **named: Any) -> None:
        """Makes this Auto class give `preprocessor_class` for configs of `config_class`.

        Args:
            **named: the reference's names of the class, of which the last that is given counts: image_processor_class,
                slow_image_processor_class, fast_image_processor_class, feature_extractor_class, processor_class.

        Raises: RegistrationError where it is taken.
        """
        custom.register_class(
            "preprocessors", cls.__name__, config_class, custom.one_of(cls.__name__, preprocessor_class, named), False, exist_ok
        )

    @classmethod
    def unregister(cls, config_class: type) -> None:
        """Takes a registered class away."""
        custom.unregister("preprocessors", cls.__name__, config_class)


def _registered(auto: str, source: Any, config: Any, named: str | None) -> Any:
    """The class registered for the checkpoint's config, or under the name that its files say; None if there is none."""
    own = {config_class: cls for (name, config_class), cls in custom.CUSTOM.preprocessors.items() if name == auto}
    if not own:
        return None
    if config is None and source.find("config.json") is not None:
        from triform.auto.config import AutoConfig

        try:
            config = AutoConfig.from_pretrained(source)
        except TriformError:
            config = None
    found = None if config is None else own.get(type(config))
    return found or next((cls for cls in own.values() if cls.__name__ == named), None)


class AutoImageProcessor(AutoPreprocessor):
    """Prepares images: `AutoImageProcessor.from_pretrained(name_or_path)`.

    The class is that of preprocessor_config.json (image_processor_type, in older files feature_extractor_type) or processor_config.json,
    else that of config.json (image_processor_type, then model_type). `processor.resolution` says what decided.
    """

    key = "image_processor_type"

    @classmethod
    def _load(cls, source: Any, config: Any, kwargs: dict[str, Any]) -> Any:
        from triform.image.reading import load_processor

        filename = kwargs.pop("image_processor_filename", None)
        choice = image_choice(source, filename, config)
        if choice.cls is None:
            raise cls._lacking(source, choice.name)
        return load_processor(source, cls=choice.cls, resolution=choice.how, data=choice.data, **kwargs)


class AutoFeatureExtractor(AutoPreprocessor):
    """Prepares sound, or, as older files of vision models have it, images: `AutoFeatureExtractor.from_pretrained(name_or_path)`."""

    key = "feature_extractor_type"

    @classmethod
    def _load(cls, source: Any, config: Any, kwargs: dict[str, Any]) -> Any:
        if any(source.find(name) for name in cls.files):
            choice: Choice = image_choice(source, None, config)
            if choice.cls is not None:
                return AutoImageProcessor._load(source, config, kwargs)
        return super()._load(source, config, kwargs)


class AutoVideoProcessor(AutoPreprocessor):
    """Prepares videos: `AutoVideoProcessor.from_pretrained(name_or_path)`."""

    files = VIDEO_FILES
    key = "video_processor_type"


class AutoProcessor(AutoPreprocessor):
    """Prepares what a model of several kinds of input takes: `AutoProcessor.from_pretrained(name_or_path)`."""

    files = PROCESSOR_FILES
    key = "processor_class"

    @classmethod
    def _load(cls, source: Any, config: Any, kwargs: dict[str, Any]) -> Any:
        """The joined processor that the files name, or that the model type has; else, as the reference, the part that there is."""
        from triform.processors import processor_class

        own = config.to_dict() if config is not None else read_object(source, "config.json")
        name = cls._named(source) or own.get("processor_class") or MODEL_PROCESSORS.get(str(own.get("model_type")))
        found = processor_class(name) if isinstance(name, str) else None
        if found is not None:
            return found.from_pretrained(source, **kwargs)
        if name is not None:
            raise cls._lacking(source, str(name))
        causes = []
        for auto in (AutoTokenizer, AutoImageProcessor, AutoFeatureExtractor):
            try:
                return auto.from_pretrained(source, **kwargs)
            except TriformError as error:
                causes.append(f"{auto.__name__}: {error}")
        raise MissingFileError(f"{source.name} has no processor that triform reads. {' '.join(causes)}")
