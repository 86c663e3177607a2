"""Files of the Hub, through huggingface_hub (either of its lines), into its own cache."""

import hashlib
import inspect
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

from triform.errors import CorruptFileError, InputError
from triform.hub import network, settings
from triform.hub.faults import translated
from triform.hub.names import COMMIT
from triform.hub.repository import Repository

SHA256 = re.compile(r"[0-9a-f]{64}")  # the name of a large file's blob is the hash of its content


def fetch_file(repository: Repository, name: str, *, commit: str | None, force: bool) -> tuple[Path | None, str | None]:
    """(the local path of a file, downloaded if the cache lacks it, or None where the repository has no such file; its commit).

    Args:
        commit: that all files are taken from; None lets the Hub say what the revision is now.
        force: download again.

    Raises: MissingFileError for a repository or revision that is not there; CorruptFileError for a file that is not what the Hub
        announced; HubError for everything else that the Hub, the line or the disk does.
    """
    network.allow(f"{repository.name}: {name} is not downloaded")
    import huggingface_hub

    before, proxies = _blobs(repository), _proxies(repository)
    try:
        fetched = huggingface_hub.hf_hub_download(
            repository.name, name, repo_type=repository.kind, revision=commit or repository.revision, cache_dir=repository.cache,
            force_download=force, token=repository.token, endpoint=settings.endpoint(), **proxies,
        )  # fmt: skip
    except Exception as error:
        kinds = {kind.__name__ for kind in type(error).__mro__}
        if "EntryNotFoundError" in kinds and "LocalEntryNotFoundError" not in kinds:
            answered = getattr(getattr(error, "response", None), "headers", {}).get("X-Repo-Commit")
            return None, commit or answered or repository.commit()
        raise translated(repository, error, commit) from error
    path = Path(fetched)
    _verify(path, repository, set() if force else before)
    return path, commit or _commit_of(path)


def ask(repository: Repository, commit: str | None = None, *, timeout: float = 10.0) -> tuple[str, list[str]]:
    """(the commit that a revision is now, the names of all its files): one request. Raises as `fetch_file` does."""
    network.allow(f"{repository.name} is not asked for")
    import huggingface_hub

    try:
        api = huggingface_hub.HfApi(endpoint=settings.endpoint(), token=repository.token)
        said = api.repo_info(repository.name, revision=commit or repository.revision, repo_type=repository.kind, timeout=timeout)
        return str(said.sha), sorted(file.rfilename for file in said.siblings or [])
    except Exception as error:
        raise translated(repository, error, commit) from error


def _proxies(repository: Repository) -> dict[str, Any]:
    """The keyword of huggingface_hub < 1; the later line reads the environment alone, and going round a wanted proxy is no answer."""
    if not repository.proxies:
        return {}
    import huggingface_hub

    if "proxies" not in inspect.signature(huggingface_hub.hf_hub_download).parameters:
        raise InputError(f"huggingface_hub {huggingface_hub.__version__} takes no proxies=. Set HTTPS_PROXY and HTTP_PROXY instead.")
    return {"proxies": repository.proxies}


def _blobs(repository: Repository) -> set[str]:
    folder = repository.folder / "blobs"
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def _verify(path: Path, repository: Repository, known: set[str]) -> None:
    """Hashes a file that has just come, where its blob's name is the hash; a wrong one leaves the cache."""
    blob = path.resolve()
    if blob.parent != (repository.folder / "blobs").resolve() or blob.name in known or SHA256.fullmatch(blob.name) is None:
        return
    try:
        with open(blob, "rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:  # another load has just found it wrong
        raise CorruptFileError(f"{repository.name}: {path.name} was found wrong by another load, and removed. Try again.") from error
    if found != blob.name:
        path.unlink(missing_ok=True)
        blob.unlink(missing_ok=True)
        raise CorruptFileError(
            f"{repository.name}: the content of {path.name} hashes to {found}, but {blob.name} was announced (SHA-256). The file is "
            "removed from the cache. Try again; if it stays so, the server or something before it alters files."
        )


def _commit_of(path: Path) -> str | None:
    """The commit in a snapshot's path."""
    parts = path.parts
    return next((b for a, b in pairwise(parts) if a == "snapshots" and COMMIT.fullmatch(b)), None)
