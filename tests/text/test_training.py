"""New vocabularies from an iterator, against the reference's own training."""

import pytest
from corpus import LINES, training_text

from triform import AutoTokenizer
from triform.errors import TokenizerError, UnknownKeywordError
from triform.text.tokenizer import PreTrainedTokenizer

pytestmark = pytest.mark.xdist_group("reference tokenizers")
TEXTS = list(training_text())
QUIET = {"show_progress": False}


def batches():
    for start in range(0, len(TEXTS), 100):
        yield TEXTS[start : start + 100]


def engine_of(kind):
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers

    if kind == "Unigram":
        engine = Tokenizer(models.Unigram([("<unk>", 0.0), ("▁a", -1.0), ("b", -2.0)], unk_id=0))
        engine.normalizer, engine.pre_tokenizer, engine.decoder = normalizers.NFKC(), pre_tokenizers.Metaspace(), decoders.Metaspace()
    else:
        engine = Tokenizer(models.WordLevel({"<unk>": 0, "a": 1}, unk_token="<unk>"))
        engine.pre_tokenizer = pre_tokenizers.Whitespace()
    return engine


@pytest.fixture(params=["bert", "gpt2", "roberta", "clip", "Unigram", "WordLevel"])
def both(request, wordpiece, byte_level, clip_pieces):
    import transformers

    kind = request.param
    if kind in ("Unigram", "WordLevel"):
        named = {"unk_token": "<unk>", "pad_token": "<pad>"}
        return PreTrainedTokenizer(engine_of(kind), **named), transformers.PreTrainedTokenizerFast(
            tokenizer_object=engine_of(kind), **named
        )
    at = {"bert": wordpiece, "clip": clip_pieces}.get(kind, byte_level)
    theirs = {"bert": "BertTokenizerFast", "gpt2": "GPT2TokenizerFast", "roberta": "RobertaTokenizerFast", "clip": "CLIPTokenizerFast"}[
        kind
    ]
    return AutoTokenizer.from_pretrained(at, tokenizer_type=kind), getattr(transformers, theirs).from_pretrained(at)


def test_the_reference_learns_the_same(both):
    ours, theirs = both
    made, yours = (t.train_new_from_iterator(batches(), 1500, new_special_tokens=["<new>"], **QUIET) for t in both)
    assert type(made) is type(ours) and len(made) == len(yours)
    kind = type(made.backend_tokenizer.model).__name__
    if kind in ("WordPiece", "Unigram") or getattr(
        made.backend_tokenizer.model, "end_of_word_suffix", ""
    ):  # the engine breaks ties as it happens
        assert len(set(made.get_vocab()) & set(yours.get_vocab())) > 0.9 * len(made)
    else:
        assert made.get_vocab() == yours.get_vocab()
        rows = made(LINES)["input_ids"]
        assert rows == yours(LINES)["input_ids"]
        assert made.batch_decode(rows, skip_special_tokens=True) == yours.batch_decode(rows, skip_special_tokens=True)
    assert {name: len(value) for name, value in made("a", "b").items()} == {name: len(value) for name, value in yours("a", "b").items()}
    assert made.all_special_ids == yours.all_special_ids and made.tokenize("Attention <new>")[-1] == "<new>"
    assert made.special_tokens_map == yours.special_tokens_map and "<new>" in made.all_special_tokens
    assert len(ours) == len(theirs)  # the old one is as it was


def test_special_tokens_by_other_names(wordpiece, tmp_path):
    ours = AutoTokenizer.from_pretrained(wordpiece, tokenizer_type="bert")
    ours.model_max_length, ours.padding_side, ours.chat_template = 77, "left", "x"
    made = ours.train_new_from_iterator(
        TEXTS, 400, length=len(TEXTS), special_tokens_map={"[CLS]": "<cls>", "[UNK]": "<u>"}, min_frequency=3, limit_alphabet=120, **QUIET
    )
    assert made.cls_token == "<cls>" and made.unk_token == "<u>" and made.tokenize("\u0c85x")[0] == "<u>"
    assert made("a")["input_ids"][0] == made.cls_token_id and "[CLS]" not in made.get_vocab() and len(made) <= 400
    assert (made.model_max_length, made.padding_side, made.chat_template) == (77, "left", "x")
    made.save_pretrained(tmp_path)
    again = AutoTokenizer.from_pretrained(tmp_path)
    assert again(LINES)["input_ids"] == made(LINES)["input_ids"] and again.cls_token == "<cls>"


def test_what_cannot_be_trained(wordpiece):
    ours = AutoTokenizer.from_pretrained(wordpiece, tokenizer_type="bert")
    with pytest.raises(UnknownKeywordError, match="min_frequency"):
        ours.train_new_from_iterator(TEXTS, 300, min_frequencies=2)
    with pytest.raises(TokenizerError, match="Training failed"):
        ours.train_new_from_iterator([3], 300, **QUIET)

    class Plain:
        get_added_tokens_decoder = staticmethod(dict)

    with pytest.raises(TokenizerError, match="not trained"):
        PreTrainedTokenizer(Plain()).train_new_from_iterator(TEXTS, 300)
