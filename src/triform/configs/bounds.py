"""What no field of its kind can be, told from its name: probabilities outside of 0 and 1, counts and sizes beyond any model."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

PROBABILITY = re.compile(
    r"(dropout|dropout_prob|dropout_p|pdrop|layerdrop|drop_path_rate|drop_rate|dropout_rate|attention_probs_dropout_prob)$"
)
LAYERS = re.compile(r"^(num_\w*layers|n_layers?|\w+_layers)$")
SIZE = re.compile(
    r"(_size|_dim|_embd|_heads|_head|d_model|d_ff|d_kv|_positions|num_channels|num_labels|max_position_embeddings|_ffn_dim|num_experts|num_queries)$"
)
NEVER_NONE = re.compile(r"^(vocab_size|hidden_size|d_model|n_embd)$")
MOST_LAYERS, MOST_SIZE = 10_000, 2**31


def field_problems(fields: Mapping[str, Any], config: Any) -> Iterator[str]:
    """What is wrong with the values of a config's declared fields, each as a sentence without its full stop."""
    values = vars(config)
    for name, (low, high) in _bounded(tuple(fields)).items():
        value = values.get(name)
        for number in value if isinstance(value, (list, tuple)) else (value,):
            if isinstance(number, (int, float)) and not isinstance(number, bool) and not low <= number <= high:
                yield f"{name} is {value!r}, expected {'a probability from 0 to 1' if high == 1 else f'a number from {low} to {high:,}'}"
                break


@cache
def _bounded(names: tuple[str, ...]) -> dict[str, tuple[int, int]]:
    found = {}
    for name in names:
        if PROBABILITY.search(name):
            found[name] = (0, 1)
        elif LAYERS.search(name):
            found[name] = (0, MOST_LAYERS)
        elif SIZE.search(name):
            found[name] = (0 if NEVER_NONE.search(name) else -1, MOST_SIZE)  # -1 stands for "none" in some fields
    return found
