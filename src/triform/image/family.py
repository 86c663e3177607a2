"""What a family of image processors is, as data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from triform.image.colours import in_colour
from triform.image.joining import Join, stacked
from triform.image.numbers import Number, normalized, rescaled

Step = Callable[[Any, Any], Any]  # (pixels, settings) -> pixels
SQUARE: Mapping[str, str] = {"size": "square", "crop_size": "square", "pad_size": "square"}
EDGE: Mapping[str, str] = {**SQUARE, "size": "shortest"}


@dataclass(frozen=True)
class Family:
    """One kind of image processor.

    Attributes:
        fields: the names and defaults of its settings: those of preprocessor_config.json, in the reference's order.
        steps: what is done to the pixels of each image, in order.
        numbers: what is done to each sample afterwards.
        join: how the images of a call become arrays.
        sizes: field -> what a single number means there; see `triform.image.sizes.read_size`.
        inputs: the names of what models take of it.
        colour: the first step: what becomes of other modes than RGB.
        older: older name of a field -> its name; "" for one that says nothing any more.
        optional: keywords of the call alone -> their defaults.
        first: what the first argument is called. extras: what else a call takes, by position or name.
        call: "module:function" that makes the arrays of a call's arguments; see `triform.image.calling.of_images`.
        methods: "module:Class" of methods of its own: post-processing and the like.
    """

    fields: Mapping[str, Any]
    steps: tuple[Step, ...] = ()
    numbers: tuple[Number, ...] = (rescaled, normalized)
    join: Join = stacked
    sizes: Mapping[str, str] = field(default_factory=lambda: SQUARE)
    inputs: tuple[str, ...] = ("pixel_values",)
    colour: Step = in_colour
    older: Mapping[str, str] = field(default_factory=dict)
    optional: Mapping[str, Any] = field(default_factory=dict)
    first: str = "images"
    extras: tuple[str, ...] = ()
    call: str = "triform.image.calling:of_images"
    methods: tuple[str, ...] = ()


def late(place: str) -> Any:
    """What "module:name" names."""
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)
