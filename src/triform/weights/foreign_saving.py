"""PyTorch-named tensors as the reference library's TensorFlow and Flax classes store them; the way back is `foreign_names`.

What a `weight` becomes depends on the layer that it belongs to, which is told from its rank, its neighbours and its name: a vector
beside a bias is a norm's, a matrix of a layer called an embedding is that, every other matrix is a linear layer's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from triform.errors import InputError, nearest
from triform.weights.tensor import LazyTensor

EMBEDDING = re.compile(r"(embeddings?(_\d+)?|embed_(tokens|positions)|(tokens|positions)_embed|\b(wte|wpe|w|shared)|relative_attention_bias)$")
NOT_STORED = re.compile(r"(^|\.)(position_ids|num_batches_tracked)$")  # constants and counters that neither has
RUNNING = {"running_mean": ("moving_mean", "mean"), "running_var": ("moving_variance", "var")}
WEIGHT_NORM = {"parametrizations.weight.original0": "weight_g", "parametrizations.weight.original1": "weight_v"}


@dataclass(frozen=True)
class Style:
    """How TensorFlow's classes of a model type name things.

    Attributes:
        lists: what stands between a list and an index: "layer_._0" or "layers.0".
        prefixed: base models keep everything under the base model's prefix.
        own: the last part of layers whose matrix is called "weight" and is not transposed.
        rows: layers of GPT-2's kind, (in, out) in both frameworks, whose bias is a row (1, out).
        heads: paths that have an alias in front: "mlm___cls" is stored, "cls" is meant.
    """

    lists: str = "_._"
    prefixed: bool = True
    own: str = r"word_embeddings?"
    rows: str = r"(?!)"
    heads: tuple[tuple[str, str], ...] = ()


_BERT = Style(heads=(("cls.predictions", "mlm___cls/predictions"), ("cls.seq_relationship", "nsp___cls/seq_relationship")))
_GPT2 = Style(rows=r"c_attn|c_fc|c_proj")
_DOTTED = Style(lists=".")
_T5 = Style(prefixed=False)

# Model types whose names in TensorFlow follow from these rules exactly; a test holds some against the reference library
STYLES: dict[str, Style] = {
    "bert": _BERT,
    "gpt2": _GPT2,
    "t5": _T5,
}
