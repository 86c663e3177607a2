"""The settings of an image processor: read, with every fault named at once."""

from collections.abc import Mapping
from typing import Any

from triform.errors import InputError
from triform.image.family import Family
from triform.image.resizing import FILTERS
from triform.image.sizes import read_size


def read_fields(given: Mapping[str, Any], family: Family, label: str) -> dict[str, Any]:
    """The fields as they are used: sizes as dictionaries, filters as numbers. Raises InputError that lists all that is wrong."""
    found, problems = {}, []
    for name, value in given.items():
        try:
            found[name] = read_field(name, value, family)
        except ValueError as error:
            problems.append(f"{name} {error}")
    if problems:
        raise InputError(f"{label}: {'; '.join(problems)}.")
    return found


def read_field(name: str, value: Any, family: Family) -> Any:
    """One field. Raises ValueError with what is wrong, as the end of a sentence that begins with the name."""
    default = family.fields.get(name)
    if value is None:
        return None if name.startswith("do_") else default
    if name in family.sizes:
        return read_size(value, family.sizes[name])
    if name.endswith("resample"):
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < len(FILTERS):
            known = ", ".join(f"{i} {filter}" for i, filter in enumerate(FILTERS))
            raise ValueError(f"is {value!r}; expected one of: {known}")
        return int(value)
    if name.endswith(("image_mean", "image_std")):
        return _numbers(value)
    return _like(value, default)


def _numbers(value: Any) -> Any:
    if _is_number(value):
        return value
    if isinstance(value, (list, tuple)) and value and all(map(_is_number, value)):
        return list(value)
    raise ValueError(f"is {value!r}; expected a number, or one for each channel")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _like(value: Any, default: Any) -> Any:
    """A value of the same kind as the default."""
    wanted: tuple[type, ...]
    if isinstance(default, bool):
        wanted, words = (bool,), "true or false"
    elif isinstance(default, (int, float)):
        wanted, words = ((int, float), "a number")
        if isinstance(value, bool):
            wanted = ()
    elif isinstance(default, str):
        wanted, words = (str,), "a text"
    else:
        return value
    if not isinstance(value, wanted):
        raise ValueError(f"is {value!r} ({type(value).__name__}), expected {words}")
    return value
