"""SentencePiece files: read as the library reads them, refused where they are damaged; other people's; languages and endings that change."""

import contextlib
import random

import pytest
from corpus import LINES
from hypothesis import given, settings
from hypothesis import strategies as st
from parity import folder, hold, train_pieces

from triform import AutoTokenizer
from triform.errors import CorruptFileError, MissingFileError, TokenizerError, TriformError, UnknownKeywordError
from triform.text.charsmap import Charsmap
from triform.text.sentencepiece import read_model

pytestmark = pytest.mark.xdist_group("reference tokenizers")
pytest.importorskip("sentencepiece")

KINDS = {
    "unigram": {"model_type": "unigram", "vocab_size": 600},
    "bpe": {"model_type": "bpe", "vocab_size": 900, "byte_fallback": True, "user_defined_symbols": ["<own>"], "control_symbols": ["<control>"],
            "unk_surface": " ?? ", "add_dummy_prefix": False, "remove_extra_whitespaces": False},
    "word": {"model_type": "word", "vocab_size": 600},
}  # fmt: skip


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    place = tmp_path_factory.mktemp("models")
    return {name: train_pieces(place / f"{name}.model", **options) for name, options in KINDS.items()}


@pytest.mark.parametrize("name", KINDS)
def test_everything_is_read(models, name):
    from sentencepiece import sentencepiece_model_pb2

    theirs = sentencepiece_model_pb2.ModelProto()
    theirs.ParseFromString(models[name].read_bytes())
    ours = read_model(models[name])
    trainer, normalizer = theirs.trainer_spec, theirs.normalizer_spec
    assert ours.pieces == [(piece.piece, piece.score, piece.type) for piece in theirs.pieces]
    assert (ours.algorithm, ours.byte_fallback, ours.unk_surface) == (trainer.model_type, trainer.byte_fallback, trainer.unk_surface)
    assert ours.charsmap == normalizer.precompiled_charsmap and ours.add_dummy_prefix == normalizer.add_dummy_prefix
    assert ours.remove_extra_whitespaces == normalizer.remove_extra_whitespaces and ours.unk_id == trainer.unk_id


def test_pieces_may_be_written_in_any_order(tmp_path):
    piece = lambda text, kind: b"\x18" + bytes([kind]) + b"\x15\x00\x00\x80\xbf\x0a" + bytes([len(text)]) + text
    pieces = b"".join(b"\x0a" + bytes([len(one)]) + one for one in (piece(b"<unk>", 2), piece(b"a" * 40, 1)))
    (tmp_path / "m").write_bytes(b"\x22\x02\x0a\x00" + pieces)
    assert read_model(tmp_path / "m").pieces == [("<unk>", -1.0, 2), ("a" * 40, -1.0, 1)]


@pytest.mark.parametrize(("data", "match"), [
    (b"", "0 of its 0 pieces"), (b"\x0a\xff\xff\xff\xff\x0f", "bytes more than there are"), (b"\x0b", "of no known kind"),
    (b"\x0a\x80", "cut off"), (b"\xff" * 12, "cut off"), (b"\x0a\x04\x0a\x02\xff\xfe", "utf-8"), (b"\x08\x01", "a number stands where"),
    (b"\x0a\x07\x15\x00\x00\x80\x7f\x18\x02", "score inf"), (b"\x12\x02\x18\x09\x0a\x02\x18\x02", "algorithm is 9"),
    (b"version https://git-lfs.github.com/spec/v1\n", "git-lfs pointer"), (b'{"a": 1}' * 20, "SentencePiece model"),
])  # fmt: skip
def test_what_is_no_model(tmp_path, data, match):
    place = folder(tmp_path / "t5", "T5Tokenizer", {})
    (place / "spiece.model").write_bytes(data)
    with pytest.raises(CorruptFileError, match=match) as raised:
        AutoTokenizer.from_pretrained(place)
    assert "spiece.model" in str(raised.value)


def test_truncated_and_flipped(models, tmp_path):
    """Any damage gives an error of ours, or a tokenizer that works."""
    chance = random.Random(0)
    for name in ("unigram", "bpe"):
        whole = models[name].read_bytes()
        place = folder(tmp_path / name, "T5Tokenizer", {})
        for i in range(60):
            data = bytearray(whole)
            if i % 2:
                del data[chance.randrange(len(data)) :]
            for _ in range(chance.choice((0, 1, 20))):
                if data:
                    data[chance.randrange(min(len(data), 12000))] = chance.randrange(256)
            (place / "spiece.model").write_bytes(data)
            try:
                tokenizer = AutoTokenizer.from_pretrained(place, extra_ids=0)
                tokenizer.decode(tokenizer("Hello, naïve w\u0302orld")["input_ids"])
            except TriformError as error:
                assert str(error)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80), st.text(max_size=10))
def test_damaged_tables_of_characters(table, text):
    with contextlib.suppress(CorruptFileError):
        Charsmap(table).replaced(text)


def test_words_alone_are_refused(models, tmp_path):
    with pytest.raises(TokenizerError, match="whole words alone"):
        AutoTokenizer.from_pretrained(folder(tmp_path, "T5Tokenizer", {"spiece.model": models["word"]}))


@pytest.mark.parametrize(("name", "wanted"), [
    ("T5Tokenizer", "tokenizer.json or spiece.model"), ("MarianTokenizer", "source.spm and target.spm and vocab.json"),
    ("XLMRobertaTokenizer", "sentencepiece.bpe.model"), ("M2M100Tokenizer", "vocab.json and sentencepiece.bpe.model"),
])  # fmt: skip
def test_missing_files_are_named(tmp_path, name, wanted):
    with pytest.raises(MissingFileError, match=wanted):
        AutoTokenizer.from_pretrained(folder(tmp_path, name, {}))


def test_typing_slips(models, tmp_path):
    place = folder(tmp_path, "MBartTokenizer", {"sentencepiece.bpe.model": models["unigram"]})
    with pytest.raises(UnknownKeywordError, match="src_lang"):
        AutoTokenizer.from_pretrained(place, src_langg="fr_XX")
    assert AutoTokenizer.from_pretrained(place, src_lang="fr_XX").src_lang == "fr_XX"


def test_languages_change(models, tmp_path):
    transformers = pytest.importorskip("transformers")
    for name, codes in (
        ("MBartTokenizer", ("fr_XX", "de_DE")),
        ("MBart50Tokenizer", ("fr_XX", "de_DE")),
        ("NllbTokenizer", ("fra_Latn", "deu_Latn")),
    ):
        place = folder(tmp_path / name, name, {"sentencepiece.bpe.model": models["unigram"]})
        ours, theirs = AutoTokenizer.from_pretrained(place), getattr(transformers, f"{name}Fast").from_pretrained(place)
        with pytest.raises(TokenizerError, match="text_target needs a language"):
            ours("a", text_target="b")
        for tokenizer in (ours, theirs):
            tokenizer.src_lang, tokenizer.tgt_lang = codes
        some = LINES[60:80]
        assert dict(ours(some, text_target=some[::-1])) == dict(theirs(some, text_target=some[::-1]))
        assert ours(text_target=some)["input_ids"] == theirs(text_target=some)["input_ids"]
        assert ours(some)["input_ids"] == theirs(some)["input_ids"]
        with pytest.raises(TokenizerError, match="no language 'fr'"):
            ours.tgt_lang = "fr"
        assert (ours.src_lang, ours.tgt_lang) == codes


def test_beginnings_and_endings_change(models, tmp_path):
    transformers = pytest.importorskip("transformers")
    place = folder(tmp_path, "LlamaTokenizer", {"tokenizer.model": models["unigram"]}, legacy=False)
    ours, theirs = AutoTokenizer.from_pretrained(place), transformers.LlamaTokenizerFast.from_pretrained(place)
    for begin, end in ((True, True), (False, True), (False, False)):
        for tokenizer in (ours, theirs):
            tokenizer.add_bos_token, tokenizer.add_eos_token = begin, end
        assert dict(ours(LINES[50:60], LINES[60:70])) == dict(theirs(LINES[50:60], LINES[60:70]))
        assert (ours.add_bos_token, ours.add_eos_token) == (begin, end)


def test_other_people_s_model(checkpoints, tmp_path):
    """Llama's 32,000 pieces, from tokenizer.model alone and beside tokenizer.json."""
    transformers = pytest.importorskip("transformers")
    there = checkpoints / "llama-basaran"
    place = folder(tmp_path / "model", "LlamaTokenizer", {"tokenizer.model": there / "tokenizer.model"})
    ours, theirs = AutoTokenizer.from_pretrained(place), transformers.LlamaTokenizerFast.from_pretrained(place)
    assert ours.resolution.endswith("tokenizer.model")
    hold(ours, theirs)
    hold(AutoTokenizer.from_pretrained(there), transformers.AutoTokenizer.from_pretrained(there))


def test_other_people_s_mistake(checkpoints):
    """A checkpoint of ALBERT with BERT's vocabulary: said, and readable as what it is."""
    with pytest.raises(MissingFileError, match=r"spiece\.model"):
        AutoTokenizer.from_pretrained(checkpoints / "albert-rxnmapper")
    assert len(AutoTokenizer.from_pretrained(checkpoints / "albert-rxnmapper", tokenizer_type="bert")) == 591
