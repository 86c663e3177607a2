"""A repository of the Hub as its cache on disk holds it, read without huggingface_hub, whose import takes 0.25 s.

Layout  https://huggingface.co/docs/huggingface_hub/guides/manage-cache:
        <cache>/<kind>s--<org>--<name>/refs/<revision>            a text, the commit
                                      /snapshots/<commit>/<path>  a link into blobs/, or the file itself
                                      /.no_exist/<commit>/<path>  an empty file: the repository is known not to have that path
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from triform.hub.names import COMMIT, exists


@dataclass(frozen=True)
class Repository:
    """Which repository, where its cache lies, and how to ask for it.

    Attributes:
        name: "org/name". kind: "model", "dataset" or "space". revision: branch, tag or commit.
        cache: the folder of all repositories. token: str, True (the stored one), False (none), None (the stored one, if any).
        proxies: protocol → address, for huggingface_hub < 1.
    """

    name: str
    kind: str
    revision: str
    cache: Path
    token: str | bool | None = None
    proxies: dict[str, str] | None = None

    @property
    def folder(self) -> Path:
        """This repository's folder in the cache."""
        return self.cache / f"{self.kind}s--{self.name.replace('/', '--')}"

    def commit(self) -> str | None:
        """The commit that the cache has for the revision; None where it has none."""
        text: Any = self.revision
        if COMMIT.fullmatch(text) is None:
            try:
                text = self._reference(self.revision).read_text(encoding="ascii").strip()
            except (OSError, UnicodeDecodeError):
                return None
        return text if COMMIT.fullmatch(text) is not None and self._knows(text) else None

    def whole_commit(self) -> str | None:
        """As `commit`, for when nothing can be fetched: where that one was cut off, the latest that has all of its files and more.

        A reference is written before its commit's first file, and not in one step: one that is cut off, or leads to nothing, is as good as
        none, and what the cache had before is still there.
        """
        named = self.commit()
        if COMMIT.fullmatch(self.revision):
            return named
        if named is None and exists(self._reference(self.revision)):
            named = next(iter(self._others("")), None)
        if named is None:
            return None
        here = set(self.files(named))
        for other in self._others(named):
            there = set(self.files(other))
            if there - here - self._absent(named) and not here - there - self._absent(other):
                return other
        return named

    def _others(self, commit: str) -> list[str]:
        """The other commits in the cache, the latest first; not those that other revisions are."""
        root = self._reference("")
        elsewhere = {path.read_bytes().decode("ascii", "replace").strip() for path in root.rglob("*") if path.is_file()}
        folders = [
            path for path in (self.folder / "snapshots").glob("*") if COMMIT.fullmatch(path.name) and path.name not in (commit, *elsewhere)
        ]
        return [path.name for path in sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True)]

    def _reference(self, revision: str) -> Path:
        """The file that says which commit a revision is."""
        return self.folder / "refs" / revision

    def _absent(self, commit: str) -> set[str]:
        """The names of files that the repository itself is known to lack."""
        folder = self.folder / ".no_exist" / commit
        return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if exists(path)}

    def _knows(self, commit: str) -> bool:
        return exists(self.folder / "snapshots" / commit, folder=True) or exists(self.folder / ".no_exist" / commit, folder=True)

    def file(self, commit: str, path: str) -> Path | None:
        """A file of a commit; None where the cache lacks it."""
        found = self.folder / "snapshots" / commit / path
        return found if exists(found) else None

    def lacks(self, commit: str, path: str) -> bool:
        """Whether the cache remembers that the repository itself has no such file."""
        return exists(self.folder / ".no_exist" / commit / path)

    def files(self, commit: str | None) -> list[str]:
        """The names of the files of a commit that are in the cache."""
        snapshot = self.folder / "snapshots" / (commit or "none")
        return sorted(path.relative_to(snapshot).as_posix() for path in snapshot.rglob("*") if exists(path))
