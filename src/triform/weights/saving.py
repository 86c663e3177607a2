"""A model into files that every backend, and the reference library, loads."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from triform.configs.generation import FILE as GENERATION_FILE
from triform.errors import InputError, nearest
from triform.weights.tensor import FLOATING, LazyTensor

FORMATS = ("safetensors", "h5", "msgpack")


def save_model(
    model: Any, folder: str | os.PathLike[str], *, max_shard_size: int | str = "5GB", variant: str | None = None,
    state_dict: Mapping[str, Any] | None = None, format: str = "safetensors",
) -> list[Path]:  # fmt: skip
    """Writes config.json and model.safetensors (shards and an index above `max_shard_size`); returns the files.

    Classes that `register_for_auto_class` marked are named by config.json, and their source files are written too.

    Everything is written beside its final name, synced and renamed, so that an interrupted save leaves the old files whole.
    Args:
        format: "safetensors"; "h5" or "msgpack": tf_model.h5 or flax_model.msgpack instead, in one piece.

    Raises: InputError where `folder` is a file, and for a format that there is not, or not for this model.
    """
    if format not in FORMATS:
        raise InputError(f"format={format!r}: weights are saved as one of {', '.join(FORMATS)}.{nearest(format, FORMATS)}")
    from triform.remote.saving import code_of
    from triform.replacing import Replacement, made_folder
    from triform.weights.safetensors import write_safetensors
    from triform.weights.shards import plan_shards, weights_name

    target = made_folder(folder)
    tensors: dict[str, LazyTensor] = dict(state_dict) if state_dict is not None else model.tensors()
    config = model.config.copy()
    config.architectures = [type(model).__name__]
    config.dtype = next((t.dtype for t in tensors.values() if t.dtype in FLOATING), None)

    auto_map, code = code_of(type(config), getattr(type(model), "wraps", None) or type(model))
    if auto_map:
        config.auto_map = {**(getattr(config, "auto_map", None) or {}), **auto_map}
    whole = max_shard_size if format == "safetensors" else sum(t.nbytes for t in tensors.values()) + 1
    shards = plan_shards({name: t.nbytes for name, t in tensors.items()}, whole, variant=variant)
    metadata = {"format": "pt", **model.metadata()}
    texts = {"config.json": config.to_json_string()}
    if model.can_generate():
        texts[GENERATION_FILE] = model.generation_text()
    if len(shards) > 1:
        index = {
            "metadata": {"total_size": sum(t.nbytes for t in tensors.values())},
            "weight_map": {name: filename for filename, names in shards for name in sorted(names)},
        }
        texts[weights_name("index", variant)] = json.dumps(index, indent=2, sort_keys=True) + "\n"
    with Replacement() as new:
        if format != "safetensors":
            shards = [(_write_foreign(target, format, model, tensors, new), list(tensors))]
        else:
            for filename, names in shards:
                write_safetensors(target / filename, {name: tensors[name] for name in names}, metadata, replacement=new)
        for filename, text in {**{name: text.encode() for name, text in texts.items()}, **code}.items():
            (target / filename).parent.mkdir(parents=True, exist_ok=True)
            with new.file(target / filename) as file:
                file.write(text)
        written = [target / filename for filename in (*(filename for filename, _ in shards), *texts, *code)]
        if format == "safetensors":
            new.remove(_stale(target, {path.name for path in written}, variant))
    return written


def _write_foreign(folder: Path, format: str, model: Any, tensors: dict[str, LazyTensor], new: Any) -> str:
    """Writes the file of another framework's classes; its name."""
    from triform.weights.foreign_saving import to_flax, to_tensorflow

    if format == "msgpack":
        from triform.weights.msgpack import write_msgpack

        write_msgpack(folder / "flax_model.msgpack", to_flax(tensors), replacement=new)
        return "flax_model.msgpack"
    from triform.weights.hdf5 import write_hdf5

    layers = to_tensorflow(tensors, model_type=model.config.model_type, model_class=type(model).__name__, prefix=model.prefix)
    write_hdf5(folder / "tf_model.h5", layers, replacement=new)
    return "tf_model.h5"


def _stale(folder: Path, kept: set[str], variant: str | None) -> list[Path]:
    """Weights of an earlier save under the same stem, which would be read in place of the new ones, or beside them."""
    middle = f"[.]{re.escape(variant)}" if variant else ""
    ours = re.compile(rf"model{middle}(-\d{{5}}-of-\d{{5}})?[.]safetensors|model[.]safetensors[.]index{middle}[.]json")
    return [path for path in folder.iterdir() if ours.fullmatch(path.name) and path.name not in kept]
