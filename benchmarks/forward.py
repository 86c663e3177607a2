"""The time of one forward pass: ours, ours optimised or compiled, the reference's, and one written by hand over the same weights.

    python benchmarks/forward.py [--reference PYTHON] [--rounds 3] [--only torch|flax|tf] [--output benchmarks/RESULTS.md]

`--reference` is the Python of an environment with the reference library in version 5, for PyTorch; its Flax and TensorFlow classes are
those of version 4 in the development environment, compiled as ours are. Candidates run in processes of their own, in turns. Where memory
lies in a process makes its passes a tenth faster or slower for as long as it lives; so ours and the reference's also take turns within one,
pass by pass.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from frame import ROOT, arguments_of, best, in_turns, peak, said, section

MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "BERT-base": ("bert", {}),
    "MiniLM": ("bert", {"hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12, "intermediate_size": 1536}),
    "DistilBERT": ("distilbert", {}),
    "GPT-2": ("gpt2", {}),
    "ViT-base": ("vit", {}),
    "ResNet-50": ("resnet", {}),
}
CASES = {
    "torch": [("BERT-base", 1, 16), ("BERT-base", 1, 128), ("BERT-base", 8, 128), ("MiniLM", 1, 16), ("MiniLM", 32, 64), ("DistilBERT", 8, 128),
              ("GPT-2", 1, 128), ("ViT-base", 1, 224), ("ViT-base", 8, 224), ("ResNet-50", 1, 224), ("ResNet-50", 8, 224)],
    "flax": [("BERT-base", 1, 128), ("BERT-base", 8, 128), ("ViT-base", 1, 224)],
    "tf": [("BERT-base", 1, 128), ("BERT-base", 8, 128), ("ViT-base", 1, 224)],
}  # fmt: skip
OTHERWISE = {("BERT-base", 1, 128), ("MiniLM", 32, 64)}  # cases that run in bfloat16, too, and compiled by Inductor
TURNS = "triform, in one process with the reference"
CANDIDATES = {
    "torch": (TURNS, "triform", "triform, optimized", "bare", "bare, oneDNN", "floor: its products alone", "reference", "triform, bfloat16", "reference, bfloat16", "triform, compiled",
              "reference, compiled"),
    "flax": ("triform, jit", "reference, jit"),
    "tf": ("triform, jit", "reference, tf.function"),
}  # fmt: skip


def inputs(kind: str, batch: int, size: int) -> dict[str, Any]:
    """Pixels, or ids with the last row padded."""
    import numpy as np

    draw = np.random.default_rng(0)
    if kind in ("vit", "resnet"):
        return {"pixel_values": draw.standard_normal((batch, 3, size, size)).astype(np.float32)}
    mask = np.ones((batch, size), np.int64)
    mask[-1, size - size // 8 :] = 0
    return {"input_ids": draw.integers(999, 30000, (batch, size)), "attention_mask": mask}


def work(backend: str, candidate: str, folder: str, kind: str, batch: int, size: int) -> dict[str, float]:
    """{"ms": milliseconds, "mib": peak memory} of one candidate; of ours beside the reference also the {"ratio"} of their passes."""
    if candidate == TURNS:
        return in_one_process(folder, inputs(kind, batch, size))
    call = {"torch": on_torch, "flax": on_flax, "tf": on_tensorflow}[backend](candidate, folder, kind, inputs(kind, batch, size))
    return {"ms": best(call) * 1000, "mib": peak()}


def in_one_process(folder: str, given: dict[str, Any], seconds: float = 10.0, least: int = 6) -> dict[str, float]:
    """The median time of our passes, and how many of them the reference's take, pairs of passes by turns."""
    sys.path.insert(0, str(ROOT / "src"))
    import torch
    import transformers

    import triform

    tensors = {name: torch.from_numpy(value) for name, value in given.items()}
    models = [library.AutoModel.from_pretrained(folder, dtype="float32").eval() for library in (triform, transformers)]
    times: list[list[float]] = [[], []]
    with torch.inference_mode():
        for model in (*models, *models):
            model(**tensors)
        while len(times[0]) < least or sum(map(sum, times)) < seconds:
            for i in (0, 1) if len(times[0]) % 2 else (1, 0):
                began = time.perf_counter()
                models[i](**tensors)
                times[i].append(time.perf_counter() - began)
    ratio = statistics.median(theirs / ours for ours, theirs in zip(*times, strict=True))
    return {"ms": statistics.median(times[0]) * 1000, "ratio": ratio, "mib": peak()}


def on_torch(candidate: str, folder: str, kind: str, given: dict[str, Any]) -> Any:
    import torch

    tensors = {name: torch.from_numpy(value) for name, value in given.items()}
    if candidate.startswith("reference"):
        import transformers as library
    else:
        import triform as library  # type: ignore[no-redef]
    model: Any = library.AutoModel.from_pretrained(folder, dtype="bfloat16" if "bfloat16" in candidate else "float32").eval()
    if "compiled" in candidate:
        model = torch.compile(model)
    if candidate in ("triform, optimized", "bare, oneDNN", "floor: its products alone"):
        model.optimize()
    if candidate.startswith("floor"):
        return products(model, tensors)
    if candidate.startswith("bare"):
        from bare import onednn
        from bare_encoders import BARE

        weights = {name: value.detach() for name, value in model.state_dict().items()}
        model = BARE[kind](model.config, weights, onednn if "oneDNN" in candidate else torch.nn.functional.linear)

    def call() -> Any:
        with torch.inference_mode():
            return model(**tensors)

    return call


def products(model: Any, tensors: dict[str, Any]) -> Any:
    """A call that does the linear layers and convolutions of a forward pass, by the faster kernels, and nothing else."""
    import torch

    from triform.torch.nn import TransposedLinear

    seen: list[tuple[Any, Any]] = []
    hooks = [
        layer.register_forward_pre_hook(lambda layer, given: seen.append((layer, given[0])))
        for layer in model.modules() if isinstance(layer, (torch.nn.Linear, TransposedLinear, torch.nn.Conv2d))
    ]  # fmt: skip
    with torch.inference_mode():
        model(**tensors)
    for hook in hooks:
        hook.remove()

    def call() -> None:
        with torch.inference_mode():
            for layer, x in seen:
                layer(x)

    return call


def on_flax(candidate: str, folder: str, kind: str, given: dict[str, Any]) -> Any:
    import jax
    import jax.numpy as jnp

    tensors = {name: jnp.asarray(value) for name, value in given.items()}
    if candidate.startswith("reference"):
        import transformers

        model = transformers.FlaxAutoModel.from_pretrained(folder, from_pt=True)
        run = jax.jit(lambda params, tensors: model(**tensors, params=params)[0])
        return lambda: run(model.params, tensors).block_until_ready()
    import triform

    compiled = triform.FlaxAutoModel.from_pretrained(folder).jit()
    return lambda: compiled(**tensors).last_hidden_state.block_until_ready()


def on_tensorflow(candidate: str, folder: str, kind: str, given: dict[str, Any]) -> Any:
    import tensorflow as tf

    tensors = {name: tf.constant(value, tf.float32 if name == "pixel_values" else tf.int32) for name, value in given.items()}
    if candidate.startswith("reference"):
        import transformers

        model = transformers.TFAutoModel.from_pretrained(folder, from_pt=True, use_safetensors=False)
        run = tf.function(lambda tensors: model(tensors, training=False)[0], autograph=False)
        return lambda: run(tensors).numpy()
    import triform

    compiled = triform.TFAutoModel.from_pretrained(folder).jit()
    return lambda: compiled(**tensors).last_hidden_state.numpy()


def prepare(folder: Path) -> dict[str, str]:
    """The models, with random weights, in files that every candidate reads."""
    import torch

    import triform

    places = {}
    for name, (kind, sizes) in MODELS.items():
        model = triform.AutoModel.from_config(triform.AutoConfig.for_model(kind, **sizes), seed=0)
        model.save_pretrained(folder / name)
        torch.save(model.state_dict(), folder / name / "pytorch_model.bin")  # what the reference's other frameworks convert from
        places[name] = str(folder / name)
    return places


def main() -> None:
    parser = arguments_of(__doc__, 3)
    parser.add_argument("--only", choices=tuple(CASES), default=None)
    parser.add_argument("--work", nargs=6, default=None, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        backend, candidate, folder, kind, batch, size = arguments.work
        print(json.dumps(work(backend, candidate, folder, kind, int(batch), int(size))))
        return
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        places = prepare(Path(temporary))
        for backend in [arguments.only] if arguments.only else CASES:
            for name, batch, size in CASES[backend]:
                kind = MODELS[name][0]

                def run(candidate: str, backend=backend, name=name, kind=kind, batch=batch, size=size) -> dict[str, float] | None:
                    theirs = backend == "torch" and (candidate.startswith("reference") or candidate == TURNS)
                    if (candidate.startswith("bare") and kind not in ("bert", "vit")) or (theirs and not arguments.reference):
                        return None
                    if candidate.endswith(("bfloat16", "compiled")) and (name, batch, size) not in OTHERWISE:
                        return None
                    python = arguments.reference if theirs else sys.executable
                    return said(python, __file__, backend, candidate, places[name], kind, batch, size)

                found = in_turns(CANDIDATES[backend], arguments.rounds, run)
                for candidate, numbers in found.items():
                    way = candidate.partition(", ")[2]
                    rival = (
                        f"reference, {way}" if f"reference, {way}" in found else next((c for c in found if c.startswith("reference")), "")
                    )
                    against = found[rival]["ms"] if rival else None
                    ratio = numbers.get("ratio", against / numbers["ms"] if against else None)
                    memory = "" if candidate == TURNS else f"{numbers['mib']:.0f} MiB"
                    said_ratio = f"{ratio:.2f} x" if ratio else ""
                    rows.append((backend, name, f"{batch} x {size}", candidate, f"{numbers['ms']:.1f} ms", said_ratio, memory))
                    print(*rows[-1], sep="  ", flush=True)
                section(
                    arguments.output, "Forward passes", f"Medians of {arguments.rounds} processes each, in turns, float32 but where it says otherwise. "
                    "Made by `python benchmarks/forward.py`.",
                    ("backend", "model", "batch x size", "candidate", "time", "of the reference's speed", "peak memory"), rows,
                )  # fmt: skip


if __name__ == "__main__":
    main()
