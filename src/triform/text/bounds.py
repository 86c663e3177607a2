"""What a run of a chat template may do: steps, time, sizes. Whatever could make something large at once is checked before it runs."""

import re
import threading
import time
from collections.abc import ItemsView, KeysView, ValuesView
from typing import Any

from jinja2.sandbox import SecurityError

MOST_STEPS = 1_000_000
MOST_SECONDS = 30.0
MOST_SIZE = 2**23  # characters of the output, or of a text on the way; entries of a list
MOST_BUILT = 2**29  # bytes, about, of all texts and lists that are made on the way
MOST_PARTS = 10**5  # of a nested value that a template puts together
MOST_WIDTH = 10_000
MOST_RANGE = 100_000
WIDTHS = {
    "center", "ljust", "rjust", "zfill", "expandtabs", "indent", "wordwrap", "truncate", "batch", "slice", "round", "tojson", "format",
    "format_map",
}  # fmt: skip
ABSENT = {"urlize", "xmlattr", "pprint", "random", "translate", "maketrans"}
WIDE = re.compile(r"\d{5,}|%[^a-zA-Z%]*\*|\{[^{}]*:[^{}]*\{")

running = threading.local()  # the budget of the run that this thread is in


class Budget:
    """What one run of a template may still do."""

    def __init__(self) -> None:
        self.steps, self.size, self.built, self.deadline = MOST_STEPS, MOST_SIZE, MOST_BUILT, time.monotonic() + MOST_SECONDS

    def spend(self, steps: int = 1) -> None:
        """Takes steps. Raises SecurityError when they are used up, or the time is."""
        earlier, self.steps = self.steps, self.steps - steps
        if self.steps < 0:
            raise SecurityError(f"it does more than {MOST_STEPS} steps")
        if self.steps >> 6 != earlier >> 6 and time.monotonic() > self.deadline:
            raise SecurityError(f"it runs for more than {MOST_SECONDS:.0f} seconds")

    def build(self, size: int) -> None:
        """Takes bytes of what is made on the way."""
        self.built -= size
        if self.built < 0:
            raise SecurityError(f"it makes texts and lists of more than {MOST_BUILT} bytes in all")

    def write(self, size: int) -> None:
        """Takes characters of the output."""
        self.size -= size
        if self.size < 0:
            raise SecurityError(f"it writes more than {MOST_SIZE} characters")


def budget() -> Budget:
    """That of the run that this thread is in."""
    return running.budget


def check_size(size: int) -> None:
    """Raises SecurityError for a size that no conversation needs."""
    if size > MOST_SIZE:
        raise SecurityError(f"it builds a value of more than {MOST_SIZE} characters or entries")


def charged(value: Any) -> Any:
    """A value that an operation made, which costs about the memory that it takes."""
    if isinstance(value, str):
        budget().build(len(value) if value.isascii() else 4 * len(value))
    elif isinstance(value, (list, tuple, bytes)):
        budget().build(64 * len(value))
    return value


def weigh(value: Any, most: int = MOST_PARTS) -> int:
    """How large a value is as text, roughly; each place counts, though several may hold one object. Raises SecurityError beyond reason."""
    size, parts, open_ = 0, 0, [value]
    while open_:
        part = open_.pop()
        parts += 1
        if isinstance(part, (str, bytes)):
            size += len(part)
        elif isinstance(part, dict):
            open_ += [*part.keys(), *part.values()]
        elif isinstance(part, (list, tuple, set, frozenset, KeysView, ValuesView, ItemsView)):
            open_ += part
        if parts + len(open_) > most:
            raise SecurityError(f"it builds a value of more than {most} parts")
        check_size(size)
    budget().spend(parts >> 4)
    return size + parts


def check_call(name: str, receiver: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> None:
    """Raises SecurityError where a method or filter could make something large of something small."""
    values = [*arguments, *keywords.values()]
    if name in ABSENT:
        raise SecurityError(f"it calls {name}, which templates have no use for")
    if name in WIDTHS:
        if any(isinstance(value, int) and value > MOST_WIDTH for value in values):
            raise SecurityError(f"it asks {name} for more than {MOST_WIDTH} places")
        wide = max((value for value in values if isinstance(value, int)), default=1)
        check_size((weigh(receiver) + 1) * max(1, wide) if name in ("indent", "expandtabs", "tojson", "batch") else weigh(receiver) + wide)
    texts = [value for value in (receiver, *values) if isinstance(value, (str, bytes))]
    if name in ("format", "format_map") and texts:
        pattern = str(texts[0])
        if WIDE.search(pattern):
            raise SecurityError("it formats with a width that is large, or given at run time")
        fields = pattern.count("{") + pattern.count("%")
        check_size(len(pattern) + fields * (weigh(values) + MOST_WIDTH * bool(re.search(r"\d{2}", pattern))))
    if name == "replace" and len(texts) >= 3:
        found: Any = texts[0]
        check_size(len(found) + found.count(texts[1]) * len(texts[2]))
    if name == "join":
        separator, entries = (
            (receiver, values[0] if values else ()) if isinstance(receiver, (str, bytes)) else (values[0] if values else "", receiver)
        )
        if isinstance(entries, (list, tuple)):
            check_size(weigh(entries, MOST_SIZE) + len(entries) * weigh(separator))
