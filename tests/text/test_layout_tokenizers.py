"""Words with boxes: LayoutLMv2 and LayoutLMv3 against the reference."""

import pytest
from corpus import LINES
from parity import folder

from triform import AutoTokenizer
from triform.errors import TokenizerError

pytestmark = pytest.mark.xdist_group("reference tokenizers")
PAGES = [words for line in LINES if len(words := line.split()) > 2][:60]
BOXES = [[[i, i + 1, i + 2, (7 * i) % 1000] for i in range(len(words))] for words in PAGES]
LABELS = [[i % 5 for i in range(len(words))] for words in PAGES]
ASKED = [line for line in LINES if line.strip()][20:80]


@pytest.fixture(params=["LayoutLMv2Tokenizer", "LayoutLMv3Tokenizer"])
def both(request, wordpiece, byte_level, tmp_path):
    transformers = pytest.importorskip("transformers")
    files = {"vocab.txt": wordpiece / "vocab.txt"} if "2" in request.param else {n: byte_level / n for n in ("vocab.json", "merges.txt")}
    at = folder(tmp_path / "at", request.param, files)
    return AutoTokenizer.from_pretrained(at), getattr(transformers, f"{request.param}Fast").from_pretrained(at)


def same(both, *args, **kwargs):
    made, yours = (tokenizer(*args, **kwargs) for tokenizer in both)
    assert list(made) == list(yours)
    for name, value in made.items():
        assert value.tolist() == yours[name].tolist() if hasattr(value, "tolist") else value == yours[name], name
    return made


@pytest.mark.parametrize(
    "options",
    [
        {}, {"padding": True}, {"padding": "max_length", "max_length": 200, "padding_side": "left"}, {"truncation": True, "max_length": 9, "return_offsets_mapping": True},
        {"padding": True, "return_tensors": "np", "return_special_tokens_mask": True},
        {"truncation": True, "max_length": 12, "stride": 2, "return_overflowing_tokens": True, "padding": True, "return_tensors": "np"},
    ],
    ids=str,
)  # fmt: skip
def test_pages_and_questions(both, options):
    same(both, PAGES, boxes=BOXES, **options)
    same(both, PAGES[3], boxes=BOXES[3], **options)
    if not options.get("truncation"):
        same(both, ASKED[: len(PAGES)], PAGES[: len(ASKED)], boxes=BOXES[: len(ASKED)], **options)
        same(both, ASKED[3], PAGES[3], boxes=BOXES[3], **options)


def test_labels(both):
    ours, _ = both
    plain = [[word for word in words if word.isascii() and word.isalnum()] for words in PAGES]
    kept = [i for i, words in enumerate(plain) if words]
    words, boxes, labels = ([page[i][: len(plain[i])] for i in kept] for page in (plain, BOXES, LABELS))
    windows = {"truncation": True, "max_length": 7, "stride": 1, "return_overflowing_tokens": True}
    for only in (True, False):
        for tokenizer in both:
            tokenizer.only_label_first_subword = only
        for options in ({}, {"padding": True, "return_tensors": "np"}, windows):
            same(both, words, boxes=boxes, word_labels=labels, **options)
        same(both, words[0], boxes=boxes[0], word_labels=labels[0])
    spaced = ours(["a", "  b"], boxes=[[1, 1, 1, 1]] * 2, word_labels=[3, 4])
    assert [label for label in spaced["labels"] if label != -100].count(4) >= 1  # the reference's first version loses it


def test_rows_padded_afterwards_and_files(both, tmp_path):
    import transformers

    ours, theirs = both
    rows = [dict(ours(words, boxes=boxes, word_labels=labels)) for words, boxes, labels in zip(PAGES[:5], BOXES, LABELS)]
    assert dict(ours.pad(rows)) == dict(theirs.pad(rows))
    assert ours.tokenize("Hello world") == theirs.tokenize("Hello world")
    ours.save_pretrained(tmp_path / "saved")
    for again in (AutoTokenizer.from_pretrained(tmp_path / "saved"), transformers.AutoTokenizer.from_pretrained(tmp_path / "saved")):
        assert again(PAGES, boxes=BOXES)["bbox"] == theirs(PAGES, boxes=BOXES)["bbox"] and again.sep_token_box == theirs.sep_token_box


def test_what_does_not_fit(both):
    ours, _ = both
    for call, match in (
        (lambda: ours(["a"]), "needs boxes="), (lambda: ours(["a", "b"], boxes=[[1, 2, 3, 4]]), "each word needs one"), (lambda: ours("text", boxes=[[1, 2, 3, 4]]), "list of words"),
        (lambda: ours([["a"]], boxes=[[[1, 2, 3, 4]], []]), "boxes has"), (lambda: ours(["a"], boxes=[[1, 2, 3, 4]], word_labels=[1, 2]), "word_labels has"),
    ):  # fmt: skip
        with pytest.raises(TokenizerError, match=match):
            call()
