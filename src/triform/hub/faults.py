"""Errors of huggingface_hub (either of its lines), of the connection and of the disk, in triform's words.

Kinds are told by the names of classes: the two lines derive the same names from different libraries.
"""

import errno
from collections.abc import Iterator

from triform.errors import CorruptFileError, HubError, InputError, MissingFileError, TriformError
from triform.hub import settings
from triform.hub.repository import Repository

DISK = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ENAMETOOLONG}
ALTERED = ("Consistency check failed", "is not what was announced")


def translated(repository: Repository, error: BaseException, commit: str | None = None) -> TriformError:
    """The error of triform for what asking for a repository (at a commit, where it is known) came to."""
    errors = list(_chain(error))
    kinds = {kind.__name__ for one in errors for kind in type(one).__mro__}
    response = next((one.response for one in errors if getattr(one, "response", None) is not None), None)  # type: ignore[attr-defined]
    where = f"{repository.name} (revision {repository.revision!r}) at {settings.endpoint()}"
    if "LocalTokenNotFoundError" in kinds:
        return HubError(f"{where}: token=True was given, but no token is stored. Log in with `hf auth login`, or give the token itself.")
    if "OfflineModeIsEnabled" in kinds:
        return HubError(f"{where}: huggingface_hub was imported while HF_HUB_OFFLINE was set, and stays offline. Start Python anew.")
    if "HFValidationError" in kinds:
        return InputError(f"{repository.name!r} is refused by huggingface_hub: {_short(error)}")
    if "GatedRepoError" in kinds:
        return HubError(f"{where} is gated: accept its terms on its page, and pass token= of an account that has.")
    if "DisabledRepoError" in kinds:
        return HubError(f"{where} has been disabled by the Hub.")
    if "RevisionNotFoundError" in kinds:
        return _no_revision(repository, commit)
    code = getattr(response, "status_code", None)
    headers = getattr(response, "headers", None) or {}
    if code == 401 and "invalid" in str(headers.get("X-Error-Message", "")).lower():
        return HubError(f"{where}: the token is refused (401). Give a valid one: token=, HF_TOKEN, or `hf auth login`.")
    if "RepositoryNotFoundError" in kinds or code == 401:
        return MissingFileError(
            f"{repository.name!r} is no folder here, and no {repository.kind} repository at {settings.endpoint()} that you may see. "
            "Check the name; if it is private, pass token= or log in with `hf auth login`."
        )
    if code == 403:
        return HubError(f"{where}: access is refused (403). Pass token= of an account that may do this.")
    if code == 429:
        wait = headers.get("Retry-After")
        return HubError(f"{where}: too many requests (429). Try again {f'in {wait} seconds' if wait else 'later'}, or pass token=.")
    if code is not None and code >= 400:
        return HubError(f"{where}: the Hub answered {code}. {'Try again later.' if code >= 500 else _short(error)}")
    return _beyond_http(repository, where, errors)


def _beyond_http(repository: Repository, where: str, errors: list[BaseException]) -> TriformError:
    """For what no answer of the Hub explains: the content, the disk, the line."""
    first, last = errors[0], errors[-1]
    if any(mark in str(first) for mark in ALTERED):
        return CorruptFileError(f"{where}: what came is not what was announced ({_short(first)}). Try again.")
    full = next((one for one in errors if type(one).__module__ == "builtins" and getattr(one, "errno", None) in DISK), None)
    if full is not None:
        return HubError(f"{repository.cache} cannot be written: {getattr(full, 'strerror', full)}. Make room, or give another cache_dir=.")
    if "FileMetadataError" in {kind.__name__ for one in errors for kind in type(one).__mro__}:
        return HubError(f"{settings.endpoint()} does not answer as a Hub does. Check HF_ENDPOINT, proxies and firewalls.")
    if any("timeout" in type(one).__name__.lower() for one in errors):
        return HubError(f"{where}: no answer in time ({_short(last)}). Try again; HF_HUB_OFFLINE=1 uses the cache alone.")
    return HubError(
        f"{where} cannot be reached, and the cache {repository.cache} does not have all that is needed: {type(last).__name__}: "
        f"{_short(last)}. Check the connection; HF_HUB_OFFLINE=1 uses the cache alone."
    )


def _no_revision(repository: Repository, commit: str | None) -> TriformError:
    if commit is not None and commit != repository.revision:
        return MissingFileError(
            f"{repository.name}: commit {commit}, which the cache has for revision {repository.revision!r}, is gone from the Hub, and not "
            "all of its files are in the cache. Pass refresh=True to take the revision as it is now."
        )
    return MissingFileError(f"{repository.name} has no revision {repository.revision!r}. Give a branch, a tag or a commit that it has.")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from, outermost first."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__  # not __context__: that may be what the caller is handling


def _short(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
