"""Text as ids come: never half a character, and all pieces together are the whole."""

import pytest
from corpus import LINES
from hypothesis import given, settings
from hypothesis import strategies as st

from triform import AutoTokenizer

KINDS = ["gpt2", "roberta", "bert", "clip", "qwen2"]


@pytest.fixture(scope="module")
def tokenizers(wordpiece, byte_level, clip_pieces):
    places = {"bert": wordpiece, "clip": clip_pieces}
    return {kind: AutoTokenizer.from_pretrained(places.get(kind, byte_level), tokenizer_type=kind) for kind in KINDS}


def spoken(tokenizer, ids, skip):
    stream = tokenizer.stream(skip_special_tokens=skip)
    return [stream.put(i) for i in ids] + [stream.end()]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("skip", [False, True])
def test_every_line(tokenizers, kind, skip):
    tokenizer = tokenizers[kind]
    for line in LINES:
        ids = tokenizer(line)["input_ids"]
        pieces = spoken(tokenizer, ids, skip)
        whole = tokenizer.decode(ids, skip_special_tokens=skip, clean_up_tokenization_spaces=False)
        if kind == "clip":  # which takes spaces from the ends of what it decodes
            assert "".join(pieces).split() == whole.split(), line
        else:
            assert "".join(pieces) == whole, line
        assert "\ufffd" in line or not any(piece.endswith("\ufffd") for piece in pieces[:-1]), line


def test_a_character_of_many_tokens_comes_whole(tokenizers):
    tokenizer = tokenizers["gpt2"]
    rare = next(c for c in map(chr, range(0xE5000, 0xE6000)) if len(tokenizer(f"a{c}b")["input_ids"]) == 6)
    ids = tokenizer(f"a{rare}b")["input_ids"]
    assert spoken(tokenizer, ids, False) == ["a", "", "", "", rare, "b", ""]
    assert spoken(tokenizer, ids[:3], False) == ["a", "", "", "\ufffd"]


def test_ids_in_each_form(tokenizers):
    import numpy as np

    tokenizer = tokenizers["gpt2"]
    ids = tokenizer("Hello, streaming world")["input_ids"]
    stream = tokenizer.stream()
    assert stream.put(ids) + stream.end() == stream.put(np.array([ids])) + stream.end() == "Hello, streaming world"


def test_pieces_of_sentences_keep_their_spaces(checkpoints):
    for name in ("llama-basaran", "t5-caikit", "bloom-caikit"):
        tokenizer = AutoTokenizer.from_pretrained(checkpoints / name)
        for line in LINES:
            ids = tokenizer(line)["input_ids"]
            whole = tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
            assert "".join(spoken(tokenizer, ids, True)) == whole, (name, line)


def test_the_work_per_token_does_not_grow(tokenizers):
    tokenizer = tokenizers["gpt2"]
    stream = tokenizer.stream()
    for i in tokenizer("many words " * 500)["input_ids"]:
        stream.put(i)
        assert len(stream._ids) < 12


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 899), max_size=30))
def test_any_ids(tokenizers, ids):
    tokenizer = tokenizers["gpt2"]
    assert "".join(spoken(tokenizer, ids, False)) == tokenizer.decode(ids)
