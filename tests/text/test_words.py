"""Families that merge the letters of words against the reference: GPT and HerBERT (fast classes), CTRL, XLM and their kin (slow ones only)."""

import json

import pytest
from corpus import LINES, training_text
from parity import folder, hold, pass_files

from triform import AutoTokenizer
from triform.errors import MissingDependencyError, TokenizerError

pytestmark = pytest.mark.xdist_group("reference tokenizers")
transformers = pytest.importorskip("transformers")

TENS = [f"<special{i}>" for i in range(10)]
PAIR, CODES = {"vocab.json": "xlm", "merges.txt": "merges"}, {"vocab.txt": "counted", "bpe.codes": "codes"}
AT = {"vocab.json": "at", "merges.txt": "merges"}
TWO = {"vocab-src.json": "xlm", "vocab-tgt.json": "target", "merges.txt": "codes"}
CASES = [
    ("OpenAIGPTTokenizer", {"vocab.json": "plain", "merges.txt": "merges"}, {}), ("HerbertTokenizer", PAIR, {}),
    ("RoFormerTokenizer", {"vocab.txt": "vocab"}, {}), ("RoFormerTokenizer", {"vocab.txt": "vocab"}, {"do_lower_case": False}),
    ("CTRLTokenizer", AT, {}), ("BlenderbotSmallTokenizer", AT, {}),
    ("PhobertTokenizer", CODES, {}), ("BertweetTokenizer", CODES, {}),
    ("XLMTokenizer", PAIR, {}), ("XLMTokenizer", PAIR, {"do_lowercase_and_remove_accent": False}),
    ("FlaubertTokenizer", PAIR, {}), ("FlaubertTokenizer", PAIR, {"do_lowercase": True}), ("BioGptTokenizer", PAIR, {}),
    ("FSMTTokenizer", TWO, {"langs": ["en", "de"]}), ("FSMTTokenizer", TWO, {"langs": ["ru", "en"], "do_lower_case": True}),
]  # fmt: skip
NEEDED = {
    "XLMTokenizer": "sacremoses", "FlaubertTokenizer": "sacremoses", "BioGptTokenizer": "sacremoses", "FSMTTokenizer": "sacremoses",
    "RoFormerTokenizer": "rjieba",
}  # fmt: skip
FAST = ("OpenAIGPTTokenizer", "HerbertTokenizer", "RoFormerTokenizer")
CHINESE = ["今天天气非常好", "北京大学生喜欢上海自来水来自海上", "我来到北京清华大学, then home.", "机器学习 and 深度学习"]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Merges of letters, and vocabularies in each way that families write theirs."""
    from tokenizers import CharBPETokenizer

    place = tmp_path_factory.mktemp("words")
    trained = CharBPETokenizer(lowercase=False, unk_token="<unk>")
    trained.train_from_iterator(training_text(), vocab_size=1000, min_frequency=2, show_progress=False, limit_alphabet=150)
    trained.save_model(str(place), "char")
    (place / "merges").write_bytes((place / "char-merges.txt").read_bytes())
    lines = (place / "merges").read_text().split("\n")[1:]
    (place / "codes").write_text("".join(f"{line} 17\n" for line in lines if line))
    plain = list(json.loads((place / "char-vocab.json").read_text()))
    pieces = plain[1:]
    at = dict.fromkeys(piece.removesuffix("</w>") if piece.endswith("</w>") else f"{piece}@@" for piece in pieces)
    xlm = ["<s>", "</s>", "<pad>", "<unk>", *TENS, *pieces]
    small = ["__null__", "__start__", "__end__", "__unk__", "<unk>", "__newln__", *at]
    for name, tokens in (("plain", plain), ("at", small), ("xlm", xlm), ("target", [*xlm[:14], *pieces[::-2]])):
        (place / name).write_text(json.dumps({token: i for i, token in enumerate(tokens)}))
    (place / "counted").write_text("".join(f"{piece} {i}\n" for i, piece in enumerate(at)))
    from tokenizers import BertWordPieceTokenizer

    words = BertWordPieceTokenizer(lowercase=False)
    words.train_from_iterator([*training_text(), *CHINESE], vocab_size=1200, min_frequency=1, show_progress=False)
    words.save_model(str(place), "bert")
    known = (place / "bert-vocab.txt").read_text()
    (place / "vocab").write_text(known + "今天\n北京\n大学生\n天气\n机器\n学习\n")
    return place


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]}-{','.join(map(str, case[2].items()))}")
def both(request, files, tmp_path_factory):
    """(ours, the reference's)."""
    name, wanted, settings = request.param
    if name in NEEDED:
        pytest.importorskip(NEEDED[name])
    place = folder(tmp_path_factory.mktemp("both"), name, {to: files / which for to, which in wanted.items()}, **settings)
    kind = getattr(transformers, f"{name}Fast" if name in FAST else name)
    return AutoTokenizer.from_pretrained(place), kind.from_pretrained(place)


def test_every_line(both):
    ours, theirs = both
    hold(ours, theirs)
    assert ours(CHINESE)["input_ids"] == theirs(CHINESE)["input_ids"]


def test_files_pass_between_the_libraries(both, tmp_path):
    pass_files(*both, tmp_path, LINES[::7])


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


def test_long_words_take_no_long_time(both):
    ours, _ = both
    assert len(ours("ab" * 20000)["input_ids"]) > 0 and len(ours("日" * 20000)["input_ids"]) > 0


@pytest.mark.parametrize(("name", "text", "match"), [
    ("merges.txt", "a b c d\n", "line 1: 'a b c d' is no pair"), ("merges.txt", "\udcff", "not UTF-8"), ("vocab.json", "[1]", "no mapping of pieces"),
])  # fmt: skip
def test_damaged_files(files, tmp_path, name, text, match):
    place = folder(tmp_path, "CTRLTokenizer", {to: files / which for to, which in AT.items()})
    (place / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(TokenizerError, match=match):
        AutoTokenizer.from_pretrained(place)


def test_two_languages_are_needed(files, tmp_path):
    place = folder(tmp_path, "FSMTTokenizer", {to: files / which for to, which in TWO.items()})
    with pytest.raises(TokenizerError, match="langs is None"):
        AutoTokenizer.from_pretrained(place)


def test_moses_is_a_package(files, tmp_path, monkeypatch):
    import sys

    from triform.text.moses import moses

    monkeypatch.setitem(sys.modules, "sacremoses", None)
    moses.cache_clear()
    ours = AutoTokenizer.from_pretrained(folder(tmp_path, "XLMTokenizer", {to: files / which for to, which in PAIR.items()}))
    with pytest.raises(MissingDependencyError, match="pip install sacremoses"):
        ours("word")
    assert ours.decode([20]) is not None
