"""pytorch_model.bin: what torch.save wrote is read, and nothing of it is ever run."""

import io
import pickle
import struct
import zipfile
from collections import OrderedDict

import numpy as np
import pytest

from triform.errors import CorruptFileError
from triform.weights.pickle_data import Array, Interpreter, Refused
from triform.weights.pickled import as_tensor, open_pickled, read_pickled

GLOBALS = [
    ("os", "system"), ("posix", "system"), ("builtins", "eval"), ("builtins", "exec"), ("builtins", "getattr"), ("__builtin__", "eval"),
    ("subprocess", "Popen"), ("torch.serialization", "load"), ("torch.storage", "_load_from_bytes"), ("torch", "load"),
    ("torch.hub", "load"), ("numpy", "load"), ("numpy.f2py.crackfortran", "getlincoef"), ("pickle", "loads"), ("operator", "attrgetter"),
    ("collections.OrderedDict", "__init__"), ("collections", "OrderedDict.__class__"), ("torch._utils", "_rebuild_tensor_v2.__globals__"),
    ("triform.weights.pickled", "open_pickled"),
]  # fmt: skip


def archive(
    pickled: bytes, storages: dict[str, bytes] | None = None, compression: int = zipfile.ZIP_STORED, folder: str = "archive"
) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as file:
        file.writestr(f"{folder}/data.pkl", pickled)
        for key, data in (storages or {}).items():
            file.writestr(f"{folder}/data/{key}", data)
    return made.getvalue()


def tensor_pickle(offset=0, size=(2, 3), stride=(3, 1), count=6, key="0", kind="FloatStorage") -> bytes:
    """The pickle of {"w": a tensor}, as torch.save writes it."""
    piece = lambda value: pickle.dumps(value, 2)[2:-1]
    storage = b"(" + piece("storage") + f"ctorch\n{kind}\n".encode() + piece(key) + piece("cpu") + piece(count) + b"tQ"
    arguments = b"(" + storage + b"".join(map(piece, (offset, size, stride, False, {}))) + b"t"
    return b"\x80\x02}" + piece("w") + b"ctorch._utils\n_rebuild_tensor_v2\n" + arguments + b"Rs."


def written(tmp_path, data: bytes):
    path = tmp_path / "pytorch_model.bin"
    path.write_bytes(data)
    return path


def agree(found, wanted) -> bool:
    """Whether our reading of a value equals torch's."""
    torch = pytest.importorskip("torch")
    tensor = as_tensor(found)
    if isinstance(wanted, torch.Tensor):
        bits = wanted.detach().cpu()
        bits = bits.view({1: torch.uint8, 2: torch.uint16}[bits.itemsize]) if tensor.dtype.startswith(("bfloat", "float8")) else bits
        return (
            str(wanted.dtype) == f"torch.{tensor.dtype}"
            and tensor.shape == tuple(wanted.shape)
            and np.array_equal(tensor.read(), bits.numpy())
        )
    if isinstance(wanted, np.ndarray):
        return np.array_equal(tensor.read(), wanted) and tensor.read().dtype == wanted.dtype
    if isinstance(wanted, dict):
        return list(found) == list(wanted) and all(agree(found[key], wanted[key]) for key in wanted)
    if isinstance(wanted, (list, tuple)):
        return len(found) == len(wanted) and all(map(agree, found, wanted))
    return "Storage" in type(wanted).__name__ or (found == wanted and type(found) is type(wanted))


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_everything_that_torch_saves_in_a_state_dict(tmp_path, zipped, protocol):
    torch = pytest.importorskip("torch")
    x = torch.arange(24.0).reshape(4, 6)
    state = {
        "plain": x, "transposed": x.t(), "slice": x[1:3, ::2], "same storage": x, "scalar": torch.tensor(3), "empty": torch.zeros(0, 3),
        "bfloat16": x.bfloat16(), "half": x.half(), "double": x.double(), "bool": x > 3, "int8": x.to(torch.int8),
        "uint8": x.to(torch.uint8),
        "uint16": torch.arange(5).to(torch.uint16), "float8": x.to(torch.float8_e4m3fn), "complex": torch.complex(x, -x),
        "expanded": torch.arange(5).expand(3, 5), "parameter": torch.nn.Parameter(x.clone()), "buffer": torch.nn.Buffer(x.clone()),
        "array": np.arange(6.0).reshape(2, 3)[:, ::-1], "fortran": np.asfortranarray(np.arange(6).reshape(2, 3)), "number": np.float32(2),
        "list": [1, -2, 2**70, 0.5, None, True, "text", b"bytes", (1, (2,))], "set": {1},
    }  # fmt: skip
    if protocol < 4:
        state["float32 array, big-endian"] = np.arange(3, dtype=">f4")
    torch.save(state, tmp_path / "a.bin", _use_new_zipfile_serialization=zipped, pickle_protocol=protocol)
    found = read_pickled(tmp_path / "a.bin")
    for name in state.keys() - {"number", "set", "uint16", "float32 array, big-endian"}:
        assert agree(found[name], state[name]), name
    assert as_tensor(found["number"]).read() == 2
    assert as_tensor(found["uint16"]).read().tolist() == list(range(5))
    assert list(found["set"]) == [1]
    if protocol < 4:
        assert as_tensor(found["float32 array, big-endian"]).read().tolist() == [0, 1, 2]
    assert open_pickled(tmp_path / "a.bin").keys() == {name for name in state if as_tensor(found[name]) is not None}


@pytest.mark.parametrize("wrap", [lambda s: {"state_dict": s, "epoch": 3}, lambda s: {"model": {"state_dict": s}}, OrderedDict])
def test_the_state_dict_is_found(tmp_path, wrap):
    torch = pytest.importorskip("torch")
    model = torch.nn.Linear(3, 4)
    torch.save(wrap(model.state_dict()) | {"best": torch.tensor(0.3)}, tmp_path / "a.bin")
    assert {"weight", "bias"} <= open_pickled(tmp_path / "a.bin").keys()


def test_a_whole_module_is_refused(tmp_path):
    torch = pytest.importorskip("torch")
    torch.save(torch.nn.Linear(3, 4), tmp_path / "a.bin")
    with pytest.raises(CorruptFileError, match=r"torch\.nn\.modules\.linear\.Linear.*code and not data"):
        open_pickled(tmp_path / "a.bin")


def test_storages_are_views_of_the_file(tmp_path):
    torch = pytest.importorskip("torch")
    torch.save({"a": torch.arange(4.0)}, tmp_path / "a.bin")
    before = (tmp_path / "a.bin").read_bytes()
    bits = open_pickled(tmp_path / "a.bin")["a"].read()
    bits[:] = 9
    assert not bits.flags.owndata
    assert (tmp_path / "a.bin").read_bytes() == before


def test_other_peoples_files(checkpoints):
    torch = pytest.importorskip("torch")
    paths = [*checkpoints.glob("_torch-pickles-bumblebee/*.pt"), *checkpoints.glob("*/*.bin")]
    assert len(paths) > 15
    for path in paths:
        theirs = torch.load(path, weights_only="numpy" not in path.name, map_location="cpu")
        assert agree(read_pickled(path), theirs), path
        if path.suffix == ".bin":
            assert open_pickled(path).keys() == theirs.keys()


def test_compressed_entries_are_read(tmp_path):
    data = np.arange(6, dtype=np.float32)
    path = written(tmp_path, archive(tensor_pickle(), {"0": data.tobytes()}, zipfile.ZIP_DEFLATED))
    assert open_pickled(path)["w"].read().tolist() == data.reshape(2, 3).tolist()


def test_big_endian_archives_are_read(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("a/data.pkl", tensor_pickle())
        file.writestr("a/data/0", np.arange(6, dtype=">f4").tobytes())
        file.writestr("a/byteorder", b"big")
    assert open_pickled(written(tmp_path, buffer.getvalue()))["w"].read().ravel().tolist() == list(range(6))


@pytest.mark.parametrize(("module", "name"), GLOBALS)
def test_no_name_of_code_is_looked_up(module, name):
    for pickled in (f"c{module}\n{name}\n.".encode(), pickle.dumps(module)[:-1] + pickle.dumps(name)[2:-1] + b"\x93."):
        with pytest.raises(Refused, match="code and not data"):
            Interpreter(pickled).load()


class Bomb:
    def __init__(self, touched):
        self.touched = touched

    def __reduce__(self):
        return (open, (str(self.touched), "w"))


@pytest.mark.parametrize("protocol", range(6))
def test_nothing_is_run(tmp_path, protocol):
    touched = tmp_path / "touched"
    path = written(tmp_path, archive(pickle.dumps({"w": Bomb(touched)}, protocol)))
    with pytest.raises(CorruptFileError, match="code and not data"):
        open_pickled(path)
    assert not touched.exists()


BAD_PICKLES = {
    "instance": b"(i__main__\nX\n.",
    "object": b"(c__main__\nX\no.",
    "new object": b"ccollections\nOrderedDict\n)\x81.",
    "extension": b"\x82\x01.",
    "calls a text": b"U\x01aU\x01b\x85R.",
    "calls a tensor type": b"ctorch\nFloatStorage\n)R.",
    "persistent id": b"U\x01aQ.",
    "no end": b"}",
    "empty": b"",
    "underflow": b"0.",
    "pops a mark": b"(00.",
    "unknown memo": b"h\x05.",
    "tuple as key": b"}))s.",
    "list as key": b"}]K\x01s.",
    "huge number as key": b"}\x8a\x20" + b"\x7f" * 32 + b"K\x01s.",
    "odd pairs": b"}(K\x01u.",
    "state of a number": b"K\x01}b.",
    "items for a tuple": b")K\x01a.",
    "unknown opcode": b"\xff.",
    "text of 2^62 bytes": b"\x8d" + struct.pack("<Q", 2**62) + b"a.",
    "bytes of 2^62": b"\x8e" + struct.pack("<Q", 2**62) + b"a.",
    "buffer": b"\x97.",
    "object array": b"cnumpy\ndtype\n(U\x02O8I0\nI1\ntR.",
}


@pytest.mark.parametrize("what", BAD_PICKLES)
def test_pickles_that_do_more_than_data_need(what):
    with pytest.raises(Refused):
        Interpreter(BAD_PICKLES[what]).load()


def test_plain_pickles_are_read_as_python_reads_them():
    value = {"a": [1, 2.5, None, True, "é", b"\0", (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)], 3: {"b": -(2**80)}, "": [], "l": [[]] * 3}
    for protocol in range(6):
        assert Interpreter(pickle.dumps(value, protocol)).load() == value


def test_arrays_in_pickles():
    for array in (np.arange(6, dtype=np.int16).reshape(2, 3), np.array(2.5), np.zeros((0, 2)), np.array([True])):
        for protocol in range(6):
            found = Interpreter(pickle.dumps(array, protocol)).load()
            found = found.value if isinstance(found, Array) else found
            assert np.array_equal(found, array)
            assert found.dtype == array.dtype


@pytest.mark.parametrize(
    "shape",
    [{"offset": 1}, {"offset": -1}, {"stride": (3, -1)}, {"stride": (3,)}, {"size": (2, -3)}, {"size": (2**40, 2**40), "stride": (0, 0)},
     {"size": (10**9,), "stride": (0,)}, {"stride": (2**60, 1)}, {"size": (1,) * 40, "stride": (1,) * 40}, {"count": 7}, {"count": -6},
     {"key": "1"}, {"key": "../0"}, {"kind": "QInt8Storage"}, {"kind": "UntypedStorage"}, {"size": 3}, {"offset": "0"}],
    ids=str,
)  # fmt: skip
def test_tensors_that_do_not_lie_in_their_storage(tmp_path, shape):
    path = written(tmp_path, archive(tensor_pickle(**shape), {"0": bytes(24)}))
    with pytest.raises(CorruptFileError, match=r"pytorch_model\.bin"):
        open_pickled(path)


def test_archives_that_are_unsound(tmp_path):
    good = archive(tensor_pickle(), {"0": bytes(24)})
    twice = io.BytesIO()
    with zipfile.ZipFile(twice, "w") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("a/data.pkl", tensor_pickle())
        file.writestr("a/data.pkl", tensor_pickle())
    two = io.BytesIO()
    with zipfile.ZipFile(two, "w") as file:
        file.writestr("a/data.pkl", b"N.")
        file.writestr("b/data.pkl", b"N.")
    encrypted = bytearray(good)
    encrypted[good.index(b"PK\x01\x02") + 8] |= 1
    for data in (
        good[:-1], good[: len(good) // 2], archive(b"N."), twice.getvalue(), two.getvalue(), bytes(encrypted),
        archive(tensor_pickle(), {"0": bytes(24)}, zipfile.ZIP_LZMA), archive(tensor_pickle(), {"0": bytes(24)}, zipfile.ZIP_BZIP2),
    ):  # fmt: skip
        with pytest.raises(CorruptFileError, match=r"pytorch_model\.bin"):
            open_pickled(written(tmp_path, data))


def test_files_that_torch_did_not_write(tmp_path):
    for data in (pickle.dumps({"a": 1}), b"\x80", b"garbage", pickle.dumps(0x1950A86A20F9469CFC6C), b"a" * 100):
        with pytest.raises(CorruptFileError, match=r"pytorch_model\.bin"):
            open_pickled(written(tmp_path, data))


def test_legacy_files_cut_short(tmp_path):
    torch = pytest.importorskip("torch")
    torch.save({"a": torch.arange(4.0), "b": torch.arange(3)}, tmp_path / "a.bin", _use_new_zipfile_serialization=False)
    whole = (tmp_path / "a.bin").read_bytes()
    for length in range(0, len(whole), 7):
        with pytest.raises(CorruptFileError):
            open_pickled(written(tmp_path, whole[:length]))
