"""A Hub on loopback, an empty cache, and a huggingface_hub that does not wait between its tries."""

import time
from types import SimpleNamespace

import pytest
from server import FILES, Hub

OWN_VARIABLES = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HOME", "TRANSFORMERS_CACHE")


@pytest.fixture()
def online(monkeypatch, tmp_path):
    """The network is allowed, the cache (tmp_path/cache) is empty, there is no token, and nobody sleeps."""
    for name in OWN_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    from huggingface_hub import constants, file_download
    from huggingface_hub.utils import _http

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    hurried = SimpleNamespace(**{**vars(time), "sleep": lambda seconds: None})
    for module in (file_download, _http):
        monkeypatch.setattr(module, "time", hurried)


@pytest.fixture()
def impatient(online, monkeypatch):
    """A huggingface_hub that waits for an answer no longer than 0.3 seconds."""
    from huggingface_hub import constants, file_download

    monkeypatch.setattr(constants, "HF_HUB_ETAG_TIMEOUT", 0.3)
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 0.3)
    monkeypatch.setattr(file_download, "_ETAG_RETRY_TIMEOUT", 0.3, raising=False)


@pytest.fixture()
def hub(online, monkeypatch):
    """A Hub with FILES in the repository org/model."""
    server = Hub(dict(FILES))
    monkeypatch.setenv("HF_ENDPOINT", server.address)
    yield server
    server.close()
