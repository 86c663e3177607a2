"""What the tests of weights share: tensors in memory, and folders as sources of files."""

from pathlib import Path

import numpy as np

from triform.weights.tensor import LazyTensor


def held(bits: np.ndarray, dtype: str | None = None) -> LazyTensor:
    """A tensor in memory; dtype says what the bits mean where NumPy cannot."""
    return LazyTensor(dtype or bits.dtype.name, bits.shape, lambda: bits)


def same(found, wanted) -> bool:
    """Whether two mappings hold the same tensors, bit for bit."""
    return set(found) == set(wanted) and all(
        (found[name].dtype, found[name].shape, found[name].read().tobytes()) == (tensor.dtype, tensor.shape, tensor.read().tobytes())
        for name, tensor in wanted.items()
    )


class Folder:
    """A source of files that is a folder."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, str(path)

    def find(self, filename: str) -> Path | None:
        return path if (path := self.path / filename).is_file() else None

    def files(self) -> list[str]:
        return sorted(path.name for path in self.path.iterdir())
