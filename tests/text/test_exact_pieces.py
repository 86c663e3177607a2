"""Families whose reference calls SentencePiece itself (it has no fast class for them): M2M100, Marian, PLBart, the speech models."""

import json

import pytest
from corpus import LINES, training_text
from parity import folder, hold, pass_files, train_pieces

from triform import AutoTokenizer, M2M100Tokenizer
from triform.errors import TokenizerError
from triform.text import language_codes as codes
from triform.text.charsmap import Normalizer
from triform.text.exact import Pieces
from triform.text.sentencepiece import read_model

pytestmark = pytest.mark.xdist_group("reference tokenizers")
transformers = pytest.importorskip("transformers")
sentencepiece = pytest.importorskip("sentencepiece")

MODELS = {
    "source": {"model_type": "unigram", "vocab_size": 700},
    "target": {"model_type": "unigram", "vocab_size": 600},
    "bpe": {"model_type": "bpe", "vocab_size": 900, "byte_fallback": True, "user_defined_symbols": ["word", "or"]},
    "as_is": {"model_type": "bpe", "vocab_size": 900, "normalization_rule_name": "identity", "remove_extra_whitespaces": False},
    "char": {"model_type": "char", "vocab_size": 1200, "bos_id": 0, "pad_id": 1, "eos_id": 2, "unk_id": 3},
}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Models by name, and vocabularies that lack some of their pieces."""
    place = tmp_path_factory.mktemp("models")
    paths = {name: train_pieces(place / f"{name}.model", **options) for name, options in MODELS.items()}
    source, target = (read_model(paths[name]).of_kind(1) for name in ("source", "target"))
    fairseq = ["<s>", "<pad>", "</s>", "<unk>", *(piece for piece in source if piece not in ("▁the", "er", "▁,"))]
    marian = dict.fromkeys(["</s>", "<unk>", ">>fr<<", *source[3:], *target, "<pad>"])
    for name, tokens in (("fairseq", fairseq), ("marian", marian)):
        paths[name] = place / f"{name}.json"
        paths[name].write_text(json.dumps({token: i for i, token in enumerate(tokens)}))
    paths["counted"] = place / "dict.txt"
    paths["counted"].write_text("".join(f"{piece} {i}\n" for i, piece in enumerate(source[3:400]) if piece.split() == [piece]))
    return paths


TWO = {"vocab.json": "fairseq", "sentencepiece.bpe.model": "source"}
ONE = {"sentencepiece.bpe.model": "source"}
SPM = {"vocab.json": "marian", "source.spm": "source", "target.spm": "target"}
CASES = [
    ("M2M100Tokenizer", TWO, {"tgt_lang": "fr"}),
    ("M2M100Tokenizer", TWO, {"src_lang": "de", "additional_special_tokens": [f"__{code}__" for code in codes.M2M100]}),
    ("MarianTokenizer", SPM, {"source_lang": "en", "target_lang": "de"}),
    ("PLBartTokenizer", ONE, {"src_lang": "java", "tgt_lang": "en_XX"}),
    ("PLBartTokenizer", ONE, {"src_lang": "__python__", "tgt_lang": "go", "language_codes": "multi"}),
    ("Speech2TextTokenizer", TWO, {}), ("Speech2TextTokenizer", TWO, {"do_lower_case": True, "do_upper_case": True}),
    ("BartphoTokenizer", {"sentencepiece.bpe.model": "source", "dict.txt": "counted"}, {}), ("XLMProphetNetTokenizer", {"prophetnet.tokenizer": "source"}, {}), ("SpeechT5Tokenizer", {"spm_char.model": "char"}, {}), ("BertGenerationTokenizer", {"spiece.model": "source"}, {}),
    ("SiglipTokenizer", {"spiece.model": "source"}, {}), ("SiglipTokenizer", {"spiece.model": "as_is"}, {"do_lower_case": False}),
    ("BertGenerationTokenizer", {"spiece.model": "bpe"}, {}), ("BertGenerationTokenizer", {"spiece.model": "as_is"}, {}),
]  # fmt: skip


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]}-{','.join(case[2])}-{'-'.join(case[1].values())}")
def both(request, files, tmp_path_factory):
    """(ours, the reference's)."""
    name, wanted, settings = request.param
    place = folder(tmp_path_factory.mktemp("both"), name, {to: files[which] for to, which in wanted.items()}, **settings)
    return AutoTokenizer.from_pretrained(place), getattr(transformers, name).from_pretrained(place)


def test_every_line(both):
    ours, theirs = both
    hold(ours, theirs, sized=not isinstance(ours, M2M100Tokenizer))  # the reference counts no languages that its files do not list


def test_targets(both):
    ours, theirs = both
    for name in ("src_lang", "tgt_lang"):
        assert getattr(ours, name, None) == getattr(theirs, name, None) or type(ours).__name__ == "PLBartTokenizer"
    if getattr(theirs, "tgt_lang", "none") is None:
        ours.tgt_lang = theirs.tgt_lang = "fr"
    some = LINES[60:90]
    assert dict(ours(some, text_target=some[::-1])) == dict(theirs(some, text_target=some[::-1]))
    assert ours(text_target=some)["input_ids"] == theirs(text_target=some)["input_ids"]
    assert ours(some)["input_ids"] == theirs(some)["input_ids"]


def test_offsets_point_into_the_text(both):
    ours, _ = both
    made = ours(LINES, return_offsets_mapping=True)
    for line, spans in zip(LINES, made["offset_mapping"]):
        assert all(0 <= begin <= end <= len(line) for begin, end in spans)
    line = "naïve ﬁne 日本"
    words = [line[begin:end] for begin, end in ours(line, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]]
    assert "".join(words).replace(" ", "") == line.replace(" ", "")


def test_a_copy_is_the_same(both):
    import copy
    import pickle

    ours, _ = both
    for again in (pickle.loads(pickle.dumps(ours)), copy.deepcopy(ours)):
        assert again(LINES)["input_ids"] == ours(LINES)["input_ids"] and again.decode(again("a b")["input_ids"]) == ours.decode(
            ours("a b")["input_ids"]
        )


def test_files_pass_between_the_libraries(both, tmp_path):
    pass_files(*both, tmp_path, LINES[::7])


@pytest.mark.parametrize("name", MODELS)
def test_pieces_are_those_of_sentencepiece(files, name):
    from hypothesis import given, settings
    from hypothesis import strategies as st

    model = read_model(files[name])
    theirs, ours, normalizer = sentencepiece.SentencePieceProcessor(str(files[name])), Pieces(model), Normalizer(model)

    @settings(max_examples=300, deadline=None)
    @given(st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(" \u0301\u1112\u1161\u11abeo.word")), max_size=40))
    def same(text):
        assert normalizer(text)[0] == theirs.normalize(text)
        pieces = [piece for piece, _, _ in ours.cut(text)]
        assert pieces == theirs.encode(text, out_type=str)
        assert ours.join(pieces) == theirs.decode(pieces)

    same()
    for line in training_text():
        pieces = [piece for piece, _, _ in ours.cut(line)]
        assert pieces == theirs.encode(line, out_type=str) and ours.join(pieces) == theirs.decode(pieces)


def test_languages_that_are_not_there(files, tmp_path):
    place = folder(tmp_path / "m2m", "M2M100Tokenizer", {to: files[which] for to, which in TWO.items()})
    ours = AutoTokenizer.from_pretrained(place)
    with pytest.raises(TokenizerError, match="text_target needs a language"):
        ours("a", text_target="b")
    with pytest.raises(TokenizerError, match="no language 'engl'"):
        ours.src_lang = "engl"
    assert ours.src_lang == "en" and ours.get_lang_id("fr") == ours.convert_tokens_to_ids("__fr__")
    with pytest.raises(TokenizerError, match="no language 'xx'"):
        AutoTokenizer.from_pretrained(place, src_lang="xx")
