"""Which reader a file gets, what it imports, and what is said where a package is missing."""

import io
import pickle
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from weightfiles import held, same

from triform.errors import CorruptFileError, MissingDependencyError
from triform.weights.formats import BY_NAME, open_file, reader_of
from triform.weights.safetensors import write_safetensors

TENSORS = {"a": held(np.arange(6, dtype=np.float32).reshape(2, 3))}


@pytest.mark.parametrize("name", ["model.safetensors", "pytorch_model.bin", "weights", "0a1b2c", "model.h5"])
def test_first_bytes_say_more_than_the_name(tmp_path, name):
    write_safetensors(tmp_path / name, TENSORS)
    assert same(open_file(tmp_path / name), TENSORS)


def test_every_kind_is_told_by_its_first_bytes(tmp_path):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a/data.pkl", b"N.")
    firsts = {
        "pickled": [archive.getvalue(), pickle.dumps(0x1950A86A20F9469CFC6C, 2)], "hdf5": [b"\x89HDF\r\n\x1a\n"], "gguf": [b"GGUF\3\0\0\0"],
    }  # fmt: skip
    for module, beginnings in firsts.items():
        for first in beginnings:
            (tmp_path / "blob").write_bytes(first)
            assert reader_of(tmp_path / "blob")[0] == module


def test_names_decide_where_bytes_do_not(tmp_path):
    for extension, reader in BY_NAME.items():
        (tmp_path / f"x{extension}").write_bytes(b"\x81\xa1a\x01")
        assert reader_of(tmp_path / f"x{extension}") == reader
    (tmp_path / "x.txt").write_bytes(b"text")
    with pytest.raises(CorruptFileError, match=r"x\.txt begins with b'text'.*safetensors"):
        open_file(tmp_path / "x.txt")


@pytest.mark.parametrize("extension", [".bin", ".h5", ".msgpack", ".gguf", ".safetensors"])
def test_a_git_lfs_pointer_is_called_by_its_name(tmp_path, extension):
    (tmp_path / f"x{extension}").write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n")
    with pytest.raises(CorruptFileError, match="git lfs pull"):
        open_file(tmp_path / f"x{extension}")


@pytest.mark.parametrize("package", ["h5py", "msgpack", "gguf"])
def test_missing_packages_are_named(tmp_path, monkeypatch, package):
    from triform.weights.gguf import open_gguf
    from triform.weights.hdf5 import write_hdf5
    from triform.weights.msgpack import write_msgpack

    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setitem(sys.modules, f"{package}.constants", None)
    quantised = b"GGUF\3\0\0\0" + (1).to_bytes(8, "little") + bytes(8) + (1).to_bytes(8, "little") + b"a" + (1).to_bytes(4, "little")
    (tmp_path / "x.gguf").write_bytes(quantised + (32).to_bytes(8, "little") + (2).to_bytes(4, "little") + bytes(200))
    needs = {
        "h5py": lambda: write_hdf5(tmp_path / "x", {"a": TENSORS}), "msgpack": lambda: write_msgpack(tmp_path / "x", TENSORS),
        "gguf": lambda: open_gguf(tmp_path / "x.gguf"),
    }  # fmt: skip
    with pytest.raises(MissingDependencyError, match=rf"{package}.*pip install \"triform\["):
        needs[package]()
    assert not (tmp_path / "x").exists()


def test_readers_import_no_framework_and_no_package_before_it_is_needed():
    modules = ["finding", "foreign_names", "foreign_saving", "pickled", "hdf5", "msgpack", "gguf", "safetensors", "shards"]
    code = f"import sys; import {', '.join(f'triform.weights.{name}' for name in modules)}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"torch", "tensorflow", "keras", "jax", "flax", "h5py", "msgpack", "gguf", "safetensors", "huggingface_hub"}
    assert not heavy & set(loaded)
