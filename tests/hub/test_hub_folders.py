"""Folders: what is found, what is refused, and what is said where nothing is."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triform.errors import CorruptFileError, InputError, MissingFileError
from triform.hub import is_lfs_pointer, locate


@pytest.fixture()
def folder(tmp_path):
    (tmp_path / "m" / "sub").mkdir(parents=True)
    (tmp_path / "m" / ".git").mkdir()
    for name in ("config.json", "model.safetensors", "sub/tokenizer.json", ".git/HEAD"):
        (tmp_path / "m" / name).write_text("{}")
    return tmp_path / "m"


def test_files_by_name(folder):
    source = locate(folder)
    assert source.is_local and source.commit_hash is None and source.name == str(folder) and source.file is None
    assert source.find("config.json") == folder / "config.json" and source.find("nothing") is None and source.find("sub") is None
    assert source.files() == ["config.json", "model.safetensors", "sub/tokenizer.json"]
    assert locate(str(folder), subfolder="sub").find("tokenizer.json") == folder / "sub" / "tokenizer.json"
    assert locate(source) is source


def test_a_file_stands_for_its_folder(folder):
    source = locate(folder / "config.json")
    assert source.file == folder / "config.json" and source.find("model.safetensors") == folder / "model.safetensors"


def test_a_folder_wins_over_a_repository_of_its_name(folder, monkeypatch):
    (folder / "org" / "model").mkdir(parents=True)
    monkeypatch.chdir(folder)
    assert locate("org/model").is_local and not locate("org/other").is_local


def test_what_is_missing_is_said_with_what_is_there(folder):
    with pytest.raises(MissingFileError) as caught:
        locate(folder).require("confg.json", "which every model needs")
    text = str(caught.value)
    assert "confg.json, which every model needs" in text and "model.safetensors" in text and "mean 'config.json'" in text
    assert str(folder) in text and "http" not in text
    with pytest.raises(MissingFileError, match=r"It is in sub: give subfolder="):
        locate(folder).require("tokenizer.json")
    with pytest.raises(MissingFileError, match=r"no subfolder 'nope'. It has: .*sub"):
        locate(folder, subfolder="nope")
    (folder / "empty").mkdir()
    with pytest.raises(MissingFileError, match="is empty of files"):
        locate(folder / "empty").require("config.json")
    for i in range(50):
        (folder / f"f{i}").touch()
    with pytest.raises(MissingFileError, match="… and 33 more"):
        locate(folder).require("nothing")


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../x", "..", "", ".", "c:\\x", "..\\x", "a\0b", "\\etc\\passwd"])
def test_names_that_climb_out_are_refused(folder, name):
    with pytest.raises(CorruptFileError, match="leads outside"):
        locate(folder).find(name)


@given(st.text(max_size=300) | st.lists(st.sampled_from(["..", ".", "", "a", "sub", "link", "~", "c:", "\\", "/"])).map("/".join))
def test_no_name_leads_outside(name):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "m"
        (folder / "sub").mkdir(parents=True)
        (Path(place) / "a").write_text("secret")
        (folder / "a").write_text("")
        (folder / "link").symlink_to(place)
        try:
            found = locate(folder).find(name)
        except CorruptFileError:
            return
        assert found is None or found.resolve().is_relative_to(folder.resolve())


def test_names_that_no_disk_holds_are_absent(folder):
    assert locate(folder).find("x" * 5000) is None and locate(folder).find("a/" * 3000 + "x") is None


def test_links(folder, tmp_path):
    (tmp_path / "secret").write_text("x")
    (folder / "stolen.json").symlink_to(tmp_path / "secret")
    (folder / "stolen").symlink_to(tmp_path)
    (folder / "sub" / "shared.json").symlink_to("../config.json")
    (folder / "dangling.json").symlink_to("nowhere")
    for name in ("stolen.json", "stolen/secret"):
        with pytest.raises(CorruptFileError, match="leads outside"):
            locate(folder).find(name)
    with pytest.raises(CorruptFileError, match="leads outside"):
        locate(folder, subfolder="stolen")
    assert locate(folder, subfolder="sub").find("shared.json") and locate(folder).find("dangling.json") is None
    (tmp_path / "alias").symlink_to(folder)
    assert locate(tmp_path / "alias").find("config.json")  # what the user names may be a link itself


def test_a_snapshot_of_the_cache_is_a_folder_whose_links_lead_to_blobs(tmp_path):
    repository = tmp_path / "cache" / "models--org--model"
    snapshot = repository / "snapshots" / ("a" * 40)
    (snapshot / "sub").mkdir(parents=True)
    (repository / "blobs").mkdir()
    (repository / "blobs" / "1").write_text("{}")
    (snapshot / "config.json").symlink_to("../../blobs/1")
    (snapshot / "sub" / "config.json").symlink_to("../../../blobs/1")
    assert locate(snapshot).find("config.json") and locate(snapshot, subfolder="sub").find("config.json")
    (tmp_path / "secret").touch()
    (snapshot / "stolen").symlink_to(tmp_path / "secret")
    with pytest.raises(CorruptFileError, match="leads outside"):
        locate(snapshot).find("stolen")


@pytest.mark.parametrize(
    "name", ["./nothing", "../nothing", "/nothing/here", "~/nothing-here", "~nobody-here/x", "C:\\models\\x", Path("org/model")]
)
def test_paths_that_are_not_there(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MissingFileError, match=r"There is no folder .*, and no file of that name\.") as caught:
        locate(name)
    assert "http" not in str(caught.value) and "repository" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("a/b/c", r"at most one slash.*'a/b', give subfolder='c'"),
        ("a/b/c/d", r"'a/b', give subfolder='c/d'"),
        ("with space", "cannot be a repository's name"),
        ("org/na me", "cannot be a repository's name"),
        ("a--b/c", "cannot be a repository's name"),
        ("-x", "cannot be a repository's name"),
        ("org/x.git", "cannot be a repository's name"),
        ("org/", "cannot be a repository's name"),
        ("ü/x", "cannot be a repository's name"),
        ("org/model\n", "cannot be a repository's name"),
        ("x" * 5000, "cannot be a repository's name"),
        ("https://huggingface.co/org/model/tree/main", "is an address. Give the repository's name: 'org/model'"),
    ],
)
def test_what_can_be_neither(name, match):
    with pytest.raises(MissingFileError, match=match) as caught:
        locate(name)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("name", ["", None, 3, "a\0b"])
def test_what_is_no_name_at_all(name):
    with pytest.raises(InputError, match="neither a folder nor a repository's name"):
        locate(name)


@pytest.mark.parametrize(
    ("keywords", "match"),
    [
        ({"revision": "../../x"}, "no branch, tag or commit"),
        ({"revision": "/etc"}, "no branch, tag or commit"),
        ({"revision": "a b"}, "no branch, tag or commit"),
        ({"revision": 3}, "no branch, tag or commit"),
        ({"repo_type": "modle"}, "Did you mean 'model'"),
        ({"token": "a", "use_auth_token": "b"}, "Both token and use_auth_token"),
    ],
)
def test_arguments_that_make_no_sense(keywords, match):
    with pytest.raises(InputError, match=match):
        locate("org/model", **keywords)


def test_older_keywords(tmp_path):
    with pytest.warns(FutureWarning, match="Give token"):
        assert locate("org/model", use_auth_token="x", resume_download=True).repository.token == "x"
    with pytest.raises(TypeError, match="reviison"):
        locate(tmp_path, reviison="main")


def test_a_subfolder_of_a_repository_may_not_climb_out():
    with pytest.raises(CorruptFileError, match="leads outside"):
        locate("org/model", subfolder="../../other")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may look at everything")
def test_a_folder_that_may_not_be_looked_at(folder):
    folder.chmod(0)
    try:
        with pytest.raises(MissingFileError, match="cannot be looked at"):
            locate(folder).find("config.json")
    finally:
        folder.chmod(0o700)


def test_pointers_of_git_lfs(tmp_path):
    (tmp_path / "a").write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    (tmp_path / "b").write_bytes(b"PK")
    assert is_lfs_pointer(tmp_path / "a") and not is_lfs_pointer(tmp_path / "b")
