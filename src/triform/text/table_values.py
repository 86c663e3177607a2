"""Numbers and dates in text, and how those of a column compare: what TAPAS (Herzig et al., 2020) knows of a table beside its words."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

Date = tuple[int | None, int | None, int | None]  # year, month, day
Value = float | Date
Key = Callable[[Value], Any]

NUMBER = re.compile(r"(?:(?:^|\s)[+-])?(?:\.\d+|\d+(?:,\d\d\d)*(?:\.\d*)?)")
WORDS = "zero one two three four five six seven eight nine ten eleven twelve"
ORDINALS = "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
SPELLED = {word: float(i) for words in (WORDS, ORDINALS) for i, word in enumerate(words.split())}
SUFFIXES = ("st", "nd", "rd", "th")
FORMATS = (
    "%B", "%Y", "%Ys", "%b %Y", "%B %Y", "%B %d", "%b %d", "%d %b", "%d %B", "%B %d, %Y", "%d %B %Y", "%m-%d-%Y", "%Y-%m-%d", "%Y-%m",
    "%d %b %Y", "%b %d, %Y", "%d.%m.%Y", "%A, %b %d", "%A, %B %d",
)  # fmt: skip
FIELDS = {"%A": r"\w+", "%B": r"\w+", "%Y": r"\d{4}", "%b": r"\w{3}", "%d": r"\d{1,2}", "%m": r"\d{1,2}"}
FIRST_YEAR, LAST_YEAR = 1700, 2016
MOST_WORDS = 5  # in a date
ENOUGH = 0.7  # of a column's cells must have values of one kind


def _pattern(form: str) -> re.Pattern[str]:
    text = re.escape(form).replace(r"\%", "%").replace(r"\ ", " ").replace(r"\-", "-")
    return re.compile(re.sub("%[ABYbdm]", lambda found: FIELDS[found.group()], text))


DATES = [(form, _pattern(form)) for form in FORMATS]


def matched(text: str) -> str:
    """Text in lower case, with single spaces: in what numbers and dates are looked for."""
    return " ".join(text.lower().split())


def number_of(text: str) -> float | None:
    """The number that a text is: 1,000.5 or 3rd."""
    for suffix in SUFFIXES:
        if text.endswith(suffix):
            text = text.removesuffix(suffix)
            break
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def date_of(text: str) -> Date | None:
    """The date that a text is, or a part of one."""
    text = re.sub(r"Sept\b", "Sep", text)
    for form, pattern in DATES:
        if pattern.fullmatch(text) is None:
            continue
        try:
            found = datetime.strptime(text, form)
        except ValueError:
            continue
        if not FIRST_YEAR <= found.year <= LAST_YEAR and "%Y" in form:
            continue
        has = lambda *marks, form=form: any(mark in form for mark in marks)
        return (
            found.year if has("%Y") else None, found.month if has("%B", "%b", "%m") else None, found.day if has("%d") else None
        )  # fmt: skip
    return None


def _spans(text: str, most: int) -> Iterator[tuple[int, int]]:
    """Spans of at most so many words, a word being letters and digits."""
    starts: list[int] = []
    for i, character in enumerate(text):
        if not character.isalnum():
            continue
        if i == 0 or not text[i - 1].isalnum():
            starts.append(i)
        if i + 1 == len(text) or not text[i + 1].isalnum():
            yield from ((start, i + 1) for start in starts[-most:])


def values_in(text: str) -> list[list[Value]]:
    """The numbers and dates of a text, in order; of spans within each other, the longest. A span may be both."""
    found: dict[tuple[int, int], list[Value]] = {}
    for match in NUMBER.finditer(text):
        number = number_of(match.group())
        if number is not None:
            found.setdefault(match.span(), []).append(number)
    for begin, end in _spans(text, 1):
        word = text[begin:end]
        if (begin, end) not in found:
            numbers = [value for value in (number_of(word), SPELLED.get(word)) if value is not None]
            if numbers:
                found[begin, end] = list(numbers)
    for begin, end in _spans(text, MOST_WORDS):
        date = date_of(text[begin:end])
        if date is not None:
            found.setdefault((begin, end), []).append(date)
    chosen: list[tuple[int, int]] = []
    for begin, end in sorted(found, key=lambda span: (span[1] - span[0], span[0]), reverse=True):
        if not any(first <= begin and end <= last for first, last in chosen):
            chosen.append((begin, end))
    return [found[span] for span in sorted(chosen)]


def column_values(cells: list[str]) -> dict[int, Value]:
    """Row -> the value of a column's cell: the first of the kind that most cells have, where enough have it."""
    rows = [[value for values in values_in(matched(cell)) for value in values] for cell in cells]
    kinds = Counter(kind for values in rows for kind in set(map(type, values)))
    if not kinds or max(kinds.values()) < len(rows) * ENOUGH:
        return {}
    most = max(kinds.values())
    best = tuple if kinds.get(tuple) == most else float
    return {row: value for row, values in enumerate(rows) for value in values[:] if (value is _first(values, best))}


def _first(values: list[Value], kind: type) -> Value | None:
    return next((value for value in values if type(value) is kind), None)


def comparing(values: list[Value]) -> Key | None:
    """How to compare values: numbers by themselves, dates by the parts that all of them have; None where they do not compare."""
    kinds = set(map(type, values))
    if len(kinds) != 1:
        return None
    if kinds == {float}:
        return lambda value: value
    shared = [i for i in range(3) if all(value[i] is not None for value in values)]  # type: ignore[index]
    if not shared:
        return None
    return lambda value: tuple(value[i] for i in shared)  # type: ignore[index]
