"""What a user means by a name: a folder, a file, a repository of the Hub, or none of them."""

import os
import re
import warnings
from pathlib import Path
from urllib.parse import urlsplit

from triform.errors import InputError, MissingFileError
from triform.hub import settings
from triform.hub.names import checked_kind, checked_revision, exists, is_repository, listed, shortened
from triform.hub.repository import Repository
from triform.hub.sources import Folder, Snapshot, Source

HUB_KEYWORDS = frozenset(
    (
        "revision", "subfolder", "token", "use_auth_token", "cache_dir", "force_download", "local_files_only", "proxies", "repo_type",
        "resume_download", "refresh",
    )
)  # fmt: skip
LOCAL = re.compile(r"[./~\\]|[A-Za-z]:[/\\]")


def locate(
    name_or_path: str | os.PathLike[str] | Source, *, revision: str | None = None, subfolder: str | None = "",
    token: str | bool | None = None, cache_dir: str | os.PathLike[str] | None = None, force_download: bool | None = False,
    local_files_only: bool | None = False, proxies: dict[str, str] | None = None, repo_type: str | None = None,
    refresh: bool | None = False, use_auth_token: str | bool | None = None, resume_download: object = None,
) -> Source:  # fmt: skip
    """The source that a user means. Nothing is asked of the Hub yet.

    Args:
        name_or_path: a folder, a file, a repository's name such as "org/name", or a Source, which is given back. A folder wins over a
            repository of its name.
        revision: branch, tag, commit or "refs/pr/N"; default "main". subfolder: joined to every name.
        token: str; True: the stored one; False: none; None: the stored one, if any.
        cache_dir: default: the Hub's own cache, by the usual variables of the environment. repo_type: default "model".
        force_download: fetch again. refresh: ask once whether the branch has moved; without it, what is cached is used unasked.
        local_files_only: no requests. proxies: protocol → address, with huggingface_hub < 1; its later line reads HTTPS_PROXY.
        use_auth_token: deprecated name of token. resume_download: without effect.

    Raises: MissingFileError for a folder that is not there, and for what can be neither folder nor repository; InputError for arguments
        that make no sense.
    """
    if isinstance(name_or_path, Source):
        return name_or_path
    if use_auth_token is not None:
        if token is not None:
            raise InputError("Both token and use_auth_token were given; the latter is an older name of the former. Give token alone.")
        warnings.warn("use_auth_token is an older name of token, and will go. Give token.", FutureWarning, stacklevel=2)
        token = use_auth_token
    given = _text(name_or_path)
    path = Path(os.path.expanduser(given))
    if exists(path, folder=True):
        return Folder(path, given, subfolder=subfolder or "")
    if exists(path):
        return Folder(path.parent, given, file=path)
    if isinstance(name_or_path, os.PathLike) or LOCAL.match(given) or not is_repository(given):
        raise MissingFileError(_neither(given, path, isinstance(name_or_path, os.PathLike)))
    cache = settings.cache_folder() if cache_dir is None else settings.expanded(cache_dir)
    return Snapshot(
        Repository(given, checked_kind(repo_type), checked_revision(revision), cache, token, proxies),
        subfolder=subfolder or "",
        force_download=bool(force_download),
        local_files_only=bool(local_files_only),
        refresh=bool(refresh),
    )


def _text(name_or_path: object) -> str:
    try:
        given = os.fsdecode(name_or_path)  # type: ignore[arg-type]
    except TypeError:
        given = ""
    if not given or "\0" in given:
        raise InputError(
            f"{shortened(name_or_path)!r} is neither a folder nor a repository's name. Give a path, or a name such as 'org/name'."
        )
    return given


def _neither(given: str, path: Path, is_path: bool) -> str:
    """Why a text is neither an existing folder nor a repository's name."""
    shown = shortened(given)
    if "://" in given:
        parts = [part for part in urlsplit(given).path.split("/") if part]
        name = "/".join(parts[:2])
        return f"{shown!r} is an address. Give the repository's name{f': {name!r}' if is_repository(name) else ''}."
    if is_path or LOCAL.match(given) or "\\" in given:
        return f"There is no folder {shown}, and no file of that name.{_near(path)}"
    parts = given.split("/")
    if len(parts) > 2 and is_repository("/".join(parts[:2])):
        return (
            f"There is no folder {shown} here, and it cannot be a repository's name: those have at most one slash. "
            f"For a folder inside of the repository {'/'.join(parts[:2])!r}, give subfolder={'/'.join(parts[2:])!r}.{_near(path)}"
        )
    return (
        f"There is no folder {shown!r} here, and it cannot be a repository's name: those are like 'org/name', of letters, digits, "
        "-, _ and ., at most 96 on each side of the slash, and without -- and .. ."
    )


def _near(path: Path) -> str:
    """What the nearest folder above has."""
    for parent in path.absolute().parents:
        if exists(parent, folder=True):
            try:
                names = [entry.name for entry in parent.iterdir() if not entry.name.startswith(".")]
            except OSError:
                return ""
            return f" {parent} has: {listed(names, 10)}."
    return ""
