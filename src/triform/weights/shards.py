"""Weights in several files: an index `*.index.json` names, for each tensor, the file that holds it."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from triform.errors import CorruptFileError, InputError, MissingFileError, TriformError
from triform.weights.checkpoint import Checkpoint
from triform.weights.files import listed
from triform.weights.formats import open_file
from triform.weights.json_files import read_json
from triform.weights.tensor import LazyTensor

Resolve = Callable[[str], Path | None]
UNITS = {"": 1, "B": 1} | {f"{letter}{i}B": base**power for power, letter in enumerate("KMGT", 1) for i, base in (("", 1000), ("I", 1024))}
MOST_SHARDS = 2000
# how names of an index may differ from those in its shards: Keras drops the model's own name, Flax's levels become dots
OTHER_SPELLING: dict[str, Callable[[str], str]] = {"tf": lambda name: name.partition("/")[2], "flax": lambda name: name.replace("/", ".")}


def open_checkpoint(source: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], resolve: Resolve | None = None) -> Checkpoint:
    """The tensors of one file, of several, or of all that an index names, as one checkpoint.

    Args:
        source: a file of weights; or an index, `*.index*.json`; or several files that belong together.
        resolve: finds a shard by its name in the index; default: beside the index.

    Raises: MissingFileError for shards that are not there, CorruptFileError for everything else that is wrong, all at once.
    """
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        return _open_index(path, resolve or _beside(path.parent)) if is_index(path) else open_file(path)
    return _joined([open_file(Path(path)) for path in source], "the files " + ", ".join(map(str, source)), {})


def is_index(path: str | os.PathLike[str]) -> bool:
    """Whether a file name is that of an index: model.safetensors.index.json, with or without a variant."""
    return re.search(r"\.index(\.[\w-]+)?\.json$", Path(path).name) is not None


def confined(name: str) -> bool:
    """Whether a file name from a checkpoint stays inside the checkpoint's folder."""
    return bool(name) and not re.search(r"[\\:\x00]|^/|//|(^|/)\.\.?(/|$)", name)


def plan_shards(
    sizes: Mapping[str, int], max_shard_size: int | str = "5GB", *, filename: str = "model.safetensors", variant: str | None = None
) -> list[tuple[str, list[str]]]:
    """Which tensors go into which file: in their order, each file filled up to the limit, a tensor above it in a file of its own.

    Args:
        sizes: bytes of each tensor.
        max_shard_size: bytes, or text such as "5GB" (10^9) or "200MiB" (2^20).
        filename: what the file is called if one is enough.

    Returns: (file name, tensor names) pairs; one pair, of `filename`, where everything fits.
    """
    most = parse_size(max_shard_size)
    shards: list[list[str]] = []
    filling: list[str] = []
    room = most
    for name, size in sizes.items():
        if size > most:
            shards.append([name])
            continue
        if size > room:
            shards.append(filling)
            filling, room = [], most
        filling.append(name)
        room -= size
    if filling or not shards:
        shards.append(filling)
    whole = weights_name("file", variant, filename)
    if len(shards) == 1:
        return [(whole, shards[0])]
    stem, extension = whole.rsplit(".", 1)
    return [(f"{stem}-{number:05}-of-{len(shards):05}.{extension}", names) for number, names in enumerate(shards, 1)]


def weights_name(kind: str, variant: str | None = None, filename: str = "model.safetensors") -> str:
    """A usual name: model.fp16.safetensors for kind "file" and variant "fp16", model.safetensors.index.fp16.json for kind "index"."""
    mark = f".{variant}" if variant else ""
    if kind == "index":
        return f"{filename}.index{mark}.json"
    stem, extension = filename.rsplit(".", 1)
    return f"{stem}{mark}.{extension}"


def parse_size(size: int | str) -> int:
    """Bytes of a size such as 5_000_000, "5GB", "1.5 GB" or "200MiB"; InputError for anything else."""
    if isinstance(size, int) and not isinstance(size, bool):
        number = size
    else:
        match = re.fullmatch(r"(\d{1,15}(?:\.\d{1,9})?)\s*([KMGT]?I?B|)", str(size).strip().upper())
        number = int(float(match[1]) * UNITS[match[2]]) if match and match[2] in UNITS else 0
    if number < 1:
        raise InputError(f"max_shard_size={size!r} is no size. Give bytes, or text such as '5GB' or '200MiB'.")
    return number


def _beside(folder: Path) -> Resolve:
    return lambda name: path if (path := folder / name).exists() else None


def _open_index(path: Path, resolve: Resolve) -> Checkpoint:
    index = read_json(path)
    weight_map = index.get("weight_map") if isinstance(index, dict) else None
    if not isinstance(weight_map, dict) or not weight_map:
        raise CorruptFileError(f'{path} has no weight_map; expected {{"weight_map": {{tensor name: file name, …}}}}. Fetch the file again.')
    if bad := [f"{name!r}: {file!r}" for name, file in weight_map.items() if not isinstance(file, str) or not confined(file)]:
        raise CorruptFileError(f"{path} names files that cannot be shards: {listed(bad)}. Expected file names inside its folder.")
    metadata = {} if index.get("metadata") is None else index["metadata"]
    if not isinstance(metadata, dict):
        raise CorruptFileError(f"{path}: metadata is {type(metadata).__name__}; expected an object, or none.")

    wanted: dict[str, list[str]] = {}
    for name, file in weight_map.items():
        wanted.setdefault(file, []).append(name)
    if len(wanted) > MOST_SHARDS:
        raise CorruptFileError(f"{path} names {len(wanted):,} files; at most {MOST_SHARDS:,} are opened.")
    found = {file: resolve(file) for file in sorted(wanted)}
    if absent := [file for file, place in found.items() if place is None]:
        raise MissingFileError(
            f"{path} names {len(absent)} file(s) that are not there: {listed(absent)}. Fetch the whole checkpoint again."
        )
    shards, problems = [], []
    places: dict[str, dict[str, str]] = {}  # format -> name in a shard -> file, by the index
    for file, place in found.items():
        try:
            shard = open_file(Path(place or file))
        except TriformError as error:
            problems.append(str(error))
            continue
        other = OTHER_SPELLING.get(shard.format, str)
        if lost := [name for name in wanted[file] if name not in shard and other(name) not in shard]:
            problems.append(f"{file} lacks {listed(lost)}, which the index places there")
        if shard.format not in places:
            places[shard.format] = {other(name): holder for name, holder in weight_map.items()} | weight_map
        shards.append(_without(shard, {name for name in shard if places[shard.format].get(name, file) != file}))
    if problems:
        raise CorruptFileError(f"{path}: {len(problems)} problem(s) in its files:\n  " + "\n  ".join(problems))
    return _joined(shards, str(path), {str(key): value if isinstance(value, str) else str(value) for key, value in metadata.items()})


def _without(shard: Checkpoint, names: set[str]) -> Checkpoint:
    kept = {name: tensor for name, tensor in shard.items() if name not in names}
    return Checkpoint(kept, format=shard.format, files=shard.files, metadata=shard.metadata)


def _joined(shards: Sequence[Checkpoint], where: str, metadata: Mapping[str, str]) -> Checkpoint:
    """All tensors of all shards, each of which may be in one of them only."""
    if len(formats := sorted({shard.format for shard in shards})) > 1:
        raise CorruptFileError(f"{where}: the files disagree about whose names they hold: {', '.join(formats)}.")
    tensors: dict[str, LazyTensor] = {}
    twice: list[str] = []
    merged: dict[str, str] = {}
    for shard in shards:
        twice += [name for name in shard if name in tensors]
        tensors.update(shard)
        merged.update(shard.metadata)
    if twice:
        raise CorruptFileError(f"{where}: several files hold {listed(twice)}; each tensor may be in one.")
    files = [path for shard in shards for path in shard.files]
    return Checkpoint(tensors, format=formats[0] if formats else "pt", files=files, metadata=merged | dict(metadata))
