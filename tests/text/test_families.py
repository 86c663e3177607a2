"""WordPiece and byte-level BPE, each family against the reference on the whole corpus: from its own files, from tokenizer.json, and back."""

import json
import shutil

import pytest
from corpus import LINES
from parity import differing, folder, hold, pass_files

import triform
from triform import AutoTokenizer

pytestmark = pytest.mark.xdist_group("reference tokenizers")

WORDPIECE = [
    "BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MPNetTokenizer", "MobileBertTokenizer", "LayoutLMTokenizer", "FunnelTokenizer",
    "SqueezeBertTokenizer", "LxmertTokenizer", "RetriBertTokenizer", "RealmTokenizer", "DPRQuestionEncoderTokenizer",
    "DPRContextEncoderTokenizer", "ConvBertTokenizer", "SplinterTokenizer",
]  # fmt: skip
BYTE_LEVEL = [
    "GPT2Tokenizer", "RobertaTokenizer", "BartTokenizer", "LongformerTokenizer", "LEDTokenizer", "MvpTokenizer", "BlenderbotTokenizer",
    "DebertaTokenizer", "CodeGenTokenizer", "Qwen2Tokenizer",
]  # fmt: skip
BEGUN = {"add_bos_token": True, "bos_token": "</s>", "eos_token": "</s>", "unk_token": "</s>", "pad_token": "<pad>"}  # OPT's settings
CASES = [
    *((name, "wordpiece", {}) for name in WORDPIECE),
    *(("BertTokenizer", "wordpiece", s) for s in ({"do_lower_case": False}, {"strip_accents": False}, {"tokenize_chinese_chars": False})),
    *((name, "byte_level", {}) for name in BYTE_LEVEL),
    *(
        (name, "byte_level", {"add_prefix_space": True})
        for name in ("GPT2Tokenizer", "RobertaTokenizer", "BartTokenizer", "DebertaTokenizer")
    ),
    ("RobertaTokenizer", "byte_level", {"trim_offsets": False}),
    ("GPT2Tokenizer", "byte_level", BEGUN),
    ("CLIPTokenizer", "clip_pieces", {}),
    ("WhisperTokenizer", "whisper_files", {}),
]
FILES = {"wordpiece": ["vocab.txt"], "byte_level": ["vocab.json", "merges.txt"], "clip_pieces": ["vocab.json", "merges.txt"]}
FILES["whisper_files"] = ["vocab.json", "merges.txt", "added_tokens.json", "special_tokens_map.json"]


@pytest.fixture(params=CASES, ids=lambda c: "-".join([c[0], *c[2]]))
def place(request, tmp_path):
    """(class name, a folder with its vocabulary files)."""
    name, vocabulary, settings = request.param
    at = request.getfixturevalue(vocabulary)
    return name, folder(tmp_path / "files", name, {file: at / file for file in FILES[vocabulary]}, **settings)


def test_from_its_files_and_passed_on(place, tmp_path):
    import transformers

    name, at = place
    theirs = getattr(transformers, f"{name}Fast").from_pretrained(at)
    ours = AutoTokenizer.from_pretrained(at)
    assert type(ours) is getattr(triform, name) is getattr(triform, f"{name}Fast") and "read from vocab" in ours.resolution
    hold(ours, theirs)
    if name != "SplinterTokenizer":  # the reference cannot load what it saves of that one
        pass_files(ours, theirs, tmp_path)


def test_words_windows_and_sides(place):
    import transformers

    name, at = place
    theirs = getattr(transformers, f"{name}Fast").from_pretrained(at)
    ours = AutoTokenizer.from_pretrained(at)
    if theirs.pad_token is None:
        ours.pad_token, theirs.pad_token = ours.eos_token, theirs.eos_token
    few = [line for line in LINES if len(line) > 20][:60]
    windows = {"truncation": True, "max_length": 12, "stride": 3, "return_overflowing_tokens": True, "return_offsets_mapping": True}
    assert dict(ours(few, padding="max_length", **windows)) == dict(theirs(few, padding="max_length", **windows))
    for options in (
        {"padding": True, "padding_side": "left"}, {"padding": True, "pad_to_multiple_of": 8, "padding_side": "right"},
        {"padding": "max_length", "max_length": 40, "truncation": "only_second"}, {"padding": True, "truncation": "only_first", "max_length": 90},
    ):  # fmt: skip
        short = [line for line in few if len(ours(line)["input_ids"]) > 25][:20] if "truncation" in options else few[:20]
        assert dict(
            ours(["a"] * len(short), short, **options) if options.get("truncation") == "only_second" else ours(short, **options)
        ) == dict(theirs(["a"] * len(short), short, **options) if options.get("truncation") == "only_second" else theirs(short, **options))
    ours.truncation_side = theirs.truncation_side = "left"
    assert dict(ours(few, **windows)) == dict(theirs(few, **windows))
    rows = [line.split() for line in few]
    if "vocab.txt" in ours.resolution or ours.settings.get("add_prefix_space"):  # the reference refuses others
        mine, yours = ours(rows, is_split_into_words=True), theirs(rows, is_split_into_words=True)
        assert dict(mine) == dict(yours)
        assert [mine.word_ids(i) for i in range(len(rows))] == [yours.word_ids(i) for i in range(len(rows))]


@pytest.mark.parametrize("setting", [{"do_lower_case": False}, {"strip_accents": False}, {"tokenize_chinese_chars": False}])
def test_settings_count_more_than_the_engine_s_file_for_bert(wordpiece, tmp_path, setting):
    import transformers

    saved = transformers.BertTokenizerFast.from_pretrained(wordpiece)
    saved.save_pretrained(tmp_path / "saved")
    at = folder(tmp_path / "at", "BertTokenizer", {"tokenizer.json": tmp_path / "saved" / "tokenizer.json"}, **setting)
    hold(AutoTokenizer.from_pretrained(at), transformers.BertTokenizerFast.from_pretrained(at))


@pytest.mark.parametrize("name", [*BYTE_LEVEL[:7], "GPTNeoXTokenizer", "BloomTokenizer", "PreTrainedTokenizer", "WhisperTokenizer"])
@pytest.mark.parametrize(
    "settings", [{}, {"add_prefix_space": True}, {"add_bos_token": True, "add_eos_token": True, "bos_token": "<s>", "eos_token": "</s>"}]
)
@pytest.mark.parametrize("spaced", [False, True])
def test_settings_count_more_than_the_engine_s_file(byte_level, tmp_path, name, settings, spaced):
    import transformers

    saved = transformers.GPT2TokenizerFast.from_pretrained(byte_level, add_prefix_space=spaced)
    saved.backend_tokenizer.save(str(tmp_path / "tokenizer.json"))
    at = folder(tmp_path / "at", name, {"tokenizer.json": tmp_path / "tokenizer.json"}, **settings)
    theirs = getattr(transformers, f"{name}Fast").from_pretrained(at)
    ours = AutoTokenizer.from_pretrained(at)
    assert not differing(ours, theirs, return_offsets_mapping=True, return_special_tokens_mask=True)
    assert ours.special_tokens_map == theirs.special_tokens_map and len(ours) == len(theirs)


def test_cohere_begins_texts_from_its_settings(byte_level, tmp_path):
    import transformers

    saved = transformers.GPT2TokenizerFast.from_pretrained(byte_level)
    saved.backend_tokenizer.save(str(tmp_path / "tokenizer.json"))
    at = folder(tmp_path / "at", "CohereTokenizer", {"tokenizer.json": tmp_path / "tokenizer.json"}, bos_token="<s>", add_eos_token=True)
    theirs, ours = transformers.CohereTokenizerFast.from_pretrained(at), AutoTokenizer.from_pretrained(at)
    assert not differing(ours, theirs, return_offsets_mapping=True) and ours.padding_side == theirs.padding_side == "left"


@pytest.mark.parametrize("name", ["BertTokenizer", "GPT2Tokenizer", "RobertaTokenizer"])
def test_what_the_reference_s_python_tokenizers_save_is_read(wordpiece, byte_level, tmp_path, name):
    import transformers

    at = wordpiece if name == "BertTokenizer" else byte_level
    theirs = getattr(transformers, name).from_pretrained(at)
    theirs.add_tokens(["<added>", transformers.AddedToken("<left>", lstrip=True, normalized=False)])
    theirs.add_special_tokens({"additional_special_tokens": ["<more>"], "bos_token": "<begin>"})
    theirs.save_pretrained(tmp_path / "slow")
    assert not (tmp_path / "slow" / "tokenizer.json").exists()
    fast = getattr(transformers, f"{name}Fast").from_pretrained(tmp_path / "slow")
    ours = AutoTokenizer.from_pretrained(tmp_path / "slow")
    lines = [*LINES, "a <added> b  <left> c<more>d <begin>"]
    hold(ours, fast, lines)
    assert ours.added_tokens_encoder == fast.added_tokens_encoder and ours.additional_special_tokens == ["<more>"]
    for file in ("tokenizer_config.json",):  # older files name the added tokens in added_tokens.json alone
        (tmp_path / "slow" / file).write_text(f'{{"tokenizer_class": "{name}"}}')
    older = getattr(transformers, f"{name}Fast").from_pretrained(tmp_path / "slow")
    assert not differing(AutoTokenizer.from_pretrained(tmp_path / "slow"), older, lines)


def test_flags_of_the_configuration_replace_those_of_the_engine_s_file(byte_level, tmp_path):
    import transformers

    transformers.RobertaTokenizerFast.from_pretrained(byte_level).save_pretrained(tmp_path)
    data = json.loads((tmp_path / "tokenizer.json").read_text())
    for token in data["added_tokens"]:
        token["lstrip"] = False
    (tmp_path / "tokenizer.json").write_text(json.dumps(data))
    hold(AutoTokenizer.from_pretrained(tmp_path), transformers.AutoTokenizer.from_pretrained(tmp_path))


def test_other_people_s_files(checkpoints, tmp_path):
    import transformers

    names = ["bert-caikit", "bert-rxnfp-bert_ft_10k_25s", "gpt2-cicd", "gpt2-lmbuddy", "gpt2-cicd-small", "llama-basaran", "bloom-caikit"]
    for name in [*names, "modernbert-jammi"]:
        ours = AutoTokenizer.from_pretrained(checkpoints / name)
        theirs = transformers.AutoTokenizer.from_pretrained(checkpoints / name)
        assert not differing(ours, theirs, return_offsets_mapping=True, return_special_tokens_mask=True), name
        rows = ours(LINES)["input_ids"]
        assert ours.batch_decode(rows) == theirs.batch_decode(rows) and len(ours) == len(theirs), name
        ours.save_pretrained(tmp_path / name)
        again = transformers.AutoTokenizer.from_pretrained(tmp_path / name)
        assert again(LINES)["input_ids"] == rows and type(again) is type(theirs), name
    rxn = checkpoints / "albert-rxnmapper"  # an ALBERT model with BERT's vocabulary, which its files do not say
    assert (
        AutoTokenizer.from_pretrained(rxn, tokenizer_type="bert")(LINES)["input_ids"]
        == transformers.BertTokenizerFast.from_pretrained(rxn)(LINES)["input_ids"]
    )


def test_engines_with_stated_ids(checkpoints, tmp_path):
    cases = json.loads((checkpoints / "_tokenizers-neural-api" / "hf_tokenizer_cases.json").read_text(encoding="utf-8"))
    held = 0
    for name, group in cases.items():
        if not (checkpoints / "_tokenizers-neural-api" / group["tokenizer"]).name.endswith(".json"):
            continue  # a SentencePiece model
        (tmp_path / name).mkdir()
        shutil.copy(checkpoints / "_tokenizers-neural-api" / group["tokenizer"], tmp_path / name / "tokenizer.json")
        engine = json.loads((tmp_path / name / "tokenizer.json").read_text(encoding="utf-8"))
        spaced = bool((engine["pre_tokenizer"] or {}).get("add_prefix_space", False))
        ours = AutoTokenizer.from_pretrained(tmp_path / name, add_prefix_space=spaced)
        for case in group["cases"]:
            assert ours(case["text"])["input_ids"] == case["ids"], (name, case)
            assert ours.decode(case["ids"], skip_special_tokens=True) == case["decoded"], (name, case)
            held += 1
    assert held > 50
