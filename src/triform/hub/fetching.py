"""Files of the Hub, through huggingface_hub (either of its lines), into its own cache; every fault told apart."""

import sys
from pathlib import Path
from typing import Any

from triform.errors import CorruptFileError, HubError, MissingFileError, TriformError
from triform.hub import settings


def fetch_file(repository: Any, name: str) -> Path | None:
    """The local path of a file, downloaded if the cache lacks it; None where the repository has no such file.

    Raises: MissingFileError for a repository or revision that is not there; HubError for everything else the Hub or the line does.
    """
    import huggingface_hub
    from huggingface_hub.errors import EntryNotFoundError

    try:
        path = huggingface_hub.hf_hub_download(
            repository.name,
            name,
            repo_type=repository.kind,
            revision=repository.commit_hash or repository.revision,
            cache_dir=repository.cache,
            force_download=repository.force,
            token=repository.token,
            endpoint=settings.endpoint(),
            **_quiet(),
        )
    except EntryNotFoundError as error:
        if type(error).__name__ == "LocalEntryNotFoundError":
            raise translated(repository, error) from error
        return None
    except Exception as error:
        raise translated(repository, error) from error
    return Path(path)


def list_files(repository: Any) -> list[str] | None:
    """The names of all files of a repository; None where the Hub does not say."""
    import huggingface_hub

    try:
        api = huggingface_hub.HfApi(endpoint=settings.endpoint(), token=repository.token)
        return sorted(
            api.list_repo_files(repository.name, revision=repository.commit_hash or repository.revision, repo_type=repository.kind)
        )
    except Exception:  # only for the wording of another error
        return None


def _quiet() -> dict[str, Any]:
    """No progress bars where nobody looks."""
    if not sys.stderr.isatty():
        from huggingface_hub.utils import disable_progress_bars

        disable_progress_bars()
    return {}


def translated(repository: Any, error: BaseException) -> TriformError:
    """An error of huggingface_hub, or of the line, in triform's words."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    where = f"{repository.name} (revision {repository.revision!r}) at {settings.endpoint()}"
    code = getattr(getattr(error, "response", None), "status_code", None)
    if "GatedRepoError" in kinds:
        return HubError(f"{where} is gated: accept its terms on its page, and pass token= of an account that has.")
    if "RevisionNotFoundError" in kinds:
        return MissingFileError(f"{repository.name} has no revision {repository.revision!r}. Give a branch, a tag or a commit that it has.")
    if "RepositoryNotFoundError" in kinds or code == 401:
        return MissingFileError(
            f"{repository.name!r} is no folder here, and no repository at {settings.endpoint()} that you may see. Check the name; "
            "if it is private, pass token= or log in with `hf auth login`."
        )
    if code == 403:
        return HubError(f"{where}: access is refused (403). Pass token= of an account that may read it.")
    if code == 429:
        headers = getattr(getattr(error, "response", None), "headers", {}) or {}
        wait = headers.get("Retry-After") or headers.get("retry-after")
        return HubError(f"{where}: too many requests (429).{f' Try again in {wait} seconds.' if wait else ' Try again later.'}")
    if isinstance(error, OSError) and any(word in str(error) for word in ("Consistency check failed", "checksum", "size")):
        return CorruptFileError(f"{where}: what came is not what was announced ({_short(error)}). Try again.")
    if code is not None:
        return HubError(f"{where}: the Hub answered {code}. {_short(error)}")
    return HubError(
        f"{where} cannot be reached, and the file is not in the cache {repository.cache}: {_cause(error)}. "
        "Check the connection; HF_HUB_OFFLINE=1 uses the cache alone."
    )


def _short(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__


def _cause(error: BaseException) -> str:
    """The innermost reason."""
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__}: {_short(error)}"
