"""What the benchmarks share: each candidate in a process of its own, candidates in turns, medians, a page."""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "JAX_PLATFORMS": "cpu", "TRANSFORMERS_VERBOSITY": "error", "HF_HUB_OFFLINE": "1"}


def best(call: Callable[[], Any], seconds: float = 2.0, least: int = 5) -> float:
    """The median time of a call, after two that warm up, over about so many seconds."""
    for _ in range(2):
        call()
    times: list[float] = []
    while len(times) < least or sum(times) < seconds:
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
        if len(times) >= 200:
            break
    return statistics.median(times)


def peak() -> float:
    """The most memory that this process has held, in MiB."""
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024


def whole(python: str, code: str) -> tuple[float, str]:
    """(seconds of a whole process that runs some code, the last line that it printed)."""
    began = time.perf_counter()
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, env={**os.environ, **QUIET})
    seconds = time.perf_counter() - began
    if done.returncode != 0:
        raise SystemExit(done.stderr[-2000:])
    return seconds, (done.stdout.strip().splitlines() or [""])[-1]


def said(python: str, file: str, *arguments: object) -> dict[str, float] | None:
    """What `file --work …` prints as JSON in its last line; None, and the reason on stderr, where it fails."""
    command = [python, file, "--work", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **QUIET})
    if done.returncode != 0:
        print(f"{arguments}: {(done.stderr.strip().splitlines() or [done.returncode])[-1]}", file=sys.stderr)
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def in_turns(candidates: Iterable[str], rounds: int, run: Callable[[str], dict[str, float] | None]) -> dict[str, dict[str, float]]:
    """The medians of what each candidate says, over several rounds in which all have their turn."""
    found: dict[str, list[dict[str, float]]] = {}
    names = list(candidates)
    for _ in range(rounds):
        for name in names:
            numbers = run(name)
            if numbers is not None:
                found.setdefault(name, []).append(numbers)
    return {name: {key: statistics.median(r[key] for r in runs) for key in runs[0]} for name, runs in found.items()}


def page(path: Path, title: str, about: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table as a page, with the machine that it was made on."""
    machine = f"{platform.machine()} with {os.cpu_count()} cores, Python {platform.python_version()}"
    lines = [f"# {title}\n", f"{about} On {machine}.\n", f"| {' | '.join(header)} |", f"|{'|'.join('---' for _ in header)}|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
