"""Tokenizers of a .gguf's metadata: equal to those of the files that it was made from, and to the reference's where that takes the file."""

import json

import numpy as np
import pytest
from corpus import LINES
from parity import folder, train_pieces

import triform
from triform import AutoTokenizer
from triform.errors import CorruptFileError, TokenizerError
from triform.text.sentencepiece import read_model

gguf = pytest.importorskip("gguf")
pytestmark = pytest.mark.xdist_group("reference tokenizers")
NORMAL, CONTROL = 1, 3
PLAIN = [line for line in LINES if "<|" not in line]
TEMPLATE = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}"


def write(place, architecture, **metadata):
    """m.gguf with these keys of tokenizer.ggml (a dot's place is an underscore's: chat_template is tokenizer.chat_template)."""
    place.mkdir(exist_ok=True)
    writer = gguf.GGUFWriter(place / "m.gguf", architecture)
    writer.add_block_count(1)
    for name, value in metadata.items():
        key = "tokenizer.chat_template" if name == "chat_template" else f"tokenizer.ggml.{name}"
        if isinstance(value, list):
            writer.add_array(key, value)
        else:
            {bool: writer.add_bool, int: writer.add_uint32, str: writer.add_string, float: writer.add_float32}[type(value)](key, value)
    writer.add_tensor("token_embd.weight", np.zeros((len(metadata.get("tokens", "x")), 4), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return place


def same(ours, theirs, lines=LINES):
    """Equal ids, masks, texts and special tokens."""
    wrong = [line for line in lines if dict(ours(line)) != dict(theirs(line))]
    assert not wrong, [(line, ours(line)["input_ids"], theirs(line)["input_ids"]) for line in wrong[:3]]
    rows = ours(lines)["input_ids"]
    for skip in (False, True):
        assert ours.batch_decode(rows, skip_special_tokens=skip) == theirs.batch_decode(rows, skip_special_tokens=skip)
    assert dict(ours(lines[:9], lines[9:18])) == dict(theirs(lines[:9], lines[9:18]))
    assert {name: token for name, token in ours.special_tokens_map.items() if token} == dict(theirs.special_tokens_map)
    assert len(ours) == len(theirs)


def byte_level_metadata(files):
    pieces = json.loads((files / "vocab.json").read_text(encoding="utf-8"))
    tokens = sorted(pieces, key=pieces.get)
    merges = [line for line in (files / "merges.txt").read_text(encoding="utf-8").split("\n") if line and not line.startswith("#version")]
    kinds = [CONTROL if text == "<|endoftext|>" else NORMAL for text in tokens]
    end = pieces["<|endoftext|>"]
    return {"model": "gpt2", "tokens": tokens, "token_type": kinds, "merges": merges, "eos_token_id": end}, tokens


SPECIAL = {"eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"}


@pytest.mark.parametrize(
    ("architecture", "class_name", "cut", "more"),
    [("gpt2", "GPT2Tokenizer", "gpt-2", {"bos_token": "<|endoftext|>"}), ("qwen2", "Qwen2Tokenizer", "qwen2", {"pad_token": "<|endoftext|>"}),
     ("qwen3", "Qwen2Tokenizer", None, {"pad_token": "<|endoftext|>"}), ("gpt2", "GPT2Tokenizer", "default", {"bos_token": "<|endoftext|>", "add_bos_token": True})],
)  # fmt: skip
def test_byte_level(byte_level, tmp_path, architecture, class_name, cut, more):
    metadata, _ = byte_level_metadata(byte_level)
    added = {"added_tokens_decoder": {str(metadata["eos_token_id"]): {"content": "<|endoftext|>", "special": True}}}
    files = {name: byte_level / name for name in ("vocab.json", "merges.txt")}
    theirs = AutoTokenizer.from_pretrained(folder(tmp_path / "files", class_name, files, **SPECIAL, **more, **added))
    names = {"bos_token": "bos_token_id", "pad_token": "padding_token_id", "unk_token": "unknown_token_id"}
    numbers = {names[name]: metadata["eos_token_id"] for name in (*more, "unk_token") if name in names}
    metadata |= (
        numbers | ({"pre": cut} if cut is not None else {}) | {name: value for name, value in more.items() if name == "add_bos_token"}
    )
    place = write(tmp_path / "gguf", architecture, chat_template=TEMPLATE, **metadata)
    ours = AutoTokenizer.from_pretrained(place, gguf_file="m.gguf")
    assert type(ours) is type(theirs) and ours.resolution == f"tokenizer.ggml.model -> {class_name}; read from m.gguf"
    same(ours, theirs)
    assert ours.chat_template == TEMPLATE
    assert ours.apply_chat_template([{"role": "user", "content": "a"}], tokenize=False) == "user: a\n"
    ours.save_pretrained(tmp_path / "saved")
    same(AutoTokenizer.from_pretrained(tmp_path / "saved"), ours, LINES[::9])
    by_path = AutoTokenizer.from_pretrained(place / "m.gguf")
    assert by_path.resolution == ours.resolution and by_path("a b")["input_ids"] == ours("a b")["input_ids"]


@pytest.mark.parametrize("architecture", ["gpt2", "qwen2"])
def test_byte_level_against_the_reference(byte_level, tmp_path, architecture):
    """Ids alone, of text without such tokens: it adds some of its own that the file does not have."""
    transformers = pytest.importorskip("transformers")
    metadata, _ = byte_level_metadata(byte_level)
    place = write(tmp_path, architecture, pre=architecture.replace("gpt2", "gpt-2"), **metadata)
    ours = AutoTokenizer.from_pretrained(place, gguf_file="m.gguf")
    theirs = transformers.AutoTokenizer.from_pretrained(place, gguf_file="m.gguf")
    wrong = [line for line in PLAIN if ours(line)["input_ids"] != theirs(line)["input_ids"]]
    assert not wrong, [(line, ours(line)["input_ids"], theirs(line)["input_ids"]) for line in wrong[:3]]


def test_llama_3(byte_level, tmp_path):
    """Cut as its tiktoken vocabulary is, and begun with bos; merges that a whole piece makes needless are left."""
    from tokenizers import Regex, pre_tokenizers

    metadata, tokens = byte_level_metadata(byte_level)
    bos = tokens.index("<|startoftext|>")
    place = write(tmp_path, "llama", pre="llama-bpe", bos_token_id=bos, **metadata)
    ours = AutoTokenizer.from_pretrained(place, gguf_file="m.gguf")
    assert ours("12345 a")["input_ids"][0] == bos and ours("a")["input_ids"][0] == bos == ours.bos_token_id
    assert list(ours("a")) == ["input_ids", "attention_mask"]
    pattern = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    cut = pre_tokenizers.Split(Regex(pattern), "isolated")
    for line in PLAIN:
        pieces = [word for word, _ in cut.pre_tokenize_str(line)]
        apart = [i for word in pieces for i in ours(word, add_special_tokens=False)["input_ids"]]
        assert ours(line, add_special_tokens=False)["input_ids"] == apart
    assert [ours.decode(row, skip_special_tokens=True) for row in ours(PLAIN)["input_ids"]] == PLAIN


def piece_metadata(path):
    model = read_model(path)
    texts, scores, kinds = map(list, zip(*model.pieces))
    return {
        "model": "llama",
        "tokens": texts,
        "scores": scores,
        "token_type": kinds,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "unknown_token_id": 0,
    }


@pytest.fixture(scope="module")
def pieces(tmp_path_factory):
    place = tmp_path_factory.mktemp("pieces")
    options = {"model_type": "bpe", "vocab_size": 1300, "byte_fallback": True, "normalization_rule_name": "identity",
               "remove_extra_whitespaces": False}  # fmt: skip
    return train_pieces(place / "tokenizer.model", **options)


@pytest.mark.parametrize(
    ("architecture", "class_name"), [("llama", "LlamaTokenizer"), ("phi3", "LlamaTokenizer"), ("gemma2", "GemmaTokenizer")]
)
def test_pieces_with_scores(pieces, tmp_path, architecture, class_name):
    special = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": None}
    theirs = AutoTokenizer.from_pretrained(
        folder(tmp_path / "files", class_name, {"tokenizer.model": pieces}, **special, add_eos_token=True)
    )
    place = write(tmp_path / "gguf", architecture, **piece_metadata(pieces), add_eos_token=True)
    ours = AutoTokenizer.from_pretrained(place, gguf_file="m.gguf")
    assert type(ours) is type(theirs)
    same(ours, theirs)
    if architecture == "llama":
        transformers = pytest.importorskip("transformers")
        plain = write(tmp_path / "plain", architecture, **piece_metadata(pieces))
        ours, theirs = (library.AutoTokenizer.from_pretrained(plain, gguf_file="m.gguf") for library in (triform, transformers))
        wrong = [line for line in LINES if ours(line)["input_ids"] != theirs(line)["input_ids"]]
        assert not wrong, [(line, ours(line)["input_ids"], theirs(line)["input_ids"]) for line in wrong[:3]]


def test_words(wordpiece, tmp_path):
    """llama.cpp marks the first pieces of words, BERT all others."""
    lines = (wordpiece / "vocab.txt").read_text(encoding="utf-8").split("\n")
    lines = lines[:-1] if lines[-1] == "" else lines
    theirs = AutoTokenizer.from_pretrained(folder(tmp_path / "files", "BertTokenizer", {"vocab.txt": wordpiece / "vocab.txt"}))
    marked = [t if t.startswith("[") and t.endswith("]") else t[2:] if t.startswith("##") else f"\u2581{t}" for t in lines]
    names = {"unknown": "[UNK]", "seperator": "[SEP]", "padding": "[PAD]", "cls": "[CLS]", "mask": "[MASK]"}
    numbers = {f"{name}_token_id": lines.index(token) for name, token in names.items()}
    place = write(tmp_path / "gguf", "bert", model="bert", tokens=marked, **numbers)
    same(AutoTokenizer.from_pretrained(place, gguf_file="m.gguf"), theirs)


TWO = {"model": "gpt2", "tokens": ["a", "b", "ab"], "merges": ["a b"]}
UNSOUND = {
    "nothing": ({}, CorruptFileError, "tokenizer.ggml.model is missing, expected str; tokenizer.ggml.tokens is missing"),
    "a number": (TWO | {"model": 7}, CorruptFileError, "ggml.model is 7"),
    "tokens that are numbers": (TWO | {"tokens": [1, 2]}, CorruptFileError, "tokens holds other things than str"),
    "no merges": ({"model": "gpt2", "tokens": ["a"]}, CorruptFileError, "merges is missing"),
    "merges that are none": (TWO | {"merges": ["abc"]}, CorruptFileError, "'abc', which is no pair"),
    "merges of nothing": (TWO | {"merges": ["x y"]}, TokenizerError, r"m\.gguf"),
    "too few kinds": (TWO | {"token_type": [1]}, CorruptFileError, "token_type has 1 entries for 3 tokens"),
    "a token that is not there": (TWO | {"eos_token_id": 3}, CorruptFileError, "eos_token_id is 3, expected one of 3 tokens"),
    "a switch that is none": (TWO | {"add_bos_token": 1}, CorruptFileError, "add_bos_token is 1, expected bool"),
    "no scores": (TWO | {"model": "llama"}, CorruptFileError, "scores is missing"),
    "no unknown piece": (TWO | {"model": "llama", "scores": [0.0, 0.0, 0.0]}, CorruptFileError, "unknown_token_id"),
    "another kind": (TWO | {"model": "rwkv"}, TokenizerError, "model is 'rwkv'; known are gpt2, llama and bert"),
    "a cut that is none": (TWO | {"pre": 7}, CorruptFileError, "pre is 7, expected str"),
    "another cut": (TWO | {"pre": "tekken"}, TokenizerError, "pre is 'tekken'; known are gpt-2"),
}


@pytest.mark.parametrize("what", UNSOUND)
def test_metadata_that_describe_no_tokenizer(tmp_path, what):
    metadata, error, says = UNSOUND[what]
    place = write(tmp_path, "llama", **metadata)
    with pytest.raises(error, match=says):
        AutoTokenizer.from_pretrained(place, gguf_file="m.gguf")
