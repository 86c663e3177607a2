"""What loading did: one report, for every backend, always at `model.loading_report`."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from triform.errors import WeightsMismatchError

log = logging.getLogger("triform")


@dataclass(eq=False)
class LoadingReport:
    """How a checkpoint fitted a model. All names are full names.

    Attributes:
        model: class and backend, for messages. source: the files.
        missing: parts of the model that the files lack; they were initialised.
        unexpected: what the files hold and the model has no place for.
        mismatched: name, shape in the file, shape by the config.
        renamed: name in the file -> name in the model, where they differ by more than the prefix.
        ignored: left out on purpose: what older files hold and nothing needs.
        dtype: what the weights were loaded as.
        adapter: the adapter (PEFT) that was put onto the model; "" where there is none.
    """

    model: str
    source: str
    missing: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    mismatched: list[tuple[str, tuple[int, ...], tuple[int, ...]]] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    dtype: str = ""
    adapter: str = ""

    # A report is no part of what a model is: models that differ in it alone are equal, and JAX compiles them once.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, LoadingReport)

    def __hash__(self) -> int:
        return hash(LoadingReport)

    def as_dict(self) -> dict[str, list]:
        """The dictionary of `output_loading_info=True`, with the reference's keys."""
        return {
            "missing_keys": list(self.missing),
            "unexpected_keys": list(self.unexpected),
            "mismatched_keys": list(self.mismatched),
            "error_msgs": [],
        }

    def refuse(self, missing: Iterable[str], mismatched: Iterable[tuple[str, tuple[int, ...], tuple[int, ...]]]) -> None:
        """Raises one error that lists everything that does not fit."""
        lines = []
        absent, differing = list(missing), list(mismatched)
        if absent:
            lines.append(f"{_count(absent, 'key')} missing: {_some(absent)}")
        if differing:
            shapes = [f"{name} is {found} in the file, {wanted} by the config" for name, found, wanted in differing]
            lines.append(f"{len(differing)} shape{'s differ' if len(differing) > 1 else ' differs'}: {_some(shapes, 20, '; ')}")
        if not lines:
            return
        if absent and self.unexpected:
            lines.append(f"{_count(self.unexpected, 'key')} of the file fit nowhere: {_some(self.unexpected, 6)}")
        advice = []
        if differing:
            advice.append(f"{_cause(differing)}ignore_mismatched_sizes=True initialises these parts anew")
        if absent:
            advice.append("ignore_missing=True initialises what is missing, if this is the right class for these weights")
        text = "\n  ".join(lines)
        raise WeightsMismatchError(f"{self.source} does not fit {self.model}:\n  {text}\n  {'; '.join(advice)}.")

    def warn(self) -> None:
        """One warning for what was initialised, one line of information for what was left over."""
        fresh = [*self.missing, *(name for name, _, _ in self.mismatched)]
        if fresh:
            log.warning(
                "%s: %s not in %s and initialised anew: %s. Train the model before you rely on it.",
                self.model, _count(fresh, "parameter"), self.source, _some(fresh, 12),
            )  # fmt: skip
        if self.unexpected:
            log.info("%s: %s of %s not used: %s", self.model, _count(self.unexpected, "key"), self.source, _some(self.unexpected, 12))


def _count(names: list, noun: str) -> str:
    return f"{len(names)} {noun}{'' if len(names) == 1 else 's'}"


def _some(names: list[str], most: int = 40, separator: str = ", ") -> str:
    shown = separator.join(names[:most])
    return shown if len(names) <= most else f"{shown}{separator}… and {len(names) - most} more"


def _cause(differing: list[tuple[str, tuple[int, ...], tuple[int, ...]]]) -> str:
    """The config field that usually explains shapes like these."""
    names = [name for name, _, _ in differing]
    if all("classifier" in n or "score" in n or "out_proj" in n or "qa_outputs" in n for n in names):
        return f"num_labels is {differing[0][2][0]} here and was {differing[0][1][0] if differing[0][1] else '?'} there; "
    if all("embed" in n or "lm_head" in n or "decoder" in n or "wte" in n for n in names):
        return "vocab_size may differ; "
    return ""
