"""flax_model.msgpack: the format of flax.serialization, read lazily and written in pieces."""

import struct

import numpy as np
import pytest
from weightfiles import held, same

from triform.errors import CorruptFileError, InputError
from triform.weights import msgpack as ours
from triform.weights.msgpack import open_msgpack, write_msgpack

msgpack = pytest.importorskip("msgpack")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "flax_model.msgpack"


def array(value: np.ndarray, code: int = 1, dtype: str | None = None, shape=None) -> msgpack.ExtType:
    """An array as flax packs it."""
    parts = (list(value.shape) if shape is None else shape, dtype or value.dtype.name, value.tobytes())
    return msgpack.ExtType(code, msgpack.packb(parts, use_bin_type=True))


def write(path, tree):
    path.write_bytes(msgpack.packb(tree, use_bin_type=True))
    return path


def test_every_dtype_comes_back(path, tensors):
    wanted = {f"a.{name}.kernel": tensor for name, tensor in tensors.items()}
    write_msgpack(path, wanted)
    checkpoint = open_msgpack(path)
    assert same(checkpoint, wanted)
    assert checkpoint.format == "flax"


def test_flax_reads_what_is_written_and_the_reverse(path, monkeypatch):
    serialization = pytest.importorskip("flax.serialization")
    jnp = pytest.importorskip("jax.numpy")
    tree = {
        "layer": {"0": {"kernel": np.arange(6, dtype=np.float32).reshape(2, 3)}},
        "half": jnp.ones((2,), jnp.bfloat16),
        "step": np.int32(3),
    }
    for size in (2**30, 8):  # with and without pieces
        monkeypatch.setattr(serialization, "MAX_CHUNK_SIZE", size)
        monkeypatch.setattr(ours, "MOST_CHUNK", size)
        path.write_bytes(serialization.msgpack_serialize(tree | {"count": 5, "complex": 3 + 4j, "text": "x", "none": None, "yes": True}))
        checkpoint = open_msgpack(path)
        assert checkpoint.keys() == {"layer.0.kernel", "half", "step"}
        assert checkpoint["half"].dtype == "bfloat16"
        assert checkpoint["layer.0.kernel"].read().tolist() == [[0, 1, 2], [3, 4, 5]]
        write_msgpack(path, dict(checkpoint))
        back = serialization.msgpack_restore(path.read_bytes())
        assert np.array_equal(back["layer"]["0"]["kernel"], tree["layer"]["0"]["kernel"])
        assert back["half"].dtype == jnp.bfloat16
        assert back["half"].tolist() == [1, 1]
        assert back["step"] == 3


def test_views_are_of_the_file(path):
    write_msgpack(path, {"a": held(np.arange(4, dtype=np.int8))})
    before = path.read_bytes()
    open_msgpack(path)["a"].read()[:] = 9
    assert path.read_bytes() == before


def test_names_that_lie_in_each_other_cannot_be_written(path):
    one = held(np.ones(1))
    for names in (("a", "a.b"), ("a.b", "a")):
        with pytest.raises(InputError):
            write_msgpack(path, dict.fromkeys(names, one))
    assert not path.exists()


def chunked(shape, pieces, **more):
    return {"__msgpack_chunked_array__": True, "shape": shape, "chunks": pieces} | more


ONE = np.ones(2, np.float32)
UNSOUND = {
    "a list": [1],
    "a number": 3,
    "list inside": {"a": [1, 2]},
    "number as name": {1: array(ONE)},
    "shape lies": {"a": array(ONE, shape=[3])},
    "negative size": {"a": array(ONE, shape=[-2])},
    "size is text": {"a": array(ONE, shape=["2"])},
    "huge shape": {"a": array(ONE, shape=[2**62, 2**62])},
    "33 dimensions": {"a": array(ONE, shape=[1] * 32 + [2])},
    "unknown dtype": {"a": array(ONE, dtype="object")},
    "no array": {"a": msgpack.ExtType(1, b"\x01")},
    "empty extension": {"a": msgpack.ExtType(1, b"")},
    "array with a tail": {"a": msgpack.ExtType(1, array(ONE).data + b"x")},
    "text for bytes": {"a": msgpack.ExtType(1, msgpack.packb(([2], "float32", "12345678")))},
    "same name twice": {"a": {"b": array(ONE)}, "a.b": array(ONE)},
    "pieces of two dtypes": {"a": chunked({"0": 4}, {"0": array(ONE), "1": array(ONE.astype(np.int32))})},
    "too few pieces": {"a": chunked({"0": 4}, {"0": array(ONE)})},
    "pieces out of order": {"a": chunked({"0": 4}, {"1": array(ONE), "0": array(ONE)})},
    "pieces with shapes": {"a": chunked({"0": 4}, {"0": array(ONE.reshape(1, 2)), "1": array(ONE)})},
    "no pieces": {"a": chunked({"0": 0}, {})},
    "pieces in pieces": {"a": chunked({"0": 2}, {"0": chunked({"0": 2}, {"0": array(ONE)})})},
    "pieces without shape": {"a": chunked(3, {"0": array(ONE)})},
    "long name": {"a" * 5000: array(ONE)},
}


@pytest.mark.parametrize("what", UNSOUND)
def test_unsound_trees_are_refused(path, what):
    with pytest.raises(CorruptFileError, match=r"flax_model\.msgpack"):
        open_msgpack(write(path, UNSOUND[what]))


@pytest.mark.parametrize(
    "data",
    [b"", b"\xc1", b"\x81", b"\xdf\xff\xff\xff\xff", b"\x81\xa1a" * 100_000, b"\x81\xa1a\xc9\xff\xff\xff\xff\x01", b"\x80\x80",
     b"\x81\xa1\xff\x01", b"\x81\xa1a\xdb" + struct.pack(">I", 2**32 - 1), b"\xde\xff\xff" + b"\xa0\x01" * 10],
)  # fmt: skip
def test_unsound_bytes_are_refused(path, data):
    path.write_bytes(data)
    with pytest.raises(CorruptFileError):
        open_msgpack(path)


def test_files_cut_short(path):
    write_msgpack(path, {"a.b": held(np.ones(9)), "c": held(np.ones(3))})
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(CorruptFileError):
            open_msgpack(path)
