"""Tensors of a file in another form, still unread: the work is done each time that `read` is called."""

from collections.abc import Callable, Sequence

import numpy as np

from triform.weights.tensor import LazyTensor


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
    """bfloat16 as float32, exactly, for its bits are the upper half; everything else as it is."""
    if tensor.dtype != "bfloat16":
        return tensor
    return LazyTensor("float32", tensor.shape, lambda: (tensor.read().astype(np.uint32) << 16).view(np.float32))


def computed(tensor: LazyTensor, function: Callable[[np.ndarray], np.ndarray]) -> LazyTensor:
    """With a function applied to its values, which keeps shape and dtype; bfloat16 is widened, for its bits are no values."""
    wide = widened(tensor)
    return LazyTensor(wide.dtype, wide.shape, lambda: function(wide.read()))
