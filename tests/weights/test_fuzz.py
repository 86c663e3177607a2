"""Bounded fuzzing: files with bytes changed, moved, cut or repeated give tensors or a triform error, and nothing else."""

import contextlib
import io
import os
import pickle
import random
import socket
import struct
import sys
import zipfile
from collections.abc import Sequence

import numpy as np
import pytest
from guarding import MOST_MEMORY, guarded, peak
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from weightfiles import held

from triform.errors import TriformError
from triform.weights.foreign_names import to_pytorch
from triform.weights.formats import BY_NAME, open_file
from triform.weights.msgpack import write_msgpack
from triform.weights.pickle_data import Interpreter, Refused
from triform.weights.safetensors import write_safetensors

MODULES = {name: extension for extension, (name, _) in reversed(BY_NAME.items())}
TENSORS = {
    "bert.pooler.dense.kernel": held(np.arange(6, dtype=np.float32).reshape(2, 3)),
    "bert.pooler.dense.bias": held(np.arange(3, dtype=np.int64)),
    "empty": held(np.zeros((0, 2), np.float16)),
}
MOST_READ = 2**26  # bytes of a tensor that is read; the files have less than a kilobyte


def seeds(folder) -> dict[str, list[bytes]]:
    """Sound files of each format, by the name of its reader."""
    made: dict[str, list[bytes]] = {name: [] for name in ("safetensors", "pickled", "msgpack", "hdf5", "gguf")}
    write_safetensors(folder / "a", TENSORS, {"format": "flax"})
    made["safetensors"].append((folder / "a").read_bytes())
    try:
        write_msgpack(folder / "a", TENSORS)
        made["msgpack"].append((folder / "a").read_bytes())
    except ImportError:
        pass
    try:
        from triform.weights.hdf5 import write_hdf5

        write_hdf5(folder / "a", {"bert": {f"m/{name.replace('.', '/')}:0": tensor for name, tensor in TENSORS.items()}})
        made["hdf5"].append((folder / "a").read_bytes())
    except ImportError:
        pass
    made["gguf"].append(
        b"GGUF" + struct.pack("<IQQ", 3, 2, 2)
        + struct.pack("<Q20sIQ5s", 20, b"general.architecture", 8, 5, b"llama") + struct.pack("<QcIIQ3I", 1, b"k", 9, 4, 3, 1, 2, 3)
        + struct.pack("<Q17sIQIQ", 17, b"token_embd.weight", 1, 4, 0, 0) + struct.pack("<QcIQQIQ", 1, b"q", 2, 32, 2, 2, 32) + bytes(200)
    )  # fmt: skip
    try:
        import torch

        state = {name: torch.from_numpy(tensor.read().copy()) for name, tensor in TENSORS.items()} | {"array": np.arange(4.0)}
        for zipped in (True, False):
            torch.save(state, folder / "a", _use_new_zipfile_serialization=zipped)
            made["pickled"].append((folder / "a").read_bytes())
    except ImportError:
        pass
    squeezed = io.BytesIO()
    with zipfile.ZipFile(squeezed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a/data.pkl", pickle.dumps({"a": np.arange(4.0), "b": [1, 2]}, 2))
    made["pickled"].append(squeezed.getvalue())
    return made


def read(path) -> None:
    """All that a reader offers, so that lazy parts are tried, too."""
    try:
        checkpoint = open_file(path)
        for tensor in checkpoint.values():
            if tensor.nbytes < MOST_READ:
                bits = tensor.read()
                assert bits.shape == tensor.shape
                bits.sum()
        for tensor in to_pytorch(checkpoint).values():
            if tensor.nbytes < MOST_READ:
                tensor.read()
    except TriformError as error:
        assert str(path) in str(error) or path.name in str(error)


def changed(data: bytes, edits: list[tuple[int, int, int]]) -> bytes:
    """Edits are (kind, place, value): set a byte, flip a bit, write a large number, cut, repeat, or remove a piece."""
    made = bytearray(data)
    for kind, place, value in edits:
        at = place % max(len(made), 1)
        if not made:
            break
        if kind <= 3:
            made[at] = value % 256
        elif kind <= 5:
            made[at] ^= 1 << value % 8
        elif kind == 6:
            made[at : at + 8] = struct.pack("<Q", (2**64 - 1) >> value % 64)
        elif kind == 7:
            del made[at:]
        elif kind == 8:
            made[at:at] = made[at : at + value % 64]
        else:
            del made[at : at + value % 16]
    return bytes(made)


def dealt(number: int, seeds: Sequence[bytes]) -> bytes:
    """The changed file of a number: the same each time."""
    dice = random.Random(number)
    edits = [(dice.randrange(10), dice.randrange(2**16), dice.randrange(256)) for _ in range(dice.choice([1, 1, 2, 3, 6, 12]))]
    return changed(dice.choice(seeds), edits)


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> dict[str, list[bytes]]:
    return seeds(tmp_path_factory.mktemp("seeds"))


PIECES = [bytes([code]) for code in range(256)] + [
    b"cos\nsystem\n", b"cnumpy\ndtype\n", b"ccollections\nOrderedDict\n", b"h\x00", b"q\x00", b"K\x01", b"X\x01\x00\x00\x00a", b"(",
    b"\x85R",
]  # fmt: skip


@settings(max_examples=2000, deadline=None, database=None, derandomize=True)
@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_arbitrary_opcodes(pieces):
    with contextlib.suppress(Refused):
        Interpreter(b"".join(pieces) + b".").load()


@settings(max_examples=500, deadline=None, database=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200), extension=st.sampled_from(list(BY_NAME)))
def test_arbitrary_bytes(data, extension, tmp_path):
    path = tmp_path / f"weights{extension}"
    path.write_bytes(data)
    read(path)


FORMATS = ["safetensors", "pickled", "msgpack", "hdf5", "gguf"]


def check(sound, folder, name, count, monkeypatch):
    if not sound[name]:
        pytest.skip(f"no package to write files for {name}")
    path = folder / f"weights{MODULES[name]}"
    for data in sound[name]:
        path.write_bytes(data)
        read(path)  # imports what there is to import
    with guarded(folder, monkeypatch) as guard:
        for number in range(count):
            path.unlink()  # writing over a file waits for the disk
            path.write_bytes(dealt(number, sound[name]))
            try:
                with guard.one():
                    read(path)
            except BaseException as error:
                error.add_note(f"file number {number}")
                raise
    assert [path.name] == os.listdir(folder)


@pytest.mark.parametrize("name", FORMATS)
def test_changed_files(name, sound, tmp_path, monkeypatch):
    check(sound, tmp_path, name, 2000, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_very_many_changed_files(name, sound, tmp_path, monkeypatch):
    """30,000 of each format; the number that fails can be run alone."""
    check(sound, tmp_path, name, 30_000, monkeypatch)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the limits")
def test_the_guard_notices(tmp_path, monkeypatch):
    """The promises are really watched: each of these would fail a test that reads files."""
    breaches = {
        "open": lambda: open(tmp_path.parent / "secret").close(), "write": lambda: (tmp_path / "new").write_text("x"),
        "socket": socket.socket, "system": lambda: os.system("true"), "pickle": lambda: pickle.loads(b"cos\ngetcwd\n."),
        "code": lambda: exec(compile("1", str(tmp_path / "a.py"), "exec")), "remove": lambda: os.remove(tmp_path.parent / "secret"),
    }  # fmt: skip
    for what, breach in breaches.items():
        (tmp_path.parent / "secret").write_text("secret")
        with guarded(tmp_path, monkeypatch) as guard, pytest.raises(AssertionError), guard.one():
            breach()
        assert len(guard.seen) == 1, (what, guard.seen)
    with guarded(tmp_path, monkeypatch), pytest.raises(MemoryError):
        bytearray(MOST_MEMORY + 2**26)
    before = peak(anew=True)
    held = bytearray(b"x" * 10**8)
    assert peak() - before >= len(held)
