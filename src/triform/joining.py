"""A model of several parts, each of which comes from a checkpoint of its own."""

from collections.abc import Callable, Mapping
from typing import Any

from triform import building
from triform.errors import InputError, UnknownKeywordError, nearest
from triform.options import LOAD_KEYWORDS, LoadOptions
from triform.weights.report import LoadingReport


def load_parts(cls: Any, places: Mapping[str, Any], join: Callable[..., Any], options: dict[str, Any]) -> Any:
    """See `triform.nn.Model.from_parts`.

    Raises: InputError where a part has no checkpoint; UnknownKeywordError; whatever loading raises.
    """
    rest = dict(options)
    whole = cls.config_class.known_fields() - set(places)
    given = {part: _taken(part, rest, whole) for part in places}
    unknown = [name for name in rest if name not in whole]
    if unknown:
        known = [*whole, *(f"{part}_{name}" for part in places for name in ("model", "config", *sorted(LOAD_KEYWORDS)))]
        raise UnknownKeywordError(f"{cls.__name__} takes no {unknown[0]!r}.{nearest(unknown[0], known)}")
    opened = {part: _opened(cls, part, place, given[part]) for part, place in places.items()}
    config = join(**{part: found[0] for part, found in opened.items()}, **rest)
    with building.without_collection():
        with building.skeleton():
            model = cls._build(config, {})
        model.retie()
        whole_report = LoadingReport(f"{cls.__name__} ({cls.backend})", "; ".join(found[2] for found in opened.values()))
        for part, (_, checkpoint, label, loading) in opened.items():
            inner = getattr(model, part)
            inner.prepare(checkpoint)
            report = inner.adopt_checkpoint(checkpoint, label, loading)
            whole_report.missing += [f"{part}.{name}" for name in report.missing]
            whole_report.unexpected += [f"{part}.{name}" for name in report.unexpected]
            whole_report.dtype = whole_report.dtype or report.dtype
        between = [slot for slot in model.slots() if not slot.filled]
        model.start(between, whole_report.dtype)
        whole_report.missing += [slot.name for slot in between]
        model.complete(whole_report, LoadOptions())
    return cls._handed(model)


def _taken(part: str, rest: dict[str, Any], whole: frozenset[str]) -> dict[str, Any]:
    """The keywords that begin with a part's name, without it; fields of the whole's config stay."""
    mine = [name for name in rest if name.startswith(f"{part}_") and name not in whole]
    return {name.removeprefix(f"{part}_"): rest.pop(name) for name in mine}


def _opened(cls: Any, part: str, place: Any, given: dict[str, Any]) -> tuple[Any, Any, str, LoadOptions]:
    """(config, checkpoint, label, options) of a part."""
    from triform import hub
    from triform.auto.config import AutoConfig
    from triform.auto.loading import split_keywords
    from triform.weights.finding import open_weights

    ready = given.pop("model", None)
    if ready is not None:
        if given:
            late = ", ".join(f"{part}_{name}" for name in given)
            raise InputError(f"{cls.__name__}: {part}_model is loaded already, so {late} comes too late. Leave it out.")
        return ready.config.copy(), ready.tensors(), type(ready).__name__, LoadOptions()
    if place is None:
        raise InputError(f"{cls.__name__}: the {part} has neither a checkpoint nor a model. Give its name or folder, or {part}_model=.")
    source, _, config, overrides, rest = split_keywords(place, given)
    if config is None or isinstance(config, str):
        config = AutoConfig.from_pretrained(source if config is None else config, **overrides(rest))
    unknown = [name for name in rest if name not in LOAD_KEYWORDS]
    if unknown:
        known = [*LOAD_KEYWORDS, *hub.HUB_KEYWORDS, *type(config).known_fields()]
        raise UnknownKeywordError(f"{cls.__name__}: the {part} takes no {unknown[0]!r}.{nearest(unknown[0], known)}")
    loading = LoadOptions(**rest)
    if loading.adapter is not None:
        raise InputError(f"{cls.__name__}: the {part} is an adapter (PEFT). Load it by itself, and pass it as {part}_model=.")
    checkpoint = open_weights(source, variant=loading.variant, use_safetensors=loading.use_safetensors)
    return config.copy(), checkpoint, str(source.name), loading
