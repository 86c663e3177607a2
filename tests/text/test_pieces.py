"""Families of SentencePiece models against the reference's fast classes, from .model files that are trained here."""

import pytest
from corpus import LINES
from parity import folder, hold, pass_files, train_pieces

from triform import AutoTokenizer
from triform.errors import TokenizerError

pytestmark = pytest.mark.xdist_group("reference tokenizers")
transformers = pytest.importorskip("transformers")
pytest.importorskip("sentencepiece")

MODELS = {
    "fairseq": {"model_type": "unigram", "vocab_size": 700},  # <unk> <s> </s>
    "t5": {"model_type": "unigram", "vocab_size": 700, "pad_id": 0, "eos_id": 1, "unk_id": 2, "bos_id": -1},
    "barthez": {"model_type": "unigram", "vocab_size": 700, "bos_id": 0, "pad_id": 1, "eos_id": 2, "unk_id": 3},
    "albert": {
        "model_type": "unigram", "vocab_size": 700, "pad_id": 0, "unk_id": 1, "eos_id": -1, "bos_id": -1,
        "control_symbols": ["[CLS]", "[SEP]", "[MASK]"],
    },
    "rembert": {
        "model_type": "unigram", "vocab_size": 700, "pad_id": 0, "unk_id": 1, "eos_id": -1, "bos_id": -1, "pad_piece": "[PAD]",
        "unk_piece": "[UNK]", "control_symbols": ["[CLS]", "[SEP]", "[MASK]"],
    },
    "deberta": {
        "model_type": "unigram", "vocab_size": 700, "pad_id": 0, "bos_id": 1, "eos_id": 2, "unk_id": 3, "pad_piece": "[PAD]",
        "bos_piece": "[CLS]", "eos_piece": "[SEP]", "unk_piece": "[UNK]", "control_symbols": [],
    },
    "big_bird": {
        "model_type": "unigram", "vocab_size": 700, "pad_id": 0, "eos_id": 1, "bos_id": 2, "unk_id": 100 and 3,
        "control_symbols": ["[SEP]", "[CLS]", "[MASK]"],
    },
    "xlnet": {
        "model_type": "unigram", "vocab_size": 700, "control_symbols": ["<cls>", "<sep>", "<pad>", "<mask>", "<eod>"],
        "user_defined_symbols": ["<eop>"],
    },
    "llama": {
        "model_type": "bpe", "vocab_size": 1100, "byte_fallback": True, "normalization_rule_name": "identity",
        "remove_extra_whitespaces": False, "split_digits": True, "allow_whitespace_only_pieces": True,
    },
    "gemma": {
        "model_type": "bpe", "vocab_size": 1100, "byte_fallback": True, "normalization_rule_name": "identity",
        "remove_extra_whitespaces": False, "add_dummy_prefix": False, "pad_id": 0, "eos_id": 1, "bos_id": 2, "unk_id": 3,
        "eos_piece": "<eos>", "bos_piece": "<bos>", "user_defined_symbols": ["<mask>", "\n", "\n\n", "▁▁", "<start_of_turn>", "<end_of_turn>"],
    },
    "nllb": {"model_type": "bpe", "vocab_size": 900},
}  # fmt: skip

# class, model, settings
CASES = [
    ("T5Tokenizer", "t5", {}), ("T5Tokenizer", "t5", {"legacy": False}), ("T5Tokenizer", "t5", {"extra_ids": 7, "add_prefix_space": False}),
    ("T5Tokenizer", "t5", {"extra_ids": 0}), ("MT5Tokenizer", "t5", {}),
    ("LlamaTokenizer", "llama", {}), ("LlamaTokenizer", "llama", {"legacy": False}),
    ("LlamaTokenizer", "llama", {"legacy": False, "add_prefix_space": False}), ("LlamaTokenizer", "llama", {"legacy": True, "add_prefix_space": False}),
    ("LlamaTokenizer", "llama", {"add_bos_token": False, "add_eos_token": True}), ("LlamaTokenizer", "llama", {"add_eos_token": True, "pad_token": "</s>"}),
    ("LlamaTokenizer", "fairseq", {"legacy": False}),
    ("XLMRobertaTokenizer", "fairseq", {}), ("CamembertTokenizer", "fairseq", {}), ("BarthezTokenizer", "barthez", {}),
    ("AlbertTokenizer", "albert", {}), ("AlbertTokenizer", "albert", {"keep_accents": True, "do_lower_case": False}),
    ("MBartTokenizer", "fairseq", {}), ("MBart50Tokenizer", "fairseq", {"src_lang": "fr_XX", "tgt_lang": "de_DE"}),
    ("NllbTokenizer", "nllb", {}), ("NllbTokenizer", "fairseq", {"legacy_behaviour": True, "src_lang": "fra_Latn"}),
    ("DebertaV2Tokenizer", "deberta", {}), ("DebertaV2Tokenizer", "deberta", {"do_lower_case": True, "split_by_punct": True}),
    ("DebertaV2Tokenizer", "fairseq", {}),
    ("PegasusTokenizer", "t5", {}), ("PegasusTokenizer", "t5", {"offset": 0, "mask_token_sent": None, "mask_token": "<mask>"}),
    ("BigBirdTokenizer", "big_bird", {}), ("BigBirdTokenizer", "fairseq", {}),
    ("RemBertTokenizer", "rembert", {}), ("RemBertTokenizer", "rembert", {"do_lower_case": True, "keep_accents": False}),
    ("FNetTokenizer", "albert", {}), ("XLNetTokenizer", "xlnet", {}), ("XLNetTokenizer", "xlnet", {"do_lower_case": True, "keep_accents": True}),
    ("GemmaTokenizer", "gemma", {}), ("GemmaTokenizer", "gemma", {"add_eos_token": True}), ("ReformerTokenizer", "fairseq", {}),
    ("XGLMTokenizer", "fairseq", {}), ("SeamlessM4TTokenizer", "nllb", {"additional_special_tokens": ["__eng__", "__fra__", "__deu__"]}),
    ("CodeLlamaTokenizer", "llama", {}),
]  # fmt: skip


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """A SentencePiece model of each layout."""
    place = tmp_path_factory.mktemp("models")
    made = {}

    def get(name):
        if name not in made:
            made[name] = train_pieces(place / f"{name}.model", **MODELS[name])
        return made[name]

    return get


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]}-{case[1]}-{','.join(map(str, case[2].items()))}")
def both(request, models, tmp_path_factory):
    """(ours, the reference's fast one), from the same model."""
    name, model, settings = request.param
    theirs = getattr(transformers, f"{name}Fast")
    place = folder(tmp_path_factory.mktemp("both"), name, {theirs.vocab_files_names["vocab_file"]: models(model)}, **settings)
    return AutoTokenizer.from_pretrained(place), theirs.from_pretrained(place)


def test_every_line(both):
    ours, theirs = both
    assert ours.resolution.endswith(".model")
    hold(ours, theirs)


def test_files_pass_between_the_libraries(both, tmp_path):
    """Also to the reference's slow class and from it, which knows the .model file alone."""
    ours, theirs = both
    pass_files(ours, theirs, tmp_path, LINES[::7])
    slow = getattr(transformers, type(theirs).__name__.removesuffix("Fast"))
    # of control pieces that the family does not name, only the fast class and ours know that they are never split
    few = [line for line in LINES[::9] if "</s>" not in line or type(ours).__name__ != "DebertaV2Tokenizer"]
    first, again = slow.from_pretrained(theirs.name_or_path), slow.from_pretrained(tmp_path / "ours")
    assert again(few)["input_ids"] == first(few)["input_ids"]
    first.save_pretrained(tmp_path / "slow")
    mine = AutoTokenizer.from_pretrained(tmp_path / "slow")
    assert mine.resolution.endswith(".model") and len(mine) == len(ours)
    assert mine(few)["input_ids"] == type(theirs).from_pretrained(tmp_path / "slow")(few)["input_ids"]


def test_what_is_filled_in(models, tmp_path):
    place = folder(tmp_path, "CodeLlamaTokenizer", {"tokenizer.model": models("llama")})
    ours, theirs = AutoTokenizer.from_pretrained(place), transformers.CodeLlamaTokenizerFast.from_pretrained(place)
    for text in ("def f(<FILL_ME>)\n  return", "a b<FILL_ME>", "<FILL_ME>c", "<FILL_ME>", "a  <FILL_ME>  b", "naïve<FILL_ME>\t日本"):
        assert ours(text)["input_ids"] == theirs(text)["input_ids"]
        assert ours(text, suffix_first=True)["input_ids"] == theirs.encode(text, suffix_first=True)
    assert ours("pre fix", "suf fix")["input_ids"] == theirs("pre fix", "suf fix")["input_ids"]
    assert ours(["a<FILL_ME>b", "c"])["input_ids"] == theirs(["a<FILL_ME>b", "c"])["input_ids"]
    assert ours("plain text")["input_ids"] == theirs("plain text")["input_ids"] and ours.prefix_id == theirs.prefix_id
    with pytest.raises(TokenizerError, match="2 times"):
        ours("a<FILL_ME>b<FILL_ME>c")


def test_seamless_languages(models, tmp_path):
    codes = ["__eng__", "__fra__", "__deu__"]
    place = folder(tmp_path, "SeamlessM4TTokenizer", {"sentencepiece.bpe.model": models("nllb")}, additional_special_tokens=codes)
    ours, theirs = AutoTokenizer.from_pretrained(place), transformers.SeamlessM4TTokenizerFast.from_pretrained(place)
    for options in ({}, {"padding": False}, {"src_lang": "fra"}, {"src_lang": "deu", "tgt_lang": "eng", "text_target": ["a", "b c d"]}):
        a, b = ours(["a b", "c"], **options), theirs(["a b", "c"], **options)
        assert a["input_ids"] == b["input_ids"] and a.get("labels") == b.get("labels")
    assert (ours.src_lang, ours.tgt_lang) == (theirs.src_lang, theirs.tgt_lang)
