"""A checkpoint into a model: names are matched, everything that does not fit is reported at once, then arrays are adopted."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from triform.errors import InputError
from triform.weights.initial import distribution
from triform.weights.lazy import FLOAT8
from triform.weights.report import LoadingReport
from triform.weights.slots import Slot, ties
from triform.weights.tables import Part, matches
from triform.weights.tensor import FLOATING, STORAGE, LazyTensor


@dataclass(frozen=True)
class Strictness:
    """What may differ. `missing` and `shapes`: initialise such parts with a warning instead of an error."""

    missing: bool = False
    shapes: bool = False


def load(
    model: Any,
    checkpoint: Mapping[str, LazyTensor],
    *,
    source: str,
    dtype: str,
    strictness: Strictness = Strictness(),
    key_mapping: Mapping[str, str] | None = None,
) -> LoadingReport:
    """Fills a bare model from a checkpoint, in place.

    Args:
        model: of any backend: gives `slots()`, `parts()`, `fill(slot, tensor, dtype)`, `start(slots)`.
        source: the checkpoint, for messages.
        dtype: what floating arrays become: a name, or "auto" for what the checkpoint holds.
        key_mapping: the user's own {pattern: replacement}, applied to names in the checkpoint first.

    Raises: WeightsMismatchError with every missing key and every differing shape.
    """
    slots, parts = model.slots(), model.parts()
    by_name = {name: slot for slot in slots for name in slot.names}
    elsewhere = _names_elsewhere(by_name, parts)
    report = LoadingReport(f"{type(model).__name__} ({model.backend})", source)
    found = _matched({**by_name, **elsewhere}, checkpoint, parts, report, key_mapping or {})

    missing: list[str] = []
    refused: list[str] = []
    fresh: list[Slot] = []
    chosen: list[tuple[Slot, LazyTensor]] = []
    differing = []
    for slot in slots:
        name = next((n for n in (*slot.names, *(n for n, s in elsewhere.items() if s is slot)) if n in found), None)
        if name is None:
            if not slot.filled:
                fresh.append(slot)
            if distribution(slot.name, slot.initial, slot.shape, parts)[0] == "computed":
                continue  # it follows from the config
            (missing if strictness.missing or _optional(slot, parts) else refused).append(slot.name)
            continue
        tensor = checkpoint[found[name]]
        if tuple(tensor.shape) != slot.shape:
            differing.append((slot.name, tuple(tensor.shape), slot.shape))
            fresh.append(slot)
            continue
        chosen.append((slot, tensor))
    report.missing = [*missing, *refused]
    report.mismatched = differing
    report.refuse(refused, () if strictness.shapes else differing)

    report.dtype = resolved_dtype(dtype, model.config, checkpoint)
    for slot, tensor in chosen:
        model.fill(slot, tensor, report.dtype if slot.dtype in FLOATING else slot.dtype)
    model.start(fresh, report.dtype)
    report.warn()
    return report


def _names_elsewhere(by_name: Mapping[str, Slot], parts: list[Part]) -> dict[str, Slot]:
    """Names that a slot has in larger models only: a decoder alone finds its embedding where the whole model shares it."""
    return {
        canonical: by_name[alias]
        for part in parts
        for alias, canonical in ties(part)
        if alias in by_name and canonical not in by_name
    }  # fmt: skip


def resolved_dtype(dtype: str, config: Any, checkpoint: Mapping[str, LazyTensor]) -> str:
    """The dtype of floating arrays: what was asked for, else the config's, else that of the first floating array.

    Nothing computes in 8 bits, so files in them become bfloat16, which holds them exactly, unless it is asked otherwise.
    """
    wanted = dtype if dtype != "auto" else (config.dtype or "auto")
    if wanted == "auto":
        wanted = next((t.dtype for t in checkpoint.values() if t.dtype in FLOATING), "float32")
    if dtype == "auto" and wanted in FLOAT8:
        wanted = "bfloat16"
    if wanted not in FLOATING:
        raise InputError(
            f"dtype={dtype!r} is none that weights can have. Choose from: auto, {', '.join(n for n in STORAGE if n in FLOATING)}."
        )
    return wanted


def _matched(
    wanted: Mapping[str, Slot], keys: Iterable[str], parts: list[Part], report: LoadingReport, mapping: Mapping[str, str]
) -> dict[str, str]:
    """Name in the model -> name in the checkpoint."""
    found: dict[str, str] = {}
    renamed = {key: _renamed(key, parts, mapping) for key in keys}
    place = _prefixer(wanted, renamed.values(), parts[0].model)
    for key, name in renamed.items():
        full = place(name)
        if full in wanted:
            found[full] = key
            if name != key:
                report.renamed[key] = full
        elif any((rest := part.relative(name)) is not None and matches(part.tables.ignore, rest) for part in parts):
            report.ignored.append(key)
        else:
            report.unexpected.append(key)
    return found


def _renamed(key: str, parts: list[Part], mapping: Mapping[str, str]) -> str:
    for pattern, to in mapping.items():
        key = re.sub(pattern, to, key)
    for part in parts:
        rest = part.relative(key)
        if rest is not None:
            for compiled, to in part.tables.rename:
                rest = compiled.sub(to, rest)
            key = part.path + rest
    return key


def _prefixer(wanted: Iterable[str], keys: Iterable[str], model: Any):
    """How names gain or lose the base model's prefix: a base checkpoint into a head, or a head's into the base."""
    prefix = f"{model.prefix}." if model.prefix else ""
    names = set(wanted)
    if not prefix:
        return lambda key: key
    holds = any(name.startswith(prefix) for name in names)
    has = any(key.startswith(prefix) for key in keys)
    if has and not holds:
        return lambda key: key.removeprefix(prefix) if key.startswith(prefix) else key
    if holds and not has:
        return lambda key: key if key in names else prefix + key
    return lambda key: key


def _optional(slot: Slot, parts: list[Part]) -> bool:
    """Whether files may lack it: by the tables, or because it is a head on top of a base model."""
    outer = parts[0].model
    prefix = f"{outer.prefix}." if outer.prefix else ""
    for name in slot.names:
        if any((rest := part.relative(name)) is not None and matches(part.tables.optional, rest) for part in parts):
            return True
    has_base = bool(prefix) and hasattr(outer, outer.prefix)
    return has_base and not any(name.startswith(prefix) for name in slot.names)
