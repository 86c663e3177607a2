"""A step that comes again and again, without the Python of the model.

Two steps of a loop are watched: what torch was asked to do, with which tensors and numbers. Where the second differs from the first by
nothing but integers that grew, the steps after it ask torch for the same, one line after the other: a third of what a step costs
beside its arithmetic. Whatever else differs, or cannot be known of the next step, and the loop goes on as it is.
"""

import functools
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch

from . import fast
from .growing import Growing
from .held import hooked
from .packing import Packing
from .watching import METADATA, Watched, leaves

SOON = 1  # steps as they are before two are watched: short texts do not pay
WORTH = 8  # steps that a recording is to be good for
PAYS = 10  # steps that a loop is to have at least: those that stop for the clock, every 8, do not pay
TRIES = 3  # recordings that were not, before no more are made
_OURS = ("triform.", "torch.nn.modules.")
_SAME = {getattr(torch.Tensor, name) for name in ("t", "transpose", "view", "narrow", "unsqueeze", "__getitem__")} | {torch.as_tensor}
_IDLE = _SAME | {getattr(torch.Tensor, name) for name in ("add", "mul", "to")} | {torch.arange}


class Unrepeatable(Exception):
    """The next step may ask for something else. Never leaves this module."""


def repeatable(model: torch.nn.Module) -> bool:
    """Whether what a model does is what torch is asked to do, and nothing else watches: its own layers, unhooked."""
    every = torch.nn.modules.module
    if every._global_forward_hooks or every._global_forward_pre_hooks or torch.is_grad_enabled():
        return False
    return all(type(module).__module__.startswith(_OURS) and not hooked(module) for module in model.modules())


def loop(going: Any, body: Any, state: Any, most: int = 0) -> Any:
    """`while going(state): state = body(state)`, of about `most` steps."""
    steps, tries, packing = 0, 0, Packing(most)
    while going(state):
        steps += 1
        if steps <= SOON or tries == TRIES:
            state = body(state)
            continue
        steps, tries = 0, tries + 1
        first = Watched(body, state, None)
        state = first.after
        if not going(state):
            break
        second = Watched(body, state, first)
        state = second.after
        try:
            replay = Replay(first, second, packing)
        except Unrepeatable:
            continue
        del first, second
        state = replay.run(going, state)
        tries = 0 if replay.most >= WORTH else tries
    return state


class Line(NamedTuple):
    """One thing that torch is asked for.

    Attributes:
        text: of the call. target: what its results are called; names: those of them that are tensors. needs: the tensors that it takes.
        idle: whether it may be left out where nothing needs its results.
    """

    text: str
    target: str
    names: list[str]
    needs: list[str]
    idle: bool


class Replay:
    """The steps after two that were watched, as one function that asks torch for the same.

    Attributes:
        most: how many steps it is good for.
    Raises: Unrepeatable.
    """

    def __init__(self, first: Watched, second: Watched, packing: Packing) -> None:
        counts = {len(list(leaves(state))) for step in (first, second) for state in (step.before, step.left)}
        if first.unknown or second.unknown or len(counts) > 1 or len(first.events) != len(second.events):
            raise Unrepeatable
        self.most = second.horizon.steps
        self._constants: dict[str, Any] = {}
        self._known: dict[int, str] = {}
        self._names: tuple[dict[int, str], dict[int, str]] = ({}, {})  # by the identities of tensors, which the events keep alive
        self._count = 0
        self._needs: list[str] = []
        self._products: dict[str, tuple[torch.Tensor, int]] = {}
        inputs, _ = self._named(first.before, second.before)
        lines = [line for events in zip(first.events, second.events, strict=True) for line in self._lines(*events)]
        for before, after in zip(leaves(second.before), leaves(second.left), strict=True):
            _same_kind(before, after)
        results = self._written(first.left, second.left)
        self._constants.update(packing.of(self._products))
        text = [f"def step(s, state):\n {inputs} = state", *_needed(lines, self._needs), f" return {results}"]
        exec(_compiled("\n".join(text)), self._constants)
        self.step = self._constants["step"]
        del self._names, self._needs, self._known, self._products

    def run(self, going: Any, state: Any) -> Any:
        """Steps until `going` says no, or until something that was asked would be answered otherwise."""
        s = 1
        while s <= self.most and going(state):
            state = self.step(s, state)
            s += 1
        return state

    def _named(self, first: Any, second: Any) -> tuple[str, list[str]]:
        """(what stands left of `=` for tensors, or for tuples and lists of them; their names)."""
        if isinstance(second, (tuple, list)):
            if len(first) != len(second):
                raise Unrepeatable
            parts = [self._named(a, b) for a, b in zip(first, second, strict=True)]
            return f"[{', '.join(text for text, _ in parts)}]", [name for _, names in parts for name in names]
        if not isinstance(second, torch.Tensor):
            return "_", []
        self._count += 1
        name = self._names[0][id(first)] = self._names[1][id(second)] = f"t{self._count}"
        return name, [name]

    def _constant(self, value: Any) -> str:
        name = self._known.setdefault(id(value), f"c{len(self._known)}")
        self._constants[name] = value
        return name

    def _lines(self, first: Any, second: Any) -> Iterator[Line]:
        """A line for what torch was asked for; none for what is the same at each step."""
        (function, args, kwargs, out), (again, args_again, kwargs_again, out_again) = first, second
        if function != again or kwargs.keys() != kwargs_again.keys() or len(args) != len(args_again):
            raise Unrepeatable
        if function in METADATA:
            return
        self._needs = []
        given = [self._written(a, b) for a, b in zip(args, args_again, strict=True)]
        given += [f"{name}={self._written(kwargs[name], kwargs_again[name])}" for name in kwargs]
        if function is torch.Tensor.to and out is args[0] and out_again is args_again[0]:  # nothing to do
            return
        if function in _SAME and self._fixed((*args_again, *kwargs_again.values())):  # of a parameter: as good as one itself
            self._names[0][id(out)] = self._names[1][id(out_again)] = self._constant(out_again)
            return
        if function is fast.operator and self._fixed(args_again[1]):
            given[1] = self._packable(given[1], *args_again[:2])
        needs, (target, names) = self._needs, self._named(out, out_again)
        yield Line(f"{self._constant(function)}({', '.join(given)})", target, names, needs, function in _IDLE)

    def _packable(self, name: str, x: torch.Tensor, weight: torch.Tensor) -> str:
        """The name of a weight for this product alone, under which a packed one may stand."""
        rows = x.numel() // x.shape[-1]
        name = f"{name}_{rows}"
        self._constants[name] = weight
        self._products[name] = weight, rows
        return name

    def _written(self, first: Any, second: Any) -> str:
        """What stands for a value in the text of a step."""
        if isinstance(second, torch.Tensor):
            return self._tensor(first, second)
        if isinstance(second, Growing):
            if second.plain() - first != second.slope:
                raise Unrepeatable
            return f"{second.slope} * s + {self._constant(second.plain())}"  # no literal: the next text has another length
        if type(first) is not type(second):
            raise Unrepeatable
        if isinstance(second, (slice, tuple, list)):
            text = self._composed(first, second)
            return self._constant(second) if self._fixed(second) else text
        if first is not second and not _equal(first, second):
            raise Unrepeatable
        return repr(second) if second is None or type(second) in (bool, int, str) else self._constant(second)

    def _tensor(self, first: Any, second: torch.Tensor) -> str:
        name = self._names[1].get(id(second))
        if name != self._names[0].get(id(first)) or (name is None and first is not second):
            raise Unrepeatable
        if name is None:
            name = self._names[0][id(first)] = self._names[1][id(second)] = self._constant(second)
        if name.startswith("t"):
            self._needs.append(name)
        return name

    def _composed(self, first: Any, second: Any) -> str:
        if isinstance(second, slice):
            first, second = ((x.start, x.stop, x.step) for x in (first, second))
            return "slice(" + ", ".join(self._written(a, b) for a, b in zip(first, second, strict=True)) + ")"
        if len(first) != len(second):
            raise Unrepeatable
        parts = ", ".join(self._written(a, b) for a, b in zip(first, second, strict=True))
        if hasattr(second, "_fields"):
            return f"{self._constant(type(second))}({parts})"
        return f"({parts},)" if isinstance(second, tuple) and parts else f"[{parts}]"

    def _fixed(self, value: Any) -> bool:
        """Whether a value is the same at every step."""
        if isinstance(value, torch.Tensor):
            return self._names[1].get(id(value), "c").startswith("c")
        if isinstance(value, slice):
            value = (value.start, value.stop, value.step)
        return all(self._fixed(x) for x in value) if isinstance(value, (tuple, list)) else not isinstance(value, Growing)


def _needed(lines: list[Line], needs: list[str]) -> list[str]:
    """The lines that something comes of, each of which forgets what no later one needs."""
    wanted, found = set(needs), []
    for line in reversed(lines):
        if line.idle and not wanted.intersection(line.names):
            continue
        gone = [name for name in dict.fromkeys([*line.needs, *line.names]) if name not in wanted]
        found.append(f" {line.target} = {line.text}" + (f"; del {', '.join(gone)}" if gone else ""))
        wanted.update(line.needs)
    return found[::-1]


@functools.lru_cache(maxsize=32)
def _compiled(text: str) -> Any:
    """Code for the text of a step, which is the same for all texts of a model and as many rows."""
    return compile(text, "<recorded step>", "exec")


def _same_kind(before: Any, after: Any) -> None:
    """What a step is given and what it leaves are to be of one kind, and equal where they are neither tensors nor growing."""
    for kind in (torch.Tensor, Growing):
        if isinstance(before, kind) is not isinstance(after, kind):
            raise Unrepeatable
    if isinstance(before, Growing) and (after.slope, after.plain()) != (before.slope, before.plain() + before.slope):
        raise Unrepeatable
    if not isinstance(before, (torch.Tensor, Growing)) and before is not after and not _equal(before, after):
        raise Unrepeatable


def _equal(first: Any, second: Any) -> bool:
    return np.array_equal(first, second) if isinstance(second, np.ndarray) else first == second
