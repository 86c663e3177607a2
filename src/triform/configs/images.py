"""What configs of vision models have in common: sizes that are one number or two."""

from collections.abc import Iterator
from typing import Any

Sides = int | list[int]


def pair(value: Any) -> tuple[int, int]:
    """(height, width) of a size; one number stands for both."""
    if isinstance(value, int):
        return value, value
    height, width = value
    return height, width


def grid(config: Any) -> tuple[int, int]:
    """How many patches an image has, in height and in width."""
    (height, width), (tall, wide) = pair(config.image_size), pair(config.patch_size)
    return height // tall, width // wide


def patch_problems(config: Any) -> Iterator[str]:
    """What patches cannot be: not two numbers, none at all, larger than the image; and heads of unequal width."""
    for name in ("image_size", "patch_size"):
        value = getattr(config, name)
        sides = [value] if isinstance(value, int) else list(value)
        if len(sides) > 2 or not sides or min(sides) < 1:
            yield f"{name} is {value}, expected a number above 0, or a height and a width"
            return
    if min(grid(config)) < 1:
        yield f"patch_size={config.patch_size} is larger than image_size={config.image_size}"
    yield from head_problems(config)


def head_problems(config: Any) -> Iterator[str]:
    """Heads of unequal width."""
    if config.num_attention_heads < 1 or config.hidden_size % config.num_attention_heads:
        yield f"hidden_size={config.hidden_size} is not a multiple of num_attention_heads={config.num_attention_heads}"
