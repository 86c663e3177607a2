"""Integers that grow evenly from step to step, and for how long what was asked about them stays as it was answered."""

from typing import Any


class Horizon:
    """What is known of the steps to come.

    Attributes:
        steps: for how many of them every comparison comes out as it did.
        unknown: whether something was done that cannot be said of the next step.
    """

    def __init__(self) -> None:
        self.steps, self.unknown = 2**62, False


class Growing(int):
    """An integer that is `slope` more at each step. Sums and multiples are such integers too; all else is unknown at the next step."""

    slope: int
    horizon: Horizon

    def __new__(cls, value: int, slope: int, horizon: Horizon) -> "Growing":
        self = super().__new__(cls, value)
        self.slope, self.horizon = slope, horizon
        return self

    def plain(self) -> int:
        """The integer that it is now."""
        return int.__add__(self, 0)

    def _of(self, value: int, slope: int) -> int:
        return Growing(value, slope, self.horizon) if slope else value

    def _lost(self, value: Any) -> Any:
        self.horizon.unknown = True
        return value

    def __add__(self, other: Any) -> Any:
        value = int.__add__(self, other)
        return self._of(value, self.slope + _slope(other)) if isinstance(other, int) else self._lost(value)

    def __sub__(self, other: Any) -> Any:
        value = int.__sub__(self, other)
        return self._of(value, self.slope - _slope(other)) if isinstance(other, int) else self._lost(value)

    def __mul__(self, other: Any) -> Any:
        value = int.__mul__(self, other)
        return self._of(value, self.slope * other) if type(other) is int else self._lost(value)

    def __neg__(self) -> int:
        return self._of(int.__neg__(self), -self.slope)

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    __radd__, __rmul__ = __add__, __mul__

    def _reaches(self, other: Any, more: int) -> bool:
        """Whether this is at least `other` + `more`. Notes how long the answer holds."""
        if not isinstance(other, int):
            return bool(self._lost(self.plain() >= other + more))
        over, slope = int.__sub__(self, other) - more, self.slope - _slope(other)
        if over >= 0 > slope:
            self.horizon.steps = min(self.horizon.steps, over // -slope)
        elif over < 0 < slope:
            self.horizon.steps = min(self.horizon.steps, (-over - 1) // slope)
        return over >= 0

    def __ge__(self, other: Any) -> bool:
        return self._reaches(other, 0)

    def __gt__(self, other: Any) -> bool:
        return self._reaches(other, 1)

    def __lt__(self, other: Any) -> bool:
        return not self._reaches(other, 0)

    def __le__(self, other: Any) -> bool:
        return not self._reaches(other, 1)

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, (int, float)) and self._reaches(other, 0) and not self._reaches(other, 1)

    def __ne__(self, other: Any) -> bool:
        return not self == other

    def __bool__(self) -> bool:
        return self != 0


def _slope(other: Any) -> int:
    return other.slope if isinstance(other, Growing) else 0


def _forgetting(name: str) -> Any:
    plain = getattr(int, name)
    return lambda self, *others: self._lost(plain(self, *others))


for _name in (
    "floordiv", "rfloordiv", "mod", "rmod", "divmod", "rdivmod", "truediv", "rtruediv", "pow", "rpow", "pos", "abs", "invert", "and",
    "rand", "or", "ror", "xor", "rxor", "lshift", "rlshift", "rshift", "rrshift", "float", "int", "index", "hash", "round", "trunc",
    "floor", "ceil",
):  # fmt: skip
    setattr(Growing, f"__{_name}__", _forgetting(f"__{_name}__"))
Growing.bit_length = _forgetting("bit_length")  # type: ignore[method-assign]
