"""What no hostile file may bring about, made impossible or noticed: much memory, much time, a socket, code that runs, other files."""

import contextlib
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

MOST_MEMORY = 2**30  # bytes that a process takes more than before
MOST_SECONDS = 5  # for one file
FORBIDDEN = re.compile(
    r"socket\.(?!gethostname)|ssl\.|urllib\.|http\.|ftplib\.|smtplib\.|subprocess\.|os\.(system|exec|fork|forkpty|posix_spawn|spawn|startfile|kill)"
    r"|pty\.|pickle\.find_class|ctypes\.(dlopen|dlsym)|builtins\.input|webbrowser\.|signal\.|sys\.setprofile|sys\.settrace"
    r"|os\.(remove|rename|rmdir|mkdir|link|symlink|truncate|chmod|chown|utime|setxattr|removexattr|putenv|unsetenv)|shutil\.|tempfile\."
)
CODE = tuple(os.path.realpath(place) + os.sep for place in (sys.prefix, sys.base_prefix, Path(__file__).parents[2] / "src"))
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Guard:
    """Notices, in one file's reading, what may not happen; `folder` is what may be read."""

    def __init__(self, folder: Path) -> None:
        self.folder = os.path.realpath(folder) + os.sep
        self.seen: list[str] = []
        self.slowest = 0.0
        self.files = 0

    @contextlib.contextmanager
    def one(self) -> Iterator[None]:
        global _active
        began, _active = time.monotonic(), self
        try:
            yield
        finally:
            _active = None
            took = time.monotonic() - began
            self.slowest, self.files = max(self.slowest, took), self.files + 1
        assert not self.seen, self.seen
        assert took < MOST_SECONDS, took

    def hear(self, event: str, arguments: tuple) -> None:
        if FORBIDDEN.match(event):
            self.seen.append(f"{event} {arguments}"[:300])
        elif event == "open" and isinstance(arguments[0], (str, bytes, os.PathLike)):
            path, mode, flags = os.path.realpath(os.fsdecode(arguments[0])), arguments[1], arguments[2]
            writes = set(mode) & set("wxa+") if isinstance(mode, str) else isinstance(flags, int) and flags & WRITING
            within = (path + os.sep).startswith(self.folder) or path.startswith((*CODE, "/proc/self/"))
            if writes or not within:
                self.seen.append(f"open {path} {mode}")
        elif event == "exec" and getattr(arguments[0], "co_filename", "").startswith(self.folder):
            self.seen.append(f"exec {arguments[0]}")


_active: Guard | None = None
_listening = False


def _hear(event: str, arguments: tuple) -> None:
    if _active is not None:
        _active.hear(event, arguments)


@contextlib.contextmanager
def guarded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Guard]:
    """The memory of everything inside is bounded; `with guard.one():` goes around the reading of one file.

    The bound is on address space, which an allocation takes even if nobody touches it: too large a one raises MemoryError, which nothing
    may take for a broken file. What is to be imported or started once must have been so before.
    """
    global _listening
    if not _listening:
        sys.addaudithook(_hear)  # for good: hooks cannot be taken off
        _listening = True
    from triform.weights import pickle_data

    monkeypatch.setattr(pickle_data, "MALFORMED", tuple(kind for kind in pickle_data.MALFORMED if kind is not MemoryError))
    guard = Guard(folder)
    with limited():
        before = peak(anew=True)
        yield guard
        grown = peak() - before
    print(f"{guard.files:,} files, the slowest {guard.slowest:.2f} s; {grown / 2**20:,.0f} MiB more than before")
    assert grown < MOST_MEMORY


@contextlib.contextmanager
def limited() -> Iterator[None]:
    """No more than MOST_MEMORY of address space beyond what the process has. Does nothing outside of Linux."""
    if sys.platform != "linux":
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_status("VmSize") + MOST_MEMORY, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def peak(anew: bool = False) -> int:
    """The most memory that the process has had; `anew`: forgets what it had before now."""
    if sys.platform != "linux":
        return 0
    if anew:
        Path("/proc/self/clear_refs").write_text("5")
    return _status("VmHWM")


def _status(name: str) -> int:
    return int(re.search(rf"{name}:\s+(\d+)", Path("/proc/self/status").read_text())[1]) * 1024
