"""Hostile folders through the Auto classes: each is refused with an error of triform's that names the file, in time and in bounds.

`test_hostile` has more of them, for the readers alone.
"""

import base64
import json
import pickle
import struct
from pathlib import Path

import pytest
from guarding import guarded
from hostile_files import FILES, archive, header

import triform
from triform.errors import TriformError

pytest.importorskip("torch")
SIZES = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8, "vocab_size": 30}
U8 = '{"dtype":"U8","shape":[%s],"data_offsets":[%d,%d]}'
DEEP = 200_000


class Bomb:
    def __reduce__(self):
        return (open, ("touched", "w"))


def weights(name: str, data: bytes):
    """Puts these in the place of model.safetensors."""

    def change(folder: Path) -> None:
        (folder / "model.safetensors").unlink()
        (folder / name).write_bytes(data)

    return change


def text(name: str, data: str):
    return lambda folder: (folder / name).write_text(data)


def index(shard: str):
    return weights("model.safetensors.index.json", json.dumps({"weight_map": {"pooler.dense.bias": shard}}).encode())


def link(name: str):
    def change(folder: Path) -> None:
        (folder / name).rename(folder.parent / name)
        (folder / name).symlink_to(f"../{name}")

    return change


def linked_shard(folder: Path) -> None:
    link("model.safetensors")(folder)
    (folder / "model.safetensors").rename(folder / "shard.safetensors")
    text("model.safetensors.index.json", json.dumps({"weight_map": {"pooler.dense.bias": "shard.safetensors"}}))(folder)


def config(**fields):
    """config.json with other fields, which need not be JSON's own."""

    def change(folder: Path) -> None:
        held = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(held | fields))

    return change


def long_piece(folder: Path) -> None:
    """A SentencePiece model, of the kind that merges."""
    piece = lambda text, kind: b"\x0a" + varint(len(text)) + text + b"\x18" + bytes([kind])
    entries = (piece(b"<unk>", 2), piece(b"a", 1), piece(b"a" * 200_000, 1))
    vocabulary(folder, b"".join(b"\x0a" + varint(len(entry)) + entry for entry in entries) + b"\x12\x02\x18\x02")


def long_token(folder: Path) -> None:
    """A vocabulary of tiktoken."""
    vocabulary(folder, b"".join(base64.b64encode(text) + b" %d\n" % i for i, text in enumerate((b"b", b"a", b"a" * 200_000))))


def vocabulary(folder: Path, data: bytes) -> None:
    (folder / "tokenizer.model").write_bytes(data)
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class":"LlamaTokenizer"}')


def varint(number: int) -> bytes:
    return bytes([number]) if number < 128 else bytes([number % 128 + 128]) + varint(number // 128)


def model(folder):
    triform.AutoModel.from_pretrained(folder)


def tokenizer(folder):
    triform.AutoTokenizer.from_pretrained(folder)


HOSTILE = {  # what -> (how the folder is made so, what reads it, what the error says)
    "a pickle that runs": (weights("pytorch_model.bin", archive(pickle.dumps({"w": Bomb()}, 2))), model, "code and not data"),
    "a pickle that laughs": (weights("pytorch_model.bin", FILES["laughs as value.bin"]()), model, "pytorch_model.bin"),
    "a nested pickle": (weights("pytorch_model.bin", FILES["lists.bin"]()), model, "pytorch_model.bin"),
    "a zip bomb": (weights("pytorch_model.bin", FILES["bomb.bin"]()), model, "pytorch_model.bin"),
    "a zip bomb in a storage": (weights("pytorch_model.bin", FILES["bomb in a storage.bin"]()), model, "pytorch_model.bin"),
    "weights that lead outside": (link("model.safetensors"), model, "leads outside"),
    "a config that leads outside": (link("config.json"), model, "leads outside"),
    "a shard that leads outside": (linked_shard, model, "leads outside"),
    "an index that climbs": (index("../model.safetensors"), model, "cannot be shards"),
    "an absolute index": (index("/etc/passwd"), model, "cannot be shards"),
    "a header of 2^63": (weights("model.safetensors", struct.pack("<Q", 2**63) + b"{}"), model, "model.safetensors"),
    "offsets that overlap": (
        weights("model.safetensors", header(f'{{"a":{U8 % (2, 0, 2)},"b":{U8 % (2, 1, 3)}}}'.encode(), b"abc")), model, "model.safetensors",
    ),
    "a header with a name twice": (
        weights("model.safetensors", header(f'{{"a":{U8 % (1, 0, 1)},"a":{U8 % (1, 0, 1)}}}'.encode(), b"a")), model, "'a' twice",
    ),
    "a size that is NaN": (weights("model.safetensors", header(f'{{"a":{U8 % ("NaN", 0, 1)}}}'.encode(), b"a")), model, "safetensors"),
    "a negative size": (weights("model.safetensors", header(f'{{"a":{U8 % (-1, 0, 1)}}}'.encode(), b"a")), model, "model.safetensors"),
    "a huge size": (weights("model.safetensors", header(f'{{"a":{U8 % (2**62, 0, 2**62)}}}'.encode(), b"a")), model, "model.safetensors"),
    "an index with a name twice": (
        weights("model.safetensors.index.json", b'{"weight_map":{"a":"x.safetensors","a":"y.safetensors"}}'), model, "occurs twice: a",
    ),
    "a nested header": (weights("model.safetensors", FILES["nested.safetensors"]()), model, "model.safetensors"),
    "a nested index": (weights("model.safetensors.index.json", b"[" * DEEP), model, "index.json"),
    "nested msgpack": (weights("flax_model.msgpack", FILES["nested.msgpack"]()), model, "flax_model.msgpack"),
    "a nested config": (text("config.json", '{"a":' * DEEP), model, "config.json"),
    "a nested config, closed": (text("config.json", '{"a":' * 900 + "1" + "}" * 900), model, "config.json|model_type"),
    "a config with a key twice": (
        text("config.json", '{"model_type":"bert","hidden_size":8,"hidden_size":16}'), model, "two things of 'hidden_size'",
    ),
    "a width that is NaN": (config(hidden_size=float("nan")), model, "hidden_size"),
    "a width that is infinite": (config(hidden_size=float("inf")), model, "hidden_size"),
    "a negative width": (config(hidden_size=-8), model, "hidden_size"),
    "a huge width": (config(hidden_size=2**40, num_attention_heads=2), model, "hidden_size|shape"),
    "a vocabulary of 2^62": (config(vocab_size=2**62), model, "vocab_size|shape"),
    "a negative vocabulary": (config(vocab_size=-1), model, "vocab_size"),
    "no layers, times -1": (config(num_hidden_layers=-1), model, "num_hidden_layers"),
    "a billion layers": (config(num_hidden_layers=10**9), model, "num_hidden_layers"),
    "a number of 400 digits": (config(vocab_size=10**400), model, "vocab_size"),
    "a nested tokenizer": (text("tokenizer.json", '{"a":' * DEEP), tokenizer, "tokenizer.json"),
    "nested settings of a tokenizer": (text("tokenizer_config.json", '{"a":' * DEEP), tokenizer, "tokenizer_config.json"),
    "pieces of 200,000 letters": (long_piece, tokenizer, "tokenizer.model: its pieces are far longer"),
    "a token of 200,000 bytes": (long_token, tokenizer, "tokenizer.model: its pieces are far longer"),
    "a tokenizer with a key twice": (
        text("tokenizer_config.json", '{"tokenizer_class":"BertTokenizer","a":1,"a":2}'), tokenizer, "tokenizer_config.*two things of 'a'",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("sound")
    triform.AutoModel.from_config(triform.BertConfig(**SIZES), seed=1).save_pretrained(folder)
    (folder / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na")
    model(folder)
    tokenizer(folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_folders_are_refused(sound, tmp_path, monkeypatch, what):
    change, use, says = HOSTILE[what]
    folder = tmp_path / "model"
    folder.mkdir()
    for name, data in sound.items():
        (folder / name).write_bytes(data)
    change(folder)
    monkeypatch.chdir(folder)
    with guarded(folder, monkeypatch) as guard, guard.one(), pytest.raises(TriformError, match=says):
        use(folder)
    assert not (folder / "touched").exists()
