"""What is written, under which names; and files that are damaged, missing or foreign."""

import json
import os
import pickle

import pytest
from corpus import LINES
from tokenizers import AddedToken

from triform import AutoTokenizer, BertTokenizer, CodeGenTokenizer, GPT2Tokenizer
from triform.errors import CorruptFileError, InputError, MissingFileError, TokenizerError, UnknownKeywordError

pytestmark = pytest.mark.xdist_group("reference tokenizers")


@pytest.fixture
def bert(wordpiece):
    return BertTokenizer.from_pretrained(wordpiece)


def names(folder):
    return sorted(os.listdir(folder))


def test_the_names_of_files(bert, byte_level, tmp_path):
    import transformers

    theirs = transformers.BertTokenizerFast.from_pretrained(bert.name_or_path)
    for i, tokenizer in enumerate((bert, theirs)):
        tokenizer.add_tokens(["<w>"])
        for j, options in enumerate(
            (
                {},
                {"legacy_format": True},
                {"legacy_format": False},
                {"filename_prefix": "pre"},
                {"legacy_format": True, "filename_prefix": "p"},
            )
        ):
            written = tokenizer.save_pretrained(tmp_path / str(i) / str(j), **options)
            assert sorted(os.path.basename(path) for path in written) == names(tmp_path / str(i) / str(j))
    for j in range(5):
        assert names(tmp_path / "0" / str(j)) == names(tmp_path / "1" / str(j))
    for form in ("0", "1", "2"):
        for at in ("0", "1"):
            for again in (
                AutoTokenizer.from_pretrained(tmp_path / at / form),
                transformers.AutoTokenizer.from_pretrained(tmp_path / at / form),
            ):
                assert again(LINES)["input_ids"] == bert(LINES)["input_ids"] and again.convert_tokens_to_ids("<w>") == len(bert) - 1
    saved = GPT2Tokenizer.from_pretrained(byte_level).save_vocabulary(tmp_path / "plain", "x")
    assert [os.path.basename(path) for path in saved] == ["x-vocab.json", "x-merges.txt"] == names(tmp_path / "plain")[::-1]
    assert json.loads((tmp_path / "plain" / "x-vocab.json").read_text()) == json.loads((byte_level / "vocab.json").read_text())


def test_a_tokenizer_lies_over_its_own_files(bert, tmp_path):
    bert.save_pretrained(tmp_path)
    again = AutoTokenizer.from_pretrained(tmp_path)
    again.add_tokens(["<w>"])
    again.save_pretrained(tmp_path)
    assert len(AutoTokenizer.from_pretrained(tmp_path)) == len(bert) + 1
    assert not [name for name in names(tmp_path) if name.endswith(".tmp")]


def test_padding_of_a_call_is_not_saved(bert, tmp_path):
    bert(LINES, padding=True, truncation=True, max_length=9)
    bert.save_pretrained(tmp_path)
    state = json.loads((tmp_path / "tokenizer.json").read_text())
    assert state["padding"] is None and state["truncation"] is None


def test_uploading(bert, monkeypatch):
    from triform import hub

    sent = []
    monkeypatch.setattr(hub, "push_to_hub", lambda folder, repo, **options: sent.append((names(folder), repo, options)) or "address")
    assert bert.push_to_hub("org/name", private=True) == "address"
    assert sent == [(["special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt"], "org/name", {"private": True})]


def test_saving_with_an_upload(bert, monkeypatch, tmp_path):
    from triform import hub

    sent = []
    monkeypatch.setattr(hub, "push_to_hub", lambda folder, repo, **options: sent.append((repo, options)))
    bert.save_pretrained(tmp_path / "named", push_to_hub=True, token="t")
    bert.save_pretrained(tmp_path / "named", push_to_hub=True, repo_id="org/x")
    assert sent == [("named", {"token": "t"}), ("org/x", {})]
    with pytest.raises(UnknownKeywordError, match="Did you mean 'push_to_hub'"):
        bert.save_pretrained(tmp_path, push_to_hubs=True)
    with pytest.raises(InputError, match="another folder"):
        bert.save_pretrained(tmp_path, filename_prefix="../x")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file"):
        bert.save_pretrained(tmp_path / "file")


def test_settings_and_flags_come_back(bert, tmp_path):
    bert.add_special_tokens(
        {"mask_token": AddedToken("[MASK]", lstrip=True, normalized=False), "additional_special_tokens": [AddedToken("<q>", rstrip=True)]}
    )
    bert.padding_side, bert.truncation_side, bert.model_max_length, bert.clean_up_tokenization_spaces = "left", "left", 99, False
    bert.save_pretrained(tmp_path)
    for again in (AutoTokenizer.from_pretrained(tmp_path), pickle.loads(pickle.dumps(bert))):
        assert (again.padding_side, again.truncation_side, again.model_max_length, again.clean_up_tokenization_spaces) == (
            "left",
            "left",
            99,
            False,
        )
        assert {i: str(t) + repr(t) for i, t in again.added_tokens_decoder.items()} == {
            i: str(t) + repr(t) for i, t in bert.added_tokens_decoder.items()
        }
        assert again(LINES)["input_ids"] == bert(LINES)["input_ids"] and str(again.special_tokens_map_extended) == str(
            bert.special_tokens_map_extended
        )
    assert json.loads((tmp_path / "special_tokens_map.json").read_text())["mask_token"]["lstrip"] is True


def test_a_newer_configuration_s_names(bert, tmp_path):
    bert.save_pretrained(tmp_path)
    config = json.loads((tmp_path / "tokenizer_config.json").read_text())
    (tmp_path / "special_tokens_map.json").unlink()
    newer = {
        **config,
        "extra_special_tokens": ["<q>", "<r>"],
        "model_specific_special_tokens": {"image_token": "<image>"},
        "backend": "tokenizers",
    }
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(newer))
    again = AutoTokenizer.from_pretrained(tmp_path)
    assert again.additional_special_tokens == ["<q>", "<r>"] and again.image_token == "<image>"


# ---- damage


@pytest.mark.parametrize(("name", "text", "match"), [
    ("merges.txt", "a b c\n", "line 1: 'a b c' is no pair"), ("vocab.json", "[1]", "no mapping of pieces"), ("vocab.json", "{", "not valid JSON"),
    ("vocab.json", '{"a": -1}', "no mapping"), ("merges.txt", "zz qq\n", "does not fit"), ("vocab.json", "[" * 100000, "not valid JSON"),
])  # fmt: skip
def test_damaged_pieces(byte_level, tmp_path, name, text, match):
    for kept in ("vocab.json", "merges.txt"):
        (tmp_path / kept).write_bytes((byte_level / kept).read_bytes())
    (tmp_path / name).write_text(text)
    with pytest.raises(TokenizerError, match=match):
        AutoTokenizer.from_pretrained(tmp_path, tokenizer_type="gpt2")


@pytest.mark.parametrize("damage", [
    b"", b"{", b"[]", b"null", b'{"model": {"type": "WordPiece", "vocab": 3}}', b"\xff\xfe", b'{"version": "1.0"}', b'{"model": {"type": "Nothing"}}', b"[" * 50000,
    b'{"version":"1.0","model":{"type":"BPE","vocab":{"a":0},"merges":["x y"]}}', b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
])  # fmt: skip
def test_a_damaged_engine(tmp_path, damage):
    (tmp_path / "tokenizer.json").write_bytes(damage)
    with pytest.raises(CorruptFileError, match=r"tokenizer\.json"):
        AutoTokenizer.from_pretrained(tmp_path)


@pytest.mark.parametrize(("name", "text", "match"), [
    ("tokenizer_config.json", "[]", "expected an object"), ("tokenizer_config.json", "{", "not valid JSON"), ("special_tokens_map.json", '{"pad_token": 3}', "expected a text"),
    ("special_tokens_map.json", '{"pad_token": {"content": "x", "lstrip": "yes"}}', "true or false"), ("added_tokens.json", '{"x": "y"}', "whole number"),
    ("tokenizer_config.json", '{"added_tokens_decoder": {"a": "x"}}', "no mapping of ids"), ("tokenizer_config.json", '{"added_tokens_decoder": [1]}', "no mapping of ids"),
    ("tokenizer_config.json", '{"additional_special_tokens": "x"}', "a list of tokens"), ("tokenizer_config.json", '{"extra_special_tokens": 3}', "a mapping of names"),
    ("tokenizer_config.json", '{"padding_side": "up"}', "left, right"),
    ("tokenizer_config.json", '{"model_max_length": "x", "tokenizer_class": 3, "do_lower_case": "no"}', "tokenizer_class is 3, .*model_max_length is 'x', .*do_lower_case is 'no'"), ("vocab.txt", "", "is empty"),
])  # fmt: skip
def test_damaged_companions(wordpiece, tmp_path, name, text, match):
    (tmp_path / "vocab.txt").write_bytes((wordpiece / "vocab.txt").read_bytes())
    (tmp_path / name).write_text(text)
    with pytest.raises((CorruptFileError, TokenizerError), match=match):
        AutoTokenizer.from_pretrained(tmp_path, tokenizer_type="bert")


def test_a_missing_file_says_what_would_do(tmp_path, byte_level):
    (tmp_path / "vocab.json").write_bytes((byte_level / "vocab.json").read_bytes())
    for kind, match in (
        ("gpt2", r"tokenizer\.json or vocab\.json and merges\.txt"),
        ("bert", r"tokenizer\.json or vocab\.txt"),
        ("bloom", r"\(tokenizer\.json\)"),
    ):
        with pytest.raises(MissingFileError, match=match + r".*It has: vocab\.json"):
            AutoTokenizer.from_pretrained(tmp_path, tokenizer_type=kind)


def test_added_tokens_that_cannot_have_their_ids(wordpiece, tmp_path, caplog):
    (tmp_path / "vocab.txt").write_bytes((wordpiece / "vocab.txt").read_bytes())
    (tmp_path / "added_tokens.json").write_text('{"<w>": 5000}')
    tokenizer = AutoTokenizer.from_pretrained(tmp_path, tokenizer_type="bert")
    assert "'<w>' is" in caplog.text and tokenizer.convert_tokens_to_ids("<w>") == len(tokenizer) - 1


def test_special_tokens_that_the_vocabulary_lacks_are_added(tmp_path):
    (tmp_path / "vocab.txt").write_text("a\nb\n[UNK]\n")
    tokenizer = BertTokenizer.from_pretrained(tmp_path)
    assert tokenizer("a b")["input_ids"] == [tokenizer.cls_token_id, 0, 1, tokenizer.sep_token_id] and tokenizer.cls_token_id > 2


def test_generated_code_can_be_cut(byte_level):
    import transformers

    ours, theirs = CodeGenTokenizer.from_pretrained(byte_level), transformers.CodeGenTokenizerFast.from_pretrained(byte_level)
    for text in ("def f():\n  pass\n\ndef g():\n  pass\n", "print(1)\nx\nprint(2)\n", "a\n# note\nb", "\n\n\nx", "plain"):
        ids = ours(text)["input_ids"]
        for patterns in (None, ["^#", "\n\n\n"], ["^x"]):
            assert ours.decode(ids, truncate_before_pattern=patterns) == theirs.decode(ids, truncate_before_pattern=patterns), (
                text,
                patterns,
            )


def test_made_from_an_engine_or_from_files(wordpiece, byte_level, tmp_path):
    import transformers
    from tokenizers import Tokenizer

    import triform

    saved = transformers.BertTokenizerFast.from_pretrained(wordpiece)
    saved.save_pretrained(tmp_path)
    engine = tmp_path / "tokenizer.json"
    named = {
        "unk_token": "[UNK]",
        "pad_token": "[PAD]",
        "mask_token": AddedToken("[MASK]", lstrip=True, normalized=False),
        "model_max_length": 30,
        "padding_side": "left",
    }
    for how in (lambda: {"tokenizer_object": Tokenizer.from_file(str(engine))}, lambda: {"tokenizer_file": str(engine)}):
        ours, theirs = triform.PreTrainedTokenizerFast(**how(), **named), transformers.PreTrainedTokenizerFast(**how(), **named)
        assert dict(ours(LINES, padding=True, truncation=True)) == dict(theirs(LINES, padding=True, truncation=True))
        assert ours.special_tokens_map == theirs.special_tokens_map and ours.model_max_length == 30
    for cls, files in (
        ("BertTokenizer", [wordpiece / "vocab.txt"]),
        ("GPT2Tokenizer", [byte_level / "vocab.json", byte_level / "merges.txt"]),
        ("RobertaTokenizer", [byte_level / "vocab.json", byte_level / "merges.txt"]),
    ):
        ours, theirs = getattr(triform, cls)(*map(str, files)), getattr(transformers, f"{cls}Fast")(*map(str, files))
        assert dict(ours(LINES)) == dict(theirs(LINES)) and ours.special_tokens_map == theirs.special_tokens_map
        ours.save_pretrained(tmp_path / cls)
        assert AutoTokenizer.from_pretrained(tmp_path / cls)(LINES)["input_ids"] == ours(LINES)["input_ids"]
    keyed = triform.GPT2Tokenizer(
        vocab_file=byte_level / "vocab.json", merges_file=byte_level / "merges.txt", add_prefix_space=True, pad_token="<pad>"
    )
    assert keyed.tokenize("a") == ["Ġa"] and keyed.pad_token == "<pad>"
    for call, error, match in (
        (lambda: triform.GPT2Tokenizer(byte_level / "vocab.json"), MissingFileError, "merges"), (lambda: triform.BertTokenizer("nothing.txt"), MissingFileError, "is no file"),
        (lambda: triform.PreTrainedTokenizerFast(), MissingFileError, r"tokenizer\.json"), (lambda: triform.BertTokenizer(wordpiece / "vocab.txt", do_lower_cases=1), UnknownKeywordError, "do_lower_case"),
    ):  # fmt: skip
        with pytest.raises(error, match=match):
            call()


def test_a_class_of_one_s_own_loads_as_itself(wordpiece):
    class Mine(BertTokenizer):
        pass

    assert type(Mine.from_pretrained(wordpiece)) is Mine
