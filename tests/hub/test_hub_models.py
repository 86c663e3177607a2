"""A name of the Hub becomes a model and a tokenizer; a model becomes a repository."""

import contextlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from server import FIRST, Hub
from test_hub_offline import NO_SOCKETS

import triform
from triform.errors import HubError
from triform.hub import locate, push_to_hub

VOCABULARY = b"[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\n"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The files of a tiny BERT with its tokenizer."""
    pytest.importorskip("torch")
    folder = tmp_path_factory.mktemp("model")
    config = triform.BertConfig(vocab_size=8, hidden_size=12, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8)
    triform.AutoModel.from_config(config, seed=0).save_pretrained(folder)
    return {**{path.name: path.read_bytes() for path in folder.iterdir()}, "vocab.txt": VOCABULARY}


@pytest.fixture()
def bert(hub: Hub, files):
    """The Hub, with that model."""
    hub.push(dict(files), FIRST)
    return hub


def test_the_second_load_asks_nothing_and_needs_no_sockets(bert):
    model = triform.AutoModel.from_pretrained("org/model")
    tokenizer = triform.AutoTokenizer.from_pretrained("org/model", tokenizer_type="bert")
    assert model.config._commit_hash == FIRST and tokenizer("a b")["input_ids"] == [2, 5, 6, 3]
    assert bert.asked["GET model.safetensors"] == bert.asked["GET config.json"] == bert.asked["GET vocab.txt"] == 1
    bert.asked.clear()
    triform.AutoModel.from_pretrained("org/model")
    triform.AutoTokenizer.from_pretrained("org/model", tokenizer_type="bert")
    assert not bert.asked
    code = NO_SOCKETS + (
        "import triform; c = triform.AutoConfig.from_pretrained('org/model')\n"
        "t = triform.AutoTokenizer.from_pretrained('org/model', tokenizer_type='bert')\n"
        "m = triform.AutoModel.from_pretrained('org/model')\n"
        "print(c.hidden_size, t('a')['input_ids'], 'huggingface_hub' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ))
    assert done.stdout.split() == ["12", "[2,", "5,", "3]", "False"], done.stderr


def test_fifty_loads_at_once_download_once(bert):
    bert.delay = 0.1  # all of them are there before the first is served
    with ThreadPoolExecutor(50) as pool:
        models = list(pool.map(lambda _: triform.AutoModel.from_pretrained("org/model"), range(50)))
    assert bert.asked["GET model.safetensors"] == bert.asked["GET config.json"] == 1, bert.asked
    assert len({model.pooler.dense.weight.detach().numpy().tobytes() for model in models}) == 1


def test_refreshing(bert, files):
    assert triform.AutoConfig.from_pretrained("org/model").hidden_size == 12
    bert.push({**files, "config.json": files["config.json"].replace(b'"hidden_size": 12', b'"hidden_size": 24')})
    assert triform.AutoConfig.from_pretrained("org/model").hidden_size == 12
    assert triform.AutoConfig.from_pretrained("org/model", refresh=True).hidden_size == 24
    assert triform.AutoConfig.from_pretrained("org/model", revision=FIRST).hidden_size == 12


def test_a_refused_load_writes_nothing(bert, tmp_path):
    bert.fail("403")
    with pytest.raises(HubError, match="403"):
        triform.AutoModel.from_pretrained("org/model")
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file() and "snapshots" in path.parts]


def test_publishing(bert, tmp_path, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", bert.address)  # as where it is imported with HF_ENDPOINT set
    config = triform.BertConfig(vocab_size=8, hidden_size=12, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8)
    model = triform.AutoModel.from_config(config, seed=3)
    model.save_pretrained(tmp_path / "mine", push_to_hub=True, repo_id="org/model", token="secret")
    sent = bert.uploads["main"]
    assert sorted(sent) == ["config.json", "model.safetensors"]
    assert sent["model.safetensors"] == (tmp_path / "mine" / "model.safetensors").read_bytes()
    assert push_to_hub(tmp_path / "mine", "org/model", token="secret").endswith("d" * 40)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_progress_is_shown_on_a_terminal_and_nowhere_else(hub, tmp_path):
    import fcntl
    import pty
    import struct
    import termios

    code = "import triform.hub as h; h.locate('org/model').require('model.safetensors')"
    master, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    env = {**os.environ, "HF_HUB_CACHE": str(tmp_path / "seen"), "TERM": "xterm"}
    subprocess.run([sys.executable, "-c", code], stderr=terminal, env=env, check=True)
    os.close(terminal)
    shown = b""
    with contextlib.suppress(OSError):  # what a closed terminal answers
        while chunk := os.read(master, 10_000):
            shown += chunk
    os.close(master)
    assert b"model.safetensors" in shown and b"%" in shown
    env["HF_HUB_CACHE"] = str(tmp_path / "unseen")
    quiet = subprocess.run([sys.executable, "-c", code], capture_output=True, env=env, check=True)
    assert not quiet.stderr and not quiet.stdout
    assert locate("org/model", cache_dir=tmp_path / "unseen", local_files_only=True).find("model.safetensors")
