"""Hostile files: every one is refused or read within five seconds and a gibibyte, in a process that could not take more."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hostile_files import FILES

from triform.errors import CorruptFileError
from triform.weights.formats import open_file

READ = """
import json, re, resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, (4 * 2**30, 4 * 2**30))
import numpy, safetensors  # what they take is not the reader's
from triform.errors import TriformError
from triform.weights import gguf, hdf5, msgpack, pickled
from triform.weights.formats import open_file

for path in sys.argv[1:]:
    start = time.process_time()
    try:
        found = open_file(path)
        what = f"{len(found)} tensors"
    except TriformError as error:
        what = type(error).__name__
    seconds = time.process_time() - start
    found = None
    peak = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024 if sys.platform == "linux" else 0
    print(json.dumps([path, what, seconds, peak]), flush=True)
"""


def test_no_file_takes_long_or_much(tmp_path):
    pytest.importorskip("resource")
    paths = []
    for name, make in FILES.items():
        (tmp_path / name).write_bytes(make())
        paths.append(str(tmp_path / name))
    done = subprocess.run([sys.executable, "-c", READ, *paths], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(results) == len(FILES)
    for path, what, seconds, peak in results:
        assert seconds < 5, (path, what, seconds)
        assert peak < 2**30, (path, what, peak)
        if "many tensors" not in path:
            assert what == "CorruptFileError", path


def test_nothing_else_is_opened(tmp_path, monkeypatch):
    """Whatever a file says, the readers open that one file."""
    import builtins
    import io
    import os

    (tmp_path / "secret").write_text("secret")
    (tmp_path / "model.bin").write_bytes(FILES["laughs as key.bin"]())
    opened = []
    for module, name in ((builtins, "open"), (io, "open"), (os, "open")):
        real = getattr(module, name)
        monkeypatch.setattr(module, name, lambda path, *args, real=real, **kw: (opened.append(path), real(path, *args, **kw))[1])
    with pytest.raises(CorruptFileError):
        open_file(tmp_path / "model.bin")
    assert opened
    assert {Path(path).name for path in opened if isinstance(path, (str, Path))} <= {"model.bin"}
