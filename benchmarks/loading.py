"""From files to a model, and to its first output: ours, the reference's, and what mapping the bare file takes.

    python benchmarks/loading.py [--reference PYTHON] [--rounds 5] [--output benchmarks/RESULTS.md]

Each run is a process of its own that has imported its framework and loaded a tiny model of the same kind before; candidates take turns.
The floors: `safetensors` load_file on PyTorch; a loop of jnp.asarray or tf.Variable over the mapped arrays on the others.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from frame import arguments_of, in_turns, peak, said, section

LLAMA = {
    "vocab_size": 32000, "hidden_size": 2048, "intermediate_size": 5632, "num_hidden_layers": 22, "num_attention_heads": 32,
    "num_key_value_heads": 4, "max_position_embeddings": 2048, "tie_word_embeddings": False,
}  # fmt: skip
MODELS: dict[str, tuple[str, dict[str, Any], str]] = {
    "BERT-base": ("bert", {}, "float32"),
    "GPT-2": ("gpt2", {}, "float32"),
    "Llama 1.1B": ("llama", LLAMA, "bfloat16"),
}
TINY = {
    "bert": {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8, "vocab_size": 99},
    "gpt2": {"n_embd": 8, "n_layer": 1, "n_head": 2, "vocab_size": 99},
    "llama": {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1, "intermediate_size": 8, "vocab_size": 99},
}  # fmt: skip
CASES = [("torch", "BERT-base"), ("torch", "GPT-2"), ("torch", "Llama 1.1B"), ("flax", "BERT-base"), ("tf", "BERT-base")]
CANDIDATES = ("floor", "triform", "reference")


def work(backend: str, candidate: str, folder: str, tiny: str) -> dict[str, float]:
    """Seconds of the first load and the best of three later ones, of the first output after a load, and peak memory."""
    load, first = loader(backend, candidate, folder, tiny)
    times = []
    for _ in range(4):
        began = time.perf_counter()
        model = load()
        times.append(time.perf_counter() - began)
        kept, model = model, None
    began = time.perf_counter()
    first(kept)
    return {"first": times[0] * 1000, "later": min(times[1:]) * 1000, "output": (time.perf_counter() - began) * 1000, "mib": peak()}


def loader(backend: str, candidate: str, folder: str, tiny: str) -> tuple[Any, Any]:
    """(what loads, what asks for the first output)."""
    from pathlib import Path

    import numpy as np

    ids = np.full((1, 8), 5)
    files = [str(path) for path in sorted(Path(folder).glob("*.safetensors"))]
    if candidate == "floor":
        from safetensors import safe_open

        if backend == "torch":
            from safetensors.torch import load_file

            return lambda: [load_file(file) for file in files], lambda model: None
        if backend == "flax":
            import jax.numpy as make

            convert = make.asarray
        else:
            import tensorflow as tf

            convert = tf.Variable

        def arrays() -> list[Any]:
            made = []
            for file in files:
                with safe_open(file, "np") as opened:
                    made += [convert(opened.get_tensor(name)) for name in opened.keys()]  # noqa: SIM118 - it is no mapping
            return made

        return arrays, lambda model: None
    mark = {"torch": "", "flax": "Flax", "tf": "TF"}[backend]
    if candidate == "reference":
        import transformers as library

        options = {} if backend == "torch" else {"from_pt": True}
    else:
        import triform as library  # type: ignore[no-redef]

        options = {}
    auto = getattr(library, f"{mark}AutoModel")
    auto.from_pretrained(tiny, **options)
    if backend == "torch":
        import torch

        def first(model: Any) -> None:
            with torch.inference_mode():
                model(input_ids=torch.from_numpy(ids))

        return lambda: auto.from_pretrained(folder), first
    return lambda: auto.from_pretrained(folder, **options), lambda model: np.asarray(model(input_ids=ids.astype(np.int32))[0])


def prepare(folder: Path) -> dict[str, tuple[str, str]]:
    """name -> (the model's folder, that of a tiny one of its kind)."""
    import triform

    places = {}
    for name, (kind, sizes, dtype) in MODELS.items():
        for place, given, kept in ((folder / name, sizes, dtype), (folder / f"{name} tiny", TINY[kind], "float32")):
            triform.AutoModel.from_config(triform.AutoConfig.for_model(kind, **given), dtype=kept).save_pretrained(place)
        places[name] = (str(folder / name), str(folder / f"{name} tiny"))
    return places


def main() -> None:
    parser = arguments_of(__doc__, 5)
    parser.add_argument("--work", nargs=4, default=None, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        print(json.dumps(work(*arguments.work)))
        return
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        places = prepare(Path(temporary))
        for backend, name in CASES:

            def run(candidate: str, backend=backend, name=name) -> dict[str, float] | None:
                if candidate == "reference" and (backend != "torch" or not arguments.reference):
                    return None  # its other frameworks read no safetensors of PyTorch's
                python = arguments.reference if candidate == "reference" else sys.executable
                return said(python, __file__, backend, candidate, *places[name])

            found = in_turns(CANDIDATES, arguments.rounds, run)
            for candidate, numbers in found.items():
                cells = [f"{numbers[key]:.0f} ms" for key in ("first", "later", "output")]
                rows.append((backend, name, candidate, *cells, f"{numbers['mib']:.0f} MiB"))
                print(*rows[-1], sep="  ", flush=True)
            section(
                arguments.output, "Loading", f"Medians of {arguments.rounds} processes each, in turns. Made by `python benchmarks/loading.py`.",
                ("backend", "model", "candidate", "first load", "later loads", "first output", "peak memory"), rows,
            )  # fmt: skip


if __name__ == "__main__":
    main()
