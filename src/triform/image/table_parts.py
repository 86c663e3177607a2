"""Fields that many families have in common."""

from typing import Any

HALF = ([0.5] * 3,) * 2
CLIP = ([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711])
IMAGENET = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
RGB, RGB_ASKED = {"do_convert_rgb": True}, {"do_convert_rgb": None}


def square(height: int, width: int | None = None) -> dict[str, int]:
    """A size of height and width."""
    return {"height": height, "width": width or height}


def edge(shortest: int, longest: int | None = None) -> dict[str, int]:
    """A size by edges."""
    return {"shortest_edge": shortest, **({"longest_edge": longest} if longest else {})}


def resizing(size: dict[str, int], resample: int) -> dict[str, Any]:
    """The fields of the step."""
    return {"do_resize": True, "size": size, "resample": resample}


def cropping(length: int, do: bool = True) -> dict[str, Any]:
    """The fields of the step."""
    return {"do_center_crop": do, "crop_size": square(length)}


def scaling(statistics: tuple[list[float], list[float]], do: bool = True) -> dict[str, Any]:
    """The fields of rescaling and normalising."""
    mean, std = statistics
    return {"do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": do, "image_mean": mean, "image_std": std}
