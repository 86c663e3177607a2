"""Memory that torch frees, kept by the process while it has optimized models.

The C library of Linux gives large blocks back to the system at once, and the next pass asks for them again, page by page, zeroed: with
several images or texts at a time, 5 to 12 % of a forward pass.
"""

import ctypes
import sys
import weakref
from typing import Any

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # mallopt(3)
KEEPING = {TRIM_THRESHOLD: 2**31 - 1, MMAP_THRESHOLD: 2**30}
USUAL = {TRIM_THRESHOLD: 2**26, MMAP_THRESHOLD: 2**25}  # what glibc arrives at by itself where large blocks come and go

_optimized: Any = weakref.WeakSet()


def keep(model: Any, on: bool) -> None:
    """Keeps what torch frees, or gives it back where no other model is optimized; nothing where the C library cannot be told."""
    (_optimized.add if on else _optimized.discard)(model)
    library: Any = ctypes.CDLL(None) if sys.platform == "linux" else None
    if not hasattr(library, "mallopt"):
        return
    for setting, size in (KEEPING if _optimized else USUAL).items():
        library.mallopt(setting, size)
    if not _optimized and hasattr(library, "malloc_trim"):
        library.malloc_trim(0)
