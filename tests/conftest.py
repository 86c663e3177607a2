"""What all tests share: which backends run, where other people's checkpoints lie, and that nothing reaches the network."""

import gc
import os
import sys
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
# Each program of XLA's runs once or twice here: optimising its machine code takes a quarter of all tests' time. `make test-all` does.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true")

BACKENDS = tuple(os.environ.get("TRIFORM_BACKENDS", "torch,flax,tf").split(","))


def pytest_generate_tests(metafunc):
    if "backend" in metafunc.fixturenames:
        metafunc.parametrize("backend", BACKENDS)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """What JAX compiles longest waits for `make test-all`: steps that are not jitted, but for four families; variants after the first of a
    file."""
    varied = set()
    for item in items:
        told = getattr(item, "callspec", None)
        if told is None or told.params.get("backend") != "flax":
            continue
        steps = "capacity" in told.params and "compiled" not in item.originalname
        steps = steps and item.path.stem not in ("test_gpt2", "test_llama", "test_t5", "test_bart")
        varies = item.originalname == "test_variant_equals_reference"
        if steps or (varies and item.path in varied):
            item.add_marker("slow")
        if varies:
            varied.add(item.path)


@pytest.fixture(scope="module", autouse=True)
def forgetful():
    """What JAX and torch.compile have compiled is forgotten after each file: thousands of programs would use up a process's memory maps."""
    yield
    if "jax" in sys.modules:
        sys.modules["jax"].clear_caches()
    if "torch._dynamo" in sys.modules:
        sys.modules["torch._dynamo"].reset()
    gc.collect()


@pytest.fixture(scope="session")
def checkpoints() -> Path:
    """The folder of other people's checkpoints; skips where there is none."""
    folder = os.environ.get("TRIFORM_CHECKPOINTS")
    if not folder or not Path(folder).is_dir():
        pytest.skip("TRIFORM_CHECKPOINTS names no folder of checkpoints")
    return Path(folder)
