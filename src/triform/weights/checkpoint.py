"""What every reader of this package gives: the tensors of one or more files, by name, none of them read yet."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from triform.weights.tensor import LazyTensor


class Checkpoint(Mapping[str, LazyTensor]):
    """Names to tensors, in the order of the files.

    Attributes:
        format: whose names and layouts these are: "pt" (PyTorch's, also those of files without a mark), "tf", "flax" or "gguf".
        files: what it was read from.
        metadata: what the files say about themselves; texts only.
    """

    def __init__(
        self, tensors: Mapping[str, LazyTensor], *, format: str, files: Sequence[Path] = (), metadata: Mapping[str, str] | None = None
    ) -> None:
        self._tensors = dict(tensors)
        self.format = format
        self.files = list(files)
        self.metadata = dict(metadata or {})

    def __getitem__(self, name: str) -> LazyTensor:
        return self._tensors[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(self._tensors)

    def __repr__(self) -> str:
        return f"Checkpoint({len(self)} tensors, format={self.format!r}, files={[path.name for path in self.files]})"
