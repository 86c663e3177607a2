"""Writers: a new file takes the place of the old one when it is complete, and not before."""

import errno
import os

import numpy as np
import pytest
from weightfiles import held

from triform.replacing import Replacement
from triform.weights.hdf5 import write_hdf5
from triform.weights.msgpack import write_msgpack
from triform.weights.safetensors import open_safetensors, write_safetensors
from triform.weights.tensor import LazyTensor

TENSOR = held(np.arange(1000, dtype=np.float32))


def fail() -> np.ndarray:
    raise OSError(errno.EIO, "the source cannot be read")


WRITERS = {
    "safetensors": lambda path, tensors, **kw: write_safetensors(path, tensors, **kw),
    "msgpack": lambda path, tensors, **kw: write_msgpack(path, tensors, **kw),
    "hdf5": lambda path, tensors, **kw: write_hdf5(path, {"layer": {f"m/{name}:0": tensor for name, tensor in tensors.items()}}, **kw),
}


@pytest.fixture(params=WRITERS)
def write(request):
    if request.param in ("hdf5", "msgpack"):
        pytest.importorskip("h5py" if request.param == "hdf5" else "msgpack")
    return WRITERS[request.param]


def test_a_source_that_fails_leaves_the_old_file(tmp_path, write):
    path = tmp_path / "weights"
    path.write_bytes(b"old")
    with pytest.raises(OSError, match="cannot be read"):
        write(path, {"a": TENSOR, "b": LazyTensor("float32", (3,), fail)})
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["weights"]


def test_a_full_disk_leaves_the_old_file(tmp_path, write):
    """A limit on file sizes makes writes fail in the middle, as a full disk does."""
    resource = pytest.importorskip("resource")
    signal = pytest.importorskip("signal")
    path = tmp_path / "weights"
    path.write_bytes(b"old")
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, before[1]))
        with pytest.raises(OSError):
            write(path, {f"t{number}": TENSOR for number in range(5)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["weights"]


def test_several_files_change_together(tmp_path, write):
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(b"old")
    with pytest.raises(OSError), Replacement() as new:
        write(tmp_path / "one", {"a": TENSOR}, replacement=new)
        assert (tmp_path / "one").read_bytes() == b"old"
        write(tmp_path / "two", {"b": LazyTensor("float32", (3,), fail)}, replacement=new)
    assert sorted(os.listdir(tmp_path)) == ["one", "two"]
    assert (tmp_path / "one").read_bytes() == b"old"
    with Replacement() as new:
        for name in ("one", "two"):
            write(tmp_path / name, {"a": TENSOR}, replacement=new)
    assert sorted(os.listdir(tmp_path)) == ["one", "two"]
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes() != b"old"


def test_a_file_is_synced_before_it_is_renamed(tmp_path, monkeypatch):
    order = []
    monkeypatch.setattr(os, "fsync", lambda _: order.append("sync"))
    rename = os.replace
    monkeypatch.setattr(os, "replace", lambda *paths: (order.append("rename"), rename(*paths)))
    write_safetensors(tmp_path / "a", {"a": TENSOR})
    assert order[:2] == ["sync", "rename"]


def test_a_link_is_replaced_and_what_it_points_to_is_not(tmp_path, write):
    (tmp_path / "elsewhere").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    write(tmp_path / "link", {"a": TENSOR})
    assert (tmp_path / "elsewhere").read_bytes() == b"old"
    assert not (tmp_path / "link").is_symlink()


def test_a_checkpoint_can_be_written_over_itself(tmp_path):
    """Its views are of the old file, which lives until they are gone."""
    path = tmp_path / "a.safetensors"
    write_safetensors(path, {"a": TENSOR, "b": TENSOR})
    checkpoint = open_safetensors(path)
    write_safetensors(path, {"a": checkpoint["a"]})
    assert checkpoint["b"].read().tolist() == TENSOR.read().tolist()
    assert open_safetensors(path).keys() == {"a"}
