"""Adapters (PEFT): a folder with adapter_config.json stands for the base model that it names, with the adapter put onto it."""

import dataclasses
import logging
from typing import Any

from triform import hub
from triform.errors import CorruptFileError, InputError, MissingFileError
from triform.options import LoadOptions

FILE = "adapter_config.json"
log = logging.getLogger("triform")


def with_base(source: Any, options: LoadOptions) -> tuple[Any, LoadOptions]:
    """(where the base model lies, options that name the adapter) of a source that may be an adapter.

    Raises: as `base_of`; MissingFileError where `options.adapter` is none.
    """
    if options.adapter is not None:
        given = hub.locate(options.adapter)
        given.require(FILE, "which makes it an adapter")
        return source, dataclasses.replace(options, adapter=given)
    base, adapter = (None, None) if source is None else base_of(source)
    return base, dataclasses.replace(options, adapter=adapter)


def base_of(source: Any) -> tuple[Any, Any]:
    """(where the base model lies, the adapter) of a source; (the source, None) where it is no adapter.

    A folder that holds weights beside its adapter is its own base; else the base is what adapter_config.json names.

    Raises: CorruptFileError, MissingFileError, InputError where the base cannot be found.
    """
    may_be = source.file is None and (source.is_local or source.find("config.json") is None)
    if not may_be or source.find(FILE) is None:
        return source, None
    base = source if _has_weights(source) else _base(source, read_settings(source))
    log.info("%s is an adapter for %s.", source.name, base.name)
    return base, source


def read_settings(source: Any) -> dict[str, Any]:
    """The parsed adapter_config.json. Raises CorruptFileError."""
    from triform.weights.json_files import read_json

    settings = read_json(source.require(FILE))
    if not isinstance(settings, dict) or not isinstance(settings.get("peft_type"), str):
        raise CorruptFileError(f"{source.name}: {FILE} has no peft_type; expected the settings of an adapter, as PEFT writes them.")
    return settings


def _has_weights(source: Any) -> bool:
    from triform.weights.finding import find_weights

    try:
        return source.find("config.json") is not None and find_weights(source) is not None
    except MissingFileError:
        return False


def _base(source: Any, settings: dict[str, Any]) -> Any:
    named, revision = settings.get("base_model_name_or_path"), settings.get("revision")
    if not isinstance(named, str) or not named:
        raise InputError(
            f"{source.name} is an adapter whose {FILE} names no base model (base_model_name_or_path). "
            "Load the base model, and pass adapter= with this adapter's name."
        )
    try:
        return hub.locate(named, revision=revision if isinstance(revision, str) else None)
    except (MissingFileError, InputError) as error:
        raise MissingFileError(
            f"{source.name} is an adapter for {named!r}, which is not there: {error} Load the base model from where it is, "
            "and pass adapter= with this adapter's name."
        ) from None
