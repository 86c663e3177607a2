"""The functions of `triform.ops` on PyTorch."""

import builtins
import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from triform import calls
from triform.calls import exactly_one as exactly_one
from triform.errors import InputError

from .images import average_pool as average_pool
from .images import max_pool as max_pool
from .images import resize_bicubic as resize_bicubic
from .images import resize_bilinear as resize_bilinear
from .images import resize_nearest as resize_nearest
from .images import sample as sample
from .matching import assign as assign

# ---- sizes and layout


def shape(x):
    return tuple(x.shape)


def reshape(x, sizes):
    return x.reshape(tuple(sizes))


def transpose(x, axes):
    return x.permute(tuple(axes))


def concat(xs, axis):
    return torch.cat(tuple(xs), axis)


def stack(xs, axis):
    return torch.stack(tuple(xs), axis)


def split(x, sizes, axis):
    if isinstance(sizes, int):
        if x.shape[axis] % sizes:
            raise ValueError(f"{sizes} equal parts do not fit into {x.shape[axis]} places (axis {axis} of {tuple(x.shape)}).")
        return torch.tensor_split(x, sizes, axis)
    return torch.split(x, list(sizes), axis)


def pad(x, widths, value=0):
    flat = [width for pair in reversed(list(widths)) for width in pair]
    return F.pad(x, flat, value=bool(value) if x.dtype == torch.bool else value)


def repeat(x, times, axis):
    return torch.repeat_interleave(x, times, dim=axis)


def broadcast_to(x, sizes):
    return x.expand(tuple(sizes))


def flip(x, axis):
    return torch.flip(x, (axis,))


def roll(x, shift, axis):
    return torch.roll(x, shift, axis)


# ---- making and choosing values


def arange(n, *, like):
    return torch.arange(n, device=like.device)


def full(sizes, value, *, like):
    return torch.full(tuple(sizes), value, dtype=like.dtype, device=like.device)


def constant(array, *, like):
    x = torch.as_tensor(array, device=like.device)
    if x.is_floating_point():
        return x.to(like.dtype) if like.is_floating_point() else x
    return x if x.dtype == torch.bool else x.long()


def zeros_like(x):
    return torch.zeros_like(x)


def cast(x, dtype):
    if isinstance(dtype, str):
        dtype = torch.int64 if dtype == "int" else getattr(torch, dtype)
    return x.to(dtype)


def is_floating(x):
    return x.is_floating_point()


def _of_kind(value, x):
    """A Python number as the integer or boolean that a tensor of such would hold; torch itself does so for floating ones."""
    if isinstance(value, torch.Tensor) or x.is_floating_point():
        return value
    return bool(value) if x.dtype == torch.bool else int(value)


def where(condition, x, y):
    return torch.where(condition, _of_kind(x, y), _of_kind(y, x))


def take(x, index, axis):
    axis = axis % x.ndim
    if index.ndim == 1:
        return torch.index_select(x, axis, index)
    rows = torch.index_select(x, axis, index.reshape(-1))
    return rows.reshape(*x.shape[:axis], *index.shape, *x.shape[axis + 1 :])


def take_along(x, index, axis):
    return torch.take_along_dim(x, index, axis)


def one_hot(index, depth, *, like):
    return (index[..., None] == torch.arange(depth, device=index.device)).to(like.dtype)


def detach(x):
    return x.detach()


# ---- arithmetic


def matmul(x, y):
    return torch.matmul(x, y)


def einsum(equation, *operands):
    return torch.einsum(equation, *operands)


def exp(x):
    return torch.exp(x)


def log(x):
    return torch.log(x)


def sqrt(x):
    return torch.sqrt(x)


def rsqrt(x):
    return torch.rsqrt(x)


def sin(x):
    return torch.sin(x)


def cos(x):
    return torch.cos(x)


def tanh(x):
    return torch.tanh(x)


def sigmoid(x):
    return torch.sigmoid(x)


def floor(x):
    return torch.floor(x)


def absolute(x):
    return torch.abs(x)


def _pair(x, y):
    if not isinstance(x, torch.Tensor):
        x = torch.as_tensor(x, dtype=y.dtype, device=y.device)
    if not isinstance(y, torch.Tensor):
        y = torch.as_tensor(y, dtype=x.dtype, device=x.device)
    return x, y


def minimum(x, y):
    return torch.minimum(*_pair(x, y))


def maximum(x, y):
    return torch.maximum(*_pair(x, y))


def sum(x, axis=None, keepdims=False):
    return torch.sum(x, dim=axis, keepdim=keepdims)


def mean(x, axis=None, keepdims=False):
    return torch.mean(x, dim=axis, keepdim=keepdims)


def max(x, axis, keepdims=False):
    return torch.amax(x, dim=axis, keepdim=keepdims)


def argmax(x, axis):
    return torch.argmax(x, dim=axis)


def top_k(x, k):
    values, index = torch.topk(x, k, dim=-1)
    return values, index


def cumsum(x, axis):
    return torch.cumsum(x, dim=axis)


def softmax(x, axis):
    return torch.softmax(x, dim=axis, dtype=_wide(x)).to(x.dtype)


def log_softmax(x, axis):
    return torch.log_softmax(x, dim=axis, dtype=_wide(x)).to(x.dtype)


def _wide(x):
    return torch.float64 if x.dtype == torch.float64 else torch.float32


# ---- what Transformers are made of


def _gelu_tanh(x):
    return F.gelu(x, approximate="tanh")


def _gelu_10(x):
    return torch.clamp(F.gelu(x), -10, 10)


def _laplace(x):
    return 0.5 * (1.0 + torch.erf((x - 0.707107) / (0.282095 * math.sqrt(2.0))))


def _relu_squared(x):
    return F.relu(x) ** 2


def _quick_gelu(x):
    return x * torch.sigmoid(1.702 * x)


def _linear(x):
    return x


def _prelu(x):
    return F.leaky_relu(x, 0.25)


ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "gelu": F.gelu, "gelu_python": F.gelu, "gelu_new": _gelu_tanh, "gelu_fast": _gelu_tanh, "gelu_pytorch_tanh": _gelu_tanh,
    "gelu_python_tanh": _gelu_tanh, "gelu_accurate": _gelu_tanh, "gelu_10": _gelu_10, "quick_gelu": _quick_gelu, "relu": F.relu,
    "relu2": _relu_squared, "relu6": F.relu6, "leaky_relu": F.leaky_relu, "prelu": _prelu, "silu": F.silu, "swish": F.silu,
    "mish": F.mish, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "linear": _linear, "laplace": _laplace, "elu": F.elu,
}  # fmt: skip


def activation(name):
    if name not in ACTIVATIONS:
        raise InputError(f"No activation is called {name!r}. There are: {', '.join(sorted(ACTIVATIONS))}.")
    return ACTIVATIONS[name]


def split_heads(x, heads):
    b, t, d = x.shape
    return x.view(b, t, heads, d // heads).transpose(1, 2)


def merge_heads(x):
    b, h, t, d = x.shape
    return x.transpose(1, 2).reshape(b, t, h * d)


def padding_mask(mask):
    if mask is None:
        return None
    return (mask[:, None, None, :] if mask.ndim == 2 else mask[:, None]) > 0


def attention(q, k, v, mask=None, *, causal=False, bias=None, scale=None, softcap=None, dropout=None, kind="attentions"):
    p = dropout.p if dropout is not None and dropout.training else 0.0
    if softcap is not None or calls.stepwise_attention(kind):
        return _stepwise(q, k, v, mask, causal, bias, scale, softcap, p, kind)
    if bias is not None:
        if causal:
            mask, causal = _lower(q, k), False
        mask = bias if mask is None else torch.where(mask, bias, torch.finfo(bias.dtype).min)
    if q.shape[1] != k.shape[1]:
        k, v = (torch.repeat_interleave(x, q.shape[1] // x.shape[1], dim=1) for x in (k, v))
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=p, is_causal=causal, scale=scale)


def _lower(q, k):
    return torch.ones(q.shape[2], k.shape[2], dtype=torch.bool, device=q.device).tril()


def _stepwise(q, k, v, mask, causal, bias, scale, softcap, p, kind):
    """Attention whose probabilities can be looked at."""
    if q.shape[1] != k.shape[1]:
        k, v = (torch.repeat_interleave(x, q.shape[1] // x.shape[1], dim=1) for x in (k, v))
    scores = torch.matmul(q, k.transpose(2, 3)) * (q.shape[-1] ** -0.5 if scale is None else scale)
    if softcap is not None:
        scores = softcap * torch.tanh(scores / softcap)
    if bias is not None:
        scores = scores + bias
    if causal:
        mask = _lower(q, k)
    if mask is not None:
        scores = torch.where(mask, scores, torch.finfo(scores.dtype).min)
    probabilities = F.dropout(softmax(scores, -1), p, p > 0)
    calls.record(kind, probabilities)
    return torch.matmul(probabilities, v)


def mixture(x, experts, chosen, shares):
    if torch.compiler.is_compiling():
        weights = [torch.where(chosen == i, shares, 0).sum(-1, keepdim=True) for i in range(len(experts))]
        return builtins.sum(weight * expert(x) for weight, expert in zip(weights, experts))
    y = None
    for i, expert in enumerate(experts):
        rows, places = torch.where(chosen == i)
        part = shares[rows, places, None] * expert(x[rows])
        y = part.new_zeros(x.shape[0], part.shape[-1]) if y is None else y
        y = y.index_add(0, rows, part)
    return y


# ---- losses


def cross_entropy(logits, labels, *, ignore=-100, smoothing=0.0):
    classes = logits.shape[-1]
    flat = logits.reshape(-1, classes).float()
    return F.cross_entropy(flat, labels.reshape(-1).long(), ignore_index=ignore, label_smoothing=smoothing)


def binary_cross_entropy(logits, labels):
    return F.binary_cross_entropy_with_logits(logits.float(), labels.float())


def mean_squared_error(x, y):
    return F.mse_loss(x.float(), y.float())


# ---- caches


def write(buffer, new, start, axis):
    buffer.narrow(axis, start, new.shape[axis]).copy_(new)
    return buffer


def used(buffer, end, axis):
    return buffer.narrow(axis, 0, end)


# ---- checks


def known(x):
    return None if torch.compiler.is_compiling() else int(x)


def check_length(module, x, most, field="max_position_embeddings"):
    if x.shape[1] > most:
        raise calls.ShapeError(
            module,
            f"the input has {x.shape[1]} tokens, but config.{field} is {most}. Truncate it: tokenizer(..., truncation=True).",
        )
