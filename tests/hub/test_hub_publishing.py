"""Uploads: only when called, whole, and with every refusal told."""

import pytest
from server import Hub

from triform.errors import HubError, InputError, MissingFileError
from triform.hub import push_to_hub


@pytest.fixture()
def folder(tmp_path):
    (tmp_path / "mine" / "sub").mkdir(parents=True)
    (tmp_path / "mine" / "config.json").write_text("{}")
    (tmp_path / "mine" / "sub" / "vocab.txt").write_bytes(b"a\nb\n")
    return tmp_path / "mine"


@pytest.fixture()
def target(hub: Hub, monkeypatch):
    """A Hub as huggingface_hub sees it that was imported with HF_ENDPOINT set."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", hub.address)
    return hub


WHOLE = {"config.json": b"{}", "sub/vocab.txt": b"a\nb\n"}


def test_a_folder(target, folder):
    address = push_to_hub(folder, "org/model", token="secret", private=True, commit_message="First")
    assert target.uploads == {"main": WHOLE} and address == f"{target.address}/org/model/commit/{'d' * 40}"
    assert set(target.authorizations) == {"Bearer secret"} and target.asked["POST create"] == 1


def test_a_branch(target, folder):
    push_to_hub(folder, "org/model", token="secret", revision="v2")
    assert target.uploads == {"v2": WHOLE} and target.asked["POST v2"] >= 2  # made, then written


def test_a_pull_request(target, folder):
    assert push_to_hub(folder, "org/model", token="secret", create_pr=True).endswith("/discussions/1")
    assert list(target.uploads.values()) == [WHOLE]


@pytest.mark.parametrize(
    ("kind", "on", "error", "match"),
    [
        ("401", "POST", MissingFileError, "that you may see"),
        ("403", "POST main", HubError, r"access is refused \(403\)"),
        ("500", "POST main", HubError, "answered 500"),
    ],
)
def test_refusals(target, folder, kind, on, error, match):
    target.fail(kind, on=on)
    with pytest.raises(error, match=match):
        push_to_hub(folder, "org/model", token="secret")
    assert not target.uploads.get("main")


def test_a_repository_that_may_not_be_made(target, folder):
    target.fail("403", on="POST create")
    push_to_hub(folder, "org/model", token="secret")  # it is there already
    with pytest.raises((HubError, MissingFileError), match="org/other"):
        push_to_hub(folder, "org/other", token="secret")


def test_nobody_there(target, folder):
    target.close()
    with pytest.raises(HubError, match="cannot be reached"):
        push_to_hub(folder, "org/model", token="secret")


def test_what_is_not_asked_at_all(target, folder, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="against the main branch"):
        push_to_hub(folder, "org/model", token="secret", revision="v2", create_pr=True)
    for place, name, match in (
        (tmp_path / "nothing", "org/model", "is no folder"),
        (tmp_path / "empty", "org/model", "has no files"),
        (folder, "org/mo del", "cannot be a repository's name"),
        (folder, "a/b/c", "cannot be a repository's name"),
    ):
        with pytest.raises(InputError, match=match):
            push_to_hub(place, name, token="secret")
    assert not target.asked
