"""From samples to the numbers that a model takes: rescaled, normalised, written where they come to lie in the batch.

Of 8 bits there are 256 samples: what becomes of each is computed once a call, as exactly as one likes, and looked up.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from triform.errors import InputError

BLOCK = 2**18  # samples that are looked up at a time
Number = Callable[[np.ndarray, Any], np.ndarray]  # (…, C) -> (…, C)


def rescaled(x: np.ndarray, s: Any) -> np.ndarray:
    """Times `rescale_factor`."""
    return (x.astype(np.float64) * s.rescale_factor).astype(np.float32) if s.do_rescale else x


def rescaled_and_offset(flag: str) -> Number:
    """Times `rescale_factor`, and one less where the setting of this name says so: from -1 to 1."""
    return lambda x, s: rescaled(x, s) - np.float32(1) if s.do_rescale and getattr(s, flag) else rescaled(x, s)


def fractions(x: np.ndarray, s: Any) -> np.ndarray:
    """From 0 to 1."""
    return (x.astype(np.float64) * (1 / 255)).astype(np.float32) if s.do_rescale else x


def normalized(x: np.ndarray, s: Any) -> np.ndarray:
    """Less `image_mean`, through `image_std`, each a number or one for each channel."""
    if not s.do_normalize:
        return x
    return standardized(x, s.image_mean, s.image_std)


def standardized(x: np.ndarray, mean: Any, std: Any) -> np.ndarray:
    """Less `mean`, through `std`. Raises InputError where they are neither one number nor one for each channel."""
    for name, value in (("image_mean", mean), ("image_std", std)):
        if np.ndim(value) and len(value) != x.shape[-1]:
            raise InputError(
                f"{name} has {len(value)} numbers, and the image has {x.shape[-1]} channels. Give images with as many channels, or as many "
                "numbers."
            )
    return (x.astype(np.float32, copy=False) - np.asarray(mean, np.float32)) / np.asarray(std, np.float32)


def through_std(x: np.ndarray, s: Any) -> np.ndarray:
    """Through `image_std` once more, where `include_top` asks for it."""
    return standardized(x, 0, s.image_std) if s.include_top else x


def centred(x: np.ndarray, s: Any) -> np.ndarray:
    """From -1 to 1."""
    return x.astype(np.float32) * np.float32(1 / 127.5) - np.float32(1) if s.do_normalize else x


class Chain:
    """What becomes of samples in one call.

    Args:
        numbers: the functions, in their order. s: the settings.
    """

    def __init__(self, numbers: tuple[Number, ...], s: Any) -> None:
        self.numbers, self.s = numbers, s
        self._tables: dict[int, np.ndarray] = {}

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Of samples with the channels last."""
        for number in self.numbers:
            x = number(x, self.s)
        return x

    def table(self, channels: int) -> np.ndarray:
        """(channels, 256): what becomes of each 8-bit sample."""
        if channels not in self._tables:
            every = np.broadcast_to(np.arange(256, dtype=np.uint8)[:, None], (256, channels))
            self._tables[channels] = np.ascontiguousarray(self(every).T)
        return self._tables[channels]

    def dtype(self, samples: np.ndarray) -> np.dtype:
        """What the numbers of an image are kept as."""
        return self(samples[:1, :1]).dtype

    def write(self, samples: np.ndarray, out: np.ndarray) -> None:
        """The numbers of an image (H, W, C) into `out` (C, H, W)."""
        if samples.dtype != np.uint8:
            out[...] = np.moveaxis(self(samples), 2, 0)
            return
        table = self.table(samples.shape[2])
        for channel, plane in enumerate(out):
            source = samples[:, :, channel]
            rows = max(1, BLOCK // samples.shape[1])
            for top in range(0, samples.shape[0], rows):  # looking up makes each sample a number of 64 bits: not of all at once
                part, place = source[top : top + rows], plane[top : top + rows]
                if place.flags.c_contiguous:
                    np.take(table[channel], part, out=place, mode="clip")
                else:
                    place[...] = table[channel][part]
