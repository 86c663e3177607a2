"""Where a checkpoint's files lie: a folder, or a repository of the Hub as its cache holds it."""

import os
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from triform.errors import CorruptFileError, HubError, InputError, MissingFileError
from triform.hub import settings

HUB_KEYWORDS = frozenset(
    (
        "revision", "subfolder", "token", "use_auth_token", "cache_dir", "force_download", "local_files_only", "proxies", "repo_type",
        "resume_download", "refresh",
    )
)  # fmt: skip
REPO_ID = re.compile(r"^(?!.*(--|\.\.))[\w](?:[\w.-]{0,94}[\w])?(/[\w](?:[\w.-]{0,94}[\w])?)?$", re.ASCII)
COMMIT = re.compile(r"^[0-9a-f]{40}$")
LFS = b"version https://git-lfs.github.com/spec/"


class Source:
    """Files by name.

    Attributes:
        name: what the user gave. commit_hash: of a repository, once known. is_local: a folder on this machine.
        file: the very file that the user named, where it was no folder.
    """

    name: str
    commit_hash: str | None = None
    is_local: bool = True
    file: Path | None = None

    def find(self, filename: str) -> Path | None:
        """The local path of a file, fetched where necessary; None where there is none.

        Raises: CorruptFileError for a name that climbs out.
        """
        raise NotImplementedError

    def files(self) -> list[str]:
        """The names of the files that are known to be there."""
        raise NotImplementedError

    def require(self, filename: str, why: str = "") -> Path:
        """The local path of a file. Raises MissingFileError that says what is there instead."""
        path = self.find(filename)
        if path is None:
            raise MissingFileError(
                f"{self.name} has no file {filename}{why and f', {why}'}. It has: {listed(self.files())}.{self.advice()}"
            )
        return path

    def advice(self) -> str:
        """What may help where a file is missing."""
        return ""


def listed(names: Iterable[str], most: int = 20) -> str:
    """Names for a message; "nothing" where there are none."""
    found = sorted(names)
    return (", ".join(found[:most]) + (f", … and {len(found) - most} more" if len(found) > most else "")) or "nothing"


def is_lfs_pointer(path: str | os.PathLike[str]) -> bool:
    """Whether a file is what git-lfs leaves in place of one that was not fetched."""
    with open(path, "rb") as file:
        return file.read(len(LFS)) == LFS


def inside(filename: str) -> PurePosixPath:
    """A file's name, found to lie below the folder. Raises CorruptFileError: names come from files that strangers wrote."""
    name = PurePosixPath(str(filename).replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or not name.parts or "\0" in str(filename) or ":" in name.parts[0]:
        raise CorruptFileError(f"{filename!r} is no name of a file inside the checkpoint: it leads outside of it.")
    return name


class Folder(Source):
    """A folder on this machine."""

    def __init__(self, folder: Path, name: str, file: Path | None = None) -> None:
        self.folder, self.name, self.file = folder, name, file

    def find(self, filename: str) -> Path | None:
        path = self.folder / inside(filename)
        if not path.is_file():
            return None
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise CorruptFileError(f"{path} is a link that leads outside of {self.folder}.")
        return path

    def files(self) -> list[str]:
        names = [path.name for path in self.folder.iterdir() if path.is_file()]
        below = [f"{sub.name}/{path.name}" for sub in self.folder.iterdir() if sub.is_dir() for path in sub.iterdir() if path.is_file()]
        return sorted(names) + sorted(below)[:200]


class Repository(Source):
    """A repository of the Hub. What the cache holds is taken from there, without a request; the rest is fetched, of one commit."""

    is_local = False

    def __init__(
        self, name: str, *, revision: str = "main", subfolder: str = "", token: Any = None, cache_dir: Any = None,
        force_download: bool = False,
        local_files_only: bool = False, refresh: bool = False, repo_type: str | None = None,
    ) -> None:  # fmt: skip
        self.name, self.revision, self.subfolder, self.token = name, revision, subfolder.strip("/"), token
        self.cache = Path(cache_dir).expanduser() if cache_dir is not None else settings.cache_folder()
        self.force, self.only_local, self.refresh, self.kind = force_download, local_files_only, refresh, repo_type or "model"
        self.folder = self.cache / f"{self.kind}s--{name.replace('/', '--')}"
        self.commit_hash = revision if COMMIT.match(revision) else None
        self._fetched: set[str] = set()
        if self.commit_hash is None and not (self._may_ask() and (refresh or force_download)):
            self.commit_hash = self._cached_commit()

    def _may_ask(self) -> bool:
        return not self.only_local and not settings.offline()

    def _cached_commit(self) -> str | None:
        """The commit that the cache has for this branch or tag."""
        try:
            text = (self.folder / "refs" / self.revision).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return text if COMMIT.match(text) and (self.folder / "snapshots" / text).is_dir() else None

    def find(self, filename: str) -> Path | None:
        name = str(inside(f"{self.subfolder}/{filename}" if self.subfolder else filename))
        if self.commit_hash is not None and not (self.force and self._may_ask() and name not in self._fetched):
            path = self.folder / "snapshots" / self.commit_hash / name
            if path.is_file():
                return path
            if (self.folder / ".no_exist" / self.commit_hash / name).is_file():
                return None
        if not self._may_ask():
            if self.commit_hash is None:
                raise HubError(
                    f"{self.name} (revision {self.revision!r}) is not in the cache {self.cache}, and {self._why_offline()}. "
                    "Fetch it once with a connection, or give a folder."
                )
            return None
        from triform.hub.fetching import fetch_file

        fetched = fetch_file(self, name)
        self._fetched.add(name)
        if fetched is not None and self.commit_hash is None:
            self.commit_hash = _commit_of(fetched)
        return fetched

    def _why_offline(self) -> str:
        return (
            "local_files_only=True was given" if self.only_local else "the network is off limits (HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE)"
        )

    def files(self) -> list[str]:
        if self._may_ask():
            from triform.hub.fetching import list_files

            names = list_files(self)
            if names is not None:
                return names
        snapshot = self.folder / "snapshots" / (self.commit_hash or "none")
        return sorted(str(path.relative_to(snapshot)) for path in snapshot.rglob("*") if path.is_file()) if snapshot.is_dir() else []

    def advice(self) -> str:
        return "" if self._may_ask() else f" The list is that of the cache: {self._why_offline()}."


def _commit_of(path: Path) -> str | None:
    """The commit in a snapshot's path."""
    parts = path.parts
    return next((parts[i + 1] for i, part in enumerate(parts[:-1]) if part == "snapshots" and COMMIT.match(parts[i + 1])), None)


def locate(name_or_path: Any, **where: Any) -> Source:
    """The source that a user means.

    Args:
        name_or_path: a folder, a file, a repository's name such as "org/name", or a Source. A folder wins over a repository of its name.
        revision: branch, tag or commit; default "main". subfolder: joined to every name. token: str, True (the stored one), False (none).
        cache_dir: default: the Hub's own cache. force_download: fetch again. refresh: ask whether the branch has moved.
        local_files_only: no requests. use_auth_token: an older name of token. proxies, resume_download: accepted, without effect.

    Raises: MissingFileError for a folder that is not there; InputError for what can be neither folder nor repository.
    """
    if isinstance(name_or_path, Source):
        return name_or_path
    where.pop("proxies", None), where.pop("resume_download", None)
    older = where.pop("use_auth_token", None)
    if older is not None:
        if where.get("token") is not None:
            raise InputError("Both token and use_auth_token were given; the latter is an older name of the former. Give token alone.")
        where["token"] = older
    where = {key: value for key, value in where.items() if value is not None}
    given = os.fspath(name_or_path)
    if not given or "\0" in given:
        raise InputError(f"{given!r} is neither a folder nor a repository's name.")
    path = Path(given).expanduser()
    if path.is_dir():
        folder = path / inside(where["subfolder"]) if where.get("subfolder") else path
        if not folder.is_dir():
            raise MissingFileError(f"{path} has no subfolder {where['subfolder']!r}. It has: {listed(p.name for p in path.iterdir())}.")
        return Folder(folder, given)
    if path.is_file():
        return Folder(path.parent, given, path)
    if isinstance(name_or_path, os.PathLike) or given.startswith((".", "/", "~", "\\")) or given.count("/") > 1 or "\\" in given:
        raise MissingFileError(f"There is no folder {given}.{_near(path)}")
    if not REPO_ID.match(given) or given.endswith(".git"):
        raise InputError(
            f"{given!r} is no folder here, and cannot be a repository's name: those are like 'org/name', of letters, digits, - _ ."
        )
    return Repository(given, **where)


def _near(path: Path) -> str:
    """What the nearest folder above has."""
    for parent in path.absolute().parents:
        if parent.is_dir():
            names = [p.name for p in parent.iterdir() if not p.name.startswith(".")]
            return f" {parent} has: {listed(names, 10)}."
    return ""
