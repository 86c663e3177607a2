"""Initial values: which distribution each parameter has, and, with a seed, the same numbers on every backend.

A distribution is written as data: "zeros", "ones", ("constant", c), ("normal", s), ("truncated_normal", s), ("uniform", a) on [-a, a],
("uniform_from_0", a) on [0, a), "xavier_uniform", "xavier_normal", "kaiming_uniform" (fan in, as torch.nn.Linear starts), "kaiming_normal"
(fan out, for ReLU), "lecun_normal" (fan in, truncated, as Flax's layers start) or "rows_normal" (a table whose rows have length 1, about).
s is a number, the name of a config field, or a function of the config. ("fixed", f): the array that f(config) gives; ("computed", f): the
same, and files may lack it.
"""

import hashlib
import math
from typing import Any

import numpy as np

from triform.weights.tables import Part

COUNTER = "counter"  # of batches: 0, and files may lack it, as those of TensorFlow and Flax do, and of old PyTorch
SHRUNK = 0.87962566103423978  # the standard deviation of a standard normal distribution, truncated at 2
Drawn = tuple[str, Any]  # ("constant" | "normal" | "truncated_normal" | "uniform", its number), or ("computed" | "fixed", an array)


def distribution(name: str, default: Any, shape: tuple[int, ...], parts: list[Part]) -> Drawn:
    """What the parameter `name` is drawn from: by the INIT of the innermost model that holds it, else by its layer's default."""
    how, config = default, parts[0].model.config
    for part in reversed(parts):
        relative = part.relative(name)
        if relative is None:
            continue
        config = part.model.config
        found = next((spec for pattern, spec in part.tables.init if pattern.search(relative)), None)
        if found is not None:
            how = found
        break
    return _resolved(how, shape, config)


def _resolved(how: Any, shape: tuple[int, ...], config: Any) -> Drawn:
    kind: str
    number: Any
    kind, number = (how, None) if isinstance(how, str) else how
    if kind in ("zeros", "ones"):
        return "constant", float(kind == "ones")
    if kind == COUNTER:
        return "computed", np.zeros(shape, np.float32)
    if kind in ("computed", "fixed"):
        return kind, np.ascontiguousarray(number(config), np.float32)
    if callable(number):
        number = float(number(config))
    if isinstance(number, str):
        number = float(getattr(config, number))
    if kind == "normal" and number is None:
        number = float(getattr(config, "initializer_range", 0.02))
    if number is not None:
        return kind, number
    receptive = math.prod(shape[2:])
    fan_out, fan_in = (shape[0] * receptive, shape[1] * receptive) if len(shape) > 1 else (shape[0], shape[0])
    match kind:
        case "xavier_uniform":
            return "uniform", math.sqrt(6.0 / (fan_in + fan_out))
        case "xavier_normal":
            return "normal", math.sqrt(2.0 / (fan_in + fan_out))
        case "kaiming_uniform":
            return "uniform", math.sqrt(1.0 / fan_in)
        case "kaiming_normal":
            return "normal", math.sqrt(2.0 / fan_out)
        case "lecun_normal":
            return "truncated_normal", math.sqrt(1.0 / fan_in) / SHRUNK
        case "rows_normal":
            return "normal", math.sqrt(1.0 / shape[-1])
    raise ValueError(f"INIT knows no distribution {how!r}.")


def seeded(drawn: Drawn, shape: tuple[int, ...], seed: int, name: str) -> np.ndarray:
    """float32 values that depend on the seed and the name alone: Philox counters keyed by both (Salmon et al., 2011)."""
    kind, number = drawn
    if kind == "constant":
        return np.full(shape, number, np.float32)
    key = int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:16], "little")
    generator = np.random.Generator(np.random.Philox(key=key))
    if kind == "uniform_from_0":
        return generator.random(shape, np.float32) * np.float32(number)
    if kind == "uniform":
        return (generator.random(shape, np.float32) * 2 - 1) * np.float32(number)
    values = generator.standard_normal(shape, np.float32)
    if kind == "truncated_normal":  # redraw what lies beyond two standard deviations
        far = np.abs(values) > 2
        while far.any():
            values[far] = generator.standard_normal(int(far.sum()), np.float32)
            far = np.abs(values) > 2
    return values * np.float32(number)
