"""Public names -> where they lie. Resolved when somebody asks for one, so that importing triform costs nothing."""

from importlib import import_module
from typing import Any

from triform.auto.registry import BACKENDS, PREPROCESSORS, TASKS, locate_class, public_classes
from triform.errors import nearest

# Names that are not made from the table -> module.
PLAIN = {
    "AutoConfig": "triform.auto.config",
    "AutoTokenizer": "triform.auto.tokenizer",
    "AutoImageProcessor": "triform.auto.preprocessors",
    "AutoFeatureExtractor": "triform.auto.preprocessors",
    "AutoVideoProcessor": "triform.auto.preprocessors",
    "AutoProcessor": "triform.auto.preprocessors",
    "PretrainedConfig": "triform.configs.base",
    "GenerationConfig": "triform.configs.generation",
    "ModelOutput": "triform.outputs",
    "AddedToken": "triform.text",
    "BatchEncoding": "triform.text",
    "BatchFeature": "triform.features",
    "ImageProcessor": "triform.image.processor",
    "BaseImageProcessor": "triform.image.processor",
    "PreTrainedTokenizer": "triform.text",
    "PreTrainedTokenizerFast": "triform.text",
    "TextStreamer": "triform.text.streamers",
    "TextIteratorStreamer": "triform.text.streamers",
    "CallbackStreamer": "triform.text.streamers",
    "list_models": "triform.auto.listing",
    "save_pretrained": "triform.plain",
    "Embedder": "triform.embedding.embedder",
    "embed": "triform.embedding.embedder",
}
PREPROCESSING = {  # part of a class name -> where such classes lie
    "Tokenizer": "triform.text",
    "ImageProcessor": "triform.image",
    "FeatureExtractor": "triform.image",
    "Processor": "triform.processors",
}
BASES = {"PreTrainedModel": "torch", "TFPreTrainedModel": "tf", "FlaxPreTrainedModel": "flax"}
OTHER_NAMES = {"PreTrainedConfig": "PretrainedConfig"}  # the reference's version 5


def backend_class(backend: str, name: str) -> Any:
    """A model class by its usual name, such as backend_class("torch", "BertModel"). Raises AttributeError, naming the nearest."""
    place = locate_class(name)
    if place is None or place[1] != "model":
        raise AttributeError(f"triform.{backend} has no {name!r}.{nearest(name, public_classes())}")
    return import_module(f"triform.{backend}").architecture_class(place[0], name)


def public(name: str) -> Any:
    """What `triform.<name>` is. Raises AttributeError, naming the nearest."""
    name = OTHER_NAMES.get(name, name)
    if name in PLAIN:
        return getattr(import_module(PLAIN[name]), name)
    if name in BASES:
        return _base(BASES[name], name)
    backend, bare = _split(name)
    if bare in TASKS:
        from triform.auto.factory import auto_model

        return auto_model(backend, bare)
    place = locate_class(bare)
    if place is not None and place[1] == "config" and backend == "torch":
        return getattr(import_module(f"triform.configs.{place[0]}"), bare)
    if place is not None and place[1] == "model":
        from triform.auto.factory import require_backend

        require_backend(backend, name)
        return backend_class(backend, bare)
    preprocessor = _preprocessor(name)
    if preprocessor is not None:
        return preprocessor
    raise AttributeError(f"triform has no {name!r}.{nearest(name, [*names(), *_preprocessors(name)])}")


def names() -> list[str]:
    """Every public name."""
    autos = [mark + task for mark in BACKENDS.values() for task in TASKS]
    models = [mark + cls for mark in BACKENDS.values() for cls in public_classes()]
    return [*PLAIN, *BASES, *PREPROCESSORS, *autos, *models, *configs()]


def configs() -> list[str]:
    """The names of all config classes."""
    from triform.auto.registry import ARCHITECTURES

    return sorted({f"{row.prefix}Config" for row in ARCHITECTURES.values()})


def _split(name: str) -> tuple[str, str]:
    """(backend, name without its mark): "TFAutoModel" -> ("tf", "AutoModel")."""
    for backend, mark in BACKENDS.items():
        bare = name.removeprefix(mark)
        if mark and bare != name and (bare in TASKS or locate_class(bare) is not None):
            return backend, bare
    return "torch", name


def _preprocessor(name: str) -> Any:
    """A tokenizer's, image processor's or processor's class by its usual name; None if there is none."""
    for part, module in PREPROCESSING.items():
        if part in name:
            return getattr(import_module(module), name, None)
    return None


def _preprocessors(name: str) -> list[str]:
    """The names that a slip in one of a tokenizer, image processor or processor may have meant."""
    if "oken" in name:
        from triform.text.families import families as tokenizers

        return list(tokenizers())
    if "roc" not in name and "xtract" not in name:
        return []
    from triform.image.families import families
    from triform.processor_table import PROCESSORS

    return [*families(), *PROCESSORS]


def _base(backend: str, name: str) -> Any:
    """The public base class of a backend; a stand-in that explains itself where the backend is not installed."""
    from triform.auto.factory import require_backend
    from triform.errors import MissingDependencyError

    try:
        require_backend(backend, name)
    except MissingDependencyError as error:
        return _absent(name, str(error))
    return getattr(import_module(f"triform.{backend}"), name)


def _absent(name: str, message: str) -> type:
    from triform.errors import MissingDependencyError

    def refuse(self: Any, *args: Any, **kwargs: Any) -> None:
        raise MissingDependencyError(message)

    def from_pretrained(cls: type, *args: Any, **kwargs: Any) -> None:
        raise MissingDependencyError(message)

    return type(
        name, (), {"__init__": refuse, "from_pretrained": classmethod(from_pretrained), "__doc__": message, "__module__": "triform"}
    )
