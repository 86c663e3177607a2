"""Bytes, code points and characters against the reference's slow classes (it has no fast ones): ByT5, CANINE, Perceiver, Wav2Vec2, VITS."""

import json
from importlib.util import find_spec

import pytest
from corpus import LINES
from parity import folder, hold, pass_files

from triform import AutoTokenizer
from triform.errors import MissingDependencyError, TokenizerError, UnknownKeywordError

pytestmark = pytest.mark.xdist_group("reference tokenizers")
transformers = pytest.importorskip("transformers")

VOCABULARIES = {
    "speech": ["<pad>", "<s>", "</s>", "<unk>", "|", *"ETAONIHSRDLUMWCFGYPBVK'XJQZÉäß日"],
    "spoken": ["<pad>", "<unk>", *" abcdefghijklmnopqrstuvwxyz'-éλ日", "ch", "A"],
    "shown": ["[GO]", "[s]", *"0123456789abcdefghijklmnopqrstuvwxyz"],
}
CASES = [
    ("ByT5Tokenizer", None, {}), ("ByT5Tokenizer", None, {"extra_ids": 5}), ("CanineTokenizer", None, {}), ("PerceiverTokenizer", None, {}),
    ("Wav2Vec2CTCTokenizer", "speech", {}), ("Wav2Vec2CTCTokenizer", "speech", {"do_lower_case": True, "replace_word_delimiter_char": "_"}),
    ("VitsTokenizer", "spoken", {"phonemize": False}), ("VitsTokenizer", "spoken", {"phonemize": False, "add_blank": False}),
    ("VitsTokenizer", "spoken", {"phonemize": False, "normalize": False}), ("MgpstrTokenizer", "shown", {}),
    ("EsmTokenizer", None, {}),
]  # fmt: skip


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]}-{','.join(map(str, case[2].items()))}")
def both(request, tmp_path_factory):
    """(ours, the reference's)."""
    name, vocabulary, settings = request.param
    place = folder(tmp_path_factory.mktemp("both"), name, {}, **settings)
    if name == "EsmTokenizer":
        tokens = ["<cls>", "<pad>", "<eos>", "<unk>", *"LAGVSERTIDPKQNFYMHWCXBUZO.-", "<null_1>", "<mask>"]
        (place / "vocab.txt").write_text("\n".join(tokens))
    elif vocabulary is not None:
        (place / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(VOCABULARIES[vocabulary])}))
    return AutoTokenizer.from_pretrained(place), getattr(transformers, name).from_pretrained(place)


def test_every_line(both):
    hold(*both)


def test_files_pass_between_the_libraries(both, tmp_path):
    pass_files(*both, tmp_path, LINES[::7])


FRAMES = [
    [0, 0, 6, 6, 0, 6, 7, 4, 4, 8, 0, 0, 9, 9, 4, 1, 1, 2, 3, 3, 5],
    [4, 4, 0, 7, 0, 7, 7, 4],
    [0, 0, 0],
    [],
    [4],
    [31, 32, 33, 4, 4, 31],
]
WAYS = [
    {}, {"skip_special_tokens": True}, {"group_tokens": False}, {"spaces_between_special_tokens": True}, {"output_char_offsets": True},
    {"output_word_offsets": True}, {"output_char_offsets": True, "output_word_offsets": True, "skip_special_tokens": True},
    {"output_word_offsets": True, "group_tokens": False}, {"clean_up_tokenization_spaces": True},
]  # fmt: skip


def speech(place, **settings):
    place = folder(place, "Wav2Vec2CTCTokenizer", {}, **settings)
    (place / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(VOCABULARIES["speech"])}))
    return AutoTokenizer.from_pretrained(place), transformers.Wav2Vec2CTCTokenizer.from_pretrained(place)


@pytest.mark.parametrize(
    "settings", [{}, {"do_lower_case": True}, {"replace_word_delimiter_char": "_"}, {"word_delimiter_token": "E"}], ids=str
)
def test_frames_become_text(tmp_path, settings):
    ours, theirs = speech(tmp_path, **settings)
    plain = lambda made: made if isinstance(made, (str, list)) else dict(made)
    for way in WAYS:
        for frames in FRAMES:
            assert plain(ours.decode(frames, **way)) == plain(theirs.decode(frames, **way)), way
        assert plain(ours.batch_decode(FRAMES, **way)) == plain(theirs.batch_decode(FRAMES, **way))
    made = ours.decode(FRAMES[0], output_word_offsets=True)
    assert made.text == made["text"] and made.word_offsets[0]["start_offset"] == 2
    assert ours.word_delimiter_token == theirs.word_delimiter_token and ours.word_delimiter_token_id == theirs.word_delimiter_token_id
    with pytest.raises(UnknownKeywordError, match="output_word_offsets"):
        ours.decode(FRAMES[0], output_word_offset=True)


def test_a_vocabulary_for_each_language(tmp_path):
    place = folder(tmp_path, "Wav2Vec2CTCTokenizer", {}, target_lang="deu")
    first = ["<pad>", "<s>", "</s>", "<unk>", "|"]
    nested = {"deu": [*first, *"AÄB"], "fra": [*first, *"AÉ"]}
    (place / "vocab.json").write_text(json.dumps({code: {token: i for i, token in enumerate(tokens)} for code, tokens in nested.items()}))
    ours, theirs = AutoTokenizer.from_pretrained(place), transformers.Wav2Vec2CTCTokenizer.from_pretrained(place)
    assert ours("ÄÉB A")["input_ids"] == theirs("ÄÉB A")["input_ids"]
    for tokenizer in (ours, theirs):
        tokenizer.set_target_lang("fra")
    assert ours("ÄÉB A")["input_ids"] == theirs("ÄÉB A")["input_ids"] and len(ours) == len(theirs)
    with pytest.raises(TokenizerError, match="no language 'eng'"):
        ours.set_target_lang("eng")
    with pytest.raises(TokenizerError, match="say which"):
        AutoTokenizer.from_pretrained(place, target_lang="xxx")


def test_bytes_that_are_no_text(tmp_path):
    for name in ("ByT5Tokenizer", "PerceiverTokenizer", "CanineTokenizer"):
        place = folder(tmp_path / name, name, {})
        ours, theirs = AutoTokenizer.from_pretrained(place), getattr(transformers, name).from_pretrained(place)
        for ids in (
            [200, 201, 100],
            [255],
            [230, 100, 200],
            list(range(20, 256, 7)),
            [57344, 100] if name == "CanineTokenizer" else [1, 2, 3],
        ):
            assert ours.decode(ids) == theirs.decode(ids)
            assert ours.convert_ids_to_tokens(ids) == theirs.convert_ids_to_tokens(ids)
    assert ours.convert_tokens_to_ids("日") == ord("日") and len(ours.get_vocab()) == len(ours)


@pytest.mark.skipif(find_spec("phonemizer") is not None, reason="phonemizer is installed")
def test_phonemes_need_a_package(tmp_path):
    place = folder(tmp_path, "VitsTokenizer", {})
    (place / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(VOCABULARIES["spoken"])}))
    ours = AutoTokenizer.from_pretrained(place)
    with pytest.raises(MissingDependencyError, match="pip install phonemizer"):
        ours("word")
    assert ours.decode([0, 2, 0, 3, 0]) == " a"


def test_offsets_point_into_the_text(both):
    ours, _ = both
    for line, spans in zip(LINES, ours(LINES, return_offsets_mapping=True)["offset_mapping"]):
        assert all(0 <= begin <= end <= len(line) for begin, end in spans)


def test_copies_and_threads(both):
    import pickle
    from concurrent.futures import ThreadPoolExecutor

    ours, _ = both
    wanted = ours(LINES[::4])["input_ids"]
    again = pickle.loads(pickle.dumps(ours))
    with ThreadPoolExecutor(4) as pool:
        assert all(ids == wanted for ids in pool.map(lambda _: again(LINES[::4])["input_ids"], range(6)))


def test_other_people_s_files(checkpoints, tmp_path):
    there = checkpoints / "_tokenizers-neural-api"
    for name in ("tiny_vits", "tiny_vits_example"):
        place = folder(tmp_path / name, "VitsTokenizer", {"vocab.json": there / f"{name}_tokenizer_vocab.json"})
        (place / "tokenizer_config.json").write_bytes((there / f"{name}_tokenizer_config.json").read_bytes())
        ours, theirs = AutoTokenizer.from_pretrained(place), transformers.VitsTokenizer.from_pretrained(place)
        assert ours(LINES)["input_ids"] == theirs(LINES)["input_ids"]
