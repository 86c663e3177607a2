"""Which of a checkpoint's files hold its weights: the usual names, in a fixed order, and a clear word where there are none."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from triform.errors import InputError, MissingFileError, nearest
from triform.weights.checkpoint import Checkpoint
from triform.weights.files import listed
from triform.weights.shards import confined, is_index, open_checkpoint, weights_name

# kind -> the name that everybody uses; in the order in which they are looked for
USUAL = {
    "safetensors": "model.safetensors",
    "pickled": "pytorch_model.bin",
    "hdf5": "tf_model.h5",
    "msgpack": "flax_model.msgpack",
}
HAVE_VARIANTS = ("safetensors", "pickled")
WEIGHTS = (".safetensors", ".bin", ".h5", ".msgpack", ".gguf", ".pt", ".pth", ".ckpt")


class Source(Protocol):
    """A folder, or a repository: gives local paths of files by their names."""

    name: str

    def find(self, filename: str) -> Path | None:
        """The local path of a file, fetched where necessary; None where the source has no such file."""

    def files(self) -> Iterable[str]:
        """The names of all files, for messages."""


def open_weights(
    source: Source,
    *,
    filename: str | None = None,
    variant: str | None = None,
    use_safetensors: bool | None = None,
    prefer: Sequence[str] = (),
) -> Checkpoint:
    """The weights of a source, in whatever format they are; see `find_weights`."""
    found = find_weights(source, filename=filename, variant=variant, use_safetensors=use_safetensors, prefer=prefer)
    return open_checkpoint(found, lambda name: source.find(_sibling(filename, name)))


def find_weights(
    source: Source,
    *,
    filename: str | None = None,
    variant: str | None = None,
    use_safetensors: bool | None = None,
    prefer: Sequence[str] = (),
) -> Path:
    """The path of the file that holds a source's weights, or of the index that names the files.

    Looked for in this order, each before its index: model.safetensors, pytorch_model.bin, tf_model.h5, flax_model.msgpack.

    Args:
        filename: this file (or index), and no other; the only way to a .gguf.
        variant: only files whose names carry it, such as model.fp16.safetensors. No .h5 or .msgpack does.
        use_safetensors: True: only .safetensors; False: none of them.
        prefer: kinds to look for first: "safetensors", "pickled", "hdf5", "msgpack".

    Raises: MissingFileError that says what is there instead; InputError for arguments that make no sense.
    """
    if filename is not None:
        if not confined(filename):
            raise InputError(f"{filename!r} is no name of a file inside {source.name}.")
        if (path := source.find(filename)) is not None:
            return path
        files = list(source.files())
        raise MissingFileError(f"{source.name} has no file {filename}.{nearest(filename, files)} It has: {listed(files)}.")
    for name in _candidates(variant, use_safetensors, prefer):
        if (path := source.find(name)) is not None:
            return path
    raise MissingFileError(_explained(source, list(_candidates(variant, use_safetensors, prefer)), variant, use_safetensors))


def _candidates(variant: str | None, use_safetensors: bool | None, prefer: Sequence[str]) -> Iterator[str]:
    if wrong := [kind for kind in prefer if kind not in USUAL]:
        raise InputError(
            f"prefer={list(prefer)!r}: {wrong[0]!r} is no kind of file. Choose from: {', '.join(USUAL)}.{nearest(wrong[0], USUAL)}"
        )
    if variant is not None and (not variant or not all(c.isalnum() or c in "_-" for c in variant)):
        raise InputError(f"variant={variant!r} cannot be part of a file name; expected letters and digits, such as 'fp16'.")
    for kind in dict.fromkeys([*prefer, *USUAL]):
        fits = use_safetensors is None or use_safetensors == (kind == "safetensors")
        if fits and (variant is None or kind in HAVE_VARIANTS):
            yield weights_name("file", variant, USUAL[kind])
            yield weights_name("index", variant, USUAL[kind])


def _sibling(filename: str | None, shard: str) -> str:
    """Shards lie beside their index, also where that was named with a folder."""
    folder = filename.rpartition("/")[0] if filename else ""
    return f"{folder}/{shard}" if folder else shard


def _explained(source: Source, tried: list[str], variant: str | None, use_safetensors: bool | None) -> str:
    files = list(source.files())
    weights = [name for name in files if name.endswith(WEIGHTS) or is_index(name)]
    advice = []
    usual = {*_candidates(None, None, ())}
    if variant and usual & set(files):
        advice.append(f"Without variant={variant!r} there is {listed(sorted(usual & set(files)))}")
    elif use_safetensors is not None and usual & set(files):
        advice.append(f"Without use_safetensors={use_safetensors} there is {listed(sorted(usual & set(files)))}")
    variants = sorted({mark for name in weights if (mark := _variant_of(name)) and mark != variant})
    if variants:
        advice.append("There are variants: " + ", ".join(f"variant={mark!r}" for mark in variants))
    if ggufs := [name for name in weights if name.endswith(".gguf")]:
        advice.append(f"A .gguf is read when it is named: gguf_file={ggufs[0]!r}")
    if "adapter_config.json" in files:
        advice.append("adapter_config.json makes it an adapter (PEFT): load the base model that it names")
    if any("-of-" in name for name in weights) and not any(map(is_index, weights)):
        advice.append("There are shards without their index (*.index.json)")
    there = f"files of weights there: {listed(weights)}" if weights else f"no weights there; it has: {listed(files)}"
    return f"{source.name} has none of {', '.join(tried)}; {there}. " + "".join(f"{line}. " for line in advice).rstrip()


def _variant_of(name: str) -> str | None:
    """The variant in model.fp16.safetensors, model.fp16-00001-of-00002.safetensors or model.safetensors.index.fp16.json."""
    for usual in USUAL.values():
        stem, extension = usual.rsplit(".", 1)
        if name.startswith(f"{usual}.index.") and name != f"{usual}.index.json":
            return name.removeprefix(f"{usual}.index.").removesuffix(".json")
        if name.startswith(f"{stem}.") and name.endswith(f".{extension}") and name != usual:
            return name.removeprefix(f"{stem}.").removesuffix(f".{extension}").split("-")[0]
    return None
