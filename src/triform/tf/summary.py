"""What `model.summary()` prints: the blocks of the tree, with their parameters."""

import math
from typing import Any

from .tree import List, Module


def rows(tree: Module, depth: int = 3) -> list[tuple[str, str, int, bool]]:
    """(path, class, parameters, whether any is trained) of every block down to a depth; equal layers of a list are one row."""
    found: list[tuple[str, str, int, bool]] = []

    def visit(module: Module, path: str, level: int) -> None:
        for name, child in module.children():
            label = f"{path}.{name}" if path else name
            if isinstance(child, List) and len(child):
                first = next(iter(child))
                found.append((f"{label}.0…{len(child) - 1}", f"{type(first).__name__} × {len(child)}", count(child), child.trainable))
            else:
                found.append((label, type(child).__name__, count(child), child.trainable))
                if level < depth:
                    visit(child, label, level + 1)

    visit(tree, "", 1)
    return found


def count(module: Module) -> int:
    """How many numbers a module holds."""
    return sum(math.prod(v.shape) for v in module.variables)


def print_summary(model: Any, print_fn: Any = None) -> None:
    """Prints a table, with rich to a terminal or as plain lines to `print_fn`."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f'Model: "{model.name}" ({type(model).__name__})', title_justify="left")
    table.add_column("block")
    table.add_column("class")
    table.add_column("parameters", justify="right")
    table.add_column("trained")
    for path, name, size, learns in rows(model.tree):
        table.add_row(path, name, f"{size:,}", "yes" if learns else "no")
    total = sum(math.prod(v.shape) for v in model.variables if v is not model.seed_generator.state)
    trained = sum(math.prod(v.shape) for v in model.trainable_variables)
    lines = f"Total parameters: {total:,}\nTrained: {trained:,}\nNot trained: {total - trained:,}"
    console = Console(width=None if print_fn is None else 110)
    if print_fn is None:
        console.print(table)
        console.print(lines)
        return
    with console.capture() as captured:
        console.print(table)
        console.print(lines)
    print_fn(captured.get())
