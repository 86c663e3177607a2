"""tiktoken vocabularies against the reference's conversion, and against tiktoken itself; damaged ones."""

import base64

import pytest
from corpus import LINES, training_text
from parity import folder, hold, pass_files

from triform import AutoTokenizer
from triform.errors import CorruptFileError, MissingFileError
from triform.text.tiktoken import PATTERN, letters, read_ranks

pytestmark = pytest.mark.xdist_group("reference tokenizers")
transformers = pytest.importorskip("transformers")

SPECIAL = {"bos_token": "<|begin|>", "eos_token": "<|end|>", "additional_special_tokens": ["<|begin|>", "<|end|>", "<|turn|>"]}


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory):
    """A file of ranks, trained on the shared text."""
    from tokenizers import ByteLevelBPETokenizer

    trained = ByteLevelBPETokenizer()
    trained.train_from_iterator(training_text(), vocab_size=900, show_progress=False)
    byte = {letter: i for i, letter in enumerate(letters())}
    ranked = sorted((rank, bytes(byte[letter] for letter in token)) for token, rank in trained.get_vocab().items())
    path = tmp_path_factory.mktemp("ranks") / "tokenizer.model"
    path.write_bytes(b"".join(base64.b64encode(token) + b" %d\n" % rank for rank, token in ranked))
    return path


@pytest.fixture(scope="module", params=["LlamaTokenizer", "PreTrainedTokenizerFast"])
def both(request, vocabulary, tmp_path_factory):
    """(ours, the reference's)."""
    pytest.importorskip("tiktoken")
    place = folder(tmp_path_factory.mktemp("both"), request.param, {"tokenizer.model": vocabulary}, **SPECIAL)
    return AutoTokenizer.from_pretrained(place), transformers.AutoTokenizer.from_pretrained(place)


def test_every_line(both):
    hold(*both)


def test_files_pass_between_the_libraries(both, tmp_path):
    pass_files(*both, tmp_path, LINES[::7])


def test_tokens_are_those_of_tiktoken(vocabulary, tmp_path):
    tiktoken = pytest.importorskip("tiktoken")
    theirs = tiktoken.Encoding("test", pat_str=PATTERN, mergeable_ranks=read_ranks(vocabulary), special_tokens={})
    ours = AutoTokenizer.from_pretrained(folder(tmp_path, "PreTrainedTokenizerFast", {"tokenizer.model": vocabulary}))
    for line in [*LINES, *training_text()]:
        assert ours(line, add_special_tokens=False)["input_ids"] == theirs.encode(line), line
        assert ours.decode(theirs.encode(line)) == line


@pytest.mark.parametrize("name", ["LlamaTokenizer", "PreTrainedTokenizerFast"])
def test_the_other_name(vocabulary, tmp_path, name):
    ours = AutoTokenizer.from_pretrained(folder(tmp_path / "a", name, {"tiktoken.model": vocabulary}, **SPECIAL))
    wanted = AutoTokenizer.from_pretrained(folder(tmp_path / "b", name, {"tokenizer.model": vocabulary}, **SPECIAL))
    assert ours(LINES)["input_ids"] == wanted(LINES)["input_ids"]
    ours.save_pretrained(tmp_path / "c")
    assert (tmp_path / "c" / "tokenizer.json").is_file()


@pytest.mark.parametrize(("data", "match"), [
    (b"IQ== 0\nIg== x\n", "line 2"), (b"IQ== 0\n!!!! 1\n", "line 2"), (b"IQ== 0\nIg==\n", "line 2"), (b"IQ== 0\nIg== 0\n", "one rank"),
    (b"IQ== 99999999999\n", "no rank"),
])  # fmt: skip
def test_damaged_vocabularies(tmp_path, data, match):
    place = folder(tmp_path, "LlamaTokenizer", {})
    (place / "tokenizer.model").write_bytes(data)
    with pytest.raises(CorruptFileError, match=match):
        AutoTokenizer.from_pretrained(place)


def test_what_is_neither(tmp_path):
    for data in (b"", b"hello\n"):
        place = folder(tmp_path, "PreTrainedTokenizerFast", {})
        (place / "tokenizer.model").write_bytes(data)
        with pytest.raises(CorruptFileError, match=r"tokenizer\.model"):
            AutoTokenizer.from_pretrained(place)
    (place / "tokenizer.model").unlink()
    with pytest.raises(MissingFileError, match=r"tokenizer\.json or tokenizer\.model"):
        AutoTokenizer.from_pretrained(place)
