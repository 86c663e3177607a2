"""The only write to the network, and only when a user calls it."""

import os
from typing import Any

from triform.errors import HubError, InputError
from triform.hub import settings


def push_to_hub(
    folder: str | os.PathLike[str], repo_id: str, *, token: Any = None, private: bool | None = None, revision: str | None = None,
    commit_message: str | None = None, create_pr: bool = False,
) -> str:  # fmt: skip
    """Uploads a folder to a repository, which is made if necessary; returns the address of the commit.

    Raises: InputError where there is no such folder; HubError where the network is off limits or the Hub refuses.
    """
    if not os.path.isdir(folder):
        raise InputError(f"{os.fspath(folder)} is no folder.")
    if settings.offline():
        raise HubError("Nothing is uploaded: the network is off limits (HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE).")
    import huggingface_hub

    api = huggingface_hub.HfApi(endpoint=settings.endpoint(), token=token)
    try:
        api.create_repo(repo_id, private=private, exist_ok=True)
        made = api.upload_folder(
            repo_id=repo_id, folder_path=os.fspath(folder), revision=revision, commit_message=commit_message, create_pr=create_pr
        )
    except Exception as error:
        raise HubError(f"{repo_id} at {settings.endpoint()}: the upload failed: {type(error).__name__}: {error}") from error
    return str(made.commit_url)
