"""Repositories: fetched once, of one commit, then taken from the cache without a request."""

import json

import pytest
from server import FILES, FIRST, SECOND

from triform.errors import HubError, InputError, MissingFileError
from triform.hub import locate

OTHER = {**FILES, "config.json": b'{"model_type": "bert", "hidden_size": 48}'}


def size(source) -> int:
    return json.loads(source.require("config.json").read_text())["hidden_size"]


def load(**keywords):
    """What a load does: a file, an absent file, a large file."""
    source = locate("org/model", **keywords)
    assert source.require("config.json") and source.find("nothing.json") is None
    assert source.require("model.safetensors").read_bytes() == FILES["model.safetensors"]
    return source


def test_the_second_load_asks_nothing(hub):
    first = load()
    assert first.commit_hash == FIRST and not first.is_local and first.name == "org/model"
    assert hub.asked["GET config.json"] == hub.asked["HEAD nothing.json"] == 1
    hub.asked.clear()
    second = load()
    assert second.commit_hash == FIRST and not hub.asked


def test_the_second_load_needs_no_server(hub):
    load()
    hub.close()
    assert load().commit_hash == FIRST


def test_a_source_sees_what_another_has_fetched_since(hub):
    early = locate("org/model")
    load()
    hub.asked.clear()
    assert early.require("config.json") and early.commit_hash == FIRST and not hub.asked


def test_what_the_cache_does_not_know_is_asked_for_at_the_same_commit(hub):
    locate("org/model").require("config.json")
    hub.push(OTHER)
    source = locate("org/model")
    assert source.require("sub/config.json").parts[-3] == FIRST and source.commit_hash == FIRST


def test_all_files_of_a_load_are_of_one_commit(hub):
    for keywords in ({}, {"force_download": True}, {"refresh": True}):
        hub.push(dict(FILES), FIRST)
        source = locate("org/model", **keywords)
        assert size(source) == 12
        hub.push(OTHER)  # between two files of the same load
        assert source.require("sub/config.json").parts[-3] == FIRST == source.commit_hash


def test_a_load_that_starts_with_an_absent_file_is_of_one_commit_too(hub):
    source = locate("org/model")
    assert source.find("nothing.json") is None and source.commit_hash == FIRST
    hub.push(OTHER)
    assert size(source) == 12


def test_refreshing(hub):
    assert size(locate("org/model")) == 12
    hub.push(OTHER)
    assert size(locate("org/model")) == 12
    assert size(locate("org/model", refresh=True)) == 48
    hub.asked.clear()
    assert size(locate("org/model")) == 48 and not hub.asked  # the branch's commit is remembered
    source = locate("org/model", refresh=True)
    assert size(source) == 48 and sum(hub.asked.values()) == 1  # still the same: one question
    assert locate("org/model", revision=FIRST).require("config.json").parts[-2] == FIRST


def test_refreshing_where_nobody_answers(hub):
    load()
    hub.close()
    source = locate("org/model", refresh=True)
    with pytest.warns(UserWarning, match="refresh=True had no effect.*cannot be reached"):
        assert size(source) == 12
    assert source.find("nothing.json") is None


def test_revisions(hub):
    hub.push(OTHER, SECOND, "next")
    hub.push(OTHER, "c" * 40, "refs/pr/1")
    assert size(locate("org/model", revision="next")) == 48
    assert locate("org/model", revision="next").commit_hash == SECOND
    assert locate("org/model", revision="refs/pr/1").require("config.json").parts[-2] == "c" * 40
    assert size(locate("org/model", revision=FIRST)) == 12
    hub.asked.clear()
    assert size(locate("org/model", revision="refs/pr/1")) == 48 and size(locate("org/model", revision=FIRST)) == 12 and not hub.asked
    with pytest.raises(MissingFileError, match="no revision 'never'"):
        locate("org/model", revision="never").find("config.json")


def test_a_cached_commit_that_the_hub_has_lost(hub):
    locate("org/model").require("config.json")
    hub.push(dict(FILES))
    del hub.commits[FIRST]
    with pytest.raises(MissingFileError, match=r"gone from the Hub.*refresh=True"):
        load()
    assert load(refresh=True).commit_hash == SECOND


def test_forced_downloads(hub):
    load()
    hub.asked.clear()
    source = load(force_download=True)
    source.require("config.json")
    assert hub.asked["GET config.json"] == hub.asked["GET model.safetensors"] == 1


def test_a_damaged_cache_is_repaired(hub):
    path = locate("org/model").require("config.json")
    path.resolve().unlink()  # a link that leads nowhere
    assert size(locate("org/model")) == 12


def test_subfolders(hub):
    source = locate("org/model", subfolder="/sub/")
    assert size(source) == 24 and source.require("config.json").parts[-2:] == ("sub", "config.json")
    assert source.files() == ["config.json"]
    with pytest.raises(MissingFileError, match=r"no file model\.safetensors.*It has: config\.json\."):
        source.require("model.safetensors")


def test_what_is_there_instead(hub):
    source = locate("org/model")
    assert source.files() == sorted(FILES)
    with pytest.raises(MissingFileError, match=r"no file tokenizer\.json, of the text\. It has: config\.json, model\.safetensors"):
        source.require("tokenizer.json", "of the text")
    with pytest.raises(MissingFileError, match=r"mean 'config\.json'"):
        source.require("confg.json")


def test_cache_folders(hub, tmp_path, monkeypatch):
    assert (tmp_path / "given") in locate("org/model", cache_dir=tmp_path / "given").require("config.json").parents
    for variable, value, place in (
        ("TRANSFORMERS_CACHE", "oldest", "oldest"),
        ("HF_HUB_CACHE", "one", "one"),
        ("HUGGINGFACE_HUB_CACHE", "two", "two"),
        ("HF_HOME", "three", "three/hub"),
        ("XDG_CACHE_HOME", "four", "four/huggingface/hub"),
    ):
        for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME", "TRANSFORMERS_CACHE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("PLACE", str(tmp_path))
        monkeypatch.setenv(variable, f"$PLACE/{value}")
        assert tmp_path / place / "models--org--model" in locate("org/model").require("config.json").parents


def test_tokens(hub, monkeypatch):
    locate("org/model").find("config.json")
    assert set(hub.authorizations) == {None}
    hub.token = "secret"
    for keywords in ({"token": "secret"}, {"token": "secret", "refresh": True}):
        hub.authorizations.clear()
        locate("org/model", force_download=True, **keywords).require("config.json")
        assert set(hub.authorizations) == {"Bearer secret"}
    monkeypatch.setenv("HF_TOKEN", "secret")
    assert locate("org/model", force_download=True).find("config.json")
    with pytest.raises(MissingFileError, match="that you may see"):
        locate("org/model", token=False, force_download=True).find("config.json")
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(HubError, match="no token is stored"):
        locate("org/model", token=True, force_download=True).find("config.json")
    with pytest.raises(HubError, match="token is refused"):
        locate("org/model", token="wrong", force_download=True).find("config.json")


def test_proxies(hub, monkeypatch):
    import inspect

    import huggingface_hub

    monkeypatch.setenv("HF_ENDPOINT", "http://hub.invalid")  # only the proxy, which is the server, can answer for it
    source = locate("org/model", proxies={"http": hub.address})
    if "proxies" in inspect.signature(huggingface_hub.hf_hub_download).parameters:
        assert size(source) == 12
    else:
        with pytest.raises(InputError, match=r"takes no proxies=\. Set HTTPS_PROXY"):
            source.find("config.json")
        assert not hub.asked


def test_an_endpoint_that_is_set_late(hub):
    import huggingface_hub  # its own idea of the endpoint is settled by now

    assert hub.address != huggingface_hub.constants.ENDPOINT
    assert size(locate("org/model")) == 12


@pytest.mark.parametrize("torn", ["", "0123", "f" * 40])
def test_a_reference_that_was_cut_off(hub, torn, tmp_path):
    """Offline, what the cache had before still loads; another revision's commit is not taken for it; online, the Hub says."""
    load()
    hub.push(OTHER, SECOND, branch="other")
    load(revision="other")
    (tmp_path / "cache" / "models--org--model" / "refs" / "main").write_text(torn)
    with pytest.warns(UserWarning, match=f"another commit was cut off, so {FIRST}"):
        source = locate("org/model", local_files_only=True)
    assert source.commit_hash == FIRST and size(source) == 12 and source.find("nothing.json") is None
    assert load().commit_hash == FIRST
    with pytest.raises(HubError, match="not in the cache"):
        locate("org/model", revision="never", local_files_only=True).find("config.json")
