"""config.json: read with every fault told apart, written so that an interrupted save loses nothing."""

import json
import os
from pathlib import Path
from typing import Any

from triform.errors import ConfigError
from triform.replacing import Replacement
from triform.unambiguous import settled

MOST_BYTES = 64 * 2**20


def read_config(name_or_path: Any, kwargs: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(the parsed config.json of a folder, file or Hub name, the keywords that are not the Hub's).

    gguf_file=, and a .gguf that is named itself and lies beside no config.json: what that file's metadata say instead.
    """
    from triform import hub

    unused = dict(kwargs)
    where = {key: unused.pop(key) for key in list(unused) if key in hub.HUB_KEYWORDS}
    source = hub.locate(name_or_path, **where)
    given = getattr(source, "file", None)
    gguf = unused.pop("gguf_file", None) or gguf_alone(source)
    if gguf is not None:
        from triform.weights.gguf_config import config_fields

        data = config_fields(source.require(gguf, "whose metadata are asked for"))
    else:
        path = given if given is not None and str(given).endswith(".json") else source.require("config.json")
        data = read_config_dict(path, str(path))
    if unused.get("return_unused_kwargs") is None:
        unused.pop("return_unused_kwargs", None)
    unused.setdefault("name_or_path", str(source.name))
    return data, unused


def gguf_alone(source: Any, named: str | None = None) -> str | None:
    """The .gguf file that has to stand for a config.json: the one named, or the one that a source is, where there is no config.json."""
    given = getattr(source, "file", None)
    name = named or (given.name if given is not None and given.suffix == ".gguf" else None)
    return name if name is not None and source.find("config.json") is None else None


def read_config_dict(path: str | os.PathLike[str], label: str) -> dict[str, Any]:
    """A parsed config.json. Raises ConfigError where it is too large, no UTF-8, no JSON, too deep, of two minds, or no object."""
    size = os.path.getsize(path)
    if size > MOST_BYTES:
        raise ConfigError(f"{label} has {size} bytes; a config has at most {MOST_BYTES}.")
    raw = Path(path).read_bytes()
    if raw.startswith(b"version https://git-lfs"):
        raise ConfigError(f"{label} is a git-lfs pointer, not the file itself. Fetch it: git lfs pull.")
    try:
        data = json.loads(raw.decode("utf-8"), object_pairs_hook=settled)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{label} is not UTF-8 text (byte {error.start}).") from None
    except json.JSONDecodeError as error:
        raise ConfigError(f"{label} is not valid JSON: {error.msg} in line {error.lineno}, column {error.colno}.") from None
    except (RecursionError, ValueError) as error:  # too deep, a number of too many digits, or a key with two values
        raise ConfigError(f"{label} cannot be read: {error}.") from None
    if not isinstance(data, dict):
        raise ConfigError(f"{label} holds a {type(data).__name__}, expected an object with the config's fields.")
    return data


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Writes beside `path`, syncs and renames: the old file is whole until the new one is."""
    with Replacement() as new, new.file(path) as file:
        file.write(text.encode())
