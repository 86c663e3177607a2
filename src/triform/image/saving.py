"""An image processor's file."""

import os
from typing import Any

from triform import hub
from triform.configs.reading import write_text
from triform.errors import UnknownKeywordError, nearest
from triform.image.reading import CONFIG_FILE
from triform.replacing import made_folder


def save_processor(processor: Any, folder: str | os.PathLike[str], push_to_hub: bool, upload: dict[str, Any]) -> list[str]:
    """Writes the file; see `ImageProcessor.save_pretrained`."""
    check_upload(upload)
    target = made_folder(folder)
    write_text(target / CONFIG_FILE, processor.to_json_string())
    if push_to_hub:
        repo_id, options = hub.destination(target, upload)
        hub.push_to_hub(target, repo_id, **options)
    return [str(target / CONFIG_FILE)]


def check_upload(upload: dict[str, Any]) -> None:
    """Raises UnknownKeywordError for keywords of save_pretrained that mean nothing."""
    wrong = [name for name in upload if name not in hub.UPLOAD]
    if wrong:
        known = sorted({"push_to_hub", *hub.UPLOAD})
        raise UnknownKeywordError(f"save_pretrained takes no {wrong[0]!r}.{nearest(wrong[0], known)} It takes: {', '.join(known)}.")
