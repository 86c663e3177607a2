"""What the environment says about the Hub, read at each call."""

import os
from pathlib import Path

TRUE = {"1", "ON", "YES", "TRUE"}
OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
OLD_CACHES = ("TRANSFORMERS_CACHE", "PYTORCH_TRANSFORMERS_CACHE", "PYTORCH_PRETRAINED_BERT_CACHE")  # older tools put caches there
CACHES = ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE")


def offline() -> str:
    """Why the network is off limits, as "HF_HUB_OFFLINE=1 is set"; "" where it is not."""
    for name in OFFLINE:
        if os.environ.get(name, "").upper() in TRUE:
            return f"{name}={os.environ[name]} is set"
    return ""


def cache_folder() -> Path:
    """The Hub's cache: the variables of OLD_CACHES and CACHES, HF_HOME/hub, XDG_CACHE_HOME/huggingface/hub, ~/.cache/huggingface/hub."""
    for name in (*OLD_CACHES, *CACHES):
        if os.environ.get(name):
            return expanded(os.environ[name])
    if os.environ.get("HF_HOME"):
        return expanded(os.environ["HF_HOME"]) / "hub"
    return expanded(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface" / "hub"


def expanded(path: str | os.PathLike[str]) -> Path:
    """A folder with its ~ and $VARIABLES filled in."""
    return Path(os.path.expanduser(os.path.expandvars(os.fspath(path))))


def endpoint() -> str:
    """The Hub's address: HF_ENDPOINT, else the public one."""
    return (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")
