"""Off the network: the cache alone serves, and says so where it cannot."""

import os
import subprocess
import sys

import pytest

from triform.errors import HubError, MissingFileError
from triform.hub import fetch, locate, push_to_hub

NO_SOCKETS = (
    "import socket, sys\n"
    "class NoSocket:\n"
    "    def __init__(self, *a, **k): raise SystemExit('a socket was opened')\n"
    "socket.socket = NoSocket; socket.create_connection = NoSocket; socket.getaddrinfo = NoSocket\n"
)


@pytest.mark.parametrize("variable", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
@pytest.mark.parametrize("value", ["1", "on", "Yes", "TRUE"])
def test_variables_are_read_at_each_call(hub, monkeypatch, tmp_path, variable, value):
    monkeypatch.setenv(variable, value)
    with pytest.raises(HubError, match=rf"is not in the cache .*because {variable}={value} is set"):
        locate("org/model").find("config.json")
    with pytest.raises(HubError, match=f"off limits, because {variable}={value} is set"):
        fetch(f"{hub.address}/x")
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "y").touch()
    with pytest.raises(HubError, match="is not uploaded: the network is off limits"):
        push_to_hub(tmp_path / "x", "org/new")
    assert not hub.asked
    monkeypatch.setenv(variable, "0")
    assert locate("org/model").find("config.json")


def test_this_call_only(hub):
    with pytest.raises(HubError, match=r"is not in the cache .*local_files_only=True was given"):
        locate("org/model", local_files_only=True).find("config.json")
    with pytest.raises(HubError, match="is not in the cache"):
        locate("org/model", revision="f" * 40, local_files_only=True).find("config.json")
    locate("org/model").find("config.json")
    hub.asked.clear()
    source = locate("org/model", local_files_only=True, force_download=True, refresh=True)
    assert source.find("config.json") and source.find("model.safetensors") is None and source.files() == ["config.json"]
    with pytest.raises(MissingFileError, match=r"It has: config\.json\. That is what the cache has.*local_files_only=True was given"):
        source.require("model.safetensors")
    assert not hub.asked


def test_a_cached_name_needs_neither_sockets_nor_huggingface_hub(hub):
    source = locate("org/model")
    assert source.find("config.json") and source.find("model.safetensors") and source.find("nothing") is None
    code = NO_SOCKETS + (
        "from triform.hub import locate\n"
        "source = locate('org/model')\n"
        "assert source.find('config.json') and source.find('model.safetensors') and source.find('nothing') is None\n"
        "heavy = {'huggingface_hub', 'requests', 'httpx', 'urllib.request', 'http.client', 'ssl', 'numpy', 'torch'}\n"
        "print(source.commit_hash, sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ))
    assert done.stdout.split(maxsplit=1) == ["a" * 40, "[]\n"], done.stderr


def test_an_uncached_name_would_open_one(hub):
    """That the guard of the test above can fail."""
    code = NO_SOCKETS + "from triform.hub import locate\nlocate('org/model').find('config.json')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ))
    assert done.returncode != 0 and not hub.asked


def test_a_huggingface_hub_that_was_imported_offline(hub):
    code = (
        "import os; os.environ['HF_HUB_OFFLINE'] = '1'\n"
        "import huggingface_hub.constants; del os.environ['HF_HUB_OFFLINE']\n"
        "from triform.hub import locate\n"
        "try: locate('org/model').find('config.json')\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ))
    assert done.stdout.startswith("HubError") and "stays offline" in done.stdout, done.stdout + done.stderr
