"""What the benchmarks share: each candidate in a process of its own, candidates in turns, medians, a page."""

import argparse
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
QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "JAX_PLATFORMS": "cpu",
    "TRANSFORMERS_VERBOSITY": "error",
    "HF_HUB_OFFLINE": "1",
    "PYTHONDONTWRITEBYTECODE": "",  # installed packages have their bytecode, so a checkout must keep its own
}


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


def packaged() -> str:
    """The folder of the model that the demo installs."""
    code = "import sys; sys.path.insert(0, 'examples'); import most_similar; print(most_similar.packaged_model())"
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def section(path: Path, title: str, about: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table, with the machine that it was made on, as a section of a page: in the place of an earlier one of that title, or at the end."""
    machine = f"{platform.machine()} with {os.cpu_count()} cores, Python {platform.python_version()}"
    lines = [f"{about} On {machine}.", "", f"| {' | '.join(header)} |", f"|{'|'.join('---' for _ in header)}|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    page = (
        path.read_text(encoding="utf-8")
        if path.is_file()
        else "# Results\n\nWhat `make bench` found, one section for each script beside this page.\n"
    )
    start, *others = page.split("\n## ")
    sections = dict(other.split("\n", 1) for other in others)
    sections[title] = "\n" + "\n".join(lines) + "\n"
    path.write_text("\n## ".join([start, *(f"{name}\n{text}" for name, text in sections.items())]), encoding="utf-8")


def arguments_of(about: str | None, rounds: int) -> argparse.ArgumentParser:
    """The options that all benchmarks have."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference", default=None, help="the Python of an environment with the reference library in version 5")
    parser.add_argument("--rounds", type=int, default=rounds, help="how often each candidate runs, in turns")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "RESULTS.md", help="the page that gets a section")
    return parser
