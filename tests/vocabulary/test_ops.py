"""Each op against NumPy: values within 1e-6 of the largest, dtypes as the specification says, negative and several axes."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from frameworks import TOLERANCE, assert_near, distance
from test_signatures import OPS

from triform.calls import ShapeError
from triform.errors import InputError

_rng = np.random.default_rng(20)
X, Y = _rng.standard_normal((2, 2, 3, 5)).astype(np.float32)
P = np.abs(X) + np.float32(0.1)
WIDE = _rng.standard_normal((2, 7, 5)).astype(np.float32)
I = _rng.integers(-9, 9, (2, 3, 5))  # noqa: E741
B = X > 0.2
THIRD = _rng.standard_normal((3, 7, 5)).astype(np.float32)
ROWS = np.array([2, 0, 2, 1])
GRID = np.array([[0, 2, 1, 1], [2, 2, 0, 1]])
TIED = np.array([[3, 1, 3, 0, 2], [-1, -1, -5, -1, -7]])


class Case(NamedTuple):
    """`call(ops, *tensors)` is to equal `expected(*arrays)`, in values and in the kind of its dtype."""

    op: str
    call: Callable[..., Any]
    expected: Callable[..., Any]
    inputs: tuple[Any, ...]


def plain(op: str, function: Callable[..., Any], *inputs: Any) -> Case:
    """An op of tensors alone."""
    return Case(op, lambda ops, *xs: getattr(ops, op)(*xs), function, inputs)


def alike(op: str, function: Callable[..., Any], *inputs: Any, **settings: Any) -> Case:
    """An op whose settings NumPy's function takes under the same names."""
    return Case(op, lambda ops, *xs: getattr(ops, op)(*xs, **settings), lambda *xs: function(*xs, **settings), inputs)


def softmax(x, axis):
    e = np.exp(x.astype(np.float64) - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


CASES = [
    # sizes and layout
    Case("reshape", lambda ops, x: ops.reshape(x, (5, -1)), lambda x: x.reshape(5, -1), (X,)),
    Case("reshape", lambda ops, x: ops.reshape(x, [3, 2, 1, 5]), lambda x: x.reshape(3, 2, 1, 5), (I,)),
    Case("reshape", lambda ops, x: ops.reshape(ops.transpose(x, (2, 0, 1)), (-1,)), lambda x: x.transpose(2, 0, 1).reshape(-1), (B,)),
    *(alike("transpose", np.transpose, x, axes=axes) for x, axes in ((X, (2, 0, 1)), (I, [1, 2, 0]), (B, (0, -1, -2)))),
    *(Case("concat", lambda ops, x, y: ops.concat([x, y], -2), lambda x, y: np.concatenate([x, y], -2), (x, WIDE)) for x in (X, Y)),
    Case("concat", lambda ops, x, y: ops.concat((x, y, x), 0), lambda x, y: np.concatenate((x, y, x), 0), (I, I + 1)),
    Case("concat", lambda ops, x, y: ops.concat((x, y), 2), lambda x, y: np.concatenate((x, y), 2), (B, ~B)),
    *(
        Case("stack", lambda ops, x, y, a=axis: ops.stack([x, y], a), lambda x, y, a=axis: np.stack([x, y], a), (x, x + 1))
        for x, axis in ((X, 0), (X, -1), (I, 1), (X, -3))
    ),
    Case("split", lambda ops, x: ops.split(x, 3, 1), lambda x: tuple(np.split(x, 3, 1)), (X,)),
    Case("split", lambda ops, x: ops.split(x, 5, -1), lambda x: tuple(np.split(x, 5, -1)), (I,)),
    Case("split", lambda ops, x: ops.split(x, (1, 3, 1), -1), lambda x: tuple(np.split(x, (1, 4), -1)), (X,)),
    Case("split", lambda ops, x: ops.split(x, [2, 5], 1), lambda x: tuple(np.split(x, (2,), 1)), (WIDE,)),
    Case("pad", lambda ops, x: ops.pad(x, [(0, 0), (1, 2), (3, 0)]), lambda x: np.pad(x, [(0, 0), (1, 2), (3, 0)]), (X,)),
    *(
        Case(
            "pad",
            lambda ops, x, v=v: ops.pad(x, ((2, 1), (0, 4), (0, 1)), v),
            lambda x, v=v: np.pad(x, ((2, 1), (0, 4), (0, 1)), constant_values=v),
            (x,),
        )
        for x, v in ((X, -1.5), (I, 7), (B, 0), (B, 1), (B, True))
    ),
    *(
        Case("repeat", lambda ops, x, a=axis: ops.repeat(x, 3, a), lambda x, a=axis: np.repeat(x, 3, a), (x,))
        for x, axis in ((X, 1), (I, -1), (B, 0))
    ),
    Case("broadcast_to", lambda ops, x: ops.broadcast_to(x, (7, 2, 3, 5)), lambda x: np.broadcast_to(x, (7, 2, 3, 5)), (X[:, :1],)),
    Case("broadcast_to", lambda ops, x: ops.broadcast_to(x, [3, 5]), lambda x: np.broadcast_to(x, (3, 5)), (I[0, 0],)),
    *(alike("flip", np.flip, x, axis=axis) for x, axis in ((X, 1), (I, -1), (B, 0))),
    *(alike("roll", np.roll, x, shift=n, axis=axis) for x, n, axis in ((X, 2, 1), (I, -3, -1), (X, 7, 2), (B, -1, -2))),
    # making and choosing values
    Case("arange", lambda ops, x: ops.arange(11, like=x), lambda x: np.arange(11), (X,)),
    Case("arange", lambda ops, x: ops.arange(0, like=x), lambda x: np.arange(0), (I,)),
    *(
        Case("full", lambda ops, x, v=v: ops.full((3, 7), v, like=x), lambda x, v=v: np.full((3, 7), v, x.dtype), (x,))
        for x, v in ((X, -2.5), (X, 1), (I, 4), (B, 1), (B, False))
    ),
    Case("constant", lambda ops, x: ops.constant(WIDE.astype(np.float64), like=x), lambda x: WIDE, (X,)),
    *(
        Case("constant", lambda ops, x, k=kind: ops.constant(GRID.astype(k), like=x), lambda x: GRID, (x,))
        for x in (X, I)
        for kind in ("int32", "int64", "uint8")
    ),
    Case("constant", lambda ops, x: ops.constant(B, like=x), lambda x: B, (X,)),
    *(plain("zeros_like", np.zeros_like, x) for x in (X, I, B)),
    Case("cast", lambda ops, x: ops.cast(x, "int"), lambda x: np.trunc(x).astype(np.int64), (3 * X,)),
    Case("cast", lambda ops, x: ops.cast(x, "bool"), lambda x: x != 0, (np.array([0.0, 0.5, -2.0], np.float32),)),
    Case("cast", lambda ops, x: ops.cast(x, "float32"), lambda x: x.astype(np.float32), (I,)),
    Case("cast", lambda ops, x: ops.cast(x, "int"), lambda x: x.astype(np.int64), (B,)),
    Case("cast", lambda ops, x, y: ops.cast(x, y.dtype), lambda x, y: x.astype(np.float32), (I, X)),
    plain("where", np.where, B, X, Y),
    plain("where", np.where, B[:, :, :1], X, Y[:1]),
    plain("where", np.where, B, I, I + 1),
    *(Case("where", lambda ops, b, x, v=v: ops.where(b, x, v), lambda b, x, v=v: np.where(b, x, x.dtype.type(v)), (B, x))
      for x, v in ((X, 0.5), (X, -100), (I, -100), (I, 2.0), (B, False))),
    *(Case("where", lambda ops, b, x, v=v: ops.where(b, v, x), lambda b, x, v=v: np.where(b, x.dtype.type(v), x), (B, x))
      for x, v in ((X, 1), (I, 3))),
    *(
        Case("take", lambda ops, x, i, a=axis: ops.take(x, i, a), lambda x, i, a=axis: np.take(x, i, a), (x, index))
        for x, index, axis in ((X, ROWS, 1), (X, GRID, 1), (X, GRID, -1), (I, GRID, -2), (B, np.array(1), 0), (X, ROWS[:3] // 2, 0))
    ),
    *(
        Case("take_along", lambda ops, x, i, a=axis: ops.take_along(x, i, a), lambda x, i, a=axis: np.take_along_axis(x, i, a), (x, index))
        for x, index, axis in ((X, I % 5, -1), (X, I[:, :1] % 3, 1), (I, np.abs(I) % 2, 0), (X, (I % 3)[..., :5], -2))
    ),
    *(
        Case("one_hot", lambda ops, i, x: ops.one_hot(i, 4, like=x), lambda i, x: (i[..., None] == np.arange(4)).astype(x.dtype), (I, x))
        for x in (X, I)
    ),
    # arithmetic
    plain("matmul", np.matmul, X, WIDE.transpose(0, 2, 1)),
    plain("matmul", np.matmul, X[:, None], X[None].transpose(0, 1, 3, 2)),
    plain("matmul", np.matmul, X, WIDE[0].T),
    Case("einsum", lambda ops, x, y: ops.einsum("bid,bjd->bij", x, y), lambda x, y: np.einsum("bid,bjd->bij", x, y), (X, WIDE)),
    Case("einsum", lambda ops, x, y: ops.einsum("bid,ijd->bij", x, y), lambda x, y: np.einsum("bid,ijd->bij", x, y), (X, THIRD)),
    Case(
        "einsum",
        lambda ops, x, y, z: ops.einsum("bid,bjd,bj->i", x, y, z),
        lambda x, y, z: np.einsum("bid,bjd,bj->i", x, y, z),
        (X, WIDE, WIDE[..., 0]),
    ),
    *(plain(op, getattr(np, op), X) for op in ("exp", "sin", "cos", "tanh", "floor")),
    *(plain(op, getattr(np, op), P) for op in ("log", "sqrt")),
    plain("rsqrt", lambda x: 1 / np.sqrt(x), P),
    plain("sin", np.sin, 1000 * X),
    plain("sigmoid", lambda x: 1 / (1 + np.exp(-x.astype(np.float64))), 40 * X),
    *(plain("absolute", np.abs, x) for x in (X, I)),
    *(plain(op, getattr(np, op), x, y) for op in ("minimum", "maximum") for x, y in ((X, Y), (I, I[::-1]), (X, Y[0]))),
    *(
        case
        for op, function in (("minimum", np.minimum), ("maximum", np.maximum))
        for x, v in ((X, 0.25), (X, 0), (I, 2))
        for case in (
            Case(op, lambda ops, x, v=v, op=op: getattr(ops, op)(x, v), lambda x, v=v, f=function: f(x, x.dtype.type(v)), (x,)),
            Case(op, lambda ops, x, v=v, op=op: getattr(ops, op)(v, x), lambda x, v=v, f=function: f(x, x.dtype.type(v)), (x,)),
        )
    ),
    *(
        alike(op, function, X, axis=axis, keepdims=keep)
        for op, function in (("sum", np.sum), ("mean", np.mean))
        for axis in (None, 1, -1, (0, 2), (-1, -3), (0, 1, 2))
        for keep in (False, True)
    ),
    *(alike("sum", np.sum, x, axis=axis) for x in (I, B) for axis in (None, -2, (0, -1))),
    *(alike("max", np.max, x, axis=axis, keepdims=keep) for x in (X, I) for axis in (1, -1) for keep in (False, True)),
    *(alike("argmax", np.argmax, x, axis=axis) for x, axis in ((X, 1), (X, -1), (I, 0), (TIED, -1))),
    *(
        Case(
            "top_k",
            lambda ops, x, k=k: ops.top_k(x, k),
            lambda x, k=k: (-np.sort(-x, -1)[..., :k], np.argsort(-x, -1, kind="stable")[..., :k]),
            (x,),
        )
        for x, k in ((X, 3), (WIDE, 1), (X, 5), (np.arange(14).reshape(2, 7) * 3 % 14, 4))
    ),
    *(alike("cumsum", np.cumsum, x, axis=axis) for x, axis in ((X, 1), (X, -1), (I, -2), (B, -1), (B, 0))),
    *(alike("softmax", softmax, x, axis=axis) for x, axis in ((X, -1), (X, 1), (40 * X, 0), (X - 1000, -1))),
    *(alike("log_softmax", lambda x, axis: np.log(softmax(x, axis)), x, axis=axis) for x, axis in ((X, -1), (X, 1), (X + 90, 0))),
]  # fmt: skip

ELSEWHERE = {  # ops that the cases cannot hold, and where they are tested
    "shape", "is_floating", "known", "check_length", "exactly_one",  # below
    "activation", "split_heads", "merge_heads", "padding_mask", "cross_entropy", "binary_cross_entropy", "mean_squared_error",
    "mixture", "write", "used",  # test_ops_transformer.py
    "attention",  # test_ops_attention.py
    "assign", "detach",  # test_matching.py
    "average_pool", "max_pool", "resize_bicubic", "resize_bilinear", "resize_nearest", "sample",  # test_images.py
}  # fmt: skip


def test_every_op_is_tested():
    cases = {case.op for case in CASES}
    assert cases | ELSEWHERE == set(OPS)
    assert not cases & ELSEWHERE


@pytest.mark.parametrize("op", dict.fromkeys(case.op for case in CASES))
def test_op(fw, op):
    problems = []
    for number, case in enumerate(case for case in CASES if case.op == op):
        found, wanted = case.call(fw.ops, *map(fw.tensor, case.inputs)), case.expected(*case.inputs)
        several = isinstance(wanted, tuple)
        assert isinstance(found, tuple) == several
        pairs = list(zip(found, wanted, strict=True)) if several else [(found, wanted)]
        for x, array in pairs:
            array = np.asarray(array)
            kind = {"f": "float32", "i": fw.index, "b": "bool"}[array.dtype.kind]
            assert fw.is_tensor(x)
            if fw.dtype(x) != kind:
                problems.append(f"case {number}: {fw.dtype(x)}, expected {kind}")
            off = distance(fw.numpy(x).astype(np.float64), array.astype(np.float64))
            if off > (TOLERANCE if kind == "float32" else 0):
                problems.append(f"case {number}: off by {off:.1e}, shape {tuple(x.shape)}, expected {array.shape}")
    assert not problems


def test_shape_gives_ints(fw):
    sizes = fw.ops.shape(fw.tensor(X))
    assert sizes == (2, 3, 5)
    assert isinstance(sizes, tuple)
    assert all(type(size) is int for size in sizes)
    assert fw.ops.shape(fw.tensor(np.array(1.0))) == ()


@pytest.mark.parametrize("dtype, floating", [("float32", True), ("float16", True), ("bfloat16", True), ("int32", False), ("bool", False)])
def test_is_floating(fw, dtype, floating):
    assert fw.ops.is_floating(fw.tensor([1, 0], dtype)) is floating


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_is_kept(fw, dtype):
    ops, x, i = fw.ops, fw.tensor(P, dtype), fw.tensor(GRID)
    results = {
        "full": ops.full((2, 3), 0.5, like=x), "constant": ops.constant(P, like=x), "zeros_like": ops.zeros_like(x),
        "one_hot": ops.one_hot(i, 3, like=x), "where": ops.where(x > x, x, 0.0), "minimum": ops.minimum(x, 0.5),
        "maximum": ops.maximum(0.5, x), "pad": ops.pad(x, [(0, 0), (0, 1), (2, 0)], 0.5), "matmul": ops.matmul(x, x[0, 0][:, None]),
        "sum": ops.sum(x, -1), "mean": ops.mean(x, (0, 1)), "max": ops.max(x, -1), "top_k": ops.top_k(x, 2)[0],
        "cumsum": ops.cumsum(x, 1), "rsqrt": ops.rsqrt(x), "sigmoid": ops.sigmoid(x), "gelu": ops.activation("gelu")(x),
    }  # fmt: skip
    assert {name: fw.dtype(y) for name, y in results.items()} == dict.fromkeys(results, dtype)


@pytest.mark.parametrize("dtype, digits", [("float16", 11), ("bfloat16", 8)])
def test_softmax_of_half_precision_is_rounded_once(fw, rng, dtype, digits):
    """Over 1001 entries, where a sum in 16 bit would be far off: the exact result, rounded to the digits of the dtype."""
    x = fw.tensor(4 * rng.standard_normal((3, 1001)), dtype)
    exact = softmax(fw.numpy(x).astype(np.float64), -1)
    rounding = 2.0**-digits * 1.01  # half a unit in the last place, and float32's own errors
    smallest = 2.0**-25 if dtype == "float16" else 0  # half of the smallest subnormal number
    for name, wanted in (("softmax", exact), ("log_softmax", np.log(exact))):
        y = getattr(fw.ops, name)(x, -1)
        assert fw.dtype(y) == dtype
        assert (np.abs(fw.numpy(y) - wanted) <= rounding * np.abs(wanted) + smallest).all()


def test_softmax_far_out(fw):
    """Neither end of float32 gives anything but a probability."""
    x = fw.tensor(np.array([[3e38, -3e38, 0.0], [-3e38, -3e38, -3e38]]))
    assert_near(fw.numpy(fw.ops.softmax(x, -1)), np.array([[1, 0, 0], [1 / 3, 1 / 3, 1 / 3]], np.float32))


@pytest.mark.parametrize("sizes", [2, (1, 1), (2, 2)])
def test_split_refuses_what_does_not_fit(fw, sizes):
    with pytest.raises(Exception, match=r"(?i)split|parts|sizes"):
        fw.ops.split(fw.tensor(X), sizes, 1)


def test_check_length(fw):
    layer, x = object(), fw.tensor(X)
    fw.ops.check_length(layer, x, 3)
    with pytest.raises(ShapeError, match=r"3 tokens.*config\.n_positions is 2") as caught:
        fw.ops.check_length(layer, x, 2, "n_positions")
    assert isinstance(caught.value, InputError)
    assert caught.value.layer is layer
    with pytest.raises(InputError, match=r"max_position_embeddings"):
        fw.ops.check_length(layer, x, 2)


def test_exactly_one(fw):
    zero = fw.tensor(np.zeros(3))
    assert fw.ops.exactly_one(fw, input_ids=None, inputs_embeds=zero) is zero
    with pytest.raises(InputError, match="both input_ids and inputs_embeds"):
        fw.ops.exactly_one(fw, input_ids=zero, inputs_embeds=zero)
    with pytest.raises(InputError, match=r"neither.*input_ids and inputs_embeds"):
        fw.ops.exactly_one(fw, input_ids=None, inputs_embeds=None)


def test_known(fw):
    """A scalar has a value where the program runs as it is written, and none yet where it is traced."""
    x, seen = fw.tensor(np.arange(5)), []

    def program(x):
        seen.append(fw.ops.known(fw.ops.max(x, 0)))
        return x + 1

    program(x)
    if fw.name == "torch":
        import torch

        torch.compile(program, fullgraph=True, backend="eager")(x)
    elif fw.name == "flax":
        import jax

        jax.jit(program)(x)
    else:
        import tensorflow as tf

        tf.function(program, autograph=False)(x)
    assert seen == [4, None]


def test_open_sizes(fw):
    """Where a traced function leaves sizes open, every op that takes sizes takes them."""
    if fw.name != "tf":
        pytest.skip("only TensorFlow traces with open sizes")
    import tensorflow as tf

    ops, seen = fw.ops, []

    @tf.function(input_signature=[tf.TensorSpec((None, None, 6)), tf.TensorSpec((None, None), tf.int32)], autograph=False)
    def traced(x, mask):
        b, t, d = ops.shape(x)
        seen.append((type(b), type(t), d))
        heads = ops.split_heads(x, 2)
        y = ops.attention(heads, heads, heads, causal=True)
        z = ops.attention(heads, heads, heads, ops.padding_mask(mask), bias=ops.full((b, 1, t, t), 0.0, like=x))
        room = ops.pad(heads, [(0, 0), (0, 0), (0, t), (0, 0)])
        places = ops.broadcast_to(ops.arange(t, like=x)[None], (b, t))
        written = ops.used(ops.write(room, heads, t, 2), 2 * t, 2)
        loss = ops.cross_entropy(x, ops.minimum(places, 5))
        return ops.merge_heads(y), ops.merge_heads(z), written, ops.reshape(x, (b * t, d)), places, loss

    x, mask = _rng.standard_normal((2, 5, 6)).astype(np.float32), np.array([[1, 1, 1, 0, 1], [1, 1, 0, 0, 0]], np.int32)
    y, z, written, flat, places, loss = (out.numpy() for out in traced(x, mask))
    assert [size for size in seen[0][:2] if size is int] == []
    assert seen[0][2] == 6
    heads = ops.split_heads(tf.constant(x), 2)
    assert_near(y, ops.merge_heads(ops.attention(heads, heads, heads, causal=True)).numpy())
    assert_near(z, ops.merge_heads(ops.attention(heads, heads, heads, ops.padding_mask(tf.constant(mask)))).numpy())
    assert_near(written, np.concatenate([heads, heads], 2))
    assert_near(flat, x.reshape(10, 6))
    assert (places == np.broadcast_to(np.arange(5), (2, 5))).all()
    assert_near(loss, -np.take_along_axis(np.log(softmax(x, -1)), np.broadcast_to(np.arange(5), (2, 5))[..., None], -1).mean())
