"""What may be a name: of a file inside a checkpoint, of a repository, of a revision."""

import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from triform.errors import CorruptFileError, InputError, MissingFileError, nearest

REPO_ID = re.compile(r"(?!.*(--|\.\.))\w(?:[\w.-]{0,94}\w)?(/\w(?:[\w.-]{0,94}\w)?)?", re.ASCII)
COMMIT = re.compile(r"[0-9a-f]{40}")
REVISION = re.compile(r"(?!/)(?!.*(\.\.|//))[^\x00-\x20\x7f~^:?*\[\\]{1,250}(?<!/)")  # what git allows as a name of a branch, nearly
KINDS = ("model", "dataset", "space")


def inside(filename: str) -> PurePosixPath:
    """A file's name, found to lie below the folder. Raises CorruptFileError: names come from files that strangers wrote."""
    name = PurePosixPath(str(filename).replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or not name.parts or "\0" in str(filename) or ":" in name.parts[0]:
        raise CorruptFileError(f"{shortened(filename)!r} is no name of a file inside the checkpoint: it leads outside of it.")
    return name


def is_repository(name: str) -> bool:
    """Whether a text can be a repository's name: "org/name" or "name"."""
    return REPO_ID.fullmatch(name) is not None and not name.endswith(".git")


def checked_revision(revision: str | None) -> str:
    """A branch, tag, commit or "refs/pr/N"; None is "main". Raises InputError for what git would not take either."""
    if revision is None:
        return "main"
    if not isinstance(revision, str) or REVISION.fullmatch(revision) is None:
        raise InputError(f"revision={shortened(revision)!r} is no branch, tag or commit; those are like 'main', 'v1.0', or 40 hex digits.")
    return revision


def checked_kind(repo_type: str | None) -> str:
    """A repository's kind; None is "model". Raises InputError."""
    if repo_type is not None and repo_type not in KINDS:
        raise InputError(f"repo_type={repo_type!r} is none of {', '.join(KINDS)}.{nearest(str(repo_type), KINDS)}")
    return repo_type or "model"


def exists(path: Path, folder: bool = False) -> bool:
    """Whether there is such a file (or folder). A name that no disk can hold is absent; MissingFileError where it may not be looked at."""
    try:
        return path.is_dir() if folder else path.is_file()
    except PermissionError as error:
        raise MissingFileError(f"{path} cannot be looked at: {error.strerror}.") from None
    except (OSError, ValueError):
        return False


def listed(names: Iterable[str], most: int = 20) -> str:
    """Names for a message; "nothing" where there are none."""
    found = sorted(names)
    return (", ".join(found[:most]) + (f", … and {len(found) - most} more" if len(found) > most else "")) or "nothing"


def shortened(text: object, most: int = 120) -> str:
    """A text of a stranger, as much of it as a message bears."""
    return str(text) if len(str(text)) <= most else f"{str(text)[:most]}…"
