"""The fine-tuning examples run as they stand, and what they make is right."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
SCRIPTS = {"torch": "finetune_torch.py", "tf": "finetune_keras.py", "flax": "finetune_flax.py"}
NEEDS = {"torch": ("torch",), "tf": ("tensorflow", "keras"), "flax": ("flax", "optax")}


def test_fine_tuning(backend, tmp_path):
    """It learns what "not" does to a word, and its checkpoint says so too."""
    for module in NEEDS[backend]:
        pytest.importorskip(module)
    command = [sys.executable, str(EXAMPLES / SCRIPTS[backend]), "--save", str(tmp_path)]
    source = str(EXAMPLES.parent / "src")
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": source})
    assert done.returncode == 0, done.stderr
    accuracies = [float(found) for found in re.findall(r"accuracy (\d\.\d+)", done.stdout)]
    assert len(accuracies) == 10
    assert max(accuracies[:2]) < 0.7 and accuracies[-1] >= 0.9, done.stdout

    from triform.tasks.run import run_task

    texts = ["the meal was very lovely .", "the hotel was not lovely .", "the game was not dull .", "the game was dull ."]
    said = run_task(str(tmp_path), texts, backend=backend)
    assert [rows[0][0] for rows in said.rows] == ["good", "bad", "good", "bad"]
