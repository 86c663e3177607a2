"""Adapters (PEFT): a folder with adapter_config.json loads its base and the adapter on it."""

import json
import sys

import numpy as np
import pytest

import triform
from triform import AutoModelForSequenceClassification
from triform.errors import (
    CorruptFileError,
    InputError,
    MissingDependencyError,
    MissingFileError,
    UnsupportedTaskError,
    WeightsMismatchError,
)

torch = pytest.importorskip("torch")
peft = pytest.importorskip("peft")
SIZES = {"vocab_size": 99, "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32, "num_labels": 3}


@pytest.fixture
def places(tmp_path):
    """(folder of a base, folder of an adapter for it as PEFT writes it, the logits with it)."""
    model = AutoModelForSequenceClassification.from_config(triform.BertConfig(**SIZES), seed=1)
    model.save_pretrained(tmp_path / "base")
    settings = peft.LoraConfig(r=4, lora_alpha=8, target_modules=["query", "value"], modules_to_save=["classifier"], task_type="SEQ_CLS")
    wrapped = peft.get_peft_model(AutoModelForSequenceClassification.from_pretrained(tmp_path / "base"), settings)
    with torch.no_grad():
        for name, parameter in wrapped.named_parameters():
            if "lora_" in name or "modules_to_save" in name:
                parameter.normal_(std=0.3)
    wrapped.eval().save_pretrained(tmp_path / "adapter")
    return tmp_path / "base", tmp_path / "adapter", logits(wrapped)


def logits(model):
    with torch.inference_mode():
        return model(torch.arange(22).reshape(2, 11)).logits


def change(folder, **values):
    data = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps({**data, **values}))


def test_an_adapter_loads_with_the_base_that_it_names(places):
    base, adapter, wanted = places
    change(adapter, base_model_name_or_path=str(base))
    for load in (AutoModelForSequenceClassification, triform.BertForSequenceClassification):
        model = load.from_pretrained(adapter)
        assert type(model) is triform.BertForSequenceClassification and not model.training
        assert torch.equal(logits(model), wanted)
        assert model.loading_report.adapter == str(adapter) and str(base) in model.loading_report.source


def test_an_adapter_by_keyword(places):
    base, adapter, wanted = places
    change(adapter, base_model_name_or_path="org/elsewhere")
    model = AutoModelForSequenceClassification.from_pretrained(base, adapter=adapter)
    assert torch.equal(logits(model), wanted)
    assert not torch.equal(logits(AutoModelForSequenceClassification.from_pretrained(base)), wanted)


def test_weights_beside_an_adapter_are_its_base(places):
    """Whatever the adapter names: what lies in the user's own folder is what the user means."""
    base, adapter, wanted = places
    change(adapter, base_model_name_or_path="org/elsewhere")
    for file in base.iterdir():
        (adapter / file.name).write_bytes(file.read_bytes())
    assert torch.equal(logits(AutoModelForSequenceClassification.from_pretrained(adapter)), wanted)


def test_pickled_adapters_are_read_as_data(places):
    base, adapter, wanted = places
    import safetensors.torch

    torch.save(safetensors.torch.load_file(adapter / "adapter_model.safetensors"), adapter / "adapter_model.bin")
    (adapter / "adapter_model.safetensors").unlink()
    assert torch.equal(logits(AutoModelForSequenceClassification.from_pretrained(base, adapter=adapter)), wanted)


def test_what_cannot_be_loaded(places, monkeypatch):
    base, adapter, _ = places
    change(adapter, base_model_name_or_path=str(adapter / "gone"))
    with pytest.raises(MissingFileError, match=r"is an adapter for .*gone.*not there.*adapter="):
        AutoModelForSequenceClassification.from_pretrained(adapter)
    change(adapter, base_model_name_or_path=None)
    with pytest.raises(InputError, match="names no base model"):
        AutoModelForSequenceClassification.from_pretrained(adapter)
    with pytest.raises(MissingFileError, match="which makes it an adapter"):
        AutoModelForSequenceClassification.from_pretrained(base, adapter=base)
    change(adapter, target_modules=["nowhere"])
    with pytest.raises(WeightsMismatchError, match="does not fit BertForSequenceClassification"):
        AutoModelForSequenceClassification.from_pretrained(base, adapter=adapter)
    change(adapter, target_modules=["query", "value"], r=7)
    with pytest.raises(WeightsMismatchError, match="does not fit"):
        AutoModelForSequenceClassification.from_pretrained(base, adapter=adapter)
    change(adapter, peft_type="NOPE")
    with pytest.raises(CorruptFileError, match="adapter_config"):
        AutoModelForSequenceClassification.from_pretrained(base, adapter=adapter)
    change(adapter, base_model_name_or_path=str(base), peft_type=7)
    with pytest.raises(CorruptFileError, match="no peft_type"):
        AutoModelForSequenceClassification.from_pretrained(adapter)
    monkeypatch.setitem(sys.modules, "peft", None)
    with pytest.raises(MissingDependencyError, match="pip install peft"):
        AutoModelForSequenceClassification.from_pretrained(base, adapter=adapter)


@pytest.mark.parametrize("mark", ["TF", "Flax"])
def test_other_backends_say_what_to_do(places, mark):
    base, adapter, _ = places
    change(adapter, base_model_name_or_path=str(base))
    with pytest.raises(UnsupportedTaskError, match=r"PyTorch alone.*merge"):
        getattr(triform, f"{mark}AutoModelForSequenceClassification").from_pretrained(adapter)


def test_a_merged_adapter_is_a_model_like_any_other(places, tmp_path):
    base, adapter, wanted = places
    merged = peft.PeftModel.from_pretrained(AutoModelForSequenceClassification.from_pretrained(base), str(adapter)).merge_and_unload()
    merged.save_pretrained(tmp_path / "merged")
    again = AutoModelForSequenceClassification.from_pretrained(tmp_path / "merged")
    assert np.allclose(logits(again), wanted, rtol=0, atol=1e-5)
