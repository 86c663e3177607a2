"""`triform run` on checkpoints like RoBERTa's, which have learnt something: what it says is right, and can be read."""

import json
import os
import subprocess
import sys

import pytest

import triform
from triform.tasks.run import Wishes, run_task

torch = pytest.importorskip("torch")

CITIES = {"Paris": "France", "Rome": "Italy", "Madrid": "Spain", "Athens": "Greece"}
PEOPLE = ["Anna Smith", "Bartholomew Jones", "Zelda", "Tom Brown"]
GOOD, BAD = ["lovely", "wonderful", "great"], ["awful", "boring", "terrible"]
SIZES = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48, "max_position_embeddings": 40,
    "type_vocab_size": 1, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0,
}  # fmt: skip


def sentences() -> list[str]:
    capitals = [f"{city} is the capital of {country}." for city, country in CITIES.items()]
    homes = [f"{person} lives in {city}." for person in PEOPLE for city in CITIES]
    return [*capitals, *homes, *(f"The film was {word}." for word in (*GOOD, *BAD)), "Where does she live?"]


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    """Byte-level pieces that leave rare names in several parts."""
    from tokenizers import ByteLevelBPETokenizer

    folder = tmp_path_factory.mktemp("tokenizer")
    engine = ByteLevelBPETokenizer()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    engine.train_from_iterator(sentences(), vocab_size=330, min_frequency=2, special_tokens=special, show_progress=False)
    engine.save_model(str(folder))
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "RobertaTokenizer"}))
    return triform.AutoTokenizer.from_pretrained(folder)


def learn(task, tokenizer, folder, inputs, **options):
    """A checkpoint that knows its texts by heart."""
    config = triform.RobertaConfig(vocab_size=len(tokenizer), **SIZES, **options)
    model = getattr(triform, f"AutoModel{task}").from_config(config, seed=3)
    optimiser = torch.optim.Adam(model.parameters(), 5e-3)
    for _ in range(150):
        optimiser.zero_grad()
        loss = model(**inputs).loss
        loss.backward()
        optimiser.step()
    assert loss < 0.05
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def batch(tokenizer, *texts):
    return tokenizer(*texts, padding=True, return_tensors="pt")


@pytest.fixture(scope="module")
def filler(tokenizer, tmp_path_factory):
    texts = [text for text in sentences() if "capital" in text]
    inputs = batch(tokenizer, [text.replace(text.split()[0], "<mask>") for text in texts])
    labels = torch.full_like(inputs["input_ids"], -100)
    labels[inputs["input_ids"] == tokenizer.mask_token_id] = torch.tensor([tokenizer(text)["input_ids"][1] for text in texts])
    return learn("ForMaskedLM", tokenizer, tmp_path_factory.mktemp("filler"), {**inputs, "labels": labels})


@pytest.fixture(scope="module")
def critic(tokenizer, tmp_path_factory):
    inputs = batch(tokenizer, [f"The film was {word}." for word in (*GOOD, *BAD)])
    labels = torch.tensor([0] * len(GOOD) + [1] * len(BAD))
    folder = tmp_path_factory.mktemp("critic")
    return learn("ForSequenceClassification", tokenizer, folder, {**inputs, "labels": labels}, id2label={0: "good", 1: "bad"})


@pytest.fixture(scope="module")
def tagger(tokenizer, tmp_path_factory):
    """As fine-tuning does it: the first piece of a word has a label, and nothing is said of the others."""
    names = {0: "O", 1: "B-PER", 2: "I-PER", 3: "B-LOC"}
    texts = [text for text in sentences() if "lives" in text]
    inputs = batch(tokenizer, texts)
    labels = torch.full_like(inputs["input_ids"], -100)
    for row, text in enumerate(texts):
        people = text.partition(" lives in ")[0]
        marks = [1, *([2] * people.count(" ")), 0, 0, 3, 0]
        seen = -1
        for place, word in enumerate(inputs[row].word_ids):
            if word is not None and word != seen:
                labels[row, place], seen = marks[word], word
    folder = tmp_path_factory.mktemp("tagger")
    return learn("ForTokenClassification", tokenizer, folder, {**inputs, "labels": labels}, id2label=names)


@pytest.fixture(scope="module")
def reader(tokenizer, tmp_path_factory):
    texts = [text for text in sentences() if "lives" in text]
    inputs = batch(tokenizer, ["Where does she live?"] * len(texts), texts)
    places = []
    for row, text in enumerate(texts):
        begin = text.index(" in ") + 4
        inside = [p for p, (s, e) in enumerate(inputs[row].offsets) if inputs[row].sequence_ids[p] == 1 and e > begin and s < len(text) - 1]
        places.append((inside[0], inside[-1]))
    starts, ends = torch.tensor(places).T
    folder = tmp_path_factory.mktemp("reader")
    return learn("ForQuestionAnswering", tokenizer, folder, {**inputs, "start_positions": starts, "end_positions": ends})


def test_fill_mask(filler, backend):
    said = run_task(filler, [f"<mask> is the capital of {country}." for country in CITIES.values()], backend=backend, wishes=Wishes(top=2))
    assert said.cls == "RobertaForMaskedLM" and said.columns == ("word", "score", "text")
    for (city, country), rows in zip(CITIES.items(), said.rows):
        word, score, text = rows[0]
        assert (word, text) == (city, f"{city} is the capital of {country}.") and score > 0.8 > rows[1][1]


def test_a_mask_beyond_what_the_model_reads_is_refused(filler):
    with pytest.raises(triform.errors.InputError, match="<mask> stands behind the 38 tokens"):
        run_task(filler, ["Paris " * 40 + "is <mask>."])


def test_classification(critic, backend):
    said = run_task(critic, ["The film was lovely.", "The film was terrible."], backend=backend)
    assert [rows[0][0] for rows in said.rows] == ["good", "bad"] and all(rows[0][1] > 0.8 for rows in said.rows)


def test_entities_are_whole_words(tagger, tokenizer, backend):
    text = "Bartholomew Jones lives in Athens."
    assert len(tokenizer.tokenize("Bartholomew")) > 1, "a name in several pieces"
    said = run_task(tagger, [text, "Zelda lives in Rome."], backend=backend)
    assert [row[:4] for row in said.rows[0]] == [("PER", "Bartholomew Jones", 0, 17), ("LOC", "Athens", 27, 33)]
    assert [row[:4] for row in said.rows[1]] == [("PER", "Zelda", 0, 5), ("LOC", "Rome", 15, 19)]
    assert all(row[4] > 0.8 for rows in said.rows for row in rows)


def test_question_answering(reader, backend):
    text = "Tom Brown lives in Madrid."
    said = run_task(reader, [text], backend=backend, wishes=Wishes(top=3, question="Where does she live?"))
    answer, start, end, score = said.rows[0][0]
    assert (answer, start, end) == ("Madrid", 19, 25) == (text[start:end], start, end) and 0.8 < score <= 1
    assert score >= said.rows[0][1][3] >= said.rows[0][2][3]


def test_similarity(tokenizer, tmp_path, backend):
    """An encoder that has learnt nothing goes by the words that texts share."""
    config = triform.RobertaConfig(vocab_size=len(tokenizer), **SIZES)
    triform.AutoModel.from_config(config, seed=3).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    texts = ["Paris is the capital of France.", "The film was awful.", "Rome is the capital of Italy."]
    said = run_task(str(tmp_path), texts, backend=backend)
    assert (said.task, said.cls) == ("similarity", "RobertaModel")
    assert said.rows[0][0][0] == texts[2] and said.rows[2][0][0] == texts[0]
    assert 1 >= said.rows[0][0][1] > said.rows[0][1][1]


def test_inputs_that_a_model_does_not_take_are_left_out(tokenizer, tmp_path):
    """A tokenizer that gives segments, beside a model that has none."""
    config = triform.DistilBertConfig(vocab_size=len(tokenizer), dim=32, n_layers=1, n_heads=4, hidden_dim=48)
    triform.AutoModel.from_config(config, seed=3).save_pretrained(tmp_path)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "paris", "rome"]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    (tmp_path / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer"}')
    said = run_task(str(tmp_path), ["paris", "rome", "paris rome"])
    assert said.cls == "DistilBertModel" and len(said.rows) == 3


def test_the_command_line_says_it_readably(tagger):
    code = "import sys; from triform.cli import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", code, "run", tagger, "Anna Smith lives in Paris."]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "COLUMNS": "120"})
    assert done.returncode == 0, done.stderr
    for word in ("entity", "PER", "Anna Smith", "LOC", "Paris"):
        assert word in done.stdout
