"""The fixture `fw`: one backend after the other."""

import numpy as np
import pytest
from frameworks import Framework, framework

PACKAGES = {"torch": ("torch",), "flax": ("jax", "flax"), "tf": ("tensorflow", "keras")}


@pytest.fixture
def fw(backend: str) -> Framework:
    """The backend that the test runs on."""
    for package in PACKAGES[backend]:
        pytest.importorskip(package)
    return framework(backend)


@pytest.fixture
def rng() -> np.random.Generator:
    """Random numbers, the same in every run."""
    return np.random.default_rng(1706_03762)
