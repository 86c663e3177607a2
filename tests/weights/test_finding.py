"""Which file is read: the order, variants, preferences, and what the message says where there is none."""

import numpy as np
import pytest
from weightfiles import held

from triform.errors import CorruptFileError, InputError, MissingFileError
from triform.weights.finding import find_weights, open_weights
from triform.weights.safetensors import write_safetensors

ORDER = [
    "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json",
    "tf_model.h5", "tf_model.h5.index.json", "flax_model.msgpack", "flax_model.msgpack.index.json",
]  # fmt: skip


def touch(folder, *names):
    for name in names:
        (folder.path / name).touch()


def test_the_order(folder):
    touch(folder, *ORDER)
    for name in ORDER:
        assert find_weights(folder).name == name
        (folder.path / name).unlink()
    with pytest.raises(MissingFileError, match=r"model\.safetensors, .*nothing"):
        find_weights(folder)


def test_preferences(folder):
    touch(folder, *ORDER)
    assert find_weights(folder, prefer=("msgpack",)).name == "flax_model.msgpack"
    assert find_weights(folder, prefer=("hdf5", "msgpack")).name == "tf_model.h5"
    assert find_weights(folder, use_safetensors=False).name == "pytorch_model.bin"
    assert find_weights(folder, use_safetensors=True, prefer=("pickled",)).name == "model.safetensors"
    with pytest.raises(InputError, match="Did you mean 'msgpack'"):
        find_weights(folder, prefer=("msgpak",))


def test_variants(folder):
    touch(folder, "model.safetensors", "pytorch_model.fp16.bin", "tf_model.h5")
    assert find_weights(folder, variant="fp16").name == "pytorch_model.fp16.bin"
    touch(folder, "model.safetensors.index.fp16.json")
    assert find_weights(folder, variant="fp16").name == "model.safetensors.index.fp16.json"
    with pytest.raises(MissingFileError, match=r"Without variant='bf16' there is model\.safetensors.*variant='fp16'"):
        find_weights(folder, variant="bf16")
    for wrong in ("../x", "", "a.b"):
        with pytest.raises(InputError, match="variant"):
            find_weights(folder, variant=wrong)


@pytest.mark.parametrize(
    ("files", "options", "hint"),
    [
        (["pytorch_model.bin"], {"use_safetensors": True}, r"Without use_safetensors=True there is pytorch_model\.bin"),
        (["llama.Q4_K.gguf"], {}, r"gguf_file='llama\.Q4_K\.gguf'"),
        (["adapter_config.json", "adapter_model.safetensors"], {}, "adapter"),
        (["model-00001-of-00002.safetensors"], {}, "shards without their index"),
        (["model.fp16.safetensors"], {}, "variant='fp16'"),
        (["config.json"], {}, "no weights there; it has: config.json"),
    ],
)
def test_hints(folder, files, options, hint):
    touch(folder, *files)
    with pytest.raises(MissingFileError, match=hint):
        find_weights(folder, **options)


def test_a_named_file(folder):
    touch(folder, "model.safetensors", "weights.gguf")
    assert find_weights(folder, filename="weights.gguf").name == "weights.gguf"
    with pytest.raises(MissingFileError, match=r"Did you mean 'weights\.gguf'"):
        find_weights(folder, filename="weight.gguf")
    with pytest.raises(InputError):
        find_weights(folder, filename="../weights.gguf")


def test_opening(folder):
    write_safetensors(folder.path / "one.safetensors", {"a": held(np.ones(2, np.float32))})
    (folder.path / "model.safetensors.index.json").write_text('{"weight_map": {"a": "one.safetensors"}}')
    assert list(open_weights(folder)) == ["a"]
    touch(folder, "pytorch_model.bin")
    with pytest.raises(CorruptFileError, match=r"pytorch_model\.bin is empty"):
        open_weights(folder, use_safetensors=False)
