"""Texts to vectors: tokenized, sorted by length, padded in batches of about as many tokens, and given back in their own order."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from triform.embedding.pooling import Pooling, pooling_of
from triform.errors import InputError

BATCH_TOKENS = 4096
LENGTHS = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)  # what batches are padded to where each new shape is compiled
MANY = 512  # texts from which on it is worth while to measure how this processor multiplies


class Embedder:
    """A model that turns texts into vectors.

    Args:
        model: a base model of any backend. tokenizer: its tokenizer. pooling: what is made of the token states; default: their mean.
        batch_tokens: about how many tokens, padding included, go through the model at once.
        optimize: PyTorch: `model.optimize()` first. Default: where there are many texts.
    """

    def __init__(
        self, model: Any, tokenizer: Any, pooling: Pooling | None = None, *, batch_tokens: int = BATCH_TOKENS, optimize: bool | None = None
    ) -> None:
        if batch_tokens < 1:
            raise InputError(f"batch_tokens is {batch_tokens}, expected a number above 0.")
        self.model, self.tokenizer, self.pooling = model, tokenizer, pooling or Pooling()
        self.batch_tokens, self.optimize = batch_tokens, optimize
        self.backend = model.backend
        self._run: Callable[[dict[str, np.ndarray]], np.ndarray] | None = None

    @classmethod
    def from_pretrained(
        cls, name_or_path: Any, *, backend: str | None = None, normalize: bool | None = None, batch_tokens: int = BATCH_TOKENS,
        optimize: bool | None = None, **kwargs: Any,
    ) -> "Embedder":  # fmt: skip
        """The embedder of a folder or of a name on the Hub, which pools as the checkpoint's modules.json says.

        Args:
            backend: "torch", "flax" or "tf". Default: the first that is installed.
            normalize: whether vectors get length 1. Default: as the checkpoint says.
            **kwargs: of the Auto classes' from_pretrained.

        Raises: whatever loading raises.
        """
        import dataclasses

        from triform import hub
        from triform.auto.factory import auto_model
        from triform.auto.tokenizer import AutoTokenizer
        from triform.tasks.choosing import installed_backend

        where = {key: kwargs.pop(key) for key in list(kwargs) if key in hub.HUB_KEYWORDS}
        source: Any = hub.locate(name_or_path, **where)
        model = auto_model(installed_backend(backend), "AutoModel").from_pretrained(source, **kwargs)
        pooling = pooling_of(source)
        if normalize is not None:
            pooling = dataclasses.replace(pooling, normalize=normalize)
        return cls(model, AutoTokenizer.from_pretrained(source), pooling, batch_tokens=batch_tokens, optimize=optimize)

    @property
    def width(self) -> int:
        """The length of a vector."""
        return int(self.model.config.hidden_size) * len(self.pooling.modes)

    def __call__(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> np.ndarray:
        """The vectors (N, D) of N texts, float32, in their order.

        Args:
            progress: called with how many texts a batch had, after each.

        Raises: InputError where something is no text.
        """
        wrong = next((i for i, text in enumerate(texts) if not isinstance(text, str)), None)
        if wrong is not None:
            raise InputError(f"Text {wrong} is {texts[wrong]!r}, expected a str.")
        out = np.empty((len(texts), self.width), np.float32)
        if not texts:
            return out
        run = self._prepared(len(texts))
        encoded = self.tokenizer(list(texts), truncation=self.longest is not None, max_length=self.longest)
        ids = encoded["input_ids"]
        order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))  # the longest first: what does not fit shows at once
        for batch in self._batches(order, [len(row) for row in ids]):
            inputs = self._padded([ids[i] for i in batch], len(batch))
            states = run(inputs)[: len(batch)]
            out[batch] = self.pooling(states, inputs["attention_mask"][: len(batch)])
            if progress is not None:
                progress(len(batch))
        return out

    @cached_property
    def longest(self) -> int | None:
        """How many tokens of a text are read; None for all."""
        config = self.model.config
        limits = (self.pooling.longest, getattr(config, "longest_text", None) or getattr(config, "max_position_embeddings", None))
        found = min((limit for limit in (*limits, self.tokenizer.model_max_length) if limit), default=None)
        return found if found is not None and found < 10**9 else None

    def _batches(self, order: Iterable[int], lengths: list[int]) -> Iterator[list[int]]:
        """Texts of about the same length, the longest first, with padding no more than `batch_tokens` at once."""
        batch: list[int] = []
        for i in order:
            if batch and len(batch) == self._rows(lengths[batch[0]]):
                yield batch
                batch = []
            batch.append(i)
        if batch:
            yield batch

    def _rows(self, length: int) -> int:
        return max(1, self.batch_tokens // max(1, self._length(length)))

    def _length(self, length: int) -> int:
        """What a batch of this length is padded to: JAX compiles each new shape, so there are few."""
        if self.backend != "flax":
            return length
        wanted = next((size for size in LENGTHS if size >= length), -(-length // 128) * 128)
        return wanted if self.longest is None else min(wanted, self.longest)

    def _padded(self, rows: list[list[int]], count: int) -> dict[str, np.ndarray]:
        """Ids and mask (B, T); on JAX the rows, too, are filled up to a number that comes again."""
        longest = self._length(max(1, max(map(len, rows))))
        if self.backend == "flax":
            rows = rows + [rows[-1]] * (self._rows(longest) - count)
        right = self.tokenizer.padding_side == "right"
        ids = np.full((len(rows), longest), self.tokenizer.pad_token_id or 0, np.int64)
        mask = np.zeros_like(ids)
        for row, found in enumerate(rows):
            place = slice(0, len(found)) if right else slice(longest - len(found), longest)
            ids[row, place], mask[row, place] = found, 1
        return {"input_ids": ids, "attention_mask": mask}

    def _prepared(self, count: int) -> Callable[[dict[str, np.ndarray]], np.ndarray]:
        """What runs a batch, made once: the fast way that each backend has."""
        if self.backend == "torch" and (self.optimize or (self.optimize is None and count >= MANY)) and not self._is_fast():
            self.model.optimize()
        if self._run is None:
            self._run = self._on_torch() if self.backend == "torch" else self._compiled()
        return self._run

    def _is_fast(self) -> bool:
        return any(getattr(module, "fast", ()) for module in self.model.modules())

    def _on_torch(self) -> Callable[[dict[str, np.ndarray]], np.ndarray]:
        import torch

        def run(inputs: dict[str, np.ndarray]) -> np.ndarray:
            with torch.inference_mode():
                given = {name: torch.from_numpy(value).to(self.model.device) for name, value in inputs.items()}
                return self.model(**given).last_hidden_state.float().cpu().numpy()

        return run

    def _compiled(self) -> Callable[[dict[str, np.ndarray]], np.ndarray]:
        compiled = self.model.jit()
        return lambda inputs: np.asarray(compiled(**{name: value.astype(np.int32) for name, value in inputs.items()}).last_hidden_state)


def embed(texts: Sequence[str], model: Any, **kwargs: Any) -> np.ndarray:
    """The vectors (N, D) of N texts, float32, in their order.

    Args:
        model: a folder, a name on the Hub, or an Embedder.
        **kwargs: see `Embedder.from_pretrained`.

    Raises: whatever loading raises; InputError where something is no text.
    """
    embedder = model if isinstance(model, Embedder) else Embedder.from_pretrained(model, **kwargs)
    return embedder([texts] if isinstance(texts, str) else list(texts))
