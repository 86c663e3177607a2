"""The functions that an architecture may use: THE specification. Editors and type checkers read it; each backend implements it.

Conventions, on every backend: torch's. Axes count from 0, negative ones from the end. Integers that an op makes are of the kind that
indexes (int64 on PyTorch, int32 on TensorFlow and JAX). Operands of arithmetic share a dtype: casts are explicit. Where a traced
TensorFlow function leaves a size open, `shape` gives a scalar tensor for it, and every op here takes such a size.

B batch, T tokens, S slots that are attended to, H heads, D width, C classes.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol


class Tensor(Protocol):
    """What the three tensor types share: a shape, a dtype, arithmetic, comparison and static slicing."""

    @property
    def shape(self) -> Any: ...
    @property
    def dtype(self) -> Any: ...
    def __getitem__(self, index: Any) -> Any: ...
    def __add__(self, other: Any) -> Any: ...
    def __radd__(self, other: Any) -> Any: ...
    def __sub__(self, other: Any) -> Any: ...
    def __rsub__(self, other: Any) -> Any: ...
    def __mul__(self, other: Any) -> Any: ...
    def __rmul__(self, other: Any) -> Any: ...
    def __truediv__(self, other: Any) -> Any: ...
    def __pow__(self, other: Any) -> Any: ...
    def __neg__(self) -> Any: ...
    def __lt__(self, other: Any) -> Any: ...
    def __le__(self, other: Any) -> Any: ...
    def __gt__(self, other: Any) -> Any: ...
    def __ge__(self, other: Any) -> Any: ...
    def __eq__(self, other: Any) -> Any: ...  # type: ignore[override]
    def __ne__(self, other: Any) -> Any: ...  # type: ignore[override]
    def __and__(self, other: Any) -> Any: ...
    def __or__(self, other: Any) -> Any: ...
    def __invert__(self) -> Any: ...


Size = int | Any  # an int, or a scalar tensor where a size is open

# ---- sizes and layout


def shape(x: Tensor) -> tuple[Size, ...]:
    """The sizes of x: ints, but a scalar tensor where a traced function leaves one open."""


def reshape(x: Tensor, sizes: Sequence[Size]) -> Tensor:
    """x with the same values in row-major order; one size may be -1."""


def transpose(x: Tensor, axes: Sequence[int]) -> Tensor:
    """x with axis i of the result taken from axis axes[i]."""


def concat(xs: Sequence[Tensor], axis: int) -> Tensor: ...


def stack(xs: Sequence[Tensor], axis: int) -> Tensor: ...


def split(x: Tensor, sizes: int | Sequence[int], axis: int) -> tuple[Tensor, ...]:
    """x cut along an axis: into so many equal parts, or into parts of the given sizes."""


def pad(x: Tensor, widths: Sequence[tuple[Size, Size]], value: float = 0) -> Tensor:
    """x with `widths[i]` = (before, after) more along axis i, filled with `value`."""


def repeat(x: Tensor, times: int, axis: int) -> Tensor:
    """Each slice along an axis, so many times in a row: [a, b] -> [a, a, b, b]."""


def broadcast_to(x: Tensor, sizes: Sequence[Size]) -> Tensor: ...


def flip(x: Tensor, axis: int) -> Tensor: ...


def roll(x: Tensor, shift: int, axis: int) -> Tensor:
    """x moved along an axis by `shift` places; what leaves at one end enters at the other."""


# ---- making and choosing values


def arange(n: Size, *, like: Tensor) -> Tensor:
    """0 … n - 1, of the index dtype, on the device of `like`."""


def full(sizes: Sequence[Size], value: float, *, like: Tensor) -> Tensor:
    """A tensor of one value, with the dtype and the device of `like`."""


def constant(array: Any, *, like: Tensor) -> Tensor:
    """A NumPy array as a tensor on the device of `like`; floating arrays take the dtype of `like`, if that is floating."""


def zeros_like(x: Tensor) -> Tensor: ...


def cast(x: Tensor, dtype: Any) -> Tensor:
    """x as another dtype: a name ("float32", "bool", "int" for the index dtype), or the `.dtype` of a tensor."""


def is_floating(x: Tensor) -> bool: ...


def where(condition: Tensor, x: Any, y: Any) -> Tensor:
    """x where the condition holds, else y; a Python number takes the other's dtype."""


def take(x: Tensor, index: Tensor, axis: int) -> Tensor:
    """The slices of x along an axis at the places in `index` (of any shape)."""


def take_along(x: Tensor, index: Tensor, axis: int) -> Tensor:
    """x[i, …, index[i, …, j], …]: for each place of `index`, the value of x there; shapes agree except along the axis."""


def one_hot(index: Tensor, depth: int, *, like: Tensor) -> Tensor:
    """(…,) -> (…, depth): 1 at the index and 0 elsewhere; an index out of range gives zeros. The dtype is that of `like`."""


def detach(x: Tensor) -> Tensor:
    """x, through which no gradient goes back."""


# ---- arithmetic


def matmul(x: Tensor, y: Tensor) -> Tensor: ...


def einsum(equation: str, *operands: Tensor) -> Tensor: ...


def exp(x: Tensor) -> Tensor: ...


def log(x: Tensor) -> Tensor: ...


def sqrt(x: Tensor) -> Tensor: ...


def rsqrt(x: Tensor) -> Tensor: ...


def sin(x: Tensor) -> Tensor: ...


def cos(x: Tensor) -> Tensor: ...


def tanh(x: Tensor) -> Tensor: ...


def sigmoid(x: Tensor) -> Tensor: ...


def floor(x: Tensor) -> Tensor: ...


def absolute(x: Tensor) -> Tensor: ...


def minimum(x: Any, y: Any) -> Tensor: ...


def maximum(x: Any, y: Any) -> Tensor: ...


def sum(x: Tensor, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor: ...


def mean(x: Tensor, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor: ...


def max(x: Tensor, axis: int, keepdims: bool = False) -> Tensor: ...


def argmax(x: Tensor, axis: int) -> Tensor:
    """The first place of the largest value along an axis, of the index dtype."""


def top_k(x: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The k largest values along the last axis, largest first, and their places (index dtype)."""


def cumsum(x: Tensor, axis: int) -> Tensor:
    """Running sums; integers and booleans give the index dtype."""


def softmax(x: Tensor, axis: int) -> Tensor:
    """Computed in float32 at least, returned in the dtype of x."""


def log_softmax(x: Tensor, axis: int) -> Tensor:
    """Computed in float32 at least, returned in the dtype of x."""


# ---- what Transformers are made of


def activation(name: str) -> Callable[[Tensor], Tensor]:
    """The activation function that config files call `name`: always the same object for the same name."""


def split_heads(x: Tensor, heads: int) -> Tensor:
    """(B, T, H * D) -> (B, H, T, D)."""


def merge_heads(x: Tensor) -> Tensor:
    """(B, H, T, D) -> (B, T, H * D)."""


def padding_mask(mask: Tensor | None) -> Tensor | None:
    """(B, S), or (B, T, S), nonzero where a token is real -> a bool mask that broadcasts to (B, H, T, S)."""


def attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    mask: Tensor | None = None,
    *,
    causal: bool = False,
    bias: Tensor | None = None,
    scale: float | None = None,
    softcap: float | None = None,
    dropout: Any = None,
    kind: str = "attentions",
) -> Tensor:
    """softmax(scale q kᵀ + bias) v over the slots that the mask admits.

    Args:
        q: (B, H, T, D). k: (B, G, S, D), v: (B, G, S, E) with H a multiple of G: each head of k and v serves H / G heads of q.
        mask: bool, broadcasts to (B, H, T, S); False hides a slot. A row without any slot gives finite, meaningless values.
        causal: hide from place i of T what comes after place i of S, counted from the start; excludes `mask`.
        bias: added to the scores; broadcasts to (B, H, T, S).
        scale: default D ** -0.5.
        softcap: c, where the scores pass through c · tanh(scores / c).
        dropout: an nn.Dropout, applied to the probabilities.
        kind: the name under which the probabilities are recorded, where somebody asked for them.

    Returns: (B, H, T, E).
    Paper: Vaswani et al., 2017, https://arxiv.org/abs/1706.03762, eq. 1.
    """


def mixture(x: Tensor, experts: Sequence[Callable[[Tensor], Tensor]], chosen: Tensor, shares: Tensor) -> Tensor:
    """Sum over k of shares[:, k] · experts[chosen[:, k]](x): what each token gets from the experts that are chosen for it.

    Args:
        x: (N, D) tokens.
        experts: functions (M, D) -> (M, E) that treat tokens one by one.
        chosen: (N, K) int, different experts of each token. shares: (N, K).

    Returns: (N, E). Where sizes may depend on values (PyTorch, not compiled), an expert runs on its own tokens alone; else on all.
    Paper: Shazeer et al., 2017, https://arxiv.org/abs/1701.06538, eq. 1.
    """


# ---- images: (B, C, H, W)


def max_pool(x: Tensor, size: int, stride: int, padding: int = 0) -> Tensor:
    """The largest value of each square of `size` places, `stride` apart; places of padding are never the largest."""


def average_pool(x: Tensor, size: int, stride: int, padding: int = 0) -> Tensor:
    """The mean of each square of `size` places, `stride` apart; places of padding count as zeros."""


def resize_bilinear(x: Tensor, size: tuple[int, int], align_corners: bool = False) -> Tensor:
    """x with (H, W) = size, each place between four of x. `align_corners`: the centres of the corners stay where they are."""


def resize_bicubic(x: Tensor, size: tuple[int, int], align_corners: bool = False, smooth: bool = False) -> Tensor:
    """x with (H, W) = size, each place from sixteen of x.

    Args:
        smooth: where x shrinks, each place comes from as many more as it stands for (and the kernel has a = -0.5, not -0.75, as torch's
            `antialias`); excludes `align_corners`.
    """


def resize_nearest(x: Tensor, size: tuple[int, int]) -> Tensor:
    """x with (H, W) = size, each place a copy of one of x."""


def sample(x: Tensor, places: Tensor) -> Tensor:
    """(B, C, H, W) at places (B, N, M, 2) -> (B, C, N, M): bilinear, zero outside; (x, y) from -1 to 1 are the edges of the image."""


# ---- losses: scalars, in float32


def cross_entropy(logits: Tensor, labels: Tensor, *, ignore: int = -100, smoothing: float = 0.0) -> Tensor:
    """Mean of -log softmax(logits)[label] over the labels that are not `ignore`; logits (..., C), labels (...) int."""


def binary_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean over all entries of the cross entropy of sigmoid(logits) against labels in [0, 1]."""


def mean_squared_error(x: Tensor, y: Tensor) -> Tensor: ...


# ---- caches


def write(buffer: Tensor, new: Tensor, start: Size, axis: int) -> Tensor:
    """`buffer` with `new` from slot `start` of an axis on. PyTorch writes in place and returns the same tensor."""


def used(buffer: Tensor, end: Size, axis: int) -> Tensor:
    """The slots before `end`, where a view of them costs nothing and compiles nothing (PyTorch); else the whole buffer."""


# ---- checks


def known(x: Tensor) -> int | None:
    """The value of an integer scalar, where the program runs as it is written; None while it is being traced, when there is none yet."""


def check_length(module: Any, x: Tensor, most: int, field: str = "max_position_embeddings") -> None:
    """Raises InputError where x (B, T, …) has more than `most` tokens; `field` is the config's name for that limit."""


def exactly_one(module: Any, **given: Any) -> Any:
    """The one argument that is not None. Raises InputError where there is none, or more than one."""
