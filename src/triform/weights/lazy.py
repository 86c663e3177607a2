"""Tensors of a file in another form, still unread: the work is done each time that `read` is called."""

from collections.abc import Callable, Sequence
from functools import cache, partial

import numpy as np

from triform.weights.tensor import STORAGE, LazyTensor


def permuted(tensor: LazyTensor, axes: Sequence[int]) -> LazyTensor:
    """With its axes in another order, as `numpy.transpose` takes it; a view."""
    return LazyTensor(tensor.dtype, tuple(tensor.shape[axis] for axis in axes), lambda: tensor.read().transpose(axes))


def flipped(tensor: LazyTensor) -> LazyTensor:
    """With all its axes in reverse order: a matrix transposed."""
    return permuted(tensor, tuple(reversed(range(len(tensor.shape)))))


def reshaped(tensor: LazyTensor, shape: Sequence[int]) -> LazyTensor:
    """With as many elements, in the same order, in another shape."""
    return LazyTensor(tensor.dtype, tuple(shape), lambda: tensor.read().reshape(shape))


def widened(tensor: LazyTensor) -> LazyTensor:
    """What NumPy has no numbers for (bfloat16, float8) as float32, exactly; everything else as it is."""
    if tensor.dtype == "bfloat16":  # its bits are the upper half
        return LazyTensor("float32", tensor.shape, lambda: (tensor.read().astype(np.uint32) << 16).view(np.float32))
    if tensor.dtype in FLOAT8:
        return LazyTensor("float32", tensor.shape, lambda: _float8_values(tensor.dtype)[tensor.read()])
    return tensor


# dtype -> (bits of the exponent, of the mantissa, the exponent's bias). Paper: Micikevicius et al., 2022, https://arxiv.org/abs/2209.05433
FLOAT8 = {"float8_e4m3fn": (4, 3, 7), "float8_e5m2": (5, 2, 15)}


@cache
def _float8_values(dtype: str) -> np.ndarray:
    """The number that each of the 256 bytes means."""
    exponents, mantissas, bias = FLOAT8[dtype]
    code = np.arange(256)
    exponent, mantissa = code >> mantissas & (1 << exponents) - 1, code & (1 << mantissas) - 1
    normal = exponent > 0
    value = np.ldexp(mantissa / (1 << mantissas) + normal, np.where(normal, exponent, 1) - bias)
    if dtype == "float8_e4m3fn":  # no infinities, one NaN
        value[code & 0x7F == 0x7F] = np.nan
    else:
        top = exponent == (1 << exponents) - 1
        value[top] = np.where(mantissa[top] == 0, np.inf, np.nan)
    return np.where(code < 128, value, -value).astype(np.float32)


def computed(tensor: LazyTensor, function: Callable[[np.ndarray], np.ndarray]) -> LazyTensor:
    """With a function applied to its values, which keeps shape and dtype; bfloat16 is widened, for its bits are no values."""
    wide = widened(tensor)
    return LazyTensor(wide.dtype, wide.shape, lambda: function(wide.read()))


def converted(tensor: LazyTensor, dtype: str) -> LazyTensor:
    """A floating tensor as another floating dtype, rounded to the nearest, halves to the even; everything else as it is."""
    if tensor.dtype == dtype:
        return tensor
    wide = widened(tensor)
    if dtype == "bfloat16":
        return LazyTensor(dtype, tensor.shape, lambda: _bfloat16_bits(wide.read().astype(np.float32)))
    return LazyTensor(dtype, tensor.shape, partial(_cast, wide, dtype))


def _cast(tensor: LazyTensor, dtype: str) -> np.ndarray:
    with np.errstate(over="ignore"):  # what is too large becomes infinite, as in every framework
        return tensor.read().astype(STORAGE[dtype])


def _bfloat16_bits(values: np.ndarray) -> np.ndarray:
    """The upper halves of float32, rounded; a NaN stays one."""
    bits = np.ascontiguousarray(values).view(np.uint32)
    rounded = ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)
    return np.where(np.isnan(values), np.uint16(0x7FC0), rounded)
