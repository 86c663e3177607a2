"""A tokenizer's files: what every tool that reads tokenizers expects."""

import json
import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from triform import hub
from triform.configs.reading import write_text
from triform.errors import InputError, UnknownKeywordError, nearest
from triform.replacing import made_folder
from triform.text.added import FLAGS, as_object
from triform.text.families import family
from triform.text.reading import ADDED_FILE, CONFIG_FILE, ENGINE_FILE, SPECIAL_FILE
from triform.text.templates import FOLDER, template_files

UNSAVED = ("chat_template", "tokenizer_file", "name_or_path", "added_tokens_decoder", "special_tokens_map_file")


def save_tokenizer(
    tokenizer: Any, folder: str | os.PathLike[str], legacy_format: bool | None = None, filename_prefix: str | None = None,
    push_to_hub: bool = False, **upload: Any,
) -> tuple[str, ...]:  # fmt: skip
    """Writes a tokenizer's files; see `PreTrainedTokenizer.save_pretrained`."""
    wrong = [name for name in upload if name not in hub.UPLOAD]
    if wrong:
        known = {"legacy_format", "filename_prefix", "push_to_hub", *hub.UPLOAD}
        raise UnknownKeywordError(f"save_pretrained takes no {wrong[0]!r}.{nearest(wrong[0], known)} It takes: {', '.join(sorted(known))}.")
    target = made_folder(folder)
    texts = {CONFIG_FILE: _json(_settings(tokenizer)), SPECIAL_FILE: _json(_special(tokenizer)), **template_files(tokenizer.chat_template)}
    has_engine_file = hasattr(tokenizer.backend_tokenizer, "to_str")
    if has_engine_file and not legacy_format:
        with tokenizer._lock:
            tokenizer.backend_tokenizer.no_padding()
            tokenizer.backend_tokenizer.no_truncation()
            texts[ENGINE_FILE] = tokenizer.backend_tokenizer.to_str(pretty=True)
    further: tuple[str, ...] = ()
    if not has_engine_file or legacy_format is not False:
        plain = tokenizer.backend_tokenizer.get_vocab(with_added_tokens=False)
        added = {text: i for text, i in tokenizer.get_added_vocab().items() if text not in plain}
        if added:
            texts[ADDED_FILE] = _json(added)
        further = save_vocabulary(tokenizer, target, filename_prefix)
    written = []
    for name, text in texts.items():
        path = target / _prefixed(name, filename_prefix)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
        written.append(str(path))
    if push_to_hub:
        repo_id, options = hub.destination(target, upload)
        hub.push_to_hub(target, repo_id, **options)
    return (*written, *further)


def save_vocabulary(tokenizer: Any, folder: str | os.PathLike[str], filename_prefix: str | None = None) -> tuple[str, ...]:
    """Writes the files that the family is built from: as the engine has them now, else as they were read."""
    target = made_folder(folder)
    files = family(tokenizer.family_name).files
    written = []
    model = getattr(tokenizer.backend_tokenizer, "model", None)
    with TemporaryDirectory() as temporary:
        made = {Path(path).name: Path(path) for path in model.save(temporary)} if model is not None else {}
        for role, names in files.items():
            read = tokenizer._vocabulary_files.get(role)
            name = read.name if read is not None and read.name in names.split("|") else names.split("|")[0]
            source = made.get(name) or tokenizer._vocabulary_files.get(role)
            path = target / _prefixed(name, filename_prefix)
            if source is not None and not (path.exists() and os.path.samefile(source, path)):
                shutil.copyfile(source, path)
            if source is not None:
                written.append(str(path))
    return tuple(written)


def _prefixed(name: str, prefix: str | None) -> str:
    if not prefix:
        return name
    if prefix != os.path.basename(prefix):
        raise InputError(f"filename_prefix={prefix!r} would lead to another folder; give a plain name.")
    return f"{FOLDER}/{prefix}-{name.removeprefix(FOLDER + '/')}" if name.startswith(FOLDER) else f"{prefix}-{name}"


def _json(data: Any) -> str:
    return json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _settings(tokenizer: Any) -> dict[str, Any]:
    """tokenizer_config.json."""
    decoder = {str(i): {name: getattr(token, name) for name in ("content", *FLAGS)} for i, token in tokenizer.added_tokens_decoder.items()}
    default = family(tokenizer.family_name).defaults
    stated = {name: value for name, value in tokenizer.settings.items() if value is not None or default.get(name) is not None}
    settings = {name: value for name, value in stated.items() if name not in UNSAVED}
    extra = {"extra_special_tokens": tokenizer.extra_special_tokens} if tokenizer.extra_special_tokens else {}
    return {
        **settings,
        **tokenizer.special_tokens_map,
        **extra,
        "added_tokens_decoder": decoder,
        "clean_up_tokenization_spaces": tokenizer.clean_up_tokenization_spaces,
        "model_max_length": tokenizer.model_max_length,
        "padding_side": tokenizer.padding_side,
        "truncation_side": tokenizer.truncation_side,
    }


def _special(tokenizer: Any) -> dict[str, Any]:
    """special_tokens_map.json."""
    one = lambda token: token if isinstance(token, str) else as_object(token)
    found = tokenizer.special_tokens_map_extended
    return {name: list(map(one, value)) if isinstance(value, list) else one(value) for name, value in found.items()}
