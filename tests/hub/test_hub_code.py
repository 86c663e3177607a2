"""Code that a checkpoint brings along: refused by default, run at a named commit, never by anything else that a file says."""

import json
import logging
import sys

import numpy as np
import pytest
from server import FIRST, SECOND

import triform
from triform import AutoConfig, AutoModel
from triform.errors import CorruptFileError, MissingDependencyError, RemoteCodeError

CONFIG = """
from triform import PretrainedConfig

class OwnConfig(PretrainedConfig):
    model_type = "own-model"
    width: int = 6
"""
PARTS = """
import torch

WAS_RUN = True

class Half(torch.nn.Module):
    def forward(self, x):
        return x / {divisor}
"""
MODEL = """
import torch
from triform import PreTrainedModel
from .configuration_own import OwnConfig
from . import parts_own

class OwnModel(PreTrainedModel):
    config_class = OwnConfig

    def __init__(self, config):
        super().__init__(config)
        self.linear = torch.nn.Linear(config.width, 5)
        self.halve = parts_own.Half()

    def forward(self, x):
        return self.halve(self.linear(x))
"""
AUTO_MAP = {"AutoConfig": "configuration_own.OwnConfig", "AutoModel": "modeling_own.OwnModel"}


def checkpoint(divisor=2, **changes):
    """The files of a checkpoint with code of its own; weights of ones."""
    import safetensors.numpy

    weights = {"linear.weight": np.ones((5, 6), np.float32), "linear.bias": np.zeros(5, np.float32)}
    config = {"model_type": "own-model", "architectures": ["OwnModel"], "auto_map": AUTO_MAP, **changes}
    return {
        "config.json": json.dumps(config).encode(),
        "configuration_own.py": CONFIG.encode(),
        "modeling_own.py": MODEL.encode(),
        "parts_own.py": PARTS.format(divisor=divisor).encode(),
        "model.safetensors": safetensors.numpy.save(weights, metadata={"format": "pt"}),
    }


def written(folder, files):
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text)
    return folder


def output(model):
    import torch

    return float(model(torch.ones(1, 6))[0, 0])


@pytest.fixture
def hub(hub):
    hub.commits[FIRST] = checkpoint()
    return hub


def test_it_is_refused_and_the_error_says_how_to_allow_it(tmp_path):
    folder = written(tmp_path / "own", checkpoint())
    before = set(sys.modules)
    for call in (AutoConfig.from_pretrained, AutoModel.from_pretrained):
        with pytest.raises(RemoteCodeError, match=r"OwnConfig in configuration_own.py.*not run.*trust_remote_code=True"):
            call(folder)
        with pytest.raises(RemoteCodeError):
            call(folder, trust_remote_code=False)
    assert not [name for name in set(sys.modules) - before if name.startswith("triform_remote")]


def test_a_folder_s_code_runs_where_it_is_trusted(tmp_path, caplog):
    folder = written(tmp_path / "own", checkpoint())
    with caplog.at_level(logging.WARNING, "triform"):
        model = AutoModel.from_pretrained(folder, trust_remote_code=True)
    assert output(model) == 3.0
    listed = [r.getMessage() for r in caplog.records if "Running code" in r.getMessage()]
    assert len(listed) == 1 and all(name in listed[0] for name in ("configuration_own.py", "modeling_own.py", "parts_own.py"))
    config = AutoConfig.from_pretrained(folder, trust_remote_code=True, width=6)
    assert type(config) is type(model.config) and isinstance(config, triform.PretrainedConfig)
    assert output(AutoModel.from_config(config, trust_remote_code=True).eval()) != 3.0
    with pytest.raises(RemoteCodeError):
        AutoModel.from_config(config)
    assert not any("own" in entry for entry in sys.path) and not list(folder.rglob("__pycache__"))


def test_folders_of_one_name_do_not_mix(tmp_path):
    """Two checkpoints in folders of the same name, and one that changed on disk, each run their own code."""
    for parent, divisor in (("a", 2), ("b", 3)):
        (tmp_path / parent).mkdir()
        folder = written(tmp_path / parent / "checkpoint", checkpoint(divisor))
        assert output(AutoModel.from_pretrained(folder, trust_remote_code=True)) == 6 / divisor
    written(folder, checkpoint(6))
    assert output(AutoModel.from_pretrained(folder, trust_remote_code=True)) == 1.0


def test_the_hub_s_code_runs_at_a_named_commit_only(hub):
    with pytest.raises(RemoteCodeError, match=r"not run.*trust_remote_code=True and revision="):
        AutoModel.from_pretrained("org/model")
    with pytest.raises(RemoteCodeError, match=rf"'main' is a name.*trust_remote_code=True and revision='{FIRST}'"):
        AutoModel.from_pretrained("org/model", trust_remote_code=True)
    model = AutoModel.from_pretrained("org/model", trust_remote_code=True, revision=FIRST)
    assert output(model) == 3.0 and model.config.auto_map["AutoModel"] == "org/model--modeling_own.OwnModel"
    hub.push(checkpoint(divisor=6), SECOND)
    assert output(AutoModel.from_pretrained("org/model", trust_remote_code=True, revision=SECOND)) == 1.0
    assert output(AutoModel.from_pretrained("org/model", trust_remote_code=True, revision=FIRST)) == 3.0


def test_code_in_another_repository_needs_a_commit_of_its_own(hub, tmp_path):
    elsewhere = {key: f"org/model--{entry}" for key, entry in AUTO_MAP.items()}
    folder = written(tmp_path / "weights", checkpoint(auto_map=elsewhere))
    for name in ("configuration_own.py", "modeling_own.py", "parts_own.py"):
        (folder / name).unlink()
    asked = sum(hub.asked.values())
    with pytest.raises(RemoteCodeError, match="code_revision='the hash of the commit"):
        AutoModel.from_pretrained(folder)
    assert sum(hub.asked.values()) == asked, "a refusal asks nobody"
    with pytest.raises(RemoteCodeError, match=f"code_revision='{FIRST}'"):
        AutoModel.from_pretrained(folder, trust_remote_code=True)
    assert output(AutoModel.from_pretrained(folder, trust_remote_code=True, code_revision=FIRST)) == 3.0


def test_triform_s_own_classes_win(tmp_path):
    model = AutoModel.from_config(AutoConfig.for_model("bert", hidden_size=8, num_hidden_layers=1, num_attention_heads=2, vocab_size=9))
    model.save_pretrained(tmp_path)
    data = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**data, "auto_map": {"AutoConfig": "evil.A", "AutoModel": "evil.B"}}))
    (tmp_path / "evil.py").write_text("raise SystemExit('it ran')")
    assert type(AutoModel.from_pretrained(tmp_path, trust_remote_code=True)) is triform.BertModel


@pytest.mark.parametrize("entry", ["os.system.x", "../evil.A", "a/b.C", "evil", ["x.Y"] * 3 + [7], 7, "e vil.A", ".A", "ünï.A"])
def test_malformed_entries_are_refused(tmp_path, entry):
    folder = written(tmp_path / "own", checkpoint(auto_map={"AutoConfig": entry}))
    with pytest.raises(CorruptFileError, match="auto_map"):
        AutoConfig.from_pretrained(folder, trust_remote_code=True)


@pytest.mark.parametrize(
    ("name", "text", "error", "says"),
    [
        ("configuration_own.py", "import nowhere_to_be_found", MissingDependencyError, "pip install nowhere_to_be_found"),
        ("configuration_own.py", "def (", RemoteCodeError, "no Python"),
        ("configuration_own.py", "class OwnConfg: pass", RemoteCodeError, "no class OwnConfig. Did you mean 'OwnConfg'"),
        ("configuration_own.py", "from ..outside import x", RemoteCodeError, "outside of its folder"),
        ("configuration_own.py", "1 / 0", RemoteCodeError, "fails: ZeroDivisionError"),
        ("parts_own.py", None, RemoteCodeError, "no parts_own.py"),
    ],
)
def test_code_that_cannot_run(tmp_path, name, text, error, says):
    folder = written(tmp_path / "own", checkpoint())
    (folder / name).unlink()
    if text is not None:
        (folder / name).write_text(text)
    with pytest.raises(error, match=says):
        AutoConfig.from_pretrained(folder, trust_remote_code=True)


def test_registered_classes_are_saved_with_their_code(tmp_path):
    """What `register_for_auto_class` marks is written beside the weights, and loads elsewhere with trust."""
    first = AutoModel.from_pretrained(written(tmp_path / "own", checkpoint()), trust_remote_code=True)
    type(first).register_for_auto_class()
    type(first.config).register_for_auto_class()
    first.save_pretrained(tmp_path / "saved")
    data = json.loads((tmp_path / "saved" / "config.json").read_text())
    assert data["auto_map"] == AUTO_MAP
    again = AutoModel.from_pretrained(tmp_path / "saved", trust_remote_code=True)
    assert output(again) == 3.0 and type(again) is not type(first)
    first.config.save_pretrained(tmp_path / "config")
    assert AutoConfig.from_pretrained(tmp_path / "config", trust_remote_code=True).width == 6


def test_code_written_for_the_reference_loads(tmp_path):
    """Its classes load themselves."""
    files = checkpoint()
    files["configuration_own.py"] = CONFIG.replace("from triform", "from transformers").replace(
        "    width: int = 6", "    def __init__(self, width=6, **kwargs):\n        self.width = width\n        super().__init__(**kwargs)"
    ).encode()  # fmt: skip
    files["modeling_own.py"] = MODEL.replace("from triform", "from transformers").encode()
    model = AutoModel.from_pretrained(written(tmp_path / "own", files), trust_remote_code=True)
    assert output(model) == 3.0


TOKENIZER = """
class OwnTokenizer:
    @classmethod
    def from_pretrained(cls, name, **kwargs):
        made = cls()
        made.name, made.kwargs = str(name), kwargs
        return made
"""


@pytest.mark.parametrize("entry", [["tokenization_own.OwnTokenizer", None], "tokenization_own.OwnTokenizer"])
def test_tokenizers_that_a_checkpoint_brings(tmp_path, entry):
    settings = {"tokenizer_class": "OwnTokenizer", "auto_map": {"AutoTokenizer": entry}}
    folder = written(tmp_path / "own", {"tokenization_own.py": TOKENIZER.encode(), "tokenizer_config.json": json.dumps(settings).encode()})
    with pytest.raises(RemoteCodeError, match=r"OwnTokenizer in tokenization_own\.py.*trust_remote_code=True"):
        triform.AutoTokenizer.from_pretrained(folder)
    made = triform.AutoTokenizer.from_pretrained(folder, trust_remote_code=True, padding_side="left")
    assert type(made).__name__ == "OwnTokenizer" and made.kwargs == {"padding_side": "left"}
    settings["tokenizer_class"] = "BertTokenizer"  # which triform has
    written(folder, {"tokenizer_config.json": json.dumps(settings).encode(), "vocab.txt": b"[PAD]\n[UNK]\na"})
    assert type(triform.AutoTokenizer.from_pretrained(folder, trust_remote_code=True)).__name__ == "BertTokenizer"


@pytest.mark.parametrize(
    ("auto", "file", "key"),
    [
        ("AutoImageProcessor", "preprocessor_config.json", "image_processor_type"),
        ("AutoFeatureExtractor", "preprocessor_config.json", "feature_extractor_type"),
        ("AutoProcessor", "processor_config.json", "processor_class"),
    ],
)
def test_preprocessors_that_a_checkpoint_brings(tmp_path, auto, file, key):
    settings = {key: "OwnTokenizer", "auto_map": {auto: "tokenization_own.OwnTokenizer"}}
    folder = written(tmp_path / "own", {"tokenization_own.py": TOKENIZER.encode(), file: json.dumps(settings).encode()})
    with pytest.raises(RemoteCodeError, match=r"trust_remote_code=True"):
        getattr(triform, auto).from_pretrained(folder)
    assert type(getattr(triform, auto).from_pretrained(folder, trust_remote_code=True)).__name__ == "OwnTokenizer"
