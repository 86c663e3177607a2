"""Byte-level BPE against the reference: GPT-2, RoBERTa and their kin, from vocab.json and merges.txt and from tokenizer.json."""

import json

import pytest
from test_bert_tokenizer import LINES

import triform
from triform import AutoTokenizer
from triform.errors import TokenizerError

KIN = ["GPT2Tokenizer", "RobertaTokenizer", "BartTokenizer", "LongformerTokenizer", "LEDTokenizer", "MvpTokenizer"]
WORDPIECE_KIN = [
    "DistilBertTokenizer",
    "ElectraTokenizer",
    "MobileBertTokenizer",
    "LayoutLMTokenizer",
    "LxmertTokenizer",
    "SqueezeBertTokenizer",
]


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory):
    """vocab.json and merges.txt, trained on the lines."""
    from tokenizers import ByteLevelBPETokenizer

    trained = ByteLevelBPETokenizer()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "<|endoftext|>"]
    trained.train_from_iterator(LINES * 3, vocab_size=500, min_frequency=1, special_tokens=special, show_progress=False)
    folder = tmp_path_factory.mktemp("vocabulary")
    trained.save_model(str(folder))
    return folder


@pytest.fixture(
    scope="module", params=[(kin, form, prefix) for kin in KIN for form in ("files", "tokenizer.json") for prefix in (False, True)], ids=str
)
def both(request, vocabulary, tmp_path_factory):
    """(ours, the reference's), from the same files."""
    transformers = pytest.importorskip("transformers")
    kin, form, prefix = request.param
    folder = tmp_path_factory.mktemp("both")
    for name in ("vocab.json", "merges.txt"):
        (folder / name).write_bytes((vocabulary / name).read_bytes())
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": kin, "add_prefix_space": prefix, "model_max_length": 50}))
    theirs = getattr(transformers, f"{kin}Fast").from_pretrained(folder)
    if form == "tokenizer.json":
        theirs.save_pretrained(folder)
    ours = AutoTokenizer.from_pretrained(folder)
    assert type(ours) is getattr(triform, kin) is getattr(triform, f"{kin}Fast")
    return ours, theirs


def test_every_line(both):
    ours, theirs = both
    for line in LINES:
        a = ours(line, return_offsets_mapping=True, return_special_tokens_mask=True)
        b = theirs(line, return_offsets_mapping=True, return_special_tokens_mask=True)
        assert dict(a) == dict(b)
        for skip in (False, True):
            assert ours.decode(a["input_ids"], skip_special_tokens=skip) == theirs.decode(b["input_ids"], skip_special_tokens=skip)


def test_pairs_and_truncation(both):
    ours, theirs = both
    for options in (
        {},
        {"truncation": True, "max_length": 9},
        {"truncation": "only_second", "max_length": 400},
        {"add_special_tokens": False},
    ):
        assert dict(ours(LINES[2:], LINES[:-2], **options)) == dict(theirs(LINES[2:], LINES[:-2], **options))


def test_padding(both):
    ours, theirs = both
    if ours.pad_token is None:
        with pytest.raises(TokenizerError, match=r"tokenizer\.pad_token = tokenizer\.eos_token"):
            ours(LINES, padding=True)
        ours.pad_token, theirs.pad_token = ours.eos_token, theirs.eos_token
    for side in ("left", "right"):
        assert dict(ours(LINES, padding=True, padding_side=side)) == dict(theirs(LINES, padding=True, padding_side=side))


def test_words_that_are_split_already(both):
    ours, theirs = both
    if not ours.settings.get("add_prefix_space"):
        return  # the reference refuses that
    rows = [line.split() for line in LINES if line.split()]
    a, b = ours(rows, is_split_into_words=True), theirs(rows, is_split_into_words=True)
    assert dict(a) == dict(b) and [a.word_ids(i) for i in range(len(rows))] == [b.word_ids(i) for i in range(len(rows))]


@pytest.mark.parametrize("kin", WORDPIECE_KIN)
def test_kin_of_bert(kin, tmp_path):
    transformers = pytest.importorskip("transformers")
    from tokenizers import BertWordPieceTokenizer

    trained = BertWordPieceTokenizer()
    trained.train_from_iterator(LINES * 3, vocab_size=300, min_frequency=1, show_progress=False)
    trained.save_model(str(tmp_path))
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": kin}))
    ours, theirs = AutoTokenizer.from_pretrained(tmp_path), getattr(transformers, f"{kin}Fast").from_pretrained(tmp_path)
    assert dict(ours(LINES[:-1], LINES[1:], padding=True)) == dict(theirs(LINES[:-1], LINES[1:], padding=True))
    assert [ours.decode(row) for row in ours(LINES)["input_ids"]] == [theirs.decode(row) for row in theirs(LINES)["input_ids"]]


@pytest.mark.parametrize(("name", "text", "match"), [
    ("merges.txt", "a b c\n", "line 1: 'a b c' is no pair"), ("vocab.json", "[1]", "no mapping of pieces"), ("vocab.json", "{", "not valid JSON"),
    ("vocab.json", '{"a": -1}', "no mapping"), ("merges.txt", "zz qq\n", "does not fit"),
])  # fmt: skip
def test_damaged_files(vocabulary, tmp_path, name, text, match):
    for kept in ("vocab.json", "merges.txt"):
        (tmp_path / kept).write_bytes((vocabulary / kept).read_bytes())
    (tmp_path / name).write_text(text)
    with pytest.raises(TokenizerError, match=match):
        AutoTokenizer.from_pretrained(tmp_path, tokenizer_type="gpt2")


def test_other_people_s_files(checkpoints):
    import transformers

    for name in ("gpt2-cicd", "gpt2-lmbuddy", "gpt2-cicd-small", "bloom-caikit", "t5-caikit", "llama-basaran", "modernbert-jammi"):
        ours = AutoTokenizer.from_pretrained(checkpoints / name)
        theirs = transformers.AutoTokenizer.from_pretrained(checkpoints / name)
        mine, yours = ours(LINES), theirs(LINES)
        assert mine["input_ids"] == yours["input_ids"], name
        assert list(mine) == list(yours), name
        assert [ours.decode(row) for row in mine["input_ids"]] == [theirs.decode(row) for row in yours["input_ids"]], name
