"""An image processor from its files."""

from pathlib import Path
from typing import Any

from triform.errors import CorruptFileError, InputError, MissingFileError, UnknownKeywordError, nearest
from triform.image.families import families, processor_class
from triform.image.fields import read_fields
from triform.image.processor import ImageProcessor

CONFIG_FILE, JOINED_FILE = "preprocessor_config.json", "processor_config.json"
DROPPED = (
    "use_fast",
    "trust_remote_code",
    "code_revision",
    "config",
    "_from_auto",
    "_from_pipeline",
    "backend",
    "image_processor_filename",
)
NO_SETTINGS = ("image_processor_type", "feature_extractor_type", "auto_map", "processor_class", "_processor_class", "transformers_version")


def load_processor(name_or_path: Any, *, cls: Any = None, resolution: str = "", data: dict[str, Any] | None = None, **kwargs: Any) -> Any:
    """The image processor of a source.

    Args:
        cls: the class to make; default: the one that the files name.
        resolution: what decided that, for `processor.resolution`. data: its settings, where they were read already.
        **kwargs: the Hub's keywords; settings, which override the files'; return_unused_kwargs.

    Raises: MissingFileError, CorruptFileError, UnknownKeywordError.
    """
    from triform import hub

    where = {key: kwargs.pop(key) for key in list(kwargs) if key in hub.HUB_KEYWORDS}
    source = hub.locate(name_or_path, **where)
    if data is None:
        data, _ = read_settings(source, kwargs.get("image_processor_filename"))
    if cls is None or not hasattr(cls, "family"):
        cls = named_class(data) or cls
    made = from_fields(cls, data, kwargs, str(source.name))
    processor = made[0] if isinstance(made, tuple) else made
    processor.name_or_path, processor.resolution = str(source.name), resolution or f"{CONFIG_FILE}: read as {cls.__name__}"
    return made


def named_class(data: dict[str, Any]) -> Any:
    """The class that settings name; None where they name none that is known."""
    name = data.get("image_processor_type") or data.get("feature_extractor_type")
    return processor_class(name) if isinstance(name, str) else None


def read_settings(source: Any, filename: str | None = None) -> tuple[dict[str, Any], str]:
    """(the settings, the file that they are in). Raises MissingFileError, CorruptFileError."""
    for name in (filename,) if filename else (CONFIG_FILE, JOINED_FILE):
        path = source.find(name)
        if path is None:
            continue
        data = read_object(path)
        nested = data.get("image_processor")
        if isinstance(nested, dict):
            return nested, f"{name}: image_processor"
        if name != JOINED_FILE or "image_processor_type" in data:
            return data, name
    given = getattr(source, "file", None)
    if given is not None and str(given).endswith(".json"):
        return read_object(given), str(given)
    source.require(filename or CONFIG_FILE, "with the settings of an image processor")
    raise MissingFileError(f"{source.name} has no settings of an image processor.")


def read_object(path: Path) -> dict[str, Any]:
    """A JSON object. Raises CorruptFileError."""
    from triform.configs.reading import read_config_dict
    from triform.errors import ConfigError

    try:
        return read_config_dict(path, str(path))
    except ConfigError as error:
        raise CorruptFileError(str(error)) from None


def from_fields(cls: type[ImageProcessor], data: dict[str, Any], kwargs: dict[str, Any], label: str = "") -> Any:
    """A processor of settings that a file states, of which unknown ones are kept, and of keywords, of which they are not."""
    family = cls.family
    give_unused = kwargs.pop("return_unused_kwargs", False)
    renamed = {family.older.get(name, name): value for name, value in data.items() if name not in NO_SETTINGS and not name.startswith("_")}
    changes = {family.older.get(name, name): value for name, value in kwargs.items() if name not in DROPPED}
    known = {*family.fields, *renamed, "processor_class"}
    unused = {name: value for name, value in changes.items() if name not in known}
    if unused and not give_unused:
        from triform import hub

        first = next(iter(unused))
        raise UnknownKeywordError(
            f"{cls.__name__} has no setting {first!r}.{nearest(first, {*known, *hub.HUB_KEYWORDS})} It has: {', '.join(family.fields)}."
        )
    stated = _bounds_joined({**renamed, **{name: value for name, value in changes.items() if name in known}}, family)
    stated.pop("", None)
    made = cls()
    own = {name: value for name, value in stated.items() if name in family.fields}
    try:
        made.__dict__.update(read_fields(own, family, f"{label or cls.__name__} as {cls.__name__}"))
    except InputError as error:
        if any(name in changes for name in own) or not label:
            raise
        raise CorruptFileError(str(error)) from None
    made.__dict__.update({name: value for name, value in stated.items() if name not in family.fields})
    if made.processor_class is None and isinstance(data.get("processor_class"), str):
        made.processor_class = data["processor_class"]
    return (made, unused) if give_unused else made


def _bounds_joined(stated: dict[str, Any], family: Any) -> dict[str, Any]:
    """Older files keep the longest edge beside a `size` that is a number, as `max_size`; and say of CLIP that a number is a square."""
    longest, size = stated.get("max_size"), stated.get("size")
    number = isinstance(size, (int, float)) and not isinstance(size, bool)
    if family.sizes.get("size") == "bounded" and longest is not None:
        stated = {name: value for name, value in stated.items() if name != "max_size"}
        if number:
            stated["size"] = {"shortest_edge": size, "longest_edge": longest}
    if stated.pop("use_square_size", False) and number:
        stated["size"] = {"height": size, "width": size}
    return stated


def known_names() -> list[str]:
    """The names of all classes of image processors."""
    return sorted(families())
