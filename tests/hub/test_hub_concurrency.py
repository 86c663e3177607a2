"""Fifty loads at once, of threads and of processes: every file is downloaded once."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from server import FILES

from triform.hub import locate

LOAD = """
import sys, time, pathlib
from concurrent.futures import ThreadPoolExecutor
import huggingface_hub
from huggingface_hub import hf_hub_download
from triform.hub import locate
print("ready", flush=True)
sys.stdin.readline()
def load(_):
    source = locate("org/model")
    paths = [source.require(name) for name in ("config.json", "model.safetensors", "sub/config.json")]
    assert source.find("nothing") is None
    return source.commit_hash, [len(path.read_bytes()) for path in paths]
with ThreadPoolExecutor(10) as pool:
    print({repr(found) for found in pool.map(load, range(10))}, flush=True)
"""


def once(hub) -> bool:
    return all(hub.asked[f"GET {name}"] == 1 for name in ("model.safetensors",)) and hub.asked["GET config.json"] == 2  # two of that name


def test_fifty_threads(hub):
    hub.delay = 0.1  # all of them are there before the first is served

    def load(_):
        source = locate("org/model")
        return [source.require(name) for name in FILES]

    with ThreadPoolExecutor(50) as pool:
        found = list(pool.map(load, range(50)))
    assert all(paths == found[0] for paths in found) and once(hub), hub.asked
    assert {name: path.read_bytes() for name, path in zip(FILES, found[0], strict=True)} == FILES


def test_fifty_threads_of_one_source(hub):
    hub.delay = 0.1
    source = locate("org/model")
    with ThreadPoolExecutor(50) as pool:
        found = list(pool.map(source.require, ["model.safetensors"] * 50))
    assert len(set(found)) == 1 and hub.asked["GET model.safetensors"] == 1


def test_fifty_loads_of_five_processes(hub):
    hub.delay = 0.2
    started = [
        subprocess.Popen([sys.executable, "-c", LOAD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
        for _ in range(5)
    ]
    try:
        assert [process.stdout.readline() for process in started] == ["ready\n"] * 5
        for process in started:
            process.stdin.write("\n")
            process.stdin.flush()
        answers = {process.communicate(timeout=60)[0] for process in started}
    finally:
        for process in started:
            process.kill()
    sizes = [len(FILES[name]) for name in ("config.json", "model.safetensors", "sub/config.json")]
    assert answers == {f"{{\"('{'a' * 40}', {sizes})\"}}\n"} and once(hub), hub.asked
