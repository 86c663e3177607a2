"""How the states of a text's tokens become one vector: as modules.json says (the files of sentence-transformers), else their mean."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from triform.errors import CorruptFileError, UnsupportedTaskError
from triform.weights.json_files import read_json

MODES = {
    "pooling_mode_cls_token": "first",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt",
    "pooling_mode_lasttoken": "last",
}


@dataclass(frozen=True)
class Pooling:
    """What is made of a text's states (T, D).

    Attributes:
        modes: "mean", "first", "last", "max", "mean_sqrt" (the sum over the root of the length); several are joined.
        normalize: whether vectors are scaled to length 1.
        longest: how many tokens are read; None for what the model can place.
    """

    modes: tuple[str, ...] = ("mean",)
    normalize: bool = False
    longest: int | None = None

    def __call__(self, states: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """(B, T, D) and (B, T) -> (B, D · modes), float32."""
        found = [_pooled(mode, states.astype(np.float32, copy=False), mask) for mode in self.modes]
        vectors = found[0] if len(found) == 1 else np.concatenate(found, axis=1)
        if self.normalize:
            vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return vectors


def _pooled(mode: str, states: np.ndarray, mask: np.ndarray) -> np.ndarray:
    count = np.maximum(mask.sum(1, keepdims=True), 1).astype(np.float32)
    match mode:
        case "first":
            return states[np.arange(len(states)), mask.argmax(1)]
        case "last":
            return states[np.arange(len(states)), mask.shape[1] - 1 - mask[:, ::-1].argmax(1)]
        case "max":
            return np.where(mask[..., None] == 1, states, -np.inf).max(1)
    total = np.einsum("btd,bt->bd", states, mask.astype(np.float32))
    return total / (np.sqrt(count) if mode == "mean_sqrt" else count)


def pooling_of(source: Any) -> Pooling:
    """What a checkpoint's files say. Raises CorruptFileError, and UnsupportedTaskError for steps that are not there."""
    modules = _json(source, "modules.json")
    longest = (_json(source, "sentence_bert_config.json") or {}).get("max_seq_length")
    longest = longest if isinstance(longest, int) and longest > 0 else None
    if modules is None:
        return Pooling(longest=longest)
    if not isinstance(modules, list) or not all(isinstance(entry, dict) for entry in modules):
        raise CorruptFileError(f"{source.name}: modules.json is no list of modules.")
    modes, normalize = ("mean",), False
    for entry in modules:
        kind = str(entry.get("type")).rpartition(".")[2]
        if kind == "Pooling":
            said = _json(source, f"{entry.get('path')}/config.json") or {}
            modes = tuple(MODES.get(key, key) for key, value in said.items() if key.startswith("pooling_mode_") and value is True)
            unknown = [mode for mode in modes if mode.startswith("pooling_mode_")]
            if unknown or not modes:
                raise UnsupportedTaskError(f"{source.name} pools by {', '.join(unknown) or 'nothing'}. There are: {', '.join(MODES)}.")
        elif kind == "Normalize":
            normalize = True
        elif kind != "Transformer":
            raise UnsupportedTaskError(
                f"{source.name}: modules.json has a {kind}, which is not there. There are: Transformer, Pooling, Normalize."
            )
    return Pooling(modes, normalize, longest)


def _json(source: Any, name: str) -> Any:
    path = source.find(name)
    return None if path is None else read_json(path)
