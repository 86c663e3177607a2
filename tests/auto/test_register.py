"""A user's own classes: registered, built, saved, loaded again, on every backend; subclasses of the public bases and plain modules."""

import numpy as np
import pytest

import triform
from triform import AutoConfig, AutoModel, PretrainedConfig

MARK = {"torch": "", "tf": "TF", "flax": "Flax"}


class NewConfig(PretrainedConfig):
    model_type = "new-model"

    def __init__(self, width=6, **kwargs):
        self.width = width
        super().__init__(**kwargs)


class OtherConfig(PretrainedConfig):
    model_type = "other-model"
    width: int = 6


def torch_classes():
    import torch

    class Derived(triform.PreTrainedModel):
        config_class = NewConfig

        def __init__(self, config):
            super().__init__(config)
            self.linear = torch.nn.Linear(config.width, 5)

        def forward(self, x):
            return self.linear(x)

    class Plain(torch.nn.Module):
        config_class = NewConfig

        def __init__(self, config):
            super().__init__()
            self.linear = torch.nn.Linear(config.width, 5)

        def forward(self, x):
            return self.linear(x)

    return Derived, Plain


def tf_classes():
    import keras

    class Derived(triform.TFPreTrainedModel):
        config_class = NewConfig

        def __init__(self, config):
            super().__init__(config)
            self.linear = keras.layers.Dense(5, bias_initializer="normal")

        def call(self, x):
            return self.linear(x)

    class Plain(keras.Model):
        config_class = NewConfig

        def __init__(self, config):
            super().__init__()
            self.linear = keras.layers.Dense(5, bias_initializer="normal")

        def call(self, x):
            return self.linear(x)

    return Derived, Plain


def flax_classes():
    from flax import nnx

    class Derived(triform.FlaxPreTrainedModel):
        config_class = NewConfig

        def __init__(self, config):
            super().__init__(config)
            self.linear = nnx.Linear(config.width, 5, rngs=nnx.Rngs(1))

        def forward(self, x):
            return self.linear(x)

    class Plain(nnx.Module):
        config_class = NewConfig

        def __init__(self, config, *, rngs):
            self.linear = nnx.Linear(config.width, 5, rngs=rngs)

        def __call__(self, x):
            return self.linear(x)

    return Derived, Plain


@pytest.fixture(autouse=True)
def clean():
    """Nothing that one test registers is seen by another."""
    from triform.auto.custom import CUSTOM

    tables = (CUSTOM.configs, CUSTOM.models, CUSTOM.preprocessors)
    before = [dict(table) for table in tables]
    yield
    for table, kept in zip(tables, before):
        table.clear()
        table.update(kept)


@pytest.mark.parametrize("kind", ["derived", "plain"])
def test_own_models_are_saved_and_loaded_again(backend, kind, tmp_path):
    cls = {"torch": torch_classes, "tf": tf_classes, "flax": flax_classes}[backend]()[kind == "plain"]
    auto = getattr(triform, f"{MARK[backend]}AutoModel")
    AutoConfig.register("new-model", NewConfig)
    auto.register(NewConfig, cls)
    model = auto.from_config(NewConfig(width=7))
    assert type(model) is cls
    x = np.random.default_rng(0).standard_normal((2, 7)).astype(np.float32)
    want = _run(backend, model, x)
    triform.save_pretrained(model, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"config.json", "model.safetensors"}
    again = auto.from_pretrained(tmp_path)
    assert type(again) is cls and again.config.width == 7 and again.config.architectures == [cls.__name__]
    assert np.abs(_run(backend, again, x) - want).max() < 1e-6
    assert np.abs(want).max() > 1e-3


def _run(backend, model, x):
    if backend == "torch":
        import torch

        with torch.no_grad():
            return model(torch.tensor(x)).numpy()
    return np.asarray(model(x))


def test_a_user_s_model_may_hold_one_of_triform_s(tmp_path):
    import torch

    class Tagger(torch.nn.Module):
        config_class = triform.BertConfig
        base_model_prefix = "bert"

        def __init__(self, config):
            super().__init__()
            self.bert = triform.BertModel(config)
            self.head = torch.nn.Linear(config.hidden_size, 3)

        def forward(self, input_ids):
            return self.head(self.bert(input_ids).last_hidden_state)

    config = triform.BertConfig(vocab_size=50, hidden_size=12, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8)
    triform.AutoModelForTokenClassification.register(triform.BertConfig, Tagger, exist_ok=True)
    base = triform.AutoModel.from_config(config, seed=1)
    base.save_pretrained(tmp_path / "base")
    tagger, info = triform.AutoModelForTokenClassification.from_pretrained(tmp_path / "base", output_loading_info=True)
    assert type(tagger) is Tagger and info["missing_keys"] == ["head.weight", "head.bias"]
    assert torch.equal(tagger.bert.embeddings.word_embeddings.weight, base.embeddings.word_embeddings.weight)
    triform.AutoModelForTokenClassification.unregister(triform.BertConfig)
    assert type(triform.AutoModelForTokenClassification.from_config(config)).__name__ == "BertForTokenClassification"


def test_checks():
    Derived, Plain = torch_classes()
    with pytest.raises(ValueError, match="model_type is 'new-model'"):
        AutoConfig.register("another", NewConfig)
    with pytest.raises(ValueError, match="'bert' is taken"):
        AutoConfig.register("bert", type("BertConfig", (PretrainedConfig,), {"model_type": "bert"}))
    with pytest.raises(ValueError, match="needs a config class"):
        AutoConfig.register("new-model", NewConfig())
    AutoConfig.register("new-model", NewConfig)
    AutoConfig.register("new-model", NewConfig)  # the same again
    with pytest.raises(ValueError, match="exist_ok"):
        AutoConfig.register("new-model", type("NewConfig", (PretrainedConfig,), {"model_type": "new-model"}))
    with pytest.raises(ValueError, match="config_class is NewConfig"):
        AutoModel.register(OtherConfig, Derived)
    with pytest.raises(ValueError, match="needs a config class"):
        AutoModel.register("new-model", Derived)
    AutoModel.register(NewConfig, Derived)
    with pytest.raises(ValueError, match="already has a class"):
        AutoModel.register(NewConfig, Plain)
    AutoModel.register(NewConfig, Plain, exist_ok=True)
    with pytest.raises(ValueError, match="triform's own"):
        AutoModel.register(triform.BertConfig, type("Mine", (), {}))
    AutoModel.unregister(NewConfig)
    with pytest.raises(ValueError, match="Nothing is registered"):
        AutoModel.unregister(NewConfig)
    AutoConfig.unregister("new-model")
    with pytest.raises(ValueError, match="No architecture for model_type 'new-model'"):
        AutoConfig.for_model("new-model")


def test_matching_is_by_identity():
    """A user's class that happens to be called BertConfig is not triform's."""
    mine = type("BertConfig", (PretrainedConfig,), {"model_type": "mine"})
    with pytest.raises(ValueError, match="knows no model for BertConfig"):
        AutoModel.from_config(mine())


def test_a_registration_counts_for_one_auto_class_alone():
    Derived, _ = torch_classes()
    AutoConfig.register("new-model", NewConfig)
    AutoModel.register(NewConfig, Derived)
    with pytest.raises(ValueError, match=r"no class for AutoModelForMaskedLM. It has: AutoModel"):
        triform.AutoModelForMaskedLM.from_config(NewConfig())


def test_register_for_auto_class_checks_the_name():
    with pytest.raises(ValueError, match="no Auto class"):
        triform.BertModel.register_for_auto_class("AutoNope")


def test_an_own_tokenizer(tmp_path):
    class Letters:
        @classmethod
        def from_pretrained(cls, folder, **kwargs):
            return cls()

        def __call__(self, text):
            return {"input_ids": [ord(letter) for letter in text]}

    AutoConfig.register("new-model", NewConfig)
    with pytest.raises(ValueError, match="needs a tokenizer class"):
        triform.AutoTokenizer.register(NewConfig)
    triform.AutoTokenizer.register(NewConfig, slow_tokenizer_class=Letters)
    NewConfig().save_pretrained(tmp_path)
    assert triform.AutoTokenizer.from_pretrained(tmp_path)("ab") == {"input_ids": [97, 98]}
    triform.AutoTokenizer.unregister(NewConfig)
    with pytest.raises(OSError, match="no tokenizer"):
        triform.AutoTokenizer.from_pretrained(tmp_path)


def test_own_preprocessors(tmp_path):
    class Chopper:
        def __init__(self, edge=3):
            self.edge = edge

        @classmethod
        def from_pretrained(cls, folder, **kwargs):
            return cls(edge=4)

    AutoConfig.register("new-model", NewConfig)
    for name in ("AutoImageProcessor", "AutoFeatureExtractor", "AutoProcessor", "AutoVideoProcessor"):
        getattr(triform, name).register(NewConfig, Chopper)
    NewConfig().save_pretrained(tmp_path)
    for name in ("AutoImageProcessor", "AutoFeatureExtractor", "AutoProcessor", "AutoVideoProcessor"):
        assert type(getattr(triform, name).from_pretrained(tmp_path)) is Chopper
