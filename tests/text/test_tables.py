"""TAPAS's tables against the reference, which takes them as pandas's: ids, the seven numbers of each token, answers, rows that are dropped."""

import random

import pytest
from corpus import LINES, training_text
from parity import folder

from triform import AutoTokenizer
from triform.errors import TokenizerError, UnknownKeywordError

pytestmark = [
    pytest.mark.xdist_group("reference tokenizers"),
    pytest.mark.filterwarnings("ignore::FutureWarning"), pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]  # fmt: skip
transformers = pytest.importorskip("transformers")
pandas = pytest.importorskip("pandas")
if int(pandas.__version__.split(".")[0]) > 2:
    pytest.skip("the reference's TAPAS needs pandas 2", allow_module_level=True)

ACTORS = {
    "Actors": ["Brad Pitt", "Leonardo Di Caprio", "George Clooney"], "Age": ["56", "45", "59"], "Number of movies": ["87", "53", "69"],
    "date of birth": ["7 february 1967", "10 june 1996", "28 november 1967"],
}  # fmt: skip
MIXED = {
    "": ["1,000.50", "-3", ".5", "n/a"], "Year": ["1990", "1985s", "2001", "1699"], "when": ["Sept 3", "may 12, 2001", "March", "3rd"],
    "what": ["", "nan", "two or three", "first"], "naïve": ["日本", "[SEP]", "a_b", "!!"], "d": ["2001-02-03", "03-04-1999", "5.6.2010", "2010-13"],
}  # fmt: skip
QUESTIONS = [
    "How old is Brad Pitt?",
    "who was born after june 1967?",
    "more than 56 or 3,000 or two",
    "",
    "in 1990",
    "Hello [SEP] 45th",
    "who",
]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    from tokenizers import BertWordPieceTokenizer

    folder_ = tmp_path_factory.mktemp("tables")
    trained = BertWordPieceTokenizer()
    trained.train_from_iterator([*training_text(), "[EMPTY]"], vocab_size=1000, min_frequency=1, show_progress=False)
    trained.save_model(str(folder_))
    return folder(folder_, "TapasTokenizer", {})


@pytest.fixture(scope="module")
def both(place):
    return AutoTokenizer.from_pretrained(place), transformers.TapasTokenizer.from_pretrained(place)


def frame(table):
    return pandas.DataFrame.from_dict(table).astype(object)


def plain(made):
    import numpy as np

    return {name: np.asarray(value).tolist() if hasattr(value, "shape") else value for name, value in made.items()}


def same(ours, theirs, table, queries, **options):
    a, b = plain(ours(table=table, queries=queries, **options)), plain(theirs(table=frame(table), queries=queries, **options))
    assert list(a) == list(b) or set(a) == set(b)
    for name in b:
        assert str(a[name]) == str([list(row) if hasattr(row, "__len__") else row for row in b[name]]) or str(a[name]) == str(b[name]), name


@pytest.mark.parametrize("table", [ACTORS, MIXED], ids=["actors", "mixed"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_questions(both, table, question):
    same(*both, table, question)
    same(*both, table, question, return_special_tokens_mask=True, return_attention_mask=False)
    same(*both, table, question, padding="max_length", max_length=300)


def test_several_questions_and_answers(both):
    answers = {
        "answer_coordinates": [[(0, 1)], [(2, 0), (0, 0)], [(1, 1)]],
        "answer_text": [["56"], ["George Clooney", "Brad Pitt"], ["45"]],
    }
    same(*both, ACTORS, QUESTIONS[:3], padding=True)
    same(*both, ACTORS, QUESTIONS[:3], padding=True, **answers)
    same(*both, ACTORS, QUESTIONS[:3], padding=True, return_tensors="np", **answers)
    same(*both, ACTORS, QUESTIONS[0], answer_coordinates=[(0, 1)], answer_text=["56"])


@pytest.mark.parametrize("length", range(20, 150, 7))
def test_rows_are_dropped(both, length):
    ours, theirs = both
    try:
        theirs(table=frame(ACTORS), queries="who", truncation="drop_rows_to_fit", max_length=length)
    except ValueError:
        with pytest.raises(TokenizerError, match="Drop rows"):
            ours(table=ACTORS, queries="who", truncation="drop_rows_to_fit", max_length=length)
        return
    same(ours, theirs, ACTORS, "who", truncation="drop_rows_to_fit", max_length=length)


@pytest.mark.parametrize(
    "settings",
    [
        {"cell_trim_length": 3},
        {"strip_column_names": True},
        {"max_question_length": 3},
        {"min_question_length": 30},
        {"do_lower_case": False},
    ],
    ids=str,
)
def test_settings(place, settings):
    ours, theirs = AutoTokenizer.from_pretrained(place, **settings), transformers.TapasTokenizer.from_pretrained(place, **settings)
    same(ours, theirs, ACTORS, "How old is George?")
    same(ours, theirs, ACTORS, "How old is George?", truncation="drop_rows_to_fit", max_length=110)


def test_numbers_and_dates_of_all_kinds(both):
    """Columns of random values: their ranks and relations."""
    chance = random.Random(1)
    months = ["january", "Feb", "march", "sept", "Sep", "december", "Mon", "may"]
    days = lambda: chance.choice([str(chance.randrange(1, 40)), f"{chance.randrange(1, 9)}th", "first"])
    year = lambda: str(chance.choice([1600, 1700, 1812, 1999, 2016, 2119, 2121, 999]))
    kinds = [
        lambda: f"{chance.choice(months)} {days()}", lambda: f"{days()} {chance.choice(months)} {year()}", year, lambda: f"{year()}s",
        lambda: f"{chance.choice(months)} {days()}, {year()}", lambda: f"{year()}-{days()}", lambda: f"{year()}-{days()}-{days()}",
        lambda: f"{days()}.{days()}.{year()}", lambda: f"{days()}-{days()}-{year()}", lambda: f"{chance.randrange(10**6):,}",
        lambda: f"{chance.uniform(-9, 9):.2f}", lambda: f"${chance.randrange(99)}", lambda: f"{chance.randrange(9)}/{chance.randrange(9)}",
        lambda: chance.choice(["two", "twelfth", "none", "1e5", "inf", "nan", "+5", "- 5", "a 7", "5%", "1,00", "0.5.6"]),
        lambda: f"Monday, {chance.choice(months)} {days()}", lambda: f"{year()} {chance.choice(months)} {days()}",
    ]  # fmt: skip
    for _ in range(60):
        columns = [chance.sample(kinds, chance.choice((1, 1, 2))) for _ in range(3)]
        rows = chance.randrange(2, 5)
        table = {f"c{i}": [chance.choice(column)() for _ in range(rows)] for i, column in enumerate(columns)}
        same(*both, table, chance.choice(kinds)() + " and " + chance.choice(kinds)())


def test_every_line_as_question_and_cell(both):
    ours, theirs = both
    lines = [line for line in LINES if "\\x00" not in line and len(line) < 200]
    for start in range(0, len(lines) - 3, 4):
        same(ours, theirs, {"a": lines[start : start + 2], lines[start] or "b": lines[start + 2 : start + 4]}, lines[start + 1])


def test_tables_in_other_forms(both):
    ours, _ = both
    wanted = dict(ours(table=ACTORS, queries="who"))
    rows = [list(ACTORS), *map(list, zip(*ACTORS.values()))]
    assert dict(ours(table=rows, queries="who")) == wanted == dict(ours(table=frame(ACTORS), queries="who"))
    for table, match in (({"a": [1], "b": []}, "differ in length"), ([["a"], ["b", "c"]], "differ in length"), ("text", "table is a str")):
        with pytest.raises(TokenizerError, match=match):
            ours(table=table, queries="who")
    with pytest.raises(TokenizerError, match="give both"):
        ours(table=ACTORS, queries="who", answer_coordinates=[(0, 0)])
    with pytest.raises(UnknownKeywordError, match="truncation"):
        ours(table=ACTORS, queries="who", truncatoin=True)


def test_predictions(both):
    import numpy as np

    torch = pytest.importorskip("torch")
    ours, theirs = both
    inputs = theirs(table=frame(ACTORS), queries=QUESTIONS[:2], padding=True, return_tensors="pt")
    chance = np.random.default_rng(0)
    logits, aggregation = chance.normal(size=inputs["input_ids"].shape) + 0.3, chance.normal(size=(2, 4))
    wanted = theirs.convert_logits_to_predictions(inputs, torch.tensor(logits), torch.tensor(aggregation))
    found = ours.convert_logits_to_predictions(inputs, logits, aggregation)
    assert [sorted(cells) for cells in found[0]] == [sorted(cells) for cells in wanted[0]] and list(found[1]) == list(wanted[1])
    assert ours.convert_logits_to_predictions(inputs, logits) == (found[0],)


def test_files_pass_between_the_libraries(both, tmp_path):
    ours, theirs = both
    ours.save_pretrained(tmp_path / "ours")
    again = transformers.AutoTokenizer.from_pretrained(tmp_path / "ours")
    assert again(table=frame(ACTORS), queries="who")["input_ids"] == ours(table=ACTORS, queries="who")["input_ids"]
    theirs.save_pretrained(tmp_path / "theirs")
    assert dict(AutoTokenizer.from_pretrained(tmp_path / "theirs")(table=ACTORS, queries="who")) == dict(ours(table=ACTORS, queries="who"))
