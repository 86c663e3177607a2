"""Whether a checkpoint's own code may run: never by itself, and from the Hub only at a commit that the user named."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from triform.errors import MissingFileError, RemoteCodeError
from triform.hub.names import COMMIT
from triform.remote.entries import Entry, entry_for, modules_of, parse
from triform.remote.sources import gathered
from triform.weights.json_files import read_json


def remote_class(
    auto_map: Any, auto_class: str, source: Any, *, trust_remote_code: bool | None = None, code_revision: str | None = None
) -> Any:
    """The class that a checkpoint's auto_map names for an Auto class; None where it names none.

    Args:
        source: where the checkpoint lies, a `hub.Source`.
        trust_remote_code: only True allows it.
        code_revision: the commit of the code, where that lies in another repository than the checkpoint.

    Raises: RemoteCodeError where it is not allowed, or not pinned to a commit, and says how both are done; where the code fails.
    """
    text = entry_for(auto_map, auto_class)
    if text is None:
        return None
    entry = parse(text, str(source.name))
    place = _place(entry, source, code_revision)
    if trust_remote_code is not True:
        raise RemoteCodeError(_refusal(auto_class, entry, place, source))
    _settle(entry, place, source)
    _check_pinned(entry, place, source)
    from triform.remote.running import class_from

    where = f"{place.name}{f' at {place.commit_hash}' if place.commit_hash else ''}"
    modules = modules_of(auto_map, str(source.name), entry.repository)
    files = gathered(modules, place.find, entry.module, where)
    identity = place.commit_hash or str(Path(place.require(f"{entry.module}.py")).resolve().parent)
    return class_from(files, entry.module, entry.name, where, identity)


def class_in_files(auto_class: str, source: Any, filenames: Iterable[str], **trust: Any) -> Any:
    """As `remote_class`, of the first of some files whose auto_map names a class for the Auto class."""
    for filename in filenames:
        path = source.find(filename)
        settings = None if path is None else read_json(path)
        auto_map = settings.get("auto_map") if isinstance(settings, dict) else None
        if entry_for(auto_map, auto_class) is not None:
            return remote_class(auto_map, auto_class, source, **trust)
    return None


def _place(entry: Entry, source: Any, code_revision: str | None) -> Any:
    """Where the code lies."""
    if entry.repository is None or (entry.repository == str(source.name) and not source.is_local):
        return source
    from triform import hub

    return hub.locate(entry.repository, revision=code_revision)


def _settle(entry: Entry, place: Any, source: Any) -> None:
    """Makes sure that the place is there, and that it is known which commit its revision means now."""
    try:
        place.find(f"{entry.module}.py")
    except MissingFileError as error:
        raise MissingFileError(f"The code of {source.name} lies in {place.name}: {error}") from error


def _pin(place: Any, source: Any) -> str:
    """The keyword that names the commit: " and revision='abc…'"."""
    if place.is_local:
        return ""
    keyword = "revision" if place is source else "code_revision"
    return f" and {keyword}={place.commit_hash or 'the hash of the commit that you have read'!r}"


def _refusal(auto_class: str, entry: Entry, place: Any, source: Any) -> str:
    return (
        f"{auto_class} for {source.name} is {entry.name} in {entry.module}.py, code that the checkpoint brings along. It was not run. "
        f"If you have read it and trust it, pass trust_remote_code=True{_pin(place, source)}."
    )


def _check_pinned(entry: Entry, place: Any, source: Any) -> None:
    if place.is_local or COMMIT.fullmatch(place.repository.revision):
        return
    raise RemoteCodeError(
        f"{entry.module}.py of {place.name} would run, but {place.repository.revision!r} is a name that may mean another commit tomorrow. "
        f"It was not run. Read the code, then pass trust_remote_code=True{_pin(place, source)}."
    )
