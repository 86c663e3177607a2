"""What holds for every text: offsets lie within it, padding changes nothing else, bytes come back, nothing crashes or hangs."""

import subprocess
import sys
import unicodedata

import pytest
from corpus import LINES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from triform import AutoTokenizer
from triform.errors import TokenizerError, UnknownKeywordError

KINDS = ["bert", "mpnet", "gpt2", "roberta", "clip", "qwen2", "whisper"]
TEXT = st.text(max_size=60) | st.lists(st.sampled_from(LINES), min_size=1, max_size=3).map("".join)
MANY = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def tokenizers(wordpiece, byte_level, clip_pieces, whisper_files):
    places = {"bert": wordpiece, "mpnet": wordpiece, "clip": clip_pieces, "whisper": whisper_files}
    return {kind: AutoTokenizer.from_pretrained(places.get(kind, byte_level), tokenizer_type=kind) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
@MANY
@given(texts=st.lists(TEXT, min_size=1, max_size=4), data=st.data())
def test_a_batch_is_its_texts(tokenizers, kind, texts, data):
    tokenizer = tokenizers[kind]
    alone = [tokenizer(text, return_offsets_mapping=True, return_special_tokens_mask=True) for text in texts]
    for text, one in zip(texts, alone):
        assert len({len(value) for value in one.values()}) == 1
        for (start, end), special in zip(one["offset_mapping"], one["special_tokens_mask"]):
            assert 0 <= start <= end <= len(text) and (not special or start == end)
        assert all(isinstance(token, str) for token in tokenizer.convert_ids_to_tokens(one["input_ids"]))
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    side = data.draw(st.sampled_from(["left", "right"]))
    together = tokenizer(texts, padding=True, padding_side=side, pad_to_multiple_of=data.draw(st.sampled_from([None, 8])))
    for row, mask, one in zip(together["input_ids"], together["attention_mask"], alone):
        kept = [i for i, m in zip(row, mask) if m]
        assert kept == one["input_ids"] and set(row[: len(row) - len(kept)] if side == "left" else row[len(kept) :]) <= {
            tokenizer.pad_token_id
        }
    short = tokenizer(texts, truncation=True, max_length=6, stride=1, return_overflowing_tokens=True)
    assert all(len(row) <= 6 for row in short["input_ids"]) and short["overflow_to_sample_mapping"] == sorted(
        short["overflow_to_sample_mapping"]
    )
    pair = tokenizer(texts[0], texts[-1])
    frame = tokenizer.build_inputs_with_special_tokens(
        *(tokenizer(t, add_special_tokens=False)["input_ids"] for t in (texts[0], texts[-1]))
    )
    assert frame == pair["input_ids"]


@pytest.mark.parametrize("kind", ["gpt2", "roberta", "qwen2", "whisper"])
@MANY
@given(text=TEXT)
def test_bytes_come_back(tokenizers, kind, text):
    tokenizer = tokenizers[kind]
    ids = tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]
    if kind == "roberta" and "<mask>" in text:
        return  # which takes the space before it along
    if kind == "whisper" and "<|" in text:
        return  # times are left out of the text
    assert tokenizer.decode(ids) == (unicodedata.normalize("NFC", text) if kind == "qwen2" else text)


@pytest.mark.parametrize("kind", ["bert", "mpnet"])
@MANY
@given(
    words=st.lists(
        st.sampled_from(["attention", "weighs", "every", "word", "and", "each", "is", "weighed", "library", "the", "of", "model"]),
        max_size=12,
    )
)
def test_known_words_come_back(tokenizers, kind, words):
    tokenizer = tokenizers[kind]
    ids = tokenizer(" ".join(words))["input_ids"]
    assert tokenizer.decode(ids, skip_special_tokens=True) == " ".join(words)
    assert tokenizer(tokenizer.decode(ids, skip_special_tokens=True))["input_ids"] == ids


@pytest.mark.parametrize("kind", KINDS)
@MANY
@given(ids=st.lists(st.integers(0, 3000), max_size=20), skip=st.booleans())
def test_any_ids_give_text(tokenizers, kind, ids, skip):
    assert isinstance(tokenizers[kind].decode(ids, skip_special_tokens=skip), str)


@MANY
@given(text=st.text(alphabet=st.characters(codec=None, categories=None), max_size=20))
def test_lone_surrogates_give_our_error(tokenizers, text):
    try:
        tokenizers["bert"](text)
    except TokenizerError:
        assert any(0xD800 <= ord(c) <= 0xDFFF for c in text)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.timeout(60)
def test_a_very_long_text(tokenizers, kind):
    for text in ("x" * 200_000, "word " * 50_000, "\u0301" * 50_000, "😀" * 20_000, "[MASK]" * 10_000):
        made = tokenizers[kind](text, return_offsets_mapping=True, verbose=False)
        assert made["offset_mapping"] and max(end for _, end in made["offset_mapping"]) <= len(text)


def test_it_is_light(wordpiece):
    code = (
        f"import sys, triform; triform.AutoTokenizer.from_pretrained({str(wordpiece)!r}, tokenizer_type='bert')('a b');"
        "print([m for m in ('torch', 'tensorflow', 'jax', 'numpy', 'huggingface_hub', 'transformers', 'jinja2') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_keywords_of_loading(wordpiece):
    with pytest.raises(UnknownKeywordError, match="'padding_side'"):
        AutoTokenizer.from_pretrained(wordpiece, tokenizer_type="bert", paddingside="left")
    with pytest.raises(TokenizerError, match="Did you mean 'bert'"):
        AutoTokenizer.from_pretrained(wordpiece, tokenizer_type="brt")
    made = AutoTokenizer.from_pretrained(
        wordpiece, tokenizer_type="bert", padding_side="left", model_max_length=9, bos_token="<s>", use_fast=False
    )
    assert made.padding_side == "left" and made.model_max_length == 9 and made.bos_token_id == made.convert_tokens_to_ids("<s>")


@pytest.mark.parametrize(
    ("model_type", "part"), [("encoder-decoder", "encoder"), ("vision-encoder-decoder", "decoder"), ("speech-encoder-decoder", "decoder")]
)
def test_a_composite_model_s_tokenizer_is_its_text_part_s(wordpiece, tmp_path, model_type, part):
    import json

    from triform import BertTokenizer

    (tmp_path / "vocab.txt").write_bytes((wordpiece / "vocab.txt").read_bytes())
    (tmp_path / "config.json").write_text(json.dumps({"model_type": model_type, part: {"model_type": "bert"}}))
    assert type(AutoTokenizer.from_pretrained(tmp_path)) is BertTokenizer
