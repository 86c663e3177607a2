"""Images that the tests make: every mode, odd sizes, sides of one pixel; and a processor held against the reference's."""

from functools import cache
from typing import Any

import numpy as np
from PIL import Image

MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "HSV", "LAB", "I", "F", "I;16")
SIZES = ((33, 47), (61, 40), (48, 48), (35, 36), (90, 201), (300, 40), (41, 410), (1, 50), (37, 1), (1, 1), (2, 5), (97, 89))


def picture(height: int, width: int, mode: str = "RGB", seed: int = 0) -> Image.Image:
    """Waves with noise on them: smooth enough to be resized, rough enough to tell filters apart."""
    draw = np.random.default_rng(seed + 1000 * height + width)
    y, x = np.mgrid[0:height, 0:width]
    planes = [np.sin(x / 7 + c) * 60 + np.cos(y / 5 - c) * 50 + 128 + draw.integers(-30, 30, (height, width)) for c in range(3)]
    image = Image.fromarray(np.stack(planes, axis=2).clip(0, 255).astype(np.uint8))
    if mode == "I;16":
        return Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    if mode in ("LA", "RGBA"):
        image.putalpha(Image.fromarray(draw.integers(0, 256, (height, width), dtype=np.uint8)))
    if mode == "PA":
        return image.convert("P").convert("PA")
    return image.convert("L").convert(mode) if mode in ("LA", "I", "F") else image.convert(mode)


@cache
def pictures() -> tuple[Image.Image, ...]:
    """RGB, of all sizes."""
    return tuple(picture(*size) for size in SIZES)


@cache
def in_all_modes() -> tuple[Image.Image, ...]:
    """One of each mode, in two sizes."""
    return tuple(picture(*size, mode) for mode in MODES for size in ((33, 47), (50, 29)))


def labels(height: int, width: int, kinds: int = 5, seed: int = 0) -> np.ndarray:
    """A map of labels, in patches of 4 × 3."""
    coarse = np.random.default_rng(seed).integers(0, kinds, (height // 4 + 1, width // 3 + 1))
    return np.repeat(np.repeat(coarse, 4, 0), 3, 1)[:height, :width].astype(np.uint8)


def differing(ours: Any, theirs: Any, path: str = "", tolerance: float = 1e-6) -> list[str]:
    """Where two nested results differ: in names, lengths, shapes, dtypes, or by more than the tolerance relative to the largest number."""
    if hasattr(theirs, "keys"):
        wrong = [] if list(ours) == list(theirs) else [f"{path}: the names are {list(ours)}, not {list(theirs)}"]
        return wrong + [d for name in theirs if name in ours for d in differing(ours[name], theirs[name], f"{path}.{name}", tolerance)]
    if isinstance(theirs, (list, tuple)):
        if len(ours) != len(theirs):
            return [f"{path}: {len(ours)} parts, not {len(theirs)}"]
        return [d for i, (a, b) in enumerate(zip(ours, theirs)) for d in differing(a, b, f"{path}[{i}]", tolerance)]
    if theirs is None or isinstance(theirs, (str, bool)):
        return [] if ours == theirs else [f"{path}: {ours!r}, not {theirs!r}"]
    a, b = np.asarray(ours), np.asarray(theirs)
    if a.shape != b.shape or a.dtype != b.dtype:
        return [f"{path}: {a.dtype}{a.shape}, not {b.dtype}{b.shape}"]
    if not a.size:
        return []
    largest = max(1.0, float(np.abs(b.astype(np.float64)).max()))
    by = float(np.abs(a.astype(np.float64) - b.astype(np.float64)).max()) / largest
    return [f"{path}: differs by {by:.2e}"] if by > tolerance else []


def both(name: str, **settings: Any) -> tuple[Any, Any]:
    """(ours, the reference's) of a class, made with the same settings."""
    import transformers

    import triform

    return getattr(triform, name)(**settings), getattr(transformers, name)(**settings)
