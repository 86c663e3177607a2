"""Points that fill a square evenly: the sequence of Halton, 1960."""

from typing import Any

PRIMES = (2, 3, 5, 7)


def spread(numbers: Any, count: int, axes: int) -> list[tuple[Any, float]]:
    """The numbers 1 … count, an integer tensor of any framework -> for each axis, integers and what they are to be divided by.

    A number's place along an axis has its digits in a base mirrored at the point: 1, 2, 3, 4 are 1/2, 1/4, 3/4, 1/8 in base 2.
    """
    return [_mirrored(numbers, count, base) for base in PRIMES[:axes]]


def _mirrored(numbers: Any, count: int, base: int) -> tuple[Any, float]:
    mirrored, scale = numbers * 0, 1
    while scale <= count:
        mirrored, numbers, scale = mirrored * base + numbers % base, numbers // base, scale * base
    return mirrored, float(scale)
