"""When a model that is being built is complete.

Constructors allocate nothing. A model that a user makes, `BertModel(config)`, is given initial values when its outermost constructor
returns; one that a loader makes, inside `skeleton()`, is left bare for the loader to fill.
"""

import functools
import gc
import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class _Local(threading.local):
    depth = 0
    bare = False
    building: Any = None


_local = _Local()


@contextmanager
def skeleton() -> Iterator[None]:
    """Models that are made inside get no values."""
    before, _local.bare = _local.bare, True
    try:
        yield
    finally:
        _local.bare = before


@contextmanager
def without_collection() -> Iterator[None]:
    """Importing a framework, building and filling a model make many objects and no garbage; the collector would walk them all for it.

    They join the oldest generation, where they would be after two walks.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            if gc.get_freeze_count() == 0:  # what the user has frozen stays so
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def constructing(init: Callable[..., None]) -> Callable[..., None]:
    """A model's `__init__`: when the outermost one returns, `self.finish()` runs; a model made inside another is a part of it.

    It also takes `seed=` (and on Flax `rngs=`), which `finish` is given.
    """
    own = inspect.signature(init).parameters

    @functools.wraps(init)
    def construct(self: Any, *args: Any, **kwargs: Any) -> None:
        fresh = _local.building is not self
        if not fresh:  # super().__init__ of the same model
            init(self, *args, **kwargs)
            return
        options = {name: kwargs.pop(name) for name in ("seed", "rngs") if name in kwargs and name not in own}
        outer, _local.building = _local.building, self
        _local.depth += 1
        try:
            init(self, *args, **kwargs)
        finally:
            _local.depth -= 1
            _local.building = outer
        self.is_part = _local.depth > 0
        if _local.depth == 0 and not _local.bare:
            self.finish(**options)

    return construct
