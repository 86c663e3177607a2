"""A call's keywords and what it returns, against the reference."""

import pickle

import numpy as np
import pytest
from corpus import LINES

from triform import AutoTokenizer, BatchEncoding, BertTokenizer
from triform.errors import MissingDependencyError, TokenizerError, UnknownKeywordError

pytestmark = pytest.mark.xdist_group("reference tokenizers")
FEW = [line for line in LINES if line.strip()][10:40]


@pytest.fixture(scope="module")
def both(wordpiece):
    transformers = pytest.importorskip("transformers")
    return BertTokenizer.from_pretrained(wordpiece), transformers.BertTokenizerFast.from_pretrained(wordpiece)


def same(both, *args, **kwargs):
    ours, theirs = both
    a, b = ours(*args, **kwargs), theirs(*args, **kwargs)
    assert list(a) == list(b)
    for name, value in a.items():
        assert np.array_equal(value, b[name]) if isinstance(value, np.ndarray) else value == b[name], name
    return a, b


@pytest.mark.parametrize(
    "options",
    [
        {}, {"add_special_tokens": False}, {"padding": True}, {"padding": "longest", "padding_side": "left"}, {"padding": "do_not_pad"},
        {"padding": "max_length", "max_length": 300}, {"padding": True, "pad_to_multiple_of": 16}, {"truncation": True, "max_length": 7},
        {"truncation": "longest_first", "max_length": 2}, {"truncation": "only_first", "max_length": 9}, {"max_length": 6},
        {"max_length": 6, "truncation": False}, {"max_length": 6, "padding": True}, {"truncation": "do_not_truncate", "max_length": 4},
        {"truncation": True, "max_length": 14, "stride": 2, "return_overflowing_tokens": True, "return_offsets_mapping": True},
        {"truncation": True, "max_length": 8, "return_overflowing_tokens": True, "padding": True, "return_tensors": "np"},
        {"return_token_type_ids": False}, {"return_attention_mask": False}, {"return_special_tokens_mask": True}, {"return_length": True},
        {"return_offsets_mapping": True, "padding": "max_length", "max_length": 64, "truncation": True, "return_tensors": "np"},
        {"padding": True, "truncation": True, "max_length": 12, "return_tensors": "np"}, {"truncation": True}, {"padding": "max_length"},
    ],
    ids=str,
)  # fmt: skip
def test_options(both, options):
    same(both, FEW, **options)
    same(both, FEW[3], **options)
    if options.get("truncation") != "only_first" and options.get("max_length") != 2:
        same(both, FEW[1:], FEW[:-1], **options)
        same(both, FEW[3], FEW[4], **options)


def test_pairs_in_each_form(both):
    ours, _ = both
    want = dict(ours(FEW[1:], FEW[:-1]))
    pairs = list(zip(FEW[1:], FEW[:-1]))
    assert dict(same(both, pairs)[0]) == want and dict(same(both, [list(p) for p in pairs])[0]) == want
    assert dict(ours.batch_encode_plus(pairs)) == want
    assert dict(ours.encode_plus(FEW[0], FEW[1])) == dict(ours(FEW[0], FEW[1])) and ours.encode(FEW[0]) == ours(FEW[0])["input_ids"]
    words = [line.split() for line in FEW]
    same(both, words, words[1:] + words[:1], is_split_into_words=True, padding=True)
    same(both, words[2], words[3], is_split_into_words=True)
    same(both, [], is_split_into_words=True)
    same(both, [[], ["a"]], is_split_into_words=True)


def test_both_sides_of_truncation(both):
    ours, theirs = both
    try:
        for side in ("left", "right"):
            ours.truncation_side = theirs.truncation_side = side
            for strategy in ("longest_first", "only_first", "only_second"):
                kept = [line for line in FEW if 14 < len(ours(line)["input_ids"]) < 22]
                same(
                    both,
                    kept,
                    kept[::-1],
                    truncation=strategy,
                    max_length=26,
                    stride=2,
                    return_overflowing_tokens=True,
                    return_offsets_mapping=True,
                )
    finally:
        ours.truncation_side = theirs.truncation_side = "right"


def test_targets(both):
    same(both, FEW, text_target=FEW[::-1])
    same(both, text_target=FEW[0])
    ours, _ = both
    with ours.as_target_tokenizer():
        assert dict(ours(FEW)) == dict(ours(text_target=FEW))


def test_special_tokens_in_text_can_be_plain_text(both):
    ours, theirs = both
    line = "a [SEP] b [MASK]"
    same(both, line)
    assert ours(line, split_special_tokens=True)["input_ids"] == theirs(line, split_special_tokens=True)["input_ids"]
    assert ours(line)["input_ids"] == theirs(line)["input_ids"]
    ours.split_special_tokens = True
    try:
        assert ours.tokenize(line) == theirs.tokenize(line, split_special_tokens=True)
        assert ours.tokenize(line, split_special_tokens=False) == theirs.tokenize(line)
    finally:
        ours.split_special_tokens = False


def test_an_empty_batch(both):
    ours, _ = both  # the reference raises IndexError
    assert dict(ours([])) == {"input_ids": [], "token_type_ids": [], "attention_mask": []}
    assert ours([], return_tensors="np")["input_ids"].dtype == np.int64


def test_where_tokens_came_from(both):
    a, b = same(both, FEW, FEW[::-1], return_offsets_mapping=True)
    for i, line in enumerate(FEW):
        assert a.tokens(i) == b.tokens(i) and a.word_ids(i) == b.word_ids(i) and a.sequence_ids(i) == b.sequence_ids(i)
        assert a[i].ids == b[i].ids and a.words(i) == b.word_ids(i)
        for token in range(len(a["input_ids"][i])):
            assert a.token_to_word(i, token) == b.token_to_word(i, token)
            assert a.token_to_sequence(i, token) == b.token_to_sequence(i, token)
            if a.token_to_word(i, token) is not None:
                assert a.token_to_chars(i, token) == tuple(b.token_to_chars(i, token))
                word, sequence = a.token_to_word(i, token), a.token_to_sequence(i, token)
                assert a.word_to_tokens(i, word, sequence) == tuple(b.word_to_tokens(i, word, sequence))
                assert a.word_to_chars(i, word, sequence) == tuple(b.word_to_chars(i, word, sequence))
            else:
                assert a.token_to_chars(i, token) is None
        for char in range(len(line)):
            assert a.char_to_token(i, char) == b.char_to_token(i, char) and a.char_to_word(i, char) == b.char_to_word(i, char)
            assert a.char_to_token(i, char, 1) == b.char_to_token(i, char, 1)
    single, theirs = same(both, FEW[0])
    assert single.char_to_token(1) == theirs.char_to_token(1) and single.token_to_word(1) == theirs.token_to_word(1)
    assert a.token_to_word(0, -2) == a.token_to_word(0, len(a["input_ids"][0]) - 2)
    assert a.n_sequences == b.n_sequences == 2 and single.n_sequences == 1 and a.is_fast and len(a.encodings) == len(FEW)


def test_an_encoding_is_a_mapping(both):
    ours, _ = both
    made = ours(FEW, padding=True)
    assert isinstance(made, BatchEncoding) and made.input_ids == made["input_ids"] == made.get("input_ids")
    assert made[1:3] == {name: value[1:3] for name, value in made.items()} and made[-1].ids == made["input_ids"][-1]
    assert list(made.keys()) == list(made) == ["input_ids", "token_type_ids", "attention_mask"] and "input_ids" in made and len(made) == 3
    assert (lambda **k: sorted(k))(**made) == sorted(made)
    made.update(labels=[1])
    assert made.labels == [1] and made.pop("labels") == [1]
    again = pickle.loads(pickle.dumps(made))
    assert dict(again) == dict(made) and again.tokens(2) == made.tokens(2)
    assert dict(made.copy()) == dict(made)
    with pytest.raises(AttributeError, match="It has: input_ids"):
        _ = made.labels
    with pytest.raises(IndexError, match="there is no row 99"):
        made.tokens(99)
    with pytest.raises(KeyError):
        made["nothing"]
    plain = BatchEncoding({"input_ids": [[1]]})
    assert not plain.is_fast and plain.encodings is None and plain.n_sequences is None
    with pytest.raises(TokenizerError, match="does not know where its tokens came from"):
        plain.word_ids()


@pytest.mark.parametrize("kind", ["np", "pt", "tf", "jax"])
def test_tensors(both, kind):
    pytest.importorskip({"np": "numpy", "pt": "torch", "tf": "tensorflow", "jax": "jax"}[kind])
    ours, theirs = both
    want = np.array(ours(FEW, padding=True)["input_ids"])
    made, yours = (t(FEW, padding=True, return_tensors=kind, return_offsets_mapping=True, return_length=True) for t in both)
    assert (np.asarray(made["input_ids"]) == want).all()
    for name, value in yours.items():
        assert type(made[name]) is type(value) and str(made[name].dtype) == str(value.dtype) and made[name].shape == value.shape, name
    single, one = (t(FEW[0], return_tensors=kind) for t in both)
    assert single["input_ids"].shape == one["input_ids"].shape == (1, len(ours(FEW[0])["input_ids"]))
    ids = made["input_ids"]
    assert ours.batch_decode(ids) == theirs.batch_decode(ids) and ours.decode(ids[0]) == theirs.decode(ids[0])
    assert ours.decode(ids) == ours.batch_decode(ids) and ours.convert_ids_to_tokens(ids[0]) == made.tokens(0)
    with pytest.raises(TokenizerError, match="padding=True"):
        ours(FEW, return_tensors=kind)
    if kind == "pt":
        assert made.to("cpu")["input_ids"].device.type == "cpu" and made.to("cpu") is made


def test_tensors_of_a_framework_that_is_not_there(both, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "jax.numpy", None)
    with pytest.raises(MissingDependencyError, match=r"triform\[flax\]"):
        both[0]("a", return_tensors="jax")


def test_padding_rows_that_were_encoded_one_by_one(both):
    ours, theirs = both
    rows = [ours(line) for line in FEW]
    for options in (
        {},
        {"padding": "max_length", "max_length": 80},
        {"pad_to_multiple_of": 7},
        {"padding_side": "left"},
        {"padding": False},
    ):
        assert dict(ours.pad(rows, **options)) == dict(theirs.pad([dict(row) for row in rows], **options)), options
    assert dict(ours.pad(rows)) == dict(ours(FEW, padding=True))
    tensors = ours.pad({"input_ids": [np.array([5, 6]), np.array([7])], "labels": [1, 2]}, return_tensors="np")
    assert tensors["input_ids"].tolist() == [[5, 6], [7, 0]] and tensors["labels"].tolist() == [1, 2]
    assert dict(ours.pad({"input_ids": [5, 6]}, padding="max_length", max_length=3)) == {
        "input_ids": [5, 6, 0],
        "attention_mask": [1, 1, 0],
    }
    assert dict(ours.pad({"input_ids": []})) == {"input_ids": [], "attention_mask": []}
    for wrong in ({"labels": [1]}, [1, 2], [{"input_ids": [1]}, {"input_ids": [1], "labels": [2]}]):
        with pytest.raises(TokenizerError):
            ours.pad(wrong)


def test_one_warning_where_a_length_is_missing(wordpiece, caplog):
    tokenizer = AutoTokenizer.from_pretrained(wordpiece, tokenizer_type="bert")
    assert tokenizer(["a", "a b c"], padding="max_length")["input_ids"] == tokenizer(["a", "a b c"])["input_ids"]
    tokenizer("a", truncation=True, verbose=False)
    tokenizer("a", truncation=True)
    assert [record.message for record in caplog.records if "model_max_length" in record.message] == [caplog.records[0].message]
    caplog.clear()
    tokenizer.model_max_length = 4
    tokenizer(["a b c d e f"] * 3)
    tokenizer("a b c d e f")
    assert len(caplog.records) == 1 and "truncation=True" in caplog.text
    assert len(tokenizer("a b c d e f", truncation=True)["input_ids"]) == 4
    caplog.clear()
    tokenizer("a b c d e f", max_length=3)
    tokenizer("a b c d e f", max_length=3)
    assert len(caplog.records) == 1 and "max_length without truncation=" in caplog.text


def test_arguments_that_make_no_sense(both):
    ours, _ = both
    for call, match in (
        (lambda: ours("a", paddin=True), "Did you mean 'padding'"), (lambda: ours("a", padding="longst"), "padding='longst'"),
        (lambda: ours("a", truncation=3), "truncation=3"), (lambda: ours("a", padding=True, padding_side="top"), "left, right"),
        (lambda: ours(["a", 1]), "a list of int and str"), (lambda: ours(3), "a int"), (lambda: ours(["a", "b"], ["c"]), "text has 2 entries"),
        (lambda: ours(["a"], "b"), "text_pair has one"), (lambda: ours(), "neither text nor text_target"), (lambda: ours("a", ["b"]), "needs its pair|text_pair"),
        (lambda: ours("a b", truncation=True, max_length=1), "special tokens"), (lambda: ours("a b c", truncation=True, max_length=5, stride=3), "stride=3"),
        (lambda: ours("a b c d e f g", "x", truncation="only_second", max_length=6), "longest_first"), (lambda: ours("a", return_tensors="xx"), "return_tensors='xx'"),
        (lambda: ours(["a", ["b"]], is_split_into_words=True), "a list of words"), (lambda: setattr(ours, "padding_side", "up"), "left, right"),
        (lambda: ours.decode([1, -100]), "pad_token_id"), (lambda: ours.decode(["a"]), "no id"), (lambda: ours.decode([2**40]), "no id of a token"),
        (lambda: ours.batch_decode([[1], [-100]]), "pad_token_id"), (lambda: ours.batch_decode([[1], ["a"]]), "no id"), (lambda: ours.batch_decode([[1.5]]), "no id"),
    ):  # fmt: skip
        with pytest.raises((TokenizerError, UnknownKeywordError), match=match):
            call()


def test_decoding_each_form_of_ids(both):
    ours, theirs = both
    ids = ours(FEW[0])["input_ids"]
    assert ours.decode(ids[1]) == theirs.decode(ids[1]) and ours.decode([]) == "" and ours.batch_decode([]) == []
    assert ours.batch_decode(ids) == theirs.batch_decode(ids) == [ours.decode(i) for i in ids]
    assert ours.decode([ids, ids]) == [ours.decode(ids)] * 2 and ours.decode(tuple(ids)) == ours.decode(np.array(ids)) == ours.decode(ids)
    assert ours.decode([*ids, 10**6]) == theirs.decode([*ids, 10**6]) and ours.convert_ids_to_tokens(10**6) is None
    text = "do n't stop , he 's here ."
    for tidy in (True, False):
        assert ours.decode(ours(text)["input_ids"], clean_up_tokenization_spaces=tidy) == theirs.decode(
            theirs(text)["input_ids"], clean_up_tokenization_spaces=tidy
        )
    assert ours.clean_up_tokenization(text) == theirs.clean_up_tokenization(text)
    assert ours.convert_tokens_to_string(["the", "##re", "."]) == theirs.convert_tokens_to_string(["the", "##re", "."])
    assert ours.convert_ids_to_tokens(ids, skip_special_tokens=True) == theirs.convert_ids_to_tokens(ids, skip_special_tokens=True)


def test_threads_share_a_tokenizer(both):
    from concurrent.futures import ThreadPoolExecutor

    ours, _ = both
    options = [{}, {"padding": True}, {"truncation": True, "max_length": 5}, {"padding": "max_length", "max_length": 400}]
    want = [dict(ours(FEW, **o)) for o in options]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda i: dict(ours(FEW, **options[i % 4])), range(60)))
    assert made == [want[i % 4] for i in range(60)]
