"""The only write to the network, and only when a user calls it."""

import os
from typing import Any

from triform.errors import InputError
from triform.hub import network, settings
from triform.hub.faults import translated
from triform.hub.names import checked_revision, is_repository
from triform.hub.repository import Repository

UPLOAD = ("repo_id", "token", "private", "revision", "commit_message", "create_pr")  # keywords of every save_pretrained


def destination(folder: str | os.PathLike[str], keywords: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """(the repository that a saved folder goes to, its own name unless `repo_id` says another; the other keywords of `push_to_hub`)."""
    rest = {name: value for name, value in keywords.items() if name != "repo_id"}
    return keywords.get("repo_id") or os.path.basename(os.path.abspath(folder)), rest


def push_to_hub(
    folder: str | os.PathLike[str], repo_id: str, *, token: str | bool | None = None, private: bool | None = None,
    revision: str | None = None, commit_message: str | None = None, create_pr: bool = False,
) -> str:  # fmt: skip
    """Uploads a folder to a model repository, which is made if necessary; returns the address of the commit, or of the pull request.

    Args:
        private: of a repository that is made; default: as the account has it. revision: a branch, made if necessary; default "main".
        create_pr: ask for the change instead of making it; against the main branch only.

    Raises: InputError where there is no such folder, nothing in it, or no such name can be; HubError where the network is off limits or
        the Hub refuses; MissingFileError for a repository that this account may not see.
    """
    if not os.path.isdir(folder):
        raise InputError(f"{os.fspath(folder)} is no folder.")
    if not any(files for _, _, files in os.walk(folder)):
        raise InputError(f"{os.fspath(folder)} has no files; nothing is uploaded.")
    if not is_repository(repo_id):
        raise InputError(f"{repo_id!r} cannot be a repository's name; expected such as 'org/name'.")
    branch = checked_revision(revision)
    if create_pr and branch != "main":
        raise InputError(f"create_pr=True asks for a change against the main branch; leave out revision={revision!r}.")
    network.allow(f"{os.fspath(folder)} is not uploaded")
    import huggingface_hub

    api = huggingface_hub.HfApi(endpoint=settings.endpoint(), token=token)
    try:
        name = api.create_repo(repo_id, private=private, exist_ok=True).repo_id
        if branch != "main" and not branch.startswith("refs/"):
            api.create_branch(name, branch=branch, exist_ok=True)
        made = api.upload_folder(
            repo_id=name, folder_path=os.fspath(folder), revision=branch, commit_message=commit_message, create_pr=create_pr
        )
    except Exception as error:
        raise translated(Repository(repo_id, "model", branch, settings.cache_folder(), token), error) from error
    return str(made.pr_url or made.commit_url)
