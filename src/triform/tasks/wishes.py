"""How a task is to be done."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Wishes:
    """How a task is to be done.

    Attributes:
        top: answers per input.
        question: for question answering, asked of every text.
        generation: settings of `generate`, for models that write.
        source_language, target_language: for models that translate between several.
        listener: is told (input, piece of the answer) while a model writes.
        labels: what is looked for in images, by models that find what they are told.
        threshold: what is surer is shown of an image.
        points, boxes: (x, y), and (left, top, right, bottom), in pixels: what a model shall outline.
        output: where a picture of what was found is written: a file, or a folder. None: nowhere.
    """

    top: int = 5
    question: str | None = None
    generation: dict[str, Any] = field(default_factory=dict)
    source_language: str | None = None
    target_language: str | None = None
    listener: Callable[[str, str], None] | None = None
    labels: tuple[str, ...] = ()
    threshold: float = 0.5
    points: tuple[tuple[float, float], ...] = ()
    boxes: tuple[tuple[float, float, float, float], ...] = ()
    output: Path | None = None
