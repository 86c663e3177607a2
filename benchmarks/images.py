"""Preparing photos: ours and the reference's, by Pillow and NumPy, from files, opened images and arrays, and the time to the first one.

    python benchmarks/images.py [--reference PYTHON] [--rounds 5] [--output benchmarks/RESULTS.md]

`--reference` is the Python of an environment with the reference library and Pillow. Each run is a process of its own, and the runs of the
candidates alternate. Both sides have the settings that the class has by itself, and give NumPy arrays, which are found equal.
"""

import json
import statistics
import sys
import tempfile
from pathlib import Path

from frame import arguments_of, section, whole

LOAD = {
    "triform": "import triform as t; k = t.{name}()",
    "reference": "import transformers as t; k = (getattr(t, '{name}Pil', None) or t.{name})()",
}
CLASSES = ("ViTImageProcessor", "CLIPImageProcessor", "DetrImageProcessor")
JOBS = {
    "16 photos of 1600 × 1200, JPEG files": ("k(paths, return_tensors='np')", "k([Image.open(p) for p in paths], return_tensors='np')"),
    "the same, opened": ("k(opened, return_tensors='np')",) * 2,
    "the same, as arrays": ("k(arrays, return_tensors='np')",) * 2,
    "16 of 224 × 224, opened": ("k(small, return_tensors='np')",) * 2,
    "one photo, opened": ("k(opened[0], return_tensors='np')",) * 2,
}
TIMED = """
import json, time
import numpy as np
from PIL import Image
paths = json.load(open({paths!r}))
opened = [Image.open(p).convert('RGB') for p in paths]
arrays = [np.asarray(i) for i in opened]
small = [i.resize((224, 224)) for i in opened]
out = {{}}
for name, job in json.load(open({jobs!r})).items():
    call = compile(job, name, 'eval')
    best = busy = 9e9
    for _ in range(3):
        began, worked = time.perf_counter(), time.process_time()
        made = eval(call)
        best, busy = min(best, time.perf_counter() - began), min(busy, time.process_time() - worked)
    out[name] = (best, busy, float(np.abs(made['pixel_values'].astype(np.float64)).sum()))
print(json.dumps(out))
"""


def prepare(folder: Path) -> list[str]:
    """The paths of photos: waves and noise, as JPEG."""
    import numpy as np
    from PIL import Image

    draw, paths = np.random.default_rng(0), []
    y, x = np.mgrid[0:1200, 0:1600]
    for i in range(16):
        planes = [np.sin(x / (40 + i) + c) * 60 + np.cos(y / 31 - c) * 50 + 128 + draw.integers(-20, 20, x.shape) for c in range(3)]
        paths.append(str(folder / f"{i}.jpg"))
        Image.fromarray(np.stack(planes, axis=2).clip(0, 255).astype(np.uint8)).save(paths[-1], quality=90)
    return paths


def main() -> None:
    parser = arguments_of(__doc__, 5)
    arguments = parser.parse_args()
    candidates = [name for name in LOAD if name != "reference" or arguments.reference]
    measured: dict[tuple[str, str, str], list[tuple[float, float | None]]] = {}
    sums: dict[tuple[str, str], set[float]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "paths.json").write_text(json.dumps(prepare(folder)))
        for number, name in enumerate(candidates):
            (folder / f"{name}.json").write_text(json.dumps({job: codes[number] for job, codes in JOBS.items()}))
        for cls in CLASSES:
            for i in range(arguments.rounds + 1):
                for name in candidates:
                    python = arguments.reference if name == "reference" else sys.executable
                    load = LOAD[name].format(name=cls)
                    first = "; from PIL import Image; k(Image.new('RGB', (300, 200)), return_tensors='np')"
                    seconds, _ = whole(python, load + first)
                    code = load + TIMED.format(paths=str(folder / "paths.json"), jobs=str(folder / f"{name}.json"))
                    timed = json.loads(whole(python, code)[1])
                    if i:  # the first round warms the disk
                        measured.setdefault((cls, "fresh process to the first image", name), []).append((seconds, None))
                        for job, (value, busy, total) in timed.items():
                            measured.setdefault((cls, job, name), []).append((value, busy))
                            sums.setdefault((cls, job), set()).add(total)
    for (cls, job), totals in sums.items():
        if max(totals) - min(totals) > 1e-6 * max(totals):
            raise SystemExit(f"{cls}, {job}: the two give different numbers ({sorted(totals)}).")
    times = {key: [_median(values, which) for which in (0, 1)] for key, values in measured.items()}
    write(arguments.output, times, arguments.rounds)


def _median(values: list, which: int) -> float | None:
    found = [value[which] for value in values if value[which] is not None]
    return statistics.median(found) * 1000 if found else None


def write(path: Path, times: dict[tuple[str, str, str], list], rounds: int) -> None:
    """The table as a section."""
    names = list(dict.fromkeys(name for _, _, name in times))
    lines = []
    for cls, job in dict.fromkeys((cls, job) for cls, job, _ in times):
        cells = []
        for name in names:
            wall, busy = times[cls, job, name]
            cells.append(f"{wall:.0f} ms" + (f" ({busy:.0f})" if busy is not None else ""))
        if "reference" in names:
            both = [(times[cls, job, "reference"][i], times[cls, job, "triform"][i]) for i in (0, 1)]
            cells += [f"{theirs / ours:.2f} x" if ours else "" for theirs, ours in both]
        lines.append((cls, job, *cells))
        print(*lines[-1], sep="  ")
    section(
        path, "Image processors: a folder of photos, and the first image",
        f"Medians of {rounds} processes each, in turns; within a process the best of three. In brackets the processor's time, of all threads "
        "together. Made by `python benchmarks/images.py`.",
        ("processor", "task", *names, "of the reference's speed", "in processor's time"), lines,
    )  # fmt: skip


if __name__ == "__main__":
    main()
