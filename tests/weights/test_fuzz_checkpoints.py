"""Bounded fuzzing of whole folders: one file changed, and the Auto classes give an object or one of triform's errors, in time.

No socket is opened, nothing is written, and no file outside the folder is touched.
"""

import os
import random
import socket
import time

import pytest
from test_fuzz import changed

import triform
from triform.errors import TriformError

torch = pytest.importorskip("torch")
SIZES = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8, "vocab_size": 30}
MOST_SECONDS = 5


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A folder with a sharded model, an adapter's settings, and tokenizers of several kinds."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    folder = tmp_path_factory.mktemp("sound") / "model"
    model = triform.AutoModelForMaskedLM.from_config(triform.BertConfig(**SIZES), seed=1)
    model.save_pretrained(folder, max_shard_size="2KB")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "##c"]
    made = Tokenizer(models.WordPiece({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.save(str(folder / "tokenizer.json"))
    (folder / "vocab.txt").write_text("\n".join(words))
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer", "do_lower_case": true, "model_max_length": 16}')
    (folder / "special_tokens_map.json").write_text('{"pad_token": "[PAD]", "mask_token": {"content": "[MASK]", "lstrip": true}}')
    (folder / "added_tokens.json").write_text('{"new": 8}')
    return folder


def tokenizer(folder):
    made = triform.AutoTokenizer.from_pretrained(folder)
    made.decode(made("a bc\N{SNOWMAN}", truncation=True, max_length=8)["input_ids"])


USES = {
    "config.json": [
        lambda folder: triform.AutoModelForMaskedLM.from_pretrained(folder),
        lambda folder: triform.AutoConfig.from_pretrained(folder),
    ],
    "model.safetensors.index.json": [lambda folder: triform.AutoModelForMaskedLM.from_pretrained(folder)],
    "tokenizer.json": [tokenizer],
    "tokenizer_config.json": [tokenizer],
    "special_tokens_map.json": [tokenizer],
    "added_tokens.json": [tokenizer],
    "vocab.txt": [tokenizer],
}


def check(sound, folder, name, count, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    folder.mkdir()
    for path in sound.iterdir():
        if not (name in ("vocab.txt", "added_tokens.json") and path.name == "tokenizer.json"):  # which would be read instead
            os.link(path, folder / path.name)
    original = (sound / name).read_bytes()
    (folder / name).unlink()
    for number in range(count):
        dice = random.Random(number)
        edits = [(dice.randrange(10), dice.randrange(2**16), dice.randrange(256)) for _ in range(dice.choice([1, 1, 2, 3, 6, 12]))]
        (folder / name).write_bytes(changed(original, edits))
        there = sorted(os.listdir(folder))
        began = time.monotonic()
        try:
            for use in USES[name]:
                use(folder)
        except TriformError:
            pass
        except BaseException as error:
            error.add_note(f"{name}, file number {number}: {(folder / name).read_bytes()[:2000]!r}")
            raise
        assert time.monotonic() - began < MOST_SECONDS, number
        assert sorted(os.listdir(folder)) == there and os.listdir(folder.parent) == [folder.name]


@pytest.mark.parametrize("name", USES)
def test_changed_files_of_a_folder(sound, tmp_path, name, monkeypatch):
    check(sound, tmp_path / "model", name, 60, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("name", USES)
def test_very_many_changed_files_of_a_folder(sound, tmp_path, name, monkeypatch):
    check(sound, tmp_path / "model", name, 10_000, monkeypatch)
