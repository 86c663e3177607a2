"""The functions that decoding needs beside ops: the same names and signatures on every backend, each against NumPy."""

import inspect

import numpy as np
import pytest

import triform.loops as spec


def functions(module):
    """The public functions of a module."""
    return {name: value for name, value in vars(module).items() if not name.startswith("_") and inspect.isroutine(value)}


def parameters(function):
    """(name, kind, default) of each parameter."""
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]


def test_names_and_signatures(decoding):
    found, wanted = functions(decoding.loops), functions(spec)
    assert sorted(found) == sorted(wanted)
    for name in wanted:
        assert parameters(found[name]) == parameters(wanted[name]), name


def test_loop(decoding):
    loops, engine = decoding.loops, decoding.engine
    start = (engine.count(0), engine.array(np.arange(3)), ())
    n, x, nothing = loops.loop(lambda s: loops.both(s[0] < 4, lambda: loops.any(s[1] < 100)), lambda s: (s[0] + 1, s[1] * 2, ()), start)
    assert int(n) == 4 and np.asarray(x).tolist() == [0, 16, 32] and nothing == ()


def test_a_loop_carries_what_is_not_there(decoding):
    loops, engine = decoding.loops, decoding.engine
    n, nothing = loops.loop(lambda s: s[0] < 3, lambda s: (s[0] + 1, None), (engine.count(0), None))
    assert int(n) == 3 and nothing is None


def test_column_and_number(decoding):
    x = decoding.engine.array(np.arange(12).reshape(3, 4))
    assert np.asarray(decoding.loops.column(x, decoding.engine.count(2))).tolist() == [2, 6, 10]
    assert float(decoding.loops.number(decoding.loops.counter(3))) == 3.0


def test_present(decoding):
    tokens, real = np.array([[1, 4, 4, 0], [2, 3, 5, 5]]), np.array([[1, 1, 0, 0], [0, 1, 1, 1]], bool)
    found = np.asarray(decoding.loops.present(decoding.engine.array(tokens), decoding.engine.array(real), 7))
    want = np.zeros((2, 7), bool)
    want[0, [1, 4]] = want[1, [3, 5]] = True
    assert np.array_equal(found, want)


@pytest.mark.parametrize("seed", [7, 2**33])
def test_noise_has_gumbel_s_moments_and_follows_the_seed(decoding, seed):
    loops, like = decoding.loops, decoding.engine.array(np.zeros(1, np.float32))
    first, key = loops.gumbel(loops.key(seed, like=like), (200, 500), like=like)
    first = np.array(first)
    again, _ = loops.gumbel(loops.key(seed, like=like), (200, 500), like=like)
    later, _ = loops.gumbel(key, (200, 500), like=like)
    assert np.array_equal(first, np.array(again)) and not np.array_equal(first, np.array(later))
    assert abs(first.mean() - 0.57722) < 0.02 and abs(first.var() - np.pi**2 / 6) < 0.05
