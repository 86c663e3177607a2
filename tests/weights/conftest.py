"""A few tensors of every kind, and an empty folder as a source."""

import numpy as np
import pytest
from weightfiles import Folder, held

from triform.weights.tensor import STORAGE, LazyTensor


@pytest.fixture
def tensors() -> dict[str, LazyTensor]:
    """One tensor of every dtype, an empty one, and a scalar."""
    random = np.random.default_rng(0)
    made = {name: held(random.integers(0, 2, (3, 5)).astype(kind), name) for name, kind in STORAGE.items()}
    return made | {"empty": held(np.zeros((0, 4), np.float32)), "scalar": held(np.array(7, np.int64))}


@pytest.fixture
def folder(tmp_path) -> Folder:
    return Folder(tmp_path)
