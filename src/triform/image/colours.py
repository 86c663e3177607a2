"""Colours: what a Pillow image's mode becomes, and grey, flipped and blended channels."""

from typing import Any

from triform.errors import InputError
from triform.image.loading import is_pillow, pillow

PLAIN_MODES = ("L", "LA", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "LAB")  # whose samples mean something by themselves, 8 bits each


def in_colour(pixels: Any, s: Any) -> Any:
    """RGB of a Pillow image, unless `do_convert_rgb` is False; arrays stay."""
    if not is_pillow(pixels):
        return pixels
    if getattr(s, "do_convert_rgb", None) is False and pixels.mode in PLAIN_MODES:
        return pixels
    return pixels if pixels.mode == "RGB" else pixels.convert("RGB")


def on_white(pixels: Any, s: Any) -> Any:
    """RGB, with what shines through a transparent image white."""
    import numpy as np

    if not is_pillow(pixels) or getattr(s, "do_convert_rgb", None) is False:
        return pixels
    if pixels.mode == "RGB":
        return pixels
    samples = np.asarray(pixels.convert("RGBA"))
    if not (samples[:, :, 3] < 255).any():
        return pixels.convert("RGB")
    alpha = samples[:, :, 3:] / 255.0
    return pillow().fromarray(((1 - alpha) * 255 + alpha * samples[:, :, :3]).astype("uint8"))


def flipped(pixels: Any, s: Any) -> Any:
    """Blue, green, red: the channels in the other order, unless `do_flip_channel_order` is False."""
    return as_array(pixels)[:, :, ::-1] if getattr(s, "do_flip_channel_order", True) else pixels


def grey(pixels: Any, s: Any) -> Any:
    """Three equal channels of brightness, where `do_grayscale` asks for it; images of one channel stay."""
    samples = as_array(pixels)
    if not s.do_grayscale or samples.shape[2] == 1:
        return pixels
    if samples.shape[2] != 3:
        raise InputError(f"An image of {samples.shape[2]} channels cannot be made grey; expected 1 or 3.")
    import numpy as np

    light = samples.astype(np.float32) @ np.array([0.2989, 0.5870, 0.1140], np.float32)
    return np.repeat(light[:, :, None], 3, axis=2)


def as_array(pixels: Any) -> Any:
    """(H, W, C) of a Pillow image or of an array."""
    import numpy as np

    samples = np.asarray(pixels)
    return samples[:, :, None] if samples.ndim == 2 else samples


def height_and_width(pixels: Any) -> tuple[int, int]:
    """The size of a Pillow image or of an array (H, W, C)."""
    return (pixels.height, pixels.width) if is_pillow(pixels) else tuple(pixels.shape[:2])
