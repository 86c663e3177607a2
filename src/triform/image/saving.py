"""An image processor's file."""

import os
from pathlib import Path
from typing import Any

from triform.configs.reading import write_text
from triform.errors import InputError, UnknownKeywordError, nearest
from triform.image.reading import CONFIG_FILE

UPLOAD = {"repo_id", "token", "private", "revision", "commit_message", "create_pr"}


def save_processor(processor: Any, folder: str | os.PathLike[str], push_to_hub: bool, upload: dict[str, Any]) -> list[str]:
    """Writes the file; see `ImageProcessor.save_pretrained`."""
    target = prepared_folder(folder, upload)
    write_text(target / CONFIG_FILE, processor.to_json_string())
    if push_to_hub:
        uploaded(target, upload)
    return [str(target / CONFIG_FILE)]


def prepared_folder(folder: str | os.PathLike[str], upload: dict[str, Any]) -> Path:
    """The folder, made if necessary. Raises InputError where it is a file, UnknownKeywordError for keywords that mean nothing."""
    wrong = [name for name in upload if name not in UPLOAD]
    if wrong:
        known = sorted({"push_to_hub", *UPLOAD})
        raise UnknownKeywordError(f"save_pretrained takes no {wrong[0]!r}.{nearest(wrong[0], known)} It takes: {', '.join(known)}.")
    target = Path(folder)
    if target.is_file():
        raise InputError(f"{target} is a file; save_pretrained needs a folder.")
    target.mkdir(parents=True, exist_ok=True)
    return target


def uploaded(target: Path, upload: dict[str, Any]) -> None:
    """Uploads the folder, to a repository of its own name unless another is given."""
    from triform import hub

    hub.push_to_hub(target, upload.pop("repo_id", None) or os.path.basename(os.path.abspath(target)), **upload)
