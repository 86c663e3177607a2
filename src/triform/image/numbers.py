"""From samples to the numbers that a model takes: rescaled, normalised, written where they come to lie in the batch.

Of 8 bits there are 256 samples: what becomes of each is computed once a call, as exactly as one likes, and looked up.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from triform.errors import InputError
from triform.image.colours import as_array

Number = Callable[[np.ndarray, Any], np.ndarray]  # (…, C) -> (…, C)


def rescaled(x: np.ndarray, s: Any) -> np.ndarray:
    """Times `rescale_factor`."""
    return (x.astype(np.float64) * s.rescale_factor).astype(np.float32) if s.do_rescale else x


def offset(x: np.ndarray, s: Any) -> np.ndarray:
    """Times `rescale_factor`, and one less where `offset` says so: from -1 to 1."""
    return rescaled(x, s) - np.float32(1) if s.do_rescale and s.offset else rescaled(x, s)


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

    def dtype(self, pixels: Any) -> np.dtype:
        """What the numbers of an image are kept as."""
        samples = as_array(pixels)
        return self(samples[:1, :1]).dtype

    def write(self, pixels: Any, out: np.ndarray) -> None:
        """The numbers of an image into `out` (C, H, W)."""
        samples = as_array(pixels)
        if samples.dtype != np.uint8:
            out[...] = np.moveaxis(self(samples), 2, 0)
            return
        table = self.table(samples.shape[2])
        for channel, plane in enumerate(out):
            source = samples[:, :, channel]
            if plane.flags.c_contiguous and table.dtype == plane.dtype:
                np.take(table[channel], source, out=plane, mode="clip")
            else:
                plane[...] = table[channel][source]
