"""10,000 sentences of mixed length into vectors: `triform embed`, and the reference in its natural loop, over the same weights.

    python benchmarks/embedding.py --model PATH [--reference PYTHON] [--rounds 1] [--count 10000] [--output benchmarks/RESULTS.md]

The natural loop: batches of 32 in the order of the file, padded to the longest of each, the mean of the token states.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path

from frame import ROOT, arguments_of, in_turns, packaged, peak, said, section


def work(candidate: str, texts: str, model: str, output: str) -> dict[str, float]:
    """{"s": seconds from the start of the imports to the file, "mib": peak memory}."""
    began = time.perf_counter()
    if candidate == "triform":
        from triform.embedding.files import embed_file

        embed_file(texts, output, model, force=True)
    else:
        natural_loop(texts, model, output)
    return {"s": time.perf_counter() - began, "mib": peak()}


def natural_loop(texts: str, model: str, output: str) -> None:
    """What users write with the reference library."""
    import numpy as np
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer, loaded = AutoTokenizer.from_pretrained(model), AutoModel.from_pretrained(model).eval()
    lines = Path(texts).read_text(encoding="utf-8").splitlines()
    vectors = []
    for start in range(0, len(lines), 32):
        batch = tokenizer(lines[start : start + 32], padding=True, truncation=True, max_length=256, return_tensors="pt")
        with torch.no_grad():
            states = loaded(**batch).last_hidden_state
        mask = batch["attention_mask"][..., None]
        vectors.append(torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1)).numpy())
    np.save(output, np.concatenate(vectors))


def sentences(path: Path, count: int) -> None:
    """Sentences of 1 to 180 words, 13 in the middle."""
    draw = random.Random(0)
    words = " ".join((ROOT / name).read_text(encoding="utf-8") for name in ("LICENSE", "README.md", "docs/architecture.md")).split()
    lengths = (min(int(draw.lognormvariate(2.6, 0.7)) + 1, 180) for _ in range(count))
    path.write_text("".join(" ".join(draw.choices(words, k=n)) + "\n" for n in lengths), encoding="utf-8")


def main() -> None:
    parser = arguments_of(__doc__, 1)
    parser.add_argument("--model", default=None)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--work", nargs=4, default=None, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        print(json.dumps(work(*arguments.work)))
        return
    import numpy as np

    model = arguments.model or packaged()
    with tempfile.TemporaryDirectory() as temporary:
        texts, outputs = Path(temporary) / "texts.txt", {}
        sentences(texts, arguments.count)

        def run(candidate: str) -> dict[str, float] | None:
            outputs[candidate] = str(Path(temporary) / f"{candidate}.npy")
            python = arguments.reference if candidate == "reference" else sys.executable
            return said(python, __file__, candidate, texts, model, outputs[candidate]) if python else None

        found = in_turns(("triform", "reference"), arguments.rounds, run)
        differ = ""
        if len(found) == 2:
            ours, theirs = (np.load(outputs[name]) for name in ("triform", "reference"))
            differ = f" The vectors differ by at most {np.abs(ours - theirs).max():.0e}."
    slowest = found.get("reference", {}).get("s")
    rows = [
        (name, f"{n['s']:.1f} s", f"{arguments.count / n['s']:.0f}", f"{slowest / n['s']:.2f} x" if slowest else "", f"{n['mib']:.0f} MiB")
        for name, n in found.items()
    ]
    about = f"{arguments.count} sentences, all-MiniLM-L6-v2, float32, PyTorch; whole processes.{differ} Made by `python benchmarks/embedding.py`."
    section(
        arguments.output, "Texts to vectors", about, ("candidate", "time", "sentences / s", "of the reference's speed", "peak memory"), rows
    )
    print(*rows, sep="\n")


if __name__ == "__main__":
    main()
