"""BERT's tokenizer against the reference: from tokenizer.json, from vocab.txt, and on other people's files."""

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triform import AutoTokenizer, BatchEncoding, BertTokenizer, BertTokenizerFast
from triform.errors import CorruptFileError, MissingFileError, TokenizerError, UnknownKeywordError

LINES = [
    "", " ", "a", "Hello, world!", "  leading and   many    spaces  ", "tabs\tand\nnewlines\r\nhere",
    "naïve café, Ångström, ﬁne ligature", "e\u0301 combining, and q\u0323\u0307 two", "Привет, мир! Ещё раз.", "Γειά σου Κόσμε",
    "مرحبا بالعالم", "שלום עולם", "नमस्ते दुनिया", "東京都は日本の首都です。", "한국어 문장입니다", "混合 mixed 文字 text", "😀 👩‍👩‍👧‍👦 🇩🇪 ✌🏽",
    "zero\u200bwidth\u200djoin\ufeffbom", "control\x00\x01\x7f\ufffd characters", "soft\u00adhyphen and nbsp\u00a0here",
    "x" * 300, "don't won't it's they've I'm", "$3.50, 10% & #5 @home", "http://example.org/a?b=c&d=e#f", "C++ and C# and F#",
    "[CLS] in text [SEP] and [MASK] too [PAD] [UNK]", "MiXeD CaSe WORDS", "İstanbul ıssız ß ẞ", "ﷺ ﬀ ½ ² ™ ℃", "a.b.c...d",
    "—–-‐‑ dashes", "“quotes” ‘single’ «guillemets»", "\u202eright to left\u202c", "100,000.00 1e-5 0x1F", "日本語とEnglishと한국어",
    "\U0001f600" * 20, "ᚠᚢᚦ runes 𝔊𝔬𝔱𝔥𝔦𝔠 𝒮𝒸𝓇𝒾𝓅𝓉", "thai ภาษาไทย lao ລາວ khmer ខ្មែរ", "a\u0300\u0301\u0302\u0303\u0304 stacked",
    "(parentheses) {braces} [brackets]",
]  # fmt: skip


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory):
    """A folder with a vocab.txt, trained on the lines."""
    from tokenizers import BertWordPieceTokenizer

    trained = BertWordPieceTokenizer(lowercase=True)
    trained.train_from_iterator(LINES * 3, vocab_size=400, min_frequency=1, show_progress=False)
    folder = tmp_path_factory.mktemp("vocabulary")
    trained.save_model(str(folder))
    return folder


VARIANTS = [{}, {"do_lower_case": False}, {"strip_accents": False}, {"tokenize_chinese_chars": False, "do_lower_case": False}]


@pytest.fixture(scope="module", params=[(form, i) for form in ("vocab.txt", "tokenizer.json") for i in range(len(VARIANTS))], ids=str)
def both(request, vocabulary, tmp_path_factory):
    """(ours, the reference's), from the same files."""
    transformers = pytest.importorskip("transformers")
    form, i = request.param
    folder = tmp_path_factory.mktemp("both")
    (folder / "vocab.txt").write_bytes((vocabulary / "vocab.txt").read_bytes())
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer", "model_max_length": 64, **VARIANTS[i]}))
    theirs = transformers.BertTokenizerFast.from_pretrained(folder)
    if form == "tokenizer.json":
        theirs.save_pretrained(folder)
    ours = AutoTokenizer.from_pretrained(folder)
    assert form in ours.resolution
    return ours, theirs


def same(ours, theirs, *args, **kwargs):
    a, b = ours(*args, **kwargs), theirs(*args, **kwargs)
    assert dict(a) == dict(b)
    return a, b


def test_every_line(both):
    ours, theirs = both
    for line in LINES:
        a, _ = same(ours, theirs, line, return_offsets_mapping=True, return_special_tokens_mask=True, return_length=True)
        ids = a["input_ids"]
        for skip in (False, True):
            assert ours.decode(ids, skip_special_tokens=skip) == theirs.decode(ids, skip_special_tokens=skip)
        assert ours.tokenize(line) == theirs.tokenize(line)


@pytest.mark.parametrize(
    "options",
    [
        {}, {"padding": True}, {"padding": "max_length", "max_length": 20},
        {"padding": True, "pad_to_multiple_of": 8, "padding_side": "left"}, {"truncation": True, "max_length": 7}, {"truncation": True},
        {"truncation": "only_first", "max_length": 40, "stride": 3, "return_overflowing_tokens": True}, {"add_special_tokens": False},
        {"return_token_type_ids": False}, {"return_attention_mask": False}, {"padding": "max_length", "truncation": True},
    ],
)  # fmt: skip
def test_batches_and_pairs(both, options):
    ours, theirs = both
    same(ours, theirs, LINES, **options)
    same(
        ours,
        theirs,
        LINES[:-1],
        LINES[1:],
        **{**options, "truncation": "longest_first" if options.get("truncation") else False, "stride": 0},
    )
    same(ours, theirs, LINES[3], LINES[8], **{**options, "stride": 0})


def test_words_that_are_split_already(both):
    ours, theirs = both
    rows = [line.split() for line in LINES if line.split()]
    a, b = same(ours, theirs, rows, is_split_into_words=True, padding=True)
    for i in range(len(rows)):
        assert a.word_ids(i) == b.word_ids(i) and a.sequence_ids(i) == b.sequence_ids(i)
    same(ours, theirs, rows[0], is_split_into_words=True)


def test_where_tokens_came_from(both):
    ours, theirs = both
    a, b = same(ours, theirs, ["Hello, world!", "naïve café"], ["and more", "of it"])
    assert a.tokens(1) == b.tokens(1) and a.char_to_token(0, 7) == b.char_to_token(0, 7)
    assert a.token_to_chars(1, 1) == tuple(b.token_to_chars(1, 1)) and a.word_to_tokens(0, 1, 1) == tuple(b.word_to_tokens(0, 1, 1))
    assert a.n_sequences == 2 and a[0].ids == b[0].ids and a[0:2] == {name: value[0:2] for name, value in b.items()}


def test_files_pass_between_the_libraries(both, tmp_path):
    import transformers

    ours, theirs = both
    ours.save_pretrained(tmp_path / "ours")
    again = transformers.AutoTokenizer.from_pretrained(tmp_path / "ours")
    assert type(again).__name__ == "BertTokenizerFast" and again(LINES)["input_ids"] == theirs(LINES)["input_ids"]
    theirs.save_pretrained(tmp_path / "theirs")
    assert AutoTokenizer.from_pretrained(tmp_path / "theirs")(LINES)["input_ids"] == ours(LINES)["input_ids"]


def test_tensors(vocabulary):
    import numpy as np

    tokenizer = BertTokenizer.from_pretrained(vocabulary)
    want = np.array(tokenizer(LINES, padding=True)["input_ids"])
    for kind in ("np", "pt", "tf", "jax"):
        pytest.importorskip({"np": "numpy", "pt": "torch", "tf": "tensorflow", "jax": "jax"}[kind])
        assert (np.asarray(tokenizer(LINES, padding=True, return_tensors=kind)["input_ids"]) == want).all()
    with pytest.raises(TokenizerError, match="padding=True"):
        tokenizer(LINES, return_tensors="np")


def test_added_tokens_and_special_ones(vocabulary):
    tokenizer = AutoTokenizer.from_pretrained(vocabulary, tokenizer_type="bert")
    size = len(tokenizer)
    assert tokenizer.add_tokens(["<new>", "<other>"]) == 2 and len(tokenizer) == size + 2
    assert tokenizer.tokenize("a <new> b")[1] == "<new>"
    assert tokenizer.add_special_tokens({"bos_token": "<s>", "additional_special_tokens": ["<x>"]}) == 2
    assert tokenizer.bos_token_id == size + 2 and "<x>" in tokenizer.all_special_tokens
    assert tokenizer.decode(tokenizer("a <x> b")["input_ids"], skip_special_tokens=True) == "a b"
    tokenizer.pad_token = "<new>"
    assert tokenizer(["a", "a b c"], padding=True)["input_ids"][0][-1] == size
    assert tokenizer.convert_tokens_to_ids(["[CLS]", "nothere!"]) == [tokenizer.cls_token_id, tokenizer.unk_token_id]


def test_padding_rows_one_by_one(vocabulary):
    tokenizer = BertTokenizerFast.from_pretrained(vocabulary)
    rows = [tokenizer(line) for line in LINES[:6]]
    assert dict(tokenizer.pad(rows)) == dict(tokenizer(LINES[:6], padding=True))
    import pickle

    assert pickle.loads(pickle.dumps(tokenizer))(LINES)["input_ids"] == tokenizer(LINES)["input_ids"]


def test_errors(vocabulary, tmp_path):
    tokenizer = AutoTokenizer.from_pretrained(vocabulary, tokenizer_type="bert")
    with pytest.raises(UnknownKeywordError, match="Did you mean 'padding'"):
        tokenizer("a", paddin=True)
    with pytest.raises(TokenizerError, match="padding='longst'"):
        tokenizer("a", padding="longst")
    with pytest.raises(TokenizerError, match="a list of int and str"):
        tokenizer(["a", 1])
    with pytest.raises(TokenizerError, match="text has 2 entries and text_pair has 1"):
        tokenizer(["a", "b"], ["c"])
    with pytest.raises(TokenizerError, match="neither text nor text_target"):
        tokenizer()
    with pytest.raises(AttributeError, match="It has: input_ids"):
        _ = tokenizer("a").labels
    with pytest.raises(UnknownKeywordError, match="'padding_side'"):
        AutoTokenizer.from_pretrained(vocabulary, tokenizer_type="bert", paddingside="left")
    with pytest.raises(TokenizerError, match="Did you mean 'bert'"):
        AutoTokenizer.from_pretrained(vocabulary, tokenizer_type="brt")
    with pytest.raises(MissingFileError, match=r"tokenizer\.json"):
        AutoTokenizer.from_pretrained(tmp_path)
    for damage in (b"{", b"[]", b'{"model": {"type": "WordPiece", "vocab": 3}}', b"\xff"):
        (tmp_path / "tokenizer.json").write_bytes(damage)
        with pytest.raises(CorruptFileError, match=r"tokenizer\.json"):
            AutoTokenizer.from_pretrained(tmp_path)


def test_it_is_light(vocabulary):
    code = (
        f"import sys, triform; triform.AutoTokenizer.from_pretrained({str(vocabulary)!r}, tokenizer_type='bert')('a b');"
        "print([m for m in ('torch', 'tensorflow', 'jax', 'numpy', 'huggingface_hub', 'transformers') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_any_text(vocabulary, texts):
    tokenizer = _shared(vocabulary)
    alone = [tokenizer(text, return_offsets_mapping=True) for text in texts]
    together = tokenizer(texts, padding=True)
    for i, (text, one) in enumerate(zip(texts, alone)):
        assert together["input_ids"][i][: len(one["input_ids"])] == one["input_ids"]
        assert all(0 <= start <= end <= len(text) for start, end in one["offset_mapping"])
        assert isinstance(tokenizer.decode(one["input_ids"]), str)


_cache = {}


def _shared(folder):
    if folder not in _cache:
        _cache[folder] = BertTokenizer.from_pretrained(folder)
    return _cache[folder]


def test_other_people_s_files(checkpoints):
    import transformers

    for name in ("bert-caikit", "bert-rxnfp-bert_ft_10k_25s", "albert-rxnmapper"):
        kind = {"tokenizer_type": "bert"} if name == "albert-rxnmapper" else {}
        ours = AutoTokenizer.from_pretrained(checkpoints / name, **kind)
        theirs = transformers.BertTokenizerFast.from_pretrained(checkpoints / name)
        assert ours(LINES)["input_ids"] == theirs(LINES)["input_ids"], name
        assert isinstance(ours("a"), BatchEncoding)
