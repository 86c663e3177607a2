"""What takes how long on this machine."""

import time
from typing import Any

TRIES = 3


def shortest(*calls: Any) -> list[float]:
    """The shortest time of each call, of several in turn."""
    best = [float("inf")] * len(calls)
    for _ in range(TRIES):
        for i, call in enumerate(calls):
            began = time.perf_counter()
            call()
            best[i] = min(best[i], time.perf_counter() - began)
    return best
