"""Files that take the places of old ones together: whatever happens meanwhile, a folder holds the old ones or the new ones.

New files are written beside their final names and synced. Where there are several, a journal then says which takes whose place, in one
step; renaming follows it. A process that dies before the journal is there leaves the old files, one that dies after it leaves the new
ones: whoever opens or writes the folder next finishes the renaming.
"""

import contextlib
import errno
import json
import os
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from triform.errors import InputError

JOURNAL = ".triform-replacing.json"
BESIDE = re.compile(r"[.].+[.][0-9a-f]{12}[.]tmp")
ABANDONED = 3600  # seconds after which an unfinished file is nobody's any more
MOST_BYTES = 16 * 2**20  # of a journal
FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


def made_folder(path: str | os.PathLike[str]) -> Path:
    """A folder to save into, made if necessary. Raises InputError where there is a file of that name."""
    folder = Path(path)
    if folder.is_file():
        raise InputError(f"{folder} is a file; save_pretrained needs a folder.")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Replacement:
    """New files that take the places of old ones together, once every one of them is complete and on disk.

    with Replacement() as new:
        with new.file(folder / "a.bin") as a: ...
        with new.file(folder / "b.bin") as b: ...
        new.remove([folder / "c.bin"])

    Any error inside the block, a full disk included, leaves all old files as they were and nothing beside them.
    """

    def __init__(self) -> None:
        self._ready: list[tuple[Path, Path]] = []  # (beside, final)
        self._gone: list[Path] = []

    @contextlib.contextmanager
    def file(self, path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
        """A file to write and read, beside `path` until the whole replacement succeeds."""
        final = Path(path)
        beside = final.with_name(f".{final.name}.{os.urandom(6).hex()}.tmp")
        self._ready.append((beside, final))
        try:
            with open(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666), "w+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            if error.errno in FULL and error.filename is None:
                error.filename = str(final)  # writing says how it failed, and not where
            raise

    def remove(self, paths: Iterable[Path]) -> None:
        """Files that are to be gone when the new ones are there."""
        self._gone += paths

    def __enter__(self) -> "Replacement":
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            if kind is None and self._ready:
                root = Path(os.path.commonpath([final.parent for _, final in self._ready]))
                with locked(root):
                    self._commit(root)
        finally:
            for beside, _final in self._ready:
                beside.unlink(missing_ok=True)

    def _commit(self, root: Path) -> None:
        _finish(root)
        several = len(self._ready) + len(self._gone) > 1
        if several:
            names = {os.path.relpath(final, root): os.path.relpath(beside, root) for beside, final in self._ready}
            journal = {"renames": names, "removed": [os.path.relpath(path, root) for path in self._gone]}
            alone = Replacement()
            with alone.file(root / JOURNAL) as file:
                file.write(json.dumps(journal).encode())
            os.replace(alone._ready[0][0], root / JOURNAL)
            sync_folder(root)
        for beside, final in self._ready:
            os.replace(beside, final)
        for path in self._gone:
            path.unlink(missing_ok=True)
        for folder in {final.parent for _beside, final in self._ready}:
            sync_folder(folder)
        if several:
            (root / JOURNAL).unlink(missing_ok=True)
        _sweep(root)


def finish(folder: Path) -> None:
    """Finishes a replacement that was cut off in the middle of its renaming, if there is one; waits for one that is going on.

    Raises: OSError where the folder cannot be written.
    """
    if os.path.lexists(folder / JOURNAL):
        with locked(folder):
            _finish(folder)


def _finish(folder: Path) -> None:
    """What the journal says, if there is one: names inside the folder, of files that a replacement made. Anything else is not touched."""
    try:
        if os.path.getsize(folder / JOURNAL) > MOST_BYTES or os.path.islink(folder / JOURNAL):
            raise ValueError
        journal = json.loads((folder / JOURNAL).read_bytes())
        renames, removed = dict(journal["renames"]), list(journal["removed"])
    except FileNotFoundError:
        return
    except (ValueError, KeyError, TypeError, RecursionError):
        renames, removed = {}, []  # not one of ours
    for final, beside in renames.items():
        if _inside(final) and _inside(beside) and BESIDE.fullmatch(Path(beside).name) and os.path.lexists(folder / beside):
            os.replace(folder / beside, folder / final)
    for name in removed:
        if _inside(name) and Path(name).suffix in (".safetensors", ".h5", ".msgpack", ".json"):
            (folder / name).unlink(missing_ok=True)
    sync_folder(folder)
    (folder / JOURNAL).unlink(missing_ok=True)


def _inside(name: object) -> bool:
    return isinstance(name, str) and not re.search(r"[\\:\x00]|^/|//|(^|/)\.\.?(/|$)", name) and name != ""


def _sweep(folder: Path) -> None:
    """Unfinished files of processes that died long ago."""
    for path in folder.iterdir():
        with contextlib.suppress(OSError):
            if BESIDE.fullmatch(path.name) and time.time() - path.lstat().st_mtime > ABANDONED:
                path.unlink()


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keeps other processes from renaming in a folder; where the system has no such locks, nothing does."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Makes renames durable; systems that cannot open folders do so by themselves."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
