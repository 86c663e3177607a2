"""Processes killed in the middle of saving: the folder then holds the old checkpoint or the new one, and either loads."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

import triform
from triform import replacing
from triform.replacing import JOURNAL, Replacement, finish

torch = pytest.importorskip("torch")

# Two models that differ in every file and in how many files there are. Each child saves them in turn until it is killed.
SCRIPT = """
import os, random, signal, sys, time
import torch, triform
folder = sys.argv[1]
torch.set_num_threads(1)
sizes = {"num_hidden_layers": 2, "num_attention_heads": 2, "vocab_size": 50}
models = [triform.AutoModel.from_config(triform.BertConfig(hidden_size=n, intermediate_size=n, **sizes), seed=n) for n in (32, 48)]
shards = ["20KB", "5GB"]
models[0].save_pretrained(folder, max_shard_size=shards[0])
chance, seen = random.Random(7), set()
for number in range(int(sys.argv[2])):
    child = os.fork()
    if child == 0:
        for i in range(number % 2, 10**6):
            models[i % 2].save_pretrained(folder, max_shard_size=shards[i % 2])
    time.sleep(chance.uniform(0.001, 0.06))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    cut = os.path.exists(os.path.join(folder, ".triform-replacing.json"))
    loaded, info = triform.AutoModel.from_pretrained(folder, output_loading_info=True)
    assert not any(info.values()), info
    wanted = models[0] if loaded.config.hidden_size == 32 else models[1]
    for (name, a), (_, b) in zip(loaded.state_dict().items(), wanted.state_dict().items()):
        assert torch.equal(a, b), name
    seen.add((loaded.config.hidden_size, cut))
print(sorted(seen))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("moments", [12, pytest.param(50, marks=pytest.mark.slow)])
def test_killed_at_random_moments_of_a_save(tmp_path, moments):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "model"), str(moments)],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert moments < 50 or {size for size, _ in eval(done.stdout)} == {32, 48}, "the moments were too much alike"


DYING = """
import os, sys
import triform
sizes = {"num_attention_heads": 2, "num_hidden_layers": 1, "intermediate_size": 8, "vocab_size": 30}
small, large = (triform.AutoModel.from_config(triform.BertConfig(hidden_size=n, **sizes), seed=n) for n in (16, 24))
real = os.replace
for renamed in range(4):
    folder, done = f"{sys.argv[1]}/{renamed}", []
    small.save_pretrained(folder, max_shard_size="5KB")

    def replace(*paths):
        if len(done) == renamed:
            os._exit(9)
        done.append(paths)
        real(*paths)

    child = os.fork()
    if child == 0:
        os.replace = replace
        large.save_pretrained(folder)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == (9 if renamed < 3 else 0)
small.save_pretrained(f"{sys.argv[1]}/small")
large.save_pretrained(f"{sys.argv[1]}/large")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_save_that_died_while_it_renamed_is_finished_by_whoever_opens_it(tmp_path):
    """After each number of renames; before the journal stands, the old files remain."""
    subprocess.run([sys.executable, "-c", DYING, str(tmp_path)], check=True)
    for renamed in range(4):
        folder = tmp_path / str(renamed)
        model = triform.AutoModel.from_pretrained(folder)
        wanted = triform.AutoModel.from_pretrained(tmp_path / ("large" if renamed else "small"))
        assert model.config.hidden_size == wanted.config.hidden_size
        assert all(torch.equal(a, b) for a, b in zip(model.state_dict().values(), wanted.state_dict().values()))
        assert not (folder / JOURNAL).exists() and len(list(folder.glob("model*.safetensors"))) == (1 if renamed else 3)


@pytest.mark.parametrize(
    "journal",
    [
        {"renames": {"config.json": "../outside"}, "removed": []},
        {"renames": {"../outside": ".x.0123456789ab.tmp"}, "removed": ["../outside", "/etc/hosts", "sub/../../outside"]},
        {"renames": {"config.json": "notes.txt"}, "removed": ["notes.txt", ""]},
        {"renames": [["a"]], "removed": 7},
        {"renames": {}},
        [],
        "x" * 100,
    ],
)
def test_a_stranger_s_journal_touches_nothing_else(tmp_path, journal):
    folder = tmp_path / "model"
    folder.mkdir()
    for path in (tmp_path / "outside", folder / "notes.txt", folder / "config.json", folder / ".x.0123456789ab.tmp"):
        path.write_text("precious")
    (folder / JOURNAL).write_text(json.dumps(journal))
    finish(folder)
    assert not (folder / JOURNAL).exists()
    assert all(path.read_text() == "precious" for path in (tmp_path / "outside", folder / "notes.txt", folder / "config.json"))


def test_several_processes_save_into_one_folder(tmp_path):
    """The last one wins, whole."""
    script = (
        SCRIPT.split("shards =")[0] + "\nfor i in range(40): models[int(sys.argv[2])].save_pretrained(folder, max_shard_size=sys.argv[3])"
    )
    arguments = [["0", "20KB"], ["1", "5GB"]]
    running = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "model"), *rest]) for rest in arguments]
    assert [process.wait(120) for process in running] == [0, 0]
    loaded, info = triform.AutoModel.from_pretrained(tmp_path / "model", output_loading_info=True)
    assert not any(info.values())
    n = loaded.config.hidden_size
    sizes = {"num_hidden_layers": 2, "num_attention_heads": 2, "vocab_size": 50, "hidden_size": n, "intermediate_size": n}
    wanted = triform.AutoModel.from_config(triform.BertConfig(**sizes), seed=n)
    assert all(torch.equal(a, b) for a, b in zip(loaded.state_dict().values(), wanted.state_dict().values()))
    assert not [path for path in (tmp_path / "model").iterdir() if path.name.startswith(".")]


def test_what_nobody_finished_is_swept_away_in_the_end(tmp_path, monkeypatch):
    old, fresh = tmp_path / ".a.0123456789ab.tmp", tmp_path / ".b.0123456789ab.tmp"
    for path in (old, fresh):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))
    with Replacement() as new, new.file(tmp_path / "c") as file:
        file.write(np.arange(3).tobytes())
    assert sorted(os.listdir(tmp_path)) == [fresh.name, "c"]
    monkeypatch.setattr(replacing, "ABANDONED", -1)
    with Replacement() as new, new.file(tmp_path / "c") as file:
        file.write(b"x")
    assert os.listdir(tmp_path) == ["c"]
