"""A model into files that every backend, and the reference library, loads."""

import json
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from triform.configs.generation import FILE as GENERATION_FILE
from triform.errors import InputError, nearest
from triform.weights.tensor import FLOATING, LazyTensor

FORMATS = {"safetensors": "model.safetensors", "h5": "tf_model.h5", "msgpack": "flax_model.msgpack"}


def save_model(
    model: Any, folder: str | os.PathLike[str], *, max_shard_size: int | str = "5GB", variant: str | None = None,
    state_dict: Mapping[str, Any] | None = None, format: str = "safetensors",
) -> list[Path]:  # fmt: skip
    """Writes config.json and model.safetensors (shards and an index above `max_shard_size`); returns the files.

    Classes that `register_for_auto_class` marked are named by config.json, and their source files are written too.

    Everything is written beside its final name, synced and renamed, so that an interrupted save leaves the old files whole.
    Args:
        format: "safetensors"; "h5" or "msgpack": tf_model.h5 or flax_model.msgpack instead.

    Raises: InputError where `folder` is a file, and for a format that there is not, or not for this model, or not with a variant.
    """
    if format not in FORMATS:
        raise InputError(f"format={format!r}: weights are saved as one of {', '.join(FORMATS)}.{nearest(format, FORMATS)}")
    if variant is not None and format != "safetensors":
        raise InputError(f"variant={variant!r}: no file of format {format!r} has a variant. Save it into a folder of its own.")
    from triform.remote.saving import code_of
    from triform.replacing import Replacement, made_folder
    from triform.weights.shards import plan_shards, weights_name

    target = made_folder(folder)
    tensors: dict[str, LazyTensor] = dict(state_dict) if state_dict is not None else model.tensors()
    config = model.config.copy()
    config.architectures = [type(model).__name__]
    config.dtype = next((t.dtype for t in tensors.values() if t.dtype in FLOATING), None)

    auto_map, code = code_of(type(config), getattr(type(model), "wraps", None) or type(model))
    if auto_map:
        config.auto_map = {**(getattr(config, "auto_map", None) or {}), **auto_map}
    named, write = _layout(format, model, tensors)
    shards = plan_shards({name: t.nbytes for name, t in named.items()}, max_shard_size, filename=FORMATS[format], variant=variant)
    texts = {"config.json": config.to_json_string()}
    if model.can_generate():
        texts[GENERATION_FILE] = model.generation_text()
    if len(shards) > 1:
        index = {
            "metadata": {"total_size": sum(t.nbytes for t in named.values())},
            "weight_map": {name: filename for filename, names in shards for name in sorted(names)},
        }
        texts[weights_name("index", variant, FORMATS[format])] = json.dumps(index, indent=2, sort_keys=True) + "\n"
    with Replacement() as new:
        for filename, names in shards:
            write(target / filename, {name: named[name] for name in names}, new)
        for filename, text in {**{name: text.encode() for name, text in texts.items()}, **code}.items():
            (target / filename).parent.mkdir(parents=True, exist_ok=True)
            with new.file(target / filename) as file:
                file.write(text)
        written = [target / filename for filename in (*(filename for filename, _ in shards), *texts, *code)]
        new.remove(_stale(target, {path.name for path in written}, FORMATS[format], variant))
    return written


Write = Callable[[Path, dict[str, LazyTensor], Any], None]


def _layout(format: str, model: Any, tensors: dict[str, LazyTensor]) -> tuple[dict[str, LazyTensor], Write]:
    """(the tensors under the names that the format's index gives them, what writes a file of some of these)."""
    if format == "safetensors":
        from triform.weights.safetensors import write_safetensors

        metadata = {"format": "pt", **model.metadata()}
        return tensors, lambda path, part, new: write_safetensors(path, part, metadata, replacement=new)
    if format == "msgpack":
        from triform.weights.foreign_saving import to_flax
        from triform.weights.msgpack import write_msgpack

        dotted = lambda part: {name.replace("/", "."): tensor for name, tensor in part.items()}
        named = {name.replace(".", "/"): tensor for name, tensor in to_flax(tensors).items()}
        return named, lambda path, part, new: write_msgpack(path, dotted(part), replacement=new)
    from triform.weights.foreign_saving import to_tensorflow
    from triform.weights.hdf5 import write_hdf5, write_hdf5_shard

    layers = to_tensorflow(tensors, model_type=model.config.model_type, model_class=type(model).__name__, prefix=model.prefix)
    named = {name: tensor for layer in layers.values() for name, tensor in layer.items()}

    def write(path: Path, part: dict[str, LazyTensor], new: Any) -> None:
        if len(part) == len(named):
            write_hdf5(path, layers, replacement=new)
        else:
            write_hdf5_shard(path, part, replacement=new)

    return named, write


def _stale(folder: Path, kept: set[str], filename: str, variant: str | None) -> list[Path]:
    """Weights of an earlier save under the same stem, which would be read in place of the new ones, or beside them."""
    middle = f"[.]{re.escape(variant)}" if variant else ""
    stem, ending = (re.escape(part) for part in filename.split("."))
    ours = re.compile(rf"{stem}{middle}(-\d{{5}}-of-\d{{5}})?[.]{ending}|{stem}[.]{ending}[.]index{middle}[.]json")
    return [path for path in folder.iterdir() if ours.fullmatch(path.name) and path.name not in kept]
