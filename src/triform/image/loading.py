"""From whatever a user has, to a Pillow image or an array (height, width, channels).

Files are decoded by Pillow, of the formats that are data alone. What is opened here is turned upright as its EXIF says and brought to
8 bits a sample; images and arrays that the caller opened are taken as they are.
"""

import base64
import binascii
import io
import os
from functools import cache
from typing import Any

from triform.errors import CorruptFileError, InputError, MissingDependencyError, MissingFileError
from triform.tensors import array

# Pillow reads more: PostScript, which runs Ghostscript, and rare ones with old decoders.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "PPM", "ICO", "JPEG2000", "AVIF", "TGA", "PCX")
GREY_OR_RGB, WITH_ALPHA = (1, 3), (2, 4)


def pillow() -> Any:
    """Pillow's Image module. Raises MissingDependencyError."""
    try:
        from PIL import Image
    except ModuleNotFoundError:
        raise MissingDependencyError("Images need Pillow, which is not installed: pip install 'triform[vision]'.") from None
    return Image


def is_image(value: Any) -> bool:
    """Whether a value is one image, not several: an array of two or three axes, a Pillow image, a path, an address, bytes."""
    if isinstance(value, (str, bytes, bytearray, memoryview, os.PathLike)):
        return True
    if isinstance(value, dict):
        return "bytes" in value or "path" in value
    if hasattr(value, "shape"):
        return len(value.shape) in (2, 3)
    return hasattr(value, "read") or is_pillow(value)


def is_pillow(value: Any) -> bool:
    """Whether a value is a Pillow image; Pillow is not imported for that."""
    return hasattr(value, "getbands") and hasattr(value, "convert")


def load_map(value: Any, label: str) -> Any:
    """One map of labels: a number for each pixel, as the file or the image has them, without any change.

    Args:
        value: whatever `load` takes; palettes are taken as the numbers of their colours.
    Returns: whole numbers (H, W). Raises: as `load`; InputError where a pixel has more than one number, or a fraction.
    """
    import numpy as np

    if not hasattr(value, "shape") and not isinstance(value, (list, tuple)):
        value = load(value, label, raw=True)
    numbers = array(value)
    for axis in (0, -1):
        if numbers.ndim == 3 and numbers.shape[axis] == 1:
            numbers = np.squeeze(numbers, axis)
    if numbers.ndim != 2 or numbers.dtype.kind not in "buif":
        raise InputError(f"{label} has the shape {numbers.shape}; a map of labels is (H, W), with one whole number for each pixel.")
    if numbers.dtype.kind == "f":
        whole = numbers.astype(np.int64)
        if not (whole == numbers).all():
            raise InputError(f"{label} holds fractions; a map of labels has a whole number for each pixel.")
        return whole
    return numbers.astype(np.uint8) if numbers.dtype == bool else numbers


def load(value: Any, label: str, channels: str | None = None, raw: bool = False) -> Any:
    """One image.

    Args:
        value: a Pillow image; an array or a framework's tensor, (H, W), (H, W, C) or (C, H, W); a path; an http(s) address; a "data:"
            address or base64; bytes; an open file; {"bytes": …, "path": …} as data sets have it.
        label: how messages name it, such as "images[2]".
        channels: "channels_first" or "channels_last", where an array's shape does not tell.
        raw: files stay as they lie and in their own mode.
    Returns: a Pillow image, or an array (H, W, C): uint8, another whole number, or float32.
    Raises: InputError, MissingFileError, CorruptFileError, HubError.
    """
    if is_pillow(value):
        return _decoded(value, label)
    if isinstance(value, dict) and ("bytes" in value or "path" in value):
        value = value.get("bytes") or value.get("path")
    if isinstance(value, str):
        return _named(value, label, raw)
    if isinstance(value, os.PathLike):
        return _read(os.fspath(value), raw)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _opened(io.BytesIO(value), f"{label} ({len(value)} bytes)", raw)
    if hasattr(value, "read"):
        return _opened(value, str(getattr(value, "name", label)), raw)
    if hasattr(value, "shape"):
        return laid_out(array(value), label, channels)
    raise InputError(
        f"{label} is a {type(value).__name__}; expected an image: a Pillow image, an array, a path, an address, base64 or bytes."
    )


def _named(text: str, label: str, raw: bool) -> Any:
    """The image that a text names or holds."""
    if text.startswith(("http://", "https://")):
        from triform import hub

        return _opened(io.BytesIO(hub.fetch(text)), text.split("?")[0].rpartition("@")[2], raw)
    if text.startswith("data:"):
        head, _, body = text.partition(",")
        if not head.endswith(";base64"):
            raise InputError(f"{label} is a data: address without ;base64, of which images are made alone.")
        return _opened(io.BytesIO(_from_base64(body, label)), label, raw)
    if len(text) < 4096 and os.path.lexists(text):
        return _read(text, raw)
    if len(text) > 255 or text.startswith(("/9j/", "iVBORw0KGgo", "R0lGOD", "UklGR")):  # how base64 of the usual formats begins
        return _opened(io.BytesIO(_from_base64(text, label)), label, raw)
    raise MissingFileError(f"{label}: there is no file {text!r}, and it is neither an http(s) address nor base64.")


def _from_base64(text: str, label: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise CorruptFileError(f"{label} is no base64: {error}.") from None


def _read(path: str, raw: bool) -> Any:
    """The image in a file by its path; the file is closed again."""
    if not os.path.isfile(path):
        kind = "is a folder; give its files" if os.path.isdir(path) else "is not there"
        raise MissingFileError(f"{path} {kind}.")
    if os.path.getsize(path) == 0:
        raise CorruptFileError(f"{path} is empty.")
    try:
        with open(path, "rb") as file:
            return _opened(file, path, raw)
    except PermissionError as error:
        raise MissingFileError(f"{path} may not be read: {error.strerror}.") from None


def _opened(file: Any, label: str, raw: bool) -> Any:
    """The image in a file: unless it shall be raw, upright and of 8 bits a sample."""
    image_module = pillow()
    try:
        image = image_module.open(file, formats=_known(image_module))
    except image_module.DecompressionBombError as error:
        raise InputError(
            f"{label} is larger than Pillow decodes: {error} For files that you trust, raise PIL.Image.MAX_IMAGE_PIXELS."
        ) from None
    except MemoryError:
        raise
    except OSError:
        raise CorruptFileError(f"{label} is no image of a format that is read here ({', '.join(FORMATS)}){_hint(file)}.") from None
    except Exception as error:  # decoders fail in their own ways on files that are broken
        raise CorruptFileError(f"{label} is a broken image: {type(error).__name__}: {error}.") from None
    image = _decoded(image, label)
    return image if raw else eight_bit_modes(upright(image))


@cache
def _known(image_module: Any) -> tuple[str, ...]:
    """Those of FORMATS that this Pillow was built with."""
    image_module.init()
    return tuple(name for name in FORMATS if name in image_module.OPEN)


def _hint(file: Any) -> str:
    """How a file begins that is no image."""
    try:
        file.seek(0)
        start = file.read(64)
    except (OSError, ValueError, AttributeError):
        return ""
    if bytes(start).startswith(b"version https://git-lfs"):
        return "; it is a git-lfs pointer: git lfs pull fetches the file itself"
    return f"; it begins with {bytes(start[:12])!r}"


def _decoded(image: Any, label: str) -> Any:
    """Pillow decodes when the pixels are first needed: here, so that a fault has the file's name."""
    if image.width == 0 or image.height == 0:
        raise InputError(f"{label} has no pixels: {image.width} × {image.height}.")
    try:
        image.load()
    except MemoryError:
        raise
    except Exception as error:  # decoders fail in their own ways on files that are broken
        name = getattr(image, "filename", "") or label
        raise CorruptFileError(f"{name} is broken or cut off: {error}.") from None
    return image


def upright(image: Any) -> Any:
    """The image turned and mirrored as its EXIF orientation says."""
    try:
        orientation = image.getexif().get(0x0112, 1)
    except Exception:  # EXIF that cannot be read says nothing
        return image
    if orientation in (None, 1):
        return image
    from PIL import ImageOps

    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # other parts of the EXIF may be broken
        return image


def eight_bit_modes(image: Any) -> Any:
    """An image of 16 bits or of floats a sample, brought to 8: white stays white, where Pillow's own conversion cuts all above 255 off."""
    if not image.mode.startswith(("I", "F")):
        return image
    import numpy as np

    samples = np.asarray(image)
    if image.mode == "F" and samples.size and samples.min() >= 0 and samples.max() <= 1:
        samples = samples * 255
    return pillow().fromarray(to_eight_bits(samples))


def to_eight_bits(samples: Any) -> Any:
    """Whole numbers of 16 bits brought to 8 where any is above 255; below 0 is black, above 65535 white."""
    import numpy as np

    if samples.size and samples.max() > 255:
        samples = samples / 257.0
    return np.clip(np.rint(samples), 0, 255).astype(np.uint8)


# ---- arrays


def laid_out(samples: Any, label: str, channels: str | None = None) -> Any:
    """An array as (H, W, C), float32 if it holds floats; one whose colours are plain, grey (H, W) or with alpha, as a Pillow image."""
    import numpy as np

    if samples.dtype == object or samples.dtype.kind not in "buif":
        raise InputError(f"{label} is an array of {samples.dtype}; expected numbers.")
    if samples.ndim not in (2, 3) or 0 in samples.shape:
        raise InputError(f"{label} has the shape {samples.shape}; an image is (H, W), (H, W, C) or (C, H, W), with no axis of 0.")
    if samples.dtype.kind == "f":
        samples = samples.astype(np.float32, copy=False)
        if not np.isfinite(samples).all():
            raise InputError(f"{label} holds numbers that are not finite.")
    elif samples.dtype == np.uint16 and samples.max() > 255:
        samples = to_eight_bits(samples)
    elif samples.dtype == bool:
        samples = samples.astype(np.uint8)
    if samples.ndim == 2:
        return pillow().fromarray(samples) if samples.dtype == np.uint8 else samples[:, :, None]
    if is_channels_first(samples.shape, label, channels):
        samples = samples.transpose(1, 2, 0)
    if channels is None and samples.dtype == np.uint8 and samples.shape[2] in WITH_ALPHA:
        return pillow().fromarray(np.ascontiguousarray(samples))
    return samples


def is_channels_first(shape: tuple[int, ...], label: str, channels: str | None) -> bool:
    """Whether an image's channels come before its height: as the caller says, else by which axis can be channels; both: yes."""
    channels = getattr(channels, "value", channels)
    if channels is not None:
        if channels not in ("channels_first", "channels_last"):
            raise InputError(f"input_data_format={channels!r}: expected 'channels_first' or 'channels_last'.")
        return channels == "channels_first"
    for numbers in (GREY_OR_RGB, WITH_ALPHA):
        if shape[0] in numbers:
            return True
        if shape[2] in numbers:
            return False
    raise InputError(
        f"{label} has the shape {shape}, in which no axis can be the channels. Say which is: input_data_format='channels_first' or "
        "'channels_last'."
    )
