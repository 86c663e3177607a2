"""Colours: many that are told apart, one that is read on another, and a scale from dark to light."""

import colorsys
from typing import Any

import numpy as np

Colour = tuple[int, int, int]
# a scale from dark blue over violet and orange to pale yellow, whose lightness grows evenly
STOPS = np.array([(8, 5, 40), (70, 16, 105), (140, 41, 100), (207, 70, 70), (245, 133, 42), (252, 200, 90), (252, 253, 200)], np.float32)
GOLDEN = 0.618033988749895  # of the circle of hues: steps by this share keep apart however many there are


def distinct(number: int) -> Colour:
    """The colour of the n-th thing: neighbours in number lie far apart in hue, and take turns in lightness."""
    hue, light = (0.02 + number * GOLDEN) % 1.0, (0.52, 0.42, 0.6)[number % 3]
    return tuple(round(255 * share) for share in colorsys.hls_to_rgb(hue, light, 0.85))  # type: ignore[return-value]


def luminance(colour: Colour) -> float:
    """How light a colour is, from 0 to 1, as WCAG 2 counts it."""
    parts = [c / 255 for c in colour]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def readable_on(colour: Colour) -> Colour:
    """Black or white, whichever has more contrast on a colour."""
    light = luminance(colour)
    return (0, 0, 0) if (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) else (255, 255, 255)


def scale(values: Any) -> np.ndarray:
    """(H, W) -> (H, W, 3) uint8: the lowest value is the darkest. Values that are no numbers count as the lowest."""
    values = np.asarray(values, np.float64)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    share = np.clip((np.where(np.isfinite(values), values, low) - low) / (high - low if high > low else 1.0), 0, 1)
    place = share * (len(STOPS) - 1)
    first = np.minimum(place.astype(int), len(STOPS) - 2)
    rest = (place - first)[..., None]
    return (STOPS[first] * (1 - rest) + STOPS[first + 1] * rest + 0.5).astype(np.uint8)
