"""One call of an image processor: options are checked, images read and prepared, arrays put together."""

import logging
from collections.abc import Callable, Iterable, Mapping
from types import SimpleNamespace
from typing import Any

from triform.errors import InputError, UnknownKeywordError, nearest
from triform.features import BatchFeature
from triform.image.colours import as_array, height_and_width
from triform.image.family import Family, late
from triform.image.fields import read_fields
from triform.image.joining import Picture
from triform.image.loading import is_image, is_pillow, load
from triform.image.numbers import Chain
from triform.image.workers import every
from triform.tensors import kind_of, tensor

log = logging.getLogger("triform")
CALL: Mapping[str, Any] = {"return_tensors": None, "data_format": "channels_first", "input_data_format": None}
IGNORED = ("device", "disable_grouping")  # of the reference's torchvision classes
FORMATS = ("channels_first", "channels_last")


class Ragged(list):
    """Arrays, or dictionaries of arrays, that differ in shape: they stay a list, whatever `return_tensors` says."""


class Plain(list):
    """What is no array: it stays as it is."""


def process(processor: Any, arguments: tuple[Any, ...], given: dict[str, Any]) -> BatchFeature:
    """What `ImageProcessor.__call__` does."""
    family: Family = processor.family
    names = (family.first, *family.extras)
    if len(arguments) > len(names):
        raise InputError(f"{type(processor).__name__} takes {', '.join(names)}, and was given {len(arguments)} arguments without a name.")
    inputs = dict.fromkeys(names) | dict(zip(names, arguments))
    for name in [name for name in given if name in inputs or (name == "images" and family.first == "videos")]:
        place = family.first if name == "images" else name
        if inputs[place] is not None:
            raise InputError(f"{type(processor).__name__}: {place} was given twice.")
        inputs[place] = given.pop(name)
    if inputs[family.first] is None:
        raise InputError(f"{type(processor).__name__} was given no {family.first}.")
    s = settings(processor, given)
    return as_features(late(family.call)(inputs, s, family), s.return_tensors)


def settings(processor: Any, given: dict[str, Any]) -> Any:
    """The processor's fields with what a call changes. Raises UnknownKeywordError, InputError."""
    family: Family = processor.family
    given = {family.older.get(name, name): value for name, value in given.items() if name not in IGNORED}
    known = {**CALL, **family.fields, **family.optional}
    name = type(processor).__name__
    wrong = [key for key in given if key not in known and key]
    if wrong:
        every = sorted({*known, family.first, *family.extras})
        raise UnknownKeywordError(f"{name} takes no {wrong[0]!r}.{nearest(wrong[0], every)} It takes: {', '.join(every)}.")
    stated = {key: getattr(processor, key, family.fields[key]) for key in family.fields}
    changed = {key: value for key, value in given.items() if value is not None}
    fields = {key: value for key, value in {**stated, **changed}.items() if key in family.fields}
    s = SimpleNamespace(**{**CALL, **family.optional, **changed})
    vars(s).update(read_fields(fields, family, name))
    s.data_format = _format(s.data_format, s.input_data_format)
    if s.return_tensors is not None:
        kind_of(s.return_tensors)
    return s


def _format(wanted: Any, given: Any) -> str:
    """How the results are laid out; "none" is as the input."""
    name = getattr(wanted, "value", wanted)
    if name == "none":
        name = getattr(given, "value", given) or FORMATS[0]
    if name not in FORMATS:
        raise InputError(f"data_format={wanted!r}: expected {' or '.join(map(repr, FORMATS))}.")
    return str(name)


def of_images(inputs: dict[str, Any], s: Any, family: Family) -> dict[str, Any]:
    """The arrays of a call that takes images alone."""
    pictures = prepared(gathered(inputs["images"]), s, family)
    return family.join(pictures, Chain(family.numbers, s), s)


def gathered(images: Any, what: str = "images") -> list[tuple[Any, str]]:
    """(image, how messages name it) of an image, a batch, or nested batches. Raises InputError where there is none."""
    if is_image(images):
        return [(images, what)]
    found: list[tuple[Any, str]] = []
    _flatten(images, what, found)
    if not found:
        raise InputError(f"{what} is empty.")
    return found


def _flatten(value: Any, label: str, found: list[tuple[Any, str]]) -> None:
    if is_image(value):
        found.append((value, label))
    elif isinstance(value, Iterable) and not isinstance(value, Mapping) and getattr(value, "ndim", 1) > 0:
        for i, part in enumerate(value):
            _flatten(part, f"{label}[{i}]", found)
    else:
        load(value, label)  # which says what is wrong with it


def prepared(sources: list[tuple[Any, str]], s: Any, family: Family) -> list[Picture]:
    """The images read, and through the family's steps."""

    def one(i: int) -> Picture:
        pixels = load(*sources[i], s.input_data_format)
        if i == 0:
            _warn_of_fractions(pixels, s)
        pixels = family.colour(pixels, s)
        original = height_and_width(pixels)
        for step in family.steps:
            pixels = step(pixels, s)
        return Picture(as_array(pixels), original)

    return every(one, range(len(sources)), [value for value, _ in sources])


def prepared_each(work: Callable[[Any], Any], values: list[Any]) -> list[Any]:
    """`work` of each array that goes with an image."""
    return every(work, values, values)


def _warn_of_fractions(pixels: Any, s: Any) -> None:
    if not getattr(s, "do_rescale", False) or is_pillow(pixels) or pixels.dtype.kind != "f":
        return
    if pixels.min() >= 0 and pixels.max() <= 1:
        log.warning(
            "The samples of these images lie between 0 and 1, and do_rescale=True shrinks them all the same. For images that were rescaled "
            "already, pass do_rescale=False."
        )


def as_features(data: dict[str, Any], wanted: Any) -> BatchFeature:
    """What a call returns, as tensors of the kind that is wanted; what is ragged as lists of them."""
    made = BatchFeature({name: value for name, value in data.items() if not isinstance(value, (Ragged, Plain))}, wanted)
    made.data = {name: made.data.get(name, value) for name, value in data.items()}
    for name, parts in data.items():
        if isinstance(parts, Ragged):
            made.data[name] = [BatchFeature(p, wanted) if isinstance(p, dict) else _kept(p, wanted) for p in parts]
        elif isinstance(parts, Plain):
            made.data[name] = list(parts)
    return made


def _kept(part: Any, wanted: Any) -> Any:
    return part if wanted is None else tensor(part, kind_of(wanted))
