"""Which keyword of from_pretrained is for whom."""

from collections.abc import Callable
from typing import Any

from triform import hub


def split_keywords(
    name_or_path: Any, kwargs: dict[str, Any]
) -> tuple[dict[str, Any], Any, Callable[[dict[str, Any]], dict[str, Any]], dict[str, Any]]:
    """(the Hub's, config, a function that takes the config's fields out of the rest, the rest)."""
    rest = dict(kwargs)
    where = {key: rest.pop(key) for key in list(rest) if key in hub.HUB_KEYWORDS}
    config = rest.pop("config", None)

    def overrides(remaining: dict[str, Any]) -> dict[str, Any]:
        from triform.options import LOAD_KEYWORDS

        known = _fields_of(name_or_path, where)
        return {key: remaining.pop(key) for key in list(remaining) if key in known and key not in LOAD_KEYWORDS}

    return where, config, overrides, rest


def _fields_of(name_or_path: Any, where: dict[str, Any]) -> frozenset[str]:
    from triform.auto.config import class_in
    from triform.configs.base import PretrainedConfig

    data, _ = PretrainedConfig.get_config_dict(name_or_path, **where)
    return frozenset(class_in(data, name_or_path).known_fields()) | frozenset(k for k in data if not k.startswith("_"))
