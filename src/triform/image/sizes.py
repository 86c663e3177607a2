"""What `size` may say, and the height and width that come of it."""

import math
from collections.abc import Callable
from typing import Any

from triform.errors import InputError

FORMS = (
    {"height", "width"}, {"shortest_edge"}, {"shortest_edge", "longest_edge"}, {"longest_edge"}, {"max_height", "max_width"},
)  # fmt: skip
Target = Callable[[int, int, Any], tuple[int, int]]


def read_size(value: Any, kind: str) -> dict[str, int]:
    """A size as a dictionary of one of FORMS.

    Args:
        value: such a dictionary, a number, or a pair (height, width).
        kind: what a number means: "square", "shortest", "longest", or "bounded": the shortest edge, with the longest at most 1333.
            "swapped": a square, and pairs are (width, height).

    Raises: ValueError with what is wrong, as the end of a sentence.
    """
    if isinstance(value, dict):
        if set(value) not in FORMS:
            forms = "; ".join(", ".join(sorted(form)) for form in FORMS)
            raise ValueError(f"has the keys {', '.join(map(str, value)) or 'of nothing'}; expected one of: {forms}")
        return {name: _length(length) for name, length in value.items()}
    if isinstance(value, (list, tuple)):
        if len(value) == 1:
            return read_size(value[0], kind)
        if len(value) != 2:
            raise ValueError(f"is {value!r}; expected (height, width)")
        height, width = value[::-1] if kind == "swapped" else value
        return {"height": _length(height), "width": _length(width)}
    length = _length(value)
    if kind in ("square", "swapped"):
        return {"height": length, "width": length}
    if kind == "longest":
        return {"longest_edge": length}
    return {"shortest_edge": length, **({"longest_edge": 1333} if kind == "bounded" else {})}


def _length(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != int(value) or value < 1:
        raise ValueError(f"has {value!r} where a number of pixels is expected")
    return int(value)


def shortest(height: int, width: int, edge: int) -> tuple[int, int]:
    """The shorter side becomes `edge`, the other in proportion, cut to whole pixels."""
    return (edge, int(edge * width / height)) if height <= width else (int(edge * height / width), edge)


def edged(height: int, width: int, s: Any) -> tuple[int, int]:
    """By the shortest edge alone, or to height and width; the longest edge or the bounds count where there is nothing else."""
    size = s.size
    if "shortest_edge" in size:
        return shortest(height, width, size["shortest_edge"])
    if "height" in size:
        return size["height"], size["width"]
    return fitted(height, width, s)


def bounded(height: int, width: int, s: Any) -> tuple[int, int]:
    """By the shortest edge, unless the other side would then pass the longest edge, which bounds it."""
    size = s.size
    if "longest_edge" not in size or "shortest_edge" not in size:
        return edged(height, width, s)
    edge, limit, exact = size["shortest_edge"], size["longest_edge"], None
    short, long = sorted((height, width))
    if long / short * edge > limit:
        exact = limit * short / long
        edge = round(exact)
    if short == edge:
        return height, width
    scale = edge if exact is None else exact
    return (edge, int(scale * width / height)) if height < width else (int(scale * height / width), edge)


def fitted(height: int, width: int, s: Any) -> tuple[int, int]:
    """As large as the bounds allow: the longest edge, or the largest height and width."""
    size = s.size
    if "longest_edge" in size:
        edge = size["longest_edge"]
        return (edge, max(int(edge * (width / height)), 1)) if height >= width else (max(int(edge * (height / width)), 1), edge)
    scale = min(size["max_height"] / height, size["max_width"] / width)
    return max(int(height * scale), 1), max(int(width * scale), 1)


def multiple_of(length: int, divisor: int | None) -> int:
    """The next multiple of `divisor` that is not less."""
    return math.ceil(length / divisor) * divisor if divisor else length


def require(size: dict[str, int], *names: str) -> list[int]:
    """The lengths of these names. Raises InputError where the size is of another form."""
    if any(name not in size for name in names):
        raise InputError(f"size is {size}; here it needs {' and '.join(names)}.")
    return [size[name] for name in names]
