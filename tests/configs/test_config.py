"""Configurations: typed, checked, kept as they are, equal by content."""

import copy
import json
import pickle
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triform import AutoConfig, BertConfig, PretrainedConfig
from triform.errors import ConfigError, TriformError


def test_defaults_are_the_reference_s():
    transformers = pytest.importorskip("transformers")
    theirs, ours = transformers.BertConfig().to_dict(), BertConfig().to_dict()
    ignored = {"transformers_version", "_name_or_path", "_attn_implementation_autoset"}
    generation = set(transformers.GenerationConfig().to_dict())
    differing = {
        name: (value, ours.get(name, "missing"))
        for name, value in theirs.items()
        if name not in ignored and name not in generation and ours.get(name, "missing") != value
    }
    leftover = {"pruned_heads", "torchscript", "use_bfloat16", "tf_legacy_loss", "encoder_no_repeat_ngram_size"}
    assert not {name: both for name, both in differing.items() if name not in leftover}


def test_files_pass_between_the_libraries(tmp_path):
    transformers = pytest.importorskip("transformers")
    BertConfig(hidden_size=36, id2label={0: "no", 1: "yes", 2: "perhaps"}, custom=[1, 2]).save_pretrained(tmp_path / "ours")
    theirs = transformers.AutoConfig.from_pretrained(tmp_path / "ours")
    assert theirs.hidden_size == 36 and theirs.id2label == {0: "no", 1: "yes", 2: "perhaps"} and theirs.custom == [1, 2]
    theirs.save_pretrained(tmp_path / "theirs")
    ours = AutoConfig.from_pretrained(tmp_path / "theirs")
    assert (
        type(ours) is BertConfig and ours.hidden_size == 36 and ours.label2id == {"no": 0, "yes": 1, "perhaps": 2} and ours.custom == [1, 2]
    )


def test_unknown_keys_are_kept_and_private_ones_are_not(tmp_path):
    (tmp_path / "config.json").write_text(
        json.dumps({"model_type": "bert", "new_field": {"a": 1}, "_attn_implementation_internal": "evil/kernel", "_private": 1})
    )
    config = AutoConfig.from_pretrained(tmp_path)
    assert config.new_field == {"a": 1} and not hasattr(config, "_private") and config._attn_implementation is None
    config.save_pretrained(tmp_path / "again")
    saved = json.loads((tmp_path / "again" / "config.json").read_text())
    assert saved["new_field"] == {"a": 1} and "_attn_implementation_internal" not in saved


def test_wrong_types_are_named_all_at_once():
    with pytest.raises(ConfigError) as caught:
        BertConfig(hidden_size="abc", num_hidden_layers=2.5, hidden_act=3, is_decoder="yes")
    text = str(caught.value)
    assert "hidden_size is 'abc' (str), expected int" in text and "num_hidden_layers is 2.5" in text
    assert "hidden_act is 3 (int), expected str" in text and "is_decoder is 'yes'" in text
    config = BertConfig()
    with pytest.raises(ConfigError, match="hidden_size"):
        config.hidden_size = "wide"
    config.layer_norm_eps = 1  # an int for a float
    with pytest.raises(ConfigError, match="num_hidden_layers is True"):
        BertConfig(num_hidden_layers=True)


def test_impossible_combinations():
    with pytest.raises(
        ConfigError, match=r"hidden_size=50 is not a multiple of num_attention_heads=12; position_embedding_type is 'round'"
    ):
        BertConfig(hidden_size=50, position_embedding_type="round")
    with pytest.raises(ConfigError, match="problem_type is 'guess'"):
        BertConfig(problem_type="guess")


def test_labels():
    assert BertConfig().id2label == {0: "LABEL_0", 1: "LABEL_1"} and BertConfig().num_labels == 2
    config = BertConfig(num_labels=4)
    assert config.label2id["LABEL_3"] == 3
    assert BertConfig(id2label={"0": "a", "1": "b", "2": "c"}).id2label == {0: "a", 1: "b", 2: "c"}
    config.num_labels = 3
    assert len(config.id2label) == 3
    assert BertConfig.from_dict({"num_labels": 50, "id2label": {"0": "x", "1": "y"}}).num_labels == 50  # as in older files
    assert BertConfig.from_dict({"id2label": {"0": "x", "1": "y", "2": "z"}}, num_labels=2).id2label == {0: "LABEL_0", 1: "LABEL_1"}
    with pytest.raises(ConfigError, match="do not agree"):
        BertConfig.from_dict({}, num_labels=3, id2label={0: "a"})


def test_other_names_of_fields_work_both_ways():
    class MappedConfig(PretrainedConfig):
        model_type = "mapped"
        attribute_map = {"hidden_size": "n_embd", "num_hidden_layers": "n_layer"}
        n_embd: int = 8
        n_layer: int = 2

    assert MappedConfig(hidden_size=12).n_embd == 12
    config = MappedConfig(n_embd=10)
    assert config.hidden_size == 10
    config.hidden_size = 11
    assert config.n_embd == 11 and "hidden_size" not in config.to_dict()
    assert MappedConfig.from_dict({"n_layer": 3, "hidden_size": 5}, num_hidden_layers=4).n_layer == 4


def test_nested_configs():
    class PairConfig(PretrainedConfig):
        model_type = "pair"
        sub_configs = {"text_config": BertConfig, "other": None}
        text_config: BertConfig | None = None
        other: PretrainedConfig | None = None

    class FullConfig(PretrainedConfig):
        model_type = "full"
        sub_configs = {"text_config": BertConfig}
        text_config: BertConfig

    assert FullConfig().text_config.hidden_size == 768
    config = PairConfig(text_config={"hidden_size": 24, "num_attention_heads": 4}, other={"model_type": "bert", "vocab_size": 7})
    assert config.text_config.hidden_size == 24 and type(config.other) is BertConfig
    assert config.to_dict()["text_config"]["hidden_size"] == 24
    changed = PairConfig.from_dict(config.to_dict(), text_config={"vocab_size": 5})
    assert changed.text_config.vocab_size == 5 and changed.text_config.hidden_size == 24
    assert config.get_text_config() is config.text_config and BertConfig().get_text_config().model_type == "bert"
    with pytest.raises(ConfigError, match="text_config: BertConfig: hidden_size is 'x'"):
        PairConfig(text_config={"hidden_size": "x"})


def test_a_composite_s_file_gives_its_part(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "big", "text_config": {"model_type": "bert", "vocab_size": 11}}))
    assert BertConfig.from_pretrained(tmp_path).vocab_size == 11


def test_unused_keywords_come_back(tmp_path):
    BertConfig().save_pretrained(tmp_path)
    config, unused = AutoConfig.from_pretrained(tmp_path, hidden_dropout_prob=0.3, foo=False, return_unused_kwargs=True)
    assert config.hidden_dropout_prob == 0.3 and unused == {"foo": False}
    assert config.name_or_path == str(tmp_path)


def test_dtype_is_a_name():
    torch = pytest.importorskip("torch")
    assert BertConfig(dtype=torch.float16).dtype == "float16"
    assert BertConfig(torch_dtype="torch.bfloat16").dtype == "bfloat16" == BertConfig(dtype="bfloat16").torch_dtype


def test_equal_by_content():
    one, two = BertConfig(hidden_size=24), BertConfig(hidden_size=24)
    assert one == two and hash(one) == hash(two) and one is not two
    two.vocab_size = 5
    assert one != two and hash(one) != hash(two)
    for twin in (copy.deepcopy(one), pickle.loads(pickle.dumps(one)), one.copy()):
        assert twin == one
    assert BertConfig(name_or_path="here") == BertConfig(name_or_path="there")


def test_saving_where_a_file_stands_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OSError if False else ValueError, match="is a file"):
        BertConfig().save_pretrained(tmp_path / "file")


def test_import_is_light():
    code = (
        "import sys, triform.configs.bert; triform.configs.bert.BertConfig();"
        "print([m for m in sys.modules if m in ('numpy', 'torch', 'jax', 'tensorflow')])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from([*sorted(BertConfig.known_fields()), "model_type", "auto_map", "num_labels", "torch_dtype", "x"]) | st.text(
    max_size=10
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(keys, json_values, max_size=6))
def test_any_json_is_a_config_or_a_clear_error(data):
    try:
        config = BertConfig.from_dict(data)
    except TriformError:
        return
    again = BertConfig.from_dict(json.loads(config.to_json_string()))
    assert again.to_dict().keys() >= {name for name in config.to_dict() if name in BertConfig.known_fields()} - {"name_or_path"}


def test_every_config_file_of_other_people_loads(checkpoints):
    """Those whose type triform knows become its config; the others say which type is unknown."""
    known = 0
    for path in sorted(checkpoints.glob("*/config.json")):
        model_type = json.loads(path.read_text()).get("model_type")
        try:
            config = AutoConfig.from_pretrained(path.parent)
            known += 1
            assert config.model_type == model_type
            saved = json.loads(config.to_json_string())
            raw = json.loads(path.read_text())
            for name, value in raw.items():
                if (
                    not name.startswith("_")
                    and name in saved
                    and name not in ("id2label", "label2id", "torch_dtype", "transformers_version")
                ):
                    assert saved[name] == value or isinstance(value, dict), (path, name)
        except TriformError as error:
            assert "No architecture for model_type" in str(error) and repr(model_type) in str(error), path
    assert known >= 4
