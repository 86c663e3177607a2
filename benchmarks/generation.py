"""Tokens per second of `generate`: ours, the reference's and a bare loop's over the same weights, in one run.

    python benchmarks/generation.py [--reference PYTHON] [--rounds 3] [--only torch|flax|tf] [--output benchmarks/RESULTS.md]

`--reference` is the Python of an environment with the reference library in version 5, for PyTorch; its Flax and TensorFlow classes are
those of version 4 in the development environment (its T5 asks JAX for what JAX has no more). Candidates run in processes of their own, in
turns; each warms up, then is timed. Compiling is what the first call takes longer than later ones.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from frame import arguments_of, in_turns, said, section

NEW, PROMPT, REPEATS = 64, 16, 3
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "GPT-2 small": ("gpt2", {}),
    "Llama 8 x 512": (
        "llama", {"vocab_size": 32000, "hidden_size": 512, "num_hidden_layers": 8, "num_attention_heads": 8, "num_key_value_heads": 8,
                  "intermediate_size": 1376, "max_position_embeddings": 1024},
    ),
    "T5-small": ("t5", {"num_layers": 6, "decoder_start_token_id": 0}),
    "BART-base": ("bart", {"d_model": 768, "encoder_layers": 6, "decoder_layers": 6, "encoder_attention_heads": 12, "decoder_attention_heads": 12,
                           "encoder_ffn_dim": 3072, "decoder_ffn_dim": 3072, "decoder_start_token_id": 2, "forced_eos_token_id": None}),
}  # fmt: skip
SEQ2SEQ = ("t5", "bart")
ENDS = {"pad_token_id": 0, "eos_token_id": 1}  # what the reference's compiled functions must be told; nobody writes it
COMPILED = [("GPT-2 small", 1, 1), ("GPT-2 small", 8, 1), ("GPT-2 small", 4, 1), ("GPT-2 small", 1, 4)]
CASES = {
    "torch": [(m, b, k) for m in ("GPT-2 small", "Llama 8 x 512") for b in (1, 8) for k in (1, 4)]
    + [("T5-small", 1, 1), ("BART-base", 1, 1)],
    "flax": [*COMPILED, ("Llama 8 x 512", 1, 1), ("Llama 8 x 512", 8, 1), ("BART-base", 1, 1), ("BART-base", 4, 1)],
    "tf": [*COMPILED, ("BART-base", 1, 1), ("BART-base", 4, 1), ("T5-small", 1, 1), ("T5-small", 4, 1)],
}
CANDIDATES = {
    "torch": ("triform", "triform, optimized", "bare loop", "bare loop, oneDNN", "reference"),
    "flax": ("triform", "reference"),
    "tf": ("triform", "reference"),
}


# ---- one candidate, in a process of its own


def work(backend: str, candidate: str, folder: str, kind: str, batch: int, beams: int) -> dict[str, float]:
    """{"first": seconds, "later": seconds} of generating NEW tokens from PROMPT."""
    import numpy as np

    ids = np.random.default_rng(0).integers(3, 30000, (batch, PROMPT))
    call = {"torch": on_torch, "flax": on_flax, "tf": on_tensorflow}[backend](candidate, folder, kind, ids, beams)
    times = []
    for _ in range(REPEATS + 1):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return {"first": times[0], "later": min(times[1:])}


def auto_of(kind: str) -> str:
    """The Auto class of a model's kind."""
    return f"AutoModelFor{'Seq2SeqLM' if kind in SEQ2SEQ else 'CausalLM'}"


def settings(beams: int) -> dict[str, Any]:
    """No text ends early, so that all candidates choose as many tokens."""
    return {"max_new_tokens": NEW, "min_new_tokens": NEW, "num_beams": beams, "do_sample": False}


def on_torch(candidate: str, folder: str, kind: str, ids: Any, beams: int) -> Any:
    import torch

    ids = torch.tensor(ids)
    auto = auto_of(kind)
    if candidate.startswith("bare"):
        import bare

        import triform

        model = triform.AutoModelForCausalLM.from_pretrained(folder)
        fast = "oneDNN" in candidate
        if fast:
            model.optimize()  # the bare loop has the same weights, laid out in the same way
        weights = {name: x.detach() for name, x in model.state_dict().items()}
        cls = {"gpt2": bare.GPT2, "llama": bare.Llama}[kind]
        made = cls(model.config, weights, bare.onednn if fast else torch.nn.functional.linear)
        return lambda: bare.greedy(made, ids, NEW)
    if candidate == "reference":
        import transformers as library
    else:
        import triform as library  # type: ignore[no-redef]
    model = getattr(library, auto).from_pretrained(folder).eval()
    if candidate.endswith("optimized"):
        model.optimize()
    mask = torch.ones_like(ids)
    return lambda: model.generate(ids, attention_mask=mask, **settings(beams))


def on_flax(candidate: str, folder: str, kind: str, ids: Any, beams: int) -> Any:
    import jax
    import jax.numpy as jnp
    import numpy as np

    ids, auto = jnp.asarray(ids, jnp.int32), f"Flax{auto_of(kind)}"
    if candidate == "reference":
        import transformers

        model = getattr(transformers, auto).from_pretrained(folder)
        run = jax.jit(lambda ids, params: model.generate(ids, params=params, **settings(beams), **ENDS).sequences)
        return lambda: np.asarray(run(ids, model.params))
    import triform

    model = getattr(triform, auto).from_pretrained(folder)
    return lambda: np.asarray(model.generate(ids, **settings(beams)))


def on_tensorflow(candidate: str, folder: str, kind: str, ids: Any, beams: int) -> Any:
    import tensorflow as tf

    ids, auto = tf.constant(ids, tf.int32), f"TF{auto_of(kind)}"
    if candidate == "reference":
        import transformers

        model = getattr(transformers, auto).from_pretrained(folder, use_safetensors=False)
        run = tf.function(model.generate, jit_compile=True)
        return lambda: run(ids, **settings(beams), **ENDS).numpy()
    import triform

    model = getattr(triform, auto).from_pretrained(folder)
    return lambda: model.generate(ids, **settings(beams)).numpy()


# ---- all of them, in turns


def prepare(folder: Path, backends: Sequence[str]) -> dict[str, str]:
    """The models, with random weights, in files that every candidate reads."""
    import triform

    places = {}
    for name, (kind, sizes) in MODELS.items():
        place = folder / kind
        auto = getattr(triform, auto_of(kind))
        auto.from_config(triform.AutoConfig.for_model(kind, **sizes), seed=0).save_pretrained(place)
        places[name] = str(place)
    for backend, prefix, more in (("flax", "Flax", ""), ("tf", "TF", ", use_safetensors=False")):  # the reference's read files of their own
        for name in dict.fromkeys(name for name, *_ in CASES[backend] if backend in backends):
            auto = auto_of(MODELS[name][0])
            code = (
                f"import transformers as t; p = {places[name]!r}; t.{auto}.from_pretrained(p).save_pretrained(p, safe_serialization=False); "
                f"t.{prefix}{auto}.from_pretrained(p, from_pt=True{more}).save_pretrained(p)"
            )
            subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    return places


def main() -> None:
    parser = arguments_of(__doc__, 3)
    parser.add_argument("--only", choices=tuple(CASES), default=None)
    parser.add_argument("--work", nargs=6, default=None, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        backend, candidate, folder, kind, batch, beams = arguments.work
        print(json.dumps(work(backend, candidate, folder, kind, int(batch), int(beams))))
        return
    rows: list[tuple[str, ...]] = []
    with tempfile.TemporaryDirectory() as temporary:
        backends = [arguments.only] if arguments.only else list(CASES)
        places = prepare(Path(temporary), backends)
        for backend in backends:
            for name, batch, beams in CASES[backend]:
                kind = MODELS[name][0]
                found = compare(arguments, backend, places[name], kind, batch, beams)
                reference = found.get("reference", {}).get("later")
                for candidate, median in found.items():
                    ratio = f"{reference / median['later']:.2f} x" if reference else ""
                    compiling = f"{max(0.0, median['first'] - median['later']):.1f} s" if backend != "torch" else ""
                    speed = f"{batch * NEW / median['later']:.1f}"
                    rows.append((backend, name, str(batch), str(beams), candidate, speed, ratio, compiling))
                    print(*rows[-1], sep="  ", flush=True)
                section(
                    arguments.output, "Generation",
                    f"{NEW} new tokens after {PROMPT}, float32. Made by `python benchmarks/generation.py`: medians of runs in turns. Compiling: "
                    "what the first call takes longer than later ones.",
                    ("backend", "model", "batch", "beams", "candidate", "tokens/s", "of the reference's", "compiling"), rows,
                )  # fmt: skip


def compare(arguments: Any, backend: str, place: str, kind: str, batch: int, beams: int) -> dict[str, dict[str, float]]:
    """The medians of each candidate that can run a case."""

    def run(candidate: str) -> dict[str, float] | None:
        if (candidate.startswith("bare") and (beams > 1 or kind in SEQ2SEQ)) or (candidate == "reference" and not arguments.reference):
            return None
        python = arguments.reference if candidate == "reference" and backend == "torch" else sys.executable
        return said(python, __file__, backend, candidate, place, kind, batch, beams)

    return in_turns(CANDIDATES[backend], arguments.rounds, run)


if __name__ == "__main__":
    main()
