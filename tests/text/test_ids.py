"""What is done on ids alone: the frame around texts, truncation, preparing for a model; and special and added tokens."""

import pytest
from corpus import LINES

from triform import AutoTokenizer, BertTokenizer
from triform.errors import CorruptFileError, TokenizerError

pytestmark = pytest.mark.xdist_group("reference tokenizers")
A, B = [50, 51, 52, 53], [60, 61, 62]


@pytest.fixture(scope="module")
def both(wordpiece):
    transformers = pytest.importorskip("transformers")
    return BertTokenizer.from_pretrained(wordpiece), transformers.BertTokenizerFast.from_pretrained(wordpiece)


@pytest.mark.parametrize("pair", [None, B])
@pytest.mark.parametrize(
    "options",
    [
        {}, {"add_special_tokens": False}, {"padding": "max_length", "max_length": 12}, {"padding": "max_length", "max_length": 12, "return_tensors": "np", "prepend_batch_axis": True},
        {"max_length": 6}, {"truncation": "only_first", "max_length": 7, "stride": 1, "return_overflowing_tokens": True}, {"return_length": True},
        {"return_attention_mask": False, "return_token_type_ids": False}, {"truncation": "longest_first", "max_length": 7}, {"padding": True, "pad_to_multiple_of": 8},
    ],
    ids=str,
)  # fmt: skip
def test_prepare_for_model(both, pair, options):
    made, yours = (tokenizer.prepare_for_model(A, pair, **options) for tokenizer in both)
    assert list(made) == list(yours)
    if options.get("add_special_tokens") is False and pair:
        made["token_type_ids"] = yours["token_type_ids"]  # the reference says 0 here, and 1 in a call
    for name, value in made.items():
        assert value.tolist() == yours[name].tolist() if hasattr(value, "tolist") else value == yours[name], name


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("strategy", ["longest_first", "only_first", "only_second", "do_not_truncate"])
@pytest.mark.parametrize("stride", [0, 2])
def test_truncate_sequences(both, side, strategy, stride):
    for tokenizer in both:
        tokenizer.truncation_side = side
    try:
        for first, second, count in ((A, B, 1), (A, B, 2), (A, [*A, *B], 2), (B, A, 0)):
            made, yours = (
                t.truncate_sequences(first, second, num_tokens_to_remove=count, truncation_strategy=strategy, stride=stride) for t in both
            )
            assert made == yours
    finally:
        for tokenizer in both:
            tokenizer.truncation_side = "right"


def test_truncation_that_cannot_be(both):
    ours, _ = both  # the reference logs an error and takes nothing away
    for first, second, count, strategy in (
        (A, None, 9, "longest_first"),
        (A, B, 9, "longest_first"),
        (A, B, 4, "only_second"),
        (A, None, 1, "only_second"),
    ):
        with pytest.raises(TokenizerError, match="tokens shall go"):
            ours.truncate_sequences(first, second, num_tokens_to_remove=count, truncation_strategy=strategy)
    with pytest.raises(TokenizerError, match="has no overflow"):
        ours.prepare_for_model(A, B, max_length=6, truncation=True, return_overflowing_tokens=True)


FRAMES = [
    "BertTokenizer",
    "FunnelTokenizer",
    "MPNetTokenizer",
    "RobertaTokenizer",
    "BartTokenizer",
    "DebertaTokenizer",
    "GPT2Tokenizer",
    "CLIPTokenizer",
    "BlenderbotTokenizer",
]


@pytest.mark.parametrize("name", FRAMES)
def test_the_frame_is_what_a_call_puts_around(name, wordpiece, byte_level, clip_pieces):
    import transformers

    at = wordpiece if name in FRAMES[:3] else clip_pieces if name == "CLIPTokenizer" else byte_level
    ours = AutoTokenizer.from_pretrained(at, tokenizer_type={"BertTokenizer": "bert", "FunnelTokenizer": "funnel", "MPNetTokenizer": "mpnet", "RobertaTokenizer": "roberta", "BartTokenizer": "bart", "DebertaTokenizer": "deberta", "GPT2Tokenizer": "gpt2", "CLIPTokenizer": "clip", "BlenderbotTokenizer": "blenderbot"}[name])  # fmt: skip
    theirs = getattr(transformers, f"{name}Fast").from_pretrained(at)
    one, two = (ours(text, add_special_tokens=False)["input_ids"] for text in ("hello there", "a b"))
    single, pair = (
        ours(*texts, return_token_type_ids=True, return_special_tokens_mask=True) for texts in (("hello there",), ("hello there", "a b"))
    )
    assert ours.build_inputs_with_special_tokens(one) == single["input_ids"]
    assert ours.build_inputs_with_special_tokens(one, two) == pair["input_ids"]
    assert ours.create_token_type_ids_from_sequences(one, two) == pair["token_type_ids"]
    assert ours.get_special_tokens_mask(one, two) == pair["special_tokens_mask"]
    assert ours.get_special_tokens_mask(single["input_ids"], already_has_special_tokens=True) == single["special_tokens_mask"]
    assert ours.prepare_for_model(one, two)["input_ids"] == pair["input_ids"]
    assert ours.num_special_tokens_to_add() == theirs.num_special_tokens_to_add() and ours.num_special_tokens_to_add(
        True
    ) == theirs.num_special_tokens_to_add(True)
    assert ours.max_len_single_sentence == ours.model_max_length - ours.num_special_tokens_to_add()
    if name not in ("BlenderbotTokenizer", "CLIPTokenizer"):  # the reference's own method and its call differ there
        assert theirs.build_inputs_with_special_tokens(one) == single["input_ids"]
        assert theirs.build_inputs_with_special_tokens(one, two) == pair["input_ids"]


def test_added_tokens_with_every_flag(wordpiece, tmp_path):
    import transformers

    ours, theirs = BertTokenizer.from_pretrained(wordpiece), transformers.BertTokenizerFast.from_pretrained(wordpiece)
    added = [
        "New", transformers.AddedToken("single", single_word=True), transformers.AddedToken("left", lstrip=True), transformers.AddedToken("right", rstrip=True),
        transformers.AddedToken("Exact", normalized=False), transformers.AddedToken("<both>", lstrip=True, rstrip=True, special=True),
    ]  # fmt: skip
    for tokenizer in (ours, theirs):
        assert (
            tokenizer.add_tokens(added) == 6
            and tokenizer.add_tokens(["New"]) == 0
            and tokenizer.add_tokens("<s2>", special_tokens=True) == 1
        )
        named = {"bos_token": "<begin>", "additional_special_tokens": [transformers.AddedToken("<q>", lstrip=True), "<r>"]}
        assert tokenizer.add_special_tokens(named) == 3
        assert tokenizer.add_special_tokens({"additional_special_tokens": ["<t>"]}, replace_additional_special_tokens=False) == 1
    lines = [
        *LINES,
        "a new New NEW b",
        "singles single  single.",
        "a  left  b right  c",
        "exact Exact x",
        "a  <both>  b <q> <r><t> <begin> <s2>",
    ]
    assert ours(lines, return_offsets_mapping=True)["offset_mapping"] == theirs(lines, return_offsets_mapping=True)["offset_mapping"]
    assert ours(lines)["input_ids"] == theirs(lines)["input_ids"] and len(ours) == len(theirs)
    rows = ours(lines)["input_ids"]
    assert ours.batch_decode(rows, skip_special_tokens=True) == theirs.batch_decode(rows, skip_special_tokens=True)
    for name in (
        "special_tokens_map",
        "all_special_tokens",
        "all_special_ids",
        "additional_special_tokens",
        "additional_special_tokens_ids",
        "bos_token_id",
        "added_tokens_encoder",
    ):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert {i: str(t) for i, t in ours.added_tokens_decoder.items()} == {i: str(t) for i, t in theirs.added_tokens_decoder.items()}
    assert (
        ours.get_added_vocab() == theirs.get_added_vocab()
        and ours.get_vocab() == theirs.get_vocab() == ours.vocab
        and ours.vocab_size == theirs.vocab_size
    )
    ours.save_pretrained(tmp_path / "ours")
    theirs.save_pretrained(tmp_path / "theirs")
    for again in (
        AutoTokenizer.from_pretrained(tmp_path / "ours"),
        AutoTokenizer.from_pretrained(tmp_path / "theirs"),
        transformers.AutoTokenizer.from_pretrained(tmp_path / "ours"),
    ):
        assert (
            again(lines)["input_ids"] == rows and again.additional_special_tokens == ["<q>", "<r>", "<t>"] and again.bos_token == "<begin>"
        )


def test_special_tokens_by_name_and_id(both):
    ours, _ = both
    tokenizer = BertTokenizer.from_pretrained(ours.name_or_path)
    size = len(tokenizer)
    assert tokenizer.bos_token is None and tokenizer.bos_token_id is None
    tokenizer.bos_token = "<begin>"
    assert tokenizer.bos_token_id == size and len(tokenizer) == size + 1
    tokenizer.pad_token_id = tokenizer.bos_token_id
    assert tokenizer.pad_token == "<begin>" and tokenizer(["a", "a b"], padding=True)["input_ids"][0][-1] == size
    tokenizer.pad_token = None
    with pytest.raises(TokenizerError, match="no token to pad with"):
        tokenizer(["a", "a b"], padding=True)
    tokenizer.additional_special_tokens = ["<x>"]
    assert (
        tokenizer.additional_special_tokens == ["<x>"] and tokenizer.decode(tokenizer("<x>")["input_ids"], skip_special_tokens=True) == ""
    )
    with pytest.raises(TokenizerError, match="no token of this vocabulary"):
        tokenizer.eos_token_id = 10**6
    with pytest.raises(AttributeError, match="Did you mean 'add_tokens'"):
        _ = tokenizer.add_token
    with pytest.raises(TokenizerError, match="is no special token"):
        tokenizer.add_special_tokens({"padding": "x"})
    with pytest.raises(CorruptFileError, match="expected a text"):
        tokenizer.add_special_tokens({"pad_token": 3})
    assert tokenizer.convert_tokens_to_ids(["[CLS]", "nothere!"]) == [tokenizer.cls_token_id, tokenizer.unk_token_id]
    assert tokenizer.convert_tokens_to_ids(None) is None and bool(tokenizer) and "<begin>" in repr(tokenizer)


def test_further_names_of_special_tokens(wordpiece, tmp_path):
    import transformers

    extra = {"image_token": "<image>", "boi_token": "<boi>"}
    ours = BertTokenizer.from_pretrained(wordpiece, extra_special_tokens=extra)
    theirs = transformers.BertTokenizerFast.from_pretrained(wordpiece, extra_special_tokens=extra)
    assert ours.image_token == "<image>" and ours.image_token_id == theirs.image_token_id and ours.extra_special_tokens == extra
    assert (
        ours.special_tokens_map == theirs.special_tokens_map
        and ours.all_special_tokens == theirs.all_special_tokens
        and len(ours) == len(theirs)
    )
    ours.save_pretrained(tmp_path / "ours")
    theirs.save_pretrained(tmp_path / "theirs")
    for again in (
        AutoTokenizer.from_pretrained(tmp_path / "ours"),
        AutoTokenizer.from_pretrained(tmp_path / "theirs"),
        transformers.AutoTokenizer.from_pretrained(tmp_path / "ours"),
    ):
        assert again.boi_token_id == ours.boi_token_id and again("a <image> b")["input_ids"] == ours("a <image> b")["input_ids"]
    ours.image_token = "<picture>"
    assert ours.image_token_id == len(ours) - 1


def test_a_model_grows_with_its_tokenizer(wordpiece):
    pytest.importorskip("torch")
    import triform

    tokenizer = BertTokenizer.from_pretrained(wordpiece)
    config = triform.BertConfig(vocab_size=len(tokenizer), hidden_size=24, num_hidden_layers=1, num_attention_heads=2, intermediate_size=36)
    model = triform.AutoModelForMaskedLM.from_config(config, seed=0).eval()
    tokenizer.add_tokens(["<new>", "<newer>"])
    model.resize_token_embeddings(len(tokenizer))
    out = model(**tokenizer("a <newer> b", return_tensors="pt"))
    assert out.logits.shape[-1] == len(tokenizer) == model.config.vocab_size
