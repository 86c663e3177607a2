"""Texts to vectors: the numbers of a plain loop, order, padding, files of every kind, and runs that go on where they stopped."""

import json

import numpy as np
import pytest

import triform
from triform.embedding import files
from triform.embedding.embedder import Embedder
from triform.embedding.files import embed_file
from triform.embedding.pooling import Pooling
from triform.errors import CorruptFileError, InputError, MissingFileError, UnsupportedTaskError

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz"]
SIZES = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32, "max_position_embeddings": 20}
pytest.importorskip("pyarrow")
RNG = np.random.default_rng(0)
TEXTS = [" ".join(RNG.choice(list("abcdefghij"), n)) for n in RNG.integers(0, 25, 37)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A tiny BERT with a tokenizer, as sentence-transformers keeps them."""
    made = tmp_path_factory.mktemp("model")
    triform.AutoModel.from_config(triform.BertConfig(vocab_size=len(WORDS), **SIZES), seed=1).save_pretrained(made)
    (made / "vocab.txt").write_text("\n".join(WORDS))
    (made / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer"}')
    return made


def modules(folder, pooling, normalize=False):
    entries = [{"type": "sentence_transformers.models.Transformer"}, {"type": "x.Pooling", "path": "1_Pooling"}]
    (folder / "1_Pooling").mkdir(exist_ok=True)
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"word_embedding_dimension": 24, **pooling}))
    (folder / "modules.json").write_text(json.dumps(entries + [{"type": "x.Normalize"}] * normalize))


def plainly(folder, texts, pool=lambda states: states.mean(0)):
    """Each text by itself, without padding."""
    torch = pytest.importorskip("torch")
    tokenizer, model = triform.AutoTokenizer.from_pretrained(folder), triform.AutoModel.from_pretrained(folder)
    rows = []
    for text in texts:
        with torch.inference_mode():
            encoding = tokenizer(text, return_tensors="pt", truncation=True, max_length=20)
            rows.append(pool(model(**encoding).last_hidden_state[0].numpy()))
    return np.stack(rows)


def close(got, wanted):
    assert got.dtype == np.float32 and got.shape == wanted.shape
    assert np.abs(got - wanted).max() <= 1e-5 * np.abs(wanted).max()


def test_vectors_are_those_of_a_plain_loop_in_order(folder, backend):
    got = triform.embed(TEXTS, folder, backend=backend, batch_tokens=64)
    close(got, plainly(folder, TEXTS))
    assert triform.embed([], folder, backend=backend).shape == (0, 24)


@pytest.mark.parametrize(
    ("mode", "pool"),
    [
        ("pooling_mode_cls_token", lambda x: x[0]),
        ("pooling_mode_lasttoken", lambda x: x[-1]),
        ("pooling_mode_max_tokens", lambda x: x.max(0)),
        ("pooling_mode_mean_sqrt_len_tokens", lambda x: x.sum(0) / np.sqrt(len(x))),
    ],
)
def test_pooling_as_the_files_say(folder, tmp_path, mode, pool):
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    modules(tmp_path, {mode: True, "pooling_mode_mean_tokens": mode.endswith("max_tokens")}, normalize=True)
    (tmp_path / "sentence_bert_config.json").write_text('{"max_seq_length": 20}')
    wanted = plainly(folder, TEXTS, pool)
    if mode.endswith("max_tokens"):  # two at once are joined
        found = triform.embed(TEXTS, tmp_path, normalize=False)
        close(found, np.concatenate([wanted, plainly(folder, TEXTS)], 1))
        return
    close(triform.embed(TEXTS, tmp_path), wanted / np.linalg.norm(wanted, axis=1, keepdims=True))


def test_other_steps_are_named(folder, tmp_path):
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    modules(tmp_path, {"pooling_mode_weightedmean_tokens": True})
    with pytest.raises(UnsupportedTaskError, match="pooling_mode_weightedmean_tokens"):
        triform.embed(TEXTS, tmp_path)
    (tmp_path / "modules.json").write_text('[{"type": "a.Dense"}]')
    with pytest.raises(UnsupportedTaskError, match="Dense"):
        triform.embed(TEXTS, tmp_path)
    (tmp_path / "modules.json").write_text("{")
    with pytest.raises(CorruptFileError, match=r"modules\.json"):
        triform.embed(TEXTS, tmp_path)


def test_batches_hold_no_more_than_they_should(folder):
    embedder = Embedder.from_pretrained(folder, batch_tokens=50)
    lengths = [len(triform.AutoTokenizer.from_pretrained(folder)(text)["input_ids"]) for text in TEXTS]
    order = sorted(range(len(TEXTS)), key=lambda i: -lengths[i])
    batches = list(embedder._batches(order, lengths))
    assert [i for batch in batches for i in batch] == order
    assert all(len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= 50 for batch in batches)
    with pytest.raises(InputError, match="Text 1 is 7"):
        embedder(["a", 7])
    with pytest.raises(InputError, match="batch_tokens is 0"):
        Embedder.from_pretrained(folder, batch_tokens=0)


def write(path, texts):
    """The same texts as a file of each kind."""
    if path.suffix == ".csv":
        rows = "\n".join(f'{i},"{text}"' for i, text in enumerate(texts))
        path.write_text(f"number,sentence\n{rows}\n")
    elif path.suffix == ".jsonl":
        path.write_text("\n\n".join(json.dumps({"id": i, "text": text}) for i, text in enumerate(texts)))
    elif path.suffix == ".parquet":
        import pyarrow.parquet

        pyarrow.parquet.write_table(pyarrow.table({"content": texts, "n": list(range(len(texts)))}), path)
    else:
        path.write_text("".join(f"{text}\n" for text in texts))
    return path


@pytest.mark.parametrize("kind", ["txt", "csv", "jsonl", "parquet"])
@pytest.mark.parametrize("output", ["npy", "parquet"])
def test_files_of_every_kind(folder, tmp_path, kind, output, monkeypatch):
    monkeypatch.setattr(files, "WINDOW", 10)
    target, seen = tmp_path / f"out.{output}", []
    done = embed_file(write(tmp_path / f"in.{kind}", TEXTS), target, folder, progress=lambda *said: seen.append(said))
    assert (done.rows, done.width, done.before) == (37, 24, 0) and seen[-1] == ("", 37, 37)
    if output == "npy":
        got = np.load(target, mmap_mode="r")
    else:
        import pyarrow.parquet

        table = pyarrow.parquet.read_table(target)
        assert table["text"].to_pylist() == TEXTS
        got = np.array(table["embedding"].to_pylist(), np.float32)
    close(np.asarray(got), plainly(folder, TEXTS))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([f"in.{kind}", target.name])


@pytest.mark.parametrize("output", ["npy", "parquet"])
def test_a_run_that_was_stopped_goes_on(folder, tmp_path, monkeypatch, output):
    monkeypatch.setattr(files, "WINDOW", 10)
    source, target = write(tmp_path / "in.txt", TEXTS), tmp_path / f"out.{output}"

    def stop(_, done, total):
        if done > 25:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embed_file(source, target, folder, progress=stop)
    assert not target.exists()
    done = embed_file(source, target, folder)
    assert done.before == 20 and done.rows == 37
    if output == "npy":
        close(np.load(target), plainly(folder, TEXTS))
    assert len(list(tmp_path.iterdir())) == 2


def test_what_is_there_is_not_overwritten(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "WINDOW", 10)
    source, target = write(tmp_path / "in.txt", TEXTS), tmp_path / "out.npy"

    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embed_file(source, target, folder, progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["in.txt"], "nothing was done, so nothing is left"
    with pytest.raises(KeyboardInterrupt):
        embed_file(source, target, folder, progress=lambda _, done, total: stop() if done > 12 else None)
    source.write_text("another text\n")
    with pytest.raises(InputError, match=r"begun from something else \(other: input\)"):
        embed_file(source, target, folder)
    assert embed_file(source, target, folder, force=True).rows == 1
    with pytest.raises(InputError, match="is there already"):
        embed_file(source, target, folder)
    assert np.load(target).shape == (1, 24)


@pytest.mark.parametrize(
    ("name", "text", "error", "says"),
    [
        ("in.csv", "a,b\n1,2\n", InputError, "columns a, b. Say which"),
        ("in.csv", "text,b\nx,1\n,\n\nz\n", None, ""),
        ("in.csv", "b,text\nx,1\nz\n", CorruptFileError, "line 3: 1 columns, expected 2"),
        ("in.jsonl", '{"text": "a"}\n{"text": 3}\n[]\nx\n', CorruptFileError, "line 2: .*; line 3: .*; line 4: "),
        ("in.jsonl", '{"body": "a", "n": 1}\n"b"\n', CorruptFileError, "line 2: a str, expected an object"),
        ("in.parquet", "nothing", CorruptFileError, "no sound Parquet file"),
        ("in.txt", "\x00ok\n", None, ""),
    ],
)
def test_files_that_are_wrong(folder, tmp_path, name, text, error, says):
    (tmp_path / name).write_text(text)
    if error is None:
        embed_file(tmp_path / name, tmp_path / "out.npy", folder)
        return
    with pytest.raises((error, triform.errors.CorruptFileError) if name == "in.parquet" else error, match=says):
        embed_file(tmp_path / name, tmp_path / "out.npy", folder)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_arguments_that_are_wrong(folder, tmp_path):
    write(tmp_path / "in.csv", TEXTS)
    for kwargs, error, says in [
        ({"column": "sentense"}, InputError, "Did you mean 'sentence'"),
        ({"output": tmp_path / "out.txt"}, InputError, r"written as \.npy or \.parquet"),
        ({"output": tmp_path / "no" / "out.npy"}, InputError, "There is no folder"),
        ({"source": tmp_path / "none.txt"}, MissingFileError, "no file"),
    ]:
        with pytest.raises(error, match=says):
            embed_file(**{"source": tmp_path / "in.csv", "output": tmp_path / "out.npy", "model": folder, **kwargs})
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(CorruptFileError, match="not UTF-8"):
        embed_file(tmp_path / "bytes.txt", tmp_path / "out.npy", folder)


def test_pooling_of_padding_on_the_left():
    states, mask = RNG.standard_normal((2, 5, 3)).astype(np.float32), np.array([[0, 0, 1, 1, 1], [1, 1, 1, 1, 1]])
    assert np.array_equal(Pooling(("first",))(states, mask), np.stack([states[0, 2], states[1, 0]]))
    assert np.array_equal(Pooling(("last",))(states, mask), states[:, -1])
    assert np.allclose(Pooling()(states, mask)[0], states[0, 2:].mean(0))
