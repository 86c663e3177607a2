"""Models inside models: how a part is made, and under which names its insides are kept."""

import numpy as np
import pytest
from frameworks import assert_near, frame

from triform.configs.bert import BertConfig
from triform.errors import UnsupportedTaskError
from triform.outputs import BaseModelOutput


def test_what_a_part_records_bears_its_role(fw):
    """Whatever a part calls its states: those of an encoder inside a decoder's file too. Cross attention has one name."""
    one, two, three = (fw.tensor(np.full((2, 3), n)) for n in (1.0, 2.0, 3.0))

    def encoder(x):
        fw.nn.record("hidden_states", x)
        return x

    def decoder(x, scale):
        fw.nn.record("decoder_hidden_states", x * scale)
        fw.nn.record("encoder_attentions", x)
        fw.nn.record("cross_attentions", x)
        return x

    states, weights = "encoder_hidden_states decoder_hidden_states", "encoder_attentions decoder_attentions cross_attentions"
    kinds = ("hidden_states", *states.split(), *weights.split())
    with frame(*kinds) as tape:
        assert fw.nn.recorded_as("encoder_", encoder, one) is one
        assert fw.nn.recorded_as("decoder_", decoder, two, scale=2.0) is two
        encoder(three)
    counts = [len(tape[kind]) for kind in kinds]
    assert counts == [1, 1, 1, 0, 1, 1]
    for kind, value in (("encoder_hidden_states", 1), ("decoder_hidden_states", 4), ("decoder_attentions", 2), ("hidden_states", 3)):
        assert_near(fw.numpy(tape[kind][0]), np.full((2, 3), value))


def test_a_role_ends_with_its_call(fw):
    x = fw.tensor(np.ones(2))

    def broken(x):
        raise RuntimeError

    with frame("hidden_states", "encoder_hidden_states") as tape:
        with pytest.raises(RuntimeError):
            fw.nn.recorded_as("encoder_", broken, x)
        fw.nn.recorded_as("decoder_", lambda x: fw.nn.recorded_as("encoder_", fw.nn.record, "hidden_states", x), x)
        fw.nn.record("hidden_states", x)
    assert [len(values) for values in tape.values()] == [1, 1]


def test_what_a_part_keeps_in_its_own_output(fw):
    x = fw.tensor(np.ones(2))

    def part(x, times=1):
        for _ in range(times):
            fw.nn.record("hidden_states", x)
        return BaseModelOutput(x)

    def broken(x):
        raise RuntimeError

    with frame("hidden_states", "attentions") as tape:
        fw.nn.record("hidden_states", x)
        out = fw.nn.recorded_apart(part, x, times=2)
        with pytest.raises(RuntimeError):
            fw.nn.recorded_apart(broken, x)
        fw.nn.record("hidden_states", x)
    assert len(out.hidden_states) == 2 and out.attentions is None
    assert [len(values) for values in tape.values()] == [2, 0]
    assert fw.nn.recorded_apart(part, x).hidden_states is None


def test_nobody_asked(fw):
    x = fw.tensor(np.ones(2))
    assert fw.nn.recorded_as("encoder_", lambda x, scale: x, x, scale=3) is x


def test_a_part_is_a_model_of_the_shared_source(fw):
    config = BertConfig(vocab_size=13, hidden_size=12, num_hidden_layers=1, num_attention_heads=2, intermediate_size=7)
    holder = fw.holder(lambda: fw.nn.part(config, "AutoModel", add_pooling_layer=False))
    model = holder.from_config(holder.config_class(), seed=0)
    inner = (model.tree if fw.name == "tf" else model).layer
    assert type(inner).__name__ == "BertModel"
    assert type(inner).__module__ == f"triform.{fw.name}.models.bert"
    assert inner.is_part and inner.pooler is None
    with pytest.raises(UnsupportedTaskError, match=r"BertConfig has no class for .*AutoModelForSeq2SeqLM.*AutoModelForMaskedLM"):
        fw.nn.part(config, "AutoModelForSeq2SeqLM")
