"""Which image processor a checkpoint has, and which file and key decide it. Shared by the Auto classes and by `triform explain`."""

import json
from dataclasses import dataclass
from typing import Any

from triform.auto.image_table import IMAGE_PROCESSORS


@dataclass(frozen=True)
class Choice:
    """A class, chosen.

    Attributes:
        data: the settings. name: the class that was asked for, if any. how: file and key. cls: the class, if triform has it.
    """

    data: dict[str, Any]
    name: str | None
    how: str
    cls: Any


def image_choice(source: Any, filename: str | None = None, config: Any = None) -> Choice:
    """The image processor of a checkpoint. Raises MissingFileError where no file has settings of one, CorruptFileError."""
    from triform.image.families import processor_class
    from triform.image.reading import read_settings

    data, where = read_settings(source, filename)
    own = config.to_dict() if config is not None else read_object(source, "config.json")
    for key, settings, file in (
        ("image_processor_type", data, where), ("feature_extractor_type", data, where), ("image_processor_type", own, "config.json"),
    ):  # fmt: skip
        name = settings.get(key)
        if isinstance(name, str):
            return Choice(data, name, f"{file}: {key}", processor_class(name))
    model_type = own.get("model_type")
    name = IMAGE_PROCESSORS.get(model_type) if isinstance(model_type, str) else None
    how = f"config.json: model_type {model_type!r}; settings from {where}"
    return Choice(data, name, how, processor_class(name) if name else None)


def read_object(source: Any, filename: str) -> dict[str, Any]:
    """A JSON object of a source; {} where there is none, or none that can be read."""
    path = source.find(filename)
    if path is None:
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError):
        return {}
    return data if isinstance(data, dict) else {}
