"""The fixture `decoding`: a backend's loops, processors and searches."""

import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from harness import MARK


@dataclass(frozen=True)
class Decoding:
    """A backend's copy of the modules of decoding."""

    name: str
    engine: Any

    def __getattr__(self, module: str) -> Any:
        return importlib.import_module(f"triform.{self.name}.{'' if module in ('loops', 'ops') else 'generation.'}{module}")

    def state(self, tokens: Any, *, real: Any = None, slot: int | None = None, step: int = 0, limit: int = 9, source: Any = ()) -> Any:
        """A state whose rows hold these tokens, of which `slot` are in use."""
        tokens = np.asarray(tokens)
        used = np.broadcast_to(np.arange(tokens.shape[1]) < (tokens.shape[1] if slot is None else slot), tokens.shape)
        array, count = self.engine.array, self.engine.count
        return importlib.import_module(f"triform.{self.name}.generation.state").State(
            count(step), count(limit), count(tokens.shape[1] if slot is None else slot), array(tokens[:, 0]), array(tokens),
            array(used if real is None else real), array(np.zeros(len(tokens), bool)), (), tuple(map(array, source)),
        )  # fmt: skip


class _Model:
    """What an engine needs of a model where no model runs."""

    device = "cpu"

    def has_dropout(self) -> bool:
        return False


@pytest.fixture
def decoding(backend: str) -> Decoding:
    """The modules of decoding on the backend that the test runs on."""
    assert backend in MARK
    engine = importlib.import_module(f"triform.{backend}.engine").Engine
    bare = engine.__new__(engine)
    bare.model = _Model()
    return Decoding(backend, bare)
