"""Images in, arrays out. NumPy and Pillow do the work; no framework is imported."""

from typing import Any

NAMES = {
    "BatchFeature": "triform.features",
    "ImageProcessor": "triform.image.processor",
    "BaseImageProcessor": "triform.image.processor",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in NAMES:
        return getattr(import_module(NAMES[name]), name)
    if not name.startswith("_") and name.removesuffix("Fast").endswith(("ImageProcessor", "FeatureExtractor")):
        from triform.image.families import processor_class

        found = processor_class(name)
        if found is not None:
            return found
    raise AttributeError(f"triform.image has no {name!r}.")
