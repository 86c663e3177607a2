"""What the fine-tuning examples learn from: short reviews, made here, in which a "not" turns the meaning round."""

import argparse
import random
import tempfile
from itertools import product
from pathlib import Path
from typing import Any

THINGS = ["film", "book", "meal", "concert", "hotel", "journey", "game", "lecture"]
GOOD = ["lovely", "great", "pleasant", "brilliant", "delightful", "charming"]
BAD = ["awful", "boring", "dreadful", "tedious", "terrible", "dull"]
LABELS = {0: "bad", 1: "good"}


def reviews(seed: int = 0) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """(what is learnt from, what is asked): texts with 1 for praise and 0 for blame; no text is in both."""
    made = [
        (f"the {thing} was {turn}{word} .", int((word in GOOD) != (turn == "not ")))
        for thing, turn, word in product(THINGS, ("", "not ", "very ", "really "), GOOD + BAD)
    ]
    random.Random(seed).shuffle(made)
    return made[:-96], made[-96:]


def arguments(doc: str) -> argparse.Namespace:
    """The options of every example."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=None, help="an encoder to begin with, by name or path; default: a tiny one that knows nothing")
    parser.add_argument("--epochs", type=int, default=None)
    parser.add_argument("--rate", type=float, default=None, help="learning rate")
    parser.add_argument("--save", default=None, help="a folder for the result")
    given = parser.parse_args()
    given.epochs = given.epochs or (10 if given.model is None else 3)
    given.rate = given.rate or (1e-3 if given.model is None else 5e-5)
    return given


def begin(auto: Any, name: str | None) -> tuple[Any, Any]:
    """(tokenizer, classifier) of a checkpoint; without a name, tiny ones made for these texts.

    Args:
        auto: AutoModelForSequenceClassification of PyTorch, TensorFlow or Flax.
    """
    from triform import AutoConfig, AutoTokenizer

    options: dict[str, Any] = {"id2label": LABELS, "label2id": {label: i for i, label in LABELS.items()}}
    if name is not None:
        return AutoTokenizer.from_pretrained(name), auto.from_pretrained(name, **options)
    words = sorted({word for part in reviews() for text, _ in part for word in text.split()})
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]) + "\n", encoding="utf-8")
        Path(folder, "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer", "model_max_length": 32}', encoding="utf-8")
        tokenizer = AutoTokenizer.from_pretrained(folder)
    config = AutoConfig.for_model(
        "bert", vocab_size=len(tokenizer), hidden_size=48, num_hidden_layers=2, num_attention_heads=4, intermediate_size=96,
        max_position_embeddings=32, initializer_range=0.1, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, **options,
    )  # fmt: skip
    return tokenizer, auto.from_config(config, seed=0)


def encoded(tokenizer: Any, texts: list[tuple[str, int]], kind: str) -> tuple[dict[str, Any], Any]:
    """(inputs, labels) as arrays of a framework; all texts padded to one length."""
    import numpy as np

    encoding = tokenizer([text for text, _ in texts], padding="max_length", max_length=16, truncation=True, return_tensors=kind)
    return dict(encoding), np.array([label for _, label in texts])
