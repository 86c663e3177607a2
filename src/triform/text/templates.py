"""Chat templates in a checkpoint's files: where they may lie, and where they are written."""

import json
import re
from pathlib import Path
from typing import Any

from triform.errors import CorruptFileError, InputError

TEMPLATE_FILE = "chat_template.jinja"
OLDER_FILE = "chat_template.json"
FOLDER = "additional_chat_templates"
MOST_CHARACTERS = 2**18
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,99}")


def read_templates(source: Any, stated: Any) -> Any:
    """The template of a checkpoint: a text, several by name, or None.

    chat_template.jinja counts most, then chat_template.json, then what tokenizer_config.json states; further ones lie in
    additional_chat_templates/. Raises CorruptFileError for anything that is no template.
    """
    path = source.find(TEMPLATE_FILE)
    further = _further(source)
    if path is not None:
        default = _text(path)
        return {"default": default, **further} if further else default
    older = source.find(OLDER_FILE) if stated is None else None
    if older is not None:
        try:
            data = json.loads(_text(older))
        except ValueError as error:
            raise CorruptFileError(f"{older} is not valid JSON: {error}.") from None
        stated = data.get("chat_template") if isinstance(data, dict) else None
    found = checked_templates(stated)
    if further:
        return {**({"default": found} if isinstance(found, str) else found or {}), **further}
    return found


def _further(source: Any) -> dict[str, str]:
    """The templates of additional_chat_templates/. A repository is only asked for its listing where it was asked for files anyway."""
    folder, repository = getattr(source, "folder", None), getattr(source, "repository", None)
    if folder is not None:
        listed = source.files() if (folder / FOLDER).is_dir() else []
    else:
        listed = source.files() if source.asked or repository is None else repository.files(source.commit_hash)
    names = [name for name in listed if name.startswith(f"{FOLDER}/") and name.endswith(".jinja")]
    paths = {Path(name).stem: source.find(name) for name in names}
    return {name: _text(path) for name, path in paths.items() if path is not None}


def _text(path: Path) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(MOST_CHARACTERS + 1)
    except UnicodeDecodeError as error:
        raise CorruptFileError(f"{path} is not UTF-8 text (byte {error.start}).") from None
    if len(text) > MOST_CHARACTERS:
        raise CorruptFileError(f"{path} is longer than {MOST_CHARACTERS} characters, which no chat template is.")
    return text


def checked_templates(stated: Any) -> Any:
    """A template, or several by name, as tokenizer_config.json has them: a text, a mapping, or a list of {name, template}."""
    for text in (stated,) if isinstance(stated, str) else stated.values() if isinstance(stated, dict) else ():
        if isinstance(text, str) and len(text) > MOST_CHARACTERS:
            raise CorruptFileError(f"A chat template of {len(text)} characters; at most {MOST_CHARACTERS} are read.")
    if stated is None or isinstance(stated, str):
        return stated
    if isinstance(stated, list) and all(isinstance(entry, dict) for entry in stated):
        return checked_templates({entry.get("name"): entry.get("template") for entry in stated})
    if not isinstance(stated, dict) or not all(isinstance(part, str) for item in stated.items() for part in item):
        raise CorruptFileError("chat_template is neither a text, nor a mapping of names to texts, nor a list of {name, template}.")
    return stated


def template_files(template: Any) -> dict[str, str]:
    """File name -> content of the templates to save. Raises InputError for a name that cannot be a file's."""
    if template is None:
        return {}
    if isinstance(template, str):
        return {TEMPLATE_FILE: template}
    found = checked_templates(template)
    wrong = [name for name in found if not NAME.fullmatch(name) or ".." in name]
    if wrong:
        raise InputError(f"The chat template's name {wrong[0]!r} cannot be a file's: letters, digits, _, - and . are allowed.")
    return {TEMPLATE_FILE if name == "default" else f"{FOLDER}/{name}.jinja": text for name, text in found.items()}
