"""Bounded fuzzing of whole folders: one file changed, and the Auto classes give an object or one of triform's errors, in time.

Memory is bounded, no socket is opened, nothing is written, no code is run, and no file outside the folder is touched (see `guarding`).
"""

import contextlib
import io
import json
import os
import struct

import numpy as np
import pytest
from guarding import guarded
from test_fuzz import dealt

import triform
from triform.errors import TriformError

torch = pytest.importorskip("torch")
SIZES = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8, "vocab_size": 30}


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """Folders of small checkpoints: sharded weights of two formats, tokenizers of several kinds, settings of every other sort."""
    place = tmp_path_factory.mktemp("sound")
    model = triform.AutoModelForMaskedLM.from_config(triform.BertConfig(**SIZES), seed=1)
    model.save_pretrained(place / "bert", max_shard_size="2KB")
    _words(place / "bert")
    model = triform.AutoModelForCausalLM.from_config(
        triform.GPT2Config(n_embd=8, n_layer=1, n_head=2, vocab_size=30, n_positions=16), seed=1
    )
    model.save_pretrained(place / "gpt2", max_shard_size="2KB", format="msgpack")
    _bytes(place / "gpt2")
    _pieces(place / "t5")
    (place / "vit").mkdir()
    (place / "vit" / "preprocessor_config.json").write_text(
        '{"image_processor_type": "ViTImageProcessor", "do_resize": true, "size": {"height": 8, "width": 8}, "do_normalize": true, '
        '"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "rescale_factor": 0.00392156862745098, "resample": 2}'
    )
    (place / "gguf").mkdir()
    _gguf(place / "gguf" / "m.gguf")
    return place


def _words(folder):
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "##c"]
    made = Tokenizer(models.WordPiece({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.save(str(folder / "tokenizer.json"))
    (folder / "vocab.txt").write_text("\n".join(words))
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer", "do_lower_case": true, "model_max_length": 16}')
    (folder / "special_tokens_map.json").write_text('{"pad_token": "[PAD]", "mask_token": {"content": "[MASK]", "lstrip": true}}')
    (folder / "added_tokens.json").write_text('{"new": 8}')


def _bytes(folder):
    (folder / "vocab.json").write_text(
        json.dumps({text: i for i, text in enumerate(["<|endoftext|>", "a", "b", "c", "\u0120", "bc", "\u0120bc"])})
    )
    (folder / "merges.txt").write_text("#version: 0.2\nb c\n\u0120 bc\n")
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "GPT2Tokenizer"}')


def _pieces(folder):
    sentencepiece = pytest.importorskip("sentencepiece")
    folder.mkdir()
    made = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["a bc abc", "cab a"] * 9), model_writer=made, vocab_size=14, hard_vocab_limit=False, minloglevel=9
    )
    (folder / "spiece.model").write_bytes(made.getvalue())
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "T5Tokenizer", "extra_ids": 2}')


def _gguf(path):
    """Metadata alone; by hand, so that no package is needed."""
    text = lambda value: struct.pack("<Q", len(value.encode())) + value.encode()
    number = lambda key, value: text(key) + struct.pack("<II", 4, value)
    array = lambda key, kind, values: text(key) + struct.pack("<IIQ", 9, kind, len(values)) + b"".join(values)
    words = [text(value) for value in ("<unk>", "<s>", "</s>", "\u2581", "a", "b", "\u2581a", "ab")]
    entries = [
        text("general.architecture") + struct.pack("<I", 8) + text("llama"), number("llama.block_count", 1),
        number("llama.context_length", 9), number("llama.embedding_length", 8), number("llama.feed_forward_length", 8),
        number("llama.attention.head_count", 2),
        text("tokenizer.ggml.model") + struct.pack("<I", 8) + text("llama"), array("tokenizer.ggml.tokens", 8, words),
        array("tokenizer.ggml.scores", 6, [struct.pack("<f", -i) for i in range(8)]),
        array("tokenizer.ggml.token_type", 5, [struct.pack("<i", kind) for kind in (2, 3, 3, 1, 1, 1, 1, 1)]),
        number("tokenizer.ggml.bos_token_id", 1), number("tokenizer.ggml.unknown_token_id", 0),
    ]  # fmt: skip
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, len(entries)) + b"".join(entries))


def tokenizer(folder):
    made = triform.AutoTokenizer.from_pretrained(folder)
    made.decode(made("a bc\N{SNOWMAN}", truncation=True, max_length=8)["input_ids"])


def masked(folder):
    triform.AutoModelForMaskedLM.from_pretrained(folder)


def causal(folder):
    triform.AutoModelForCausalLM.from_pretrained(folder)


def images(folder):
    triform.AutoImageProcessor.from_pretrained(folder)(np.zeros((9, 11, 3), np.uint8))


USES = {
    "bert/config.json": [masked, lambda folder: triform.AutoConfig.from_pretrained(folder)],
    "bert/model.safetensors.index.json": [masked],
    "bert/tokenizer.json": [tokenizer],
    "bert/tokenizer_config.json": [tokenizer],
    "bert/special_tokens_map.json": [tokenizer],
    "bert/added_tokens.json": [tokenizer],
    "bert/vocab.txt": [tokenizer],
    "gpt2/flax_model.msgpack.index.json": [causal],
    "gpt2/generation_config.json": [causal],
    "gpt2/vocab.json": [tokenizer],
    "gpt2/merges.txt": [tokenizer],
    "t5/spiece.model": [tokenizer],
    "vit/preprocessor_config.json": [images],
    "gguf/m.gguf": [
        lambda folder: triform.AutoTokenizer.from_pretrained(folder, gguf_file="m.gguf")("a ab\N{SNOWMAN}"),
        lambda folder: triform.AutoConfig.from_pretrained(folder, gguf_file="m.gguf"),
    ],
}
HIDING = {"bert/vocab.txt": ["tokenizer.json"], "bert/added_tokens.json": ["tokenizer.json"]}  # what would be read in a file's place


def check(sound, folder, name, count, monkeypatch):
    folder.mkdir()
    place = sound / name
    for path in place.parent.iterdir():
        if path.name not in HIDING.get(name, ()):
            os.link(path, folder / path.name)
    original, changed = place.read_bytes(), folder / place.name
    for use in USES[name]:
        use(folder)  # imports what there is to import
    there = sorted(os.listdir(folder))
    with guarded(folder, monkeypatch) as guard:
        for number in range(count):
            changed.unlink()  # it is a link to the sound one; and writing over a file waits for the disk
            changed.write_bytes(dealt(number, [original]))
            try:
                with guard.one(), contextlib.suppress(TriformError):
                    for use in USES[name]:
                        use(folder)
            except BaseException as error:
                error.add_note(f"{name}, file number {number}: {changed.read_bytes()[:2000]!r}")
                raise
            assert sorted(os.listdir(folder)) == there and os.listdir(folder.parent) == [folder.name]


@pytest.mark.parametrize("name", USES)
def test_changed_files_of_a_folder(sound, tmp_path, name, monkeypatch):
    check(sound, tmp_path / "model", name, 60, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("name", USES)
def test_very_many_changed_files_of_a_folder(sound, tmp_path, name, monkeypatch):
    check(sound, tmp_path / "model", name, 10_000, monkeypatch)
