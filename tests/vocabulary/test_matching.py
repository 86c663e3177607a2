"""Matching rows with columns, and what no gradient goes through."""

import itertools

import numpy as np
import pytest
from frameworks import assert_near


def cheapest(costs):
    """What the best pairs cost, by trying all."""
    n, m = costs.shape
    if n > m:
        return cheapest(costs.T)
    return min(costs[range(n), list(columns)].sum() for columns in itertools.permutations(range(m), n))


def compiled(fw, function):
    """A function of tensors as a program of the backend."""
    if fw.name == "torch":
        import torch

        torch._dynamo.reset()
        return torch.compile(function, fullgraph=True, backend="aot_eager")
    if fw.name == "flax":
        import jax

        return jax.jit(function)
    import tensorflow as tf

    return tf.function(function, input_signature=[tf.TensorSpec([None, None], tf.float32)], autograph=False)


@pytest.mark.parametrize("sizes", [(6, 4), (3, 5), (4, 4)])
def test_assign_finds_the_cheapest_pairs(fw, rng, sizes):
    costs = rng.standard_normal(sizes).astype(np.float32)
    for function in (fw.ops.assign, compiled(fw, fw.ops.assign)):
        rows, columns = (fw.numpy(places) for places in function(fw.tensor(costs)))
        assert rows.shape == columns.shape == (min(sizes),)
        assert fw.dtype(function(fw.tensor(costs))[0]) == fw.index
        assert (np.diff(rows) > 0).all() and len(set(columns)) == len(columns)
        assert_near(costs[rows, columns].sum(), cheapest(costs))


def test_assign_of_nothing(fw):
    rows, columns = fw.ops.assign(fw.tensor(np.zeros((5, 0), np.float32)))
    assert fw.numpy(rows).shape == fw.numpy(columns).shape == (0,)


def test_assign_of_costs_that_are_no_numbers(fw):
    """They cost nothing, and infinite ones much: a step of training in 16 bit that went wrong is to end in its loss, not in an error."""
    costs = np.array([[np.nan, 1.0], [np.inf, 2.0], [3.0, -np.inf]], np.float32)
    rows, columns = fw.ops.assign(fw.tensor(costs))
    assert list(zip(fw.numpy(rows), fw.numpy(columns))) == [(0, 0), (2, 1)]


def test_no_gradient_goes_through_detach(fw):
    x = np.array([0.5, -2.0], np.float32)
    function = lambda x: fw.ops.sum(x * fw.ops.detach(x * x))
    if fw.name == "torch":
        import torch

        leaf = torch.tensor(x, requires_grad=True)
        function(leaf).backward()
        got = leaf.grad
    elif fw.name == "flax":
        import jax

        got = jax.grad(function)(fw.tensor(x))
    else:
        import tensorflow as tf

        leaf = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(leaf)
            y = function(leaf)
        got = tape.gradient(y, leaf)
    assert_near(fw.numpy(got), x * x)
