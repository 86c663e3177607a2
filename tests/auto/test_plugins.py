"""The example plugin, installed as a user would, is found by the Auto classes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the plugin, built and installed by pip."""
    pytest.importorskip("hatchling")
    target = tmp_path_factory.mktemp("site")
    command = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target", str(target)]
    done = subprocess.run([sys.executable, *command, str(ROOT / "examples" / "plugin")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return target


def run(code: str, *paths: Path) -> subprocess.CompletedProcess:
    places = os.pathsep.join([*map(str, paths), os.environ.get("PYTHONPATH", "")])
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": places})


def test_an_installed_plugin_is_found(installed, tmp_path):
    pytest.importorskip("torch")
    code = f"""
import triform, torch
config = triform.AutoConfig.for_model("echo", volume=3.0)
model = triform.AutoModel.from_config(config)
triform.save_pretrained(model, {str(tmp_path)!r})
again = triform.AutoModel.from_pretrained({str(tmp_path)!r})
ids = torch.tensor([[1, 2]])
print(type(again).__name__, again.config.volume, torch.equal(again(ids), model(ids)))
"""
    done = run(code, installed)
    assert done.stdout.split() == ["EchoModel", "3.0", "True"], done.stderr


def test_without_the_plugin_the_type_is_unknown():
    done = run("import triform; triform.AutoConfig.for_model('echo')")
    assert "No architecture for model_type 'echo'" in done.stderr


def test_a_plugin_that_fails_does_not_stop_the_others(installed, tmp_path):
    (tmp_path / "bad-1.0.dist-info").mkdir()
    (tmp_path / "bad-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: bad\nVersion: 1.0\n")
    (tmp_path / "bad-1.0.dist-info" / "entry_points.txt").write_text("[triform.architectures]\nbad = nothing_here:register\n")
    done = run("import triform; print(triform.AutoConfig.for_model('echo').vocab_size)", tmp_path, installed)
    assert done.stdout.strip() == "16" and "The plugin bad" in done.stderr
