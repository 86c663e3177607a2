"""A model into files that every backend, and the reference library, loads."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from triform.errors import InputError
from triform.weights.tensor import LazyTensor


def save_model(
    model: Any, folder: str | os.PathLike[str], *, max_shard_size: int | str = "5GB", variant: str | None = None,
    state_dict: Mapping[str, Any] | None = None,
) -> list[Path]:  # fmt: skip
    """Writes config.json and model.safetensors (shards and an index above `max_shard_size`); returns the files.

    Everything is written beside its final name, synced and renamed, so that an interrupted save leaves the old files whole.
    Raises: InputError where `folder` is a file.
    """
    from triform.weights.safetensors import write_safetensors
    from triform.weights.shards import plan_shards, weights_name

    target = Path(folder)
    if target.is_file():
        raise InputError(f"{target} is a file; save_pretrained needs a folder.")
    target.mkdir(parents=True, exist_ok=True)
    tensors: dict[str, LazyTensor] = dict(state_dict) if state_dict is not None else model.tensors()
    config = model.config.copy()
    config.architectures = [type(model).__name__]
    dtypes = [t.dtype for t in tensors.values() if t.dtype.startswith(("float", "bfloat"))]
    config.dtype = dtypes[0] if dtypes else None
    config.save_pretrained(target)

    shards = plan_shards({name: t.nbytes for name, t in tensors.items()}, max_shard_size, variant=variant)
    written = []
    for filename, names in shards:
        write_safetensors(target / filename, {name: tensors[name] for name in names}, {"format": "pt", **model.metadata()})
        written.append(target / filename)
    if len(shards) > 1:
        index = {
            "metadata": {"total_size": sum(t.nbytes for t in tensors.values())},
            "weight_map": {name: filename for filename, names in shards for name in sorted(names)},
        }
        written.append(_write_text(target / weights_name("index", variant), json.dumps(index, indent=2, sort_keys=True) + "\n"))
    _remove_stale(target, {path.name for path in written}, variant)
    return written


def _write_text(path: Path, text: str) -> Path:
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(beside, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    return path


def _remove_stale(folder: Path, kept: set[str], variant: str | None) -> None:
    """Shards of an earlier save under the same stem would be read as part of this one's folder."""
    stem = f"model.{variant}" if variant else "model"
    for path in [*folder.glob(f"{stem}-*-of-*.safetensors"), *folder.glob("model.safetensors*")]:
        ours = path.name.startswith(stem) and (variant is None or variant in path.name)
        if ours and path.name not in kept and not path.name.startswith("."):
            path.unlink()
