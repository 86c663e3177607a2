"""Results and tables in a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

console = Console()


def table(title: str, *columns: str) -> Table:
    """An empty table; a column marked > is set to the right, one marked ! is never broken."""
    made = Table(title=title or None, title_justify="left", title_style="dim", box=box.SIMPLE_HEAD)
    for column in columns:
        name = column.lstrip(">!")
        made.add_column(name, justify="right" if ">" in column else "left", no_wrap="!" in column, overflow="fold")
    return made


def result(found: Any) -> None:
    """What a model said, one table for all inputs."""
    made = table(f"{found.cls} on {found.backend} · {found.task}", "input", *found.columns)
    for text, rows in zip(found.inputs, found.rows):
        for i, row in enumerate(rows or [("",) * len(found.columns)]):
            made.add_row(escape(text) if i == 0 else "", *(f"{cell:.3f}" if isinstance(cell, float) else escape(str(cell)) for cell in row))
        made.add_section()
    console.print(made)


class Writing:
    """Shows what a model writes while it writes it, under the text that it was given."""

    def __init__(self) -> None:
        self.shown = False
        self._input: str | None = None

    def __call__(self, text: str, piece: str) -> None:
        if text != self._input:
            self.end()
            console.print(escape(text), style="dim")
            self._input = text
        self.shown = True
        console.print(piece, end="", markup=False, highlight=False, soft_wrap=True)
        console.file.flush()

    def end(self) -> None:
        """The text is over, or was interrupted."""
        if self._input is not None:
            console.print()
        self._input = None


def explanation(said: Any) -> None:
    """Which class each Auto class gives."""
    commit = f" at {said.commit[:12]}" if said.commit else ""
    console.print(escape(f"{said.name}{commit}"), style="bold")
    for reason, group in groupby(said.findings, key=lambda finding: finding.decided_by):
        console.print(escape(f"decided by {reason}" if reason else "not there"), style="dim")
        made = table("", "!Auto class", "!gives", "missing")
        for finding in group:
            made.add_row(finding.auto_class, finding.cls or "—", escape(finding.missing))
        console.print(made)
    if said.made_as:
        console.print(f"Made as {', '.join(said.made_as)}; a new head is initialised, to be trained.")
    if said.weights:
        console.print(f"Weights: {', '.join(said.weights)}. Every class is there on PyTorch, TensorFlow (TF…) and Flax (Flax…).")


def models(rows: list[tuple[str, str, str]]) -> None:
    """The model types and their classes."""
    made = table("Model types; every class is there on PyTorch, TensorFlow (TF…) and Flax (Flax…)", "!model type", "!Auto class", "!class")
    for model_type, group in groupby(rows, key=lambda row: row[0]):
        for i, (_, auto, cls) in enumerate(group):
            made.add_row(model_type if i == 0 else "", auto, cls)
        made.add_section()
    console.print(made)


@contextmanager
def progress(what: str) -> Iterator[Callable[[str, int, int], None]]:
    """A bar on a terminal, and nothing elsewhere: call what it gives with (name of the piece, done so far, all), in bytes or pieces."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(what),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[piece]}"),
    )
    bar = Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
    with bar:
        task = bar.add_task(what, total=None, piece="")
        yield lambda piece, done, total: bar.update(task, completed=done, total=total, piece=piece)
