"""What can go wrong between a name and its files: each fault has its own words, and leaves nothing half-written."""

import pytest
from server import FILES

from triform.errors import CorruptFileError, HubError, MissingFileError
from triform.hub import locate


def snapshots(tmp_path) -> list[str]:
    return [path.name for path in (tmp_path / "cache").rglob("*") if path.is_file() and "snapshots" in path.parts]


@pytest.mark.parametrize(
    ("kind", "error", "match"),
    [
        ("401", MissingFileError, r"'org/model' is no folder here, and no model repository at http.*pass token="),
        ("403", HubError, r"access is refused \(403\)"),
        ("429", HubError, r"too many requests \(429\)\. Try again in 7 seconds"),
        ("500", HubError, "the Hub answered 500. Try again later"),
        ("503", HubError, "the Hub answered 503. Try again later"),
    ],
)
def test_answers_that_are_none(hub, tmp_path, kind, error, match):
    hub.fail(kind)
    with pytest.raises(error, match=match):
        locate("org/model").find("config.json")
    assert not snapshots(tmp_path)
    hub.heal()
    assert locate("org/model").find("config.json")


@pytest.mark.parametrize("what", ["HEAD model.safetensors", "GET model.safetensors"])
def test_a_server_that_takes_too_long(hub, impatient, tmp_path, what):
    hub.fail("slow", on=what)
    with pytest.raises(HubError, match="no answer in time"):
        locate("org/model").find("model.safetensors")
    assert not snapshots(tmp_path)


@pytest.mark.parametrize(
    ("kind", "error", "match"),
    [
        ("dropped", (HubError, CorruptFileError), "org/model"),
        ("short", CorruptFileError, "not what was announced"),
        ("altered", CorruptFileError, r"hashes to [0-9a-f]{64}, but [0-9a-f]{64} was announced"),
        ("403", HubError, "403"),
        ("500", HubError, "the Hub answered 500"),
    ],
)
def test_downloads_that_go_wrong(hub, tmp_path, kind, error, match):
    hub.fail(kind, on="GET model.safetensors")
    with pytest.raises(error, match=match):
        locate("org/model").find("model.safetensors")
    assert not snapshots(tmp_path)
    hub.heal()
    assert locate("org/model").require("model.safetensors").read_bytes() == FILES["model.safetensors"]


def test_a_connection_that_drops_once_is_taken_up_again(hub):
    hub.fail("dropped", on="GET model.safetensors", times=1)
    try:
        path = locate("org/model").require("model.safetensors")
    except (HubError, CorruptFileError):  # the older line tells a cut from an end only by the size, and gives up
        path = locate("org/model").require("model.safetensors")
    assert path.read_bytes() == FILES["model.safetensors"]


def test_a_forced_download_that_is_altered_does_not_stay(hub):
    path = locate("org/model").require("model.safetensors")
    hub.fail("altered", on="GET model.safetensors")
    with pytest.raises(CorruptFileError, match="hashes to"):
        locate("org/model", force_download=True).require("model.safetensors")
    assert not path.exists()


def test_gated(hub):
    locate("org/model").find("config.json")
    hub.gated = True
    assert locate("org/model").find("config.json")  # cached before
    with pytest.raises(HubError, match="is gated: accept its terms"):
        locate("org/model").find("model.safetensors")


def test_private(hub):
    hub.token = "secret"
    with pytest.raises(MissingFileError, match="that you may see"):
        locate("org/model").find("config.json")
    with pytest.raises(HubError, match=r"the token is refused \(401\)"):
        locate("org/model", token="guess").find("config.json")
    assert locate("org/model", token="secret").find("config.json")


def test_repositories_that_are_not_there(hub):
    with pytest.raises(MissingFileError, match=r"'org/other' is no folder here, and no model repository at http://127"):
        locate("org/other").find("config.json")
    with pytest.raises(MissingFileError, match="no dataset repository"):
        locate("org/model", repo_type="dataset").find("config.json")


def test_nobody_there(hub, tmp_path):
    hub.close()
    with pytest.raises(HubError, match=r"cannot be reached, and the cache .*Check the connection; HF_HUB_OFFLINE=1"):
        locate("org/model").find("config.json")
    with pytest.raises(HubError, match="cannot be reached"):
        locate("org/model", force_download=True).find("config.json")
    with pytest.raises(HubError, match="cannot be reached"):
        locate("org/model", refresh=True).find("config.json")
    assert not snapshots(tmp_path)


def test_a_cache_that_cannot_be_written(hub, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(HubError, match=r"file.* cannot be written: .*cache_dir="):
        locate("org/model", cache_dir=tmp_path / "file").find("config.json")


def test_a_server_that_is_no_hub(online, monkeypatch):
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Plain(BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Plain)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    try:
        with pytest.raises(HubError, match="does not answer as a Hub does"):
            locate("org/model").find("config.json")
    finally:
        server.shutdown()
        server.server_close()


def test_what_the_caller_is_handling_is_not_blamed(hub):
    """An error of the disk, long over, is no reason why the Hub did not answer."""
    hub.close()
    try:
        raise OSError(28, "No space left on device")
    except OSError:
        with pytest.raises(HubError, match="cannot be reached"):
            locate("org/model").find("config.json")
