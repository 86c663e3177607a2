"""The functions that decoding needs beside `triform.ops`: THE specification, implemented by each backend.

A counter is a Python int on PyTorch, where decoding runs as plain Python, and a scalar tensor on JAX and TensorFlow, where it is compiled.
A key is where random numbers come from; whoever draws gets the next key back.
"""

from collections.abc import Callable, Sequence
from typing import Any

from triform.ops import Tensor

Counter = Any
Key = Any


def loop(going: Callable[[Any], Any], body: Callable[[Any], Any], state: Any, model: Any = None, most: Counter = 0) -> Any:
    """`while going(state): state = body(state)`, on the device where the framework compiles.

    Args:
        model: whose steps these are. PyTorch watches two of them and repeats what was asked of it, where nothing else can have been done.
        most: how many steps there may be, which decides whether that pays.
    """


def counter(n: int) -> Counter: ...


def number(n: Counter) -> Any:
    """A counter as a float32."""


def both(first: Any, second: Callable[[], Any]) -> Any:
    """Whether both hold; the second is not asked where the first does not, if that can be known."""


def any(x: Tensor) -> Any:
    """Whether any of x (bool) holds: a scalar."""


def column(x: Tensor, place: Counter) -> Tensor:
    """(R, C) -> (R,): x at a place of the last axis."""


def present(tokens: Tensor, real: Tensor, vocabulary: int) -> Tensor:
    """(R, C) ids, and which of them count -> (R, V) bool: which words occur."""


def key(seed: int | None, *, like: Tensor) -> Key:
    """The key of a seed; without one, the framework's own generator decides."""


def gumbel(key: Key, sizes: Sequence[Any], *, like: Tensor) -> tuple[Tensor, Key]:
    """Standard Gumbel noise, float32, and the next key: the argmax of scores + noise is a draw from softmax(scores)."""
