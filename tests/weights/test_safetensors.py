"""safetensors: what is written is read, by this reader and by the library; what is not sound is refused."""

import json
import os
import struct

import numpy as np
import pytest
from weightfiles import held, same

from triform.errors import CorruptFileError, InputError, MissingFileError
from triform.weights.safetensors import MOST_HEADER, open_safetensors, write_safetensors


def raw(header: dict | bytes, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def entry(dtype: str, shape: list, begin: int, end: int) -> dict:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def test_every_dtype_comes_back(tmp_path, tensors):
    del tensors["complex128"]  # the format has none
    write_safetensors(tmp_path / "a.safetensors", tensors, {"format": "pt", "who": "me"})
    checkpoint = open_safetensors(tmp_path / "a.safetensors")
    assert same(checkpoint, tensors)
    assert checkpoint.metadata == {"format": "pt", "who": "me"}
    assert checkpoint.format == "pt"
    assert checkpoint.files == [tmp_path / "a.safetensors"]


def test_the_library_reads_what_is_written_and_the_reverse(tmp_path):
    from safetensors.numpy import load_file, save_file

    arrays = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.array([True, False]), "c": np.arange(3, dtype=np.float16)}
    write_safetensors(tmp_path / "ours", {name: (array.dtype.name, array) for name, array in arrays.items()})
    assert all(np.array_equal(array, arrays[name]) for name, array in load_file(tmp_path / "ours").items())
    save_file(arrays, tmp_path / "theirs")
    assert same(open_safetensors(tmp_path / "theirs"), {name: held(array) for name, array in arrays.items()})


def test_views_are_of_the_file_and_writing_to_them_leaves_it_alone(tmp_path):
    path = tmp_path / "a.safetensors"
    write_safetensors(path, {"a": held(np.arange(4, dtype=np.float32))})
    before = path.read_bytes()
    first, second = (open_safetensors(path)["a"].read() for _ in range(2))
    first[:] = 9
    assert path.read_bytes() == before
    assert second.tolist() == [0, 1, 2, 3]
    assert first.base is not None


def test_a_tensor_off_its_alignment_is_read(tmp_path):
    path = tmp_path / "a.safetensors"
    value = np.array([1.5, -2.5], np.float32)
    path.write_bytes(raw({"a": entry("U8", [1], 0, 1), "b": entry("F32", [2], 1, 9)}, b"x" + value.tobytes()))
    found = open_safetensors(path)["b"].read()
    assert found.tolist() == value.tolist()
    assert found.flags.aligned


def test_a_file_without_tensors_or_with_null_metadata(tmp_path):
    (tmp_path / "a").write_bytes(raw({"__metadata__": None, "a": entry("F32", [0, 7], 0, 0)}))
    assert open_safetensors(tmp_path / "a")["a"].read().shape == (0, 7)
    (tmp_path / "b").write_bytes(raw({}))
    assert len(open_safetensors(tmp_path / "b")) == 0


F32 = entry("F32", [2], 0, 8)
BROKEN = {
    "empty file": b"",
    "only a length": struct.pack("<Q", 5),
    "header of 2^63": struct.pack("<Q", 2**63) + b"{}",
    "header beyond the end": struct.pack("<Q", 100) + b"{}",
    "header too large": struct.pack("<Q", MOST_HEADER + 1) + b" " * (MOST_HEADER + 1),
    "not JSON": raw(b"{nope"),
    "not UTF-8": raw(b'{"\xff": 1}'),
    "a list": raw(b"[]"),
    "nested brackets": raw(b"[" * 100_000),
    "cut short": raw({"a": F32}, bytes(7)),
    "bytes too many": raw({"a": F32}, bytes(9)),
    "shape lies": raw({"a": entry("F32", [3], 0, 8)}, bytes(8)),
    "offsets reversed": raw({"a": entry("F32", [2], 8, 0)}, bytes(8)),
    "overlap": raw({"a": F32, "b": entry("F32", [2], 4, 12)}, bytes(12)),
    "a hole": raw({"a": F32, "b": entry("F32", [2], 12, 20)}, bytes(20)),
    "negative size": raw({"a": entry("F32", [-2], 0, 8)}, bytes(8)),
    "overflow": raw({"a": entry("F32", [2**62, 2**62], 0, 8)}, bytes(8)),
    "impossible empty shape": raw({"a": entry("F32", [2**62, 2**62, 0], 0, 0)}),
    "too many dimensions": raw({"a": entry("F32", [1] * 40 + [2], 0, 8)}, bytes(8)),
    "unknown dtype": raw({"a": entry("X99", [2], 0, 8)}, bytes(8)),
    "name twice": raw(b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}', b"x"),
    "unknown format": raw({"__metadata__": {"format": "abacus"}, "a": F32}, bytes(8)),
    "git-lfs pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n",
}


@pytest.mark.parametrize("what", BROKEN)
def test_unsound_files_are_refused_by_name(tmp_path, what):
    path = tmp_path / "model.safetensors"
    path.write_bytes(BROKEN[what])
    with pytest.raises(CorruptFileError, match=r"model\.safetensors") as caught:
        open_safetensors(path)
    if what == "git-lfs pointer":
        assert "git lfs pull" in str(caught.value)
    if what == "name twice":
        assert "'a' twice" in str(caught.value)


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(MissingFileError):
        open_safetensors(tmp_path / "absent")
    with pytest.raises(MissingFileError):
        open_safetensors(tmp_path / "nul\0")
    with pytest.raises(CorruptFileError):
        open_safetensors(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(CorruptFileError, match="regular"):
            open_safetensors(tmp_path / "pipe")


@pytest.mark.parametrize(
    "wrong",
    [
        {"a": ("complex128", np.zeros(2, np.complex128))},
        {"a": ("float32", np.zeros(2, np.float64))},
        {"__metadata__": ("float32", np.zeros(2, np.float32))},
    ],
)
def test_what_cannot_be_written_leaves_nothing(tmp_path, wrong):
    with pytest.raises(InputError):
        write_safetensors(tmp_path / "a", wrong)
    assert not list(tmp_path.iterdir())


def test_metadata_must_be_texts(tmp_path):
    with pytest.raises(InputError, match="metadata"):
        write_safetensors(tmp_path / "a", {}, {"total": 3})
