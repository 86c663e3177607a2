"""tf_model.h5: read without the HDF5 library, and held against it; written with it."""

import numpy as np
import pytest
from weightfiles import held, same

from triform.errors import CorruptFileError, InputError
from triform.weights.files import map_bytes
from triform.weights.hdf5 import open_hdf5, write_hdf5
from triform.weights.hdf5_layout import read_layout
from triform.weights.tensor import STORAGE

h5py = pytest.importorskip("h5py")
PLAIN = [name for name, kind in STORAGE.items() if np.dtype(kind).name == name and not name.startswith("complex")]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "tf_model.h5"


def test_every_dtype_comes_back(path, tensors):
    wanted = {name: tensors[name] for name in [*PLAIN, "empty", "scalar"]}
    write_hdf5(path, {"layer": {f"model/layer/{name}:0": tensor for name, tensor in wanted.items()}})
    checkpoint = open_hdf5(path)
    assert same(checkpoint, {f"layer/{name}:0": tensor for name, tensor in wanted.items()})
    assert checkpoint.format == "tf"


def test_reading_agrees_with_h5py(path):
    random = np.random.default_rng(0)
    with h5py.File(path, "w") as file:
        for number in range(300):  # several nodes of each group's tree
            file.create_dataset(f"a{number % 7}/b{number % 20}/c{number}", data=random.random((number % 3, 4)).astype(np.float32))
        file["a0"].attrs["text"] = "x" * 1000
        file["a0"].attrs["many"] = np.arange(500)
        file["compact"] = np.float64(3)
    found = dict(read_layout(map_bytes(path)).arrays())
    theirs = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: theirs.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    assert found.keys() == theirs.keys()
    data = path.read_bytes()
    for name, array in found.items():
        assert (array.shape, array.dtype) == (theirs[name].shape, theirs[name].dtype.name)
        assert data[array.begin : array.end] == theirs[name].tobytes()


def test_a_compact_array_is_read(path):
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_layout(h5py.h5d.COMPACT)
    with h5py.File(path, "w") as file:
        space = h5py.h5s.create_simple((3,))
        h5py.Dataset(h5py.h5d.create(file.id, b"a", h5py.h5t.IEEE_F32LE, space, plist))[:] = [1, 2, 3]
    assert open_hdf5(path)["a"].read().tolist() == [1, 2, 3]


def test_layers_are_told_from_shards(path):
    """In a whole file a variable lies in its layer's group and under the model's name; in a shard it lies under its own."""
    one = held(np.ones((2, 3), np.float32))
    write_hdf5(path, {"bert": {"tf_bert/bert/dense/kernel:0": one}, "bias": {"bias:0": one}, "cls": {"tf_bert/bert/dense/kernel:0": one}})
    assert open_hdf5(path).keys() == {"bert/dense/kernel:0", "bias:0"}
    with h5py.File(path) as file:
        assert file["cls/tf_bert/bert/dense/kernel:0"].id.get_offset() == file["bert/tf_bert/bert/dense/kernel:0"].id.get_offset()
    with h5py.File(path, "w") as file:
        file.create_dataset("bert/dense/kernel:0", data=np.ones(2))
        file.attrs["layer_names"] = ["bert/dense/kernel:0"]
    assert open_hdf5(path).keys() == {"bert/dense/kernel:0"}


def test_very_many_names_are_split_as_keras_splits_them(path):
    one = held(np.ones(1, np.float32))
    names = [f"model/layer/{'x' * 40}{number}:0" for number in range(4500)]
    write_hdf5(path, {"layer": dict.fromkeys(names, one)})
    with h5py.File(path) as file:
        parts = [file["layer"].attrs[f"weight_names{number}"] for number in range(3)]
    assert [name for part in parts for name in part] == names
    assert len(open_hdf5(path)) == 4500


def test_views_are_of_the_file(path):
    write_hdf5(path, {"a": {"m/a/w:0": held(np.arange(4, dtype=np.float32))}})
    before = path.read_bytes()
    open_hdf5(path)["a/w:0"].read()[:] = 9
    assert path.read_bytes() == before


def test_the_same_variable_with_two_shapes_is_refused(path):
    write_hdf5(path, {"a": {"m/w:0": held(np.ones(2, np.float32))}, "b": {"m/w:0": held(np.ones(3, np.float32))}})
    with pytest.raises(CorruptFileError, match=r"'w:0' is stored with two shapes"):
        open_hdf5(path)


def external_link(file):
    file["a"] = h5py.ExternalLink("/etc/passwd", "/x")


def soft_link(file):
    file["a"] = h5py.SoftLink("/b")


def external_data(file):
    file.create_dataset("a", (4,), np.uint8, external=[("/etc/passwd", 0, 4)])


def virtual(file):
    layout = h5py.VirtualLayout((4,), np.uint8)
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", shape=(4,))
    file.create_virtual_dataset("a", layout)


def compressed(file):
    file.create_dataset("a", data=np.zeros(10**6), compression="gzip")


def chunked(file):
    file.create_dataset("a", data=np.zeros(10), chunks=(5,))


def cycle(file):
    inner = file.create_group("a/b")
    inner["c"] = file["a"]


def never_written(file):
    file.create_dataset("a", (10**12,), np.float32)


def texts(file):
    file["a"] = ["x", "y"]


def compound(file):
    file["a"] = np.zeros(3, [("x", "f4"), ("y", "i4")])


def big_endian(file):
    file["a"] = np.zeros(3, ">f4")


def named_type(file):
    file["type"] = np.dtype("f4")
    file.create_dataset("a", (3,), file["type"])


def deep(file):
    file.create_group("/".join("abcdefgh" * 10))


REFUSED = {
    external_link: "later kind", soft_link: "link to another place", external_data: "another file", virtual: "virtual",
    compressed: "compressed", chunked: "in chunks", cycle: "deep|parts", never_written: "never written", texts: "plain",
    compound: "plain", big_endian: "little-endian", named_type: "neither a group nor an array|shares its type", deep: "deep",
}  # fmt: skip


@pytest.mark.parametrize("make", REFUSED, ids=lambda make: make.__name__)
def test_what_keras_never_writes_is_refused(path, make):
    with h5py.File(path, "w") as file:
        make(file)
    with pytest.raises(CorruptFileError, match=REFUSED[make]) as caught:
        open_hdf5(path)
    assert "tf_model.h5" in str(caught.value)


def test_later_kinds_of_files_are_refused_with_advice(path):
    with h5py.File(path, "w", libver="latest") as file:
        file["a"] = np.zeros(3)
    with pytest.raises(CorruptFileError, match="h5repack"):
        open_hdf5(path)


def test_files_cut_short(path):
    write_hdf5(path, {"a": {"m/a/w:0": held(np.arange(40, dtype=np.float32))}})
    whole = path.read_bytes()
    for length in range(0, len(whole), 50):
        path.write_bytes(whole[:length])
        with pytest.raises(CorruptFileError):
            open_hdf5(path)


def test_bfloat16_cannot_be_written(path):
    with pytest.raises(InputError, match="bfloat16"):
        write_hdf5(path, {"a": {"m/w:0": held(np.zeros(2, np.uint16), "bfloat16")}})
    assert not path.exists()


def test_other_peoples_files(checkpoints):
    for path in checkpoints.glob("*/*.h5"):
        checkpoint = open_hdf5(path)
        with h5py.File(path) as file:
            for layer in file.attrs["layer_names"]:
                group = file[layer]
                for name in group.attrs["weight_names"]:
                    text = name.decode() if isinstance(name, bytes) else name
                    assert np.array_equal(checkpoint[text.partition("/")[2]].read(), group[name][()])
