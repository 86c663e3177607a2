"""Results and tables in a terminal."""

from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table

console = Console()


def table(title: str, *columns: str) -> Table:
    """An empty table; a column that begins with > is set to the right."""
    made = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        made.add_column(column.removeprefix(">"), justify="right" if column.startswith(">") else "left", overflow="fold")
    return made


def result(found: Any) -> None:
    """What a model said, one table for all inputs."""
    made = table(f"{found.cls} on {found.backend} · {found.task}", "input", *found.columns)
    for text, rows in zip(found.inputs, found.rows):
        for i, row in enumerate(rows or [("",) * len(found.columns)]):
            made.add_row(text if i == 0 else "", *(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row))
        made.add_section()
    console.print(made)


def explanation(said: Any) -> None:
    """Which class each Auto class gives."""
    commit = f" at {said.commit[:12]}" if said.commit else ""
    made = table(f"{said.name}{commit}", "Auto class", "gives", "decided by", "missing")
    for finding in said.findings:
        made.add_row(finding.auto_class, finding.cls or "—", finding.decided_by, finding.missing, style=None if finding.cls else "dim")
    console.print(made)
    if said.weights:
        console.print(f"Weights: {', '.join(said.weights)}. Every class is there on PyTorch, TensorFlow (TF…) and Flax (Flax…).")


def models(rows: list[tuple[str, str, str]]) -> None:
    """The model types and their classes."""
    made = table("Model types; every class is there on PyTorch, TensorFlow (TF…) and Flax (Flax…)", "model type", "Auto class", "class")
    for model_type, group in groupby(rows, key=lambda row: row[0]):
        for i, (_, auto, cls) in enumerate(group):
            made.add_row(model_type if i == 0 else "", auto, cls)
        made.add_section()
    console.print(made)
