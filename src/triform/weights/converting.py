"""A checkpoint of any format into any other, tensor by tensor: nothing is held longer than it takes to write it."""

import logging
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from triform.errors import InputError, TriformError, nearest
from triform.weights.lazy import converted
from triform.weights.tensor import FLOATING, LazyTensor

log = logging.getLogger("triform")
BESIDE = (
    "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.txt",
    "vocab.json", "merges.txt", "spiece.model", "sentencepiece.bpe.model", "tokenizer.model", "preprocessor_config.json",
    "processor_config.json", "chat_template.jinja",
)  # fmt: skip
DTYPES = ("auto", "float64", "float32", "float16", "bfloat16")
Watch = Callable[[str, int, int], None]  # (name of a tensor that was written, bytes so far, bytes in all)


def convert_checkpoint(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    dtype: str = "auto",
    format: str = "safetensors",
    max_shard_size: int | str = "5GB",
    gguf_file: str | None = None,
    force: bool = False,
    watch: Watch | None = None,
) -> list[Path]:
    """Writes what `source` holds as a folder with weights, config and tokenizer files; returns what was written.

    Names, layouts and ties are put right by the model class that the config asks for, of which only a skeleton is built; each tensor is
    read, converted and written by itself.

    Args:
        dtype: what floating tensors become; "auto": what they are.
        format: "safetensors", "h5" or "msgpack".
        gguf_file: read this .gguf of the source.
        watch: called after each tensor.

    Raises: InputError where the target holds such weights already; WeightsMismatchError where the source lacks a part; whatever reading
        raises.
    """
    from triform import hub
    from triform.auto.config import AutoConfig
    from triform.configs.reading import gguf_alone
    from triform.replacing import Replacement
    from triform.weights.saving import FORMATS, save_model

    if dtype not in DTYPES:
        raise InputError(
            f"dtype={dtype!r} is none that weights are converted to. Choose from: {', '.join(DTYPES)}.{nearest(dtype, DTYPES)}"
        )
    if format not in FORMATS:
        raise InputError(f"format={format!r}: weights are saved as one of {', '.join(FORMATS)}.")
    folder = Path(target)
    present = sorted(folder.glob(FORMATS[format].replace(".", "*.", 1))) if folder.is_dir() else []
    if present and not force:
        raise InputError(f"{folder} holds {present[0].name} already. Choose another folder, or pass force=True (--force).")
    place = hub.locate(source)
    gguf = gguf_alone(place, gguf_file)
    config = AutoConfig.from_pretrained(place, gguf_file=gguf)
    model, tensors = _matched(place, config, dtype, gguf_file)
    save_model(model, folder, state_dict=_watched(tensors, watch), max_shard_size=max_shard_size, format=format)
    with Replacement() as new:
        for name in BESIDE:
            path = place.find(name)
            if path is not None and path.resolve() != (folder / name).resolve():
                with open(path, "rb") as held, new.file(folder / name) as file:
                    shutil.copyfileobj(held, file)
    if gguf is not None and place.find("tokenizer.json") is None:
        _write_tokenizer(place, gguf, folder)
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))


def _write_tokenizer(place: Any, gguf: str, folder: Path) -> None:
    """Writes the tokenizer of a .gguf that stands alone; where its metadata have none that is known, a warning says so."""
    from triform.auto.tokenizer import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(place, gguf_file=gguf)
    except TriformError as error:
        log.warning("%s: no tokenizer is written: %s", folder, error)
        return
    tokenizer.save_pretrained(folder)


def _matched(place: Any, config: Any, dtype: str, gguf_file: str | None) -> tuple[Any, dict[str, LazyTensor]]:
    """(the skeleton of the model that wrote a checkpoint, its tensors under their right names, still unread)."""
    from triform import building
    from triform.auto.factory import architecture_of
    from triform.auto.registry import auto_classes, model_class
    from triform.options import LoadOptions
    from triform.tasks.choosing import installed_backend
    from triform.weights.finding import open_weights

    architecture = architecture_of(config)
    if architecture is None:
        raise InputError(
            f"{place.name}: {type(config).__name__} is of no architecture of triform's own, so its weights cannot be converted."
        )
    made = [str(name).removeprefix("TF").removeprefix("Flax") for name in config.architectures or ()]
    written = next((cls for cls in auto_classes(architecture).values() if cls in made), None)
    face = model_class(installed_backend(), architecture, written.removeprefix(architecture.prefix) if written else "Model")
    checkpoint = open_weights(place, filename=gguf_file or (place.file.name if place.file is not None else None))
    tensors: dict[str, LazyTensor] = {}
    with building.without_collection(), building.skeleton():
        cls = getattr(face, "tree_class", face)
        cls._note_generation_file(config, place)
        model = cls._build(config, {})

        def take(slot: Any, tensor: LazyTensor, wanted: str) -> None:
            kept = tensor.dtype not in FLOATING or (dtype == "auto" and slot.dtype in FLOATING)
            tensors[slot.name] = converted(tensor, tensor.dtype if kept else wanted)

        object.__setattr__(model, "fill", take)
        model.retie()
        report = model.adopt_checkpoint(checkpoint, str(place.name), LoadOptions(dtype=dtype))
    if report.missing:
        report.refuse(report.missing, ())
    return model, tensors


def _watched(tensors: dict[str, LazyTensor], watch: Watch | None) -> dict[str, LazyTensor]:
    if watch is None:
        return tensors
    total, done = sum(tensor.nbytes for tensor in tensors.values()), 0

    def read(name: str, tensor: LazyTensor) -> Any:
        nonlocal done
        bits = tensor.read()
        done += tensor.nbytes
        watch(name, done, total)
        return bits

    return {name: LazyTensor(tensor.dtype, tensor.shape, partial(read, name, tensor)) for name, tensor in tensors.items()}
