"""The places of a model that hold arrays, seen alike on every backend."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from triform.weights.tables import Part


@dataclass
class Slot:
    """One array of a model, under all its names.

    Attributes:
        names: full names, the canonical one first: under it the array is saved, reported and initialised.
        owners: (module, attribute) of each name.
        value: what the backend keeps there: a parameter, a variable, or a placeholder.
        shape, dtype: its sizes; dtype is a name such as "float32".
        trainable: False for buffers.
        initial: the layer's own idea of its first values.
        zero_row: the row that starts as zeros (an embedding's padding), or None.
        filled: it has a value.
    """

    names: list[str]
    owners: list[tuple[Any, str]]
    value: Any
    shape: tuple[int, ...]
    dtype: str
    trainable: bool = True
    initial: Any = "normal"
    zero_row: int | None = None
    filled: bool = False

    @property
    def name(self) -> str:
        return self.names[0]

    def put(self, value: Any) -> None:
        """Sets the array in every place that shares it."""
        self.value = value
        for owner, attribute in self.owners:
            setattr(owner, attribute, value)


@dataclass
class Found:
    """A place as a backend's walk over its modules meets it."""

    name: str
    owner: Any
    attribute: str
    value: Any
    details: dict[str, Any] = field(default_factory=dict)


def gather(places: Iterable[Found], parts: list[Part]) -> list[Slot]:
    """One slot per array: places that hold the same object share one, named as the tables' right-hand side says."""
    slots: dict[int, Slot] = {}
    for place in places:
        slot = slots.get(id(place.value))
        if slot is None:
            slots[id(place.value)] = Slot([place.name], [(place.owner, place.attribute)], place.value, **place.details)
        else:
            slot.names.append(place.name)
            slot.owners.append((place.owner, place.attribute))
    aliases = {alias for part in parts for alias, _ in ties(part)}
    for slot in slots.values():
        order = sorted(range(len(slot.names)), key=lambda i: slot.names[i] in aliases)
        slot.names, slot.owners = [slot.names[i] for i in order], [slot.owners[i] for i in order]
    return list(slots.values())


def ties(part: Part) -> Iterator[tuple[str, str]]:
    """(alias, canonical) full names that a part's config ties."""
    pairs = dict(part.tables.shared)
    if getattr(part.model.config, "tie_word_embeddings", False):
        pairs.update(part.tables.tied)
    for alias, canonical in pairs.items():
        yield part.path + alias, part.path + canonical


def tie(places: Iterable[Found], parts: list[Part]) -> None:
    """Makes both names of each tied pair hold one object; what is tied to a name that is tied itself follows it."""
    by_name = {place.name: place for place in places}
    for part in parts:
        for alias, canonical in ties(part):
            if alias in by_name and canonical in by_name:
                by_name[alias].value = by_name[canonical].value
                setattr(by_name[alias].owner, by_name[alias].attribute, by_name[canonical].value)
