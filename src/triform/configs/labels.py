"""The names of a classifier's classes: id2label and label2id, from whatever a file or a user gives."""

from typing import Any


def numbered(count: int) -> dict[int, str]:
    """LABEL_0, LABEL_1, …"""
    return {i: f"LABEL_{i}" for i in range(count)}


def named(given: dict[str, Any], problems: list[str]) -> tuple[dict[int, Any], dict[str, int]]:
    """(id2label, label2id) from num_labels, id2label and label2id, each of which may be missing.

    Where num_labels and id2label disagree, as in older files whose classifier was made with num_labels, the number counts.
    """
    count, names, labels = given.get("num_labels"), given.get("id2label"), given.get("label2id")
    if names is not None and not (isinstance(names, dict) and all(_is_number(key) for key in names)):
        problems.append(f"id2label is {names!r}, expected a mapping of numbers to names")
        names = None
    if count is not None and (not isinstance(count, int) or isinstance(count, bool) or not 0 <= count < 10**7):
        problems.append(f"num_labels is {count!r}, expected a whole number")
        count = None
    if labels is not None and not isinstance(labels, dict):
        problems.append(f"label2id is {labels!r}, expected a mapping of names to numbers")
        labels = None
    id2label = numbered(2 if count is None else count) if names is None else {int(key): name for key, name in names.items()}
    if count is not None and len(id2label) != count:
        id2label = numbered(count)
    if labels is None or len(labels) != len(id2label):
        labels = {str(name): key for key, name in id2label.items()}
    return id2label, labels


def _is_number(key: Any) -> bool:
    if isinstance(key, str):
        return key.removeprefix("-").isascii() and key.removeprefix("-").isdecimal() and len(key) < 20
    return isinstance(key, int) and not isinstance(key, bool)
