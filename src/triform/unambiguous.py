"""JSON that says one thing: what names a key twice, with two values, is refused, because each reader would choose another."""

from typing import Any


def settled(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object's keys and values, as `json.loads(…, object_pairs_hook=settled)` gives them.

    Raises: ValueError that names the keys.
    """
    made = dict(pairs)
    if len(made) != len(pairs):
        twice = sorted({name for name, value in pairs if made[name] != value})
        if twice:
            raise ValueError(f"it says two things of {', '.join(map(repr, twice[:10]))}")
    return made
