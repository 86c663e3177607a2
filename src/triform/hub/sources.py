"""Where a checkpoint's files lie: a folder, or one commit of a repository of the Hub."""

import os
import threading
import warnings
from pathlib import Path

from triform.errors import CorruptFileError, HubError, MissingFileError, nearest
from triform.hub import settings
from triform.hub.names import COMMIT, exists, inside, listed, shortened
from triform.hub.repository import Repository
from triform.replacing import finish

LFS = b"version https://git-lfs.github.com/spec/"
MOST_BELOW = 200  # names of subfolders in a listing


class Source:
    """Files by name.

    Attributes:
        name: what the user gave. commit_hash: of a repository, once known. is_local: a folder on this machine.
        file: the very file that the user named, where it was no folder. asked: whether the Hub was asked for one of the files.
    """

    name: str
    commit_hash: str | None = None
    is_local: bool = True
    file: Path | None = None
    asked: bool = False

    def find(self, filename: str) -> Path | None:
        """The local path of a file, fetched where necessary; None where there is none.

        Raises: CorruptFileError for a name or a link that leads outside, and for a download that is not what was announced;
            MissingFileError where repository or revision are not there; HubError where the Hub cannot be asked or refuses.
        """
        raise NotImplementedError

    def files(self) -> list[str]:
        """The names of the files that are known to be there. Asks the Hub, where that is allowed and it answers."""
        raise NotImplementedError

    def require(self, filename: str, why: str = "") -> Path:
        """The local path of a file. `why` says what for. Raises MissingFileError that says what is there instead, and as `find` does."""
        path = self.find(filename)
        if path is None:
            raise MissingFileError(self._missing(filename, why))
        return path

    def _missing(self, filename: str, why: str) -> str:
        names = self.files()
        text = f"{self.name} has no file {shortened(filename)}{why and f', {why}'}. It has: {listed(names)}.{self._advice()}"
        below = [name.removesuffix(f"/{filename}") for name in names if name.endswith(f"/{filename}")]
        if below:
            return f"{text} It is in {listed(below, 5)}: give subfolder=."
        return text + nearest(filename, names)

    def _advice(self) -> str:
        """What may help where a file is missing."""
        return ""


class Folder(Source):
    """A folder on this machine.

    A link may lead anywhere inside of what the user named, and from a snapshot in the Hub's cache to that cache's blobs.
    """

    def __init__(self, root: Path, name: str, *, subfolder: str = "", file: Path | None = None) -> None:
        self.root, self.name, self.file = root, name, file
        below = subfolder.strip("/")
        self.folder = root / inside(below) if below else root
        if not exists(self.folder, folder=True):
            raise MissingFileError(f"{root} has no subfolder {subfolder!r}. It has: {listed(_names(root, folders=True))}.")
        self._confine(self.folder)
        try:
            finish(self.folder)
        except OSError as error:
            raise CorruptFileError(
                f"{self.folder} holds a save that was cut off in its last step, which cannot be finished here: {error}. "
                "Open it once where it can be written."
            ) from None

    def find(self, filename: str) -> Path | None:
        path = self.folder / inside(filename)
        if not exists(path):
            return None
        return self._confine(path)

    def _confine(self, path: Path) -> Path:
        target, root = path.resolve(), self.root.resolve()
        if not any(target.is_relative_to(allowed) for allowed in (root, _cache_around(root)) if allowed is not None):
            raise CorruptFileError(f"{path} is a link that leads outside of {self.root}. Copy the file there.")
        return path

    def files(self) -> list[str]:
        subfolders = [name for name in _names(self.folder, folders=True) if not name.startswith(".")]
        below = [f"{sub}/{name}" for sub in subfolders for name in _names(self.folder / sub)]
        return _names(self.folder) + below[:MOST_BELOW]

    def _advice(self) -> str:
        return "" if _names(self.folder) else f" The folder {self.folder} is empty of files: was the download or the copy cut off?"


def _names(folder: Path, folders: bool = False) -> list[str]:
    """The names of a folder's files, or of its subfolders; none where it may not be read."""
    try:
        return sorted(path.name for path in folder.iterdir() if exists(path, folders))
    except OSError:
        return []


def _cache_around(folder: Path) -> Path | None:
    """The Hub's cache that a folder is (part of) a snapshot in: <cache>/models--org--name/snapshots/<commit>."""
    for place in (folder, *folder.parents):
        if COMMIT.fullmatch(place.name) and place.parent.name == "snapshots" and "s--" in place.parents[1].name:
            return place.parents[2]
    return None


class Snapshot(Source):
    """One commit of a repository. What the cache holds is taken from there, without a request; the rest is fetched, of that commit."""

    is_local = False

    def __init__(
        self, repository: Repository, *, subfolder: str = "", force_download: bool = False, local_files_only: bool = False,
        refresh: bool = False,
    ) -> None:  # fmt: skip
        self.repository, self.name = repository, repository.name
        below = subfolder.strip("/")
        self.subfolder = f"{inside(below)}/" if below else ""
        self.force, self.only_local, self.refresh = force_download, local_files_only, refresh
        self._fetched: set[str] = set()
        self._listed: list[str] | None = None
        self._first = threading.RLock()
        if COMMIT.fullmatch(repository.revision):
            self.commit_hash = repository.revision
        self._settle()

    def _settle(self) -> None:
        """Takes the commit that the cache has for the revision, unless the Hub is to be asked. Another load may have filled it since."""
        if self.commit_hash is not None or (self._may_ask() and (self.refresh or self.force)):
            return
        self.commit_hash = named = self.repository.commit()
        if not self._may_ask():
            self.commit_hash = self.repository.whole_commit()
            if self.commit_hash != named:
                warnings.warn(
                    f"{self.name}: the download of {f'commit {named}' if named else 'another commit'} was cut off, so "
                    f"{self.commit_hash} of the cache is used, because {self._why_offline()}.",
                    stacklevel=4,
                )

    def find(self, filename: str) -> Path | None:
        name = str(inside(f"{self.subfolder}{inside(filename)}"))
        if self.commit_hash is None:
            with self._first:  # threads that share this source settle on one commit
                return self._find(name)
        return self._find(name)

    def _find(self, name: str) -> Path | None:
        self._settle()
        if self.commit_hash is None and self.refresh and self._may_ask() and self.repository.proxies is None:
            self._ask_whether_it_moved()
        if self.commit_hash is not None and not (self.force and self._may_ask() and name not in self._fetched):
            path = self.repository.file(self.commit_hash, name)
            if path is not None or self.repository.lacks(self.commit_hash, name):
                return path
        if not self._may_ask():
            if self.repository.whole_commit() is None:
                raise HubError(
                    f"{self.name} (revision {self.repository.revision!r}) is not in the cache {self.repository.cache}, and nothing is "
                    f"downloaded, because {self._why_offline()}. Fetch it once with a connection, or give a folder."
                )
            return None
        from triform.hub.fetching import fetch_file

        path, commit = fetch_file(self.repository, name, commit=self.commit_hash, force=self.force)
        self._fetched.add(name)
        self.asked = True
        self.commit_hash = self.commit_hash or commit
        return path

    def _ask_whether_it_moved(self) -> None:
        """Settles on the cached commit where the branch is still there, or where the Hub cannot say."""
        from triform.hub.fetching import ask

        cached = self.repository.commit()
        try:
            now, self._listed = ask(self.repository)
        except HubError as error:
            if cached is None:
                raise
            warnings.warn(f"refresh=True had no effect: {error} Commit {cached} of the cache is used.", stacklevel=2)
            self.commit_hash = cached
            return
        if now == cached and not self.force:
            self.commit_hash = cached

    def _may_ask(self) -> bool:
        return not self._why_offline()

    def _why_offline(self) -> str:
        return "local_files_only=True was given" if self.only_local else settings.offline()

    def files(self) -> list[str]:
        if self._listed is None and self._may_ask() and self.repository.proxies is None:
            from triform.hub.fetching import ask

            try:
                _, self._listed = ask(self.repository, self.commit_hash)
            except (HubError, MissingFileError):  # the listing serves the wording of another error
                self._listed = None
        names = self.repository.files(self.commit_hash) if self._listed is None else self._listed
        return [name.removeprefix(self.subfolder) for name in names if name.startswith(self.subfolder)]

    def _advice(self) -> str:
        if self._may_ask():
            return ""
        return f" That is what the cache has; the repository may have more, but is not asked, because {self._why_offline()}."


def is_lfs_pointer(path: str | os.PathLike[str]) -> bool:
    """Whether a file is what git-lfs leaves in place of one that was not fetched."""
    with open(path, "rb") as file:
        return file.read(len(LFS)) == LFS
