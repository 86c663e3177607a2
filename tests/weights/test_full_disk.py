"""A disk that is full while a model is saved or converted: the error says so and names the file, and the old files stay, alone."""

import contextlib
import errno
import os

import pytest

import triform
from triform.weights.converting import convert_checkpoint

pytest.importorskip("torch")
resource = pytest.importorskip("resource")
signal = pytest.importorskip("signal")
SIZES = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32, "vocab_size": 200}
MARKS = {"torch": "", "tf": "TF", "flax": "Flax"}
FORMATS = {"safetensors": "model", "h5": "tf_model", "msgpack": "flax_model"}


@contextlib.contextmanager
def nearly_full(most: int):
    """Writes fail in the middle of a file, as they do on a disk with so many bytes left."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@contextlib.contextmanager
def full_when_synced(monkeypatch):
    """A file system that finds out late that it has no room."""

    def fsync(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        yield


def contents(folder) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def model(backend):
    return getattr(triform, f"{MARKS[backend]}AutoModelForMaskedLM").from_config(triform.BertConfig(**SIZES), seed=1)


@pytest.mark.parametrize("format", FORMATS)
def test_saving(model, tmp_path, monkeypatch, format):
    pytest.importorskip({"h5": "h5py"}.get(format, format))
    folder = tmp_path / "model"
    for options in ({}, {"max_shard_size": "9KB"}):
        model.save_pretrained(folder, format=format)
        before = contents(folder)
        for full in (nearly_full(7000), full_when_synced(monkeypatch)):
            with full, pytest.raises(OSError, match=rf"model/{FORMATS[format]}.*\.{format}"):
                model.save_pretrained(folder, format=format, **options)
            assert contents(folder) == before
        with nearly_full(7000), pytest.raises(OSError, match=rf"new/{FORMATS[format]}.*\.{format}"):
            model.save_pretrained(tmp_path / "new", format=format, **options)
        assert not contents(tmp_path / "new")


@pytest.mark.parametrize("format", FORMATS)
def test_converting(tmp_path, monkeypatch, format):
    pytest.importorskip({"h5": "h5py"}.get(format, format))
    model = triform.AutoModelForMaskedLM.from_config(triform.BertConfig(**SIZES), seed=1)
    model.save_pretrained(tmp_path / "model", max_shard_size="9KB")
    (tmp_path / "model" / "tokenizer.json").write_bytes(b" " * 10**6)
    for full in (nearly_full(7000), full_when_synced(monkeypatch)):
        with full, pytest.raises(OSError, match=rf"other/{FORMATS[format]}.*\.{format}"):
            convert_checkpoint(tmp_path / "model", tmp_path / "other", format=format)
        assert not contents(tmp_path / "other")
    with nearly_full(10**6 - 1), pytest.raises(OSError, match=r"other/tokenizer\.json"):
        convert_checkpoint(tmp_path / "model", tmp_path / "other", format=format)
    assert contents(tmp_path / "other").keys() == {"config.json", f"{FORMATS[format]}.{format}"}
