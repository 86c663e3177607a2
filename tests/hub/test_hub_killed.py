"""Processes killed in the middle of a download: the cache then gives the old commit or the new one, whole, and the next load goes on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import os, random, signal, sys, time
sys.path.insert(0, sys.argv[1])
from server import FIRST, Hub
import huggingface_hub.file_download
from triform import hub

NAMES = ("config.json", "model.safetensors", "tokenizer.json")
version = lambda n: {name: (f"{n} {name} ".encode() * 40_000)[: 40 if name == "config.json" else 300_000] for name in NAMES}
server = Hub(version(0))
server.delay = 0.004
os.environ.update(HF_ENDPOINT=server.address)


def fetch(**where):
    source = hub.locate("org/model", **where)
    return [source.find(name).read_bytes() for name in NAMES]


assert fetch() == list(version(0).values())
chance, seen, known = random.Random(3), [], 0
for round in range(1, int(sys.argv[2]) + 1):
    server.push(version(round), f"{round:040x}")
    child = os.fork()
    if child == 0:
        fetch(refresh=True)
        os._exit(0)
    time.sleep(chance.uniform(0.01, 0.12))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    source = hub.locate("org/model", local_files_only=True)
    found = [path and path.read_bytes() for path in map(source.find, NAMES)]
    held = {n for n in (known, round) for name, text in zip(NAMES, found) if text == version(n)[name]}
    assert len(held) == 1 and None not in found, (round, held)
    seen.append((held == {round}, source.commit_hash != source.repository.commit()))
    assert fetch(refresh=True) == list(version(round).values())
    known = round
print(sorted(set(seen)))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("moments", [12, pytest.param(50, marks=pytest.mark.slow)])
def test_killed_at_random_moments_of_a_download(tmp_path, moments):
    environment = {key: value for key, value in os.environ.items() if key not in ("HF_HUB_OFFLINE", "HF_TOKEN")}
    command = [sys.executable, "-c", SCRIPT, str(Path(__file__).parent), str(moments)]
    done = subprocess.run(command, capture_output=True, text=True, env={**environment, "HF_HUB_CACHE": str(tmp_path)})
    assert done.returncode == 0, done.stderr[-2000:]
    assert moments < 50 or len(eval(done.stdout)) > 1, "the moments were too much alike"
