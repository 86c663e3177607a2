"""Names to files, against a real server on loopback: fetched once, then from the cache without a request; every fault told apart."""

import contextlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from server import COMMITS, Hub

import triform
from triform import hub as hubs
from triform.errors import CorruptFileError, HubError, InputError, MissingFileError, TriformError


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """The files of a tiny BERT with its tokenizer."""
    pytest.importorskip("torch")
    folder = tmp_path_factory.mktemp("model")
    config = triform.BertConfig(vocab_size=8, hidden_size=12, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8)
    triform.AutoModel.from_config(config, seed=0).save_pretrained(folder)
    (folder / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\n")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture()
def server(model, monkeypatch, tmp_path):
    """A server with that model; the cache is empty, the network is allowed."""
    hub = Hub(dict(model))
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_ENDPOINT", hub.address)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", hub.address)  # it reads HF_ENDPOINT when it is imported
    monkeypatch.setattr("time.sleep", lambda seconds: None)  # huggingface_hub waits between its tries
    for name, seconds in (
        ("HF_HUB_ETAG_TIMEOUT", 1),
        ("HF_HUB_DOWNLOAD_TIMEOUT", 1),
        ("DEFAULT_ETAG_TIMEOUT", 1),
        ("DEFAULT_DOWNLOAD_TIMEOUT", 1),
    ):
        if hasattr(constants, name):
            monkeypatch.setattr(constants, name, seconds)
    yield hub
    hub.close()


def test_a_name_becomes_a_model_and_the_second_time_nothing_is_asked(server):
    first = triform.AutoModel.from_pretrained("org/model")
    tokenizer = triform.AutoTokenizer.from_pretrained("org/model", tokenizer_type="bert")
    assert first.config._commit_hash == COMMITS["main"] and tokenizer("a b")["input_ids"] == [2, 5, 6, 3]
    assert server.asked["GET model.safetensors"] == 1
    server.asked.clear()
    triform.AutoModel.from_pretrained("org/model")
    triform.AutoTokenizer.from_pretrained("org/model", tokenizer_type="bert")
    assert not server.asked


def test_the_cache_serves_while_the_server_is_down(server):
    triform.AutoConfig.from_pretrained("org/model")
    server.close()
    assert triform.AutoConfig.from_pretrained("org/model").hidden_size == 12


def test_absent_files_are_remembered(server):
    source = hubs.locate("org/model")
    assert source.find("config.json") and source.find("nothing.json") is None
    server.asked.clear()
    assert hubs.locate("org/model").find("nothing.json") is None and not server.asked
    with pytest.raises(MissingFileError, match=r"no file nothing\.json.*config\.json.*model\.safetensors"):
        source.require("nothing.json")


def test_branches_and_refreshing(server):
    hubs.locate("org/model").require("config.json")
    server.refs["main"] = "c" * 40
    server.files["config.json"] = server.files["config.json"].replace(b'"hidden_size": 12', b'"hidden_size": 24')
    assert triform.AutoConfig.from_pretrained("org/model").hidden_size == 12
    assert triform.AutoConfig.from_pretrained("org/model", refresh=True).hidden_size == 24
    assert triform.AutoConfig.from_pretrained("org/model").hidden_size == 24
    assert triform.AutoConfig.from_pretrained("org/model", revision=COMMITS["main"]).hidden_size == 12
    assert hubs.locate("org/model", revision="next").require("config.json").parts[-2] == COMMITS["next"]
    with pytest.raises(MissingFileError, match="no revision 'never'"):
        hubs.locate("org/model", revision="never").find("config.json")


def test_subfolders_cache_folders_and_forced_downloads(server, tmp_path):
    server.files["sub/config.json"] = server.files["config.json"]
    assert hubs.locate("org/model", subfolder="sub").require("config.json").parts[-2] == "sub"
    assert (tmp_path / "other") in hubs.locate("org/model", cache_dir=tmp_path / "other").require("config.json").parents
    server.asked.clear()
    hubs.locate("org/model", force_download=True).require("config.json")
    assert server.asked["GET config.json"] == 1


@pytest.mark.parametrize(
    ("fault", "error", "match"),
    [
        ("401", MissingFileError, "no repository at"),
        ("403", HubError, "refused|403"),
        ("gated", HubError, "is gated: accept its terms"),
        ("429", HubError, "429.*7 seconds|429"),
        ("500", HubError, "500|cannot be reached"),
        ("dropped", TriformError, "org/model"),
        ("short", TriformError, "org/model"),
        ("slow", HubError, "cannot be reached"),
    ],
)
def test_faults(server, tmp_path, fault, error, match):
    server.fault = fault
    with pytest.raises(error, match=match):
        triform.AutoModel.from_pretrained("org/model")
    cache = tmp_path / "cache"
    files = [path for path in cache.rglob("*") if path.is_file() and "snapshots" in path.parts]
    assert not files  # nothing half-written under a final name
    server.fault = None
    assert triform.AutoConfig.from_pretrained("org/model").hidden_size == 12


def test_repositories_that_are_not_there(server):
    with pytest.raises(MissingFileError, match="'org/other' is no folder here, and no repository"):
        triform.AutoModel.from_pretrained("org/other")


def test_offline(server, monkeypatch):
    with pytest.raises(HubError, match="local_files_only=True was given"):
        triform.AutoConfig.from_pretrained("org/model", local_files_only=True)
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.setenv(name, "yes")
        with pytest.raises(HubError, match="off limits"):
            triform.AutoConfig.from_pretrained("org/model")
        with pytest.raises(HubError, match="off limits"):
            hubs.fetch(f"{server.address}/x")
        monkeypatch.delenv(name)
    assert not server.asked


def test_fifty_at_once_download_once(server):
    with ThreadPoolExecutor(50) as pool:
        paths = list(pool.map(lambda _: hubs.locate("org/model").require("model.safetensors"), range(50)))
    assert len(set(paths)) == 1 and server.asked["GET model.safetensors"] == 1


def test_a_cached_name_needs_neither_sockets_nor_huggingface_hub(server, tmp_path):
    triform.AutoModel.from_pretrained("org/model")
    triform.AutoTokenizer.from_pretrained("org/model", tokenizer_type="bert")
    code = (
        "import socket, sys\n"
        "def no(*a, **k): raise SystemExit('a socket was opened')\n"
        "socket.socket.connect = no; socket.socket.bind = no; socket.create_connection = no\n"
        "import triform; c = triform.AutoConfig.from_pretrained('org/model')\n"
        "t = triform.AutoTokenizer.from_pretrained('org/model', tokenizer_type='bert')\n"
        "m = triform.AutoModel.from_pretrained('org/model')\n"
        "print(c.hidden_size, t('a')['input_ids'], 'huggingface_hub' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ))
    assert done.stdout.split() == ["12", "[2,", "5,", "3]", "False"], done.stderr


def test_the_gate(server):
    server.files["picture"] = b"12345"
    address = f"{server.address}/org/model/resolve/main/picture"
    assert hubs.fetch(address) == b"12345"
    with pytest.raises(HubError, match="larger than 3 bytes"):
        hubs.fetch(address, max_bytes=3)
    with pytest.raises(HubError, match="could not be fetched"):
        hubs.fetch(f"{server.address}/nothing")
    for wrong in ("file:///etc/passwd", "ftp://example.org/x", "data:,x"):
        with pytest.raises(InputError, match="no http"):
            hubs.fetch(wrong)


def test_publishing(server, tmp_path):
    pytest.importorskip("torch")
    config = triform.BertConfig(vocab_size=8, hidden_size=12, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8)
    server.files.clear()
    model = triform.AutoModel.from_config(config, seed=3)
    model.save_pretrained(tmp_path / "mine", push_to_hub=True, repo_id="org/model", token="secret")
    assert sorted(server.files) == ["config.json", "model.safetensors"]
    assert server.files["model.safetensors"] == (tmp_path / "mine" / "model.safetensors").read_bytes()
    assert hubs.push_to_hub(tmp_path / "mine", "org/model", token="secret").endswith("d" * 40)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_progress_is_shown_on_a_terminal_and_nowhere_else(server, tmp_path):
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
    quiet = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env={**env, "HF_HUB_CACHE": str(tmp_path / "unseen")}, check=True
    )
    assert b"%" not in quiet.stderr


def test_publishing_is_a_call_of_its_own(server, tmp_path, monkeypatch):
    with pytest.raises(InputError, match="is no folder"):
        hubs.push_to_hub(tmp_path / "nothing", "org/new")
    (tmp_path / "made").mkdir()
    with pytest.raises(HubError, match="the upload failed"):
        server.fault = "403"
        hubs.push_to_hub(tmp_path / "made", "org/new", token="x")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(HubError, match="Nothing is uploaded"):
        hubs.push_to_hub(tmp_path / "made", "org/new")


# ---- folders


def test_folders(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x.txt").write_text("x")
    source = hubs.locate(tmp_path)
    assert source.is_local and source.find("config.json") and source.find("nothing") is None
    assert source.files() == ["config.json", "sub/x.txt"]
    assert hubs.locate(tmp_path, subfolder="sub").find("x.txt") and hubs.locate(source) is source
    assert hubs.locate(tmp_path / "config.json").file == tmp_path / "config.json"
    with pytest.raises(MissingFileError, match="no subfolder 'nope'"):
        hubs.locate(tmp_path, subfolder="nope")


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../x", "", "c:\\x", "..\\x"])
def test_names_that_climb_out(tmp_path, name):
    with pytest.raises(CorruptFileError, match="outside"):
        hubs.locate(tmp_path).find(name)


def test_links_that_lead_outside(tmp_path):
    (tmp_path / "secret").write_text("x")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").symlink_to(tmp_path / "secret")
    with pytest.raises(CorruptFileError, match="leads outside"):
        hubs.locate(tmp_path / "model").find("config.json")


@pytest.mark.parametrize("name", ["./nothing", "/nothing/here", "a/b/c", "~/nothing-here"])
def test_folders_that_are_not_there(name):
    with pytest.raises(MissingFileError, match="There is no folder"):
        hubs.locate(name)


@pytest.mark.parametrize("name", ["", "with space", "org/na me", "a--b/c", "-x", "org/x.git", "ü/x"])
def test_what_can_be_neither(name):
    with pytest.raises(InputError):
        hubs.locate(name)


def test_a_folder_wins_over_a_repository_of_its_name(tmp_path, monkeypatch):
    (tmp_path / "org" / "model").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert hubs.locate("org/model").is_local


def test_pointers_of_git_lfs(tmp_path):
    (tmp_path / "a").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    (tmp_path / "b").write_bytes(b"PK")
    assert hubs.is_lfs_pointer(tmp_path / "a") and not hubs.is_lfs_pointer(tmp_path / "b")
