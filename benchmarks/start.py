"""From a fresh process to the first useful object: whole-process times and peak memory, ours, the reference's and a floor, in one run.

    python benchmarks/start.py [--reference PYTHON] [--rounds 7] [--output benchmarks/RESULTS.md]

`--reference` is the Python of an environment with the reference library in version 5. The runs of the candidates alternate.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from frame import QUIET, arguments_of, packaged, section

TINY = "vocab_size=99, hidden_size=48, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64"
BARE = (
    "import torch; n = torch.nn; "
    "l = lambda: n.ModuleList([n.Linear(48, 48) for _ in range(4)] + [n.Linear(48, 64), n.Linear(64, 48), n.LayerNorm(48), n.LayerNorm(48)]); "
    "m = n.ModuleList([n.Embedding(99, 48), n.Embedding(512, 48), n.Embedding(2, 48), n.LayerNorm(48), l(), l(), n.Linear(48, 48)])"
)
FIRST = (
    "import torch; k, m = t.AutoTokenizer.from_pretrained({minilm!r}), t.AutoModel.from_pretrained({minilm!r}); x = k('a b', return_tensors='pt')\n"
    "with torch.inference_mode(): m(**x).last_hidden_state.mean(1)"
)
TASKS: dict[str, dict[str, str]] = {
    "AutoModel.from_config, tiny": {
        "floor: import torch, equal bare module": BARE,
        "triform": f"import triform; m = triform.AutoModel.from_config(triform.AutoConfig.for_model('bert', {TINY}))",
        "reference": f"import transformers as t; m = t.AutoModel.from_config(t.AutoConfig.for_model('bert', {TINY}))",
    },
    "AutoConfig, folder": {
        "floor: python": "pass",
        "triform": "import triform; c = triform.AutoConfig.from_pretrained({folder!r})",
        "reference": "import transformers as t; c = t.AutoConfig.from_pretrained({folder!r})",
    },
    "AutoConfig, cached name": {
        "floor: python": "pass",
        "triform": "import triform; c = triform.AutoConfig.from_pretrained('org/model')",
        "reference": "import transformers as t; c = t.AutoConfig.from_pretrained('org/model')",
    },
    "AutoTokenizer, folder": {
        "floor: import tokenizers": "import tokenizers; k = tokenizers.Tokenizer.from_file({folder!r} + '/tokenizer.json')",
        "triform": "import triform; k = triform.AutoTokenizer.from_pretrained({folder!r}); k('a b')",
        "reference": "import transformers as t; k = t.AutoTokenizer.from_pretrained({folder!r}); k('a b')",
    },
    "AutoTokenizer, cached name": {
        "floor: import tokenizers": "import tokenizers; k = tokenizers.Tokenizer.from_file({folder!r} + '/tokenizer.json')",
        "triform": "import triform; k = triform.AutoTokenizer.from_pretrained('org/model'); k('a b')",
        "reference": "import transformers as t; k = t.AutoTokenizer.from_pretrained('org/model'); k('a b')",
    },
    "import AutoModel": {
        "floor: import torch": "import torch",
        "triform": "from triform import AutoModel",
        "reference": "from transformers import AutoModel",
    },
    "MiniLM, first embedding": {
        "triform": "import triform as t; " + FIRST,
        "reference": "import transformers as t; " + FIRST,
    },
}
LOADING = {
    "floor: safetensors load_file": "import torch; from safetensors.torch import load_file; load = lambda: load_file({big!r} + '/model.safetensors')",
    "triform": "import torch, triform; load = lambda: triform.AutoModel.from_pretrained({big!r}); triform.AutoModel.from_pretrained({folder!r})",
    "reference": "import torch, transformers as t; load = lambda: t.AutoModel.from_pretrained({big!r}); t.AutoModel.from_pretrained({folder!r})",
}


def run(python: str, code: str, environment: dict[str, str]) -> tuple[float, float, str]:
    """(seconds of the whole process, peak memory in MiB, what it printed)."""
    code += "\nprint('PEAK', int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) / 1024)"
    began = time.perf_counter()
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, env=environment)
    seconds = time.perf_counter() - began
    if done.returncode != 0:
        raise SystemExit(done.stderr[-2000:])
    *said, peak = done.stdout.strip().splitlines()
    return seconds, float(peak.split()[1]), said[-1] if said else ""


def prepare(folder: Path) -> dict[str, str]:
    """A small model with a tokenizer, a BERT-base, and a cache of the Hub that holds the small one under a name."""
    import shutil

    from tokenizers import BertWordPieceTokenizer

    import triform

    small, big, cache = folder / "small", folder / "big", folder / "cache"
    triform.AutoModel.from_config(
        triform.BertConfig(vocab_size=30522, hidden_size=48, num_hidden_layers=2, num_attention_heads=4), seed=0
    ).save_pretrained(small)
    trained = BertWordPieceTokenizer()
    trained.train_from_iterator(["a b c d"] + [f"word{i}" for i in range(30000)], vocab_size=30522, min_frequency=1, show_progress=False)
    trained.save(str(small / "tokenizer.json"))
    (small / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer"}))
    triform.AutoModel.from_config(triform.BertConfig(), seed=0).save_pretrained(big)
    commit = "a" * 40
    snapshot = cache / "models--org--model" / "snapshots" / commit
    shutil.copytree(small, snapshot)
    (cache / "models--org--model" / "refs").mkdir()
    (cache / "models--org--model" / "refs" / "main").write_text(commit)
    for name in ("special_tokens_map.json", "added_tokens.json", "chat_template.jinja", "vocab.txt"):
        marker = cache / "models--org--model" / ".no_exist" / commit / name
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.touch()
    return {"folder": str(small), "big": str(big), "cache": str(cache), "minilm": packaged()}


def main() -> None:
    parser = arguments_of(__doc__, 7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        places = prepare(Path(temporary))
        environment = {**os.environ, **QUIET, "HF_HUB_CACHE": places["cache"]}
        rows = []
        loading = {
            name: code + "; import time; began = time.perf_counter(); m = load(); print(time.perf_counter() - began)"
            for name, code in LOADING.items()
        }
        for task, candidates in {**TASKS, "BERT-base, once imported": loading}.items():
            usable = {name: code for name, code in candidates.items() if name != "reference" or arguments.reference}
            measured: dict[str, list[tuple[float, float, str]]] = {name: [] for name in usable}
            for _ in range(arguments.rounds + 1):
                for name, code in usable.items():
                    python = arguments.reference if name == "reference" else sys.executable
                    measured[name].append(run(python, code.format(**places), environment))
            for name, runs in measured.items():
                kept = runs[1:]  # the first warms the disk
                inner = task.startswith("BERT-base")
                seconds = statistics.median(float(r[2]) if inner else r[0] for r in kept)
                rows.append((task, name, seconds * 1000, statistics.median(r[1] for r in kept)))
                print(f"{task:32} {name:42} {seconds * 1000:8.0f} ms {rows[-1][3]:8.0f} MiB")
    section(
        arguments.output, "From a fresh process to the first useful object",
        f"Medians of {arguments.rounds} runs, in turns. Made by `python benchmarks/start.py`; whole processes, but for the last rows, which "
        "time the call alone.",
        ("task", "candidate", "time", "peak memory"), [(task, name, f"{ms:.0f} ms", f"{mib:.0f} MiB") for task, name, ms, mib in rows],
    )  # fmt: skip


if __name__ == "__main__":
    main()
