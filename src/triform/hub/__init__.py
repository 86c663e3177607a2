"""(being written)"""

import os
from pathlib import Path

from triform.errors import CorruptFileError, MissingFileError

HUB_KEYWORDS = frozenset(
    [
        "revision",
        "subfolder",
        "token",
        "cache_dir",
        "force_download",
        "local_files_only",
        "proxies",
        "repo_type",
        "use_auth_token",
        "resume_download",
        "refresh",
    ]
)


class Source:
    def __init__(self, folder, file=None):
        self.folder, self.name, self.commit_hash, self.is_local, self.file = Path(folder), str(folder), None, True, file

    def find(self, filename):
        p = self.folder / filename
        return p if p.is_file() else None

    def require(self, filename, why=""):
        p = self.find(filename)
        if p is None:
            raise MissingFileError(f"{self.name} has no {filename}. It has: {', '.join(self.files()) or 'nothing'}.")
        return p

    def files(self):
        return sorted(x.name for x in self.folder.iterdir())


def locate(name_or_path, **kw):
    if isinstance(name_or_path, Source):
        return name_or_path
    p = Path(name_or_path)
    if p.is_dir():
        return Source(p / kw.get("subfolder", ""))
    if p.is_file():
        return Source(p.parent, p)
    raise MissingFileError(f"{name_or_path} is no folder")
