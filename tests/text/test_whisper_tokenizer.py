"""Whisper's prefix, times and offsets against the reference."""

import json

import numpy as np
import pytest

from triform import AutoTokenizer, WhisperTokenizer
from triform.errors import TokenizerError
from triform.text.whisper_languages import LANGUAGES

pytestmark = pytest.mark.xdist_group("reference tokenizers")


@pytest.fixture(scope="module")
def both(whisper_files):
    transformers = pytest.importorskip("transformers")
    return WhisperTokenizer.from_pretrained(whisper_files), transformers.WhisperTokenizerFast.from_pretrained(whisper_files)


PREFIXES = [
    {}, {"language": "german"}, {"language": "de", "task": "translate"}, {"language": "Mandarin", "task": "transcribe", "predict_timestamps": True},
    {"task": "translate", "predict_timestamps": False},
]  # fmt: skip


@pytest.mark.parametrize("prefix", PREFIXES, ids=str)
def test_the_prefix(both, whisper_files, tmp_path, prefix):
    import transformers

    ours, theirs = WhisperTokenizer.from_pretrained(whisper_files), transformers.WhisperTokenizerFast.from_pretrained(whisper_files)
    for tokenizer in (ours, theirs):
        tokenizer.set_prefix_tokens(**prefix)
    assert ours.prefix_tokens == [i for i in theirs.prefix_tokens if i is not None]
    for texts in (("a b",), ("a b", "c")):
        assert ours(*texts, return_token_type_ids=True, return_special_tokens_mask=True) == theirs(
            *texts, return_token_type_ids=True, return_special_tokens_mask=True
        )
    assert ours.build_inputs_with_special_tokens([5, 6]) == theirs.build_inputs_with_special_tokens([5, 6])
    ours.save_pretrained(tmp_path)
    assert (
        AutoTokenizer.from_pretrained(tmp_path)("a").input_ids
        == transformers.AutoTokenizer.from_pretrained(tmp_path)("a").input_ids
        == ours("a").input_ids
    )
    given = WhisperTokenizer.from_pretrained(whisper_files, **prefix)
    assert given("a").input_ids == ours("a").input_ids and given.prefix_tokens == ours.prefix_tokens
    again = WhisperTokenizer.from_pretrained(tmp_path, **prefix)
    assert again("a").input_ids == ours("a").input_ids


def test_languages_are_the_reference_s(both):
    _, theirs = both
    order = list(LANGUAGES.items())
    assert len({code for _, code in order}) == 100
    start = theirs.convert_tokens_to_ids("<|startoftranscript|>")
    placed = {}
    for name, code in order:
        theirs.language = name
        by_name = theirs.prefix_tokens[1] - start
        theirs.language = code
        assert theirs.prefix_tokens[1] - start == by_name, name
        placed[code] = by_name
    theirs.language = None
    assert placed["en"] == 1 and placed["zh"] == 2 and sorted(placed.values()) == list(range(1, 101))


def test_prompts_for_generation(both):
    ours, theirs = both
    assert ours.get_decoder_prompt_ids(task="transcribe", language="en") == theirs.get_decoder_prompt_ids(task="transcribe", language="en")
    assert ours.get_decoder_prompt_ids(task="translate", language="de", no_timestamps=False) == theirs.get_decoder_prompt_ids(
        task="translate", language="de", no_timestamps=False
    )
    for text in ("Mr. X", "  spaced  "):
        assert ours.get_prompt_ids(text).tolist() == theirs.get_prompt_ids(text).tolist()
    with pytest.raises(TokenizerError, match=r"<\|en\|>"):
        ours.get_prompt_ids("a <|en|>")
    assert ours.timestamp_ids() == theirs.timestamp_ids()


def test_what_is_asked_for_and_is_not_there(both):
    ours, _ = both
    before = ours("a").input_ids
    for wrong, match in (
        ({"language": "klingon"}, "knows no language"),
        ({"task": "sing"}, "no task 'sing'"),
        ({"language": "xhosa"}, "knows no language"),
        ({"language": "japanese"}, "for English alone"),
    ):
        with pytest.raises(TokenizerError, match=match):
            ours.set_prefix_tokens(**wrong)
    assert ours("a").input_ids == before
    with pytest.raises(TokenizerError, match="basic_normalize=True"):
        ours.decode([1], normalize=True)


def transcripts(tokenizer):
    t, words = tokenizer.convert_tokens_to_ids("<|0.00|>"), tokenizer("hello there", add_special_tokens=False).input_ids
    head, end = tokenizer.convert_tokens_to_ids(["<|startoftranscript|>", "<|en|>", "<|transcribe|>"]), [tokenizer.eos_token_id]
    said = [tokenizer.convert_tokens_to_ids("<|startofprev|>"), *words]
    return {
        "one": [*head, t, *words, t + 50, *end], "two": [t, *words, t + 50, t + 50, *words, t + 100], "new window": [t, *words, t + 50, t, *words, t + 10],
        "after two times": [t, *words, t + 50, t + 50, t, *words, t + 10], "closed": [t, *words, t + 50, t + 50, *words, t + 100, t + 100],
        "lower after two": [t, *words, t + 50, t + 50, *words, t + 100, t + 100, t + 5, *words, t + 20], "open": [t, *words, t + 50, t + 60, *words],
        "three windows": [t, *words, t + 50, t + 10, *words, t + 20, t + 5, *words, t + 30], "gap": [t + 3, *words, t + 50, t + 60, *words, t + 70],
        "full": [t, *words, t + 1500, t, *words, t + 100], "alone": [t + 5, *words], "none": words, "times": [t, t], "empty": [], "text first": [*words, t + 3, *words, t + 50],
        "same": [t, *words, t], "prompt": [*said, *head, t, *words, t + 2, *end], "prompt alone": said, "no prompt": [*words, *said],
    }  # fmt: skip


@pytest.mark.parametrize(
    "options",
    [
        {}, {"skip_special_tokens": True}, {"decode_with_timestamps": True}, {"decode_with_timestamps": True, "skip_special_tokens": True}, {"output_offsets": True},
        {"output_offsets": True, "skip_special_tokens": True}, {"decode_with_timestamps": True, "time_precision": 0.04}, {"output_offsets": True, "time_precision": 0.04},
        {"basic_normalize": True, "skip_special_tokens": True},
    ],
    ids=str,
)  # fmt: skip
def test_decoding_with_times(both, options):
    ours, theirs = both
    for name, ids in transcripts(ours).items():
        assert ours.decode(ids, **options) == theirs.decode(ids, **options), name
    rows = list(transcripts(ours).values())
    assert ours.batch_decode(rows, **options) == theirs.batch_decode(rows, **options)
    assert ours.decode(np.array(rows[0]), **options) == theirs.decode(rows[0], **options)


@pytest.mark.parametrize(
    "text", ["Hello, [noise] (aside) Wörld! É", "Łódź øre ﬁ ½ ß", "日本語のテキスト、です。", "a  b\tc <x> d", "", "C'est ça…"]
)
def test_plain_normalising(both, text):
    ours, theirs = both
    assert ours.basic_normalize(text) == theirs.basic_normalize(text)
    assert ours.basic_normalize(text, remove_diacritics=True) == theirs.basic_normalize(text, remove_diacritics=True)


def test_a_vocabulary_for_english_alone(byte_level, tmp_path):
    pieces = json.loads((byte_level / "vocab.json").read_text(encoding="utf-8"))
    for token in ("<|startoftranscript|>", "<|notimestamps|>", "<|0.00|>"):
        pieces[token] = len(pieces)
    (tmp_path / "vocab.json").write_text(json.dumps(pieces))
    (tmp_path / "merges.txt").write_bytes((byte_level / "merges.txt").read_bytes())
    ours = WhisperTokenizer.from_pretrained(tmp_path)
    assert ours.convert_ids_to_tokens(ours.prefix_tokens) == ["<|startoftranscript|>", "<|notimestamps|>"]
    with pytest.raises(TokenizerError, match="for English alone"):
        WhisperTokenizer.from_pretrained(tmp_path, language="de")
