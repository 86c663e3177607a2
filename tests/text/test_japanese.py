"""Japanese BERT against the reference (a slow class): each splitter of words with each kind of parts."""

import pytest
from corpus import LINES, training_text
from parity import folder, hold, pass_files, train_pieces

from triform import AutoTokenizer
from triform.errors import MissingDependencyError, TokenizerError

pytestmark = [pytest.mark.xdist_group("reference tokenizers"), pytest.mark.filterwarnings("ignore::DeprecationWarning")]
transformers = pytest.importorskip("transformers")

JAPANESE = [
    "東京都は日本の首都です。", "吾輩は猫である。名前はまだ無い。", "ＡＢＣ　カタカナ ﾊﾝｶｸ Hello World", "  空白  テスト ", "すもももももももものうち",
    "外国人参政権", "自然言語処理の[MASK]が好きです", "㍿①Ⅳ ガギグ",
]  # fmt: skip
CASES = [
    (None, {}), (None, {"do_lower_case": True, "subword_tokenizer_type": "character"}),
    ("fugashi", {"word_tokenizer_type": "mecab"}), ("fugashi", {"word_tokenizer_type": "mecab", "mecab_kwargs": {"mecab_dic": "ipadic"}}),
    ("fugashi", {"word_tokenizer_type": "mecab", "subword_tokenizer_type": "character", "do_lower_case": True}),
    ("fugashi", {"word_tokenizer_type": "mecab", "mecab_kwargs": {"normalize_text": False}}),
    ("fugashi", {"word_tokenizer_type": "mecab", "do_subword_tokenize": False}),
    ("sudachipy", {"word_tokenizer_type": "sudachi", "sudachi_kwargs": {"sudachi_split_mode": "C", "trim_whitespace": True}}),
    (None, {"subword_tokenizer_type": "sentencepiece"}), (None, {"subword_tokenizer_type": "sentencepiece", "do_lower_case": True}),
]  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    from tokenizers import BertWordPieceTokenizer

    place = tmp_path_factory.mktemp("japanese")
    trained = BertWordPieceTokenizer(lowercase=False, handle_chinese_chars=False)
    trained.train_from_iterator(
        [*training_text(), *JAPANESE * 3, *" ".join(JAPANESE)], vocab_size=1500, min_frequency=1, show_progress=False
    )
    trained.save_model(str(place))
    pytest.importorskip("sentencepiece")
    return {"vocab.txt": place / "vocab.txt", "spiece.model": train_pieces(place / "spiece.model", model_type="unigram", vocab_size=700)}


@pytest.fixture(scope="module", params=CASES, ids=lambda case: ",".join(map(str, case[1].items())))
def both(request, files, tmp_path_factory):
    """(ours, the reference's)."""
    package, settings = request.param
    if package is not None:
        pytest.importorskip(package)
    name = "spiece.model" if settings.get("subword_tokenizer_type") == "sentencepiece" else "vocab.txt"
    place = folder(tmp_path_factory.mktemp("both"), "BertJapaneseTokenizer", {name: files[name]}, **settings)
    return AutoTokenizer.from_pretrained(place), transformers.BertJapaneseTokenizer.from_pretrained(place)


def test_every_line(both):
    hold(*both, [*LINES, *JAPANESE])


def test_files_pass_between_the_libraries(both, tmp_path):
    pass_files(*both, tmp_path, [*LINES[::7], *JAPANESE])


def test_copies(both):
    import pickle

    ours, _ = both
    assert pickle.loads(pickle.dumps(ours))(JAPANESE)["input_ids"] == ours(JAPANESE)["input_ids"]
    for line, spans in zip(JAPANESE, ours(JAPANESE, return_offsets_mapping=True)["offset_mapping"]):
        assert all(0 <= begin <= end <= len(line) for begin, end in spans)


def test_what_cannot_be(files, tmp_path, monkeypatch):
    import sys

    place = folder(tmp_path, "BertJapaneseTokenizer", {"vocab.txt": files["vocab.txt"]})
    with pytest.raises(TokenizerError, match=r"word_tokenizer_type is 'mecabb'\. Did you mean 'mecab'"):
        AutoTokenizer.from_pretrained(place, word_tokenizer_type="mecabb")
    for kind, module, package in (("mecab", "fugashi", "fugashi"), ("sudachi", "sudachipy", "sudachipy"), ("jumanpp", "rhoknp", "rhoknp")):
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(MissingDependencyError, match=f"pip install {package}"):
            AutoTokenizer.from_pretrained(place, word_tokenizer_type=kind)
