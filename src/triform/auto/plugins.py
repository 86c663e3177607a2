"""Plugin packages: those that declare an entry point in the group `triform.architectures`, a function that calls `register`."""

import logging
from functools import lru_cache

GROUP = "triform.architectures"
log = logging.getLogger("triform")


@lru_cache(maxsize=1)
def load_plugins() -> tuple[str, ...]:
    """Runs each plugin's function once; the names of those that worked. One that fails is reported and does not stop the others."""
    from importlib.metadata import entry_points

    loaded = []
    for point in entry_points(group=GROUP):
        try:
            point.load()()
            loaded.append(point.name)
        except Exception as error:  # a foreign package may fail in any way
            log.warning("The plugin %s (%s) failed: %s: %s", point.name, point.value, type(error).__name__, error)
    return tuple(loaded)
