"""Which keyword of from_pretrained is for whom."""

from collections.abc import Callable
from typing import Any

from triform import hub
from triform.adapters import base_of
from triform.auto.config import TRUST, class_in
from triform.configs.reading import gguf_alone


def split_keywords(
    name_or_path: Any, kwargs: dict[str, Any]
) -> tuple[Any, dict[str, Any], Any, Callable[[dict[str, Any]], dict[str, Any]], dict[str, Any]]:
    """(where the model lies, the Hub's keywords, config, a function that takes the config's fields out of the rest, the rest)."""
    rest = dict(kwargs)
    where = {key: rest.pop(key) for key in list(rest) if key in hub.HUB_KEYWORDS}
    config = rest.pop("config", None)
    source = None if name_or_path is None else hub.locate(name_or_path, **where)
    if source is not None and rest.get("adapter") is None:
        source, adapter = base_of(source)
        rest |= {} if adapter is None else {"adapter": adapter}

    def overrides(remaining: dict[str, Any]) -> dict[str, Any]:
        from triform.options import LOAD_KEYWORDS

        known = _fields_of(source, gguf_alone(source, rest.get("gguf_file")), {key: rest[key] for key in TRUST if key in rest})
        return {key: remaining.pop(key) for key in list(remaining) if key in known and key not in LOAD_KEYWORDS}

    return source, where, config, overrides, rest


def _fields_of(source: Any, gguf: str | None, trust: dict[str, Any]) -> frozenset[str]:
    from triform.configs.base import PretrainedConfig

    data, _ = PretrainedConfig.get_config_dict(source, gguf_file=gguf)
    chosen = class_in(data, source.name, source, **trust)
    known = chosen.known_fields() if hasattr(chosen, "known_fields") else chosen().to_dict()  # a config class of the reference's
    return frozenset(known) | frozenset(k for k in data if not k.startswith("_"))
